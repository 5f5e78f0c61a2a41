"""The REST side: what the application may ask of the network. Plain requests in, plain answers out; HTTP is `server`'s."""

import base64
import binascii
import hmac
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from telephony.gateway.practice.legs import Address, Leg, Recording, Source, Status
from telephony.gateway.practice.network import PracticeNetwork
from telephony.gateway.practice.refusals import (
    CALL_FROM,
    CALL_TO,
    GOOD_FROM,
    TEXT_FROM,
    TEXT_TO,
    RestRefused,
    magic,
)
from telephony.gateway.practice.rest_resources import Resources
from telephony.gateway.practice.rest_rooms import RestRooms
from telephony.gateway.practice.sounds import tone
from telephony.gateway.practice.texting import LONGEST_BODY, Broken, Delivers, Message, NeverAnswers, Refuses
from telephony.gateway.practice.transcript import Kind

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class RestRequest:
    """One request as it came; `form` and `query` keep repeated names."""

    method: str
    path: str
    query: Pairs = field(default_factory=list)
    form: Pairs = field(default_factory=list)
    authorization: str = ""

    def get(self, name: str, default: str = "") -> str:
        return dict(self.query + self.form).get(name, default)

    def has(self, name: str) -> bool:
        return name in dict(self.form)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.form if key == name]


@dataclass(frozen=True)
class RestAnswer:
    status: int
    body: bytes = b""
    content_type: str = "application/json"


Answerer = Callable[[RestRequest, re.Match[str]], RestAnswer]


def as_json(body: object, status: int = 200) -> RestAnswer:
    return RestAnswer(status, json.dumps(body).encode())


class RestSide:
    """Answers requests under `/2010-04-01/`. Every request is kept in `requests`, also the refused ones."""

    def __init__(self, network: PracticeNetwork) -> None:
        self._network = network
        self._x = network.exchange
        self._resources = Resources(self._x)
        self.requests: list[RestRequest] = []
        self.recording_missing_times = 0
        self.requires_media_auth = True
        self.stopping = threading.Event()
        account = re.escape(f"/2010-04-01/Accounts/{network.account_sid}")
        self._routes: list[tuple[str, re.Pattern[str], Answerer]] = [
            (method, re.compile(f"{account}{pattern}$"), answer)
            for method, pattern, answer in (
                ("POST", r"/Messages\.json", self._create_message),
                ("GET", r"/Messages\.json", self._list_messages),
                ("GET", r"/Messages/(\w+)\.json", self._show_message),
                ("POST", r"/Messages/(\w+)\.json", self._update_message),
                ("DELETE", r"/Messages/(\w+)\.json", self._delete_message),
                ("GET", r"/Messages/(\w+)/Media\.json", self._list_media),
                ("GET", r"/Messages/(\w+)/Media/(\w+)", self._show_media),
                ("DELETE", r"/Messages/(\w+)/Media/(\w+)(?:\.json)?", self._delete_media),
                ("POST", r"/Calls\.json", self._create_call),
                ("GET", r"/Calls\.json", self._list_calls),
                ("GET", r"/Calls/(\w+)\.json", self._show_call),
                ("POST", r"/Calls/(\w+)\.json", self._update_call),
                ("GET", r"/Calls/(\w+)/Recordings\.json", self._list_call_recordings),
                ("GET", r"/Recordings\.json", self._list_recordings),
                ("GET", r"/Recordings/(\w+)\.json", self._show_recording),
                ("DELETE", r"/Recordings/(\w+)\.json", self._delete_recording),
                ("GET", r"/Recordings/(\w+?)(?:\.mp3|\.wav)?", self._play_recording),
                *self._routes_of_rooms(),
            )
        ]

    def _routes_of_rooms(self) -> list[tuple[str, str, Answerer]]:
        def as_answer(answer: Callable[[RestRequest, re.Match[str]], tuple[object, int]]) -> Answerer:
            def answered(request: RestRequest, found: re.Match[str]) -> RestAnswer:
                body, status = answer(request, found)
                if isinstance(body, dict) and len(body) == 1:  # a list, which comes in pages
                    ((name, items),) = body.items()
                    return self._page(request, name, items)
                return RestAnswer(status) if body is None else as_json(body, status)

            return answered

        rooms = RestRooms(self._network, lambda request, from_, to: self._check_call(request, from_, to, has_url=False))
        return [(method, path, as_answer(answer)) for method, path, answer in rooms.routes()]

    def answer(self, request: RestRequest) -> RestAnswer | None:
        """Answer one request; None where the network means never to answer it."""
        with self._x.scheduler.changed:
            self.requests.append(request)
            self._x.transcript.note(Kind.SENT, f"REST {request.method} {urlsplit(request.path).path}")
        try:
            self._authenticate(request)
            return self._route(request)
        except RestRefused as refused:
            self._x.transcript.note(Kind.SENT, f"REST refused: {refused.status}, {refused.code}", code=refused.code)
            return as_json(refused.body(), refused.status)
        except _Silence:
            self.stopping.wait()
            return None

    def _authenticate(self, request: RestRequest) -> None:
        is_sound = re.search(r"/Recordings/\w+(\.mp3|\.wav)?$|/Media/\w+$", request.path) is not None
        if is_sound and request.method == "GET" and not self.requires_media_auth:
            return
        kind, _, given = request.authorization.partition(" ")
        try:
            account, _, token = base64.b64decode(given, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise RestRefused(20003) from None
        known = hmac.compare_digest(account.encode(), self._x.account_sid.encode())
        if kind != "Basic" or not (known and hmac.compare_digest(token.encode(), self._network.auth_token.encode())):
            raise RestRefused(20003)

    def _route(self, request: RestRequest) -> RestAnswer:
        on_path = [
            (method, found, answer) for method, path, answer in self._routes if (found := path.match(request.path))
        ]
        for method, found, answer in on_path:
            if method == request.method:
                return answer(request, found)
        raise RestRefused(20004 if on_path else 20404)

    # Texts

    def _create_message(self, request: RestRequest, _found: re.Match[str]) -> RestAnswer:
        from_, to, body = request.get("From"), request.get("To"), request.get("Body")
        how = self._network.texts.behaviour_this_time(to)
        if isinstance(how, Refuses) and not (isinstance(how, Broken) and how.accepts):
            raise RestRefused(how.code)
        if isinstance(how, NeverAnswers) and not how.accepts:
            raise _Silence
        self._check_message(request, from_, to, body)
        with self._x.scheduler.changed:
            text = self._network.texts.send(
                from_=from_ or "+15005550006", to=to, body=body, status_callback=_callback(request), behaviour=how
            )
            queued = self._resources.message(text)
        if isinstance(how, NeverAnswers):
            raise _Silence
        if isinstance(how, Broken):
            raise RestRefused(how.code)
        if isinstance(how, Delivers) and how.before_answer:
            self._network.texts.carry_now(text)
        return as_json(queued, 201)

    def _check_message(self, request: RestRequest, from_: str, to: str, body: str) -> None:
        """Raise RestRefused with the error that Twilio gives first."""
        if not to:
            raise RestRefused(21604)
        if not from_ and not request.has("MessagingServiceSid"):
            raise RestRefused(21603)
        if not body and not request.has("MediaUrl") and not request.has("ContentSid"):
            raise RestRefused(21602)
        if len(body) > LONGEST_BODY:
            raise RestRefused(21617)
        if code := magic(from_, TEXT_FROM) or magic(to, TEXT_TO):
            raise RestRefused(code)
        if from_ and from_ != GOOD_FROM and not self._x.owns(from_.removeprefix("whatsapp:")):
            raise RestRefused(21606)
        if not _is_address_of_a_person(to):
            raise RestRefused(21211)
        if to == from_:
            raise RestRefused(21266)
        if request.has("StatusCallback") and not _is_web_address(request.get("StatusCallback")):
            raise RestRefused(21609)
        if (from_, to) in self._network.texts.opted_out:
            raise RestRefused(21610)

    def _message(self, found: re.Match[str]) -> Message:
        text = self._network.texts.messages.get(found[1])
        if text is None:
            raise RestRefused(20404)
        return text

    def _list_messages(self, request: RestRequest, _found: re.Match[str]) -> RestAnswer:
        with self._x.scheduler.changed:
            texts = [
                text
                for text in reversed(self._network.texts.messages.values())
                if request.get("To", text.to) == text.to
                and request.get("From", text.from_) == text.from_
                and _matches(request, "DateSent", text.sent_at or text.created_at)
            ]
            return self._page(request, "messages", [self._resources.message(text) for text in texts])

    def _page(self, request: RestRequest, name: str, items: list[dict[str, object]]) -> RestAnswer:
        size = min(max(_whole(request, "PageSize", 50), 1), 1000)
        number = _whole(request, "Page", 0)
        return as_json(self._resources.page(name, items, path=request.path, size=size, number=number))

    def _show_message(self, _request: RestRequest, found: re.Match[str]) -> RestAnswer:
        return as_json(self._resources.message(self._message(found)))

    def _update_message(self, request: RestRequest, found: re.Match[str]) -> RestAnswer:
        text = self._message(found)
        with self._x.scheduler.changed:
            if request.has("Body"):
                text.body = request.get("Body")
            if request.get("Status") == "canceled" and text.status in {"queued", "accepted", "scheduled"}:
                text.status = "canceled"
        return as_json(self._resources.message(text))

    def _delete_message(self, _request: RestRequest, found: re.Match[str]) -> RestAnswer:
        del self._network.texts.messages[self._message(found).sid]
        return RestAnswer(204)

    def _list_media(self, request: RestRequest, found: re.Match[str]) -> RestAnswer:
        text = self._message(found)
        items: list[dict[str, object]] = [
            {"sid": sid, "parent_sid": text.sid, "account_sid": self._x.account_sid, "content_type": kind}
            for sid, kind, _content in text.media
        ]
        return self._page(request, "media_list", items)

    def _show_media(self, _request: RestRequest, found: re.Match[str]) -> RestAnswer:
        for sid, kind, content in self._message(found).media:
            if sid == found[2]:
                return RestAnswer(200, content, kind)
        raise RestRefused(20404)

    def _delete_media(self, _request: RestRequest, found: re.Match[str]) -> RestAnswer:
        text = self._message(found)
        left = [media for media in text.media if media[0] != found[2]]
        if len(left) == len(text.media):
            raise RestRefused(20404)
        text.media = left
        return RestAnswer(204)

    # Calls

    def _create_call(self, request: RestRequest, _found: re.Match[str]) -> RestAnswer:
        from_, to = request.get("From"), request.get("To")
        self._check_call(request, from_, to)
        leg = Leg(
            sid=self._x.sids.new("CA"),
            from_=from_,
            to=to,
            direction="outbound-api",
            created_at=self._x.now(),
            status_callback=_callback(request),
            status_events=tuple(" ".join(request.all("StatusCallbackEvent")).split()) or ("completed",),
            fallback=_address(request, "FallbackUrl", "FallbackMethod"),
        )
        created = self._resources.call(leg)
        self._network.call_out(leg, _source(request), timeout=_whole(request, "Timeout", 60))
        return as_json(created, 201)

    def _check_call(self, request: RestRequest, from_: str, to: str, *, has_url: bool = True) -> None:
        if not to:
            raise RestRefused(21201)
        if not from_:
            raise RestRefused(21213)
        if has_url and not _is_web_address(request.get("Url")) and not request.has("Twiml"):
            raise RestRefused(21205)
        if code := magic(from_, CALL_FROM) or magic(to, CALL_TO):
            raise RestRefused(code)
        if from_ != GOOD_FROM and not self._x.owns(from_):
            raise RestRefused(21210)
        if not _is_address_of_a_person(to):
            raise RestRefused(21211)

    def _leg(self, found: re.Match[str]) -> Leg:
        leg = self._network.shelf.legs.get(found[1])
        if leg is None:
            raise RestRefused(20404)
        return leg

    def _list_calls(self, request: RestRequest, _found: re.Match[str]) -> RestAnswer:
        with self._x.scheduler.changed:
            legs = [
                leg
                for leg in reversed(self._network.shelf.legs.values())
                if request.get("To", leg.to) == leg.to
                and request.get("From", leg.from_) == leg.from_
                and request.get("Status", leg.status) == leg.status
                and request.get("ParentCallSid", leg.parent.sid if leg.parent else "")
                == (leg.parent.sid if leg.parent else "")
                and _matches(request, "StartTime", leg.created_at)
            ]
            return self._page(request, "calls", [self._resources.call(leg) for leg in legs])

    def _show_call(self, _request: RestRequest, found: re.Match[str]) -> RestAnswer:
        return as_json(self._resources.call(self._leg(found)))

    def _update_call(self, request: RestRequest, found: re.Match[str]) -> RestAnswer:
        """End a call, or send it elsewhere; raises 21220 on a finished one and on canceling an answered one."""
        leg = self._leg(found)
        status = request.get("Status")
        with self._x.scheduler.changed:
            if leg.is_over or leg.gone or (status == Status.CANCELED and leg.answered_at is not None):
                raise RestRefused(21220)
            if status in {Status.CANCELED, Status.COMPLETED}:
                self._network.release(leg)
            elif request.has("Url") or request.has("Twiml"):
                self._network.send_elsewhere(leg, _source(request))
            else:
                raise RestRefused(21205)
        return as_json(self._resources.call(leg))

    # Recordings

    def _recording(self, found: re.Match[str], *, deleted_too: bool = False) -> Recording:
        recording = self._network.shelf.recordings.get(found[1])
        if recording is None or (recording.deleted and not deleted_too):
            raise RestRefused(20404)
        return recording

    def _list_recordings(self, request: RestRequest, _found: re.Match[str]) -> RestAnswer:
        return self._page_of_recordings(request, request.get("CallSid"))

    def _list_call_recordings(self, request: RestRequest, found: re.Match[str]) -> RestAnswer:
        return self._page_of_recordings(request, self._leg(found).sid)

    def _page_of_recordings(self, request: RestRequest, call_sid: str) -> RestAnswer:
        shown = [
            self._resources.recording(recording)
            for recording in reversed(self._network.shelf.recordings.values())
            if (not call_sid or recording.call_sid == call_sid)
            and (not recording.deleted or request.get("IncludeSoftDeleted") == "true")
        ]
        return self._page(request, "recordings", shown)

    def _show_recording(self, request: RestRequest, found: re.Match[str]) -> RestAnswer:
        deleted_too = request.get("IncludeSoftDeleted") == "true"
        return as_json(self._resources.recording(self._recording(found, deleted_too=deleted_too)))

    def _delete_recording(self, _request: RestRequest, found: re.Match[str]) -> RestAnswer:
        self._recording(found).deleted = True
        return RestAnswer(204)

    def _play_recording(self, request: RestRequest, found: re.Match[str]) -> RestAnswer:
        """Serve the sound; the first `recording_missing_times` fetches of each recording find nothing yet."""
        recording = self._recording(found)
        if recording.fetches_refused < self.recording_missing_times:
            recording.fetches_refused += 1
            raise RestRefused(20404)
        return RestAnswer(200, tone(recording.seconds), "audio/x-wav")


class _Silence(Exception):
    """This request is never answered."""


def _whole(request: RestRequest, name: str, default: int) -> int:
    given = request.get(name) or str(default)
    if not given.isdecimal():
        raise RestRefused(20001)
    return int(given)


def _is_web_address(url: str) -> bool:
    return urlsplit(url).scheme in {"http", "https"} and bool(urlsplit(url).hostname)


def _is_address_of_a_person(to: str) -> bool:
    number = to.removeprefix("whatsapp:")
    return re.fullmatch(r"\+[1-9]\d{6,14}", number) is not None or to.startswith(("client:", "sip:"))


def _address(request: RestRequest, name: str, method: str) -> Address | None:
    url = request.get(name)
    return Address(url, request.get(method, "POST")) if url else None


def _callback(request: RestRequest) -> Address | None:
    return _address(request, "StatusCallback", "StatusCallbackMethod")


def _source(request: RestRequest) -> Source:
    if request.has("Twiml"):
        return Source(Address(""), document=request.get("Twiml"))
    return Source(Address(request.get("Url"), request.get("Method", "POST")))


def _matches(request: RestRequest, name: str, at: datetime) -> bool:
    """Whether a time passes `Name`, `Name<` and `Name>` (dates or times; without an offset UTC)."""
    day = at.date().isoformat()
    exactly, until, since = request.get(name), request.get(f"{name}<"), request.get(f"{name}>")
    return (
        (not exactly or day == exactly[:10]) and (not until or day <= until[:10]) and (not since or day >= since[:10])
    )
