"""Who may be asked, fetched in a fixed number of statements whatever the size of the network, and ranked by `matching`."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import BooleanField, Count, ExpressionWrapper, F, Max, Q, QuerySet, Value, When
from django.db.models import Case as When_
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import consenting
from cases.consenting import Receiver
from cases.models import Case, Consent, Purpose
from helpline.core import clock
from referrals.matching import Candidate, Match, Reason, Wanted, rank, why_not
from referrals.models import (
    Area,
    Conflict,
    Feedback,
    Offer,
    OpenHours,
    Place,
    Provider,
    ProviderPerson,
    Referral,
    Service,
    StandBy,
    TeamMember,
)
from referrals.services.standing import LATELY, SAYS_NOTHING
from referrals.services.tongues import name_of

NIGHT_FROM, NIGHT_UNTIL = time(21), time(7)


@dataclass(frozen=True)
class LeftOut:
    """Somebody who may not be asked, and why (`matching.why_not`)."""

    ref: str
    provider_ref: str
    because: str


@dataclass(frozen=True)
class Found:
    """Who may be asked, in order, and who may not. `matches[n].ref` is a person's reference, or a team member's."""

    matches: tuple[Match, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True)
class Areas:
    """The areas that count: the one wanted and those it lies in, and its parts, by their keys in the database."""

    path: tuple[int, ...] = ()
    within: frozenset[int] = field(default_factory=frozenset)


def find(
    case: Case,
    *,
    need: str,
    area: Area | None,
    language: str,
    at: datetime,
    is_team: bool = False,
    seed: str = "",
    asked: Collection[str] = frozenset(),
) -> Found:
    """Return who may be asked for this case now, best first. `asked`: references of those who were asked already."""
    areas = _read_areas(area)
    wanted = Wanted(
        need=need, at=at, area=tuple(str(pk) for pk in areas.path), within=frozenset(str(pk) for pk in areas.within),
        language=language, is_team=is_team, seed=seed,
    )  # fmt: skip
    people = _read_team(asked) if is_team else _read_people(case, wanted, areas, frozenset(asked))
    ranked = rank(wanted, people)
    left_out = tuple(LeftOut(one.ref, one.provider_ref, because) for one in people if (because := why_not(wanted, one)))
    return Found(ranked, left_out)


def say(reasons: Iterable[Reason], *, language: str = "") -> str:
    """Say why somebody stands in their place: "vetted, in this district, on stand-by now, answered 9 of 10"."""
    return ", ".join(said for reason in reasons if (said := _say(reason, language)))


def say_why_not(because: str) -> str:
    """Say why somebody is not asked, in words for staff."""
    return {
        "removed": _("no longer in the network"), "suspended": _("suspended until somebody has looked"),
        "not_vetted": _("not vetted yet"), "conflict": _("a conflict of interest"),
        "said_conflict": _("they said that they have a conflict of interest in this case"),
        "caller_said_no": _("the caller said no to them"), "no_such_need": _("they do not do this"),
        "not_taking": _("not taking new cases now"), "full": _("they have as many open cases as they take"),
        "no_way": _("they cannot be asked by text: ring them"), "asleep": _("not to be asked at night"),
        "asked_already": _("asked already"),
    }.get(because, because)  # fmt: skip


def pack(reasons: Iterable[Reason]) -> list[list[str | int]]:
    """Return reasons as they are kept with an offer."""
    return [[reason.code, *reason.figures] for reason in reasons]


def unpack(kept: Iterable[Iterable[str | int]]) -> tuple[Reason, ...]:
    """Return reasons that were kept with an offer."""
    rows = [list(row) for row in kept]
    return tuple(Reason(str(row[0]), tuple(int(figure) for figure in row[1:])) for row in rows if row)


def _say(reason: Reason, language: str) -> str:
    figures = reason.figures
    match reason.code:
        case "speaks":
            return _("speaks %(language)s") % {"language": name_of(language)} if language else _("speaks the language")
        case "distance":
            return ngettext("%(km)d kilometre away", "%(km)d kilometres away", figures[0]) % {"km": figures[0]}
        case "on_stand_by":
            return _("on stand-by now") if figures[0] == 1 else _("on stand-by now, place %(n)d") % {"n": figures[0]}
        case "answered":
            return _("answered %(answered)d of %(asked)d") % {"answered": figures[0], "asked": figures[1]}
    return {
        "vetted": _("vetted"), "on_probation": _("on probation"), "in_area": _("in this district"),
        "area_above": _("in the wider area"), "area_not_said": _("where they work is not written down"),
        "elsewhere": _("elsewhere"), "other_language": _("does not speak the language"), "open_now": _("open now"),
        "closed_now": _("closed now"), "never_asked": _("never asked before"),
        "rated_badly": _("callers were not content"),
    }.get(reason.code, "")  # fmt: skip


def _read_areas(area: Area | None) -> Areas:
    if area is None:
        return Areas()
    parents = dict(Area.objects.values_list("pk", "parent_id"))
    return Areas(tuple(_up(area.pk, parents)), frozenset(pk for pk in parents if area.pk in _up(pk, parents)[1:]))


def _up(pk: int, parents: Mapping[int, int | None]) -> list[int]:
    """Return an area and those it lies in. A circle, which nothing should make, ends where it begins."""
    path: list[int] = []
    here: int | None = pk
    while here is not None and here not in path:
        path.append(here)
        here = parents.get(here)
    return path


def _read_people(case: Case, wanted: Wanted, areas: Areas, asked: frozenset[str]) -> list[Candidate]:
    need, language, at = wanted.need, wanted.language, wanted.at
    offering = Service.objects.filter(kind=need, status="active")
    rows = list(
        ProviderPerson.objects.filter(provider__in=offering.values("provider"), left_at=None)
        .annotate(speaks=_speaks(language, offering))
        .values_list(
            "pk", "ref", "provider_id", "provider__ref", "provider__vetting", "speaks", "by_text", "by_call", "at_night",
            "number_index", "provider__closed_until", "provider__most_open", "provider__not_for", "provider__kind",
            "provider__name", "is_deputy",
        )
    )  # fmt: skip
    spoken = frozenset({language})
    zone = clock.find_zone(case.line.time_zone if case.line else settings.TIME_ZONE)
    local = at.astimezone(zone)
    where, standing, open_now = _read_where(offering), _read_standing(at), _read_open(offering, local)
    on_duty, full = _read_stand_by(areas, at), _read_open_cases()
    conflicts, said = _read_conflicts(case)
    refused = _refusals(case)
    is_night = local.time() >= NIGHT_FROM or local.time() < NIGHT_UNTIL
    needs, today, found = frozenset({need}), local.date(), []
    for (
        pk, ref, provider, provider_ref, vetting, speaks, by_text, by_call, at_night, number, closed_until, most_open,
        not_for, kind, name, is_deputy,
    ) in rows:  # fmt: skip
        record = standing.get(provider, _NO_RECORD)
        found.append(
            Candidate(
                ref=ref, provider_ref=provider_ref, trusted=vetting, needs=needs,
                conflicted=(provider, None) in conflicts or (provider, pk) in conflicts,
                said_conflict=(provider, None) in said or (provider, pk) in said,
                refused=refused is not None and refused(kind, name, at),
                areas=where.get(provider, _NOWHERE),
                languages=spoken if speaks else _NOWHERE,
                on_stand_by=on_duty.get(pk), open_now=open_now.get(provider),
                takes_cases=closed_until is None or closed_until <= today,
                open_cases=full.get(provider, 0), most_open=most_open,
                answered=record.answered, asked=record.asked, last_asked_at=record.last_asked_at, rating=record.rating,
                not_for=not_for, has_way=bool(number) and (by_text or by_call),
                is_asleep=is_night and not at_night, asked_already=ref in asked, is_deputy=is_deputy,
            )
        )  # fmt: skip
    return found


def _speaks(language: str, offering: "QuerySet[Service]") -> "ExpressionWrapper[Q]":
    """Say in the database who speaks it: what is written of the person, else of the provider or of what they offer."""
    if not language:
        return ExpressionWrapper(Q(pk__isnull=False), output_field=BooleanField())
    spoken = f'"{language}"'  # as it stands in the list of codes, in either database
    of_service = offering.filter(languages__icontains=spoken).values("provider")
    of_provider = Q(provider__languages__icontains=spoken) | Q(provider__in=of_service)
    return ExpressionWrapper(
        Q(languages__icontains=spoken) | Q(languages=[]) & of_provider, output_field=BooleanField()
    )


def _read_team(asked: Collection[str]) -> list[Candidate]:
    members = TeamMember.objects.filter(ended_at=None).prefetch_related("areas")
    return [
        Candidate(
            ref=one.ref, areas=frozenset(str(area.pk) for area in one.areas.all()), languages=frozenset(one.languages),
            takes_cases=not one.is_away, has_way=bool(one.number_index), asked_already=one.ref in asked,
        )
        for one in members
    ]  # fmt: skip


@dataclass(frozen=True)
class _Record:
    asked: int = 0
    answered: int = 0
    last_asked_at: datetime | None = None
    rating: float | None = None


_NO_RECORD = _Record()
_NOWHERE: frozenset[str] = frozenset()


def _read_where(offering: "QuerySet[Service]") -> dict[int, frozenset[str]]:
    """Return where the providers of these services work: what was written of them, of the service, and their places."""
    providers = offering.values("provider")
    own = Provider.areas.through.objects.filter(provider__in=providers).values_list("provider_id", "area_id")
    of_service = Service.areas.through.objects.filter(service__in=offering.values("pk")).values_list(
        "service__provider_id", "area_id"
    )
    of_place = Place.objects.filter(provider__in=providers).exclude(area=None).values_list("provider_id", "area_id")
    where: dict[int, set[str]] = defaultdict(set)
    for provider, area in own.union(of_service, of_place.order_by()):
        where[provider].add(str(area))
    return {provider: frozenset(areas) for provider, areas in where.items()}


def _read_standing(at: datetime) -> dict[int, _Record]:
    """Return how often each provider was asked and answered lately, when last, and how content callers were.

    The same facts as `standing.read_standing`, counted by the database: without medians thousands take milliseconds.
    """
    since = at - LATELY
    ratings = dict(
        Feedback.objects.filter(told_at__gt=since)
        .exclude(respectful=None)
        .values_list("provider_id")
        .annotate(share=1.0 * Count("pk", filter=Q(respectful=True)) / Count("pk"))
    )
    offers = (
        Offer.objects.filter(offered_at__gt=since, provider__isnull=False)
        .exclude(state__in=SAYS_NOTHING)
        .values_list("provider_id")
        .annotate(asked=Count("pk"), answered=Count("answered_at"), last=Max("offered_at"))
        .order_by()
    )
    found = {
        provider: _Record(asked, answered, last, ratings.get(provider)) for provider, asked, answered, last in offers
    }
    for provider, rating in ratings.items():
        found.setdefault(provider, _Record(rating=rating))
    return found


def _read_open(offering: "QuerySet[Service]", local: datetime) -> dict[int, bool]:
    """Say for each provider whose hours are written down whether somebody is there at this moment: `referrals.hours` in SQL."""
    day, now = local.date(), local.time()
    is_whole = Q(opens_at=None) | Q(closes_at=None)
    over_midnight = Q(closes_at__lte=F("opens_at"))
    within = (
        is_whole & _covers(day)
        | Q(opens_at__lte=now) & (Q(closes_at__gt=now) | over_midnight) & _covers(day)
        | Q(closes_at__gt=now) & over_midnight & _covers(day - timedelta(days=1))
    )
    shut_now = is_whole | Q(opens_at__lte=now, closes_at__gt=now)
    shut_now |= over_midnight & (Q(opens_at__lte=now) | Q(closes_at__gt=now))
    rows = (
        OpenHours.objects.filter(provider__in=offering.values("provider"))
        .values_list("provider_id")
        .annotate(
            is_known=_any(Q(is_closed=False)),
            is_open=_any(Q(is_closed=False) & within),
            is_shut=_any(Q(is_closed=True) & _covers(day) & shut_now),
        )
        .order_by()
    )
    return {
        provider: bool(is_open and not is_shut) for provider, is_known, is_open, is_shut in rows if is_known or is_shut
    }


def _any(true: Q) -> Max:
    """Say for each group whether this is true of any row, in either database: 1 or 0."""
    return Max(When_(When(true, then=Value(1)), default=Value(0)))


def _covers(day: date) -> Q:
    """The rows of hours that are meant for this day. Days are single figures, looked for as they stand in the list."""
    since = Q(valid_from=None) | Q(valid_from__lte=day)
    return since & (Q(valid_to=None) | Q(valid_to__gte=day)) & (Q(days=[]) | Q(days__icontains=str(day.weekday())))


def _read_stand_by(areas: Areas, at: datetime) -> dict[int, int]:
    """Return who is on stand-by for the area now, with their best position."""
    positions: dict[int, int] = {}
    for row in StandBy.objects.now(at):
        if row.area_id is None or not areas.path or row.area_id in areas.path or row.area_id in areas.within:
            positions[row.person_id] = min(row.position, positions.get(row.person_id, row.position))
    return positions


def _read_open_cases() -> dict[int, int]:
    """Return how many cases each provider has now."""
    taken = Referral.objects.filter(state__in=["accepted", "reached"], provider__isnull=False)
    return dict(taken.values_list("provider_id").annotate(many=Count("pk")).order_by())


def _read_conflicts(case: Case) -> tuple[set[tuple[int, int | None]], set[tuple[int, int | None]]]:
    """Return whom a conflict of interest keeps out, as provider and person: found by us, and said by themselves."""
    by_us: set[tuple[int, int | None]] = set()
    said: set[tuple[int, int | None]] = set()
    for row in Conflict.objects.filter(Q(case=None) | Q(case=case), ended_at=None):
        (said if row.by_id is None else by_us).add((row.provider_id, row.person_id))
    return by_us, said


def _refusals(case: Case) -> Callable[[str, str, datetime], bool] | None:
    """Return a function that says whether the caller said no to this receiver; None where they said no to nobody."""
    said = [row.as_said() for row in Consent.objects.about(case).filter(purpose=Purpose.SHARE)]
    if not any(one.answer in consenting.NOES for one in said):
        return None
    return lambda kind, name, at: consenting.is_refused(said, Receiver(kind, name), at)
