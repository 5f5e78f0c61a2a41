"""What is filled in about a complaint to an oversight body or a court case."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpline.core.http.forms import set_look
from referrals.forms.money import MoneyForm
from referrals.models import ProceedingKind

DECISION_WORDS = (
    ("", "…"),
    ("for", _("for the caller")),
    ("partly", _("partly for the caller")),
    ("against", _("against the caller")),
    ("settled", _("they agreed")),
    ("no_answer", _("no decision was made")),
)


class ProceedingForm(forms.Form):
    """What, and where."""

    kind = forms.ChoiceField(label=_("What"), choices=ProceedingKind.choices)
    body = forms.CharField(
        label=_("Which body or court"), max_length=200, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    number = forms.CharField(label=_("Their number"), required=False, max_length=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_look(self)


class StepForm(MoneyForm):
    """One step: its day, words, and what a decision says."""

    amounts = ("damages",)
    on = forms.DateField(label=_("When"), widget=forms.DateInput(attrs={"type": "date"}))
    words = forms.CharField(
        label=_("What happened"), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )  # fmt: skip
    answer_due_on = forms.DateField(
        label=_("When an answer is due"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Somebody looks whether it has come."),
    )  # fmt: skip
    decision = forms.ChoiceField(label=_("How it was decided"), required=False, choices=DECISION_WORDS)
    damages = forms.CharField(
        label=_("Damages"), required=False, max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    currency = forms.CharField(
        label=_("Currency"), required=False, max_length=3, help_text=_("Three letters, such as ZAR.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"on": timezone.localdate()})
        super().__init__(*args, **kwargs)

    def clean_currency(self) -> str:
        return super().clean_currency() if self.cleaned_data["currency"] else ""

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("damages") and not data.get("currency"):
            self.add_error("currency", _("Say in which currency."))
        return data


class PaidForm(MoneyForm):
    """How much of the damages has been paid altogether."""

    amount = forms.CharField(
        label=_("Paid altogether"), max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
