"""What the network sends to the application: requests for TwiML with their fallback, and status callbacks with their quirks."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import urljoin, urlsplit

from telephony.gateway.practice.exchange import Exchange, rfc2822
from telephony.gateway.practice.grammar import Document, Refused, read_twiml
from telephony.gateway.practice.legs import Address, Leg, Recording, Source
from telephony.gateway.practice.scheduler import Steps, ask, wait
from telephony.gateway.practice.transcript import Kind
from telephony.gateway.practice.transport import Answer, RequestFailed, RetryPolicy

API_VERSION = "2010-04-01"
COUNTRIES = {"+1": "US", "+27": "ZA", "+44": "GB", "+254": "KE", "+256": "UG", "+380": "UA", "+880": "BD", "+91": "IN"}


def country_of(number: str) -> str:
    """Return the two letters for the numbers that practice uses, blank where the network would not know."""
    return next((country for prefix, country in COUNTRIES.items() if number.startswith(prefix)), "")


def geography(**numbers: str) -> dict[str, str]:
    """Return City, State, Zip and Country for each party: mostly blank, as in life, but always there."""
    form: dict[str, str] = {}
    for party, number in numbers.items():
        form |= {f"{party}City": "", f"{party}State": "", f"{party}Zip": "", f"{party}Country": country_of(number)}
    return form


@dataclass(frozen=True)
class _Posting:
    """One request on its way: to whom, about which call or text, with the idempotency token that its retries share."""

    kind: Kind
    address: Address
    form: dict[str, str]
    who: str
    about: str
    token: str


class Webhooks:
    def __init__(self, exchange: Exchange) -> None:
        self._x = exchange

    def form_of(self, leg: Leg) -> dict[str, str]:
        """Return the parameters that every request about this leg carries (gateway facts, section 4)."""
        form = {
            "AccountSid": self._x.account_sid,
            "ApiVersion": API_VERSION,
            "CallSid": leg.sid,
            "CallStatus": str(leg.status),
            "Direction": leg.direction,
            "From": leg.from_,
            "Caller": leg.from_,
            "To": leg.to,
            "Called": leg.to,
            **geography(From=leg.from_, Caller=leg.from_, To=leg.to, Called=leg.to),
        }
        if leg.parent is not None:
            form["ParentCallSid"] = leg.parent.sid
        if leg.answered_by is not None:
            form["AnsweredBy"] = leg.answered_by
        return form | dict(self._x.quirks.extra_parameters) | leg.extra

    def fetch(self, leg: Leg, source: Source) -> Steps[Document | None]:
        """Ask for TwiML; where that fails, ask the fallback once. None where neither gave any: the call cannot go on."""
        if source.document is not None:
            return self._read(leg, source.document.encode(), "text/xml", source.address.url)
        document, failure = yield from self._try(leg, source)
        if failure is None or leg.fallback is None or not leg.fallback.url:
            return document
        told = {"ErrorCode": str(failure.code), "ErrorUrl": source.address.url}
        document, _ = yield from self._try(leg, Source(leg.fallback, told))
        return document

    def _try(self, leg: Leg, source: Source) -> Steps[tuple[Document | None, RequestFailed | Refused | None]]:
        form = self.form_of(leg) | source.extra
        try:
            answer = yield from self.request(leg.sid, leg.person, source.address, form)
            document = read_twiml(answer.body, url=answer.url, content_type=answer.content_type)
        except (RequestFailed, Refused) as failure:
            if isinstance(failure, RequestFailed) and failure.after:
                yield from wait(failure.after)
            self.complain(failure.code, failure.why, leg=leg, url=source.address.url)
            return None, failure
        self._warn(leg, document)
        return document, None

    def _read(self, leg: Leg, body: bytes, content_type: str, url: str) -> Document | None:
        try:
            document = read_twiml(body, url=url, content_type=content_type)
        except Refused as failure:
            self.complain(failure.code, failure.why, leg=leg, url=url)
            return None
        self._warn(leg, document)
        return document

    def _warn(self, leg: Leg, document: Document) -> None:
        for warning in document.warnings:
            self.complain(warning.code, warning.why, leg=leg, url=document.url)

    def complain(self, code: int, why: str, *, leg: Leg | None = None, url: str = "") -> None:
        """Note what Twilio would put into its error log."""
        who, about = (leg.person, leg.sid) if leg is not None else ("", "")
        self._x.transcript.note(Kind.PROBLEM, f"error {code}: {why}", who=who, about=about, code=code, url=url)

    def address(self, document: Document, url: str, method: str, leg: Leg) -> Address:
        """Resolve an address found in TwiML against its document. A relative one works here and is complained of all the same:
        it is resolved unreliably in real life."""
        if not urlsplit(url).scheme:
            self.complain(11100, f"relative address {url!r}", leg=leg, url=document.url)
        return Address(urljoin(document.url, url) if url else document.url, method)

    def request(self, about: str, who: str, address: Address, form: Mapping[str, str]) -> Steps[Answer]:
        """Make one request for TwiML, with the retries that its address allows; raises RequestFailed."""
        posting = _Posting(Kind.ASKED, address, dict(form), who, about, self._x.sids.new(""))
        again = self._x.dice.falls(self._x.quirks.repeated_requests)
        answer = yield from self._attempts(posting)
        if again:
            answer = yield from self._attempts(posting)
        return answer

    def _attempts(self, posting: _Posting) -> Steps[Answer]:
        policy = RetryPolicy.of(posting.address.url)
        for attempt in range(policy.times + 1):
            try:
                return (yield from ask(partial(self._send, posting)))
            except RequestFailed as failure:
                if attempt == policy.times or not policy.allows(failure.retry):
                    raise
        raise AssertionError  # the last attempt either returned or raised

    def _send(self, posting: _Posting) -> Answer:
        """Make the request, on an asking thread, and keep in the transcript what was said and how long it took."""
        started = time.monotonic()
        address, form = posting.address, posting.form
        said = form.get("CallStatus") or form.get("MessageStatus") or form.get("RecordingStatus") or ""
        details: dict[str, object] = {"url": address.url, "method": address.method, "form": form}
        line = f"{address.method} {urlsplit(address.url).path} {said}".rstrip()
        event = self._x.transcript.note(posting.kind, line, who=posting.who, about=posting.about, **details)
        kept = event.details
        try:
            answer = self._x.carrier.send(address.method, address.url, form, token=posting.token)
        except RequestFailed as failure:
            kept["failed"] = failure.code
            raise
        finally:
            kept["real_seconds"] = round(time.monotonic() - started, 3)
        kept["status"], kept["answer"] = answer.status, answer.body.decode(errors="replace")
        return answer

    def call_back(
        self, address: Address | None, form: Mapping[str, str], *, who: str, about: str, after: float = 0.0
    ) -> None:
        """Send a status callback beside everything else: late, twice or never where the dice say so."""
        if address is None or not address.url:
            return
        x = self._x
        if x.dice.falls(x.quirks.lost):
            x.transcript.note(Kind.TOLD, f"(lost) {urlsplit(address.url).path}", who=who, about=about, lost=True)
            return
        posting = _Posting(Kind.TOLD, address, dict(form), who, about, x.sids.new(""))
        for _ in range(2 if x.dice.falls(x.quirks.repeated) else 1):
            late = x.dice.seconds(x.quirks.late_by) if x.dice.falls(x.quirks.late) else 0.0
            x.scheduler.spawn(self._deliver(posting), after=after + late)

    def _deliver(self, posting: _Posting) -> Steps[None]:
        try:
            answer = yield from self._attempts(posting)
        except RequestFailed as failure:
            self._complain_of_callback(posting, f"callback failed, {failure.why}")
        else:
            self._check_callback_answer(posting, answer)

    def call_back_now(self, address: Address, form: Mapping[str, str], *, who: str, about: str) -> None:
        """Send a status callback before going on, from a thread other than the stepping one."""
        posting = _Posting(Kind.TOLD, address, dict(form), who, about, self._x.sids.new(""))
        try:
            answer = self._send(posting)
        except RequestFailed as failure:
            self._complain_of_callback(posting, f"callback failed, {failure.why}")
        else:
            self._check_callback_answer(posting, answer)

    def _check_callback_answer(self, posting: _Posting, answer: Answer) -> None:
        """Complain of an answer to a status callback that is neither an empty 204 nor 200 with TwiML."""
        if answer.status == 204:
            if answer.body:
                self._complain_of_callback(posting, "204 with a body")
            return
        try:
            read_twiml(answer.body, url=answer.url, content_type=answer.content_type)
        except Refused as refused:
            self._complain_of_callback(posting, refused.why)

    def _complain_of_callback(self, posting: _Posting, why: str) -> None:
        url = posting.address.url
        note = self._x.transcript.note
        note(Kind.PROBLEM, f"error 15003: {why}", who=posting.who, about=posting.about, code=15003, url=url)

    def tell_status(self, leg: Leg, event: str) -> None:
        """Send one event of a leg's life to whoever asked for it."""
        if leg.status_callback is None or event not in leg.status_events:
            return
        form = self.form_of(leg) | {
            "SequenceNumber": str(leg.callbacks_sent),
            "Timestamp": rfc2822(self._x.now()) or "",
            "CallbackSource": "call-progress-events",
        }
        if event == "completed":
            form |= {"CallDuration": str(leg.seconds), "Duration": str(math.ceil(leg.seconds / 60))}
            if leg.sip_code is not None:
                form["SipResponseCode"] = leg.sip_code
        leg.callbacks_sent += 1
        self.call_back(leg.status_callback, form, who=leg.person, about=leg.sid)

    def tell_recording(self, recording: Recording, leg: Leg, address: Address | None, event: str) -> None:
        """Send a recordingStatusCallback: the leg's SID, no numbers (gateway facts, section 4)."""
        form = {
            "AccountSid": self._x.account_sid,
            "CallSid": leg.sid,
            "RecordingSid": recording.sid,
            "RecordingStatus": event,
            "RecordingDuration": str(recording.seconds if event == "completed" else -1),
            "RecordingChannels": "1",
            "RecordingStartTime": rfc2822(recording.created_at) or "",
            "RecordingSource": recording.source,
            "RecordingTrack": "both",
            "ErrorCode": "0",
        } | dict(self._x.quirks.extra_parameters)
        if event == "completed":
            form["RecordingUrl"] = self.recording_url(recording)
        self.call_back(address, form, who=leg.person, about=leg.sid)

    def recording_url(self, recording: Recording) -> str:
        return f"{self._x.base_url}/{API_VERSION}/Accounts/{self._x.account_sid}/Recordings/{recording.sid}"
