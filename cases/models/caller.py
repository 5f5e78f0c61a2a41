"""Who calls, from which number, and what may be sent there. Unknown means no."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpline.core.privacy.fields import BlindIndex, SealedText
from helpline.core.privacy.numbers import mask_number
from helpline.core.privacy.references import new_opaque


class Caller(models.Model):
    """A person as we know her: a code name, never a legal one. Made at the first contact from a number."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    code_name = SealedText(null=True, blank=True)
    pronouns = SealedText(null=True, blank=True)
    code_word = SealedText(null=True, blank=True)
    language = models.CharField(max_length=12, blank=True)  # a language code: what we speak and write with them
    # Another row for the same person, as somebody found out: everything of this one went there, and can come back.
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, related_name="merged")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"caller {self.ref}"


class Number(models.Model):
    """A telephone number that somebody used. A match says "possibly": phones are shared.

    `caller` is who first used it. The number itself is sealed; the index finds it again under any listed key.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    caller = models.ForeignKey(Caller, models.PROTECT, related_name="numbers")
    number = SealedText()  # E.164
    index = BlindIndex(of="number", purpose="number", unique=True)
    created_at = models.DateTimeField()
    opted_out_at = models.DateTimeField(null=True)  # they texted STOP, or the gateway says so
    blocked_until = models.DateTimeField(null=True)
    blocked_why = models.CharField(max_length=200, blank=True)
    held_at = models.DateTimeField(null=True)  # somebody else may have it: nothing goes there until a person lifts it
    held_because = models.CharField(max_length=40, blank=True)  # a word of ours: "impostor", "stop_word", "wrong_word"

    def __str__(self) -> str:
        return f"number {self.ref}"

    @property
    def masked(self) -> str:
        """Enough to tell two numbers of one person apart."""
        return mask_number(self.number)


class Whose(models.TextChoices):
    OWN = "own", _("their own phone")
    SHARED = "shared", _("a shared phone")
    OTHER = "other", _("somebody else's phone")


class Voicemail(models.TextChoices):
    NONE = "none", _("none")
    VAGUE = "vague", _("a vague one: a first name, “returning your call”, nothing else")
    NAMED = "named", _("one that says who we are")


class SafeContactCard(models.Model):
    """What one caller said about one way to reach her. No card, or an old one, means: nothing may be sent that way.

    `hours` are the times at which it is safe, as a coordinator types opening hours (``[{"day": 0, "from": "10:00",
    "to": "14:00"}]``, in the line's time zone); an empty list means at any time. `good_for_days` after `confirmed_at` it
    has to be asked again. `stop_word` is what she says or texts when everything must stop.
    """

    whose = models.CharField(max_length=10, choices=Whose.choices)
    who_hears = SealedText(null=True, blank=True)  # who else may answer, listen or read
    hours = models.JSONField(default=list, blank=True)
    may_text = models.BooleanField(default=False)
    may_call = models.BooleanField(default=False)
    voicemail = models.CharField(max_length=10, choices=Voicemail.choices, default=Voicemail.NONE)
    voicemail_words = SealedText(null=True, blank=True)  # what exactly is said on a message; blank: a vague one of ours
    say = SealedText(null=True, blank=True)  # what we say to somebody else who answers
    stop_word = SealedText(null=True, blank=True)
    confirmed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    good_for_days = models.PositiveSmallIntegerField(default=90)

    class Meta:
        abstract = True


class SafeContact(SafeContactCard):
    """What one caller said about one of her numbers."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    caller = models.ForeignKey(Caller, models.CASCADE, related_name="safe_contacts")
    number = models.ForeignKey(Number, models.CASCADE, related_name="safe_contacts")
    ended_at = models.DateTimeField(null=True)  # dead, lost or changed: nothing more goes there; kept as history
    ended_because = models.CharField(max_length=40, blank=True)  # a word of ours

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "number"], name="safe_contact_once")]

    def __str__(self) -> str:
        return f"safe contact {self.ref}"


class RouteKind(models.TextChoices):
    PEER = "peer", _("a peer whom they trust")
    COMPANION = "companion", _("somebody who goes along")
    FAMILY = "family", _("family or partner")
    DROP_IN = "drop_in", _("a drop-in or safe space")
    OUTREACH = "outreach", _("an outreach worker")
    LETTER = "letter", _("a letter")
    PRISON_LETTER = "prison_letter", _("a letter to a prison, where mail is read")
    OTHER = "other", _("another way")


class ContactRoute(SafeContactCard):
    """Another way to reach a caller than her own number: through a person, a place, or by letter, with a card of its own.

    People on it may not know her work: `may_know` says in her words what they may be told, nothing where it is blank.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    caller = models.ForeignKey(Caller, models.CASCADE, related_name="routes")
    kind = models.CharField(max_length=16, choices=RouteKind.choices)
    name = SealedText()  # how the caller calls this person or place
    number = SealedText(null=True, blank=True)  # E.164
    index = BlindIndex(of="number", purpose="number", null=True, db_index=True)
    place = SealedText(null=True, blank=True)  # an address, or where and when to meet
    language = models.CharField(max_length=12, blank=True)
    may_know = SealedText(null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=1)  # the order in which they are tried
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # no longer to be used; kept so that what was done stays explained

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"route {self.ref}"
