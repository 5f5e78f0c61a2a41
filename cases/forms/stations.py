"""The hidden directory of stations: what is filled in."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.incidents import LOCAL, WordsField
from helpline.core.http.forms import set_look
from helpline.core.http.words import here


class _Form(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_look(self)


class StationForm(_Form):
    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    name = WordsField(label=_("Name of the station"))
    district = WordsField(label=_("Area"), required=False)
    notes = WordsField(label=_("What we know of it"), required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def go_on_from(self, version: int) -> None:
        """Let what was filled in be sent once more, against the version that stands there now."""
        typed: Any = self.data
        self.data = typed.copy()
        self.data["version"] = str(version)  # type: ignore[index]


class OfficerForm(_Form):
    prefix = "officer"
    name = WordsField(label=_("Name"))
    rank = WordsField(label=_("Rank"), required=False)
    number = WordsField(label=_("Number"), required=False)
    notes = WordsField(label=_("How they are to be asked"), required=False)


class MeetingForm(_Form):
    """When we met, what was said, and one promise: by whom, until when."""

    prefix = "meeting"
    met_on = forms.DateField(label=_("On"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    present = WordsField(label=_("Who was there"), required=False)
    said = WordsField(label=_("What was said"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    promised = WordsField(label=_("What was promised"), required=False)
    by_whom = WordsField(label=_("By whom"), required=False)
    due_at = forms.DateTimeField(
        label=_("Until when"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL),
        help_text=_("You are told then, and each day until it was kept or not."),
    )  # fmt: skip

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["met_on"].initial = at.astimezone(here()).date()
