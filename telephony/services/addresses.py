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
