"""Our decisions as TwiML, the document that the gateway plays. Nothing is decided here and nothing is looked up.

Words come in as `Prompts`, already in the language that is spoken (`choose_voice`); addresses come in absolute, because
relative ones are resolved unreliably (a builder raises ValueError for any other). Every document stays far below the
gateway's limit of 64 kB, names no caller, and has a verb to fall through to where nobody presses a key.

The library accepts any attribute, also a misspelt one: the tests hold every document against the gateway's own schema.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

DANGER_KEY: Final = "9"
WHISPER_SECONDS: Final = 8
MENU_SECONDS: Final = 3  # how long after the greeting a key is still waited for; it delays the first ring
LONGEST_MESSAGE_SECONDS: Final = 180
SILENCE_ENDS_MESSAGE_AFTER_SECONDS: Final = 6
_LEG_EVENTS: Final = "initiated ringing answered completed"
_RECORDING_EVENTS: Final = "completed absent"

# Languages that the gateway has a voice for, and the voice's own name for each (enumeration of <Say language> in the
# gateway's library for TypeScript, 6.2.0). There is none for isiZulu, isiXhosa, Kiswahili and many more.
_VOICES: Final = {
    "af": "af-ZA",
    "am": "am-ET",
    "ar": "ar-AE",
    "bg": "bg-BG",
    "bn": "bn-IN",
    "cs": "cs-CZ",
    "da": "da-DK",
    "de": "de-DE",
    "el": "el-GR",
    "en": "en-GB",
    "es": "es-ES",
    "fi": "fi-FI",
    "fil": "fil-PH",
    "fr": "fr-FR",
    "gu": "gu-IN",
    "he": "he-IL",
    "hi": "hi-IN",
    "hu": "hu-HU",
    "id": "id-ID",
    "it": "it-IT",
    "ja": "ja-JP",
    "kn": "kn-IN",
    "ko": "ko-KR",
    "lv": "lv-LV",
    "ml": "ml-IN",
    "mr": "mr-IN",
    "ms": "ms-MY",
    "nb": "nb-NO",
    "nl": "nl-NL",
    "pa": "pa-IN",
    "pl": "pl-PL",
    "pt": "pt-BR",
    "ro": "ro-RO",
    "ru": "ru-RU",
    "sk": "sk-SK",
    "sr": "sr-RS",
    "sv": "sv-SE",
    "ta": "ta-IN",
    "te": "te-IN",
    "th": "th-TH",
    "tr": "tr-TR",
    "uk": "uk-UA",
    "vi": "vi-VN",
    "zh": "zh-CN",
}
_REGIONAL_VOICES: Final = frozenset(
    {"de-AT", "en-AU", "en-CA", "en-IE", "en-IN", "en-NZ", "en-US", "en-ZA", "es-MX", "es-US", "fr-BE", "fr-CA"}
    | {"nl-BE", "pt-PT", "zh-HK", "zh-TW"}
)


@dataclass(frozen=True)
class Voice:
    """What a line speaks: `words` is the language to take the prompts in, `spoken` the gateway's name for the voice."""

    words: str
    spoken: str


@dataclass(frozen=True)
class Prompts:
    """The words of a line, in the language of its voice, ready to be spoken."""

    greeting: str
    danger: str  # "If you are in danger or arrested, press 9."
    whisper: str  # says nothing of the caller: a mailbox may be listening
    accepted: str
    already_taken: str
    caller_has_gone: str
    leave_message: str  # "Please leave a message after the tone."
    goodbye: str
    apology: str


@dataclass(frozen=True)
class Phone:
    """One phone to ring: its number, what it hears when it is picked up, and where its progress is told."""

    number: str
    whisper_url: str
    status_url: str


@dataclass(frozen=True)
class Ring:
    """One step of a plan: phones (ten at most) that ring together for so many seconds; `action_url` hears what became
    of it. `caller_id` is the line's own number: the caller's never shows on a duty phone.
    """

    phones: Sequence[Phone]
    seconds: int
    caller_id: str
    action_url: str


@dataclass(frozen=True)
class MessageTaking:
    """Where a recorded message goes. `key_url` hears the danger key while the promise is spoken."""

    key_url: str
    action_url: str
    status_url: str


def choose_voice(language: str) -> Voice:
    """Return the voice for a line's language ("en", "en-ZA", "zu"); English where the gateway has none for it.

    A region that has a voice of its own keeps it, also for the English that stands in ("zu-ZA" is spoken as en-ZA).
    """
    primary, _, region = language.replace("_", "-").partition("-")
    primary, region = primary.lower(), region.upper()
    words = primary if primary in _VOICES else "en"
    if words != primary and not region and primary in {"zu", "xh", "st", "tn", "nso", "ts", "ss", "ve", "nr"}:
        region = "ZA"  # the languages of South Africa, whose English is closer to the ear than London's
    regional = f"{words}-{region}"
    return Voice(words, regional if regional in _REGIONAL_VOICES else _VOICES[words])


def greet(*, prompts: Prompts, voice: Voice, key_url: str, ring: Ring | None, prompt_url: str) -> str:
    """Greet, listen for the danger key, and without a second request ring the first in order: a caller who presses
    nothing loses no time. With nobody to ring it goes on at `prompt_url` (see `take_message`), by a request of its own,
    so that leaving during the greeting is told from leaving at the prompt.
    """
    return _menu((prompts.greeting, prompts.danger), voice=voice, key_url=key_url, ring=ring, prompt_url=prompt_url)


def ask_again(*, prompts: Prompts, voice: Voice, key_url: str, ring: Ring | None, prompt_url: str) -> str:
    """After a key that means nothing: say the choice once more, then go on as `greet` does."""
    return _menu((prompts.danger,), voice=voice, key_url=key_url, ring=ring, prompt_url=prompt_url)


def ring_phones(ring: Ring) -> str:
    """Ring the next in order."""
    response = VoiceResponse()
    _ring(response, ring)
    return str(response)


def ring_last_resort(
    *, number: str, seconds: int, caller_id: str, whisper_url: str, status_url: str, action_url: str
) -> str:
    """Ring the last-resort number: it too must accept by key, or a mailbox would take somebody in danger."""
    phone = Phone(number=number, whisper_url=whisper_url, status_url=status_url)
    return ring_phones(Ring(phones=(phone,), seconds=seconds, caller_id=caller_id, action_url=action_url))


def whisper(*, prompts: Prompts, voice: Voice, key_url: str) -> str:
    """What the person rung hears before she is joined to the caller. `key_url` hears the key, and hears a blank one
    when eight seconds pass without any (so that silence is told from hanging up); should that fail, we hang up.
    """
    response = VoiceResponse()
    gather = Gather(
        num_digits=1,
        timeout=WHISPER_SECONDS,
        action=absolute(key_url),
        method="POST",
        input="dtmf",
        action_on_empty_result=True,
    )
    _say(gather, prompts.whisper, voice)
    response.append(gather)
    response.hangup()
    return str(response)


def join_caller(*, prompts: Prompts, voice: Voice) -> str:
    """The key was right: a word to the person who pressed it, and the end of the document joins the two."""
    return _say_only(prompts.accepted, voice)


def join_silently() -> str:
    """The same without a word: the end of an empty document joins the two."""
    return str(VoiceResponse())


def tell_already_taken(*, prompts: Prompts, voice: Voice) -> str:
    """Somebody else was faster."""
    return _say_and_hang_up(prompts.already_taken, voice)


def tell_caller_has_gone(*, prompts: Prompts, voice: Voice) -> str:
    """The key was right, but the caller has hung up."""
    return _say_and_hang_up(prompts.caller_has_gone, voice)


def take_message(*, prompts: Prompts, voice: Voice, promise: str, message: MessageTaking) -> str:
    """Say the promise ("We call you back before 8 in the morning."), listen for the danger key, then record."""
    response = VoiceResponse()
    gather = _listen_for_danger(response, message.key_url)
    for words in (prompts.danger, promise, prompts.leave_message):
        _say(gather, words, voice)
    _record(response, message.action_url, message.status_url)
    _say(response, prompts.goodbye, voice)  # an empty recording sends no request: this is where it goes on
    response.hangup()
    return str(response)


def say_goodbye(*, prompts: Prompts, voice: Voice, promise: str = "") -> str:
    """Say what was promised, where anything was, and goodbye."""
    return _say_and_hang_up(f"{promise} {prompts.goodbye}".strip(), voice)


def hang_up() -> str:
    """End this call or this leg without a word."""
    response = VoiceResponse()
    response.hangup()
    return str(response)


def reject(*, is_busy: bool = False) -> str:
    """Refuse a call without answering it (nobody pays): the caller hears that the number is not in service, or busy."""
    response = VoiceResponse()
    response.reject(reason="busy" if is_busy else "rejected")
    return str(response)


def apologise(
    *,
    prompts: Prompts,
    voice: Voice,
    phones: Sequence[str],
    caller_id: str,
    seconds: int,
    record_action_url: str | None = None,
    recording_status_url: str | None = None,
) -> str:
    """The fallback, for when our own answer failed: an apology, the duty phones (numbers, without a whisper, because what
    failed may fail again), then a recording. Needs no database.

    `record_action_url` must not be an address that has just failed, and is only None in a static document on another host.
    """
    response = VoiceResponse()
    _say(response, prompts.apology, voice)
    if phones:
        dial = Dial(timeout=seconds, caller_id=caller_id)
        for phone in phones[:10]:
            dial.number(phone)
        response.append(dial)
    _say(response, prompts.leave_message, voice)
    _record(response, record_action_url, recording_status_url)
    _say(response, prompts.goodbye, voice)
    response.hangup()
    return str(response)


def answer_text_with_nothing() -> str:
    """The answer to an incoming text: none. A reply would be sent, paid for, and read by whoever holds that phone."""
    return str(MessagingResponse())


def absolute(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError("An address in TwiML must be absolute.")
    return url


def _say(to: VoiceResponse | Gather, words: str, voice: Voice) -> None:
    if words:
        to.say(words, language=voice.spoken)


def _say_only(words: str, voice: Voice) -> str:
    response = VoiceResponse()
    _say(response, words, voice)
    return str(response)


def _say_and_hang_up(words: str, voice: Voice) -> str:
    response = VoiceResponse()
    _say(response, words, voice)
    response.hangup()
    return str(response)


def _listen_for_danger(response: VoiceResponse, key_url: str) -> Gather:
    """Add a one-key menu. Without a key the gateway sends no request and plays the next verb."""
    gather = Gather(num_digits=1, timeout=MENU_SECONDS, action=absolute(key_url), method="POST", input="dtmf")
    response.append(gather)
    return gather


def _menu(words: Sequence[str], *, voice: Voice, key_url: str, ring: Ring | None, prompt_url: str) -> str:
    response = VoiceResponse()
    gather = _listen_for_danger(response, key_url)
    for sentence in words:
        _say(gather, sentence, voice)
    if ring is None:
        response.redirect(absolute(prompt_url), method="POST")
    else:
        _ring(response, ring)
    return str(response)


def _ring(response: VoiceResponse, ring: Ring) -> None:
    if not 0 < len(ring.phones) <= 10:
        raise ValueError("One to ten phones can ring together.")
    dial = Dial(timeout=ring.seconds, caller_id=ring.caller_id, action=absolute(ring.action_url), method="POST")
    for phone in ring.phones:
        dial.number(
            phone.number,
            url=absolute(phone.whisper_url),
            method="POST",
            status_callback=absolute(phone.status_url),
            status_callback_method="POST",
            status_callback_event=_LEG_EVENTS,
        )
    response.append(dial)


def _record(response: VoiceResponse, action_url: str | None, status_url: str | None) -> None:
    addresses: dict[str, str] = {}
    if action_url is not None:
        addresses |= {"action": absolute(action_url), "method": "POST"}
    if status_url is not None:
        addresses |= {
            "recording_status_callback": absolute(status_url),
            "recording_status_callback_method": "POST",
            "recording_status_callback_event": _RECORDING_EVENTS,
        }
    response.record(
        max_length=LONGEST_MESSAGE_SECONDS,
        timeout=SILENCE_ENDS_MESSAGE_AFTER_SECONDS,
        finish_on_key="#",
        play_beep=True,
        transcribe=False,
        **addresses,
    )
