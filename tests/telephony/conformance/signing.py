"""Requests as the gateway sends and signs them, one at a time, and its view of what we answer.

The sum is written from the published description ("Validating signatures from Twilio"), not from the library that the
product checks it with.
"""

import base64
import hashlib
import hmac
import http.client
import json
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree

LINE = "+18885550100"
CALLER = "+447700900200"
NOMSA, SIPHO, LERATO, THANDI = "+447700900111", "+447700900112", "+447700900113", "+447700900110"
VOICE, FALLBACK, STATUS = "/telephony/voice/", "/telephony/voice/fallback/", "/telephony/voice/status/"
FORM = "application/x-www-form-urlencoded"


def sign(token, url, form=None, *, algorithm=hashlib.sha1):
    """Return the base64 HMAC of the address and of every posted name with its value, names sorted."""
    signed = url + "".join(f"{name}{form[name]}" for name in sorted(form or {}))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), algorithm).digest()).decode()


@dataclass
class Document:
    """A TwiML answer, read as the gateway reads it: what it is asked to do, and where it goes on."""

    root: ElementTree.Element

    @property
    def verbs(self):
        return [verb.tag for verb in self.root]

    @property
    def words(self):
        return " ".join(said.text or "" for said in self.root.iter("Say"))

    @property
    def numbers(self):
        """The phones that are rung, in order."""
        return [noun.text for noun in self.root.iter("Number")]

    def path(self, verb, attribute="action"):
        """Where the gateway goes on from a verb: path and query, as it would ask us."""
        found = self.root.find(f".//{verb}")
        assert found is not None, f"there is no <{verb}> in {self.verbs}"
        return path_of(found.attrib[attribute])

    def phone(self, number):
        """Where a phone's whisper is, and where its progress is told."""
        noun = next(noun for noun in self.root.iter("Number") if noun.text == number)
        return path_of(noun.attrib["url"]), path_of(noun.attrib["statusCallback"])


def path_of(url):
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def read(response):
    """Return the document of an answer that the gateway would play; anything else fails the test."""
    assert response.status_code == 200, response.status_code
    assert response.headers["Content-Type"].split(";")[0] in {"text/xml", "application/xml"}
    root = ElementTree.fromstring(response.content)
    assert root.tag == "Response"
    return Document(root)


@dataclass(frozen=True)
class WireAnswer:
    """What came back over the wire."""

    status_code: int
    headers: dict
    content: bytes


@dataclass(frozen=True)
class Wire:
    """Real HTTP to a running server, with the two methods of Django's client that we use."""

    address: str

    def post(self, path, *, data, content_type, headers):
        return self.ask("POST", path, {**headers, "Content-Type": content_type}, data)

    def get(self, path, *, headers):
        return self.ask("GET", path, headers)

    def ask(self, method, path, headers, data=None):
        there = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=20)
        try:
            there.request(method, path, body=data, headers=headers)
            answer = there.getresponse()
            return WireAnswer(answer.status, dict(answer.headers.items()), answer.read())
        finally:
            there.close()


@dataclass
class Gateway:
    """Sends what the gateway sends, through a client of Django's, to the application as it is configured."""

    client: object
    public_url: str
    account_sid: str
    token: str
    host: str = field(default="")

    def __post_init__(self):
        self.host = self.host or urlsplit(self.public_url).netloc

    def said(self, **changes):
        """The parameters of a first request about an incoming call; a name set to None is left out."""
        from_, to = changes.pop("From", CALLER), changes.pop("To", LINE)
        ordinary = {
            "AccountSid": self.account_sid,
            "ApiVersion": "2010-04-01",
            "CallSid": "CA" + "1" * 32,
            "CallStatus": "ringing",
            "Direction": "inbound",
            "From": from_,
            "Caller": from_,
            "To": to,
            "Called": to,
            "FromCity": "",
            "FromCountry": "ZA",
            "ToCity": "",
        }
        return {name: value for name, value in {**ordinary, **changes}.items() if value is not None}

    def post(self, path, said, *, token=None, signature=None, headers=None, host=None):
        """Post a form. `signature` is sent as it is; "" sends a blank one, False none at all."""
        right = sign(token or self.token, self.public_url + path, said)
        return self.client.post(
            path,
            data=urlencode(said),
            content_type=FORM,
            headers=self._headers(right if signature is None else signature, host) | (headers or {}),
        )

    def get(self, path, said, *, signature=None, method="get"):
        """Ask by GET (or HEAD): the same names in the query, the address alone is signed."""
        asked = f"{path}?{urlencode(said)}"
        right = sign(self.token, self.public_url + asked)
        send = getattr(self.client, method)
        return send(asked, headers=self._headers(right if signature is None else signature))

    def post_json(self, path, said, *, body_hash=None, signature=None):
        """Post JSON: its SHA-256 stands in the address, and the address is signed."""
        body = json.dumps(said)
        asked = f"{path}?bodySHA256={body_hash or hashlib.sha256(body.encode()).hexdigest()}"
        return self.post_raw(asked, body, "application/json", signature or sign(self.token, self.public_url + asked))

    def post_raw(self, path, body, content_type, signature, headers=None):
        return self.client.post(
            path,
            data=body,
            content_type=content_type,
            headers=self._headers(signature) | (headers or {}),
        )

    def _headers(self, signature, host=None):
        told = {"Host": host or self.host}
        return told if signature is False else told | {"X-Twilio-Signature": signature}

    # What happens in the life of a call

    def ring(self, **changes):
        """The first request of a call."""
        return self.post(VOICE, self.said(**changes))

    def status(self, word, *, path=STATUS, **more):
        """A status callback, of the caller's call or (with the `path` of a phone) of a leg."""
        return self.tell(path, self.said(CallStatus=word, CallbackSource="call-progress-events", **more))

    def tell(self, path, said):
        """Send a status of any kind: the answer is always nothing, and at once (case 26)."""
        began = time.monotonic()
        response = self.post(path, said)
        assert (response.status_code, response.content) == (204, b"")
        assert time.monotonic() - began < 1

    def dialled(self, document, word, *, call_status="in-progress", **more):
        """The action of the <Dial> in a document: what became of it."""
        said = self.said(CallStatus=call_status, DialCallStatus=word, **more)
        return self.post(document.path("Dial"), said)

    def pick_up(self, document, number, sid="CA" + "2" * 32, parent="CA" + "1" * 32):
        """A phone is picked up: its whisper. Returns the document that it hears."""
        return read(self.post(document.phone(number)[0], self.of_leg(number, sid, parent)))

    def press(self, whisper, key, number=NOMSA, sid="CA" + "2" * 32, parent="CA" + "1" * 32):
        """A key in the whisper. Returns the document that the phone hears then."""
        said = self.of_leg(number, sid, parent) | {"Digits": key, "FinishedOnKey": ""}
        return read(self.post(whisper.path("Gather"), said))

    def of_leg(self, number, sid="CA" + "2" * 32, parent="CA" + "1" * 32, **more):
        """The parameters of a request about a phone of ours."""
        return (
            self.said(
                CallSid=sid,
                ParentCallSid=parent,
                Direction="outbound-dial",
                CallStatus="in-progress",
                From=LINE,
                To=number,
            )
            | more
        )
