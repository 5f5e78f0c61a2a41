"""What is said in rooms and on calls that we make, in the language of the line's voice. No name, nothing of a caller."""

from django.utils.translation import gettext as _
from django.utils.translation import override

from helpline.core.lines.models import Line
from telephony.twiml import Voice, choose_voice


def voice_of(line: Line | None) -> Voice:
    return choose_voice(line.languages[0] if line is not None and line.languages else "en")


def say(line: Line | None, what: str) -> str:
    """Return one of the sentences below in the words of a line's voice."""
    with override(voice_of(line).words):
        return {
            "joining": _("One moment, stay on the line."),
            "waiting": _("You are not forgotten. We are ringing somebody for you. Please stay on the line."),
            "counsellor": _("We are ringing them."),
            "ask": _("This is the helpline. We would like to connect you with somebody now."),
            "keys": _("Press 1 to speak with us, or 2 if you cannot."),
            "thanks": _("Thank you. You are connected."),
            "declined": _("Thank you. Goodbye."),
            "no_longer": _("Thank you. It is not needed any more. Goodbye."),
            "left_you": _("Thank you. They are talking. Goodbye."),
            "caller_gone": _("The caller has hung up. Please open the desk."),
            "room_over": _("The connection has ended. Please open the desk."),
            "back": _("You are not alone. Stay on the line, and we ring somebody for you."),
            "they_left": _("They have hung up. If you want to speak with us again, stay on the line."),
        }[what]
