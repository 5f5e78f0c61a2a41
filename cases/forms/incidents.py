"""What is filled in about an incident: one big field first; everything else may stay blank."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from cases.forms.perpetrators import PerpetratorForms, Rows
from cases.models import Answer, PartOfDay, Said, Teller
from cases.services.incident_facts import Facts, Held, Unfit, Who
from cases.vocabulary.codes import ACTS, SETTINGS, in_groups, say, say_setting
from cases.vocabulary.times import SAYINGS, Saying, read_saying
from helpline.core.http.forms import set_look
from helpline.core.http.words import here

AT = "at"
LOCAL = "%Y-%m-%dT%H:%M"


class WordsField(forms.CharField):
    """Somebody's own words: kept as they came, white space, NUL and all."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)
        self.validators = [one for one in self.validators if not isinstance(one, ProhibitNullCharactersValidator)]


class CodesField(forms.MultipleChoiceField):
    """Codes, of which the service says whether they can be entered: one of an older version may stay where it is."""

    def valid_value(self, value: Any) -> bool:
        return True


def moment(label: Any, **kwargs: Any) -> forms.DateTimeField:
    """A date and time as people type it, in the desk's zone."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL)
    return forms.DateTimeField(label=label, required=False, widget=widget, **kwargs)


def words(label: Any, **kwargs: Any) -> WordsField:
    return WordsField(label=label, required=False, **kwargs)


class IncidentForm(forms.Form):
    """One incident. `facts` gives it as plain values; `blame` takes the service's refusal, field by field."""

    WHEN = (
        *((saying.value, _(label)) for saying, label in SAYINGS.items()),  # the labels are marked where they stand
        (AT, _("between the times below")),
        (Said.UNKNOWN.value, Said.UNKNOWN.label),
        (Said.DECLINED.value, Said.DECLINED.label),
    )
    NOT_TOLD = [("", _("told, or not asked")), *((s.value, s.label) for s in (Said.UNKNOWN, Said.DECLINED))]

    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    narrative = WordsField(label=_("What happened"), required=False, widget=forms.Textarea(attrs={"rows": 6}))
    acts = CodesField(label=_("What was done"), required=False)
    primary_act = forms.CharField(label=_("The main thing, for them"), required=False, max_length=24)
    saying = forms.ChoiceField(label=_("When"), required=False, choices=WHEN, widget=forms.RadioSelect)
    earliest_at = moment(_("At the earliest"), help_text=_("Clocks run from here. One time is enough."))
    latest_at = moment(_("At the latest"))
    part_of_day = forms.ChoiceField(label=_("Part of the day"), required=False, choices=PartOfDay.choices)
    district = words(_("Area or district"))
    place = words(_("The place"))
    where_said = forms.ChoiceField(label=_("Where it was"), required=False, choices=NOT_TOLD)
    settings = CodesField(label=_("Kind of place"), required=False)
    is_held = forms.BooleanField(label=_("They are or were held"), required=False)
    since_earliest = moment(
        _("Held since, at the earliest"), help_text=_("The limit of custody is reckoned from here.")
    )
    since_latest = moment(_("Held since, at the latest"))
    released_at = moment(_("Out since"))
    held_station = words(_("Where they are held"))
    country = words(_("Country, two letters"), help_text=_("Blank: the country of the line."), max_length=2)
    ground = words(_("What they were told it is for"))
    told_by = forms.ChoiceField(label=_("Who told us"), required=False, choices=Teller.choices)
    told_elsewhere = forms.ChoiceField(label=_("Told somewhere else before"), required=False, choices=Answer.choices)
    may_ask_station = forms.ChoiceField(
        label=_("May our liaison speak with the station?"), required=False, choices=Answer.choices,
        help_text=_("Only where they said yes. It becomes a task for us; nobody is told by itself."),
    )  # fmt: skip
    is_minor = forms.ChoiceField(label=_("Are they under 18?"), required=False, choices=Answer.choices)
    is_unwilling = forms.ChoiceField(
        label=_("Are they made to work against their will?"), required=False, choices=Answer.choices,
        help_text=_("Only what they say of it themselves: not where they come from, nor how they came."),
    )  # fmt: skip

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        # Rows that were not sent with the rest stay as they were: a form that was cut off takes nobody away.
        sent = self.data if "who-TOTAL_FORMS" in self.data else None
        self.who = cast(Rows, PerpetratorForms(sent, prefix="who", initial=(self.initial or {}).get("who")))
        self.fields["narrative"].widget.attrs["dir"] = "auto"
        set_look(self)

    def is_valid(self) -> bool:
        fits = super().is_valid()
        return fits and (not self.who.is_bound or self.who.is_valid())

    def go_on_from(self, version: int) -> None:
        """Let what was filled in be sent once more, against the version that stands there now."""
        typed: Any = self.data
        self.data = typed.copy()
        self.data["version"] = str(version)  # type: ignore[index]

    @property
    def heard(self) -> str:
        """What is written in the big field now: typed, or as it was read."""
        return self["narrative"].value() or ""

    @property
    def chosen_acts(self) -> list[str]:
        return list(self["acts"].value() or [])

    @property
    def chosen_settings(self) -> list[str]:
        return list(self["settings"].value() or [])

    @property
    def settings_in_groups(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Kinds of place as they are offered, and what an older version of the list left behind."""
        groups = [(_t(name), [(code.code, _t(code.words)) for code in codes]) for name, codes in in_groups(SETTINGS)]
        old = [(code, _t(say_setting(code))) for code in self.chosen_settings if code not in SETTINGS]
        return [*groups, (_t("Older list"), old)] if old else groups

    @property
    def acts_to_choose(self) -> list[tuple[str, str]]:
        """Acts for the list of the main one."""
        codes = [*ACTS, *(code for code in self.chosen_acts if code not in ACTS)]
        return [(code, _t(say(code))) for code in codes]

    def facts(self) -> Facts:
        """Return what was filled in, as plain values. A time that is typed counts before one that is chosen."""
        said = self.cleaned_data
        when_said, earliest, latest = self._when(said)
        held = None
        if said["is_held"] or any(said[name] for name in ("since_earliest", "since_latest", "released_at")):
            held = Held(
                since_earliest=said["since_earliest"], since_latest=said["since_latest"], released_at=said["released_at"],
                station=said["held_station"], country=said["country"].strip(), ground=said["ground"],
            )  # fmt: skip
        plain = (
            "narrative", "part_of_day", "where_said", "district", "place", "told_by", "told_elsewhere", "may_ask_station",
            "is_minor", "is_unwilling", "primary_act",
        )  # fmt: skip
        return Facts(
            **{name: said[name] for name in plain},
            when_said=when_said,
            earliest_at=earliest,
            latest_at=latest,
            acts=tuple(said["acts"]),
            settings=tuple(said["settings"]),
            perpetrators=self.who.people() if self.who.is_bound else self._people_before(),
            held=held,
        )

    def _people_before(self) -> tuple[Who, ...]:
        return tuple(Who(**{**row, "deeds": tuple(row["deeds"])}) for row in (self.initial or {}).get("who", ()))

    def _when(self, said: Mapping[str, Any]) -> tuple[str, datetime | None, datetime | None]:
        chosen, earliest, latest = said["saying"], said["earliest_at"], said["latest_at"]
        was_typed = {"earliest_at", "latest_at"} & set(self.changed_data) and (earliest or latest)
        if chosen in {"", AT} or was_typed:
            return "", earliest, latest
        if chosen in SAYINGS:
            interval = read_saying(Saying(chosen), self.at, here())
            return "", interval.earliest, interval.latest
        return chosen, None, None

    def blame(self, refused: Unfit) -> None:
        """Put the service's sentences to their fields."""
        names = {"when_said": "saying", "perpetrators": None}
        for field, sentence in refused.fields.items():
            self.add_error(names.get(field, field), sentence)


def initial_of(facts: Facts, version: int) -> dict[str, Any]:
    """Return what the form of an incident that is written down begins with."""

    def minute(moment: datetime | None) -> datetime | None:
        return moment.astimezone(here()).replace(second=0, microsecond=0) if moment else None

    held = facts.held or Held()
    plain = (
        "narrative", "part_of_day", "where_said", "district", "place", "told_by", "told_elsewhere", "may_ask_station",
        "is_minor", "is_unwilling", "primary_act",
    )  # fmt: skip
    return {
        **{name: getattr(facts, name) for name in plain},
        "where_said": "" if facts.where_said == Said.TOLD else facts.where_said,
        "version": version,
        "acts": list(facts.acts),
        "settings": list(facts.settings),
        "saying": AT if facts.earliest_at else ("" if facts.when_said == Said.TOLD else facts.when_said),
        "earliest_at": minute(facts.earliest_at),
        "latest_at": minute(facts.latest_at),
        "is_held": facts.held is not None,
        "since_earliest": minute(held.since_earliest),
        "since_latest": minute(held.since_latest),
        "released_at": minute(held.released_at),
        "held_station": held.station,
        "country": held.country,
        "ground": held.ground,
        "who": [vars(who) | {"deeds": list(who.deeds)} for who in facts.perpetrators],
    }
