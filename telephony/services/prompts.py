"""What a line says, in the language of its voice."""

from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import override

from telephony.services.known import LineNow
from telephony.twiml import DANGER_KEY, Prompts, Voice, choose_voice


def load_prompts(line: LineNow) -> tuple[Prompts, Voice]:
    """Return the words and the voice of a line: its first language, or English where the gateway has no voice for it."""
    return _load(line.name, line.languages[0] if line.languages else "en")


@lru_cache(maxsize=64)
def _load(name: str, language: str) -> tuple[Prompts, Voice]:
    voice = choose_voice(language)
    with override(voice.words):
        return (
            Prompts(
                greeting=_("Hello. This is %(line)s. We are ringing somebody for you.") % {"line": name},
                danger=_("If you are in danger or arrested, press %(key)s.") % {"key": DANGER_KEY},
                whisper=_("This is the line. Press 1 to take the call."),
                accepted=_("Thank you. You are connected."),
                already_taken=_("Somebody else has taken it. Thank you."),
                caller_has_gone=_("The caller has hung up. Please open the desk."),
                leave_message=_("Nobody could come to the phone. Please leave a message after the tone."),
                goodbye=_("Goodbye."),
                apology=_("One moment, please."),
            ),
            voice,
        )
