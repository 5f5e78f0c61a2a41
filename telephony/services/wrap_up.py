"""Be done with a call: say what it was about, put the note into the story, promise the next step, and take it back."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Case, CaseState, FollowUp, Note
from cases.services import after_call, casework, followups
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User
from telephony.kinds import STEPS, Meaning, mean
from telephony.models import Call, WrapUp
from telephony.models.call import CallState

UNDO_WITHIN = timedelta(minutes=1)  # the page offers it for ten seconds, longer while a pointer rests on it
SAME_PRESS = timedelta(seconds=20)
AS_USUAL = "usual"
NO_STEP = "none"


@transaction.atomic
def set_kind(*, call: Call, kind: str, by: User, at: datetime) -> Call:
    """Say what a call is about. Raises NotAllowed for a word that is no kind."""
    _meaning(kind)
    row = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    if row.kind != kind:
        row.kind = kind
        row.save(update_fields=["kind"])
        audit.record(by=by, verb="call.kind", what="call", about=row.ref, at=at, kind=kind)
        realtime.publish("call", row.ref)
    return row


@transaction.atomic
def wrap_up(*, call: Call, kind: str, by: User, at: datetime, body: str | None = None, step: str = AS_USUAL) -> WrapUp:
    """Be done with a call. The note is `body`, or the draft as it was last kept; without words there is none.

    `step` is what is promised next: "usual" for the kind, "none", or a word of `telephony.kinds.STEPS`. What the system
    had promised by itself (write it up, ask the next day) is settled; a call-back that the caller was promised stays. A
    wrong number, a test or a client ends its case where nothing else is in it. The same again within seconds is the same
    press. Raises NotAllowed for an unknown kind or step, or a call without a case.
    """
    meaning = _meaning(kind)
    if call.case is None:
        raise NotAllowed(_("This call has no case."))
    wanted = meaning.step if step == AS_USUAL else ("" if step == NO_STEP else step)
    if wanted and wanted not in STEPS:
        raise NotAllowed(_("There is no such next step."))
    case = casework.lock(call.case)
    row = Call.objects.select_for_update(of=("self",)).select_related("answered_by").get(pk=call.pk)
    again = _same_press(row, kind, by, body, at)
    if again is not None:
        return again
    done = WrapUp(call=row, by=by, at=at, kind=kind, kind_before=row.kind)
    done.note = _write(case, by, body, at)
    keep = [after_call.day_after_key(row.ref)] if wanted == "day_after" else []
    ends = meaning.ends_empty_case and case.state == CaseState.OPEN and not _holds_more(case, row)
    done.settled = after_call.settle(case=case, call_ref=row.ref, by=by, at=at, keep=keep, all_of_it=ends)
    if ends and not FollowUp.objects.unfinished().filter(case=case).exists():
        casework.close(case=case, by=by, at=at)
        done.closed_case = True
    elif wanted and case.state == CaseState.OPEN:
        done.promised = _promise(case, row, wanted, by, at)
    row.kind, row.wrapped_up_at = kind, at
    row.save(update_fields=["kind", "wrapped_up_at"])
    done.save()
    audit.record(by=by, verb="call.wrapped_up", what="call", about=row.ref, at=at, kind=kind, case=case.ref)
    realtime.publish("call", row.ref)
    return done


@transaction.atomic
def take_back(*, wrap_up: WrapUp, by: User, at: datetime) -> Call:
    """Undo a wrap-up: the note is a draft again, what was settled is promised again, a case that was closed is open.

    Raises NotAllowed for somebody else's, a minute after it, or where it was taken back already.
    """
    done = WrapUp.objects.select_for_update(of=("self",)).select_related("call__case").get(pk=wrap_up.pk)
    if done.by_id != by.pk or done.undone_at is not None or at - done.at > UNDO_WITHIN:
        raise NotAllowed(_("It is too late to take this back. Nothing was changed: open the case and go on there."))
    assert done.call.case is not None
    case = casework.lock(done.call.case)
    call = Call.objects.select_for_update(of=("self",)).select_related("answered_by").get(pk=done.call_id)
    if done.closed_case and case.state == CaseState.CLOSED:
        case = casework.reopen(case=case, by=by, at=at)
    if done.promised:
        after_call.withdraw(case=case, ref=done.promised, by=by, at=at)
    after_call.unsettle(case=case, refs=done.settled, by=by, at=at)
    if call.outcome == "answered":  # it ended meanwhile: what follows every call was left out because of the wrap-up
        followups.add_after_call(case=case, key=call.ref, owner=call.answered_by, ended_at=call.ended_at or at, at=at)
    if done.note_id is not None:
        casework.take_note_back(note_id=done.note_id, case=case, by=by, at=at)
    call.kind, call.wrapped_up_at = done.kind_before, None
    call.save(update_fields=["kind", "wrapped_up_at"])
    done.undone_at = at
    done.save(update_fields=["undone_at"])
    audit.record(by=by, verb="call.wrap_up_undone", what="call", about=call.ref, at=at, case=case.ref)
    realtime.publish("call", call.ref)
    return call


def _same_press(call: Call, kind: str, by: User, body: str | None, at: datetime) -> WrapUp | None:
    """Return the wrap-up of a moment ago that a second press repeats; None where there are new words to keep."""
    lately = call.wrap_ups.select_related("note").filter(by=by, kind=kind, undone_at=None, at__gt=at - SAME_PRESS)
    again = lately.order_by("-at").first()
    words = (body or "").strip()
    if again is None or (words and (again.note is None or again.note.body.strip() != words)):
        return None
    return again


def _meaning(kind: str) -> Meaning:
    meaning = mean(kind)
    if meaning is None:
        raise NotAllowed(_("Say what the call was about: press one of the digits."))
    return meaning


def _write(case: Case, by: User, body: str | None, at: datetime) -> Note | None:
    words = casework.read_draft(case=case, by=by) if body is None else body
    return casework.finish_note(case=case, by=by, body=words, at=at) if words.strip() else None


def _holds_more(case: Case, call: Call) -> bool:
    if Call.objects.filter(case=case).exclude(pk=call.pk).exists():
        return True
    return after_call.holds_more_than(case, call_ref=call.ref, besides=[Call])


def _promise(case: Case, call: Call, step: str, by: User, at: datetime) -> str:
    """Promise the next step and return its reference; blank where it was promised already and only stays."""
    ended_at = call.ended_at if call.state == CallState.ENDED and call.ended_at else at
    if step == "day_after":
        key, because = after_call.day_after_key(call.ref), "day_after"
        due_at = followups.in_desk_hours(case, ended_at + followups.ASK_AFTER)
        kind = STEPS["day_after"][0]
    else:
        kind, after = STEPS[step]  # type: ignore[index]
        key, because, due_at = None, step, ended_at + after
    there = FollowUp.objects.filter(key=key).first() if key else None
    if there is not None and there.state in {"due", "tried"}:
        return ""
    if there is not None:
        after_call.unsettle(case=case, refs=[there.ref], by=by, at=at)
        return there.ref
    made = followups.add(case=case, kind=kind, due_at=max(due_at, at), at=at, by=by, because=because, key=key)
    return made.ref
