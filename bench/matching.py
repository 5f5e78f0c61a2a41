"""Matching in a large network: how long it takes to find whom to ask, and what a sweep costs when nothing is due.

Makes 5,000 providers (each with a lawyer, a service, hours, a district) and 20,000 past referrals with two offers each in a
PostgreSQL of its own. Prints medians and the slowest of twenty, and how many statements each costs. `--all-legal` makes every one
of them a lawyer.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests import servers

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 11, 23, 0, 10, tzinfo=UTC)
DISTRICTS, PROVINCES = 52, 9
NEEDS = ("legal", "legal", "health", "shelter")
TIMES = 20
BATCH = 2_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--providers", type=int, default=5_000)
    parser.add_argument("--referrals", type=int, default=20_000)
    parser.add_argument(
        "--all-legal", action="store_true", help="every provider is a lawyer: the worst that can be asked"
    )
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        measure(options.providers, options.referrals, all_legal=options.all_legal)
        return
    try:
        told = {**os.environ, **servers.environment(servers.start_keeper()), "LOG_LEVEL": "ERROR"}
        told["DJANGO_SETTINGS_MODULE"] = "helpline.settings"
        told["VAR_DIR"] = tempfile.mkdtemp(prefix="helpline-bench-")
        told["PUBLIC_URL"] = "http://localhost:8000"
        for words in (["manage.py", "release"], ["manage.py", "demo_data", "--password", "bench-password-only"]):
            subprocess.run([sys.executable, *words], cwd=ROOT, env=told, check=True, stdout=subprocess.DEVNULL)
        inside = ["-m", "bench.matching", "--inside", *[word for word in sys.argv[1:] if word != "--inside"]]
        sys.exit(subprocess.run([sys.executable, *inside], cwd=ROOT, env=told).returncode)
    finally:
        servers.stop_keeper()


def measure(providers: int, referrals: int, *, all_legal: bool) -> None:
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from cases.models import Case
    from referrals.models import Area
    from referrals.services import candidates, sweeping

    began = time.perf_counter()
    make_network(providers, all_legal=all_legal)
    make_past(referrals)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"{providers} providers and {referrals} past referrals made in {time.perf_counter() - began:.0f} s")
    case, areas = Case.objects.select_related("line").first(), list(Area.objects.exclude(parent=None))

    def find() -> object:
        return candidates.find(case, need="legal", area=random.choice(areas), language="zu", at=NOW)

    for name, deed in (("matching", find), ("a sweep with nothing due", lambda: sweeping.sweep(at=NOW))):
        with CaptureQueriesContext(connection) as queries:
            deed()
        took, worked = [], []
        for _ in range(TIMES):
            start, busy = time.perf_counter(), time.process_time()
            deed()
            took.append((time.perf_counter() - start) * 1000)
            worked.append((time.process_time() - busy) * 1000)
        print(
            f"{name}: median {statistics.median(took):.0f} ms, slowest {max(took):.0f} ms, of it our own work "
            f"{statistics.median(worked):.0f} ms, {len(queries)} statements"
        )
        for query in sorted(queries.captured_queries, key=lambda one: -float(one["time"]))[:3]:
            print(f"    {float(query['time']) * 1000:.0f} ms  {query['sql'][:110]}")
    found = find()
    print(f"of whom may be asked {len(found.matches)}, left out {len(found.left_out)}")


def make_network(many: int, *, all_legal: bool) -> None:
    from referrals.models import Area, OpenHours, Provider, ProviderPerson, Service

    dice = random.Random(1)
    provinces = [Area.objects.create(code=f"bench-p{one}", name=f"Province {one}") for one in range(PROVINCES)]
    districts = [
        Area.objects.create(code=f"bench-d{one}", name=f"District {one}", parent=provinces[one % PROVINCES])
        for one in range(DISTRICTS)
    ]
    states = ["approved"] * 12 + ["probation"] * 3 + ["proposed", "suspended", "removed"]
    common = {"created_at": NOW, "changed_at": NOW}
    rows = Provider.objects.bulk_create(
        [
            Provider(
                kind="lawyer", name=f"Provider {one}", vetting=dice.choice(states), vetting_since=NOW,
                languages=dice.sample(["en", "zu", "xh", "af", "st"], k=2), most_open=dice.choice([None, None, 5]), **common,
            )
            for one in range(many)
        ],
        batch_size=BATCH,
    )  # fmt: skip
    Provider.areas.through.objects.bulk_create(
        [Provider.areas.through(provider=one, area=dice.choice(districts)) for one in rows], batch_size=BATCH
    )
    ProviderPerson.objects.bulk_create(
        [ProviderPerson(provider=one, name="A person", number=f"+2782{place:07d}", created_at=NOW)
         for place, one in enumerate(rows)],
        batch_size=BATCH,
    )  # fmt: skip
    Service.objects.bulk_create(
        [Service(provider=one, kind="legal" if all_legal else dice.choice(NEEDS), name="A service", **common)
         for one in rows],
        batch_size=BATCH,
    )  # fmt: skip
    hours = [
        OpenHours(provider=one, days=[day], opens_at="08:00", closes_at="17:00") for one in rows for day in range(5)
    ]
    OpenHours.objects.bulk_create(hours, batch_size=BATCH)


def make_past(many: int) -> None:
    from cases.models import Case
    from helpline.core.privacy.references import new_code
    from helpline.core.staff.models import User
    from referrals.models import Offer, ProviderPerson, Referral

    dice = random.Random(2)
    by, line_id = User.objects.first(), Case.objects.exclude(line=None).values_list("line_id", flat=True).first()
    trusted = ProviderPerson.objects.filter(provider__vetting__in=["approved", "probation"])
    people = list(trusted.select_related("provider").defer("name", "number"))
    whens = [NOW - timedelta(minutes=dice.randint(60, 400 * 24 * 60)) for _ in range(many)]
    cases = Case.objects.bulk_create(
        [Case(ref=f"BN-{new_code(8)}", source="call", opened_at=when, line_id=line_id) for when in whens],
        batch_size=BATCH,
    )
    states = ["ended"] * 90 + ["accepted", "reached"] * 5
    rows = Referral.objects.bulk_create(
        [
            Referral(
                case=case, need="legal", matter="arrest", asked_at=when, asked_by=by, state=dice.choice(states),
                provider=dice.choice(people).provider, promise_minutes=30,
            )
            for case, when in zip(cases, whens, strict=True)
        ],
        batch_size=BATCH,
    )  # fmt: skip
    offers = []
    for place, row in enumerate(rows):
        for turn, state in enumerate((dice.choice(["silent", "declined"]), "accepted"), start=1):
            person, when = dice.choice(people), row.asked_at + timedelta(minutes=10 * turn)
            offers.append(
                Offer(
                    key=f"bench-{place}-{turn}", referral=row, provider=person.provider, person=person, place=turn, state=state,
                    offered_at=when, answer_by=when, answered_at=None if state == "silent" else when,
                )
            )  # fmt: skip
    Offer.objects.bulk_create(offers, batch_size=BATCH)


if __name__ == "__main__":
    main()
