"""What is filled in for a day in court, and for what became of it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import ContactRoute, CouldNotCome
from helpline.core.http.forms import MomentField, set_look

LONGEST_LINE, LONGEST_WORDS = 200, 2000


def _line(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=LONGEST_LINE, help_text=help_text)


class HearingForm(forms.Form):
    """A day in court. Only the time is needed; everything else is written down as it becomes known."""

    day_at = MomentField(label=_("When"))
    court = _line(_("Which court"))
    place = _line(_("Where, and which room"))
    matter = _line(_("The matter, and its number"))
    what_for = _line(_("What happens that day"))
    transport = _line(_("How they get there"))
    childcare = _line(_("Who minds the children"))
    goes_along = forms.ChoiceField(label=_("Who goes along"), required=False)
    lawyer = _line(_("Lawyer"))
    lawyer_number = _line(_("The lawyer’s number"))
    tell_caller = forms.BooleanField(label=_("Remind the caller by a text, where that is safe"), required=False)
    tell_companion = forms.BooleanField(label=_("Remind who goes along by a text"), required=False)
    tell_lawyer = forms.BooleanField(label=_("Remind the lawyer by a text"), required=False)

    TICKS = ("tell_caller", "tell_companion", "tell_lawyer")

    def __init__(self, *args: Any, near: Sequence[ContactRoute], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.near = {route.ref: route for route in near}
        goes_along = self.fields["goes_along"]
        assert isinstance(goes_along, forms.ChoiceField)
        nobody = [("", _("nobody yet"))]
        goes_along.choices = [*nobody, *((ref, _shown(route)) for ref, route in self.near.items())]
        set_look(self)
        for name in self.TICKS:
            self.fields[name].widget.attrs["class"] = "form-check-input"

    def clean_goes_along(self) -> ContactRoute | None:
        return self.near.get(self.cleaned_data["goes_along"])

    @property
    def lines(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in self.TICKS and name != "day_at"]

    @property
    def ticks(self) -> list[forms.BoundField]:
        return [self[name] for name in self.TICKS]


def _shown(route: ContactRoute) -> str:
    return f"{route.name} ({route.get_kind_display()})"


class OutcomeForm(forms.Form):
    """What became of a day: for what was moved another time, for what could not be a reason."""

    day_at = MomentField(label=_("The other day"), required=False)
    reason = forms.ChoiceField(
        label=_("What stood in the way"), choices=[("", "…"), *CouldNotCome.choices], required=False
    )
    note = forms.CharField(required=False, max_length=LONGEST_WORDS)
