"""What people fill in on the case page. The words are theirs; what may be is decided by the services."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from cases.models import FollowUpKind, Source, Urgency
from helpline.core.http.forms import set_look
from helpline.core.http.words import here
from helpline.core.staff.models import User

MORNING = time(9, 0)
MORNING_IS_AFTER = timedelta(hours=2)  # nearer than that, "in 2 h" says the same


class FollowUpForm(forms.Form):
    """A promise: what, by when, whose. A time that is typed counts before one that is chosen."""

    prefix = "promise"  # three forms stand on one page
    SOON = (
        ("30", _("in 30 minutes")),
        ("60", _("in 1 hour")),
        ("240", _("in 4 hours")),
        ("morning", _("tomorrow 09:00")),
        ("at", _("at the time below")),
    )

    kind = forms.ChoiceField(label=_("What"), choices=FollowUpKind.choices)
    soon = forms.ChoiceField(label=_("By when"), choices=SOON, initial="60")
    due_at = forms.DateTimeField(
        label=_("Or at"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    why = forms.CharField(
        label=_("What for"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        self.fields["kind"].widget.attrs["data-key"] = "f"
        set_look(self)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("due_at") is None and "due_at" not in self.errors:
            cleaned["due_at"] = self._chosen(cleaned.get("soon", ""))
            if cleaned["due_at"] is None:
                self.add_error("due_at", _("Say by when."))
        return cleaned

    def _chosen(self, soon: str) -> datetime | None:
        if soon == "morning":
            tomorrow = self.at.astimezone(here()).date() + timedelta(days=1)
            return datetime.combine(tomorrow, MORNING, tzinfo=here())
        return self.at + timedelta(minutes=int(soon)) if soon.isdecimal() else None


def next_morning(at: datetime, zone: tzinfo) -> datetime:
    """Return the next nine o'clock that is more than two hours away: at night the one of the day that has begun."""
    day = at.astimezone(zone).date()
    today = datetime.combine(day, MORNING, tzinfo=zone)
    return today if today - at > MORNING_IS_AFTER else datetime.combine(day + timedelta(days=1), MORNING, tzinfo=zone)


def postpone_choices(at: datetime) -> list[tuple[str, str]]:
    """Return until when something can be put off with one press, as it is sent and as it is said."""
    is_today = next_morning(at, here()).date() == at.astimezone(here()).date()
    morning = _("this morning, 09:00") if is_today else _("tomorrow morning, 09:00")
    return [("30", str(_("in 30 min"))), ("120", str(_("in 2 h"))), ("morning", str(morning))]


class PostponeForm(forms.Form):
    """Until when something is put off, and why. A time that is typed counts before one that is chosen."""

    until = forms.ChoiceField(choices=[("30", ""), ("120", ""), ("morning", "")], required=False)
    until_at = forms.DateTimeField(required=False)
    reason = forms.CharField(max_length=500, required=False)

    def due_at(self, at: datetime) -> datetime | None:
        """Return the time that was meant, None where none was given or it cannot be read."""
        if not self.is_valid():
            return None
        said = self.cleaned_data
        if said["until_at"] is not None:
            typed: datetime = said["until_at"]
            return typed
        if said["until"] == "morning":
            return next_morning(at, here())
        return at + timedelta(minutes=int(said["until"])) if said["until"] else None


class HandOverForm(forms.Form):
    """Offer a case to somebody, with what they must know."""

    prefix = "hand"

    taker = forms.ModelChoiceField(label=_("To"), queryset=User.objects.none(), to_field_name="username")
    note = forms.CharField(
        label=_("What they must know"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, takers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taker = self.fields["taker"]
        assert isinstance(taker, forms.ModelChoiceField)
        taker.queryset = takers
        set_look(self)


class CallerForm(forms.Form):
    """A code name, never a legal one; pronouns; and the word by which they are known next time."""

    prefix = "caller"

    code_name = forms.CharField(label=_("Code name"), required=False, max_length=60)
    pronouns = forms.CharField(label=_("Pronouns"), required=False, max_length=40)
    code_word = forms.CharField(
        label=_("Code word"),
        required=False,
        max_length=60,
        help_text=_("They say it when they call again. It is not shown here: typing one replaces the old."),
    )

    was_code_name = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)
    was_pronouns = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("code_name", "pronouns"):
            self.initial.setdefault(f"was_{name}", self.initial.get(name) or "")
        set_look(self)

    def what_was_seen(self) -> dict[str, str]:
        """Return what stood in the fields when the page was opened, as far as it was sent."""
        names = ("code_name", "pronouns")
        return {name: self.cleaned_data[f"was_{name}"] for name in names if self.add_prefix(f"was_{name}") in self.data}

    def beside(self, theirs: Mapping[str, str]) -> "CallerForm":
        """Return this form with what somebody else wrote beside what was typed: sent again, it replaces that."""
        data = self.data.dict() if isinstance(self.data, QueryDict) else dict(self.data)
        data |= {self.add_prefix(f"was_{name}"): there for name, there in theirs.items()}
        form = CallerForm(data)
        for name, there in theirs.items():
            form.add_error(
                name,
                _("Somebody else wrote “%(there)s” here meanwhile. Yours is not kept yet: decide, and press again.")
                % {"there": there or "—"},
            )
        return form


class NewCaseForm(forms.Form):
    """A case without a call: somebody came, was met, or wrote elsewhere."""

    source = forms.ChoiceField(
        label=_("How"), choices=[pair for pair in Source.choices if pair[0] in {"walk_in", "outreach", "elsewhere"}]
    )
    urgency = forms.ChoiceField(label=_("How urgent"), choices=Urgency.choices)
    code_name = forms.CharField(label=_("Code name"), required=False, max_length=60)
    pronouns = forms.CharField(label=_("Their pronouns"), required=False, max_length=40)
    concerns_another = forms.BooleanField(label=_("It is about somebody else"), required=False)
    concerns_code_name = forms.CharField(label=_("Code name of whom it is about"), required=False, max_length=60)
    note = forms.CharField(
        label=_("What you hear"), required=False, max_length=100_000, widget=forms.Textarea(attrs={"rows": 6})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_look(self)
        self.fields["concerns_another"].widget.attrs["class"] = "form-check-input"
        self.fields["note"].widget.attrs["data-key"] = "n"
