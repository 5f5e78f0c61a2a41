"""What the system promised for one call, settled when somebody is done with it, and taken up again where that was a slip.

Follow-ups that belong to a call are told by their key, which begins with the call's own reference.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import transaction

from cases.lifecycle import FollowUpVerb, move_follow_up
from cases.models import Case, FollowUp, FollowUpKind, FollowUpState, LetIn, Note, SearchWord
from cases.services.casework import lock
from cases.services.followups import begin_round, refresh_next_due
from helpline.core.audit import services as audit
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User

DUE_AGAIN_AFTER = timedelta(minutes=1)  # a promise that was overdue when it was settled is due again in a minute


def day_after_key(call_ref: str) -> str:
    """Return the key of the promise to ask how they are the day after a call, as `followups.add_after_call` makes it."""
    return f"call-{call_ref}-day-after"


@transaction.atomic
def settle(
    *, case: Case, call_ref: str, by: User, at: datetime, keep: Collection[str] = (), all_of_it: bool = False
) -> list[str]:
    """Finish the write-up of a call and leave out what else the system promised for it, except the keys in `keep`.

    A call-back that was promised to the caller stays, unless `all_of_it`. Returns the references of what was settled.
    """
    now = lock(case)
    rows = FollowUp.objects.select_for_update().unfinished().filter(case=now, key__startswith=f"call-{call_ref}-")
    if not all_of_it:
        rows = rows.exclude(kind=FollowUpKind.CALL_BACK)
    settled = []
    for row in rows.exclude(key__in=list(keep)).order_by("pk"):
        _move(row, "finish" if row.because == "write_up" else "skip", by, at)
        settled.append(row.ref)
    refresh_next_due(now)
    return settled


@transaction.atomic
def unsettle(*, case: Case, refs: Iterable[str], by: User, at: datetime) -> None:
    """Take up again what `settle` settled."""
    now = lock(case)
    rows = FollowUp.objects.select_for_update().filter(case=now, ref__in=list(refs))
    for row in rows.exclude(state__in=[FollowUpState.DUE, FollowUpState.TRIED]).order_by("pk"):
        row.due_at = max(row.due_at, at + DUE_AGAIN_AFTER)
        _move(row, "reopen", by, at)
    refresh_next_due(now)


@transaction.atomic
def withdraw(*, case: Case, ref: str, by: User, at: datetime) -> None:
    """Leave out a promise that was made a moment ago by a slip. One that somebody has begun stays."""
    now = lock(case)
    row = FollowUp.objects.select_for_update().filter(case=now, ref=ref, state=FollowUpState.DUE).first()
    if row is not None:
        _move(row, "skip", by, at)
        refresh_next_due(now)


def _move(row: FollowUp, verb: FollowUpVerb, by: User, at: datetime) -> None:
    row.state = FollowUpState(move_follow_up(row.state, verb))
    if row.state in {FollowUpState.DUE, FollowUpState.TRIED}:
        row.finished_at = None
        begin_round(row, row.due_at, row.due_at)
    else:
        row.finished_at, row.remind_at = at, None
    row.save(update_fields=["state", "due_at", "finished_at", "remind_at", "reminders"])
    deed = {"finish": "done", "skip": "skipped", "reopen": "reopened"}[verb]
    audit.record(by=by, verb=f"follow_up.{deed}", what="case", about=row.case.ref, at=at, follow_up=row.ref)
    realtime.publish("follow_up", row.ref)


def holds_more_than(case: Case, *, call_ref: str, besides: Collection[type]) -> bool:
    """Say whether a case has anything in it that did not come with this one call: then it does not end with the call.

    `besides` are the models of what every call brings along. Everything else that points at a case counts, also what
    areas of the work add later: a question to each of their tables.
    """
    if case.summary or case.urgency == "danger" or case.concerns_id is not None:
        return True
    if FollowUp.objects.filter(case=case).exclude(key__startswith=f"call-{call_ref}-").exists():
        return True
    known = {Note, SearchWord, FollowUp, LetIn, *besides}
    for relation in Case._meta.related_objects:
        if relation.related_model in known or not relation.field.concrete:
            continue
        if relation.related_model._base_manager.filter(**{relation.field.name: case}).exists():
            return True
    return False
