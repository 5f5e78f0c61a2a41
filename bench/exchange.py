"""A large directory in and out: how long it takes to look at it, to take it in, again, and to hand it out in each form.

Makes organisations of HSDS with services, places, numbers, hours and languages in a PostgreSQL of its own. Prints seconds and
sizes. `python -m bench.exchange --organizations 5000` takes about two minutes.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests import servers

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_ORGANIZATIONS = 5_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--organizations", type=int, default=DEFAULT_ORGANIZATIONS)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        measure(options.organizations)
        return
    try:
        told = {**os.environ, **servers.environment(servers.start_keeper()), "LOG_LEVEL": "ERROR"}
        told["DJANGO_SETTINGS_MODULE"] = "helpline.settings"
        told["VAR_DIR"] = tempfile.mkdtemp(prefix="helpline-bench-")
        told["PUBLIC_URL"] = "http://localhost:8000"
        subprocess.run(
            [sys.executable, "manage.py", "release"], cwd=ROOT, env=told, check=True, stdout=subprocess.DEVNULL
        )
        inside = ["-m", "bench.exchange", "--inside", "--organizations", str(options.organizations)]
        sys.exit(subprocess.run([sys.executable, *inside], cwd=ROOT, env=told).returncode)
    finally:
        servers.stop_keeper()


def make_directory(number: int) -> list[dict[str, Any]]:
    """Organisations with two services, a place with its address and hours, and three numbers each."""
    dice = random.Random(1)

    def key() -> str:
        return str(uuid.UUID(int=dice.getrandbits(128), version=4))

    def phone() -> dict[str, Any]:
        return {"id": key(), "number": f"+27 21 {dice.randrange(10**7):07}", "type": "voice"}

    directory = []
    for one in range(number):
        address = {
            "id": key(), "address_1": f"{one} Main Road", "city": "Woodstock", "state_province": "Western Cape",
            "postal_code": "7925", "country": "ZA", "address_type": "physical",
        }  # fmt: skip
        week = [
            {"id": key(), "freq": "WEEKLY", "byday": days, "opens_at": "08:00:00", "closes_at": "16:30:00"}
            for days in ("MO,TU,WE,TH", "FR")
        ]
        place = {
            "id": key(), "location_type": "physical", "name": f"House {one}", "latitude": -33.9, "longitude": 18.4,
            "addresses": [address], "schedules": week,
        }  # fmt: skip
        services = [
            {
                "id": key(), "name": name, "status": "active", "description": "What we do, in a sentence of some length.",
                "languages": [{"id": key(), "name": "isiZulu", "code": "zu"}], "phones": [phone()],
                "service_at_locations": [{"id": key(), "location": place}],
            }
            for name in ("Legal advice", "Counselling")
        ]  # fmt: skip
        directory.append(
            {
                "id": key(), "name": f"Organisation {one}", "description": "Who we are.", "website": f"https://o{one}.example",
                "phones": [phone()], "services": services, "locations": [place],
                "contacts": [{"id": key(), "name": f"Person {one}", "title": "Director"}],
            }
        )  # fmt: skip
    return directory


def timed(words: str, deed: Callable[[], Any], seconds: dict[str, float]) -> Any:
    began = time.perf_counter()
    found = deed()
    seconds[words] = round(time.perf_counter() - began, 1)
    size = f"{len(found.content) / 1e6:8.1f} MB" if hasattr(found, "content") else ""
    print(f"{words:44} {seconds[words]:7.1f} s {size}", flush=True)
    return found


def measure(number: int) -> None:
    import django

    django.setup()
    from helpline.core import clock
    from helpline.core.staff.models import User
    from referrals.models import HsdsRow, Phone, Provider
    from referrals.services import exporting, imports
    from tests.factories import make_person

    by: User = make_person("lerato", "coordinator")
    document = json.dumps(make_directory(number)).encode()
    print(f"{number} organisations, {len(document) / 1e6:.1f} MB of JSON", flush=True)
    seconds: dict[str, float] = {}
    at = clock.now()
    kept = timed("hand it in", lambda: imports.keep(files={"all.json": document}, by=by, at=at), seconds)
    timed("look at it", lambda: imports.preview(kept=kept), seconds)
    kept = timed("say: take it in", lambda: imports.take(kept=kept, by=by, at=at), seconds)
    timed("the worker takes it in", lambda: imports.take_waiting(at=at), seconds)
    assert Provider.objects.count() == number
    print(f"{Phone.objects.count()} phones, {HsdsRow.objects.count()} rows kept as they were", flush=True)
    out = {
        kind: timed(f"out as {kind}", lambda kind=kind: exporting.export(kind=kind, by=by, at=at), seconds)
        for kind in exporting.KINDS
    }
    again = timed(
        "hand the package in again",
        lambda: imports.keep(files={"all.zip": out["package"].content}, by=by, at=at),
        seconds,
    )
    timed("look at it again", lambda: imports.preview(kept=again), seconds)
    imports.take(kept=again, by=by, at=at)
    timed("the worker takes it in again", lambda: imports.take_waiting(at=at), seconds)
    assert Provider.objects.count() == number
    print(json.dumps({"organizations": number, **seconds}))


if __name__ == "__main__":
    main()
