"""What is looked for in the network, and what is filled in to keep it."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from cases.models import NeedKind, ReceiverKind
from helpline.core.http.forms import set_look
from referrals.models import Area, PlaceKind, Provider, ServiceStatus
from referrals.services.tongues import NAMES, name_of

_CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
_CORNER = re.compile(r"(-?\d{1,2}(?:\.\d{1,8})?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d{1,8})?)")
DAYS = [(0, _("Mon")), (1, _("Tue")), (2, _("Wed")), (3, _("Thu")), (4, _("Fri")), (5, _("Sat")), (6, _("Sun"))]
_LONG = 4000


def _text(label: Any, *, required: bool = False, length: int = 250, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=length,
        help_text=help_text,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )


def _words(label: Any, *, help_text: Any = "", rows: int = 2) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=_LONG, help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows, "dir": "auto"}),
    )  # fmt: skip


def _tick(label: Any, *, help_text: Any = "", initial: bool = False) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, help_text=help_text, initial=initial)


class LanguagesField(forms.CharField):
    """Codes of languages as people write them, such as "en, zu"; a list of them."""

    def __init__(self, **kwargs: Any) -> None:
        defaults = {
            "label": _("Languages"),
            "required": False,
            "max_length": 200,
            "help_text": _("Codes, such as: en, zu, xh."),
        }
        super().__init__(**{**defaults, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        codes = [code for code in re.split(r"[\s,;]+", super().clean(value) or "") if code]
        named = {str(name).casefold(): code for code, name in NAMES.items()}
        read = [named.get(code.casefold(), code if "-" in code else code.lower()) for code in codes]
        if wrong := [code for code in read if not _CODE.fullmatch(code)]:
            raise forms.ValidationError(now_("Not a code of a language: %(code)s") % {"code": wrong[0][:20]})
        return list(dict.fromkeys(read))


class DeskForm(forms.Form):
    """A form in the look of the desk; ticks stand apart from what is typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_look(self)
        for bound in self:
            widget = bound.field.widget
            if isinstance(widget, (forms.CheckboxInput, forms.CheckboxSelectMultiple)):
                widget.attrs["class"] = "form-check-input"

    @property
    def typed(self) -> list[forms.BoundField]:
        return [
            one for one in self if not isinstance(one.field.widget, (forms.CheckboxInput, forms.CheckboxSelectMultiple))
        ]

    @property
    def ticks(self) -> list[forms.BoundField]:
        return [one for one in self if isinstance(one.field.widget, forms.CheckboxInput)]

    @property
    def choices(self) -> list[forms.BoundField]:
        return [one for one in self if isinstance(one.field.widget, forms.CheckboxSelectMultiple)]


def _areas(label: Any) -> "forms.ModelMultipleChoiceField[Area]":
    return forms.ModelMultipleChoiceField(
        label=label,
        required=False,
        queryset=Area.objects.none(),
        to_field_name="ref",
        widget=forms.CheckboxSelectMultiple(),
    )


class SearchForm(DeskForm):
    """What is looked for. The words go by POST: nothing that is typed stands in an address."""

    words = forms.CharField(label=_("Name or service"), required=False, max_length=80)
    need = forms.ChoiceField(label=_("What for"), required=False, choices=[("", _("anything")), *NeedKind.choices])
    area = forms.ModelChoiceField(
        label=_("Area"), required=False, queryset=Area.objects.none(), to_field_name="ref", empty_label=_("anywhere")
    )
    language = forms.ChoiceField(label=_("Language"), required=False)
    open_now = _tick(_("Open now"))
    free = _tick(_("Free"))
    takes_cases = _tick(_("Takes cases"))
    everybody = _tick(_("Also who is not trusted"))

    def __init__(self, *args: Any, languages: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "area", Area.objects.all())
        field = self.fields["language"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("any")), *((code, name_of(code)) for code in languages)]


class ProviderForm(DeskForm):
    """Who they are."""

    name = _text(_("Name"), required=True)
    alternate_name = _text(_("Also called"))
    kind = forms.ChoiceField(label=_("Who hears of a caller there"), choices=ReceiverKind.choices)
    description = _words(_("What they do"))
    languages = LanguagesField()
    website = _text(_("Web page"), length=500)
    email = _text(_("E-mail"), length=254)
    not_for = _words(_("Whom they do not help"), help_text=_("Staff read this before they send somebody there."))
    alert = _words(_("What has changed lately"))
    closed_until = forms.DateField(
        label=_("Takes no new cases before"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    most_open = forms.IntegerField(label=_("Cases at once, at most"), required=False, min_value=0, max_value=10_000)
    is_hidden = _tick(
        _("Hidden: only ever told by voice"), help_text=_("On no sheet, no map, in no export and no text.")
    )
    is_peer_led = _tick(_("Led by sex workers"))
    areas = _areas(_("Areas they work in"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "areas", Area.objects.all())


class ServiceForm(DeskForm):
    """What they do for whom."""

    name = _text(_("Name"), required=True)
    kind = forms.ChoiceField(
        label=_("What for"), required=False, choices=[("", _("something else")), *NeedKind.choices]
    )
    status = forms.ChoiceField(label=_("How it stands"), choices=ServiceStatus.choices)
    description = _words(_("What it is"))
    languages = LanguagesField(help_text=_("Blank: those of the provider."))
    interpretation = _text(_("Interpreters"), length=_LONG)
    fees = _text(_("What it costs, in words"), length=_LONG)
    is_free = forms.NullBooleanField(
        label=_("Free"), required=False,
        widget=forms.Select(choices=[("unknown", _("not known")), ("true", _("yes")), ("false", _("no"))]),
    )  # fmt: skip
    eligibility = _words(_("For whom"))
    not_for = _words(_("Not for"))
    wait = _text(_("How long one waits"))
    how_to_apply = _words(_("How one gets it"))
    areas = _areas(_("Areas, where others than the provider’s"))
    places = forms.MultipleChoiceField(label=_("Where"), required=False, widget=forms.CheckboxSelectMultiple())

    def __init__(self, *args: Any, provider: Provider, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "areas", Area.objects.all())
        self.there = {place.ref: place for place in provider.places.all()}
        field = self.fields["places"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [
            (ref, _("a hidden place") if place.is_hidden else place.name or place.ref[:6])
            for ref, place in self.there.items()
        ]

    def clean_places(self) -> Any:
        return [self.there[ref] for ref in self.cleaned_data["places"]]


class PersonForm(DeskForm):
    """Somebody there. The number is where requests go; it stands in no export."""

    name = _text(_("Name"), required=True)
    title = _text(_("What they are there"), length=120)
    number = _text(
        _("Number for requests"), length=40, help_text=_("Blank: as it is. Private: on no sheet and in no export.")
    )
    email = _text(_("E-mail"), length=254)
    languages = LanguagesField(help_text=_("Blank: those of the provider."))
    by_text = _tick(_("Is asked by a text"), initial=True)
    by_call = _tick(_("Is asked by a call"))
    at_night = _tick(_("At night too"), initial=True)
    is_deputy = _tick(_("Stands in for the others"))
    is_public = _tick(_("Name and public numbers may stand in an export"))


class PlaceForm(DeskForm):
    """Where they are."""

    name = _text(_("Name"))
    kind = forms.ChoiceField(label=_("What it is"), choices=PlaceKind.choices)
    address = _words(_("Address"), rows=3)
    area = forms.ModelChoiceField(label=_("Area"), required=False, queryset=Area.objects.none(), to_field_name="ref")
    latitude = forms.DecimalField(label=_("Latitude"), required=False, min_value=-90, max_value=90, decimal_places=6)
    longitude = forms.DecimalField(
        label=_("Longitude"), required=False, min_value=-180, max_value=180, decimal_places=6
    )
    description = _words(_("What it looks like from outside"))
    transport = _words(_("How one gets there"))
    accessibility = _words(_("For wheelchairs, eyes, ears"))
    is_hidden = _tick(_("Hidden: the address is only ever told by voice"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "area", Area.objects.all())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("latitude", "longitude"):
            data[name] = None if data.get(name) is None else str(data[name])
        if (data.get("latitude") is None) != (data.get("longitude") is None):
            self.add_error("latitude", now_("A point has two figures."))
        return data


class PhoneForm(DeskForm):
    """A number that anybody may be given."""

    number = _text(_("Number"), required=True, length=60)
    extension = _text(_("Extension"), length=20)
    description = _text(_("When, or who answers"), length=_LONG)
    languages = LanguagesField()
    is_after_hours = _tick(_("Answered after hours"))


class HoursForm(DeskForm):
    """When somebody is there. Both times blank: the whole day."""

    days = forms.TypedMultipleChoiceField(
        label=_("Days"), choices=DAYS, coerce=int, required=False, widget=forms.CheckboxSelectMultiple()
    )
    opens_at = forms.TimeField(label=_("From"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    closes_at = forms.TimeField(
        label=_("Until"), required=False, widget=forms.TimeInput(attrs={"type": "time"}),
        help_text=_("Earlier than the beginning: on the next day."),
    )  # fmt: skip
    valid_from = forms.DateField(label=_("First day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    valid_to = forms.DateField(label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    words = _text(_("In words"), length=_LONG)
    is_closed = _tick(_("They are not there then"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (data.get("opens_at") is None) != (data.get("closes_at") is None):
            self.add_error("closes_at", now_("Say both times, or none for the whole day."))
        first, last = data.get("valid_from"), data.get("valid_to")
        if first is not None and last is not None and last < first:
            self.add_error("valid_to", now_("It ends before it begins."))
        return data


class CostForm(DeskForm):
    """What a service costs. Without a figure there are only words."""

    service = forms.ChoiceField(label=_("Service"))
    option = _text(_("What for"), help_text=_("Such as: first visit, certificate."))
    amount = forms.DecimalField(
        label=_("Amount"), required=False, min_value=0, max_digits=12, decimal_places=2, localize=True
    )
    currency = forms.RegexField(
        r"\A[A-Za-z]{3}\Z", label=_("Currency"), required=False, help_text=_("Three letters, such as ZAR.")
    )
    words = _text(_("In words"), length=_LONG)

    def __init__(self, *args: Any, provider: Provider, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {service.ref: service for service in provider.services.all()}
        field = self.fields["service"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(ref, service.name) for ref, service in self.offered.items()]

    def clean_service(self) -> Any:
        return self.offered[self.cleaned_data["service"]]

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("amount") is not None and not data.get("currency") and "currency" not in self.errors:
            self.add_error("currency", now_("An amount needs its currency."))
        if data.get("amount") is None and not data.get("words") and "amount" not in self.errors:
            self.add_error("amount", now_("Say how much, or say it in words."))
        return data


class OutlineField(forms.CharField):
    """Corners of an area, one a line: latitude, longitude. A blank line begins another ring."""

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n\n".join("\n".join(f"{north}, {east}" for east, north in ring) for ring in value)

    def clean(self, value: Any) -> Any:
        rings: list[list[list[float]]] = [[]]
        for number, line in enumerate((super().clean(value) or "").splitlines(), start=1):
            if not line.strip():
                rings.append([])
                continue
            corner = _CORNER.fullmatch(line.strip())
            north, east = (float(corner[1]), float(corner[2])) if corner else (999.0, 999.0)
            if not (-90 <= north <= 90 and -180 <= east <= 180):
                raise forms.ValidationError(now_("Line %(number)s is not latitude, longitude.") % {"number": number})
            rings[-1].append([east, north])
        rings = [ring for ring in rings if ring]
        if any(len(ring) < 3 for ring in rings):
            raise forms.ValidationError(now_("An outline has three corners or more."))
        return rings


class AreaForm(DeskForm):
    """A stretch of country with a name that people use."""

    code = forms.SlugField(label=_("Code"), max_length=40, help_text=_("Short, and it stays: cape-town."))
    name = _text(_("Name"), required=True, length=120)
    parent = forms.ModelChoiceField(
        label=_("Lies in"), required=False, queryset=Area.objects.none(), to_field_name="ref"
    )
    latitude = forms.DecimalField(
        label=_("Latitude of its middle"), required=False, min_value=-90, max_value=90, decimal_places=6
    )
    longitude = forms.DecimalField(
        label=_("Longitude of its middle"), required=False, min_value=-180, max_value=180, decimal_places=6
    )
    outline = OutlineField(
        label=_("Outline"), required=False, max_length=60_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Corners, one a line: latitude, longitude. Rough is enough; it is for our own map."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (data.get("latitude") is None) != (data.get("longitude") is None):
            self.add_error("latitude", now_("A point has two figures."))
        return data

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "parent", Area.objects.all())


def _choose(form: forms.Form, name: str, rows: Any) -> None:
    field = form.fields[name]
    assert isinstance(field, (forms.ModelChoiceField, forms.ModelMultipleChoiceField))
    field.queryset = rows
