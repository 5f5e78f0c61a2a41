"""Does a text sound as if somebody else has the phone? Then nothing more goes there until a person has settled it.

Nothing is ever answered: not even that there is a case. What was written is shown to a counsellor as every text is.
"""

from datetime import datetime

from django.db.models import Q

from cases.models import Caller, Case, ContactRoute, Number, SafeContact
from cases.services import numbers
from helpline.core.privacy.fields import all_indexes
from telephony.models import Text
from telephony.text_words import holds_phrase, is_in_other_hands, speaks_of_code_word


def look_at(text: Text, case: Case, *, at: datetime) -> bool:
    """Hold the number of a text that holds a stop word, a wrong code word, or the words of somebody else.

    Only a number on which a caller, or somebody near her, is reached: from any other nothing could be given away. Says
    whether it is held now because of this text.
    """
    if text.number is None:
        return False
    because = why_hold(text.number, text.body)
    if because:
        numbers.hold_number(number=text.number, because=because, at=at, case=case, key=f"held-text-{text.ref}")
    return bool(because)


def why_hold(number: Number, body: str) -> str:
    """Return the code of why a number must be held after this text; blank where nothing speaks for it."""
    cards = list(SafeContact.objects.filter(number=number, ended_at=None).select_related("caller"))
    routes = list(
        ContactRoute.objects.filter(index__in=all_indexes("number", number.number), ended_at=None).select_related(
            "caller"
        )
    )
    words = [word for word in (*(card.stop_word for card in cards), *(route.stop_word for route in routes)) if word]
    if any(holds_phrase(body, word) for word in words):
        return "stop_word"
    if not cards and not routes:
        return ""
    if speaks_of_code_word(body) and _is_wrong_word(
        number, [*(card.caller for card in cards), *(route.caller for route in routes)], body
    ):
        return "wrong_word"
    return "impostor" if is_in_other_hands(body) else ""


def _is_wrong_word(number: Number, callers: list[Caller], body: str) -> bool:
    """Say whether none of the people who use this phone has the word that was texted. Where nobody has one: no."""
    others = Caller.objects.filter(Q(cases__number=number), merged_into=None).distinct()
    known = [one.code_word for one in (*callers, *others) if one.code_word]
    return bool(known) and not any(holds_phrase(body, word) for word in known)
