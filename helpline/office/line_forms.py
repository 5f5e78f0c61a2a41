"""The form of a line. Hours are typed a day at a time, the way they stand on a door: 08:00–12:00, 14:00–20:00."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpline.core.http.week import WeekField
from helpline.core.lines.models import Line
from helpline.core.lines.services import EDITABLE, FIGURES
from helpline.office.staff_forms import LanguageCodes

LENGTHS = {
    "ring_seconds": (
        gettext_lazy("Ring each person for (seconds)"),
        gettext_lazy("5 to 60. Shorter than the time after which a mailbox picks up."),
    ),
    "longest_wait_seconds": (
        gettext_lazy("Longest wait of a caller (seconds)"),
        gettext_lazy("10 to 300. After that they may leave a message."),
    ),
    "call_back_within_minutes": (
        gettext_lazy("Call back within (minutes)"),
        gettext_lazy("At the latest; the next morning or the court may make it sooner."),
    ),
    "court_lead_minutes": (
        gettext_lazy("Before the court opens (minutes)"),
        gettext_lazy("How long before its opening a caller is rung back."),
    ),
}


class DaysField(forms.CharField):
    """Dates, one a line; anything after the date is a remark and is not kept."""

    widget = forms.Textarea(attrs={"rows": 8, "class": "figure", "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = (super().to_python(value) or "").splitlines()
        return [line.split()[0] for line in lines if line.strip()]

    def run_validators(self, value: Any) -> None:
        return


class LineForm(forms.Form):
    """Everything about a line that a coordinator decides. Checked by `lines.services`, which says what is wrong."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    number = forms.CharField(label=gettext_lazy("Number that callers dial"), max_length=30)
    languages = LanguageCodes(help_text=gettext_lazy("Codes, such as en, zu. The greeting is in the first one."))
    time_zone = forms.CharField(
        label=gettext_lazy("Time zone"),
        max_length=60,
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
        help_text=gettext_lazy("Such as Africa/Johannesburg."),
    )
    country = forms.CharField(
        label=gettext_lazy("Country"),
        max_length=2,
        required=False,
        help_text=gettext_lazy("Two letters, such as ZA. Its public holidays can be filled in."),
    )
    hours = WeekField(label=gettext_lazy("The desk is open"))
    holidays = DaysField(
        label=gettext_lazy("Closed on"), required=False, help_text=gettext_lazy("One date a line, such as 2026-12-25.")
    )
    court_hours = WeekField(
        label=gettext_lazy("The local court is open"),
        help_text=gettext_lazy("Somebody in custody is rung back before that."),
    )
    last_resort = forms.CharField(
        label=gettext_lazy("Last-resort number"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "type": "tel"}),
    )
    no_last_resort = forms.BooleanField(label=gettext_lazy("No last resort"), required=False)
    is_active = forms.BooleanField(label=gettext_lazy("This line answers calls"), required=False)

    def __init__(self, *args: Any, line: Line | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, help_text) in LENGTHS.items():
            least, most = FIGURES[name]
            self.fields[name] = forms.IntegerField(label=label, help_text=help_text, min_value=least, max_value=most)
        has_one = line is not None and line.last_resort is not None
        self.fields["last_resort"].help_text = (
            _("Leave blank to keep the one that is set.")
            if has_one
            else _("Rung when a caller presses the key for danger and nobody on call answers. None is set.")
        )
        if not has_one:
            del self.fields["no_last_resort"]

    def values(self) -> dict[str, Any]:
        """Return what was typed, ready for `save_line`; a blank last resort means that it stays."""
        given = dict(self.cleaned_data)
        if given.pop("no_last_resort", False):
            given["last_resort"] = None
        elif not given["last_resort"]:
            del given["last_resort"]
        return given


def typed_of(line: Line | None) -> dict[str, Any]:
    """Return what the form of a line begins with. The last-resort number is not among it: it is shown only when asked for."""
    source = line or Line(time_zone="", languages=["en"])
    return {name: getattr(source, name) for name in EDITABLE if name != "last_resort"}
