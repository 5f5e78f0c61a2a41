"""Who was asked, and what the law says here."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import LawCard, LawTopic
from cases.services.casework import ANSWERS_CALLERS
from helpline.core.http.forms import set_look
from helpline.core.http.words import here
from helpline.core.staff.models import Role, User

ASKED = (*ANSWERS_CALLERS, Role.COORDINATOR)


class ConsultForm(forms.Form):
    """A colleague was asked: who, when, what came of it."""

    prefix = "consult"
    colleague = forms.ModelChoiceField(
        User.objects.none(), label=_("Who was asked"), to_field_name="username", empty_label=_("choose")
    )
    asked_at = forms.DateTimeField(
        label=_("When"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    words = forms.CharField(label=_("What came of it"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, by: User, at: datetime, **kwargs: Any) -> None:
        now = at.astimezone(here()).replace(second=0, microsecond=0)
        super().__init__(*args, **kwargs)
        self.fields["asked_at"].initial = now
        colleagues: Any = self.fields["colleague"]
        colleagues.queryset = (
            User.objects.active().holding(*ASKED).exclude(pk=by.pk).order_by("display_name", "username")
        )
        set_look(self)


class LawCardForm(forms.ModelForm):  # type: ignore[type-arg]  # not to be subscripted when it runs
    """A card about the law of one country, with its source and who confirmed it here."""

    class Meta:
        model = LawCard
        fields = ("country", "topic", "body", "source", "confirmed_by", "confirmed_on")
        labels = {
            "country": _("Country, two letters"),
            "topic": _("About"),
            "body": _("What the law asks of us, and what it does not"),
            "source": _("Source"),
            "confirmed_by": _("Confirmed here by"),
            "confirmed_on": _("Confirmed on"),
        }
        widgets = {
            "body": forms.Textarea(attrs={"rows": 8}),
            "confirmed_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "topic": forms.Select(choices=LawTopic.choices),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_look(self)

    def validate_unique(self) -> None:
        """The service writes over the card that is there."""
