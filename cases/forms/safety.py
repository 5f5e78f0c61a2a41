"""What is written down of a safety plan and of a check-in. The times are wall times where the caller is."""

from datetime import datetime, time, timedelta, tzinfo
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from cases.models import Case, ContactRoute, PlanReaders, SafetyPlan
from cases.services import check_in_ways as ways
from cases.services.check_ins import FEWEST_CONTACTS, Agreed, ContactAgreed, NotAgreed
from helpline.core.http.forms import set_look
from helpline.core.http.words import here

CONTACTS_ASKED = 3  # the third may stay empty
LONGEST_SECTION = 4000  # characters


class PlanForm(forms.Form):
    """The plan, part by part; every part may stay empty. `version` is the one that the writer has read."""

    warning_signs = forms.CharField(label=_("How the caller notices that it gets dangerous"))
    safer_places = forms.CharField(label=_("Safer places, and how to get there"))
    people = forms.CharField(label=_("People the caller can turn to, and what each may know"))
    to_take = forms.CharField(label=_("What to take along"))
    papers_money = forms.CharField(label=_("Papers and money: where they are, who has copies"))
    phone = forms.CharField(label=_("Their phone: who sees it, what to delete, which numbers by heart"))
    children = forms.CharField(label=_("Children, and others who depend on them"))
    we_do = forms.CharField(label=_("What we do"))
    we_do_not = forms.CharField(label=_("What we do not do"))
    readers = forms.ChoiceField(label=_("Who may read it"), choices=PlanReaders.choices, initial=PlanReaders.TEAM)
    wants_paper = forms.BooleanField(label=_("The caller wants it on paper"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=1_000_000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in SafetyPlan.SECTIONS:
            field = self.fields[name]
            field.required, field.widget = False, forms.Textarea(attrs={"rows": 3, "dir": "auto"})
            field.validators.append(MaxLengthValidator(LONGEST_SECTION))
        self.fields["wants_paper"].widget.attrs["class"] = "form-check-input"
        set_look(self)

    def sections(self) -> dict[str, str]:
        """What was written, by part."""
        return {name: self.cleaned_data[name] for name in SafetyPlan.SECTIONS}


class CheckInForm(forms.Form):
    """What is agreed with her: by when, how long we wait, whom we tell, what she says."""

    GRACE = [(minutes, _("%(n)d min") % {"n": minutes} if minutes else _("none")) for minutes in (0, 5, 10, 15, 20, 30)]
    EVERY = [
        ("", _("no, once")),
        (30, _("every 30 min")),
        (45, _("every 45 min")),
        (60, _("every hour")),
        (90, _("every 90 min")),
    ]
    OF_AGREED = {"due_at": "by", "ends_at": "until", "contacts": "contact_1"}

    by = forms.TimeField(
        label=_("The caller writes or rings by"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    grace_minutes = forms.TypedChoiceField(label=_("Then we wait"), choices=GRACE, coerce=int, initial=10)
    every_minutes = forms.TypedChoiceField(
        label=_("Again and again"), choices=EVERY, coerce=int, empty_value=None, required=False
    )
    until = forms.TimeField(
        label=_("Until"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    where = forms.CharField(
        label=_("Where the caller is and with whom, as far as they want it known"), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )  # fmt: skip
    safe_word = forms.CharField(
        label=_("Their word for “all is well”"), required=False, max_length=40,
        help_text=_("Without one a plain SAFE is enough, which anybody with their phone could write."),
    )  # fmt: skip
    danger_word = forms.CharField(
        label=_("Their word for danger"), required=False, max_length=40,
        help_text=_("The caller is thanked just the same, their phone does not ring, and we know."),
    )  # fmt: skip
    takes_plain_safe = forms.BooleanField(label=_("A plain SAFE from their phone is enough too"), required=False)
    contacts_in_danger = forms.BooleanField(
        label=_("After the word for danger the caller’s people are told as well: they may ring the caller"),
        required=False,
    )
    police_yes = forms.CharField(
        label=_("The police may be called: the caller’s own sentence"), required=False, max_length=500,
        help_text=_("Empty means never."),
    )  # fmt: skip

    def __init__(self, *args: Any, case: Case, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at, self.zone = at, here()
        self.routes = ways.usable_routes(case.caller, case, at) if case.caller is not None else []
        choices = [("", _("nobody")), *((route.ref, name_of(route)) for route in self.routes)]
        for number in range(1, CONTACTS_ASKED + 1):
            self._ask_for_contact(number, choices)
        set_look(self)
        for name in ("takes_plain_safe", "contacts_in_danger"):
            self.fields[name].widget.attrs["class"] = "form-check-input"

    def _ask_for_contact(self, number: int, choices: list[tuple[str, Any]]) -> None:
        labels = {1: _("First we tell"), 2: _("Then"), 3: _("Then also")}
        likely = self.routes[number - 1].ref if number <= len(self.routes) else ""
        is_needed = number <= FEWEST_CONTACTS
        self.fields[f"contact_{number}"] = forms.ChoiceField(
            label=labels[number], choices=choices, required=is_needed, initial=likely,
            error_messages={"required": _("At least two people: if one does not answer there must be another.")},
        )  # fmt: skip
        self.fields[f"knows_{number}"] = forms.CharField(
            label=_("They know the caller as"), required=is_needed, max_length=60,
            error_messages={"required": _("Say by which name they know the caller.")},
        )  # fmt: skip
        self.fields[f"tell_{number}"] = forms.CharField(
            label=_("We write them"), required=False, max_length=160,
            help_text=_("Empty: “Hello, could you please ask … to ring?” Only where their card says that they may know something."),
        )  # fmt: skip

    @property
    def people(self) -> list[tuple[Any, Any, Any]]:
        """The three fields for each of her people, for the page."""
        numbers = range(1, CONTACTS_ASKED + 1)
        return [(self[f"contact_{n}"], self[f"knows_{n}"], self[f"tell_{n}"]) for n in numbers]

    def agreed(self) -> Agreed:
        """Return what was agreed; the times are the next ones on the clock."""
        said = self.cleaned_data
        due_at = next_time(said["by"], self.at, self.zone)
        until = said["until"]
        numbers = [n for n in range(1, CONTACTS_ASKED + 1) if said[f"contact_{n}"]]
        return Agreed(
            due_at=due_at,
            contacts=[ContactAgreed(said[f"contact_{n}"], said[f"knows_{n}"], said[f"tell_{n}"]) for n in numbers],
            grace_minutes=said["grace_minutes"],
            where=said["where"],
            safe_word=said["safe_word"],
            danger_word=said["danger_word"],
            takes_plain_safe=said["takes_plain_safe"],
            contacts_in_danger=said["contacts_in_danger"],
            every_minutes=said["every_minutes"],
            ends_at=next_time(until, due_at - timedelta(minutes=1), self.zone) if until else None,
            police_yes=said["police_yes"],
        )

    def blame(self, refused: NotAgreed) -> None:
        """Put the sentence of a refusal beside the field it is about."""
        field = self.OF_AGREED.get(refused.field, refused.field)
        self.add_error(field if field in self.fields else None, str(refused))


def name_of(route: ContactRoute) -> str:
    """Say who this is as the caller calls them, and what they are to her."""
    return f"{route.name} ({route.get_kind_display()})"


def next_time(wanted: time, after: datetime, zone: tzinfo) -> datetime:
    """Return when a clock there shows this time next."""
    today = datetime.combine(after.astimezone(zone).date(), wanted, tzinfo=zone)
    return today if today > after else datetime.combine(today.date() + timedelta(days=1), wanted, tzinfo=zone)
