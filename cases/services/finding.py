"""Find a person again who rings from another number: by a reference that she was given, and her secret."""

import re
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Caller, Case
from cases.services.casework import lock
from cases.services.code_words import check_code_word
from cases.services.merging import move_to
from cases.services.numbers import join_number
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed
from helpline.core.privacy.references import ALPHABET
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User

_SPOKEN = re.compile(rf"(?:HL-?)?([{ALPHABET}]{{4,13}})")


def find_again(*, case: Case, by: User, at: datetime, reference: str, code_word: str) -> Case:
    """Say that whoever rings in this case is the caller of another one: she named its reference and gave her code word.

    The case becomes hers, and the number that she rings from joins her, with nothing allowed on it yet. A wrong
    reference and a wrong word are answered alike, in the same time, and counted together, on this case, on the one that
    was named, and for the person who asks (limits: `code_words`). Raises NotAllowed; call it outside a transaction that
    is rolled back.
    """
    if case.caller is not None and not case.possibly_known and case.caller.code_word:
        raise NotAllowed(_("It is settled already who this is."))
    there = _find(reference, case)
    among = [there.caller] if there is not None and there.caller is not None else []
    person = check_code_word(
        case=case, by=by, said=code_word, among=among, at=at, also=there,
        wrong=_("This reference and this word do not belong together."),
    )  # fmt: skip
    return _settle(case, person, by, at)


def _find(reference: str, case: Case) -> Case | None:
    """Return the case of this reference, in any writing, whose caller is known; following a case that was joined."""
    spoken = _SPOKEN.fullmatch("".join(reference.upper().split()))
    named = f"HL-{spoken[1]}" if spoken else ""
    found = Case.objects.select_related("caller", "joined_into__caller").filter(ref=named).exclude(pk=case.pk).first()
    if found is not None and found.joined_into is not None and found.caller_id is None:
        found = found.joined_into
    return found if found is not None and not found.possibly_known else None


@transaction.atomic
def _settle(case: Case, person: Caller, by: User, at: datetime) -> Case:
    now = lock(case)
    before = now.caller
    if before is not None and before.pk != person.pk and not now.possibly_known:
        # This person's own row, made when she rang: whatever hangs on it is hers, and can come back.
        move_to(kept=person, merged=before, by=by, how="code_word", at=at)
        now = lock(case)
    now.caller, now.possibly_known = person, False
    now.save(update_fields=["caller", "possibly_known"])
    if now.number is not None:
        join_number(number=now.number, caller=person, by=by, at=at)
    audit.record(by=by, verb="case.found_again", what="case", about=now.ref, at=at, how="code_word")
    audit.record(by=by, verb="case.confirmed_known", what="case", about=now.ref, at=at, how="code_word")
    realtime.publish("case", now.ref)
    return now
