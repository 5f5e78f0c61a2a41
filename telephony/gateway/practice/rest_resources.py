"""Calls, texts and recordings as Twilio's REST API writes them (field names: its OpenAPI description, version 2010-04-01)."""

from typing import Any

from telephony.gateway.practice.exchange import Exchange, rfc2822
from telephony.gateway.practice.legs import Leg, Recording
from telephony.gateway.practice.refusals import WORDS
from telephony.gateway.practice.texting import Message
from telephony.gateway.practice.webhooks_out import API_VERSION


class Resources:
    def __init__(self, exchange: Exchange) -> None:
        self._x = exchange

    @property
    def account(self) -> str:
        return f"/{API_VERSION}/Accounts/{self._x.account_sid}"

    def call(self, leg: Leg) -> dict[str, Any]:
        uri = f"{self.account}/Calls/{leg.sid}"
        parts = ("notifications", "recordings", "payments", "events", "siprec", "streams", "transcriptions")
        return {
            "sid": leg.sid,
            "date_created": rfc2822(leg.created_at),
            "date_updated": rfc2822(leg.ended_at or leg.answered_at or leg.created_at),
            "parent_call_sid": leg.parent.sid if leg.parent else None,
            "account_sid": self._x.account_sid,
            "to": leg.to,
            "to_formatted": leg.to,
            "from": leg.from_,
            "from_formatted": leg.from_,
            "phone_number_sid": None,
            "status": str(leg.status),
            "start_time": rfc2822(leg.answered_at),
            "end_time": rfc2822(leg.ended_at),
            "duration": str(leg.seconds) if leg.ended_at else None,
            "price": None,
            "price_unit": "USD",
            "direction": leg.direction,
            "answered_by": leg.answered_by,
            "api_version": API_VERSION,
            "forwarded_from": leg.extra.get("ForwardedFrom"),
            "group_sid": None,
            "caller_name": None,
            "queue_time": "0",
            "trunk_sid": None,
            "uri": f"{uri}.json",
            "subresource_uris": {part: f"{uri}/{part.capitalize()}.json" for part in parts},
        }

    def message(self, text: Message) -> dict[str, Any]:
        uri = f"{self.account}/Messages/{text.sid}"
        return {
            "account_sid": self._x.account_sid,
            "api_version": API_VERSION,
            "body": text.body,
            "date_created": rfc2822(text.created_at),
            "date_sent": rfc2822(text.sent_at),
            "date_updated": rfc2822(text.updated_at or text.created_at),
            "direction": text.direction,
            "error_code": text.error_code,
            "error_message": WORDS.get(text.error_code, "Unknown error") if text.error_code else None,
            "from": text.from_,
            "messaging_service_sid": None,
            "num_media": str(len(text.media)),
            "num_segments": str(text.segments),
            "price": None,
            "price_unit": "USD",
            "sid": text.sid,
            "status": text.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": text.to,
            "uri": f"{uri}.json",
        }

    def recording(self, recording: Recording) -> dict[str, Any]:
        uri = f"{self.account}/Recordings/{recording.sid}"
        return {
            "account_sid": self._x.account_sid,
            "api_version": API_VERSION,
            "call_sid": recording.call_sid,
            "conference_sid": None,
            "date_created": rfc2822(recording.created_at),
            "date_updated": rfc2822(recording.created_at),
            "start_time": rfc2822(recording.created_at),
            "duration": str(recording.seconds),
            "sid": recording.sid,
            "price": None,
            "price_unit": "USD",
            "status": "deleted" if recording.deleted else recording.status,
            "channels": 1,
            "source": recording.source,
            "error_code": None,
            "uri": f"{uri}.json",
            "encryption_details": None,
            "subresource_uris": {
                "add_on_results": f"{uri}/AddOnResults.json",
                "transcriptions": f"{uri}/Transcriptions.json",
            },
            "media_url": f"{self._x.base_url}{uri}",
        }

    def page(self, name: str, items: list[dict[str, Any]], *, path: str, size: int, number: int) -> dict[str, Any]:
        """Return one page of a list, the newest first as Twilio has it."""
        start = size * number
        following = f"{path}?PageSize={size}&Page={number + 1}&PageToken=P{number + 1}"
        shown = items[start : start + size]
        return {
            name: shown,
            "start": start,
            "end": start + max(len(shown) - 1, 0),
            "page": number,
            "page_size": size,
            "first_page_uri": f"{path}?PageSize={size}&Page=0",
            "next_page_uri": following if start + size < len(items) else None,
            "previous_page_uri": None,
            "uri": f"{path}?PageSize={size}&Page={number}",
        }
