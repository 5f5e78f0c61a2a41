"""What is typed about a complaint."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import ComplaintCame, ComplaintOutcome
from helpline.core.staff.models import User

LONGEST = 20_000  # characters


class ComplaintForm(forms.Form):
    """A complaint as it came. `case` is the reference of a case, where there is one."""

    came = forms.ChoiceField(label=_("How it came"), choices=ComplaintCame.choices)
    said = forms.CharField(
        label=_("What the caller says, in their words"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 6})
    )
    wants = forms.CharField(
        label=_("What they want"), max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    named = forms.ModelMultipleChoiceField(
        label=_("Whom it is about"),
        queryset=User.objects.none(),
        required=False,
        to_field_name="ref",
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whoever is named can neither see it nor learn of it. Name a supervisor too who has a part in it."),
    )
    case = forms.CharField(label=_("Case"), max_length=16, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["named"]
        people.queryset = User.objects.active().order_by("username")


class AnswerForm(forms.Form):
    outcome = forms.ChoiceField(label=_("What came of it"), choices=ComplaintOutcome.choices)
    words = forms.CharField(
        label=_("In words that can be read to the caller"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4})
    )
