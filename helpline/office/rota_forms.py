"""Forms of the rota. Times are those of the wall in the line's zone; what may be is decided by the services."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpline.core.errors import HelplineError
from helpline.core.opening import to_utc
from helpline.core.rota.coverage import place_shift
from helpline.core.rota.services import MOST_WEEKS
from helpline.core.staff.models import Role, User

ANSWERS_CALLS = (Role.COUNSELLOR, Role.PARALEGAL, Role.COORDINATOR, Role.SUPERVISOR)
PLACES = [
    (1, gettext_lazy("first")),
    (2, gettext_lazy("second")),
    (3, gettext_lazy("third")),
    (4, gettext_lazy("fourth")),
    (5, gettext_lazy("fifth")),
]


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Somebody who answers calls; who has no verified number is named as such, and refused by the service."""

    def __init__(self, **kwargs: Any) -> None:
        people = User.objects.active().holding(*ANSWERS_CALLS).order_by("username")
        super().__init__(queryset=people, to_field_name="username", **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return str(obj) if obj.has_verified_phone else _("%(name)s (no verified number)") % {"name": obj}


class SpanForm(forms.Form):
    """A stretch of time, as a coordinator says it."""

    day = forms.DateField(
        label=gettext_lazy("Begins on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    from_time = forms.TimeField(
        label=gettext_lazy("From"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    to_time = forms.TimeField(
        label=gettext_lazy("To"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    to_day = forms.DateField(
        label=gettext_lazy("Ends on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Only where it ends later than the next morning."),
    )

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if {"day", "from_time", "to_time"} <= given.keys() and not self.errors:
            try:
                given["starts_at"], given["ends_at"] = self._place(given)
            except HelplineError as refused:
                raise forms.ValidationError(str(refused)) from None
        return given

    def _place(self, given: dict[str, Any]) -> tuple[datetime, datetime]:
        starts_at, ends_at = place_shift(given["day"], given["from_time"], given["to_time"], self.zone)
        if given.get("to_day"):
            ends_at = to_utc(given["to_day"], given["to_time"], self.zone).astimezone(UTC)
        return starts_at, ends_at


class ShiftForm(SpanForm):
    """A shift; a new one may be repeated for some weeks."""

    person = PersonField(label=gettext_lazy("Who"), empty_label=gettext_lazy("choose"))
    position = forms.TypedChoiceField(label=gettext_lazy("Rung"), choices=PLACES, coerce=int, initial=1)
    weeks = forms.IntegerField(
        label=gettext_lazy("Weeks"), min_value=1, max_value=MOST_WEEKS, initial=1, required=False,
        help_text=gettext_lazy("The same day and times, for so many weeks."),
    )  # fmt: skip
    field_order = ["person", "position", "from_time", "to_time", "day", "to_day", "weeks"]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        given["weeks"] = given.get("weeks") or 1
        if given["weeks"] > 1 and given.get("to_day"):
            self.add_error("to_day", _("Leave this out where the shift is repeated."))
        return given


class OverrideForm(SpanForm):
    """A change for a night: somebody instead of somebody, nobody instead, or somebody as well."""

    replaces = PersonField(
        label=gettext_lazy("Instead of"), required=False, empty_label=gettext_lazy("nobody: in addition")
    )
    person = PersonField(label=gettext_lazy("Who comes"), required=False, empty_label=gettext_lazy("nobody"))
    field_order = ["replaces", "person", "from_time", "to_time", "day", "to_day"]
