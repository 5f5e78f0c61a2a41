"""Fill the product's tables for a benchmark, through its own models, and let calls end while it runs."""

import argparse
import json
import os
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402

from bench.load import numbers  # noqa: E402
from cases.models import Caller, Number  # noqa: E402
from helpline.core import clock  # noqa: E402
from helpline.core.privacy.fields import newest_index  # noqa: E402
from telephony.models import Leg  # noqa: E402


def fill(many: int) -> None:
    """Make callers with a number each, known before the first call."""
    at = clock.now()
    callers = Caller.objects.bulk_create([Caller(created_at=at) for _ in range(many)], batch_size=1000)
    Number.objects.bulk_create(
        [
            Number(caller=caller, number=number, index=newest_index("number", number), created_at=at)
            for caller, number in zip(callers, numbers(many), strict=True)
        ],
        batch_size=1000,
    )


def hang_up(every: float) -> None:
    while True:
        Leg.objects.live().update(result="canceled")
        time.sleep(every)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--callers", type=int, default=0)
    parser.add_argument("--credentials", action="store_true")
    parser.add_argument("--hang-up", type=float)
    options = parser.parse_args()
    if options.credentials:
        json.dump({"account": settings.TWILIO_ACCOUNT_SID, "token": settings.TWILIO_AUTH_TOKENS[0]}, sys.stdout)
    elif options.hang_up:
        hang_up(options.hang_up)
    else:
        fill(options.callers)


if __name__ == "__main__":
    main()
