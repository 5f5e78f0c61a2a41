"""Documents for rooms in which a caller meets somebody outside, and for calls that we make. As in `twiml`, nothing is decided here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from telephony.twiml import Voice, absolute

ANSWER_SECONDS: Final = 8
TIMES_SAID: Final = 2
ROOM_EVENTS: Final = "start end join leave hold"


@dataclass(frozen=True)
class Door:
    """How somebody comes into a room: `label` says who it is, `ends_room` whether the room ends when they leave, `action_url` hears
    that they are out of it, `wait_url` is heard while nobody else is there, `events_url` hears who comes and goes.
    """

    room: str
    label: str
    ends_room: bool
    wait_url: str
    events_url: str
    action_url: str


def enter_room(door: Door, *, words: str, voice: Voice) -> str:
    """Say something (blank: nothing), then be in the room. No beep: nothing tells a listener that somebody came."""
    response = VoiceResponse()
    if words:
        response.say(words, language=voice.spoken)
    dial = Dial(action=absolute(door.action_url), method="POST")
    dial.conference(
        door.room,
        participant_label=door.label,
        beep="false",
        start_conference_on_enter=True,
        end_conference_on_exit=door.ends_room,
        wait_url=absolute(door.wait_url),
        wait_method="POST",
        status_callback=absolute(door.events_url),
        status_callback_method="POST",
        status_callback_event=ROOM_EVENTS,
    )
    response.append(dial)
    return str(response)


def wait_with(*, words: str, voice: Voice, music_url: str, again_url: str) -> str:
    """What is heard while somebody waits: words, music, and the same again for as long as it takes."""
    response = VoiceResponse()
    response.say(words, language=voice.spoken)
    response.play(absolute(music_url))
    response.redirect(absolute(again_url), method="POST")
    return str(response)


def say_and_go_on(*, words: str, voice: Voice, url: str) -> str:
    """Say something, then go on at this address. Whoever hangs up meanwhile rings nobody."""
    response = VoiceResponse()
    response.say(words, language=voice.spoken)
    response.redirect(absolute(url), method="POST")
    return str(response)


def say_and_end(*, words: str, voice: Voice) -> str:
    response = VoiceResponse()
    response.say(words, language=voice.spoken)
    response.hangup()
    return str(response)


def ask_for_key(*, words: Sequence[str], voice: Voice, key_url: str) -> str:
    """Say a question and wait for one key, twice. A mailbox presses none: then it is over, and `key_url` hears nothing."""
    response = VoiceResponse()
    for _ in range(TIMES_SAID):
        gather = Gather(
            num_digits=1, timeout=ANSWER_SECONDS, action=absolute(key_url), method="POST", input="dtmf"
        )  # fmt: skip
        for sentence in words:
            gather.say(sentence, language=voice.spoken)
        response.append(gather)
    response.hangup()
    return str(response)
