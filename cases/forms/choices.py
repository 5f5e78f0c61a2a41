"""What is filled in around the talk before a legal step."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.consents import moment
from cases.models.choice import ChoiceResult, LegalStep
from cases.models.consent import ConsentHow
from helpline.core.http.forms import set_look


class TalkForm(forms.Form):
    """Which step it is about, and who is there."""

    step = forms.ChoiceField(label=_("Which step"), choices=LegalStep.choices)
    language = forms.ChoiceField(label=_("In which language"))
    interpreter = forms.CharField(label=_("Who interprets"), required=False, max_length=120)
    companion = forms.CharField(label=_("Who is with them"), required=False, max_length=120)

    def __init__(self, *args: Any, languages: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["language"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one, one) for one in languages]
        set_look(self)


class ChoiceForm(forms.Form):
    """What they chose."""

    result = forms.ChoiceField(label=_("What they chose"), choices=ChoiceResult.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("In their words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    ask_again_at = moment(_("Ask again"), _("Only where they want to be asked again."))
    how = forms.ChoiceField(label=_("How they said it"), choices=ConsentHow.choices)
    witness = forms.CharField(label=_("Who else heard it"), required=False, max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_look(self)
        self.fields["result"].widget.attrs["class"] = "form-check-input"

    def rest(self) -> list[forms.BoundField]:
        return [self[name] for name in ("words", "ask_again_at", "how", "witness")]
