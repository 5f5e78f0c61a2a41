"""Play a scripted scenario against the running application."""

import contextlib
import json
import secrets
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from helpline.core import clock
from telephony.gateway.practice import scenarios
from telephony.gateway.practice.clock import Pace
from telephony.gateway.practice.control import PracticeControl, PracticeRefused, PracticeUnavailable
from telephony.gateway.practice.hosting import NotForPractice, practice_address
from telephony.gateway.practice.network import PracticeNetwork
from telephony.gateway.practice.server import PracticeServer
from telephony.gateway.practice.transcript import as_lines


class Command(BaseCommand):
    help = "Play a practice call or text against the running application; without a name, list what there is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("scenario", nargs="?")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of lines")
        parser.add_argument("--within", type=float, default=60.0, help="seconds after which the call counts as failed")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not options["scenario"]:
            self._list()
            return
        try:
            scenario = scenarios.load(options["scenario"])
            with self._network() as control:
                outcome = scenarios.play(scenario, control, within=options["within"])
        except (scenarios.BadScenario, NotForPractice, PracticeRefused) as refused:
            raise CommandError(str(refused)) from refused
        except PracticeUnavailable as gone:
            raise CommandError("The practice network went away.") from gone
        self._print(outcome, as_object=options["json"])
        if outcome.failed:
            raise SystemExit(1)

    def _list(self) -> None:
        for name in scenarios.names():
            self.stdout.write(f"{name:<16} {scenarios.load(name).about}")

    @contextlib.contextmanager
    def _network(self) -> Iterator[PracticeControl]:
        """Give the network that listens where the application expects its gateway, or one of our own there meanwhile."""
        host, port = practice_address(settings.TWILIO_API_URL)
        control = PracticeControl(f"http://{host}:{port}", settings.TWILIO_AUTH_TOKENS[0])
        try:
            is_there = control.is_there()
        except PracticeRefused as refused:
            raise CommandError(f"Another installation's practice network listens on port {port}.") from refused
        if is_there:
            yield control
            return
        network = PracticeNetwork(
            account_sid=settings.TWILIO_ACCOUNT_SID,
            auth_token=settings.TWILIO_AUTH_TOKENS[0],
            public_url=settings.PUBLIC_URL,
            lines=scenarios.DEMO_LINES,
            starts_at=clock.now(),
            seed=secrets.token_hex(8),
            pace=Pace.MIXED,
            when_moved=clock.move if clock.is_practice_time() else None,
        )
        try:
            server = PracticeServer(network, host=host, port=port)
        except OSError as taken:
            raise CommandError(f"Something else listens on port {port}.") from taken
        with server:
            yield control

    def _print(self, outcome: scenarios.Outcome, *, as_object: bool) -> None:
        if as_object:
            self.stdout.write(json.dumps(outcome.as_json()))
            return
        self.stdout.write(outcome.scenario.about)
        for line in as_lines(outcome.events):
            self.stdout.write(line)
        for sentence in outcome.failed:
            self.stdout.write(f"FAILED: {sentence}")
        self.stdout.write("as expected" if not outcome.failed else "not as expected")
