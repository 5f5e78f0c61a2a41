"""What a caller says about the ways to reach her, her names, and her numbers. What may be is decided by the services."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from cases.models import NameKind, RouteKind, SafeContactCard, SayIn, SpokenName, Voicemail, Whose, WhyEnded
from cases.services.cards import Said, check_number_card
from cases.services.routes import check_route
from helpline.core.http.week import WeekField

LONGEST = 500  # characters of one thing that somebody said


def words(
    label: Any, *, help_text: Any = "", required: bool = False, lines: int = 1, most: int = LONGEST
) -> forms.CharField:
    widget = (
        forms.Textarea(attrs={"rows": lines, "dir": "auto"}) if lines > 1 else forms.TextInput(attrs={"dir": "auto"})
    )
    widget.attrs["autocomplete"] = "off"
    return forms.CharField(label=label, required=required, max_length=most, widget=widget, help_text=help_text)


class CardForm(forms.Form):
    """Everything that stands on a card. What is left empty is a no."""

    whose = forms.ChoiceField(label=_("Whose phone is it?"), choices=Whose.choices, widget=forms.RadioSelect)
    who_hears = words(
        _("Who else may answer, listen or read"),
        help_text=_("Such as: their husband after six, their mother at weekends."),
    )
    may_call = forms.BooleanField(label=_("It may be called"), required=False)
    may_text = forms.BooleanField(label=_("It may be texted"), required=False)
    hours = WeekField(
        label=_("Safe only at these hours"),
        help_text=_("Such as 10:00–14:00, 18–20. A day without hours is never safe. All seven empty: at any time."),
    )
    voicemail = forms.ChoiceField(
        label=_("A message on the mailbox"), choices=Voicemail.choices, widget=forms.RadioSelect, initial=Voicemail.NONE
    )
    voicemail_words = words(
        _("What exactly we say on the mailbox"),
        help_text=_("Empty: a first name and “returning your call”, nothing else."),
    )
    say = words(_("If somebody else answers, we say"), help_text=_("Empty: “Sorry, wrong number.”"))
    stop_word = words(
        _("Stop word"),
        most=60,
        help_text=_("If they say or text it, everything to this number stops until a person has settled it."),
    )
    good_for_days = forms.IntegerField(
        label=_("Ask again after (days)"),
        min_value=1,
        max_value=365,
        initial=90,
        help_text=_("Then nothing goes there until they were asked again."),
    )
    seen_at = forms.CharField(required=False, widget=forms.HiddenInput)

    def said(self) -> Said:
        """Return what was typed, as far as it could be read."""
        typed = self.cleaned_data
        return Said(
            whose=typed.get("whose", ""), may_text=typed.get("may_text", False), may_call=typed.get("may_call", False),
            voicemail=typed.get("voicemail", ""), hours=typed.get("hours") or [], who_hears=typed.get("who_hears", ""),
            voicemail_words=typed.get("voicemail_words", ""), say=typed.get("say", ""),
            stop_word=typed.get("stop_word", ""), good_for_days=typed.get("good_for_days") or 0,
        )  # fmt: skip

    def seen(self) -> datetime | None:
        """Return when the card that stood on the page had been confirmed."""
        try:
            return parse_datetime(self.cleaned_data.get("seen_at", ""))
        except ValueError:
            return None

    def problems(self) -> dict[str, str]:
        return check_number_card(self.said())

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name, sentence in self.problems().items():
            if name not in self.errors:
                self.add_error(name, sentence)
        return cleaned


def typed_of(card: SafeContactCard | None) -> dict[str, Any]:
    """Return what the form of a card begins with."""
    if card is None:
        return {}
    names = (
        "whose", "who_hears", "may_call", "may_text", "hours", "voicemail", "voicemail_words", "say", "stop_word",
        "good_for_days",
    )  # fmt: skip
    return {**{name: getattr(card, name) for name in names}, "seen_at": card.confirmed_at.isoformat()}


class RouteForm(CardForm):
    """A person, a place or an address, with a card of its own."""

    kind = forms.ChoiceField(label=_("What kind of way"), choices=RouteKind.choices)
    name = words(_("How they call this person or place"), required=True, most=120)
    number = words(_("Number"), most=40)
    place = words(_("Address, or where and when to find them"), lines=2)
    language = words(_("Language (a code, such as zu)"), most=12)
    may_know = words(
        _("What they may be told"),
        lines=2,
        help_text=_("In the caller's words. Empty: nothing, not even that we know them."),
    )
    field_order = ["kind", "name", "number", "place", "may_know", "language"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["whose"].initial = Whose.OTHER

    def problems(self) -> dict[str, str]:
        typed = self.cleaned_data
        return check_route(
            said=self.said(), **{name: typed.get(name, "") for name in ("kind", "name", "number", "place", "may_know")}
        )

    def route(self) -> dict[str, str]:
        """Return what is about the way itself, ready for `save_route`."""
        return {name: self.cleaned_data[name] for name in ("kind", "name", "number", "place", "may_know", "language")}


class NumberForm(forms.Form):
    """Another number of the caller's. What is safe on it is asked next."""

    prefix = "number"

    typed = words(_("Number"), required=True, most=40)
    whose = forms.ChoiceField(label=_("Whose phone is it?"), choices=Whose.choices)


class NameForm(forms.Form):
    """A name with its pronouns, and where it may be said."""

    name = words(_("Name"), most=120)
    pronouns = words(_("Pronouns"), most=40)
    say_in = forms.MultipleChoiceField(
        label=_("It may be said"), choices=SayIn.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, kind: str, row: SpokenName | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("prefix", kind)
        if row is not None:
            kwargs["initial"] = {"name": row.name, "pronouns": row.pronouns, "say_in": row.say_in}
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.title = NameKind(kind).label


WHY_ENDED = WhyEnded.choices
