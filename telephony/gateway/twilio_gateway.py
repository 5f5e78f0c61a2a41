"""Twilio behind our interface. Only the worker imports this module: Twilio's REST client costs 24 MB and 150 ms."""

import ipaddress
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
from django.conf import settings
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError
from urllib3.exceptions import SSLError as TlsError

from telephony.gateway.errors import (
    GatewayError,
    NotKnown,
    NotThere,
    Refused,
    ShutOut,
    TooBig,
    TryLater,
    Unreachable,
)
from telephony.gateway.protocol import Attachment, CallNow, PlacedCall, SentText, Sound
from telephony.gateway.twilio_rooms import CALL_EVENTS, TwilioRooms, safe_sid

TWILIO_API_URL: Final = "https://api.twilio.com"
TIMEOUT_SECONDS: Final = (3.0, 8.0)  # to connect, and between two bytes of an answer
MOST_TEXTS_LOOKED_AT: Final = 100
MOST_CALLS_LOOKED_AT: Final = 100
MOST_REDIRECTS: Final = 3
LONGEST_VALIDITY: Final = timedelta(hours=10)  # Twilio's own limit (ValidityPeriod, 1 to 36000 s)
CALL_IS_OVER: Final = 21220
# Not the request's fault but the account's: authentication, permission, suspended (Twilio's error dictionary).
ABOUT_THE_ACCOUNT: Final = frozenset({20003, 20005, 20006, 20008, 30002})
_READS: Final = frozenset({"GET", "HEAD", "DELETE"})
T = TypeVar("T")


class _Http(TwilioHttpClient):  # type: ignore[misc]  # the library is not typed
    """Twilio's HTTP client with time limits, without retries, and with our errors for what goes wrong on the way."""

    def __init__(self, *, trust_environment: bool) -> None:
        super().__init__()
        self.session.trust_env = trust_environment

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        is_read = method.upper() in _READS
        limits: Any = TIMEOUT_SECONDS  # requests takes a pair, which Twilio's client would compare with zero
        self.timeout = limits
        try:
            response = super().request(method, url, *args, **kwargs)
        except requests.RequestException as broken:
            raise _on_the_way(broken, is_read=is_read) from None  # its text holds the address, and that a number
        _check_status(response.status_code, response.headers, is_read=is_read)
        return response


def _on_the_way(broken: requests.RequestException, *, is_read: bool) -> GatewayError:
    """Say what a failed request means: nothing was done where no connection came about, or where it only read."""
    reason = broken.args[0] if broken.args else None
    if isinstance(reason, MaxRetryError):
        reason = reason.reason
    never_connected = (requests.ConnectTimeout, requests.exceptions.ProxyError, requests.exceptions.SSLError)
    if is_read or isinstance(broken, never_connected):
        return Unreachable("no connection to the gateway")
    if isinstance(reason, NewConnectionError | ConnectTimeoutError | TlsError):
        return Unreachable("no connection to the gateway")
    return NotKnown("the connection broke before an answer")


def _check_status(status: int, headers: Any, *, is_read: bool) -> None:
    if status == 429:
        raise TryLater(_read_retry_after(headers))
    if status >= 500:
        raise Unreachable(f"HTTP {status}") if is_read else NotKnown(f"HTTP {status}")


def _read_retry_after(headers: Any) -> timedelta | None:
    """Read Retry-After where it is a number of seconds; an HTTP date is not used by Twilio."""
    try:
        seconds = float((headers or {}).get("Retry-After", ""))
    except ValueError:
        return None
    return timedelta(seconds=seconds) if 0 <= seconds <= 3600 else None


class TwilioGateway(TwilioRooms):
    """One account at Twilio, or at a gateway that speaks like it. Docstrings of the methods: see `protocol.Gateway`.

    `tokens` newest first: during a roll-over the older one is tried where the newer is not accepted yet.
    """

    def __init__(self, *, account_sid: str, tokens: Sequence[str], api_url: str = "") -> None:
        self._account_sid = account_sid
        self._tokens = list(tokens)
        self._api_url = (api_url or TWILIO_API_URL).rstrip("/")
        self._is_local = _is_loopback(self._api_url)
        self._clients = [self._make_client(token) for token in self._tokens]

    def _make_client(self, token: str) -> Client:
        http = _Http(trust_environment=not self._is_local)
        # The library would read account and region from the environment: ours is read once, by the settings.
        client = Client(self._account_sid, token, http_client=http, environment={"TWILIO_EDGE": ""})
        client.api.base_url = self._api_url
        return client

    # Texts

    def send_text(
        self, *, to: str, sender: str, body: str, status_callback: str, valid_for: timedelta | None = None
    ) -> SentText:
        asked: dict[str, Any] = {"to": to, "from_": sender, "body": body, "status_callback": status_callback}
        if valid_for is not None:
            asked["validity_period"] = int(min(max(valid_for, timedelta(seconds=1)), LONGEST_VALIDITY).total_seconds())
        made = self._ask(lambda client: client.messages.create(**asked), changes=True)
        return _read_text(made, changes=True)

    def find_texts(self, *, to: str, sender: str, since: datetime) -> list[SentText]:
        # Not filtered by DateSent: a text that waits in the gateway's queue has none yet.
        listed = self._ask(lambda client: client.messages.list(to=to, from_=sender, limit=MOST_TEXTS_LOOKED_AT))
        found = [_read_text(each) for each in listed]
        return [text for text in reversed(found) if text.made_at is None or text.made_at >= since]

    # Recordings and media

    def fetch_recording(self, address: str, *, most_bytes: int) -> Sound:
        if not urlsplit(address).scheme:
            address = f"{self._api_url}/2010-04-01/Accounts/{self._account_sid}/Recordings/{safe_sid(address)}"
        return self._fetch(address, most_bytes)

    def delete_recording(self, sid: str) -> None:
        safe_sid(sid)
        _done_already(lambda: self._ask(lambda client: client.recordings(sid).delete()))

    def fetch_media(self, url: str, *, most_bytes: int) -> Attachment:
        return self._fetch(url, most_bytes)

    def delete_media(self, url: str) -> None:
        found = re.search(r"/Messages/([\w-]{1,64})/Media/([\w-]{1,64})$", urlsplit(url).path)
        if found is None:
            raise NotThere
        _done_already(lambda: self._ask(lambda client: client.messages(found[1]).media(found[2]).delete()))

    # Calls

    def place_call(self, *, to: str, sender: str, url: str, status_callback: str, ring_seconds: int = 30) -> PlacedCall:
        asked: dict[str, Any] = {
            "to": to, "from_": sender, "url": url, "method": "POST", "status_callback": status_callback,
            "status_callback_method": "POST", "status_callback_event": list(CALL_EVENTS), "timeout": ring_seconds,
        }  # fmt: skip
        made = self._ask(lambda client: client.calls.create(**asked), changes=True)
        return _read_call(made, changes=True)

    def find_calls(self, *, to: str, since: datetime) -> list[PlacedCall]:
        # Not filtered by StartTime: a call that waits in the gateway's queue has none yet.
        listed = self._ask(lambda client: client.calls.list(to=to, limit=MOST_CALLS_LOOKED_AT))
        found = [_read_call(each) for each in listed if str(each.direction or "").startswith("outbound-api")]
        return [call for call in reversed(found) if call.made_at is None or call.made_at >= since]

    def end_call(self, sid: str) -> None:
        self._update_unless_over(sid, status="completed")

    def cancel_call(self, sid: str) -> bool:
        return self._update_unless_over(sid, status="canceled")

    def move_call(self, sid: str, url: str) -> None:
        self._ask(lambda client: client.calls(safe_sid(sid)).update(url=url, method="POST"), changes=True)

    def get_call(self, sid: str) -> CallNow:
        call = self._ask(lambda client: client.calls(safe_sid(sid)).fetch())
        seconds = str(call.duration or "")
        return CallNow(sid=str(call.sid), status=str(call.status), seconds=int(seconds) if seconds.isdigit() else None)

    def check_credentials(self) -> None:
        try:
            account = self._ask(lambda client: client.api.v2010.accounts(self._account_sid).fetch())
        except NotThere:
            return  # we were let in; a gateway that speaks like Twilio need not know this page
        if account.status not in {None, "active"}:
            raise ShutOut("the account is not active")

    # How it is asked

    def _update_unless_over(self, sid: str, *, status: str) -> bool:
        try:
            self._ask(lambda client: client.calls(safe_sid(sid)).update(status=status), changes=True)
        except NotThere:
            return False
        except Refused as refused:
            if refused.code != CALL_IS_OVER:
                raise
            return False
        return True

    def _ask(self, ask: Callable[[Client], T], *, changes: bool = False) -> T:
        """Ask with the newest token, with an older one where it is not accepted; with our errors for Twilio's."""
        for number, client in enumerate(self._clients, start=1):
            try:
                return ask(client)
            except (TwilioRestException, TwilioServiceException) as refused:
                if refused.status == 401 and number < len(self._clients):
                    continue  # not accepted means not processed
                raise _translate(refused.status, refused.code) from None
            except (TwilioException, ValueError, TypeError, KeyError):
                # A good status with a body that is none of Twilio's.
                raise (NotKnown if changes else Unreachable)("an answer that cannot be read") from None
        raise ShutOut("there is no token")

    def _fetch(self, url: str, most_bytes: int) -> Sound:
        for number, token in enumerate(self._tokens, start=1):
            try:
                return self._fetch_with(token, url, most_bytes)
            except ShutOut:
                if number == len(self._tokens):
                    raise
        raise ShutOut("there is no token")

    def _fetch_with(self, token: str, url: str, most_bytes: int) -> Sound:
        """Follow a file to where it lies. Our credentials go to the gateway's own hosts and nowhere else."""
        with requests.Session() as session:
            session.trust_env = not self._is_local
            for _ in range(MOST_REDIRECTS + 1):
                self._check_address(url)
                auth = (self._account_sid, token) if self._is_gateways_own(url) else None
                try:
                    with session.get(
                        url, auth=auth, timeout=TIMEOUT_SECONDS, stream=True, allow_redirects=False
                    ) as got:
                        if got.is_redirect:
                            url = urljoin(url, got.headers["Location"])
                            continue
                        return _read_file(got, most_bytes)
                except requests.RequestException as broken:
                    raise _on_the_way(broken, is_read=True) from None
        raise Refused(310)  # sent around in a circle

    def _check_address(self, url: str) -> None:
        """Refuse to be sent to an address inside our own network. Raises Refused."""
        parts = urlsplit(url)
        if self._is_local and parts.scheme in {"http", "https"} and _is_loopback(url):
            return
        if parts.scheme != "https" or not parts.hostname or not _is_public_name(parts.hostname):
            raise Refused(400)

    def _is_gateways_own(self, url: str) -> bool:
        parts, own = urlsplit(url), urlsplit(self._api_url)
        if self._is_local:
            return (parts.hostname, parts.port) == (own.hostname, own.port)
        host = parts.hostname or ""
        is_twilio = (own.hostname or "").endswith(".twilio.com")
        return host == own.hostname or (is_twilio and host.endswith(".twilio.com"))


def connect() -> TwilioGateway:
    """Return the gateway that the settings name: Twilio, one that speaks like it, or the practice network."""
    return TwilioGateway(
        account_sid=settings.TWILIO_ACCOUNT_SID,
        tokens=settings.TWILIO_AUTH_TOKENS,
        api_url=settings.TWILIO_API_URL,
    )


def _translate(status: int, code: int | None) -> GatewayError:
    if status == 401 or code in ABOUT_THE_ACCOUNT:
        return ShutOut("account or token are not accepted")
    if status == 404:
        return NotThere(code or 20404)
    return Refused(code or status)


def _done_already(delete: Callable[[], object]) -> None:
    try:
        delete()
    except NotThere:
        return


def _read_text(made: Any, *, changes: bool = False) -> SentText:
    if not made.sid:
        raise (NotKnown if changes else Unreachable)("a text without an id")
    made_at = made.date_created if isinstance(made.date_created, datetime) else None
    return SentText(sid=str(made.sid), state=str(made.status or ""), body=str(made.body or ""), made_at=made_at)


def _read_call(made: Any, *, changes: bool = False) -> PlacedCall:
    if not made.sid:
        raise (NotKnown if changes else Unreachable)("a call without an id")
    made_at = made.date_created if isinstance(made.date_created, datetime) else None
    return PlacedCall(sid=str(made.sid), status=str(made.status or ""), made_at=made_at)


def _read_file(got: requests.Response, most_bytes: int) -> Sound:
    if got.status_code in {401, 403}:
        raise ShutOut("account or token are not accepted")
    if got.status_code in {404, 410}:
        raise NotThere
    _check_status(got.status_code, got.headers, is_read=True)
    if got.status_code != 200:
        raise Refused(got.status_code)
    said = got.headers.get("Content-Length", "")
    if said.isdigit() and int(said) > most_bytes:
        raise TooBig
    content = bytearray()
    for piece in got.iter_content(65536):
        content += piece
        if len(content) > most_bytes:
            raise TooBig
    mime = got.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return Sound(mime=mime[:80], content=bytes(content))


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_public_name(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith((".local", ".internal", ".localhost"))
