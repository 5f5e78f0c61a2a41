"""Two callers who are one person: hints, and a merge that can be undone. Never on a number alone: phones are shared."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cases import search_words
from cases.access import may_read_story, with_story
from cases.models import Caller, CallerMerge, Case, SearchWord, WordKind
from cases.services.cards import known_caller
from cases.services.casework import lock
from cases.services.code_words import check_code_word, check_may_still_say, plain
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.privacy.drawers import look_for
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User

MOST_LOOKED_AT = 200  # callers whose names are opened for one page
_OWN_STORY = (CallerMerge,)  # what tells of merges stays where it was


@dataclass(frozen=True)
class Hint:
    """A caller who may be the same person as that of a case. `same`: at least two of "number", "code_name", "code_word".

    `case` is the newest one of theirs that the reader may read: nothing else is told of them.
    """

    caller: Caller
    case: Case
    same: tuple[str, ...]


def find_hints(*, case: Case, reader: User) -> list[Hint]:
    """Return who may be the same person as the caller of this case. A hint is two things alike; a number is only one."""
    if case.caller is None or case.possibly_known:
        return []
    her = case.caller
    numbers = set(_numbers_of(her))
    others = _candidates(her, numbers)
    hints = []
    readable = _newest_readable(others, reader)
    for other in others:
        same = tuple(word for word, is_same in _compare(her, other, numbers) if is_same)
        if len(same) >= 2 and other.pk in readable:
            hints.append(Hint(other, readable[other.pk], same))
    return hints


def _numbers_of(caller: Caller) -> Iterable[int]:
    by_card = caller.safe_contacts.values_list("number", flat=True)
    return [*by_card, *caller.numbers.values_list("pk", flat=True)]


def _candidates(her: Caller, numbers: set[int]) -> list[Caller]:
    sharing = Q(safe_contacts__number__in=numbers) | Q(numbers__in=numbers) | Q(cases__number__in=numbers, cases__possibly_known=False)  # fmt: skip
    found = Caller.objects.filter(sharing).values("pk")
    named = Q(pk__in=found)
    if her.code_name:
        filed = [word for said in search_words.words_of_names([her.code_name]) for word in look_for(said)]
        cases = SearchWord.objects.filter(kind=WordKind.NAME, word__in=filed).values("case")
        named |= Q(cases__in=cases, cases__possibly_known=False)
    rows = Caller.objects.filter(named, merged_into=None).exclude(pk=her.pk).distinct().order_by("-pk")
    return list(rows.prefetch_related("safe_contacts", "numbers")[:MOST_LOOKED_AT])


def _compare(her: Caller, other: Caller, numbers: set[int]) -> list[tuple[str, bool]]:
    theirs = {card.number_id for card in other.safe_contacts.all()} | {row.pk for row in other.numbers.all()}
    return [
        ("number", bool(numbers & theirs)),
        ("code_name", _is_same(her.code_name, other.code_name)),
        ("code_word", _is_same(her.code_word, other.code_word)),
    ]


def _is_same(one: str | None, other: str | None) -> bool:
    return bool(one and other) and hmac.compare_digest(plain(one or ""), plain(other or ""))


def _newest_readable(callers: list[Caller], reader: User) -> dict[int, Case]:
    rows = list(Case.objects.visible_to(reader).filter(caller__in=callers, possibly_known=False).order_by("pk"))
    stories = with_story(reader, rows)
    return {row.caller_id: row for row in rows if row.ref in stories and row.caller_id is not None}


def merge_callers(*, case: Case, other: Case, by: User, how: str, at: datetime, code_word: str = "") -> CallerMerge:
    """Say that the caller of `other` is the same person as that of `case`, who stays; `undo_merge` takes it back whole.

    By the code word of the other, or deliberately by a supervisor, as only somebody may who reads both cases. Raises
    NotAllowed for a wrong word (written down: call this outside a transaction that is rolled back), where either is not
    known, or where they are one already.
    """
    if not (may_read_story(by, case) and may_read_story(by, other)):
        raise NotAllowed(_("Only somebody who may read both cases can say so."))
    kept, merged = known_caller(case), known_caller(other)
    if kept.pk == merged.pk:
        raise NotAllowed(_("They are one person already."))
    if how == "code_word":
        check_code_word(case=case, by=by, said=code_word, among=[merged], at=at, also=other)
    else:
        check_may_still_say(case=case, by=by, at=at)
        if not by.holds("supervisor"):
            raise NotAllowed(_("Without the code word only a supervisor can say that they are one person."))
        how = "deliberate"
    with transaction.atomic():
        for row in sorted((case, other), key=lambda one: one.pk):
            lock(row)
        merge = move_to(kept=kept, merged=merged, by=by, how=how, at=at)
        for row in (case, other):
            audit.record(by=by, verb="caller.merged", what="case", about=row.ref, at=at, how=how, merge=merge.ref)
            realtime.publish("case", row.ref)
    return merge


def move_to(*, kept: Caller, merged: Caller, by: User, how: str, at: datetime) -> CallerMerge:
    """Let everything that points to one caller point to another, and write down what did. Runs in the asker's transaction.

    What the other has already (a card for the same number, a name of the same kind) stays where it is.
    """
    people = {
        row.pk: row
        for row in Caller.objects.select_for_update(no_key=True).filter(pk__in=[kept.pk, merged.pk]).order_by("pk")
    }
    if people[merged.pk].merged_into_id is not None or people[kept.pk].merged_into_id is not None:
        raise NotAllowed(_("One of them was found to be somebody else meanwhile. Look again."))
    moved: dict[str, list[Any]] = {}
    for field in _fields_that_point_to_callers():
        keys = _move(field, merged, kept)
        if keys:
            moved[f"{field.model._meta.label_lower}.{field.name}"] = keys
    for name in ("code_name", "pronouns", "code_word", "language"):
        # What only the other row knew of her is hers; the other row keeps it, too.
        if not getattr(people[kept.pk], name) and getattr(people[merged.pk], name):
            setattr(people[kept.pk], name, getattr(people[merged.pk], name))
            moved.setdefault("took", []).append(name)
    people[kept.pk].save()
    people[merged.pk].merged_into = kept
    people[merged.pk].save(update_fields=["merged_into"])
    return CallerMerge.objects.create(kept=kept, merged=merged, how=how, moved=moved, at=at, by=by)


def _fields_that_point_to_callers() -> "Iterable[models.ForeignKey[Any, Any]]":
    for relation in Caller._meta.related_objects:
        field = relation.field
        if isinstance(field, models.ForeignKey) and field.model not in _OWN_STORY:
            yield field


def _move(field: "models.ForeignKey[Any, Any]", merged: Caller, kept: Caller) -> list[int]:
    table = field.model._base_manager
    keys = list(table.filter(**{field.name: merged}).values_list("pk", flat=True))
    try:
        with transaction.atomic():
            table.filter(pk__in=keys).update(**{field.name: kept})
    except IntegrityError:
        return [key for key in keys if _move_one(table, field.name, key, kept)]
    return keys


def _move_one(table: "models.Manager[Any]", name: str, key: int, kept: Caller) -> bool:
    try:
        with transaction.atomic():
            table.filter(pk=key).update(**{name: kept})
    except IntegrityError:
        return False
    return True


def merges_of(caller: Caller) -> list[CallerMerge]:
    """Return who was found to be this person and may be taken apart again, newest first."""
    return list(CallerMerge.objects.filter(kept=caller, undone_at=None).select_related("merged", "by"))


def undo_merge(*, case: Case, merge_ref: str, by: User, at: datetime) -> CallerMerge:
    """Take two callers apart again: every row that went along goes back, what came since stays with who was kept.

    The newest merge first. Raises NotFound for a merge that is not of this case's caller, NotAllowed where it was undone
    already or a later one must be undone before.
    """
    caller = known_caller(case)
    with transaction.atomic():
        lock(case)
        merge = CallerMerge.objects.select_for_update().filter(ref=merge_ref, kept=caller).first()
        if merge is None:
            raise NotFound(_("There is nothing to take apart."))
        if merge.undone_at is not None:
            raise NotAllowed(_("They were taken apart already."))
        later = CallerMerge.objects.filter(Q(kept=caller) | Q(merged=caller), undone_at=None, pk__gt=merge.pk)
        if later.exists():
            raise NotAllowed(_("Take the later one apart first."))
        _move_back(merge)
        merge.undone_at, merge.undone_by = at, by
        merge.save(update_fields=["undone_at", "undone_by"])
        audit.record(by=by, verb="caller.parted", what="case", about=case.ref, at=at, merge=merge.ref)
        realtime.publish("case", case.ref)
    return merge


def _move_back(merge: CallerMerge) -> None:
    for place, keys in merge.moved.items():
        if place == "took":
            continue
        label, name = place.rsplit(".", 1)
        table = apps.get_model(label)._base_manager
        table.filter(pk__in=keys, **{name: merge.kept_id}).update(**{name: merge.merged_id})
    kept = Caller.objects.select_for_update(no_key=True).get(pk=merge.kept_id)
    merged = Caller.objects.select_for_update(no_key=True).get(pk=merge.merged_id)
    for name in merge.moved.get("took", ()):
        if getattr(kept, name) == getattr(merged, name):
            setattr(kept, name, "" if name == "language" else None)
    kept.save()
    merged.merged_into = None
    merged.save(update_fields=["merged_into"])
