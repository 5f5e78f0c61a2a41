"""Forms about people: accounts, one's own page, a duty number and the code that comes back from it."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpline.core.staff.models import Role


class LanguageCodes(forms.CharField):
    """Language codes with commas or blanks between them; a list of codes in small letters."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Languages"))
        kwargs.setdefault("help_text", gettext_lazy("Codes, such as en, zu, fr."))
        super().__init__(max_length=120, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return list(dict.fromkeys((super().to_python(value) or "").lower().replace(",", " ").split()))

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise forms.ValidationError(_("Name at least one language."))
        for code in value:
            if not (2 <= len(code) <= 12 and code.replace("-", "").isalnum()):
                raise forms.ValidationError(_("“%(code)s” is not a language code.") % {"code": code})

    def run_validators(self, value: Any) -> None:
        return


class PersonForm(forms.Form):
    """How somebody is called, and which languages they speak with callers."""

    display_name = forms.CharField(
        label=gettext_lazy("Name on the rota"),
        max_length=60,
        help_text=gettext_lazy("As colleagues call you. Callers never see it."),
    )
    languages = LanguageCodes(required=False)


class RolesForm(forms.Form):
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"), choices=Role.choices, required=False, widget=forms.CheckboxSelectMultiple
    )


class AccountForm(PersonForm, RolesForm):
    """A new account."""

    username = forms.CharField(
        label=gettext_lazy("Name for signing in"),
        max_length=40,
        help_text=gettext_lazy("Letters, figures and . - _ only; it cannot be changed later."),
    )
    field_order = ["username", "display_name", "roles", "languages"]


class NumberForm(forms.Form):
    number = forms.CharField(
        label=gettext_lazy("Number"),
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
        help_text=gettext_lazy("With the country, such as +44 7700 900111."),
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code from the text"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"class": "code", "inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}
        ),
    )
