"""Who it is: a number says "possibly", a person decides, and the decision is written down and can be undone."""

from collections.abc import Mapping
from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.access import may_read_story, with_story
from cases.lifecycle import move_case
from cases.models import Caller, Case, CaseState, LetIn, WordKind
from cases.services import word_index
from cases.services.casework import Changed, lock
from cases.services.code_words import check_code_word, check_may_still_say, was_given
from cases.services.followups import refresh_next_due
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User


class How(models.TextChoices):
    """How somebody knows that two cases are one person's."""

    CODE_WORD = "code_word", gettext_lazy("they gave the code word")
    DELIBERATE = "deliberate", gettext_lazy("I am sure without it")


def confirm_known(*, case: Case, by: User, how: str, at: datetime, code_word: str = "") -> Case:
    """Say that whoever rings is a person whom we know, which opens her earlier cases; always in the audit.

    With a code word, it must be one that somebody who used this number before has left with us, and the case becomes that
    person's. Deliberately, it becomes that of who used the number first. Raises NotAllowed for a wrong word (written
    down, without the word: call this outside a transaction that is rolled back), after too many of them within an hour
    for anybody but a supervisor, or where there is nothing to confirm.
    """
    if how not in How.values:
        raise NotAllowed(_("Say how you know: by the code word, or deliberately without it."))
    if not case.possibly_known or case.number_id is None:
        raise NotAllowed(_("This number was not seen before, so there is nothing to confirm."))
    known = case.caller
    if how == How.CODE_WORD:
        people = Caller.objects.filter(cases__number=case.number_id).distinct().order_by("pk")
        known = check_code_word(case=case, by=by, said=code_word, among=people, at=at)
    else:
        check_may_still_say(case=case, by=by, at=at)
    with transaction.atomic():
        now = lock(case)
        now.caller, now.possibly_known = known, False
        now.save(update_fields=["caller", "possibly_known"])
        audit.record(by=by, verb="case.confirmed_known", what="case", about=case.ref, at=at, how=how)
        realtime.publish("case", now.ref)
    return now


@transaction.atomic
def say_somebody_else(*, case: Case, by: User, at: datetime) -> Case:
    """Say that whoever rings is not who used the number before: the case gets a caller of its own, with no past here.

    Raises NotAllowed where the number was not seen before or the question is settled.
    """
    now = lock(case)
    if not now.possibly_known:
        raise NotAllowed(_("Nobody else is known from this number, or it was settled before."))
    now.caller = Caller.objects.create(created_at=at)
    now.possibly_known = False
    now.save(update_fields=["caller", "possibly_known"])
    audit.record(by=by, verb="case.somebody_else", what="case", about=now.ref, at=at)
    realtime.publish("case", now.ref)
    return now


@transaction.atomic
def describe(
    *,
    case: Case,
    by: User,
    at: datetime,
    whom: str = "caller",
    code_name: str | None = None,
    pronouns: str | None = None,
    code_word: str | None = None,
    was: Mapping[str, str] | None = None,
) -> Caller:
    """Write down a code name, pronouns or the code word of who rings (`caller`) or whom it is about (`concerns`).

    None leaves a thing as it is, blank takes it away. A person who has no row yet gets one. `was` is what the writer saw
    before, by name: where somebody else wrote something there since, `Changed` is raised with it. Raises NotAllowed while
    the caller is only possibly known: what is written would be another person's.
    """
    if whom not in {"caller", "concerns"}:
        raise NotAllowed(_("It is either who rings or whom it is about."))
    now = lock(case)
    if whom == "caller" and now.possibly_known:
        raise NotAllowed(_("Somebody has used this number before: say first whether it is the same person."))
    person: Caller | None = getattr(now, whom)
    if person is None:
        person = Caller.objects.create(created_at=at)
        setattr(now, whom, person)
        now.save(update_fields=[whom])
    given = {"code_name": code_name, "pronouns": pronouns, "code_word": code_word}
    changed = {name: value.strip() or None for name, value in given.items() if value is not None}
    theirs = {
        name: there
        for name, seen in (was or {}).items()
        if name in changed and (there := getattr(person, name) or "") not in (seen, changed[name] or "")
    }
    if theirs:
        raise Changed(theirs)
    for name, value in changed.items():
        setattr(person, name, value)
    person.save(update_fields=list(changed))
    if "code_name" in changed:
        word_index.put(case=now, kind=WordKind.NAME, ref=person.ref, texts=[person.code_name])
    audit.record(by=by, verb="caller.described", what="case", about=now.ref, at=at, whom=whom, fields=sorted(changed))
    realtime.publish("case", now.ref)
    return person


def earlier_cases(case: Case) -> list[Case]:
    """Return the same caller's cases from before, newest first; none while the caller is only possibly known."""
    if case.possibly_known or case.caller_id is None:
        return []
    before = Case.objects.filter(caller=case.caller_id, opened_at__lte=case.opened_at).exclude(pk=case.pk)
    return list(before.exclude(state=CaseState.JOINED).select_related("owner", "line").order_by("-opened_at", "-pk"))


def join_cases(*, case: Case, into: Case, by: User, how: str, at: datetime, code_word: str = "") -> Case:
    """Let `case` go on as part of `into`; always in the audit with how it is known, and `part_cases` undoes it.

    By the code word: the caller gave it on `case` when it was said who they are, or says that of `into` now. Calls,
    texts, notes and follow-ups stay with the case that they belong to; the page of `into` shows both. Cases that had been
    joined to `case` come along. Whoever has `into` may read `case` from now on. Raises NotAllowed where this person may
    not read both, for a wrong word as `confirm_known` does, while the caller of `case` is only possibly known, or where
    the states forbid it.
    """
    if how not in How.values:
        raise NotAllowed(_("Say how you know: by the code word, or deliberately without it."))
    if not (may_read_story(by, case) and may_read_story(by, into)):
        raise NotAllowed(_("Only somebody who may read both cases can join them."))
    if how == How.DELIBERATE:
        check_may_still_say(case=case, by=by, at=at)
    elif not has_given_word_for(case, into):
        among = [into.caller] if into.caller is not None else []
        check_code_word(case=case, by=by, said=code_word, among=among, at=at)
    return _join(case, into, by, how, at)


def has_given_word_for(case: Case, into: Case) -> bool:
    """Say whether the caller of `case` has already given the code word of the person of `into`."""
    return case.caller_id is not None and case.caller_id == into.caller_id and was_given(case)


@transaction.atomic
def _join(case: Case, into: Case, by: User, how: str, at: datetime) -> Case:
    one, other = sorted((case, into), key=lambda row: row.pk)
    held = {row.pk: row for row in (lock(one), lock(other))}
    case, into = held[case.pk], held[into.pk]
    if case.pk == into.pk or into.state != CaseState.OPEN:
        raise NotAllowed(_("It can be joined only to another case that is open."))
    if case.possibly_known:
        raise NotAllowed(_("Somebody has used this number before: say first whether it is the same person."))
    case.state = CaseState(move_case(case.state, "join"))
    case.joined_into = into
    case.save(update_fields=["state", "joined_into"])
    Case.objects.filter(joined_into=case).update(joined_into=into)
    if into.owner is not None:
        LetIn.objects.bulk_create([LetIn(case=case, user=into.owner, why="joined", since=at)], ignore_conflicts=True)
    refresh_next_due(case)
    audit.record(by=by, verb="case.joined", what="case", about=case.ref, at=at, into=into.ref, how=how)
    realtime.publish("case", case.ref)
    realtime.publish("case", into.ref)
    return into


@transaction.atomic
def part_cases(*, case: Case, by: User, at: datetime) -> Case:
    """Take a joined case out again: it stands for itself and is open. Raises NotAllowed where it is not joined."""
    now = lock(case)
    into = now.joined_into
    now.state = CaseState(move_case(now.state, "separate"))
    now.joined_into, now.closed_at = None, None
    now.save(update_fields=["state", "joined_into", "closed_at"])
    refresh_next_due(now)
    if into is not None:
        refresh_next_due(lock(into))
    audit.record(by=by, verb="case.parted", what="case", about=now.ref, at=at, **{"from": into.ref if into else ""})
    realtime.publish("case", now.ref)
    if into is not None:
        realtime.publish("case", into.ref)
    return now


def joined_cases(case: Case, reader: User) -> list[Case]:
    """Return the cases that were joined to this one and that the reader may read, oldest first."""
    joined = list(case.joined.select_related("owner").order_by("opened_at", "pk"))
    readable = with_story(reader, joined)
    return [one for one in joined if one.ref in readable]
