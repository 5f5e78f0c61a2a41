"""What keeps a caller safe: the plan in her own words, and check-ins with the steps that follow where she is not heard from."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.caller import Caller, ContactRoute, Number
from cases.models.case import Case
from cases.querysets import may_know_of
from cases.safety import Plan, Words
from helpline.core.privacy.fields import SealedText
from helpline.core.privacy.references import new_opaque
from helpline.core.staff.models import User


class PlanReaders(models.TextChoices):
    TEAM = "team", _("whoever may read the case")
    OWNER = "owner", _("only who has the case, and who is on it when a check-in was missed")


class SafetyPlan(models.Model):
    """A caller's safety plan, every part in her words. `version` counts changes, so that nobody writes over another.

    Nothing of it is ever sent. It is printed only where she said that she wants it on paper.
    """

    SECTIONS = (
        "warning_signs", "safer_places", "people", "to_take", "papers_money", "phone", "children", "we_do", "we_do_not",
    )  # fmt: skip

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    caller = models.OneToOneField(Caller, models.CASCADE, related_name="safety_plan")
    warning_signs = SealedText(null=True, blank=True)
    safer_places = SealedText(null=True, blank=True)
    people = SealedText(null=True, blank=True)
    to_take = SealedText(null=True, blank=True)
    papers_money = SealedText(null=True, blank=True)
    phone = SealedText(null=True, blank=True)
    children = SealedText(null=True, blank=True)
    we_do = SealedText(null=True, blank=True)
    we_do_not = SealedText(null=True, blank=True)
    readers = models.CharField(max_length=10, choices=PlanReaders.choices, default=PlanReaders.TEAM)
    wants_paper = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    reviewed_at = models.DateTimeField()  # when it was last gone through with her
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"safety plan {self.ref}"


class CheckInState(models.TextChoices):
    RUNNING = "running", _("running")
    MISSED = "missed", _("somebody has to act")
    SAFE = "safe", _("has arrived")
    STOPPED = "stopped", _("stopped")


LIVE = (CheckInState.RUNNING, CheckInState.MISSED)


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    def live(self) -> Self:
        return self.filter(state__in=LIVE)

    def to_look_at(self, at: datetime) -> Self:
        """Check-ins for which the next moment has come, the one that waits longest first."""
        return self.live().filter(next_at__lte=at).order_by("next_at", "pk")

    def visible_to(self, user: User) -> Self:
        """Check-ins of cases that this person may know of."""
        return self.filter(may_know_of(user, "case__"))


class CheckIn(models.Model):
    """ "I write or ring by 23:30, else …": a row that is swept, and everything that was agreed for it.

    `state` is ``missed`` also after the word for danger (`danger_at`), which only who may read the case is told. `round`
    counts how often it began anew: an answer in a series, or more time. `next_at` is when the sweep looks at it again;
    `turn` goes up with every change, so that of two who act at the same moment one finds it changed. `every_minutes`
    makes it a series until `ends_at`.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="check_ins")
    caller = models.ForeignKey(Caller, models.CASCADE, related_name="check_ins")
    number = models.ForeignKey(Number, models.SET_NULL, null=True, related_name="+")  # where she is asked first
    state = models.CharField(max_length=10, choices=CheckInState.choices, default=CheckInState.RUNNING)
    due_at = models.DateTimeField()
    grace_minutes = models.PositiveSmallIntegerField(default=10)
    wait_minutes = models.PositiveSmallIntegerField(default=5)  # for an answer, before the next step
    within_minutes = models.PositiveSmallIntegerField(default=3)  # somebody of staff says that they are on it
    every_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    where = SealedText(null=True, blank=True)  # where she is and with whom, as far as she wants it known
    safe_word = SealedText(null=True, blank=True)
    danger_word = SealedText(null=True, blank=True)
    takes_plain_safe = models.BooleanField(default=False)
    contacts_in_danger = models.BooleanField(default=False)
    police_yes = SealedText(null=True, blank=True)  # her own sentence; without one the police are never called
    police_yes_at = models.DateTimeField(null=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    round = models.PositiveIntegerField(default=1)
    extensions = models.PositiveSmallIntegerField(default=0)  # by her own texts, in this round
    begun_at = models.DateTimeField(null=True)  # when the steps of this round began
    danger_at = models.DateTimeField(null=True)
    danger_goes_on = models.BooleanField(default=False)  # whether the series would go on, seen from her phone
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    finished_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    turn = models.PositiveIntegerField(default=0)

    objects = CheckInQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at", "id"], name="check_in_next", condition=models.Q(state__in=["running", "missed"])
            ),
            models.Index(fields=["case", "-set_at"], name="check_in_of_case"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state__in=["running", "missed"]), name="one_live_check_in"
            )
        ]

    def __str__(self) -> str:
        return f"check-in {self.ref}"

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def is_danger(self) -> bool:
        return self.danger_at is not None

    @property
    def is_series(self) -> bool:
        return self.every_minutes is not None

    @property
    def acts_at(self) -> datetime:
        """When the first step is taken where she is not heard from."""
        return self.due_at + timedelta(minutes=self.grace_minutes)

    def words(self) -> Words:
        """What she agreed to say."""
        return Words(safe=self.safe_word or "", danger=self.danger_word or "", takes_plain=self.takes_plain_safe)

    def plan(self, contacts: int) -> Plan:
        """What was agreed, for the rule."""
        return Plan(
            due_at=self.due_at,
            grace=timedelta(minutes=self.grace_minutes),
            contacts=contacts,
            wait=timedelta(minutes=self.wait_minutes),
            contacts_in_danger=self.contacts_in_danger,
        )


class CheckInContact(models.Model):
    """One of her people, in her order. `knows_her_as` is her name with them; `tell` is what they are texted, in her words.

    What they may be told at all stands on their card (`ContactRoute.may_know`): where that is blank, `tell` is not used.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    check_in = models.ForeignKey(CheckIn, models.CASCADE, related_name="contacts")
    route = models.ForeignKey(ContactRoute, models.CASCADE, related_name="check_ins")
    position = models.PositiveSmallIntegerField()
    knows_her_as = SealedText()
    tell = SealedText(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["check_in", "position"], name="check_in_contact_place")]

    def __str__(self) -> str:
        return f"check-in contact {self.ref}"


class ClockWatch(models.Model):
    """What the clock of one machine showed when its check-ins were last looked at, and how long it had run by then.

    The difference tells a clock that was turned back, once for all processes and over restarts.
    """

    machine = models.CharField(max_length=64, unique=True)
    seconds = models.FloatField()  # since the machine was started
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"clock of {self.machine}"


class StepKind(models.TextChoices):
    """What was done. The first four are the steps of `cases.safety`; the rest is what people did or said."""

    TEXT_HER = "text_her", _("Texted the caller")
    CALL_HER = "call_her", _("A person is asked to ring the caller")
    CONTACT = "contact", _("Their contact is told")
    TEAM = "team", _("The whole team is told")
    STAFF = "staff", _("Told on the duty phone")
    SET = "set", _("Set up")
    ACKNOWLEDGED = "acknowledged", _("Is on it")
    NOT_REACHED = "not_reached", _("Rang, nobody answered")
    HEARD = "heard", _("The caller was heard from")
    DANGER = "danger", _("The caller gave the word for danger")
    AFTERWARDS = "afterwards", _("A word came after the word for danger")
    WRONG_WORD = "wrong_word", _("A word was said that is not theirs")
    EXTENDED = "extended", _("More time")
    ESCALATED = "escalated", _("Begun by hand")
    OVER = "over", _("Their contact is told that the caller was heard from")
    POLICE = "police", _("The police were called, as the caller wrote")
    ARRIVED = "arrived", _("Has arrived")
    STOPPED = "stopped", _("Stopped")


class StepResult(models.TextChoices):
    DONE = "done", _("done")
    WAITING = "waiting", _("waiting for an answer")
    REFUSED = "refused", _("could not be done")
    NO_ANSWER = "no_answer", _("no answer")


class CheckInStep(models.Model):
    """One thing that was done about a check-in: what, to whom, by whom, and what came of it. Never changed but in its result.

    `key` makes each step of a round happen once, and is the key of its message in the outbox. `because` is a code.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    key = models.CharField(max_length=120, unique=True, null=True, editable=False)
    check_in = models.ForeignKey(CheckIn, models.CASCADE, related_name="steps")
    round = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=StepKind.choices)
    place = models.PositiveSmallIntegerField(default=0)  # the how-manieth contact or telling
    contact = models.ForeignKey(CheckInContact, models.SET_NULL, null=True, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")  # who was told
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")  # None: by itself
    at = models.DateTimeField()
    result = models.CharField(max_length=10, choices=StepResult.choices, default=StepResult.DONE)
    because = models.CharField(max_length=40, blank=True)
    note = SealedText(null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["check_in", "round", "at"], name="check_in_step_round")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.check_in_id}"
