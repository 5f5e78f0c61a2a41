"""How the API tells of providers. Nothing of vetting but its state; and of what is hidden no word, to nobody."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.db.models import Model
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.models import NeedKind, ReceiverKind
from helpline.core.api.fields import AskedMoment, Fields, Filters, Moment, Whole, Words
from referrals.models import (
    Area,
    Cost,
    Place,
    PlaceKind,
    Provider,
    ProviderPerson,
    Service,
    ServiceStatus,
    VettingState,
)

LANGUAGE = r"\A[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}\Z"
LONGEST_LIST = 60  # languages, or areas, of one provider
LONGEST_CODE = 40  # characters of an area's code
MOST_AT_ONCE = 1000  # open cases that anybody could mean


@extend_schema_field(OpenApiTypes.STR)
class AreaCode(serializers.Field[Area, str, str, Any]):
    """An area, by its code."""

    default_error_messages = {"unknown": gettext_lazy("There is no area with this code.")}

    def to_internal_value(self, data: Any) -> Area:
        found = None
        if isinstance(data, str) and data.isprintable() and 0 < len(data) <= LONGEST_CODE:
            found = Area.objects.filter(code=data).first()
        if found is None:
            self.fail("unknown")
        return found

    def to_representation(self, value: Area) -> str:
        return value.code


class Language(serializers.RegexField):
    """A code such as "zu" or "pt-BR"."""

    default_error_messages = {"invalid": gettext_lazy("Give the code of a language, such as zu.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(LANGUAGE, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class WebAddress(Words):
    """An address on the web. A page makes a link of it, so nothing but http and https may begin it."""

    default_error_messages = {"no_address": gettext_lazy("An address on the web begins with https:// or http://.")}

    def to_internal_value(self, data: Any) -> str:
        typed = super().to_internal_value(data)
        if typed and not _is_web_address(typed):
            self.fail("no_address")
        return typed


def _is_web_address(typed: str) -> bool:
    try:
        parts = urlsplit(typed)
    except ValueError:
        return False
    return typed.isprintable() and parts.scheme in {"https", "http"} and bool(parts.hostname)


class Part(serializers.Serializer[Any]):
    """Something of a provider. `WORDS` are blank, or null, where it must only be told by voice."""

    WORDS: ClassVar[tuple[str, ...]] = ()

    def is_shut(self, row: Any) -> bool:
        """Say whether the words of this row are told by voice only."""
        return bool(row.provider.is_hidden)

    def to_representation(self, instance: Model) -> dict[str, Any]:
        told: dict[str, Any] = super().to_representation(instance)
        if self.is_shut(instance):
            told.update({name: None if self.fields[name].allow_null else "" for name in self.WORDS})
        return told


class CostFields(Part):
    """`amount` is a decimal as text, with its `currency`; null where only words are known."""

    WORDS = ("option", "words")

    option = serializers.CharField(read_only=True)
    amount = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True, read_only=True)
    currency = serializers.CharField(read_only=True)
    words = serializers.CharField(read_only=True)

    def is_shut(self, row: Cost) -> bool:
        return row.service.provider.is_hidden


class ServiceFields(Part):
    """What they do. `is_free` null: nobody has said."""

    WORDS = ("name", "description", "interpretation", "fees", "eligibility", "not_for", "wait", "how_to_apply")

    id = serializers.CharField(source="ref", read_only=True)
    kind = serializers.ChoiceField(choices=NeedKind.choices, allow_blank=True, read_only=True)
    name = serializers.CharField(read_only=True)
    description = serializers.CharField(read_only=True)
    status = serializers.ChoiceField(choices=ServiceStatus.choices, read_only=True)
    languages = serializers.ListField(child=serializers.CharField(), read_only=True)
    interpretation = serializers.CharField(read_only=True)
    is_free = serializers.BooleanField(allow_null=True, read_only=True)
    fees = serializers.CharField(read_only=True)
    eligibility = serializers.CharField(read_only=True)
    not_for = serializers.CharField(read_only=True)
    wait = serializers.CharField(read_only=True)
    how_to_apply = serializers.CharField(read_only=True)
    areas = serializers.ListField(child=AreaCode(), source="areas.all", read_only=True)
    costs = CostFields(many=True, read_only=True)
    places = serializers.SerializerMethodField()

    def get_places(self, service: Service) -> list[str]:
        return [one.place.ref for one in service.at_places.all()]


class PlaceFields(Part):
    """Where they are. Of a hidden place there is only that it is there."""

    WORDS = ("name", "description", "area", "address", "latitude", "longitude", "transport", "accessibility")

    id = serializers.CharField(source="ref", read_only=True)
    kind = serializers.ChoiceField(choices=PlaceKind.choices, read_only=True)
    is_hidden = serializers.BooleanField(read_only=True)
    name = serializers.CharField(read_only=True)
    description = serializers.CharField(read_only=True)
    area = AreaCode(allow_null=True, read_only=True)
    address = serializers.CharField(allow_null=True, read_only=True)
    latitude = serializers.CharField(allow_null=True, read_only=True)
    longitude = serializers.CharField(allow_null=True, read_only=True)
    transport = serializers.CharField(read_only=True)
    accessibility = serializers.CharField(read_only=True)

    def is_shut(self, row: Place) -> bool:
        return row.is_hidden or row.provider.is_hidden


class HoursFields(Part):
    """When somebody is there, on the clock of the line. `days`: 0 is Monday, none means every day."""

    WORDS = ("words",)

    days = serializers.ListField(child=serializers.IntegerField(), read_only=True)
    opens_at = serializers.TimeField(allow_null=True, read_only=True)
    closes_at = serializers.TimeField(allow_null=True, read_only=True)
    valid_from = serializers.DateField(allow_null=True, read_only=True)
    valid_to = serializers.DateField(allow_null=True, read_only=True)
    is_closed = serializers.BooleanField(read_only=True)
    words = serializers.CharField(read_only=True)
    service = serializers.CharField(source="service.ref", default=None, allow_null=True, read_only=True)
    place = serializers.CharField(source="place.ref", default=None, allow_null=True, read_only=True)


class PhoneFields(Part):
    """A number that anybody may be given."""

    id = serializers.CharField(source="ref", read_only=True)
    number = serializers.CharField(read_only=True)
    extension = serializers.CharField(read_only=True)
    kind = serializers.CharField(read_only=True)
    description = serializers.CharField(read_only=True)
    languages = serializers.ListField(child=serializers.CharField(), read_only=True)
    is_after_hours = serializers.BooleanField(read_only=True)
    service = serializers.CharField(source="service.ref", default=None, allow_null=True, read_only=True)
    place = serializers.CharField(source="place.ref", default=None, allow_null=True, read_only=True)


class PersonFields(Part):
    """Somebody who works there. A name only where it is public; the number that is asked at stays with us."""

    WORDS = ("name", "title")

    id = serializers.CharField(source="ref", read_only=True)
    name = serializers.SerializerMethodField()
    title = serializers.CharField(read_only=True)
    languages = serializers.ListField(child=serializers.CharField(), read_only=True)
    is_deputy = serializers.BooleanField(read_only=True)

    def get_name(self, person: ProviderPerson) -> str:
        return person.name if person.is_public else ""


class ProviderFields(Part):
    """Whom callers are sent to. `vetting` says whether they may be: `approved` and `probation` only.

    `is_open`: whether somebody is there now, null where no hours are known. `closed_until`: takes no new cases before that
    day. `most_open`: how many of our cases at once, null where nobody has said. Of a hidden provider no word is told and no number.
    """

    WORDS = ("name", "alternate_name", "description", "website", "email", "not_for", "alert")

    id = serializers.CharField(source="ref", read_only=True)
    kind = serializers.ChoiceField(choices=ReceiverKind.choices, read_only=True)
    name = serializers.CharField(read_only=True)
    alternate_name = serializers.CharField(read_only=True)
    description = serializers.CharField(read_only=True)
    website = serializers.CharField(read_only=True)
    email = serializers.CharField(read_only=True)
    languages = serializers.ListField(child=serializers.CharField(), read_only=True)
    not_for = serializers.CharField(read_only=True)
    alert = serializers.CharField(read_only=True)
    closed_until = serializers.DateField(allow_null=True, read_only=True)
    most_open = serializers.IntegerField(allow_null=True, read_only=True)
    is_hidden = serializers.BooleanField(read_only=True)
    is_peer_led = serializers.BooleanField(read_only=True)
    is_open = serializers.SerializerMethodField()
    vetting = serializers.ChoiceField(choices=VettingState.choices, read_only=True)
    vetting_since = Moment(read_only=True)
    renew_by = serializers.DateField(allow_null=True, read_only=True)
    last_checked_on = serializers.DateField(allow_null=True, read_only=True)
    areas = serializers.ListField(child=AreaCode(), source="areas.all", read_only=True)
    services = ServiceFields(many=True, read_only=True)
    places = PlaceFields(many=True, read_only=True)
    hours = HoursFields(many=True, read_only=True)
    phones = serializers.SerializerMethodField()
    people = PersonFields(many=True, read_only=True)
    version = serializers.IntegerField(read_only=True)
    changed_at = Moment(read_only=True)

    def is_shut(self, row: Provider) -> bool:
        return row.is_hidden

    def get_is_open(self, provider: Provider) -> bool | None:
        there: bool | None = self.context["there"].get(provider.pk)
        return there

    @extend_schema_field(PhoneFields(many=True))
    def get_phones(self, provider: Provider) -> Any:
        """A number leads to a place: that of a hidden one is told by voice, as its address is."""
        if provider.is_hidden:
            return []
        told = [one for one in provider.phones.all() if one.place is None or not one.place.is_hidden]
        return PhoneFields(told, many=True).data


class ProviderWriting(Fields[Provider]):
    """What is written down of a provider. Vetting moves on its own page; services, places and hours too, or by import."""

    kind = serializers.ChoiceField(choices=ReceiverKind.choices)
    name = Words(max_length=250, trim_whitespace=True)
    alternate_name = Words(required=False, allow_blank=True, max_length=250)
    description = Words(required=False, allow_blank=True)
    website = WebAddress(required=False, allow_blank=True, max_length=500)
    email = serializers.EmailField(required=False, allow_blank=True, max_length=254)
    languages = serializers.ListField(child=Language(), required=False, max_length=LONGEST_LIST)
    not_for = Words(required=False, allow_blank=True)
    alert = Words(required=False, allow_blank=True)
    closed_until = serializers.DateField(required=False, allow_null=True)
    most_open = Whole(required=False, allow_null=True, min_value=0, max_value=MOST_AT_ONCE)
    is_hidden = serializers.BooleanField(required=False)
    is_peer_led = serializers.BooleanField(required=False)
    areas = serializers.ListField(child=AreaCode(), required=False, max_length=LONGEST_LIST)


class ProviderChanges(ProviderWriting):
    """What is changed, against the `version` that was read."""

    version = Whole(min_value=1)


class ProviderSought(Fields[Any]):
    q = Words(max_length=200)


class ProviderFilters(Filters):
    """`area` finds who works there, in a part of it, or in what it lies in; `free` one whose service (for the need) costs nothing."""

    kind = serializers.ChoiceField(choices=ReceiverKind.choices, required=False)
    vetting = serializers.ChoiceField(choices=VettingState.choices, required=False)
    need = serializers.ChoiceField(choices=NeedKind.choices, required=False)
    area = AreaCode(required=False)
    language = Language(required=False)
    trusted = serializers.BooleanField(required=False)
    open_now = serializers.BooleanField(required=False)
    free = serializers.BooleanField(required=False)
    takes_cases = serializers.BooleanField(required=False)
    changed_since = AskedMoment(required=False)
