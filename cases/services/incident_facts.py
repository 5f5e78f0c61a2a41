"""What is written down about an incident, as plain values, and whether it can be: every reason at once, field by field."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from cases.models import Answer, Incident, PartOfDay, Said, Teller
from cases.vocabulary.codes import ACTS, DEEDS, PERPETRATORS, SETTINGS
from helpline.core.errors import NotAllowed

LONGEST_NARRATIVE = 100_000  # characters: forty printed pages
LONGEST_WORDS = 2_000  # characters of any other field
CLOCKS_DIFFER_BY = timedelta(minutes=5)  # a browser's clock may run ahead of ours
FIRST_YEAR = 1950
MOST_PERPETRATORS = 20


class Unfit(NotAllowed):
    """Some of it cannot be written down. `fields` says which, each with a sentence; nothing was kept."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(" ".join(dict.fromkeys(fields.values())))
        self.fields = fields


@dataclass(frozen=True)
class Who:
    """Somebody who did it. `ref` names one that is written down already."""

    code: str
    ref: str = ""
    is_primary: bool = False
    how_many: int | None = None
    known: str = ""
    vehicle: str = ""
    plate: str = ""
    station: str = ""
    unit: str = ""
    badge: str = ""
    deeds: tuple[str, ...] = ()
    amount: str = ""


@dataclass(frozen=True)
class Held:
    """Since when somebody is held, between two moments, and until when they were."""

    since_earliest: datetime | None = None
    since_latest: datetime | None = None
    released_at: datetime | None = None
    station: str = ""
    country: str = ""
    ground: str = ""


@dataclass(frozen=True)
class Facts:
    """One incident as somebody told it. Blank means not asked; that they do not know or chose not to say are values."""

    narrative: str = ""
    when_said: str = ""
    earliest_at: datetime | None = None
    latest_at: datetime | None = None
    part_of_day: str = ""
    where_said: str = ""
    district: str = ""
    place: str = ""
    settings: tuple[str, ...] = ()
    told_by: str = ""
    is_minor: str = ""
    is_unwilling: str = ""
    told_elsewhere: str = ""
    may_ask_station: str = ""
    acts: tuple[str, ...] = ()
    primary_act: str = ""
    perpetrators: tuple[Who, ...] = ()
    held: Held | None = None


def complete(facts: Facts) -> Facts:
    """Return the facts with what follows from them: one moment is both bounds, what was told was told."""
    earliest, latest = facts.earliest_at, facts.latest_at or facts.earliest_at
    when_said = facts.when_said or (Said.TOLD if earliest or facts.part_of_day else "")
    where_said = facts.where_said or (Said.TOLD if facts.district.strip() or facts.place.strip() else "")
    held = facts.held
    if held is not None:
        held = replace(held, since_latest=held.since_latest or held.since_earliest)
    primary = facts.primary_act or (facts.acts[0] if len(facts.acts) == 1 else "")
    acts = tuple(dict.fromkeys((*facts.acts, *([primary] if primary else []))))
    return replace(
        facts, latest_at=latest, when_said=when_said, where_said=where_said, held=held, acts=acts, primary_act=primary,
        settings=tuple(dict.fromkeys(facts.settings)),
    )  # fmt: skip


def check(facts: Facts, *, at: datetime, former: Incident | None = None) -> None:
    """Raises Unfit with a sentence for each field that cannot be. `former` is what is changed: its codes may stay."""
    wrong: dict[str, str] = {}
    is_copy = former is not None and not (former.narrative or "").strip()
    if not facts.narrative.strip() and not is_copy:
        wrong["narrative"] = _("Write what happened, in their words: a few are enough.")
    if len(facts.narrative) > LONGEST_NARRATIVE:
        wrong["narrative"] = _("This is too long to keep in one: at most %(most)d characters, and these are %(many)d.") % {
            "most": LONGEST_NARRATIVE, "many": len(facts.narrative),
        }  # fmt: skip
    _check_words(facts, wrong)
    _check_times(facts, at, wrong)
    _check_held(facts.held, at, wrong)
    _check_codes(facts, former, wrong)
    if wrong:
        raise Unfit(wrong)


def _check_words(facts: Facts, wrong: dict[str, str]) -> None:
    texts = {"district": facts.district, "place": facts.place}
    if facts.held is not None:
        texts |= {"held_station": facts.held.station, "ground": facts.held.ground}
        if facts.held.country and not (len(facts.held.country) == 2 and facts.held.country.isascii()):
            wrong["country"] = _("A country is two letters, such as ZA.")
    for who in facts.perpetrators:
        texts["perpetrators"] = max(
            texts.get("perpetrators", ""), who.known, who.vehicle, who.plate, who.station, who.unit, who.badge,
            who.amount, key=len,
        )  # fmt: skip
    for name, text in texts.items():
        if len(text) > LONGEST_WORDS:
            wrong[name] = _("This is too long here: the rest belongs into what happened.")


def _check_times(facts: Facts, at: datetime, wrong: dict[str, str]) -> None:
    if facts.earliest_at is None and facts.latest_at is not None:
        wrong["earliest_at"] = _("Say the earliest time, too: clocks run from it.")
    if facts.when_said in {Said.UNKNOWN, Said.DECLINED} and facts.earliest_at is not None:
        wrong["when_said"] = _("Either a time, or that it was not told.")
    _check_bounds(("earliest_at", facts.earliest_at), ("latest_at", facts.latest_at), at, wrong)


Named = tuple[str, datetime | None]


def _check_bounds(begins: Named, ends: Named, at: datetime, wrong: dict[str, str]) -> None:
    (first, earliest), (last, latest) = begins, ends
    for name, moment in (begins, ends):
        if moment is None or name in wrong:
            continue
        if moment.year < FIRST_YEAR:  # as it was said: the first day of the first year has no moment in UTC
            wrong[name] = _("This year cannot be meant.")
        elif moment > at + CLOCKS_DIFFER_BY:
            wrong[name] = _("This lies in the future.")
    if earliest is not None and latest is not None and latest < earliest and not {first, last} & wrong.keys():
        wrong[last] = _("The end lies before the beginning.")


def _check_held(held: Held | None, at: datetime, wrong: dict[str, str]) -> None:
    if held is None:
        return
    if held.since_earliest is None:
        wrong["since_earliest"] = _("Say since when at the earliest: the time in custody is reckoned from it.")
        return
    _check_bounds(("since_earliest", held.since_earliest), ("since_latest", held.since_latest), at, wrong)
    if held.released_at is None or "since_earliest" in wrong:
        return
    if held.released_at > at + CLOCKS_DIFFER_BY:
        wrong["released_at"] = _("This lies in the future.")
    elif held.released_at < held.since_earliest:
        wrong["released_at"] = _("They were released before they were held.")


def _check_codes(facts: Facts, former: Incident | None, wrong: dict[str, str]) -> None:
    had_acts = {act.code for act in former.acts.all()} if former else set()
    had = list(former.perpetrators.all()) if former else []
    had_deeds = {deed for row in had for deed in row.deeds}
    _refuse_unknown("acts", facts.acts, ACTS.keys() | had_acts, wrong)
    _refuse_unknown("settings", facts.settings, SETTINGS.keys() | set(former.settings if former else []), wrong)
    codes = [who.code for who in facts.perpetrators]
    _refuse_unknown("perpetrators", codes, PERPETRATORS.keys() | {row.code for row in had}, wrong)
    deeds = [deed for who in facts.perpetrators for deed in who.deeds]
    _refuse_unknown("perpetrators", deeds, DEEDS.keys() | had_deeds, wrong)
    if sum(who.is_primary for who in facts.perpetrators) > 1:
        wrong["perpetrators"] = _("Only one of them can be the main one.")
    if len(facts.perpetrators) > MOST_PERPETRATORS:
        wrong["perpetrators"] = _("So many cannot be kept apart: say how many there were.")
    if any(who.how_many is not None and not 1 <= who.how_many <= 999 for who in facts.perpetrators):
        wrong["perpetrators"] = _("How many is a number from 1 to 999.")
    choices = {
        "when_said": Said, "where_said": Said, "part_of_day": PartOfDay, "told_by": Teller, "is_minor": Answer,
        "is_unwilling": Answer, "told_elsewhere": Answer, "may_ask_station": Answer,
    }  # fmt: skip
    for name, choice in choices.items():
        if getattr(facts, name) not in choice.values:
            wrong[name] = _("This is none of the answers.")


def _refuse_unknown(name: str, codes: Iterable[str], known: set[str], wrong: dict[str, str]) -> None:
    """A code of an older version may stay where it is; newly entered are only those of today's lists."""
    if any(code not in known for code in codes):
        wrong[name] = _("One of these is not on today’s list and cannot be entered any more. Choose from the list.")


def facts_of(incident: Incident) -> Facts:
    """Return an incident that is written down, as facts."""
    acts = list(incident.acts.all())
    held = getattr(incident, "detention", None)
    return Facts(
        narrative=incident.narrative or "",
        when_said=incident.when_said,
        earliest_at=incident.earliest_at,
        latest_at=incident.latest_at,
        part_of_day=incident.part_of_day,
        where_said=incident.where_said,
        district=incident.district or "",
        place=incident.place or "",
        settings=tuple(incident.settings),
        told_by=incident.told_by,
        is_minor=incident.is_minor,
        is_unwilling=incident.is_unwilling,
        told_elsewhere=incident.told_elsewhere,
        may_ask_station=incident.may_ask_station,
        acts=tuple(act.code for act in acts),
        primary_act=next((act.code for act in acts if act.is_primary), ""),
        perpetrators=tuple(
            Who(
                ref=row.ref, code=row.code, is_primary=row.is_primary, how_many=row.how_many, known=row.known or "",
                vehicle=row.vehicle or "", plate=row.plate or "", station=row.station or "", unit=row.unit or "",
                badge=row.badge or "", deeds=tuple(row.deeds), amount=row.amount or "",
            )
            for row in incident.perpetrators.all()
        ),
        held=Held(
            since_earliest=held.since_earliest, since_latest=held.since_latest, released_at=held.released_at,
            station=held.station or "", country=held.country, ground=held.ground or "",
        )
        if held is not None
        else None,
    )  # fmt: skip
