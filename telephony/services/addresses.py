"""The addresses that stand in TwiML: absolute, on PUBLIC_URL, with references and never with numbers."""

from django.conf import settings
from django.urls import reverse

from telephony.twiml import MessageTaking


def _absolute(name: str, **path: object) -> str:
    return f"{settings.PUBLIC_URL}{reverse(f'telephony:{name}', kwargs=path)}"


def pressed() -> str:
    """Where a key pressed in a menu goes."""
    return _absolute("pressed")


def prompt() -> str:
    """Where a caller goes on who finds nobody to be rung."""
    return _absolute("prompt")


def dialled(step: int) -> str:
    """Where it is told what became of one step of ringing."""
    return _absolute("dialled", step=step)


def whisper(leg_ref: str) -> str:
    """What somebody hears who picks up a duty phone."""
    return _absolute("whisper", leg_ref=leg_ref)


def accept(leg_ref: str) -> str:
    """Where the key goes that she presses then."""
    return _absolute("accept", leg_ref=leg_ref)


def leg_status(leg_ref: str) -> str:
    """Where the progress of one duty phone is told."""
    return _absolute("leg_status", leg_ref=leg_ref)


def message_taking() -> MessageTaking:
    """Where a recorded message goes."""
    return MessageTaking(key_url=pressed(), action_url=_absolute("recorded"), status_url=_absolute("recording_status"))


def text_status(message_ref: str) -> str:
    """Where the progress of a text is told. It names the message: a status may come before we know the text's own id."""
    return _absolute("text_status", message_ref=message_ref)


def out_words(out_ref: str) -> str:
    """What somebody hears whom we ring."""
    return _absolute("out_words", out_ref=out_ref)


def out_key(out_ref: str) -> str:
    """Where the key goes that they press then."""
    return _absolute("out_key", out_ref=out_ref)


def out_status(out_ref: str) -> str:
    """Where the progress of a call is told that we make."""
    return _absolute("out_status", out_ref=out_ref)


def room_door(room: str, who: str) -> str:
    """Where the counsellor, the caller or the provider comes into a room."""
    return _absolute("room_door", room=room, who=who)


def room_left(room: str, who: str) -> str:
    """Where it is told that somebody is out of a room."""
    return _absolute("room_left", room=room, who=who)


def room_again(room: str) -> str:
    """Where a caller goes on who is given back to whoever is on call."""
    return _absolute("room_again", room=room)


def room_wait(room: str) -> str:
    """What is heard in a room by whoever waits or is held."""
    return _absolute("room_wait", room=room)


def room_events(room: str) -> str:
    """Where it is told who comes into a room and who leaves."""
    return _absolute("room_events", room=room)


def music() -> str:
    """The sound that is heard while somebody waits."""
    return _absolute("music")
