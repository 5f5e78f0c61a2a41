"""In which words something is asked: the newest published version in the caller's language, kept by the coordinator.

What comes with the product (cases/wordings/<language>.json) is asked until a coordinator has published her own, and
becomes version 1 when somebody first answers to it. A published version is never changed: who changes it makes the next.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from cases.models import ConsentWording, Purpose
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed
from helpline.core.staff.models import User

_DELIVERED = Path(__file__).parent.parent / "wordings"
POINTS = 12
LONGEST = 2_000  # characters: longer than that nobody can listen to it
FALLBACK = "en"


@dataclass(frozen=True)
class Wording:
    """Words to be said. `row` is null while they are those that came with the product and nobody has answered yet."""

    about: str
    language: str
    version: int
    body: str
    row: ConsentWording | None = None


@cache
def delivered() -> Mapping[str, Mapping[str, str]]:
    """Return what comes with the product: for each language the words about each purpose and each point."""
    found = {}
    for path in sorted(_DELIVERED.glob("*.json")):
        read = json.loads(path.read_text(encoding="utf-8"))
        points = {f"point_{number}": body for number, body in enumerate(read["points"], start=1)}
        found[path.stem] = {**read["consents"], **points}
    return found


def subjects() -> tuple[str, ...]:
    """Return everything that has words: the purposes, then the points of the talk before a legal step."""
    return (*Purpose.values, *(f"point_{number}" for number in range(1, POINTS + 1)))


def languages() -> list[str]:
    """Return the languages in which anything can be asked."""
    kept = ConsentWording.objects.published().values_list("language", flat=True).distinct()
    return sorted({*delivered(), *kept})


def wordings(about: Iterable[str], language: str) -> dict[str, Wording]:
    """Return the words for each of these subjects, in English where there are none in this language: one query."""
    wanted = list(about)
    rows = ConsentWording.objects.published().filter(about__in=wanted, language__in={language, FALLBACK})
    newest = {(row.about, row.language): row for row in rows.order_by("version")}
    found = {}
    for subject in wanted:
        for tongue in (language, FALLBACK):
            if (row := newest.get((subject, tongue))) is not None:
                found[subject] = Wording(subject, tongue, row.version, row.body, row)
                break
            if (body := delivered().get(tongue, {}).get(subject)) is not None:
                found[subject] = Wording(subject, tongue, 1, body)
                break
    return found


def keep(wording: Wording, *, at: datetime) -> ConsentWording:
    """Return the row of a wording that is being answered to; what came with the product becomes version 1 now."""
    if wording.row is not None:
        return wording.row
    row, _made = ConsentWording.objects.get_or_create(
        about=wording.about,
        language=wording.language,
        version=1,
        defaults={"body": wording.body, "changed_at": at, "published_at": at},
    )
    return row


@transaction.atomic
def save_draft(*, about: str, language: str, body: str, by: User, at: datetime) -> ConsentWording:
    """Keep new words as a draft; nobody is asked in them yet. Raises NotAllowed for none, too many, or no such subject."""
    _check(about, language, body)
    draft = ConsentWording.objects.drafts().select_for_update().filter(about=about, language=language).first()
    if draft is None:
        came_with_us = delivered().get(language, {}).get(about)
        if came_with_us is not None:
            keep(Wording(about, language, 1, came_with_us), at=at)
        kept = ConsentWording.objects.filter(about=about, language=language)
        last: int = kept.aggregate(last=Max("version"))["last"] or 0
        draft = ConsentWording(about=about, language=language, version=last + 1)
    draft.body, draft.changed_at, draft.by = body.strip(), at, by
    draft.save()
    audit.record(
        by=by, verb="wording.drafted", what="wording", about=draft.ref, at=at, subject=about, version=draft.version
    )
    return draft


@transaction.atomic
def publish(*, draft: ConsentWording, by: User, at: datetime) -> ConsentWording:
    """Let callers be asked in these words from now on. What was answered to older ones stays as it was asked."""
    row = ConsentWording.objects.select_for_update().get(pk=draft.pk)
    if row.published_at is not None:
        raise NotAllowed(_("This version is published: change it by writing the next one."))
    row.published_at, row.by = at, by
    row.save(update_fields=["published_at", "by"])
    audit.record(
        by=by, verb="wording.published", what="wording", about=row.ref, at=at, subject=row.about, version=row.version
    )
    return row


def _check(about: str, language: str, body: str) -> None:
    if about not in subjects():
        raise NotAllowed(_("There is nothing of this name to be asked."))
    if not (2 <= len(language) <= 12 and language.replace("-", "").isascii() and language.replace("-", "").isalnum()):
        raise NotAllowed(_("Say the language by its code, such as en, zu or pt-br."))
    if not body.strip() or "\x00" in body:
        raise NotAllowed(_("There are no words yet."))
    if len(body) > LONGEST:
        raise NotAllowed(_("Nobody can listen to so much: at most %(most)d characters.") % {"most": LONGEST})
