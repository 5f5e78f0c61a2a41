"""What is filled in after somebody has accepted: appointments, and how it was."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpline.core.http.forms import MomentField, set_look
from referrals.models import ReferralOutcome
from referrals.services.feedback import QUESTIONS

LONGEST_LINE, LONGEST_WORDS = 200, 2000
_ANSWERS = {"yes": True, "no": False}
_ASKED = {
    "reached": _("Were they reached?"),
    "respectful": _("Were they respectful?"),
    "safe": _("Did it feel safe?"),
    "cost_as_told": _("Did it cost what was said?"),
    "would_use_again": _("Would they go there again?"),
}


class AppointmentForm(forms.Form):
    """When and where they meet."""

    day_at = MomentField(label=_("When"))
    where = forms.CharField(
        label=_("Where"), required=False, max_length=LONGEST_LINE, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    tell_caller = forms.BooleanField(label=_("Remind the caller by a text, where that is safe"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_look(self)
        self.fields["tell_caller"].widget.attrs["class"] = "form-check-input"


class ReportForm(forms.Form):
    """What whoever helped tells: by a link, or to a person by voice."""

    met = forms.ChoiceField(
        label=_("Did you meet?"), choices=[("yes", _("yes")), ("not_yet", _("not yet")), ("no", _("no"))],
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )  # fmt: skip
    outcome = forms.ChoiceField(
        label=_("What became of it"), required=False, choices=[("", _("it goes on")), *ReferralOutcome.choices]
    )
    next_step_on = forms.DateField(
        label=_("Next step on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    words = forms.CharField(
        label=_("More, without names"), required=False, max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_look(self)
        self.fields["met"].widget.attrs["class"] = "form-check-input"


class FeedbackForm(forms.Form):
    """Five questions; "not asked, or no answer" is an answer."""

    words = forms.CharField(
        label=_("In their words"), required=False, max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )  # fmt: skip

    def __init__(self, *args: Any, told: dict[str, bool | None] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in QUESTIONS:
            known = (told or {}).get(name)
            self.fields[name] = forms.ChoiceField(
                label=_ASKED[name], required=False, choices=[("", _("not asked, or no answer")), ("yes", _("yes")), ("no", _("no"))],
                initial="" if known is None else "yes" if known else "no",
            )  # fmt: skip
        self.order_fields([*QUESTIONS, "words"])
        set_look(self)

    @property
    def answers(self) -> dict[str, bool | None]:
        return {name: _ANSWERS.get(self.cleaned_data.get(name, "")) for name in QUESTIONS}
