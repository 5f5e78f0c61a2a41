"""A caller's safety plan: written down in her words, gone through again, never sent anywhere."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.models import Case, CheckIn, CheckInState, FollowUp, FollowUpKind, PlanReaders, SafetyPlan
from cases.services import followups
from cases.services.casework import lock
from helpline.core.audit import services as audit
from helpline.core.errors import Conflict, NotAllowed
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User

# A figure of ours: what is safe changes with the season, a partner, a place of work.
GO_THROUGH_AGAIN_AFTER = timedelta(days=30)


def find_plan(case: Case) -> SafetyPlan | None:
    """Return the plan of the caller of this case; None where there is none or it is not settled who she is."""
    if case.caller_id is None or case.possibly_known:
        return None
    return SafetyPlan.objects.select_related("reviewed_by").filter(caller=case.caller_id).first()


def may_see(user: User, plan: SafetyPlan, case: Case) -> bool:
    """Say whether this person, who may read the case, may read the plan too: she decides, and is obeyed in the page.

    Where she wants only the person who has her case: also whoever wrote it down last, and whoever is on it when a
    check-in was missed, because it was made for that night.
    """
    if plan.readers == PlanReaders.TEAM or user.pk in {case.owner_id, plan.reviewed_by_id}:
        return True
    mine = CheckIn.objects.filter(case__caller=plan.caller_id, state=CheckInState.MISSED, acknowledged_by=user)
    return mine.exists()


@transaction.atomic
def keep(
    *,
    case: Case,
    by: User,
    sections: Mapping[str, str],
    readers: str,
    wants_paper: bool,
    version: int,
    at: datetime,
) -> SafetyPlan:
    """Keep the plan as she said it now; it is to be gone through again in 30 days. `version` is what the writer had read.

    Raises NotAllowed where it is not settled who she is, where nothing is in it, or where the plan is not this person's to
    read; Conflict where somebody else has changed it since.
    """
    now = lock(case)
    if now.caller is None or now.possibly_known:
        raise NotAllowed(_("Settle first who this is: a plan belongs to one person."))
    if not any(sections.get(name, "").strip() for name in SafetyPlan.SECTIONS):
        raise NotAllowed(_("There is nothing in this plan yet."))
    plan = SafetyPlan.objects.select_for_update().filter(caller=now.caller).first()
    if plan is None:
        plan = SafetyPlan(caller=now.caller, created_at=at, version=0)
    elif not may_see(by, plan, now):
        raise NotAllowed(_("The caller wants this plan read only by the person who has their case."))
    if plan.version != version:
        raise Conflict(_("Somebody else has changed this plan since you opened it. What you typed is still here."))
    for name in SafetyPlan.SECTIONS:
        setattr(plan, name, sections.get(name, "").strip() or None)
    plan.readers, plan.wants_paper = PlanReaders(readers), wants_paper
    plan.version, plan.reviewed_at, plan.reviewed_by = plan.version + 1, at, by
    try:
        with transaction.atomic():
            plan.save()
    except IntegrityError:  # the first plan, written by two at the same moment
        raise Conflict(
            _("Somebody else has changed this plan since you opened it. What you typed is still here.")
        ) from None
    _go_through_again(plan, now, at)
    audit.record(by=by, verb="safety_plan.kept", what="case", about=now.ref, at=at, plan=plan.ref)
    realtime.publish("case", now.ref)
    return plan


@transaction.atomic
def confirm(*, case: Case, by: User, at: datetime) -> SafetyPlan:
    """Note that it was gone through with her and stands as it is. Raises NotAllowed where there is none to read."""
    now = lock(case)
    plan = find_plan(now)
    if plan is None or not may_see(by, plan, now):
        raise NotAllowed(_("There is no plan, or it is not yours to read."))
    plan.reviewed_at, plan.reviewed_by = at, by
    plan.version += 1
    plan.save(update_fields=["reviewed_at", "reviewed_by", "version"])
    _go_through_again(plan, now, at)
    audit.record(by=by, verb="safety_plan.confirmed", what="case", about=now.ref, at=at, plan=plan.ref)
    realtime.publish("case", now.ref)
    return plan


def _go_through_again(plan: SafetyPlan, case: Case, at: datetime) -> None:
    """Promise to go through it again; the promise before it has been kept."""
    before = FollowUp.objects.unfinished().filter(case=case, because="safety_plan")
    followups.drop(case=case, keys=[str(key) for key in before.values_list("key", flat=True)], at=at)
    followups.add(
        case=case, kind=FollowUpKind.CHECK, due_at=at + GO_THROUGH_AGAIN_AFTER, because="safety_plan",
        key=f"safety-plan-{plan.ref}-{plan.version}", at=at,
        owner=case.owner if case.owner is not None and case.owner.is_active else None,
    )  # fmt: skip
