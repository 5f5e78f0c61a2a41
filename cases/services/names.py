"""The names of a caller, each with where it may be said, and the language that we speak with them."""

import re
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Caller, Case, NameKind, SayIn, SpokenName, WordKind
from cases.services import word_index
from cases.services.cards import known_caller
from cases.services.casework import lock
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")


@transaction.atomic
def set_name(
    *, case: Case, by: User, at: datetime, kind: str, name: str, pronouns: str = "", say_in: Iterable[str] = ()
) -> SpokenName | None:
    """Write down a name of the caller, its pronouns, and where it may be said; a blank name takes it away.

    A case is found by the name that somebody uses, never by the one on her papers: who asks for that is seldom a friend.
    Raises NotAllowed for a kind or a place that there is not, for places or pronouns without a name, and while nobody
    knows who rings.
    """
    places = list(dict.fromkeys(say_in))
    if kind not in NameKind.values or not set(places) <= set(SayIn.values):
        raise NotAllowed(_("There is no such kind of name, or no such place."))
    name, pronouns = name.strip(), pronouns.strip()
    if not name and (pronouns or places):
        raise NotAllowed(_("Say the name, too."))
    now = lock(case)
    caller = known_caller(now)
    row = SpokenName.objects.filter(caller=caller, kind=kind).first()
    if not name:
        if row is not None:
            word_index.put(case=now, kind=WordKind.NAME, ref=row.ref, texts=[])
            row.delete()
        row = None
    else:
        row = row or SpokenName(caller=caller, kind=kind)
        row.name, row.pronouns, row.say_in, row.said_at = name, pronouns or None, places, at
        row.save()
        if kind == NameKind.CHOSEN:
            word_index.put(case=now, kind=WordKind.NAME, ref=row.ref, texts=[name])
    audit.record(by=by, verb="caller.named", what="case", about=case.ref, at=at, kind=kind, say_in=places)
    realtime.publish("case", case.ref)
    return row


@transaction.atomic
def set_language(*, case: Case, by: User, at: datetime, language: str) -> Caller:
    """Say which language (a code such as zu) we speak and write with the caller; blank is that of the line."""
    language = language.strip()
    if language and not _LANGUAGE.fullmatch(language):
        raise NotAllowed(_("A language is a code, such as en or zu."))
    caller = known_caller(lock(case))
    caller.language = language
    caller.save(update_fields=["language"])
    audit.record(by=by, verb="caller.language", what="case", about=case.ref, at=at, language=language)
    realtime.publish("case", case.ref)
    return caller


def name_to_say(caller: Caller, where: str) -> tuple[str, str] | None:
    """Return the name and pronouns that may be said in this place (one of `SayIn`), the chosen one first; None where
    none may be.
    """
    for kind in (NameKind.CHOSEN, NameKind.COURT):
        for row in caller.names.all():
            if row.kind == kind and where in row.say_in:
                return row.name, row.pronouns or caller.pronouns or ""
    return None
