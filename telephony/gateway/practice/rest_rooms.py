"""The REST side of rooms: conferences and who is in them."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

from telephony.gateway.practice.exchange import rfc2822
from telephony.gateway.practice.legs import Address, Leg, Source
from telephony.gateway.practice.refusals import RestRefused
from telephony.gateway.practice.rooms import Participant, Room
from telephony.gateway.practice.webhooks_out import API_VERSION

if TYPE_CHECKING:
    from telephony.gateway.practice.network import PracticeNetwork
    from telephony.gateway.practice.rest import RestRequest

Found = re.Match[str]
CheckCall = Callable[["RestRequest", str, str], None]


class RestRooms:
    """Answers about rooms, as what is written as JSON, with the status. Raises RestRefused."""

    def __init__(self, network: "PracticeNetwork", check_call: CheckCall) -> None:
        self._network = network
        self._x = network.exchange
        self._check_call = check_call

    def routes(self) -> tuple[tuple[str, str, Callable[["RestRequest", Found], tuple[Any, int]]], ...]:
        one, people = r"/Conferences/([\w-]+)\.json", r"/Conferences/([\w-]+)/Participants\.json"
        person = r"/Conferences/([\w-]+)/Participants/([\w-]+)\.json"
        return (
            ("GET", r"/Conferences\.json", self._list),
            ("GET", one, lambda _request, found: (self.room(self._room(found)), 200)),
            ("POST", one, self._update),
            ("GET", people, self._list_people),
            ("POST", people, self._add),
            ("GET", person, lambda _request, found: (self.participant(*self._person(found)), 200)),
            ("POST", person, self._change),
            ("DELETE", person, self._remove),
        )

    # As Twilio writes them

    def room(self, room: Room) -> dict[str, Any]:
        uri = f"/{API_VERSION}/Accounts/{self._x.account_sid}/Conferences/{room.sid}"
        return {
            "account_sid": self._x.account_sid, "api_version": API_VERSION, "sid": room.sid, "friendly_name": room.name,
            "status": room.status, "region": "us1", "date_created": rfc2822(room.created_at),
            "date_updated": rfc2822(room.ended_at or room.created_at), "reason_conference_ended": room.why_ended,
            "call_sid_ending_conference": room.ended_by, "uri": f"{uri}.json",
            "subresource_uris": {"participants": f"{uri}/Participants.json", "recordings": f"{uri}/Recordings.json"},
        }  # fmt: skip

    def participant(self, room: Room, person: Participant) -> dict[str, Any]:
        uri = f"/{API_VERSION}/Accounts/{self._x.account_sid}/Conferences/{room.sid}/Participants/{person.leg.sid}.json"
        return {
            "account_sid": self._x.account_sid, "call_sid": person.leg.sid, "label": person.label or None,
            "call_sid_to_coach": None, "coaching": False, "conference_sid": room.sid,
            "date_created": rfc2822(person.joined_at), "date_updated": rfc2822(person.joined_at),
            "end_conference_on_exit": person.ends_room, "muted": person.muted, "hold": person.held,
            "start_conference_on_enter": person.starts_room, "status": "connected", "queue_time": None, "uri": uri,
        }  # fmt: skip

    def _called(self, room: Room, leg: Leg, request: "RestRequest") -> dict[str, Any]:
        """Somebody who is being rung into a room."""
        ringing = Participant(
            leg=leg, label=request.get("Label"), starts_room=True, ends_room=False, muted=False, waiting=None,
            joined_at=leg.created_at,
        )  # fmt: skip
        return self.participant(room, ringing) | {"status": "queued"}

    # What is asked

    def _room(self, found: Found) -> Room:
        room = self._network.rooms.by_sid.get(found[1])
        if room is None:
            raise RestRefused(20404)
        return room

    def _person(self, found: Found) -> tuple[Room, Participant]:
        """Return somebody in a room by the call's id or by the label."""
        room = self._room(found)
        people = room.people.values()
        person = next((each for each in people if found[2] in {each.leg.sid, each.label}), None)
        if person is None:
            raise RestRefused(20404)
        return room, person

    def _list(self, request: "RestRequest", _found: Found) -> tuple[Any, int]:
        with self._x.scheduler.changed:
            rooms = [
                self.room(room)
                for room in reversed(self._network.rooms.by_sid.values())
                if request.get("FriendlyName", room.name) == room.name
                and request.get("Status", room.status) == room.status
            ]
        return {"conferences": rooms}, 200

    def _update(self, request: "RestRequest", found: Found) -> tuple[Any, int]:
        room = self._room(found)
        if request.get("Status") == "completed":
            with self._x.scheduler.changed:
                self._network.rooms.end(room)
        return self.room(room), 200

    def _list_people(self, _request: "RestRequest", found: Found) -> tuple[Any, int]:
        room = self._room(found)
        with self._x.scheduler.changed:
            return {"participants": [self.participant(room, each) for each in room.people.values()]}, 200

    def _add(self, request: "RestRequest", found: Found) -> tuple[Any, int]:
        """Ring somebody; whoever picks up is in the room."""
        room = self._network.rooms.live(found[1])
        if room is None:
            raise RestRefused(20404)
        from_, to = request.get("From"), request.get("To")
        self._check_call(request, from_, to)
        leg = Leg(
            sid=self._x.sids.new("CA"), from_=from_, to=to, direction="outbound-api", created_at=self._x.now(),
            status_callback=_address(request, "StatusCallback"),
            status_events=tuple(" ".join(request.all("StatusCallbackEvent")).split()) or ("completed",),
        )  # fmt: skip
        names = {"Beep": "beep", "Muted": "muted", "EndConferenceOnExit": "endConferenceOnExit", "Label": "participantLabel",
                 "StartConferenceOnEnter": "startConferenceOnEnter", "WaitUrl": "waitUrl"}  # fmt: skip
        said = "".join(f" {noun}={quoteattr(request.get(name))}" for name, noun in names.items() if request.has(name))
        document = f"<Response><Dial><Conference{said}>{escape(room.name)}</Conference></Dial></Response>"
        called = self._called(room, leg, request)
        timeout = request.get("Timeout", "60")
        self._network.call_out(leg, Source(Address(""), document=document), timeout=float(timeout))
        return called, 201

    def _change(self, request: "RestRequest", found: Found) -> tuple[Any, int]:
        with self._x.scheduler.changed:
            room, person = self._person(found)
            if request.has("Hold") and (hold := request.get("Hold") == "true") != person.held:
                person.held, person.hold = hold, _address(request, "HoldUrl") if hold else None
                self._network.rooms.change(room, person, "hold" if hold else "unhold")
            if request.has("Muted") and (muted := request.get("Muted") == "true") != person.muted:
                person.muted = muted
                self._network.rooms.change(room, person, "mute" if muted else "unmute")
            if request.has("EndConferenceOnExit"):
                person.ends_room = request.get("EndConferenceOnExit") == "true"
                self._network.rooms.change(room, person, "modify")
            if request.has("AnnounceUrl"):
                person.announcement = _address(request, "AnnounceUrl")
                self._network.rooms.change(room, person, "modify")
            return self.participant(room, person), 200

    def _remove(self, _request: "RestRequest", found: Found) -> tuple[Any, int]:
        with self._x.scheduler.changed:
            room, person = self._person(found)
            self._network.rooms.leave(room, person, "participant_updated_via_api")
        return None, 204


def _address(request: "RestRequest", name: str) -> Address | None:
    url = request.get(name)
    if not url:
        return None
    if urlsplit(url).scheme not in {"http", "https"}:
        raise RestRefused(20001)
    return Address(url, request.get(name.removesuffix("Url") + "Method", "POST"))
