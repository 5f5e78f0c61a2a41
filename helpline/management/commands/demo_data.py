"""`manage.py demo_data`: the demo organisation, and invented cases where they are wanted. May be run twice."""

import argparse
import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from helpline.core import clock
from helpline.processes.demo_cases import make_cases
from helpline.processes.demo_casework import make_full_cases
from helpline.processes.demo_information import make_information
from helpline.processes.demo_network import make_network
from helpline.processes.demo_organisation import make_organisation


class Command(BaseCommand):
    help = "Make the demo organisation (lines, people, rota), and invented cases. May be run twice."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1, help="what the invented cases are drawn from")
        parser.add_argument("--cases", type=int, default=0, help="how many cases there shall be in all")
        parser.add_argument("--password", default="", help="for everybody; made and printed where none is given")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.HAS_LIVE_CREDENTIALS:
            raise CommandError("This installation has live credentials: invented people have no place in it.")
        at = clock.now()
        password = options["password"] or secrets.token_urlsafe(12)
        make_organisation(password=password, at=at)
        make_information(at=at)
        make_network(at=at)
        full = make_full_cases(at=at) if options["cases"] else 0
        made = full + make_cases(how_many=options["cases"], seed=options["seed"], at=at)
        if made:
            self.stdout.write(f"{made} invented cases made.")
        self.stdout.write(f"password: {password}")
