"""The directory with many providers: how long its pages take, and how many statements they cost.

Makes areas and providers with services, places, hours, numbers and people in a PostgreSQL of its own, and asks the pages as a
browser does, through the whole stack of the web process but the socket. `python -m bench.directory --providers 5000`.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests import servers

ROOT = Path(__file__).resolve().parent.parent
TIMES = 15  # of each page
BATCH = 1_000  # rows of one statement
DISTRICTS, TOWNS = 12, 20
LANGUAGES = ["en", "zu", "xh", "af", "st", "tn", "pt", "fr", "sn", "ny"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--providers", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        measure(options.providers, options.seed)
        return
    try:
        told = {
            **os.environ,
            **servers.environment(servers.start_keeper()),
            "LOG_LEVEL": "ERROR",
            "REQUIRE_MFA": "false",
        }
        told["DJANGO_SETTINGS_MODULE"] = "helpline.settings"
        told["VAR_DIR"] = tempfile.mkdtemp(prefix="helpline-bench-")
        told["PUBLIC_URL"] = "http://localhost:8000"
        for words in (["manage.py", "release"], ["manage.py", "demo_data", "--password", "bench-password-only"]):
            subprocess.run([sys.executable, *words], cwd=ROOT, env=told, check=True, stdout=subprocess.DEVNULL)
        inside = [
            "-m",
            "bench.directory",
            "--inside",
            "--providers",
            str(options.providers),
            "--seed",
            str(options.seed),
        ]
        sys.exit(subprocess.run([sys.executable, *inside], cwd=ROOT, env=told).returncode)
    finally:
        servers.stop_keeper()


def make_areas(dice: random.Random) -> list:
    """A country of towns, each of some districts, as squares."""
    from referrals.models import Area

    country = Area.objects.create(code="bench", name="All of it")
    areas = []
    for town in range(TOWNS):
        south, west = -34 + town * 0.4, 18 + dice.random() * 10
        above = Area.objects.create(
            code=f"bench-{town}", name=f"Town {town}", parent=country, latitude=south, longitude=west,
            outline=[[[west, south], [west + 0.3, south], [west + 0.3, south + 0.3], [west, south + 0.3]]],
        )  # fmt: skip
        areas += Area.objects.bulk_create(
            (
                Area(
                    code=f"bench-{town}-{n}", name=f"District {town}.{n}", parent=above, latitude=south, longitude=west
                )
                for n in range(DISTRICTS)
            ),
            batch_size=BATCH,
        )
    return areas


def fill(providers: int, seed: int) -> list:
    """Make the providers, each with two services, two places, hours, a number and a person. Returns the areas."""
    from datetime import time as wall
    from decimal import Decimal

    from cases.models import NeedKind, ReceiverKind
    from helpline.core import clock
    from helpline.core.privacy.fields import newest_index
    from referrals import models

    dice, at = random.Random(seed), clock.now()
    areas = make_areas(dice)
    states = ["approved"] * 7 + ["probation", "proposed", "suspended"]
    made = models.Provider.objects.bulk_create((models.Provider(
            kind=dice.choice(ReceiverKind.values), name=f"{dice.choice(['Clinic', 'Law office', 'House'])} {n:05d}",
            languages=dice.sample(LANGUAGES, 3), vetting=dice.choice(states), vetting_since=at, created_at=at, changed_at=at,
            is_hidden=n % 50 == 0,
        )
        for n in range(providers)), batch_size=BATCH)  # fmt: skip
    kinds = NeedKind.values
    services = models.Service.objects.bulk_create((models.Service(
            provider=one, kind=dice.choice(kinds), name=f"Help {k}", description="walk in, no papers asked",
            is_free=dice.choice([True, False, None]), languages=[], created_at=at, changed_at=at,
        )
        for one in made
        for k in range(2)), batch_size=BATCH)  # fmt: skip
    for rows, through in ((made, models.Provider.areas.through), (services, models.Service.areas.through)):
        key = "provider_id" if rows is made else "service_id"
        through.objects.bulk_create(
            (through(**{key: one.pk, "area_id": area.pk}) for one in rows for area in dice.sample(areas, 2)),
            batch_size=BATCH,
        )
    models.Cost.objects.bulk_create(
        (models.Cost(service=one, amount=Decimal(100), currency="ZAR") for one in services if not one.is_free),
        batch_size=BATCH,
    )
    models.Place.objects.bulk_create((models.Place(
            provider=one, area=dice.choice(areas), address=f"{dice.randrange(200)} Long Street",
            latitude=f"{-34 + dice.random() * 8:.5f}", longitude=f"{18 + dice.random() * 10:.5f}", is_hidden=dice.random() < 0.05,
        )
        for one in made
        for _ in range(2)), batch_size=BATCH)  # fmt: skip
    models.OpenHours.objects.bulk_create(
        (
            models.OpenHours(provider=one, days=days, opens_at=wall(8), closes_at=wall(17))
            for one in made
            for days in ([0, 1, 2, 3, 4], [5])
        ),
        batch_size=BATCH,
    )
    models.Phone.objects.bulk_create(
        (models.Phone(provider=one, number=f"+44 7700 {900000 + n % 1000}") for n, one in enumerate(made)),
        batch_size=BATCH,
    )
    numbers = [f"+4477009{n:05d}" for n in range(len(made))]
    models.ProviderPerson.objects.bulk_create(
        (
            models.ProviderPerson(
                provider=one, name="Somebody", number=number, number_index=newest_index("number", number), created_at=at
            )
            for one, number in zip(made, numbers, strict=True)
        ),
        batch_size=BATCH,
    )
    return areas


def pages(areas: list, dice: random.Random) -> dict:
    """What is asked, each time for something else: method, address, what is sent."""
    from cases.models import NeedKind
    from referrals.models import Provider

    refs = list(Provider.objects.trusted().values_list("ref", flat=True)[:200])

    def look(**sent):
        return lambda: ("post", "/network/", {name: one() if callable(one) else one for name, one in sent.items()})

    area = lambda: dice.choice(areas).ref  # noqa: E731
    need = lambda: dice.choice(NeedKind.values)  # noqa: E731
    return {
        "the list": lambda: ("get", "/network/", {}),
        "a need": look(need=need),
        "an area": look(area=area),
        "a need in an area, open now, takes cases": look(need=need, area=area, open_now="on", takes_cases="on"),
        "a language, free": look(language="en", free="on"),
        "open now": look(open_now="on"),
        "words": look(words=lambda: f"{dice.randrange(5000):05d}"),
        "the hundredth page": look(page="100"),
        "one provider": lambda: ("get", f"/network/{dice.choice(refs)}/", {}),
        "the map of a need": lambda: ("get", "/network/map/", {"need": need()}),
        "the whole map": lambda: ("get", "/network/map/", {}),
        "the sheet of an area": lambda: ("get", "/network/sheet/", {"area": area()}),
        "the API's list": lambda: ("get", "/api/v1/providers/", {}),
        "the API, an area": lambda: ("get", "/api/v1/providers/", {"area": dice.choice(areas).code}),
    }


def measure(providers: int, seed: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from helpline.core.staff.models import User

    settings.API_REQUESTS_A_MINUTE = 10**9
    client = Client(headers={"host": "localhost"})
    client.force_login(
        User.objects.get(username="counsellor"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    began = time.monotonic()
    areas = fill(providers, seed)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(f"{providers} providers in {len(areas)} areas, made in {time.monotonic() - began:.0f} s")
    print(f"{'page':44} {'median ms':>10} {'p90 ms':>8} {'statements':>11} {'kB':>6}")
    slowest = 0.0
    for name, ask in pages(areas, random.Random(seed + 1)).items():
        took, size = [], 0
        for turn in range(TIMES + 1):
            method, address, sent = ask()
            start = time.perf_counter()
            answer = getattr(client, method)(address, sent)
            if turn:  # the first one learns what is learned once
                took.append((time.perf_counter() - start) * 1000)
            assert answer.status_code == 200, (name, answer.status_code)
            size = len(answer.content)
        with CaptureQueriesContext(connection) as queries:
            method, address, sent = ask()
            getattr(client, method)(address, sent)
        p90 = sorted(took)[int(len(took) * 0.9)]
        slowest = max(slowest, p90)
        print(
            f"{name:44} {statistics.median(took):10.0f} {p90:8.0f} {len(queries):11} {size / 1000:6.0f}",
            flush=True,
        )
    print(json.dumps({"providers": providers, "slowest_p90_ms": round(slowest)}))


if __name__ == "__main__":
    main()
