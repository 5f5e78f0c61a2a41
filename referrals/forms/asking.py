"""What is filled in to ask somebody for a caller."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Consent, NeedKind
from referrals.forms.directory import DeskForm
from referrals.models import Area, AskingWay, Declined, Matter, ReferralOutcome
from referrals.services.tongues import NAMES

MINUTES = [
    ("30", _("30 minutes")),
    ("60", _("1 hour")),
    ("240", _("4 hours")),
    ("1440", _("a day")),
    ("", _("no promise")),
]


class AskForm(DeskForm):
    """Whom to ask, what they hear now, and what whoever accepts may hear."""

    need = forms.ChoiceField(label=_("What for"), choices=NeedKind.choices, initial=NeedKind.LEGAL)
    matter = forms.ChoiceField(label=_("What it is about"), choices=Matter.choices, initial=Matter.ARREST)
    area = forms.ModelChoiceField(
        label=_("Where"), required=False, queryset=Area.objects.none(), to_field_name="ref", empty_label=_("anywhere")
    )
    language = forms.ChoiceField(label=_("Language"), required=False)
    way = forms.ChoiceField(label=_("How to ask"), choices=AskingWay.choices, initial=AskingWay.IN_TURN)
    promised_minutes = forms.ChoiceField(
        label=_("Somebody should accept within"), required=False, choices=MINUTES, initial="30"
    )
    consent = forms.ChoiceField(label=_("The yes that it rests on"), required=False)
    may_be_told = forms.CharField(
        label=_("What whoever accepts may read"), required=False, max_length=1000,
        help_text=_("Only after they accepted, only with a yes. Such as a first name and where they are held."),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )  # fmt: skip
    first = forms.CharField(required=False, max_length=24, widget=forms.HiddenInput())

    def __init__(self, *args: Any, given: Sequence[Consent], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        area, language, consent = self.fields["area"], self.fields["language"], self.fields["consent"]
        assert isinstance(area, forms.ModelChoiceField)
        assert isinstance(language, forms.ChoiceField)
        assert isinstance(consent, forms.ChoiceField)
        area.queryset = Area.objects.all()
        language.choices = [("", _("any")), *sorted(NAMES.items(), key=lambda one: str(one[1]).casefold())]
        said = [(row.ref, f"{row.get_receiver_kind_display()} {row.receiver_name or ''}".strip()) for row in given]
        consent.choices = [("", _("none yet: they hear only that we ring them")), *said]

    def clean_promised_minutes(self) -> int | None:
        said = self.cleaned_data["promised_minutes"]
        return int(said) if said else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("may_be_told") and not data.get("consent"):
            self.add_error("consent", _("Without a yes nothing is told: ask them first, or leave the words out."))
        if data.get("way") == AskingWay.BY_HAND and not data.get("first"):
            self.add_error("way", _("Choose below whom you ring."))
        return data


class EndForm(DeskForm):
    """What became of it."""

    outcome = forms.ChoiceField(label=_("What became of it"), choices=[("", "…"), *ReferralOutcome.choices])
    words = forms.CharField(
        label=_("More"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"})
    )


class AnswerForm(DeskForm):
    """What somebody said who was rung."""

    because = forms.ChoiceField(label=_("Why not"), required=False, choices=[("", _("why not?")), *Declined.choices])
