"""What was done to somebody: an incident in her own words, and in codes; what is asked only with care; a text for advocacy.

Codes, times and answers lie in clear, so that clocks run and figures can be counted; everything in words is sealed.
"""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.fields import NameIndex
from cases.querysets import IncidentQuerySet
from cases.vocabulary.codes import ACTS, Flag, flags_of
from helpline.core.privacy.fields import BlindIndex, SealedText
from helpline.core.privacy.references import new_opaque

STAFF = settings.AUTH_USER_MODEL


class Answer(models.TextChoices):
    """What was answered to something that is asked. That somebody chose not to say, or does not know, are answers."""

    NOT_ASKED = "", _("not asked")
    YES = "yes", _("yes")
    NO = "no", _("no")
    PERHAPS = "perhaps", _("perhaps")
    UNKNOWN = "unknown", _("they do not know")
    DECLINED = "declined", _("they chose not to say")


class PartOfDay(models.TextChoices):
    NOT_ASKED = "", _("not asked")
    MORNING = "morning", _("morning")
    AFTERNOON = "afternoon", _("afternoon")
    EVENING = "evening", _("evening")
    NIGHT = "night", _("night")
    UNKNOWN = "unknown", _("they do not know")


class Said(models.TextChoices):
    """Whether something with an answer of its own (a time, a place) was told."""

    NOT_ASKED = "", _("not asked")
    TOLD = "told", _("told")
    UNKNOWN = "unknown", _("they do not know")
    DECLINED = "declined", _("they chose not to say")


class Teller(models.TextChoices):
    NOT_ASKED = "", _("not asked")
    SELF = "self", _("the person it was done to")
    COLLEAGUE = "colleague", _("a colleague of theirs")
    RELATIVE = "relative", _("family, partner or friend")
    WITNESS = "witness", _("somebody who saw it")
    WORKER = "worker", _("one of us, who was there")
    OTHER = "other", _("somebody else")
    DECLINED = "declined", _("they chose not to say")


class Incident(models.Model):
    """One thing that happened to one person. `vocabulary` is the version of the codes under which it was coded.

    `event` is the same for the incidents of several people who went through one event (a raid). `version` grows
    with each change: who changes an older one is shown both texts. `earliest_at` and `latest_at` bound an uncertain time;
    clocks run from `earliest_at`. `is_copied`: the facts are from somebody else's account and wait to be gone through.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    key = models.CharField(max_length=64, unique=True, null=True, editable=False)  # of the form that made it
    case = models.ForeignKey(Case, models.CASCADE, related_name="incidents")
    event = models.CharField(max_length=24, default=new_opaque, editable=False, db_index=True)
    is_copied = models.BooleanField(default=False)  # facts from somebody else's account, not yet gone through
    vocabulary = models.CharField(max_length=12)
    narrative = SealedText(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    when_said = models.CharField(max_length=10, choices=Said.choices, blank=True)
    earliest_at = models.DateTimeField(null=True)
    latest_at = models.DateTimeField(null=True)
    part_of_day = models.CharField(max_length=10, choices=PartOfDay.choices, blank=True)
    where_said = models.CharField(max_length=10, choices=Said.choices, blank=True)
    district = SealedText(null=True, blank=True)
    place = SealedText(null=True, blank=True)
    settings = models.JSONField(default=list, blank=True)  # codes
    told_by = models.CharField(max_length=10, choices=Teller.choices, blank=True)
    is_minor = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    is_unwilling = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    told_elsewhere = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    may_ask_station = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    recorded_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    changed_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    objects = IncidentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["case", "-recorded_at"], name="incident_of_case")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(earliest_at__isnull=True)
                | models.Q(latest_at__isnull=True)
                | models.Q(latest_at__gte=models.F("earliest_at")),
                name="incident_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return f"incident {self.ref}"

    @property
    def flags(self) -> frozenset[Flag]:
        """What its acts set in motion. Reads the acts."""
        return flags_of(act.code for act in self.acts.all())

    @property
    def needs_law_card(self) -> bool:
        """Whether what the law here says about children, or about people who were made to work, has to be at hand."""
        return bool({self.is_minor, self.is_unwilling} & {Answer.YES, Answer.PERHAPS})


class Act(models.Model):
    """One of the things that were done. At most one of an incident is what it is counted under first."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="acts")
    code = models.CharField(max_length=24)
    is_primary = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "code"], name="act_once"),
            models.UniqueConstraint(
                fields=["incident"], condition=models.Q(is_primary=True), name="one_primary_act_for_each_incident"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_economic(self) -> bool:
        return self.code in ACTS and ACTS[self.code].is_economic


class Perpetrator(models.Model):
    """Who did it, as far as that is known: a kind, how many, and what would let somebody recognise them.

    For police and others with state power station, unit, badge, what they did (`deeds`, codes), and money.
    `plate` is kept in one form (capitals, no spaces); the index finds a whole one, the word index a part.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="perpetrators")
    code = models.CharField(max_length=24)
    is_primary = models.BooleanField(default=False)
    how_many = models.PositiveSmallIntegerField(null=True, validators=[MaxValueValidator(999)])
    known = SealedText(null=True, blank=True)  # names used, looks, voice, handle, number
    vehicle = SealedText(null=True, blank=True)
    plate = SealedText(null=True, blank=True)
    plate_index = BlindIndex(of="plate", purpose="plate", null=True, db_index=True)
    station = SealedText(null=True, blank=True)
    station_index = NameIndex(of="station", purpose="station", null=True, db_index=True)
    unit = SealedText(null=True, blank=True)
    badge = SealedText(null=True, blank=True)  # name, rank or number of the officer
    deeds = models.JSONField(default=list, blank=True)  # codes
    amount = SealedText(null=True, blank=True)  # what was taken or demanded, with its currency

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident"], condition=models.Q(is_primary=True), name="one_primary_perpetrator"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.ref}"


class Detention(models.Model):
    """Somebody is or was held. The clock of custody runs from `since_earliest`, under the law of `country` (ISO 3166).

    A fact about a case: `incident` is where it was told, and None where no incident has been written down.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="detentions")
    incident = models.OneToOneField(Incident, models.CASCADE, null=True, related_name="detention")
    since_earliest = models.DateTimeField()
    since_latest = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    station = SealedText(null=True, blank=True)
    station_index = NameIndex(of="station", purpose="station", null=True, db_index=True)
    country = models.CharField(max_length=2, blank=True)
    ground = SealedText(null=True, blank=True)  # what they were told it was for
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["case", "released_at"], name="detention_of_case")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(since_latest__gte=models.F("since_earliest")), name="detention_bounds_in_order"
            ),
            models.CheckConstraint(
                condition=models.Q(released_at__isnull=True) | models.Q(released_at__gte=models.F("since_earliest")),
                name="released_after_held",
            ),
        ]

    def __str__(self) -> str:
        return f"detention {self.ref}"


class IncidentDraft(models.Model):
    """Words that are being typed about an incident, kept as they are typed; only their author sees them."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="incident_drafts")
    incident = models.ForeignKey(Incident, models.CASCADE, null=True, related_name="drafts")
    author = models.ForeignKey(STAFF, models.CASCADE, related_name="+")
    body = SealedText()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "author"], condition=models.Q(incident=None), name="one_draft_of_a_new_incident"
            ),
            models.UniqueConstraint(fields=["incident", "author"], name="one_draft_of_an_incident"),
        ]

    def __str__(self) -> str:
        return f"incident draft {self.ref}"


class AdvocacyText(models.Model):
    """The redacted twin of an incident's words, written by a person. Nothing is published from here.

    `of_version` is the version of the incident that was read when it was written: a later one may tell more.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    incident = models.OneToOneField(Incident, models.CASCADE, related_name="twin")
    body = SealedText()
    version = models.PositiveIntegerField(default=1)
    of_version = models.PositiveIntegerField()
    written_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"advocacy text {self.ref}"


class ReportKind(models.Model):
    """Under which type an incident is counted in a report in the United Nations' format, as a coordinator decided it.

    `goods_exchanged` stays blank unless somebody opts in: filled, that system calls a worker's rape "exploitation".
    """

    incident = models.OneToOneField(Incident, models.CASCADE, related_name="report_kind")
    kind = models.CharField(max_length=32)
    goods_exchanged = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    decided_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} of {self.incident_id}"
