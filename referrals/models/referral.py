"""A referral: somebody is asked for a caller, in time, and it is followed to the end."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Consent, NeedKind
from helpline.core.privacy.fields import BlindIndex, SealedText
from helpline.core.privacy.references import new_opaque
from referrals.models.area import Area
from referrals.models.provider import Provider, ProviderPerson, Service
from referrals.models.team import TeamMember


class ReferralState(models.TextChoices):
    """Moves only by `referrals.lifecycle`."""

    ASKING = "asking", _("being asked")
    ACCEPTED = "accepted", _("accepted")
    NOBODY = "nobody", _("nobody could take it")
    REACHED = "reached", _("in touch with each other")
    ENDED = "ended", _("ended")
    WITHDRAWN = "withdrawn", _("withdrawn")


class ReferralOutcome(models.TextChoices):
    """What became of it, in the words that the forms of the United Nations count."""

    RECEIVED = "received", _("they got the help")
    BY_US = "by_us", _("we gave it ourselves")
    ALREADY = "already", _("they had it already")
    DECLINED = "declined", _("the caller chose not to")
    UNAVAILABLE = "unavailable", _("there was none")
    NOT_APPLICABLE = "not_applicable", _("it was not the right thing")
    NOT_KNOWN = "not_known", _("we do not know")


class AskingWay(models.TextChoices):
    IN_TURN = "in_turn", _("one after the other")
    TOGETHER = "together", _("several at once")
    BY_HAND = "by_hand", _("a person asks")


class Matter(models.TextChoices):
    """What it is about: all that somebody hears before they accept, besides area and language."""

    ARREST = "arrest", _("arrest or detention")
    COURT = "court", _("a day in court")
    VIOLENCE = "violence", _("after violence")
    EXTORTION = "extortion", _("extortion by officials")
    HEALTH = "health", _("health")
    SHELTER = "shelter", _("a place to stay")
    PAPERS = "papers", _("papers, immigration")
    FAMILY = "family", _("family, children")
    WORK = "work", _("work, money, housing")
    THERE_NOW = "there_now", _("somebody to go there now")
    OTHER = "other", _("something else")


class ReferralQuerySet(models.QuerySet["Referral"]):
    def open(self) -> Self:
        """Those that are not over."""
        return self.filter(state__in=["asking", "accepted", "reached"])

    def due(self, at: datetime) -> Self:
        """Those in which somebody has to do something now."""
        return self.filter(state=ReferralState.ASKING, next_at__lte=at).order_by("next_at", "pk")

    def overdue_unsaid(self, at: datetime) -> Self:
        """Those whose promised time has passed while nobody has accepted, and nobody was told of it yet."""
        return self.filter(state=ReferralState.ASKING, promised_by__lte=at, late_told_at=None)


class Referral(models.Model):
    """One thing asked for one case. `promised_by`: when somebody should have accepted (30 minutes for a lawyer).

    `next_at` is when a sweep next looks at it: an offer is over, or the next one may be made (null: nothing to do).
    `may_be_told`: what somebody who accepts may hear, in words that the counsellor wrote for it, and nothing else.
    `consent` is the yes that it rests on; null only where nobody outside hears anything (we do it ourselves, or the caller
    goes there without us naming them). `turn` goes up with every change, so that two workers never do the same.
    `flagged_at`: the provider was suspended since; a person must look. `round` goes up when it is asked for again: then those
    who were silent, or had no time, may be asked once more. `promise_minutes`: how long each round may take.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    key = models.CharField(max_length=120, unique=True, null=True, editable=False)  # of the form that asked
    case = models.ForeignKey(Case, models.CASCADE, related_name="referrals")
    need = models.CharField(max_length=16, choices=NeedKind.choices)
    matter = models.CharField(max_length=12, choices=Matter.choices, default=Matter.OTHER)
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="+")
    language = models.CharField(max_length=12, blank=True)
    way = models.CharField(max_length=10, choices=AskingWay.choices, default=AskingWay.IN_TURN)
    is_team = models.BooleanField(default=False)  # our own rapid response team is asked
    state = models.CharField(max_length=10, choices=ReferralState.choices, default=ReferralState.ASKING)
    provider = models.ForeignKey(Provider, models.PROTECT, null=True, blank=True, related_name="referrals")
    person = models.ForeignKey(ProviderPerson, models.SET_NULL, null=True, blank=True, related_name="referrals")
    service = models.ForeignKey(Service, models.SET_NULL, null=True, blank=True, related_name="referrals")
    consent = models.ForeignKey(Consent, models.SET_NULL, null=True, blank=True, related_name="referrals")
    may_be_told = SealedText(null=True, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    promised_by = models.DateTimeField(null=True)
    late_told_at = models.DateTimeField(null=True)  # the coordinator was told that the promise was not kept
    next_at = models.DateTimeField(null=True)
    turn = models.PositiveIntegerField(default=0)
    round = models.PositiveSmallIntegerField(default=1)
    promise_minutes = models.PositiveIntegerField(null=True)
    only_chosen = models.BooleanField(default=False)  # a person chose whom to ask, and nobody else is asked
    accepted_at = models.DateTimeField(null=True)
    reached_at = models.DateTimeField(null=True)  # they spoke, or stand beside each other
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, choices=ReferralOutcome.choices, blank=True)
    why = models.CharField(max_length=40, blank=True)  # a word of ours: why it ended so
    outcome_words = SealedText(null=True, blank=True)
    flagged_at = models.DateTimeField(null=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        indexes = [
            models.Index(fields=["next_at"], name="referral_due", condition=Q(state="asking")),
            models.Index(fields=["promised_by"], name="referral_promise", condition=Q(state="asking")),
            models.Index(fields=["case", "-asked_at"], name="referral_of_case"),
            models.Index(fields=["provider", "-asked_at"], name="referral_of_provider"),
        ]

    def __str__(self) -> str:
        return f"referral {self.ref}"


class OfferState(models.TextChoices):
    """Moves only by `referrals.lifecycle`."""

    PLANNED = "planned", _("not asked yet")
    OPEN = "open", _("asked, no answer yet")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    SILENT = "silent", _("no answer in time")
    TAKEN = "taken", _("somebody else was faster")
    WITHDRAWN = "withdrawn", _("withdrawn")
    UNDELIVERED = "undelivered", _("could not be asked")


class Declined(models.TextChoices):
    """Why somebody said no. Only "conflict" changes whom we ask again in this case; none is a mark against anybody."""

    BUSY = "busy", _("no time now")
    FAR = "far", _("too far")
    LANGUAGE = "language", _("another language is needed")
    CONFLICT = "conflict", _("a conflict of interest")
    NOT_MINE = "not_mine", _("not what they do")
    OTHER = "other", _("another reason, or none said")


class OfferQuerySet(models.QuerySet["Offer"]):
    def open(self) -> Self:
        return self.filter(state=OfferState.OPEN)


class Offer(models.Model):
    """One person is asked once. Exactly one of `person` and `member` is set.

    `code` is what a text answers with: unique among offers that can still be answered. `token_hash`: keyed hash of the one-time
    link's 128 random bits; the link itself is never kept. `reasons`: why they were asked in this place, as codes of
    `referrals.matching`. `round`: of the referral, in which they were asked.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    key = models.CharField(max_length=120, unique=True)
    referral = models.ForeignKey(Referral, models.CASCADE, related_name="offers")
    provider = models.ForeignKey(Provider, models.CASCADE, null=True, blank=True, related_name="offers")
    person = models.ForeignKey(ProviderPerson, models.CASCADE, null=True, blank=True, related_name="offers")
    member = models.ForeignKey(TeamMember, models.CASCADE, null=True, blank=True, related_name="offers")
    place = models.PositiveSmallIntegerField()  # 1 was asked first
    round = models.PositiveSmallIntegerField(default=1)
    reasons = models.JSONField(default=list, blank=True)
    code = models.CharField(max_length=8, blank=True)
    message_key = models.CharField(max_length=120, blank=True)  # of the outbox message that asked
    token_hash = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=12, choices=OfferState.choices, default=OfferState.PLANNED)
    by_call = models.BooleanField(default=False)
    by_text = models.BooleanField(default=True)
    offered_at = models.DateTimeField(null=True)
    answer_by = models.DateTimeField(null=True)
    link_seen_at = models.DateTimeField(null=True)  # looked at: no answer, and it spends nothing
    answered_at = models.DateTimeField(null=True)
    answered_how = models.CharField(max_length=8, blank=True)  # "key", "text", "link", "desk"
    declined_because = models.CharField(max_length=10, choices=Declined.choices, blank=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        ordering = ["place", "pk"]
        indexes = [
            models.Index(fields=["answer_by"], name="offer_due", condition=Q(state="open")),
            models.Index(fields=["provider", "-offered_at"], name="offer_of_provider"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=Q(state="open"), name="offer_code_once"),
            models.UniqueConstraint(fields=["token_hash"], condition=~Q(token_hash=""), name="offer_token_once"),
            models.UniqueConstraint(fields=["referral"], condition=Q(state="accepted"), name="one_acceptance"),
            models.CheckConstraint(
                condition=Q(person__isnull=False, member__isnull=True) | Q(person__isnull=True, member__isnull=False),
                name="offer_to_one_person",
            ),
        ]

    def __str__(self) -> str:
        return f"offer {self.ref}"


class ReferralStep(models.Model):
    """What happened in a referral and when, for its page and the case's story. `what` is a word of ours."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    key = models.CharField(max_length=120, unique=True)
    referral = models.ForeignKey(Referral, models.CASCADE, related_name="steps")
    offer = models.ForeignKey(Offer, models.SET_NULL, null=True, blank=True, related_name="steps")
    what = models.CharField(max_length=20)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.what} of {self.referral_id}"


class Code(models.Model):
    """A reply code that was used, so that a late answer finds what it was for. `number_index` is the phone it went to."""

    code = models.CharField(max_length=8)
    offer = models.ForeignKey(Offer, models.CASCADE, related_name="codes")
    number = SealedText(null=True, blank=True)
    number_index = BlindIndex(of="number", purpose="number", null=True, db_index=True)
    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    sent_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"code of {self.offer_id}"
