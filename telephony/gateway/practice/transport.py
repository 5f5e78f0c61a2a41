"""One signed HTTP request to the application, with Twilio's time limits, retries and redirects."""

import http.client
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urldefrag, urlencode, urljoin, urlsplit, urlunsplit

from telephony.gateway.practice.signing import sign

MOST_REDIRECTS = 10
LARGEST_ANSWER = 4 * 1024 * 1024


class RequestFailed(Exception):
    """No usable answer. `code` is Twilio's error, `after` the practice seconds that it took, `retry` the reason word of a retry policy."""

    def __init__(self, code: int, why: str, *, after: float = 0.0, retry: str = "") -> None:
        super().__init__(why)
        self.code = code
        self.why = why
        self.after = after
        self.retry = retry


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    body: bytes
    url: str


@dataclass(frozen=True)
class Limits:
    """Real seconds. Source: Twilio, webhooks "connection overrides": TCP 2 x 5 s, 15 s in all, hard."""

    connect: float = 10.0
    whole: float = 15.0


@dataclass(frozen=True)
class RetryPolicy:
    """From the fragment of the address (`#rc=2&rp=5xx,ct,rt`); by default one more try where no connection came about."""

    times: int = 1
    reasons: tuple[str, ...] = ("ct",)

    @classmethod
    def of(cls, url: str) -> "RetryPolicy":
        given = parse_qs(urldefrag(url).fragment)
        reasons = tuple(given["rp"][0].split(",")) if "rp" in given else cls.reasons
        times = given.get("rc", ["1"])[0]
        return cls(min(int(times), 5) if times.isdecimal() else 1, reasons)

    def allows(self, reason: str) -> bool:
        return "all" in self.reasons or reason in self.reasons


class Carrier:
    """Posts to the application. `deliver_to` replaces scheme, host and port of the connection, never of what is signed."""

    def __init__(self, *, auth_token: str, limits: Limits, deliver_to: str | None = None) -> None:
        self.auth_token = auth_token
        self.limits = limits
        self.deliver_to = deliver_to

    def send(self, method: str, url: str, form: Mapping[str, str], *, token: str) -> Answer:
        """Make one signed request and follow its redirects.

        Raises RequestFailed: 11200 on a status of 400 and above, 11205 where no answer came in time, 11215 on too many redirects.
        """
        started = time.monotonic()
        url = urldefrag(url).url
        for _ in range(MOST_REDIRECTS):
            answer, location = self._once(method, url, form, token, started)
            if not location:
                if answer.status >= 400:
                    reason = "5xx" if answer.status >= 500 else "4xx"
                    raise RequestFailed(11200, f"HTTP {answer.status}", retry=reason)
                return answer
            url = urljoin(url, location)
            if answer.status not in {307, 308}:
                method, form = "GET", {}
        raise RequestFailed(11215, "too many redirects")

    def _once(
        self, method: str, url: str, form: Mapping[str, str], token: str, started: float
    ) -> tuple[Answer, str | None]:
        if method == "GET" and form:
            url = f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(form)}"
        signed = form if method == "POST" else {}
        headers = {
            "X-Twilio-Signature": sign(self.auth_token, url, signed),
            "I-Twilio-Idempotency-Token": token,
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "Host": urlsplit(url).netloc,
        }
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        if self.deliver_to and urlsplit(url).scheme == "https":
            headers["X-Forwarded-Proto"] = "https"
        connection = self._connection(url)
        self._connect(connection)
        try:
            path = urlunsplit(("", "", urlsplit(url).path or "/", urlsplit(url).query, ""))
            connection.request(method, path, body=urlencode(signed) if method == "POST" else None, headers=headers)
            self._leave_only(connection, started)
            response = connection.getresponse()
            body = self._read(connection, response, started)
            location = response.headers.get("Location") if 300 <= response.status < 400 else None
            content_type = (response.headers.get("Content-Type") or "").strip()
            return Answer(response.status, content_type, body, url), location
        except TimeoutError as timeout:
            raise RequestFailed(11205, "no answer in time", after=self.limits.whole, retry="rt") from timeout
        except (OSError, http.client.HTTPException) as failure:
            raise RequestFailed(11205, f"connection broke: {type(failure).__name__}", retry="rt") from failure
        finally:
            connection.close()

    def _connect(self, connection: http.client.HTTPConnection) -> None:
        try:
            connection.connect()
        except TimeoutError as timeout:
            raise RequestFailed(11205, "no connection in time", after=self.limits.connect, retry="ct") from timeout
        except ssl.SSLError as failure:
            raise RequestFailed(11220, "TLS handshake failed", retry="ct") from failure
        except socket.gaierror as failure:
            raise RequestFailed(11210, "no such host", retry="ct") from failure
        except OSError as failure:
            raise RequestFailed(11205, "connection refused", retry="ct") from failure

    def _connection(self, url: str) -> http.client.HTTPConnection:
        there = urlsplit(self.deliver_to or url)
        if there.scheme not in {"http", "https"} or not there.hostname:
            raise RequestFailed(11100, "not an http address")
        cls = http.client.HTTPSConnection if there.scheme == "https" else http.client.HTTPConnection
        return cls(there.hostname, there.port, timeout=min(self.limits.connect, self.limits.whole))

    def _leave_only(self, connection: http.client.HTTPConnection, started: float) -> None:
        left = self.limits.whole - (time.monotonic() - started)
        if left <= 0:
            raise TimeoutError
        if connection.sock is not None:
            connection.sock.settimeout(left)

    def _read(
        self, connection: http.client.HTTPConnection, response: http.client.HTTPResponse, started: float
    ) -> bytes:
        """Read the body piece by piece, so that a drip of bytes does not outlast the whole limit."""
        body = b""
        while len(body) <= LARGEST_ANSWER and (piece := response.read1(65536)):
            body += piece
            self._leave_only(connection, started)
        return body
