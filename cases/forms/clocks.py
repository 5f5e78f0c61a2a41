"""What is filled in to start, correct or stop a clock, and to write down what somebody said about a rule."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.clocks.rules import ClinicalRule
from cases.models import ConfirmedBy, StopReason
from cases.services.clock_rules import LONGEST_LIMIT_HOURS, RuleHere
from helpline.core.http.forms import MomentField, set_look

LONGEST_WORDS = 500


class TimesForm(forms.Form):
    """When it happened: one time where it is known, two where it is not."""

    earliest_at = MomentField(label=_("When, or the earliest it can have been"))
    latest_at = MomentField(
        label=_("The latest it can have been"),
        required=False,
        help_text=_("“Last night” is from the evening to the morning. Leave it blank where the time is known."),
    )
    journey = forms.IntegerField(
        label=_("Journey in minutes"),
        required=False,
        min_value=0,
        max_value=10_080,
        help_text=_("In custody, where the law leaves the journey to the court out."),
    )
    station = forms.CharField(label=_("Where they are held"), required=False, max_length=LONGEST_WORDS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_look(self)

    @property
    def journey_length(self) -> timedelta:
        return timedelta(minutes=self.cleaned_data.get("journey") or 0)


class ClockForm(TimesForm):
    """Start one or several clocks from one time."""

    rules = forms.MultipleChoiceField(
        label=_("What is counted"),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        error_messages={"required": _("Say which clock."), "invalid_choice": _("There is no such clock.")},
    )
    whom = forms.CharField(
        label=_("Whom it is about"),
        required=False,
        max_length=120,
        help_text=_("A code name, where it is not the caller."),
    )
    key = forms.CharField(required=False, max_length=24, widget=forms.HiddenInput)
    field_order = ("rules", "earliest_at", "latest_at", "whom", "station", "journey", "key")

    def __init__(self, *args: Any, clinical: Sequence[RuleHere], custody: Sequence[RuleHere], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["rules"]
        assert isinstance(chosen, forms.MultipleChoiceField)
        self.groups = _sort_into_groups(custody, clinical)
        chosen.choices = [(here.code, here.rule.name) for _words, group in self.groups for here in group]

    def boxes(self) -> Iterator[tuple[str, list[Any]]]:
        """Give the boxes of what can be counted, group by group."""
        by_code = {box.data["value"]: box for box in self["rules"]}
        for words, group in self.groups:
            yield words, [by_code[here.code] for here in group]


_GROUPS: tuple[tuple[str, str | Promise], ...] = (
    ("care", _("Medicine")),
    ("traces", _("Traces, if they want them kept")),
    ("tests", _("Tests, later")),
)


def _sort_into_groups(custody: Sequence[RuleHere], clinical: Sequence[RuleHere]) -> list[tuple[str, list[RuleHere]]]:
    sorted_in = [(str(_("Held")), list(custody))] if custody else []
    for name, words in _GROUPS:
        group = [here for here in clinical if isinstance(here.rule, ClinicalRule) and here.rule.group == name]
        sorted_in.append((str(words), group))
    return sorted_in


class StopForm(forms.Form):
    """Why a clock stops."""

    because = forms.ChoiceField(choices=StopReason.choices)
    note = forms.CharField(required=False, max_length=LONGEST_WORDS)


class ConfirmForm(forms.Form):
    """What somebody who knows the place said about one rule."""

    role = forms.ChoiceField(label=_("Who said so"), choices=ConfirmedBy.choices)
    confirmed_by = forms.CharField(label=_("Their name, or what they are and where"), max_length=200)
    confirmed_on = forms.DateField(label=_("On"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    limit_hours = forms.IntegerField(
        label=_("Hours that hold here"),
        required=False,
        min_value=1,
        max_value=LONGEST_LIMIT_HOURS,
        help_text=_("Blank: the hours of the table hold."),
    )
    note = forms.CharField(
        label=_("What the next person must know"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_look(self)
