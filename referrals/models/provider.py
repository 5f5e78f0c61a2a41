"""Whom we send people to: providers, their people, services, places, hours and costs.

Names of organisations and what they offer lie in clear, so that thousands can be searched and sorted. Numbers, address lines
and names of people are sealed. What HSDS can say and we have no column for is kept beside each row in `hsds`, and whole rows
in `HsdsRow`, so that nothing of an imported directory is lost on its way out again.
"""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models import NeedKind, ReceiverKind
from helpline.core.privacy.fields import BlindIndex, SealedJSON, SealedText
from helpline.core.privacy.references import new_opaque
from referrals.models.area import Area


def new_hsds_id() -> str:
    """Return an id as HSDS wants it: a UUID that says nothing."""
    return str(uuid.uuid4())


class VettingState(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    INTERVIEWED = "interviewed", _("interviewed")
    PEER_TESTED = "peer_tested", _("tested by a peer")
    APPROVED = "approved", _("approved")
    PROBATION = "probation", _("on probation")
    SUSPENDED = "suspended", _("suspended")
    REMOVED = "removed", _("removed")


# To whom a caller may be sent at all.
TRUSTED = (VettingState.APPROVED, VettingState.PROBATION)


class ProviderQuerySet(models.QuerySet["Provider"]):
    def trusted(self) -> Self:
        """Those to whom a caller may be sent: approved, or on probation."""
        return self.filter(vetting__in=TRUSTED)

    def listed(self) -> Self:
        """All but those that were removed."""
        return self.exclude(vetting=VettingState.REMOVED)


class Provider(models.Model):
    """An organisation, a law office, a clinic, one lawyer (HSDS: organization).

    `kind` is who hears of a caller there, in the words of consent. `closed_until`: takes no new cases before that day;
    `most_open`: how many at once (null: not said). `not_for`: whom they do not help, in words for staff. `is_hidden`: name
    and places are only ever told by voice: on no sheet, in no export, in no text. `vetting` moves only by
    `referrals.lifecycle`; a provider without it is nobody we send people to.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    hsds_id = models.CharField(max_length=200, unique=True, default=new_hsds_id)
    kind = models.CharField(max_length=16, choices=ReceiverKind.choices)
    name = models.CharField(max_length=250)
    alternate_name = models.CharField(max_length=250, blank=True)
    description = models.TextField(blank=True)
    website = models.CharField(max_length=500, blank=True)
    email = models.CharField(max_length=254, blank=True)
    languages = models.JSONField(default=list, blank=True)  # codes such as ["en", "zu"]
    not_for = models.TextField(blank=True)
    alert = models.TextField(blank=True)  # what has changed lately and must be said
    closed_until = models.DateField(null=True, blank=True)
    most_open = models.PositiveSmallIntegerField(null=True, blank=True)
    is_hidden = models.BooleanField(default=False)
    is_peer_led = models.BooleanField(default=False)
    vetting = models.CharField(max_length=12, choices=VettingState.choices, default=VettingState.PROPOSED)
    vetting_since = models.DateTimeField()
    vetting_why = models.CharField(max_length=40, blank=True)  # a word of ours, said in words by the page
    renew_by = models.DateField(null=True, blank=True)  # then the vetting has to be done anew
    renewal_told = models.PositiveSmallIntegerField(default=0)  # how many of the reminders of `renew_by` were given
    last_checked_on = models.DateField(null=True, blank=True)  # when somebody last asked them whether all this is true
    areas = models.ManyToManyField(Area, blank=True, related_name="providers")  # where their people go to or take from
    hsds = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = ProviderQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["vetting", "kind"], name="provider_by_vetting"),
            models.Index(fields=["name", "id"], name="provider_by_name"),
            models.Index(fields=["renew_by"], name="provider_renewal", condition=~Q(vetting="removed")),
        ]

    def __str__(self) -> str:
        return self.name


class ProviderPerson(models.Model):
    """A person at a provider (HSDS: contact). `number` is where an offer goes: private, in no export and on no page unasked.

    `is_public`: name, title and public phones may stand in an export. `left_at`: no longer there; nothing goes to them.
    `by_call`, `by_text`: how they want to be asked, at night too where `at_night`.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    hsds_id = models.CharField(max_length=200, unique=True, default=new_hsds_id)
    provider = models.ForeignKey(Provider, models.CASCADE, related_name="people")
    name = SealedText()
    title = models.CharField(max_length=120, blank=True)
    email = SealedText(null=True, blank=True)
    number = SealedText(null=True, blank=True)  # E.164
    number_index = BlindIndex(of="number", purpose="number", null=True, db_index=True)
    number_checked_at = models.DateTimeField(null=True, blank=True)  # somebody rang it and the right person answered
    languages = models.JSONField(default=list, blank=True)
    by_call = models.BooleanField(default=False)
    by_text = models.BooleanField(default=True)
    at_night = models.BooleanField(default=True)
    is_deputy = models.BooleanField(default=False)
    is_public = models.BooleanField(default=False)
    left_at = models.DateTimeField(null=True, blank=True)
    hsds = SealedJSON(null=True, blank=True)  # numbers, addresses and people can stand in it
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["is_deputy", "pk"]

    def __str__(self) -> str:
        return f"person {self.ref}"


class ServiceStatus(models.TextChoices):
    ACTIVE = "active", _("open")
    INACTIVE = "inactive", _("not offered now")
    DEFUNCT = "defunct", _("no longer there")
    CLOSED = "temporarily closed", _("closed for a time")


class Service(models.Model):
    """What a provider does (HSDS: service). `kind` is the need that it answers; null: something else that HSDS brought."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    hsds_id = models.CharField(max_length=200, unique=True, default=new_hsds_id)
    provider = models.ForeignKey(Provider, models.CASCADE, related_name="services")
    kind = models.CharField(max_length=16, choices=NeedKind.choices, blank=True)
    name = models.CharField(max_length=250)
    description = models.TextField(blank=True)
    status = models.CharField(max_length=20, choices=ServiceStatus.choices, default=ServiceStatus.ACTIVE)
    languages = models.JSONField(default=list, blank=True)
    interpretation = models.TextField(blank=True)
    fees = models.TextField(blank=True)
    is_free = models.BooleanField(null=True, blank=True)
    eligibility = models.TextField(blank=True)
    not_for = models.TextField(blank=True)
    wait = models.CharField(max_length=250, blank=True)
    how_to_apply = models.TextField(blank=True)
    areas = models.ManyToManyField(Area, blank=True, related_name="services")
    hsds = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["kind", "status"], name="service_by_kind")]

    def __str__(self) -> str:
        return self.name


class PlaceKind(models.TextChoices):
    PHYSICAL = "physical", _("a place to go to")
    POSTAL = "postal", _("for letters")
    VIRTUAL = "virtual", _("by telephone or on the net")


class Place(models.Model):
    """Where a provider is (HSDS: location with its addresses). `is_hidden`: the address is only ever told by voice.

    A hidden place has no point on the map, stands on no sheet and in no export; its address is shown to staff who ask
    for it, each time in the audit.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    hsds_id = models.CharField(max_length=200, unique=True, default=new_hsds_id)
    provider = models.ForeignKey(Provider, models.CASCADE, related_name="places")
    kind = models.CharField(max_length=10, choices=PlaceKind.choices, default=PlaceKind.PHYSICAL)
    name = models.CharField(max_length=250, blank=True)
    description = models.TextField(blank=True)
    area = models.ForeignKey(Area, models.SET_NULL, null=True, blank=True, related_name="places")
    address = SealedText(null=True, blank=True)  # lines, as one writes them on a letter
    latitude = SealedText(
        null=True, blank=True
    )  # decimal degrees as text: where a hidden place is must not lie in clear
    longitude = SealedText(null=True, blank=True)
    transport = models.TextField(blank=True)
    accessibility = models.TextField(blank=True)
    is_hidden = models.BooleanField(default=False)
    hsds = SealedJSON(null=True, blank=True)  # numbers, addresses and people can stand in it

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"place {self.ref}"


class ServicePlace(models.Model):
    """A service at a place (HSDS: service_at_location)."""

    hsds_id = models.CharField(max_length=200, unique=True, default=new_hsds_id)
    service = models.ForeignKey(Service, models.CASCADE, related_name="at_places")
    place = models.ForeignKey(Place, models.CASCADE, related_name="with_services")
    hsds = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "place"], name="service_at_place_once")]

    def __str__(self) -> str:
        return f"{self.service_id} at {self.place_id}"


class Phone(models.Model):
    """A number that anybody may be given (HSDS: phone), of a provider, a service, a place or a person."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    hsds_id = models.CharField(max_length=200, unique=True, default=new_hsds_id)
    provider = models.ForeignKey(Provider, models.CASCADE, related_name="phones")
    service = models.ForeignKey(Service, models.CASCADE, null=True, blank=True, related_name="phones")
    place = models.ForeignKey(Place, models.CASCADE, null=True, blank=True, related_name="phones")
    person = models.ForeignKey(ProviderPerson, models.CASCADE, null=True, blank=True, related_name="phones")
    number = SealedText()  # as written; HSDS knows no form
    extension = models.CharField(max_length=20, blank=True)
    kind = models.CharField(max_length=40, blank=True)  # HSDS: voice, text, fax, cell, …
    description = models.TextField(blank=True)
    languages = models.JSONField(default=list, blank=True)
    is_after_hours = models.BooleanField(default=False)
    tested_at = models.DateTimeField(null=True, blank=True)
    hsds = SealedJSON(null=True, blank=True)  # numbers, addresses and people can stand in it

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"phone {self.ref}"


class OpenHours(models.Model):
    """When somebody is there (HSDS: schedule): weekdays and times of day in the time zone of the provider's line.

    `days`: 0 is Monday. `is_closed`: not there on these days (holidays, with dates). A span over midnight ends on the next
    day. What a rule of HSDS says beyond this (every second week, until, count) stays in `hsds` and is shown in its words.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    hsds_id = models.CharField(max_length=200, unique=True, default=new_hsds_id)
    provider = models.ForeignKey(Provider, models.CASCADE, related_name="hours")
    service = models.ForeignKey(Service, models.CASCADE, null=True, blank=True, related_name="hours")
    place = models.ForeignKey(Place, models.CASCADE, null=True, blank=True, related_name="hours")
    days = models.JSONField(default=list, blank=True)
    opens_at = models.TimeField(null=True, blank=True)
    closes_at = models.TimeField(null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    is_closed = models.BooleanField(default=False)
    words = models.TextField(blank=True)
    hsds = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"hours of {self.provider_id}"


class Cost(models.Model):
    """What a service costs (HSDS: cost_option). `amount` null: only words are known."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    hsds_id = models.CharField(max_length=200, unique=True, default=new_hsds_id)
    service = models.ForeignKey(Service, models.CASCADE, related_name="costs")
    option = models.CharField(max_length=250, blank=True)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)  # ISO 4217
    words = models.TextField(blank=True)
    hsds = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"cost of {self.service_id}"


class HsdsRow(models.Model):
    """A row of an imported directory of a table that we have none for, kept as it was. `provider` null: of the whole file.

    Sealed: address lines and people's names stand in it.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    table = models.CharField(max_length=40)
    hsds_id = models.CharField(max_length=200)
    provider = models.ForeignKey(Provider, models.CASCADE, null=True, blank=True, related_name="hsds_rows")
    row = SealedJSON()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "hsds_id"], name="hsds_row_once")]

    def __str__(self) -> str:
        return f"{self.table} {self.hsds_id}"


class DirectoryImport(models.Model):
    """A file that is being looked at before it becomes the directory: gone within the hour, or when it was taken in."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    kind = models.CharField(max_length=12)  # "hsds_json", "hsds_csv", "sheet"
    file_name = SealedText()
    body = SealedText()  # the rows as JSON text
    mapping = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default="looking")  # looking, taken, dropped
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"import {self.ref}"
