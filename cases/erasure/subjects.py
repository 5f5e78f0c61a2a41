"""Who and what is meant: cases with the callers and numbers that nothing else would be left of, or one person."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import models

from cases.models import Caller, Case, Number, SafeContact
from helpline.core.privacy.erasure import Subject, Tally, all_erasers


def forget_cases(rows: Sequence[Case]) -> Tally:
    """Remove whole cases with everything in every app, and callers who are left with nothing. In the asker's transaction."""
    return erase(subject_of_cases(rows))


def erase(subject: Subject) -> Tally:
    """Let every app forget it, in the order of the settings. Returns what is still counted."""
    gone: Tally = Counter()
    for eraser in all_erasers():
        gone += eraser.erase(subject)
    return gone


def subject_of_cases(rows: Iterable[Case]) -> Subject:
    """Return these cases with those joined to them, and the callers and numbers that nothing else would be left of."""
    wanted = [row.pk for row in rows]
    cases = dict(
        Case.objects.filter(models.Q(pk__in=wanted) | models.Q(joined_into__in=wanted)).values_list("pk", "ref")
    )
    inside = Case.objects.filter(pk__in=cases)
    people = {*inside.values_list("caller", flat=True), *inside.values_list("concerns", flat=True)} - {None}
    others = Case.objects.exclude(pk__in=cases)
    people -= set(others.filter(caller__in=people).values_list("caller", flat=True))
    people -= set(others.filter(concerns__in=people).values_list("concerns", flat=True))
    return _with_numbers(cases, people)


def subject_of_person(caller: Caller) -> Subject:
    """Return everything that is this person's alone: her cases, those about her, her numbers that nobody else uses.

    Not hers: cases in which she rang for somebody else, and cases of her phone that nobody confirmed as hers.
    """
    hers = models.Q(caller=caller, possibly_known=False) & (models.Q(concerns=None) | models.Q(concerns=caller))
    found = Case.objects.filter(hers | models.Q(concerns=caller))
    of_cases = subject_of_cases(found)
    same = Caller.objects.filter(merged_into=caller).values_list("pk", flat=True)  # rows that were found to be her, too
    return _with_numbers(dict(of_cases.cases), {*of_cases.callers, caller.pk, *same})


def _with_numbers(cases: dict[int, str], people: set[int]) -> Subject:
    mine = models.Q(caller__in=people) | models.Q(safe_contacts__caller__in=people)
    numbers = dict(Number.objects.filter(mine).values_list("pk", "ref"))
    elsewhere = (
        Case.objects.exclude(pk__in=cases).filter(number__in=numbers).exclude(caller__in=people, possibly_known=False)
    )  # a case in which she rang for somebody else does not make the phone somebody else's
    shared = set(elsewhere.values_list("number", flat=True))
    shared |= set(
        SafeContact.objects.filter(number__in=numbers).exclude(caller__in=people).values_list("number", flat=True)
    )
    shared |= set(Number.objects.filter(pk__in=numbers).exclude(caller__in=people).values_list("pk", flat=True))
    return Subject(
        cases=cases,
        callers=dict(Caller.objects.filter(pk__in=people).values_list("pk", "ref")),
        numbers={pk: ref for pk, ref in numbers.items() if pk not in shared},
    )


def with_stand_ins(subject: Subject, at: datetime) -> Subject:
    """Return the subject with a nameless caller for each phone that others use too. Makes rows: for erasing only."""
    kept = Case.objects.exclude(pk__in=list(subject.cases)).filter(possibly_known=True)
    first_users = set(kept.filter(caller__in=list(subject.callers)).values_list("caller", flat=True))
    shared = Number.objects.filter(caller__in=list(subject.callers)).exclude(pk__in=list(subject.numbers))
    first_users |= set(shared.values_list("caller", flat=True))
    made = {pk: Caller.objects.create(created_at=at).pk for pk in sorted(first_users)}
    return Subject(subject.cases, subject.callers, subject.numbers, made)
