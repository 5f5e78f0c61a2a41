"""What is filled in about money."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from helpline.core.http.forms import set_look
from referrals import money
from referrals.models import Grant, Provider, Stage

CURRENCY_HELP = _("Three letters, such as ZAR.")


class MoneyForm(forms.Form):
    """A form with amounts: `amounts` names its fields, read in the currency of the form's own field or of `money_in`."""

    amounts: tuple[str, ...] = ("amount",)
    money_in = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_look(self)

    def clean_currency(self) -> str:
        code: str = self.cleaned_data["currency"].strip().upper()
        if not (len(code) == 3 and code.isascii() and code.isalpha()):
            raise forms.ValidationError(now_("Three letters, such as ZAR."))
        return code

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        currency = data.get("currency") or self.money_in
        for name in self.amounts:
            written = data.get(name)
            if not written or not currency:
                continue
            try:
                data[name] = money.read_amount(written, currency)
            except money.NotMoney as wrong:
                self.add_error(name, now_(str(wrong)))
        return data


def _amount(label: Any, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=40, help_text=help_text,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip


def _currency() -> forms.CharField:
    return forms.CharField(label=_("Currency"), max_length=3, help_text=CURRENCY_HELP)


def _day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label, required=required, help_text=help_text, widget=forms.DateInput(attrs={"type": "date"})
    )


class GrantForm(MoneyForm):
    """Where money comes from, and not more than how much."""

    amounts = ("ceiling",)
    name = forms.CharField(label=_("Name"), max_length=120)
    ceiling = _amount(_("Not more than"))
    currency = _currency()
    starts_on = _day(_("From"))
    ends_on = _day(_("Until"), required=False)


class RateForm(MoneyForm):
    """What somebody gets for a stage from a day on."""

    stage = forms.ChoiceField(label=_("For"), choices=Stage.choices)
    amount = _amount(_("Amount"))
    currency = _currency()
    from_day = _day(_("From"))


class FeeForm(MoneyForm):
    """A stage that was done. `reference`: the first six signs of a referral, as the provider's own page shows it."""

    provider = forms.ModelChoiceField(label=_("Who"), queryset=Provider.objects.none(), to_field_name="ref")
    stage = forms.ChoiceField(label=_("What was done"), choices=Stage.choices)
    done_on = _day(_("When"))
    grant = forms.ModelChoiceField(label=_("From which money"), queryset=Grant.objects.none(), to_field_name="ref")
    amount = _amount(_("Amount"), required=False, help_text=_("Blank: what was agreed for it."))
    reference = forms.CharField(
        label=_("For which request"), required=False, max_length=24,
        help_text=_("The reference on the request’s page. Blank: for none."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("provider", Provider.objects.listed())
        self.choose("grant", Grant.objects.order_by("name"))
        self.fields["done_on"].initial = timezone.localdate()

    def choose(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows

    def clean(self) -> dict[str, Any]:
        grant = self.cleaned_data.get("grant")
        self.money_in = grant.currency if grant is not None else ""
        return super().clean()


class RepaymentForm(MoneyForm):
    """What somebody agreed to pay back."""

    amounts = ("amount", "instalment")
    amount = _amount(_("Altogether"))
    instalment = _amount(_("Each time"))
    currency = _currency()
    every_days = forms.IntegerField(label=_("Every so many days"), min_value=1, max_value=366, initial=30)
    starts_on = _day(_("First time"))


class PaymentForm(MoneyForm):
    """What came in."""

    amount = _amount(_("Amount"))
    on = _day(_("When"))


class PauseForm(forms.Form):
    """Until when it rests, and why; both may stay blank."""

    until = _day(_("Until"), required=False, help_text=_("Blank: until somebody goes on with it."))
    why = forms.CharField(label=_("Why"), required=False, max_length=500, widget=forms.TextInput(attrs={"dir": "auto"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_look(self)


def read_month(written: str) -> date | None:
    """Return the first day of a month written as "2026-11"; None where it is none."""
    year, _dash, month = written.partition("-")
    if not (len(year) == 4 and year.isascii() and year.isdigit() and month.isascii() and month.isdigit()):
        return None
    try:
        return date(int(year), int(month), 1)
    except ValueError:
        return None
