"""For whom the same event is written down, and a text for advocacy."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.incidents import WordsField
from cases.models import Incident
from cases.services.events import LONGEST_NAME
from helpline.core.http.forms import set_look

NEW_PEOPLE = 5


class ShareForm(forms.Form):
    """Other people of the same event: new ones by a code name each, and cases that are there."""

    key = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    refs = forms.CharField(
        label=_("Cases that are there already"), required=False, max_length=300,
        help_text=_("References, with spaces between them."),
    )  # fmt: skip
    acts = forms.MultipleChoiceField(label=_("Done to them, too"), required=False, widget=forms.CheckboxSelectMultiple)
    is_held = forms.BooleanField(label=_("Held as well, since the same time"), required=False)

    def __init__(self, *args: Any, incident: Incident, acts: list[tuple[str, str]], **kwargs: Any) -> None:
        held = getattr(incident, "detention", None)
        self.may_hold = held is not None and held.released_at is None
        super().__init__(*args, **kwargs)
        # Somebody taken away together with others is taken for held: an hour too early costs less than a clock forgotten.
        self.fields["is_held"].initial = self.may_hold
        self.fields["acts"].choices = acts  # type: ignore[attr-defined]
        for number in range(NEW_PEOPLE):
            self.fields[f"person_{number}"] = forms.CharField(
                label=_("Code name"), required=False, max_length=LONGEST_NAME
            )
        self.fields["person_0"].widget.attrs["autofocus"] = True
        set_look(self)
        self.fields["acts"].widget.attrs.pop("class", None)

    @property
    def people_fields(self) -> list[forms.BoundField]:
        return [self[f"person_{number}"] for number in range(NEW_PEOPLE)]

    def people(self) -> list[str]:
        return [self.cleaned_data[f"person_{number}"] for number in range(NEW_PEOPLE)]


class TwinForm(forms.Form):
    """A text for advocacy, as a person wrote it."""

    def go_on_from(self, version: int) -> None:
        """Let what was filled in be sent once more, against the version that stands there now."""
        typed: Any = self.data
        self.data = typed.copy()
        self.data["version"] = str(version)  # type: ignore[index]

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    body = WordsField(label=_("For others to read, one day"), required=False, widget=forms.Textarea(attrs={"rows": 10}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].widget.attrs["dir"] = "auto"
        set_look(self)
