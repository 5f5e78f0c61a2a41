"""The work of somebody who leaves: cases, promises, offers and drafts go to a colleague, or to nobody, which is told."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models import (
    Case,
    CaseState,
    CheckIn,
    FollowUp,
    FollowUpKind,
    HandOver,
    HandOverState,
    ImportFile,
    IncidentDraft,
    LetIn,
    Note,
    PlanStep,
    ShiftHandOver,
    StationPromise,
    WordKind,
)
from cases.services import complaints, followups, word_index
from cases.services.casework import ANSWERS_CALLERS, change_owner, lock
from helpline.core.alarms import services as alarms
from helpline.core.audit import services as audit
from helpline.core.outbox import services as outbox
from helpline.core.realtime import services as realtime
from helpline.core.staff.belongings import Belongings, Moved
from helpline.core.staff.models import Role, User


class Work(Belongings):
    name = "cases"
    fields = (
        "cases.Case.owner", "cases.FollowUp.owner", "cases.HandOver.giver", "cases.HandOver.taker", "cases.LetIn.user",
        "cases.Note.author", "cases.ImportFile.by", "cases.CheckIn.acknowledged_by", "cases.IncidentDraft.author",
        "cases.StationPromise.owner", "cases.PlanStep.owner", "cases.ShiftHandOver.giver", "cases.ShiftHandOver.taker",
        "cases.Complaint.handler",
    )  # fmt: skip
    words = {
        "offers": _("Hand-overs that waited, taken back"),
        "cases": _("Open cases"),
        "follow_ups": _("Promises on cases of others"),
        "check_ins": _("Check-ins that they were on: the next person is told at once"),
        "plan_steps": _("Steps of plans that they had taken on"),
        "station_promises": _("Promises of stations that they kept an eye on"),
        "drafts": _("Notes that they had begun, put into the story as they were"),
        "imports": _("Spreadsheets that they had begun to take over, deleted"),
        "let_in": _("Cases into which they had been let, shut"),
    }

    def hand_on(self, *, user: User, to: User | None, by: User, at: datetime) -> list[Moved]:
        """Locks each case before its rows, in the order of their keys, as everybody does."""
        heir = to if to is not None and to.holds(*ANSWERS_CALLERS) else None
        complaints.let_go_of(user=user, at=at)
        moved = [
            Moved("offers", _take_back_offers(user, by, at) + _take_back_shifts(user, by, at)),
            *_hand_on_cases(user, heir, by, at),
            *_hand_on_follow_ups(user, heir, by, at),
            *_hand_on_plan_steps(user, heir),
            *_hand_on_station_promises(user, to, by, at),
            Moved("check_ins", _look_again_at_check_ins(user, at)),
            Moved("drafts", _finish_drafts(user, by, at)),
            Moved("imports", ImportFile.objects.filter(by=user).delete()[0]),
            Moved("let_in", LetIn.objects.filter(user=user).delete()[0]),
        ]
        return [one for one in moved if one.number]


def _hand_on_cases(user: User, heir: User | None, by: User, at: datetime) -> list[Moved]:
    refs = []
    for case in Case.objects.open().filter(owner=user).order_by("pk"):
        now = lock(case)
        if now.owner_id != user.pk or now.state != CaseState.OPEN:
            continue
        _tell_again(FollowUp.objects.unfinished().filter(case=now, owner=user), at)
        if heir is not None:
            change_owner(case=now, to=heir, why="left", at=at)
        else:
            _leave_to_nobody(now, user, at)
        audit.record(
            by=by, verb="case.given", what="case", about=now.ref, at=at, person=heir.username if heir else "",
            because="left",
        )  # fmt: skip
        realtime.publish("case", now.ref)
        refs.append(now.ref)
    if refs and heir is None:
        alarms.raise_alarm(kind="work_left", key=f"work-left-{user.ref}-{at:%Y%m%d%H%M}", at=at)
    return [Moved("cases", len(refs), to=heir.username if heir else "", refs=refs)] if refs else []


def _leave_to_nobody(case: Case, user: User, at: datetime) -> None:
    """Nobody has the case now; a task on it says so, and is told to whoever is on call, else to the coordinators."""
    FollowUp.objects.unfinished().filter(case=case, owner=user).update(owner=None)
    case.owner = None
    case.save(update_fields=["owner"])
    followups.add(
        case=case, kind=FollowUpKind.TASK, due_at=at, because="left", key=f"left-{case.ref}-{at:%Y%m%d%H%M}", at=at,
        is_urgent=case.urgency == "danger",
    )  # fmt: skip


def _tell_again(rows: "Iterable[FollowUp]", at: datetime) -> None:
    """Whoever was told of these has left: what they were reminded of is told anew, to whoever has it now."""
    told = [row.pk for row in rows if row.reminders and row.due_at <= at]
    FollowUp.objects.filter(pk__in=told).update(remind_at=at)


def _hand_on_follow_ups(user: User, heir: User | None, by: User, at: datetime) -> list[Moved]:
    """Promises on other people's cases go to whoever has the case, else to the heir, else to nobody."""
    moved: dict[str, list[str]] = {}
    for row in FollowUp.objects.unfinished().filter(owner=user).select_related("case").order_by("case_id", "pk"):
        case = lock(row.case)
        _tell_again([row], at)
        owner = case.owner if case.owner is not None and case.owner.is_active else heir
        if owner is not None and owner.pk != case.owner_id:
            LetIn.objects.bulk_create([LetIn(case=case, user=owner, why="follow_up", since=at)], ignore_conflicts=True)
        FollowUp.objects.filter(pk=row.pk, owner=user).update(owner=owner)
        audit.record(
            by=by, verb="follow_up.moved", what="case", about=case.ref, at=at, follow_up=row.ref, because="left"
        )
        realtime.publish("follow_up", row.ref)
        moved.setdefault(owner.username if owner else "", []).append(case.ref)
    return [Moved("follow_ups", len(refs), to=name, refs=sorted(set(refs))) for name, refs in moved.items()]


def _take_back_offers(user: User, by: User, at: datetime) -> int:
    """Withdraw what they offered and decline what was offered to them: everything stays where it is until it is given on."""
    number = 0
    for role, state in (("giver", HandOverState.WITHDRAWN), ("taker", HandOverState.DECLINED)):
        waiting = HandOver.objects.select_for_update(of=("self",)).waiting().filter(**{role: user})
        for row in waiting:
            row.state, row.answered_at = state, at
            row.save(update_fields=["state", "answered_at"])
            outbox.cancel(key=f"hand-over-{row.ref}", why="left")
            audit.record(by=by, verb=f"hand_over.{state}", what="hand_over", about=row.ref, at=at, because="left")
            realtime.publish("hand_over", row.ref)
            number += 1
    return number


def _look_again_at_check_ins(user: User, at: datetime) -> int:
    """Whoever has left is not on it any more: the sweep looks now and goes on with the next person, not in a quarter of an hour."""
    number = 0
    for row in CheckIn.objects.live().filter(acknowledged_by=user).select_related("case").order_by("case_id"):
        lock(row.case)
        number += CheckIn.objects.live().filter(pk=row.pk, acknowledged_by=user).update(next_at=at, turn=F("turn") + 1)
    return number


def _take_back_shifts(user: User, by: User, at: datetime) -> int:
    """End the hand-overs of a line that they offered or were to accept: the rota says again who is told."""
    waiting = ShiftHandOver.objects.select_for_update(of=("self",)).waiting().filter(Q(giver=user) | Q(taker=user))
    rows = list(waiting.select_related("line"))
    for row in rows:
        row.state, row.answered_at, row.tell_at = HandOverState.WITHDRAWN, at, None
        row.save(update_fields=["state", "answered_at", "tell_at"])
        audit.record(
            by=by, verb="shift.withdrawn", what="hand_over", about=row.ref, at=at, because="left", line=row.line.ref
        )
        realtime.publish("hand_over", row.ref)
    return len(rows)


def _finish_drafts(user: User, by: User, at: datetime) -> int:
    """Only its author sees a draft, and the author is gone: nobody's words are lost."""
    rows = list(Note.objects.select_for_update(of=("self",)).filter(author=user, is_draft=True).select_related("case"))
    for row in rows:
        row.is_draft, row.changed_at = False, at
        row.save(update_fields=["is_draft", "changed_at"])
        word_index.put(case=row.case, kind=WordKind.NOTE, ref=row.ref, texts=[row.body])
        audit.record(by=by, verb="note.written", what="case", about=row.case.ref, at=at, note=row.ref, because="left")
        realtime.publish("case", row.case.ref)
    return len(rows) + _keep_incident_drafts(user, by, at)


def _keep_incident_drafts(user: User, by: User, at: datetime) -> int:
    """What they were writing about an incident becomes a note: the story has it, and no incident is changed by it."""
    drafts = list(IncidentDraft.objects.filter(author=user).select_related("case"))
    for draft in drafts:
        if draft.body.strip():
            note = Note.objects.create(
                case=draft.case, author=user, body=draft.body, written_at=draft.changed_at, changed_at=at
            )
            word_index.put(case=draft.case, kind=WordKind.NOTE, ref=note.ref, texts=[note.body])
            audit.record(
                by=by, verb="note.written", what="case", about=draft.case.ref, at=at, note=note.ref, because="left"
            )
        draft.delete()
    return len(drafts)


def _hand_on_plan_steps(user: User, heir: User | None) -> list[Moved]:
    """Steps that are planned go to whoever has the case now, else to the heir; else nobody's name stands there."""
    moved: dict[str, int] = {}
    for step in PlanStep.objects.filter(owner=user, state="planned").select_related("goal__case__owner"):
        owner = step.goal.case.owner
        step.owner = owner if owner is not None and owner.is_active else heir
        step.save(update_fields=["owner"])
        name = step.owner.username if step.owner else ""
        moved[name] = moved.get(name, 0) + 1
    return [Moved("plan_steps", number, to=name) for name, number in moved.items()]


def _hand_on_station_promises(user: User, to: User | None, by: User, at: datetime) -> list[Moved]:
    """Somebody must be told when a station's promise is due: the colleague, a coordinator, or whoever pressed."""
    rows = StationPromise.objects.filter(owner=user, state="open")
    heir = to or User.objects.active().holding(Role.COORDINATOR).first() or by
    number = rows.update(owner=heir)
    return [Moved("station_promises", number, to=heir.username)] if number else []
