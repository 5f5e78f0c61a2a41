"""The word by which somebody is known on a shared phone: compared as it is said, and not to be guessed."""

import hmac
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Caller, Case
from cases.services.casework import lock
from helpline.core.audit import services as audit
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed
from helpline.core.staff.models import Role, User

# A caller in trouble may need a second and a third try; who goes through the names of dogs needs more.
MOST_WRONG = 5
MOST_WRONG_BY_ONE = 4 * MOST_WRONG  # on all cases together: who sits at the desk all night hears some wrong words
WITHIN = timedelta(hours=1)


def check_code_word(
    *,
    case: Case,
    by: User,
    said: str,
    among: Iterable[Caller],
    at: datetime,
    also: Case | None = None,
    wrong: str = "",
) -> Caller:
    """Return which of these people left the word that was said. All are compared, in the same time.

    `also` is another case whose word it would be: tries count there, too, so that nobody guesses from call to call.
    `wrong` is the sentence for a wrong word where the ordinary one would not fit. Raises NotAllowed for a wrong word (written down, without the word: call this outside a transaction that is rolled
    back) and where `check_may_still_say` does. Tries on one case come one after the other, so that none goes uncounted.
    """
    with transaction.atomic():
        lock(case)
        may_try = _may_still_try(case, by, at) and (also is None or _may_still_try(also, by, at))
        meant = plain(said)
        matching = [one for one in among if one.code_word and hmac.compare_digest(plain(one.code_word), meant)]
        right = matching[0] if may_try and matching and meant else None
        if right is None:
            verb = "case.wrong_code_word" if may_try else "case.code_word_refused"
            for ref in dict.fromkeys((case.ref, also.ref if also is not None else case.ref)):
                audit.record(by=by, verb=verb, what="case", about=ref, at=at)
    if not may_try:
        raise NotAllowed(_too_many())
    if right is None:
        raise NotAllowed(wrong or _("That is not a code word of anybody who used this number."))
    return right


def check_may_still_say(*, case: Case, by: User, at: datetime) -> None:
    """Raise NotAllowed where too many words were wrong on this case within the hour and this person is no supervisor.

    Who has been guessing must not go on by saying that they are sure without the word.
    """
    if not _may_still_try(case, by, at):
        audit.record(by=by, verb="case.code_word_refused", what="case", about=case.ref, at=at)
        raise NotAllowed(_too_many())


def was_given(case: Case) -> bool:
    """Say whether the caller of this case gave the code word when it was said who they are."""
    confirmed = Entry.objects.filter(about=case.ref, verb="case.confirmed_known").order_by("-at", "-pk").first()
    return confirmed is not None and confirmed.detail.get("how") == "code_word"


def _may_still_try(case: Case, by: User, at: datetime) -> bool:
    wrong = Entry.objects.filter(verb="case.wrong_code_word", at__gt=at - WITHIN, at__lte=at)
    on_it, by_her = wrong.filter(about=case.ref).count(), wrong.filter(who=by).count()
    return (on_it < MOST_WRONG and by_her < MOST_WRONG_BY_ONE) or by.holds(Role.SUPERVISOR)


def _too_many() -> str:
    return _(
        "Too many words were wrong within the hour: a supervisor decides who it is. The call goes on all the same."
    )


def plain(word: str) -> bytes:
    """Words are said, not typed: capitals, spaces and the way of writing an accent do not count."""
    return "".join(unicodedata.normalize("NFKC", word).casefold().split()).encode("utf-8", "surrogatepass")
