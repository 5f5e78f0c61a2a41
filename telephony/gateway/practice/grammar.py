"""What TwiML may look like: a small grammar of the verbs that the network plays, and what it says where it is broken.

Sources: Twilio's TwiML pages for each verb; error numbers from its error dictionary. What is merely unknown or has a bad value
is skipped with a warning, as there; what is no TwiML at all is refused.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

MOST_BYTES = 64 * 1024

Check = Callable[[str], bool]


def _anything(_value: str) -> bool:
    return True


def _whole(value: str) -> bool:
    return re.fullmatch(r"\d+", value) is not None


def _yes_no(value: str) -> bool:
    return value in {"true", "false"}


def _one_of(*words: str) -> Check:
    return frozenset(words).__contains__


def _some_of(*words: str) -> Check:
    return lambda value: bool(value.split()) and set(value.split()) <= set(words)


_method = _one_of("GET", "POST")
_keys = partial(re.fullmatch, r"[0-9*#]*")
_e164_ish = partial(re.fullmatch, r"\+?[0-9]{3,15}|sip:\S+|client:\S+|[A-Za-z0-9_.+-]+")


def _finish_key(value: str) -> bool:
    return _keys(value) is not None


def _caller_id(value: str) -> bool:
    return _e164_ish(value) is not None


_RECORDING = {
    "recordingStatusCallback": _anything,
    "recordingStatusCallbackMethod": _method,
    "recordingStatusCallbackEvent": _some_of("in-progress", "completed", "absent"),
    "trim": _one_of("trim-silence", "do-not-trim"),
}
_NOUN = {
    "url": _anything,
    "method": _method,
    "statusCallback": _anything,
    "statusCallbackMethod": _method,
    "statusCallbackEvent": _some_of("initiated", "ringing", "answered", "completed"),
}
_MACHINE = {
    "machineDetection": _one_of("Enable", "DetectMessageEnd"),
    "machineDetectionTimeout": _whole,
    "machineDetectionSpeechThreshold": _whole,
    "machineDetectionSpeechEndThreshold": _whole,
    "machineDetectionSilenceTimeout": _whole,
    "amdStatusCallback": _anything,
    "amdStatusCallbackMethod": _method,
}
_SPEECH_MARKS = ("break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w")


@dataclass(frozen=True)
class Rule:
    attributes: Mapping[str, Check] = field(default_factory=dict)
    children: tuple[str, ...] = ()
    any_attribute: bool = False


VERBS = ("Say", "Play", "Pause", "Gather", "Dial", "Record", "Enqueue", "Leave", "Redirect", "Hangup", "Reject", "Sms")

RULES: Mapping[str, Rule] = {
    "Response": Rule(children=(*VERBS, "Message")),
    "Say": Rule({"voice": _anything, "language": _anything, "loop": _whole}, _SPEECH_MARKS),
    "Play": Rule({"loop": _whole, "digits": _anything}),
    "Pause": Rule({"length": _whole}),
    "Gather": Rule(
        {
            "action": _anything,
            "method": _method,
            "input": _some_of("dtmf", "speech"),
            "timeout": _whole,
            "numDigits": _whole,
            "finishOnKey": _finish_key,
            "actionOnEmptyResult": _yes_no,
            "bargeIn": _yes_no,
            "language": _anything,
            "hints": _anything,
            "speechTimeout": _anything,
            "speechModel": _anything,
            "maxSpeechTime": _whole,
            "profanityFilter": _yes_no,
            "partialResultCallback": _anything,
            "partialResultCallbackMethod": _method,
            "enhanced": _yes_no,
        },
        ("Say", "Play", "Pause"),
    ),
    "Dial": Rule(
        {
            "action": _anything,
            "method": _method,
            "timeout": _whole,
            "timeLimit": _whole,
            "callerId": _caller_id,
            "answerOnBridge": _yes_no,
            "hangupOnStar": _yes_no,
            "sequential": _yes_no,
            "ringTone": _anything,
            "record": _one_of(
                "do-not-record", "record-from-answer", "record-from-ringing", "record-from-answer-dual",
                "record-from-ringing-dual",
            ),
            "recordingTrack": _one_of("both", "inbound", "outbound"),
            **_RECORDING,
        },
        ("Number", "Client", "Sip", "Queue", "Conference"),
    ),
    "Number": Rule({**_NOUN, **_MACHINE, "sendDigits": _anything, "byoc": _anything}),
    "Client": Rule(_NOUN, ("Identity", "Parameter")),
    "Identity": Rule(),
    "Parameter": Rule({"name": _anything, "value": _anything}),
    "Sip": Rule({**_NOUN, **_MACHINE, "username": _anything, "password": _anything}),
    "Queue": Rule({"url": _anything, "method": _method}),
    "Conference": Rule(
        {
            **dict.fromkeys(("waitUrl", "statusCallback", "participantLabel", "coach", "region"), _anything),
            **dict.fromkeys(("waitMethod", "statusCallbackMethod"), _method),
            **dict.fromkeys(("muted", "startConferenceOnEnter", "endConferenceOnExit"), _yes_no),
            "beep": _one_of("true", "false", "onEnter", "onExit"),
            "maxParticipants": _whole,
            "record": _one_of("do-not-record", "record-from-start"),
            "statusCallbackEvent": _some_of(
                "start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"
            ),
            **_RECORDING,
        }
    ),
    "Record": Rule(
        {
            "action": _anything,
            "method": _method,
            "timeout": _whole,
            "maxLength": _whole,
            "finishOnKey": _finish_key,
            "playBeep": _yes_no,
            "transcribe": _yes_no,
            "transcribeCallback": _anything,
            **_RECORDING,
        }
    ),
    "Enqueue": Rule(
        {
            "action": _anything,
            "method": _method,
            "waitUrl": _anything,
            "waitUrlMethod": _method,
            "maxQueueSize": _whole,
            "workflowSid": _anything,
        }
    ),
    "Leave": Rule(),
    "Redirect": Rule({"method": _method}),
    "Hangup": Rule(),
    "Reject": Rule({"reason": _one_of("rejected", "busy")}),
    "Sms": Rule({"to": _anything, "from": _anything, "action": _anything, "method": _method, "statusCallback": _anything}),
    "Message": Rule({"to": _anything, "from": _anything, "action": _anything, "method": _method}, ("Body", "Media")),
    "Body": Rule(),
    "Media": Rule(),
    **dict.fromkeys(_SPEECH_MARKS, Rule(children=_SPEECH_MARKS, any_attribute=True)),
}  # fmt: skip


class Refused(Exception):
    """No TwiML: `code` is Twilio's error number."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code
        self.why = why


@dataclass(frozen=True)
class Warned:
    code: int
    why: str


@dataclass
class Element:
    """A verb or noun, holding only what the grammar allows."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def whole(self, name: str, default: int) -> int:
        return int(self.attributes.get(name, default))

    def yes(self, name: str, *, default: bool = False) -> bool:
        return self.attributes.get(name, "true" if default else "false") == "true"

    def words(self, name: str, default: str) -> tuple[str, ...]:
        return tuple(self.attributes.get(name, default).split())


@dataclass(frozen=True)
class Document:
    verbs: list[Element]
    warnings: list[Warned]
    url: str


def read_twiml(body: bytes, *, url: str, content_type: str) -> Document:
    """Read a document; raises Refused with 11750, 11770, 12100, 12102 or 12300 where it is none."""
    _check_content_type(content_type)
    if len(body) > MOST_BYTES:
        raise Refused(11750, f"{len(body)} bytes, more than {MOST_BYTES}")
    if not body:
        raise Refused(11770, "empty answer")
    if not body.startswith((b"<", b"\xef\xbb\xbf<")):
        raise Refused(12100, "something stands before the document")
    root = _parse(body)
    if root.tag != "Response":
        raise Refused(12102, f"the root element is <{root.tag}>, not <Response>")
    warnings: list[Warned] = []
    if (root.text or "").strip():
        warnings.append(Warned(12200, "text directly inside <Response>"))
    return Document(_keep_allowed(root, warnings).children, warnings, url)


def _check_content_type(content_type: str) -> None:
    kind = content_type.partition(";")[0].strip().lower()
    if not kind:
        raise Refused(11200, "the answer has no content type")
    if kind not in {"text/xml", "application/xml", "text/html"}:
        raise Refused(12300, f"content type {kind}")


def _parse(body: bytes) -> ET.Element:
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise Refused(12100, "a document type is not allowed")
    try:
        return ET.fromstring(body)  # noqa: S314 - our own application's answer, no document type, size limited above
    except ET.ParseError as failure:
        raise Refused(12100, f"not well formed: {failure}") from failure


def _keep_allowed(node: ET.Element, warnings: list[Warned]) -> Element:
    rule = RULES[node.tag]
    kept = Element(node.tag, text=" ".join("".join(node.itertext()).split()))
    for name, value in node.attrib.items():
        check = rule.attributes.get(name, _anything if rule.any_attribute else None)
        if check is None:
            warnings.append(Warned(12200, f"<{node.tag}> has no attribute {name}"))
        elif not check(value):
            warnings.append(Warned(12200, f'<{node.tag}> does not allow {name}="{value}"'))
        else:
            kept.attributes[name] = value
    for child in node:
        if child.tag in rule.children:
            kept.children.append(_keep_allowed(child, warnings))
        else:
            warnings.append(Warned(12200, f"<{child.tag}> is not allowed in <{node.tag}>"))
    return kept
