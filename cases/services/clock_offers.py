"""Clocks that what was written down may call for. Offered with its time and place filled in; a person starts them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from cases.clocks.rules import custody_rules_of
from cases.models import Case, Clock, Detention, Incident
from cases.services.clock_rules import place_of
from cases.vocabulary.codes import Flag, flags_of

MOST_OFFERED = 5


@dataclass(frozen=True)
class Offer:
    """What one incident may call for: rules, the time and the place that were written down, and why, in words.

    `place` tells its two offers apart (0 held, 1 medicine).
    """

    incident: Incident
    rules: tuple[str, ...]
    words: str
    earliest_at: datetime | None
    latest_at: datetime | None
    place: int = 0
    station: str = ""


def key_of(incident: Incident) -> str:
    """Return the key of the form that an offer fills in: what was started from an incident is not offered again."""
    return f"inc-{incident.ref}"


def read_offers(case: Case, started: Iterable[Clock]) -> list[Offer]:
    """Return what the incidents of a case call for and nobody has started from them, the newest first."""
    there = {clock.key for clock in started}
    of_it = Q(case=case) | Q(case__joined_into=case)
    rows = (
        Incident.objects.filter(of_it)
        .select_related("detention")
        .prefetch_related("acts")
        .order_by("-recorded_at", "-pk")
    )
    found = [offer for row in rows[: 2 * MOST_OFFERED] for offer in _offers_of(row, case)]
    return [one for one in found if not any(f"{key_of(one.incident)}-{rule}" in there for rule in one.rules)][
        :MOST_OFFERED
    ]


def find_offer(case: Case, incident_ref: str, place: str) -> Offer | None:
    """Return one offer of one incident of this case; None for anything else."""
    of_it = Q(case=case) | Q(case__joined_into=case)
    rows = Incident.objects.filter(of_it, ref=incident_ref[:24]).select_related("detention").prefetch_related("acts")
    return next((offer for row in rows for offer in _offers_of(row, case) if str(offer.place) == place), None)


def _offers_of(row: Incident, case: Case) -> Iterator[Offer]:
    latest_at = row.latest_at if row.latest_at != row.earliest_at else None
    flags = flags_of(act.code for act in row.acts.all())
    detention = getattr(row, "detention", None)
    if detention is not None and detention.released_at is None:
        country = detention.country or _country_of(case)
        latest = detention.since_latest if detention.since_latest != detention.since_earliest else None
        yield Offer(
            row, _custody_rule(country), _("Somebody is held: how long is lawful?"), detention.since_earliest, latest,
            0, detention.station or "",
        )  # fmt: skip
    elif detention is None and Flag.CUSTODY_CLOCK in flags:
        rules = _custody_rule(_country_of(case))
        yield Offer(row, rules, _("Somebody was held: are they still?"), row.earliest_at, latest_at)
    if Flag.PEP_CLOCK in flags:
        words = _("Medicine against HIV and emergency contraception may help: do they want that?")
        yield Offer(row, ("PEP_HIV",), words, row.earliest_at, latest_at, 1)


def countries_held_in(case: Case) -> list[str]:
    """Return the countries in which somebody of this case is held, as they were written down."""
    of_it = Q(case=case) | Q(case__joined_into=case)
    held = Detention.objects.filter(of_it, released_at=None).exclude(country="")
    return sorted(set(held.values_list("country", flat=True)))


def _country_of(case: Case) -> str:
    line = place_of(case.line)
    return line.country if line is not None else ""


def _custody_rule(country: str) -> tuple[str, ...]:
    return tuple(rule.code for rule in custody_rules_of(country)[:1])
