"""What is filled in about stand-by. Times are those of the wall where the line is; what may be is decided by the service."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from referrals.forms.directory import DeskForm
from referrals.models import TRUSTED, Area, ProviderPerson
from referrals.services.standby import MOST_WEEKS, say_who

PLACES = [(1, _("first")), (2, _("second")), (3, _("third")), (4, _("fourth")), (5, _("fifth"))]


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Somebody at a trusted provider who can be asked."""

    def label_from_instance(self, obj: Any) -> str:
        return say_who(obj)


class StandByForm(DeskForm):
    """A stretch of stand-by; a new one may be repeated for some weeks."""

    person = PersonField(label=_("Who"), queryset=ProviderPerson.objects.none(), to_field_name="ref")
    area = forms.ModelChoiceField(
        label=_("Area"), required=False, queryset=Area.objects.none(), to_field_name="ref", empty_label=_("everywhere")
    )
    position = forms.TypedChoiceField(label=_("Asked"), choices=PLACES, coerce=int, initial=1)
    from_time = forms.TimeField(label=_("From"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    to_time = forms.TimeField(label=_("To"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    day = forms.DateField(label=_("Begins on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    to_day = forms.DateField(
        label=_("Ends on"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Only where it ends later than the next morning."),
    )  # fmt: skip
    weeks = forms.IntegerField(
        label=_("Weeks"), min_value=1, max_value=MOST_WEEKS, initial=1, required=False,
        help_text=_("The same day and times, for so many weeks."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = ProviderPerson.objects.filter(left_at=None, provider__vetting__in=TRUSTED, number_index__isnull=False)
        who, area = self.fields["person"], self.fields["area"]
        assert isinstance(who, forms.ModelChoiceField)
        assert isinstance(area, forms.ModelChoiceField)
        who.queryset = people.select_related("provider").order_by("provider__name", "pk")
        area.queryset = Area.objects.order_by("name")

    def clean_weeks(self) -> int:
        return int(self.cleaned_data.get("weeks") or 1)
