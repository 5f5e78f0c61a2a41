"""What is filled in at the end of a case."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models.closing import ClosingReason
from cases.services.closing import TICKS
from helpline.core.http.forms import set_look

YES_NO = (("yes", _("yes")), ("no", _("no")))


class ClosingForm(forms.Form):
    """Why it ends, what was looked at, and what is said when they come back."""

    reason = forms.ChoiceField(label=_("Why it ends"), choices=ClosingReason.choices, widget=forms.RadioSelect)
    ticked = forms.MultipleChoiceField(
        label=_("Done"), choices=list(TICKS.items()), widget=forms.CheckboxSelectMultiple, required=False
    )
    wants = forms.CharField(
        label=_("What they want now, in their words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    may_resume = forms.ChoiceField(
        label=_("May it be taken up again where they come back?"), choices=YES_NO, widget=forms.RadioSelect
    )
    say_then = forms.CharField(
        label=_("What we say then"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    note = forms.CharField(label=_("For the supervisor"), required=False, max_length=2000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_look(self)
        for name in ("reason", "ticked", "may_resume"):
            self.fields[name].widget.attrs["class"] = "form-check-input"

    def said(self) -> dict[str, Any]:
        """Return it in the words of the service."""
        given = self.cleaned_data
        return {
            "reason": given["reason"],
            "ticked": given["ticked"],
            "wants": given["wants"],
            "may_resume": given["may_resume"] == "yes",
            "say_then": given["say_then"],
        }
