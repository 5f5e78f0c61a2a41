"""Who did it: one row for each, the first open, the next one waiting."""

from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from cases.services.incident_facts import MOST_PERPETRATORS, Who
from cases.vocabulary.codes import DEEDS, PERPETRATORS, in_groups, say
from helpline.core.http.forms import set_look

BLANK_ROWS = 2


class PlainField(forms.CharField):
    """A short text, kept as it came."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, strip=False, **kwargs)
        self.validators = [one for one in self.validators if not isinstance(one, ProhibitNullCharactersValidator)]


class AnyChoice(forms.ChoiceField):
    def valid_value(self, value: Any) -> bool:
        return True  # the service knows which codes can still be entered


class AnyChoices(forms.MultipleChoiceField):
    def valid_value(self, value: Any) -> bool:
        return True


class PerpetratorForm(forms.Form):
    ref = forms.CharField(required=False, max_length=24, widget=forms.HiddenInput)
    code = AnyChoice(label=_("Who did it"), required=False)
    how_many = forms.IntegerField(label=_("How many"), required=False, min_value=1, max_value=999)
    is_primary = forms.BooleanField(label=_("the main one"), required=False)
    known = PlainField(
        label=_("What is known of them"),
        help_text=_("Names used, looks, voice, a handle or number."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    vehicle = PlainField(label=_("Vehicle"))
    plate = PlainField(label=_("Plate"), help_text=_("A part is enough; ? for what nobody saw."))
    station = PlainField(label=_("Station"))
    unit = PlainField(label=_("Unit"))
    badge = PlainField(label=_("Badge, rank or name"))
    deeds = AnyChoices(label=_("What they did"), required=False, widget=forms.CheckboxSelectMultiple)
    amount = PlainField(label=_("Money taken or asked, with its currency"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = [
            (_t(name), [(code.code, _t(code.words)) for code in codes]) for name, codes in in_groups(PERPETRATORS)
        ]
        kept = str(self["code"].value() or "")
        old = [(kept, _t(say(kept)))] if kept and kept not in PERPETRATORS else []
        self.fields["code"].choices = [("", _t("not asked")), *groups, *old]  # type: ignore[attr-defined]
        chosen = [code for code in self["deeds"].value() or [] if code not in DEEDS]
        self.fields["deeds"].choices = [(code, _t(say(code))) for code in (*DEEDS, *chosen)]  # type: ignore[attr-defined]
        set_look(self)
        self.fields["deeds"].widget.attrs.pop("class", None)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        told = [name for name, value in said.items() if name not in {"ref", "code"} and str(value or "").strip()]
        if told and not said.get("code"):
            self.add_error("code", _t("Choose what comes nearest; that they do not know is on the list, too."))
        return said

    @property
    def is_shown(self) -> bool:
        """Whether something stands in it, so that it is open from the start."""
        return bool(self["code"].value() or self.errors)

    @property
    def has_detail(self) -> bool:
        return any(self[name].value() for name in ("station", "unit", "badge", "deeds", "amount"))


class Rows(forms.BaseFormSet):  # type: ignore[type-arg]  # not to be subscripted when it runs
    def people(self) -> tuple[Who, ...]:
        """Return those who were filled in; a row whose kind was set back is taken away."""
        rows = [form.cleaned_data for form in self.forms if form.is_valid() and form.cleaned_data.get("code")]
        return tuple(Who(**{**row, "deeds": tuple(row["deeds"])}) for row in rows)


PerpetratorForms = forms.formset_factory(
    PerpetratorForm, formset=Rows, extra=BLANK_ROWS, max_num=MOST_PERPETRATORS, absolute_max=MOST_PERPETRATORS + 5
)
