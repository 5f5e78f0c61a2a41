"""A large network with a past: how long the coordinator's board and the standing of providers take.

Makes 5,000 providers and 20,000 past referrals in a PostgreSQL of its own, and asks the pages as a browser does, through
the whole stack of the web process but the socket. `python -m bench.network_board` takes a minute or two; `--providers` and
`--referrals` change the size. The directory is measured by `bench.network`, whom to ask by `bench.matching`.
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
from collections.abc import Callable, Iterator
from datetime import time as wall_time
from datetime import timedelta
from pathlib import Path

from tests import servers

ROOT = Path(__file__).resolve().parent.parent
TIMES = 12
PROVINCES, DISTRICTS = 9, 6
BATCH = 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--providers", type=int, default=5_000)
    parser.add_argument("--referrals", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        measure(options.providers, options.referrals, options.seed)
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
        size = ["--providers", str(options.providers), "--referrals", str(options.referrals)]
        inside = ["-m", "bench.network_board", "--inside", *size, "--seed", str(options.seed)]
        sys.exit(subprocess.run([sys.executable, *inside], cwd=ROOT, env=told).returncode)
    finally:
        servers.stop_keeper()


def fill(providers: int, referrals: int, dice: random.Random) -> None:
    """Make areas inside areas, providers of every kind and state with a service, a person and hours, and what was asked."""
    from django.db import connection

    areas = make_areas()
    make_providers(providers, areas, dice)
    make_referrals(referrals, areas, dice)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def make_areas() -> list:
    from referrals.models import Area

    districts = []
    for province in range(PROVINCES):
        whole = Area.objects.create(code=f"bench-{province}", name=f"Province {province}")
        parts = [
            Area(code=f"bench-{province}-{n}", name=f"District {province}-{n}", parent=whole) for n in range(DISTRICTS)
        ]
        districts += Area.objects.bulk_create(parts)
    return districts


def make_providers(many: int, areas: list, dice: random.Random) -> None:
    from cases.models import NeedKind, ReceiverKind
    from helpline.core import clock
    from helpline.core.privacy.fields import newest_index
    from referrals.models import OpenHours, Provider, ProviderPerson, Service

    at = clock.now()
    states = ["approved"] * 7 + ["probation", "proposed", "suspended"]
    made = Provider.objects.bulk_create(
        [
            Provider(
                kind=dice.choice(ReceiverKind.values), name=f"Office {n:05d}", languages=dice.sample(["en", "zu", "xh", "af"], 2),
                vetting=dice.choice(states), vetting_since=at, vetting_why="worry", created_at=at, changed_at=at,
                renew_by=(at + timedelta(days=dice.randrange(-20, 180))).date(),
            )
            for n in range(many)
        ],
        batch_size=BATCH,
    )  # fmt: skip
    works = Provider.areas.through
    chosen = [(one, area) for one in made for area in dice.sample(areas, dice.choice((1, 1, 2, 3)))]
    works.objects.bulk_create([works(provider=one, area=area) for one, area in chosen], batch_size=BATCH)
    kinds = ["legal", "legal", "legal", *NeedKind.values]
    Service.objects.bulk_create(
        [
            Service(provider=one, kind=dice.choice(kinds), name="a service", created_at=at, changed_at=at)
            for one in made
            for _ in range(dice.choice((1, 1, 2)))
        ],
        batch_size=BATCH,
    )
    people = []
    for n, one in enumerate(made):
        number = f"+2783{n:07d}"
        people.append(
            ProviderPerson(
                provider=one,
                name=f"Person {n}",
                number=number,
                number_index=newest_index("number", number),
                at_night=dice.random() < 0.5,
                created_at=at,
            )
        )
    ProviderPerson.objects.bulk_create(people, batch_size=BATCH)
    OpenHours.objects.bulk_create(
        [
            OpenHours(provider=one, days=[0, 1, 2, 3, 4], opens_at=wall_time(8), closes_at=wall_time(17))
            for one in made
            if dice.random() < 0.6
        ],
        batch_size=BATCH,
    )


def make_referrals(many: int, areas: list, dice: random.Random) -> None:
    from cases.models import Case, Need, Source
    from helpline.core import clock
    from helpline.core.lines.models import Line
    from helpline.core.privacy.references import new_code
    from helpline.core.staff.models import User
    from referrals.models import Feedback, Offer, ProviderPerson, Referral

    at, line, by = clock.now(), Line.objects.first(), User.objects.get(username="counsellor")
    cases = Case.objects.bulk_create(
        [
            Case(ref=f"HL-{new_code(12)}", line=line, owner=by, source=Source.CALL, opened_at=at, state="closed")
            for _ in range(many)
        ],
        batch_size=BATCH,
    )
    people = list(
        ProviderPerson.objects.filter(provider__vetting__in=["approved", "probation"]).values_list("pk", "provider_id")
    )
    asked = Referral.objects.bulk_create(
        [
            Referral(
                case=case, need=dice.choice(["legal", "legal", "health", "shelter"]), area=dice.choice(areas), language="zu",
                state="ended", outcome=dice.choice(["received", "received", "unavailable"]), asked_by=by,
                asked_at=at - timedelta(minutes=dice.randrange(360 * 1440)),
            )
            for case in cases
        ],
        batch_size=BATCH,
    )  # fmt: skip
    offers, told = [], []
    for n, one in enumerate(asked):
        states = dice.choice((["accepted"], ["silent", "accepted"], ["declined", "silent", "accepted"], ["silent"]))
        for place, state in enumerate(states, start=1):
            person, provider = dice.choice(people)
            offered_at = one.asked_at + timedelta(minutes=10 * place)
            answered_at = None if state == "silent" else offered_at + timedelta(seconds=dice.randrange(30, 900))
            offers.append(
                Offer(
                    key=f"bench-{n}-{place}",
                    referral=one,
                    provider_id=provider,
                    person_id=person,
                    place=place,
                    state=state,
                    offered_at=offered_at,
                    answered_at=answered_at,
                )
            )
        if dice.random() < 0.3:
            told.append(
                Feedback(
                    provider_id=provider,
                    referral=one,
                    reached=dice.random() < 0.9,
                    respectful=dice.random() < 0.9,
                    safe=dice.random() < 0.95,
                    told_at=one.asked_at + timedelta(days=3),
                )
            )
    Offer.objects.bulk_create(offers, batch_size=BATCH)
    Feedback.objects.bulk_create(told, batch_size=BATCH)
    Need.objects.bulk_create(
        [
            Need(case=one.case, kind=one.need, outcome="unavailable", noted_by=by, noted_at=one.asked_at, changed_at=one.asked_at)
            for one in asked
            if one.outcome == "unavailable"
        ],
        batch_size=BATCH,
    )  # fmt: skip


def deeds() -> Iterator[tuple[str, Callable[[], object]]]:
    """What is measured, each with a function that does it once. Add a line for what you build."""
    from django.test import Client

    from helpline.core import clock
    from helpline.core.staff.models import User
    from referrals.models import Provider
    from referrals.services import network_board, network_figures, network_gaps, standing

    at = clock.now()
    client = Client(headers={"host": "localhost"})
    backend = "allauth.account.auth_backends.AuthenticationBackend"
    client.force_login(User.objects.get(username="coordinator"), backend=backend)
    everybody = list(Provider.objects.values_list("pk", flat=True))

    def get(path: str) -> object:
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer

    yield "the board, page", lambda: get("/network/board/")
    yield "the board, isiZulu at night, page", lambda: get("/network/board/?language=zu&hour=night")
    yield "  of it: where nobody is there", lambda: network_gaps.read_gaps(at=at)
    yield "  of it: answers by month and need", lambda: network_figures.read_figures(at=at)
    yield "  of it: whom to talk to", lambda: network_board.read_to_talk_to(at=at)
    yield "standing of one provider", lambda: standing.read_standing(everybody[:1], at=at)
    yield "standing of 50 providers", lambda: standing.read_standing(everybody[:50], at=at)
    yield "standing of all providers", lambda: standing.read_standing(everybody, at=at)
    yield "one provider, page", lambda: get(f"/network/{Provider.objects.get(pk=everybody[0]).ref}/")
    yield "its vetting, page", lambda: get(f"/network/{Provider.objects.get(pk=everybody[0]).ref}/vetting/")


def measure(providers: int, referrals: int, seed: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.urls import get_resolver

    # Read once in the life of a process. Within a page it would count as waiting for the database, which has an end.
    assert get_resolver().url_patterns
    began = time.monotonic()
    fill(providers, referrals, random.Random(seed))
    print(f"network of {providers} providers and {referrals} past referrals, made in {time.monotonic() - began:.0f} s")
    print(f"{'what':44} {'median ms':>10} {'slowest ms':>11} {'statements':>11}")
    slowest = 0.0
    for what, do in deeds():
        do()  # whatever is learned once in the life of a process
        took = []
        for _ in range(TIMES):
            start = time.perf_counter()
            do()
            took.append((time.perf_counter() - start) * 1000)
        with CaptureQueriesContext(connection) as queries:
            do()
        slowest = max(slowest, statistics.median(took))
        print(f"{what:44} {statistics.median(took):10.0f} {max(took):11.0f} {len(queries):11}", flush=True)
    print(json.dumps({"providers": providers, "referrals": referrals, "slowest_median_ms": round(slowest)}))


if __name__ == "__main__":
    main()
