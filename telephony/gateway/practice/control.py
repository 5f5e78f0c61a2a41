"""A client for the control side of a practice network in another process."""

import http.client
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from telephony.gateway.practice.phones import Caller, Phone
from telephony.gateway.practice.quirks import Quirks
from telephony.gateway.practice.texting import Texting
from telephony.gateway.practice.transcript import Event


class PracticeUnavailable(Exception):
    """Nobody listens at this address, or it is no practice network."""


class PracticeRefused(Exception):
    """The practice network said no; the text says why. `status` is HTTP's."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True)
class CallView:
    """What can be known of one leg. `heard` is what the person on it heard so far; `stage` one of phones.Stage."""

    sid: str
    from_: str
    to: str
    direction: str
    status: str
    stage: str
    takes_keys: bool
    by_hand: bool
    over: bool
    seconds: int
    parent: str | None
    heard: list[str] = field(default_factory=list)
    legs: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, values: dict[str, Any]) -> "CallView":
        return cls(**{("from_" if name == "from" else name): value for name, value in values.items()})


@dataclass(frozen=True)
class TextView:
    sid: str
    from_: str
    to: str
    body: str
    status: str
    direction: str
    at: str

    @classmethod
    def of(cls, values: dict[str, Any]) -> "TextView":
        return cls(**{("from_" if name == "from" else name): value for name, value in values.items()})


class PracticeControl:
    """Every method is one request. Raises PracticeUnavailable or PracticeRefused. `wait` and `within` are real seconds."""

    def __init__(self, url: str, token: str, *, timeout: float = 5.0) -> None:
        self._there = urlsplit(url)
        self._token = token
        self._timeout = timeout

    def _ask(self, method: str, name: str, values: dict[str, Any], *, waits: float = 0.0) -> dict[str, Any]:
        connection = http.client.HTTPConnection(
            self._there.hostname or "", self._there.port, timeout=self._timeout + waits
        )
        path = f"/practice/{name}"
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        try:
            if method == "GET":
                connection.request("GET", f"{path}?{urlencode(values)}", headers=headers)
            else:
                connection.request(method, path, body=json.dumps(values), headers=headers)
            response = connection.getresponse()
            answer: Any = json.loads(response.read() or b"{}")
        except (OSError, http.client.HTTPException, ValueError) as failure:
            raise PracticeUnavailable(type(failure).__name__) from failure
        finally:
            connection.close()
        if not isinstance(answer, dict):
            raise PracticeUnavailable("no practice network")
        if response.status != http.HTTPStatus.OK:
            raise PracticeRefused(response.status, str(answer.get("error", "")))
        return answer

    def state(self) -> dict[str, Any]:
        """Return account, practice time, pace, lines, phones, quirks, live calls and the number of the last event."""
        return self._ask("GET", "state", {})

    def is_there(self) -> bool:
        """Whether a practice network listens here that takes our token; raises PracticeRefused where it does not take it."""
        try:
            return "account_sid" in self.state()
        except PracticeUnavailable:
            return False

    def add_line(self, number: str) -> None:
        self._ask("POST", "lines", {"number": number})

    def set_phones(self, phones: dict[str, Phone]) -> None:
        self._ask("POST", "phones", {number: phone.as_json() for number, phone in phones.items()})

    def set_texting(self, texting: dict[str, Texting]) -> None:
        self._ask("POST", "texting", {number: how.as_json() for number, how in texting.items()})

    def set_quirks(self, quirks: Quirks) -> None:
        self._ask("POST", "quirks", quirks.as_json())

    def let_recordings_be_missing(self, times: int) -> None:
        """Let the first fetches of every recording find nothing."""
        self._ask("POST", "recordings", {"missing_times": times})

    def call(
        self, *, from_: str, to: str, caller: Caller | None = None, extra: dict[str, str] | None = None
    ) -> CallView:
        values = {"from": from_, "to": to, "caller": (caller or Caller()).as_json(), "extra": extra or {}}
        return CallView.of(self._ask("POST", "call", values))

    def look_at(self, sid: str) -> CallView:
        return CallView.of(self._ask("GET", "call", {"sid": sid}))

    def call_at(self, number: str) -> CallView | None:
        """Return the live leg at a number, None where its phone is quiet."""
        try:
            return CallView.of(self._ask("GET", "call", {"number": number}))
        except PracticeRefused as refused:
            if refused.status == http.HTTPStatus.NOT_FOUND:
                return None
            raise

    def press(self, sid: str, keys: str) -> CallView:
        return CallView.of(self._ask("POST", "press", {"sid": sid, "keys": keys}))

    def say(self, sid: str, words: str = "", *, seconds: float | None = None) -> CallView:
        """Say words; at a recording they are recorded for `seconds` (default: as long as the words take)."""
        values: dict[str, Any] = {"sid": sid, "words": words}
        return CallView.of(self._ask("POST", "say", values if seconds is None else {**values, "seconds": seconds}))

    def pick_up(self, sid: str) -> CallView:
        return CallView.of(self._ask("POST", "pick-up", {"sid": sid}))

    def hang_up(self, sid: str) -> CallView:
        return CallView.of(self._ask("POST", "hang-up", {"sid": sid}))

    def text(self, *, from_: str, to: str, body: str) -> TextView:
        return TextView.of(self._ask("POST", "text", {"from": from_, "to": to, "body": body}))

    def texts(self, number: str) -> list[TextView]:
        """Return every text that this number sent or got, oldest first."""
        return [TextView.of(text) for text in self._ask("GET", "texts", {"number": number})["texts"]]

    def requests(self) -> list[dict[str, Any]]:
        """Return every REST request that the network got: method, path, query, form."""
        requests: list[dict[str, Any]] = self._ask("GET", "requests", {})["requests"]
        return requests

    def transcript(self, *, after: int = 0, wait: float = 0.0) -> list[Event]:
        """Return the events after this number, waiting for the first of them."""
        answer = self._ask("GET", "transcript", {"after": after, "wait": wait}, waits=wait)
        return [Event.from_json(event) for event in answer["events"]]

    def advance(self, seconds: float) -> None:
        """Move the practice clock on."""
        self._ask("POST", "advance", {"seconds": seconds})

    def settle(self, *, within: float = 30.0) -> None:
        """Wait until nothing is left to do; raises PracticeRefused (409) where something still is."""
        self._ask("POST", "settle", {"within": within}, waits=within)
