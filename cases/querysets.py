"""Questions to the tables of cases, in the words of the desk. The time is always passed in."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from cases.models import (  # noqa: F401
        Case,
        Clock,
        Consent,
        ConsentWording,
        FollowUp,
        HandOver,
        Hearing,
        Incident,
        Number,
        SafeContact,
        ShiftHandOver,
    )

OPEN_CASES = ("open",)
UNFINISHED = ("due", "tried")


def may_know_of(user: Any, path: str = "") -> Q:
    """Return the condition for cases that this person may know of; `path` leads to the case, such as "case__".

    Counsellors and supervisors: all. Others: what they own, what they were let into, and what lies unowned while they
    are paralegals. Administrators and coordinators as such: none; a system needs no reader.
    """
    if not user.is_active:
        return Q(pk__in=[])
    if user.holds("counsellor", "supervisor"):
        return Q()
    mine = Q((f"{path}owner", user)) | Q((f"{path}pk__in", user.let_into.values("case_id")))
    if user.holds("paralegal"):
        mine |= Q((f"{path}owner__isnull", True), (f"{path}pk__isnull", False))
    return mine


def may_read_story_of(user: Any, path: str = "") -> Q:
    """Return the condition for cases whose story this person may read, the smaller ring (`cases.access`)."""
    if not user.is_active:
        return Q(pk__in=[])
    if user.holds("counsellor", "supervisor"):
        return Q()
    return Q((f"{path}owner", user)) | Q((f"{path}pk__in", user.let_into.values("case_id")))


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> Self:
        return self.filter(state__in=OPEN_CASES)

    def visible_to(self, user: Any) -> Self:
        """Cases that this person may know of."""
        return self.filter(may_know_of(user))

    def on_hold(self, at: datetime) -> Self:
        """Cases of which nothing may be removed: a hold lies on them, or on the case that they were joined to."""
        ways = ("holds", "joined_into__holds", "joined__holds")
        held = [Q((f"{way}__ended_at", None), (f"{way}__until__gte", at.date())) for way in ways]
        return self.filter(held[0] | held[1] | held[2])

    def readable_by(self, user: Any) -> Self:
        """Cases whose story this person may read."""
        return self.filter(may_read_story_of(user))


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def unfinished(self) -> Self:
        return self.filter(state__in=UNFINISHED)

    def due(self, at: datetime) -> Self:
        return self.unfinished().filter(due_at__lte=at)

    def to_remind(self, at: datetime) -> Self:
        """Follow-ups whose reminder is due and not yet given."""
        return self.unfinished().filter(remind_at__lte=at)

    def visible_to(self, user: Any) -> Self:
        """Follow-ups of cases that this person may know of."""
        return self.filter(may_know_of(user, "case__"))


class HandOverQuerySet(models.QuerySet["HandOver"]):
    def waiting(self) -> Self:
        return self.filter(state="offered")


class ShiftHandOverQuerySet(models.QuerySet["ShiftHandOver"]):
    def waiting(self) -> Self:
        return self.filter(state="offered")


class ClockQuerySet(models.QuerySet["Clock"]):
    def running(self) -> Self:
        return self.filter(stopped_at=None)


class WordingQuerySet(models.QuerySet["ConsentWording"]):
    def published(self) -> Self:
        return self.exclude(published_at=None)

    def drafts(self) -> Self:
        return self.filter(published_at=None)


class ConsentQuerySet(models.QuerySet["Consent"]):
    def readable_by(self, user: Any) -> Self:
        """Consents of cases whose story this person may read."""
        return self.filter(may_read_story_of(user, "case__"))

    def about(self, case: "Case") -> Self:
        """What counts in a case: everything said in it and in those it was joined with, and every no of the same caller.

        A yes was given for one story. A no is a person's, in whichever of her cases she said it; while it is not
        settled who she is, nothing that somebody said elsewhere counts.
        """
        here = Q(case=case) | Q(case__joined_into=case)
        if case.joined_into_id is not None:
            here |= Q(case=case.joined_into_id)
        if case.caller_id is not None and not case.possibly_known:
            here |= Q(case__caller=case.caller_id, case__possibly_known=False) & ~Q(answer="given")
        return self.filter(here)


class IncidentQuerySet(models.QuerySet["Incident"]):
    def readable_by(self, user: Any) -> Self:
        """Incidents of cases whose story this person may read. To know of a case tells nothing of what happened."""
        return self.filter(may_read_story_of(user, "case__"))

    def whole(self) -> Self:
        """With everything that a page shows of them beside: the same few queries for any number."""
        return self.select_related("case__line", "recorded_by", "changed_by", "detention").prefetch_related(
            "acts", "perpetrators"
        )


class HearingQuerySet(models.QuerySet["Hearing"]):
    def planned(self) -> Self:
        return self.filter(state="planned")

    def between(self, since: datetime, until: datetime) -> Self:
        """Days in court that begin in this stretch and are still to come as far as we know, the first first."""
        return self.planned().filter(at__gte=since, at__lt=until).order_by("at", "pk")

    def to_remind(self, at: datetime) -> Self:
        """Hearings of which somebody is to be told now."""
        return self.planned().filter(remind_at__lte=at)

    def visible_to(self, user: Any) -> Self:
        """Hearings of cases that this person may know of."""
        return self.filter(may_know_of(user, "case__"))
