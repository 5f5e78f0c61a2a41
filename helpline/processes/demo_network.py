"""The network of the demo organisation: invented providers in two cities, in every state that a vetting can be in.

Names, outlines and addresses are made up; every number is reserved for fiction. What somebody has changed since stays.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import transaction

from helpline.core.rota.coverage import place_shift
from helpline.core.staff.models import User
from helpline.processes.demo_organisation import ZONE
from referrals import models
from referrals.lifecycle import VettingVerb, move_vetting

_ROOT: Final = uuid.UUID("6d0c1b1e-6f0e-4e53-9a55-0d1f5b6f7a10")
STAND_BY_SINCE_DAYS: Final = 7
STAND_BY_AHEAD_DAYS: Final = 28
_STEPS: Final[Mapping[str, Sequence[VettingVerb]]] = {
    "proposed": (),
    "interviewed": ("interview",),
    "approved": ("interview", "peer_test", "approve"),
    "probation": ("interview", "peer_test", "put_on_probation"),
    "suspended": ("interview", "peer_test", "approve", "suspend"),
}
# Code, name, what it lies in, middle (latitude, longitude), half its height and width in degrees.
AREAS: Final = (
    ("cape-town", "Cape Town", "", -33.945, 18.555, 0.13, 0.2),
    ("woodstock", "Woodstock", "cape-town", -33.928, 18.447, 0.014, 0.022),
    ("bellville", "Bellville", "cape-town", -33.9, 18.63, 0.03, 0.035),
    ("khayelitsha", "Khayelitsha", "cape-town", -34.01, 18.65, 0.03, 0.045),
    ("johannesburg", "Johannesburg", "", -26.215, 28.0, 0.12, 0.18),
    ("hillbrow", "Hillbrow", "johannesburg", -26.188, 28.05, 0.013, 0.016),
    ("soweto", "Soweto", "johannesburg", -26.265, 27.87, 0.04, 0.05),
)
# An outline that nobody takes for a surveyed one: eight corners around the middle, some nearer to it than others.
_SHAPE: Final = (
    (0.2, 1.0),
    (0.75, 0.8),
    (1.0, 0.1),
    (0.8, -0.7),
    (0.1, -1.0),
    (-0.7, -0.75),
    (-1.0, 0.0),
    (-0.7, 0.85),
)
WEEKDAYS: Final = (0, 1, 2, 3, 4)
ALL_WEEK: Final = (0, 1, 2, 3, 4, 5, 6)


@dataclass(frozen=True)
class At:
    """A place: name, address and point; blank address for one that is reached by telephone."""

    name: str
    area: str
    address: str
    latitude: str
    longitude: str
    is_hidden: bool = False
    transport: str = ""


@dataclass(frozen=True)
class Does:
    """A service for one need. `cost` in rand, with words; None where nothing is said."""

    kind: str
    name: str
    is_free: bool | None = True
    cost: tuple[str, str] | None = None
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Who:
    """A provider of the demonstration."""

    name: str
    kind: str
    vetting: str
    languages: Sequence[str]
    areas: Sequence[str]
    does: Sequence[Does]
    at: Sequence[At] = ()
    hours: Sequence[tuple[Sequence[int], str, str]] = ()
    phones: Sequence[tuple[str, str]] = ()
    person: tuple[str, str, str] | None = None  # name, title, private number
    more: Mapping[str, Any] = field(default_factory=dict)
    closed_for_days: int | None = None
    renew_in_days: int = 300


_COURT: Final = Does(
    "legal", "Arrest, bail, first day in court", is_free=None, cost=("0", ""),
    words={"how_to_apply": "We ask them; the caller needs no papers and pays nothing."},
)  # fmt: skip

PROVIDERS: Final[Sequence[Who]] = (
    Who(
        "Ayanda Mokoena, attorney", "lawyer", "approved", ("en", "xh", "zu"), ("cape-town",), (_COURT,),
        at=(At("Office", "woodstock", "Second floor, 14 Lantern Street\nWoodstock", "-33.9270", "18.4460"),),
        hours=((WEEKDAYS, "08:30", "17:00"),), phones=(("+44 7700 900 130", "office hours"),),
        person=("Ayanda Mokoena", "attorney", "+447700900121"), more={"most_open": 8},
    ),
    Who(
        "Naidoo & Daughters", "lawyer", "approved", ("en", "zu", "st"), ("johannesburg", "cape-town"), (_COURT,),
        at=(At("Chambers", "hillbrow", "3 Marigold Court\nHillbrow", "-26.1890", "28.0480"),),
        hours=((WEEKDAYS, "08:00", "18:00"),), phones=(("+44 7700 900 131", ""),),
        person=("Priya Naidoo", "advocate", "+447700900122"), more={"most_open": 5},
    ),
    Who(
        "Fatima Jacobs Legal", "lawyer", "approved", ("af", "en"), ("cape-town",),
        (_COURT, Does("immigration", "Papers and appeals", is_free=False, cost=("350.00", "first talk"))),
        at=(At("Office", "bellville", "27 Old Mill Road\nBellville", "-33.9010", "18.6310"),),
        hours=((WEEKDAYS, "09:00", "16:30"),), person=("Fatima Jacobs", "attorney", "+447700900123"), renew_in_days=12,
        more={"not_for": "No work in the labour court."},
    ),
    Who(
        "Street Law Desk", "lawyer", "probation", ("en", "xh", "fr", "pt"), ("cape-town", "johannesburg"), (_COURT,),
        hours=((ALL_WEEK, "18:00", "06:00"),), phones=(("+44 7700 900 133", "nights"),),
        person=("Thabo Khumalo", "candidate attorney", "+447700900124"), more={"most_open": 3},
    ),
    Who(
        "Salt Lane Night Clinic", "clinic", "approved", ("en", "xh", "af"), ("woodstock",),
        (
            Does("pep_ec", "PEP and emergency contraception, no questions", words={"wait": "about 20 minutes"}),
            Does("health", "Wounds, tests, treatment", words={"eligibility": "Anybody; no papers asked."}),
        ),
        at=(At("Clinic", "woodstock", "5 Salt Lane, green door\nWoodstock", "-33.9300", "18.4530", transport="Night bus 102, stop Salt Lane"),),
        hours=((ALL_WEEK, "19:00", "07:00"),), phones=(("+44 7700 900 134", "ring twice at the door"),),
        person=("Sister Dudu", "nurse in charge", "+447700900144"), more={"alert": "The lift is broken until the end of the month."},
    ),
    Who(
        "Hillbrow Walk-in Clinic", "clinic", "approved", ("en", "zu", "st"), ("hillbrow", "johannesburg"),
        (
            Does("health", "General clinic"),
            Does("pep_ec", "PEP and emergency contraception"),
            Does("health", "Medical report for a court", is_free=False, cost=("120.00", "certificate")),
        ),
        at=(At("Clinic", "hillbrow", "88 Sparrow Street\nHillbrow", "-26.1875", "28.0510"),),
        hours=((WEEKDAYS, "07:30", "16:00"), ((5,), "08:00", "12:00")), phones=(("+44 7700 900 135", "reception"),),
        more={"not_for": "Under 12: they send children on to the hospital."},
    ),
    Who(
        "Protea House", "safe_house", "approved", ("en", "xh", "zu"), ("cape-town",),
        (Does("shelter", "Rooms for adults and their children", words={"eligibility": "Up to three weeks."}),),
        at=(At("House", "bellville", "41 Quiet Crescent\nBellville", "-33.8930", "18.6200", is_hidden=True),),
        hours=((ALL_WEEK, "00:00", "00:00"),), person=("Mam’ Joyce", "house mother", "+447700900145"),
        more={"is_hidden": True, "is_peer_led": True},
    ),
    Who(
        "Umbrella Peers", "peers", "approved", ("en", "xh", "zu", "st", "sn"), ("cape-town", "johannesburg"),
        (
            Does("harm_reduction", "Condoms, lubricant, clean needles, naloxone"),
            Does("psychosocial", "Somebody to talk to who does the same work"),
            Does("rapid_response", "Somebody who goes along to a clinic or a court"),
        ),
        at=(
            At("Drop-in", "woodstock", "9 Lantern Street\nWoodstock", "-33.9272", "18.4463"),
            At("Drop-in Soweto", "soweto", "16 Kestrel Road\nSoweto", "-26.2600", "27.8800"),
            At("Night flat", "hillbrow", "6 Marigold Court, flat 12", "-26.1892", "28.0484", is_hidden=True),
        ),
        hours=((WEEKDAYS, "10:00", "18:00"),), phones=(("+44 7700 900 136", "day and night"),), more={"is_peer_led": True},
    ),
    Who(
        "Thuso Counselling", "counselling", "approved", ("en", "st", "zu"), ("johannesburg",),
        (Does("psychosocial", "Six talks with the same counsellor", words={"wait": "two weeks"}),),
        at=(At("Rooms", "soweto", "2 Acacia Walk\nSoweto", "-26.2580", "27.8650"),),
        hours=((WEEKDAYS, "09:00", "15:00"),), phones=(("+44 7700 900 137", ""),), closed_for_days=25,
    ),
    Who(
        "Passage Office", "livelihood", "probation", ("en", "fr", "pt", "sn"), ("johannesburg",),
        (Does("immigration", "Asylum papers, renewals, queue tickets"), Does("livelihood", "Bank account without a pay slip")),
        at=(At("Office", "hillbrow", "30 Wagtail Street\nHillbrow", "-26.1860", "28.0530"),),
        hours=(((1, 3), "09:00", "13:00"),), phones=(("+44 7700 900 138", "Tuesdays and Thursdays"),),
    ),
    Who(
        "Harbour Legal", "lawyer", "suspended", ("en", "af"), ("cape-town",), (_COURT,),
        hours=((WEEKDAYS, "09:00", "17:00"),), phones=(("+44 7700 900 139", ""),),
        person=("Johan Steyn", "attorney", "+447700900146"),
    ),
    Who(
        "Khaya Food Table", "livelihood", "interviewed", ("xh", "en"), ("khayelitsha",), (Does("livelihood", "Food parcels"),),
        at=(At("Hall", "khayelitsha", "Community hall, Reed Street\nKhayelitsha", "-34.0080", "18.6480"),),
        hours=(((2, 5), "11:00", "14:00"),),
    ),
    Who(
        "Moyo Trauma Care", "clinic", "proposed", ("en",), ("khayelitsha", "cape-town"), (Does("health", "Care after violence", is_free=None),),
        phones=(("+44 7700 900 140", ""),),
    ),
)  # fmt: skip


@transaction.atomic
def make_network(*, at: datetime, by: User | None = None) -> int:
    """Make the areas, the providers that are not there yet, and the stand-by of the four lawyers. Returns how many were made.

    `by`: whoever keeps it; unless said, the coordinator of the demo organisation.
    """
    by = by or User.objects.get(username="coordinator")
    areas = _make_areas()
    made = 0
    for who in PROVIDERS:
        if not models.Provider.objects.filter(hsds_id=_id(who.name)).exists():
            _make_provider(who, areas, by, at)
            made += 1
    _put_on_stand_by(by, at)
    return made


def _id(words: str) -> str:
    return str(uuid.uuid5(_ROOT, words))


def _make_areas() -> Mapping[str, models.Area]:
    areas: dict[str, models.Area] = {}
    for code, name, above, latitude, longitude, tall, wide in AREAS:
        corners = [[round(longitude + east * wide, 4), round(latitude + north * tall, 4)] for north, east in _SHAPE]
        areas[code], _made = models.Area.objects.get_or_create(
            code=code,
            defaults={
                "name": name, "parent": areas.get(above), "latitude": Decimal(str(latitude)), "longitude": Decimal(str(longitude)),
                "outline": [corners],
            },
        )  # fmt: skip
    return areas


def _make_provider(who: Who, areas: Mapping[str, models.Area], by: User, at: datetime) -> None:
    today = at.astimezone(ZoneInfo(ZONE)).date()
    full_until = None if who.closed_for_days is None else today + timedelta(days=who.closed_for_days)
    provider = models.Provider.objects.create(
        hsds_id=_id(who.name), name=who.name, kind=who.kind, languages=list(who.languages), vetting_since=at,
        closed_until=full_until, renew_by=today + timedelta(days=who.renew_in_days), last_checked_on=today - timedelta(days=40),
        created_at=at, changed_at=at, **who.more,
    )  # fmt: skip
    provider.areas.set([areas[code] for code in who.areas])
    places = [_make_place(provider, one, areas) for one in who.at]
    for does in who.does:
        _make_service(provider, does, places, at)
    for days, opens, closes in who.hours:
        models.OpenHours.objects.create(
            provider=provider, days=list(days), opens_at=time.fromisoformat(opens), closes_at=time.fromisoformat(closes)
        )
    for number, words in who.phones:
        models.Phone.objects.create(provider=provider, number=number, description=words, kind="voice")
    if who.person is not None:
        name, title, number = who.person
        models.ProviderPerson.objects.create(
            hsds_id=_id(number), provider=provider, name=name, title=title, number=number, number_checked_at=at,
            languages=list(who.languages), by_call=True, created_at=at,
        )  # fmt: skip
    _vet(provider, who.vetting, by, at)


def _make_place(provider: models.Provider, one: At, areas: Mapping[str, models.Area]) -> models.Place:
    return models.Place.objects.create(
        provider=provider, name=one.name, area=areas[one.area], address=one.address, latitude=one.latitude,
        longitude=one.longitude, is_hidden=one.is_hidden, transport=one.transport,
    )  # fmt: skip


def _make_service(provider: models.Provider, does: Does, places: Sequence[models.Place], at: datetime) -> None:
    service = models.Service.objects.create(
        provider=provider,
        kind=does.kind,
        name=does.name,
        is_free=does.is_free,
        created_at=at,
        changed_at=at,
        **does.words,
    )
    if does.cost is not None:
        amount, words = does.cost
        models.Cost.objects.create(service=service, option=words, amount=Decimal(amount), currency="ZAR")
    models.ServicePlace.objects.bulk_create(models.ServicePlace(service=service, place=place) for place in places)


def _vet(provider: models.Provider, wanted: str, by: User, at: datetime) -> None:
    """Take a provider through the same moves as people do, one a week, so that the pages have something to tell."""
    steps = _STEPS[wanted]
    vetting = None
    if steps:
        vetting = models.Vetting.objects.create(
            provider=provider, began_at=at - timedelta(weeks=len(steps)), began_by=by
        )
    for left, verb in zip(range(len(steps), 0, -1), steps, strict=True):
        before, when = provider.vetting, at - timedelta(weeks=left)
        provider.vetting, provider.vetting_since = move_vetting(before, verb), when
        provider.vetting_why = "breach" if verb == "suspend" else ""
        models.VettingMove.objects.create(
            provider=provider, before=before, after=provider.vetting, why=provider.vetting_why, by=by, at=when
        )
        if verb == "peer_test" and vetting is not None:
            vetting.peer_tests.create(
                at=when, how="call", reached=True, respectful=True, asked_for_papers=False, moralised=False,
                would_send_a_friend=True, recorded_by=by,
            )  # fmt: skip
    if vetting is not None and wanted != "interviewed":
        vetting.ended_at = at - timedelta(weeks=1)
        vetting.save()
    provider.save()


def _put_on_stand_by(by: User, at: datetime) -> None:
    """Put the four lawyers on stand-by day and night, another one first each day."""
    zone = ZoneInfo(ZONE)
    today: date = at.astimezone(zone).date()
    ids = [_id(f"+4477009001{last}") for last in (21, 22, 23, 24)]
    lawyers = list(models.ProviderPerson.objects.filter(hsds_id__in=ids, left_at=None).order_by("pk"))
    there = set(models.StandBy.objects.filter(person__in=lawyers).values_list("person_id", "starts_at"))
    rows = []
    for ahead in range(-STAND_BY_SINCE_DAYS, STAND_BY_AHEAD_DAYS):
        day = today + timedelta(days=ahead)
        starts_at, ends_at = place_shift(day, time(8), time(8), zone)
        for place, person in enumerate(lawyers):
            position = (place - day.toordinal()) % len(lawyers) + 1
            if (person.pk, starts_at) not in there:
                rows.append(
                    models.StandBy(
                        person=person, position=position, starts_at=starts_at, ends_at=ends_at, added_by=by, added_at=at
                    )
                )
    models.StandBy.objects.bulk_create(rows)
