"""`manage.py run`: the whole line on this machine, without another server to install."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from helpline.processes import line
from helpline.processes.broker import NoBroker
from helpline.processes.places import Taken


class Command(BaseCommand):
    help = "Start release, web, worker, beat, in practice the practice network, and keep them up until Ctrl-C."
    requires_system_checks: list[str] = []  # the release step makes them

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=settings.PORT, help="the first port to try")
        parser.add_argument("--host", default="127.0.0.1", help="whom to listen to: 0.0.0.0 for other machines too")

    def handle(self, *args: Any, **options: Any) -> None:
        is_embedded = f"unix://{settings.BROKER_SOCKET}" == settings.REDIS_URL
        try:
            taken = line.take(
                root=settings.BASE_DIR,
                folder=settings.VAR_DIR,
                port=options["port"],
                socket=settings.BROKER_SOCKET if is_embedded else None,
                environment=os.environ,
                public_url=os.environ.get("PUBLIC_URL", ""),
            )
            status = line.run(taken, host=options["host"], is_practice=settings.IS_PRACTICE, out=sys.stdout)
        except (Taken, NoBroker) as problem:
            raise CommandError(str(problem)) from None
        raise SystemExit(status)
