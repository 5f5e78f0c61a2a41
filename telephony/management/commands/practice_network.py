"""Serve the practice network until stopped."""

import secrets
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from helpline.core import clock
from telephony.gateway.practice.clock import Pace
from telephony.gateway.practice.hosting import NotForPractice, practice_address
from telephony.gateway.practice.network import PracticeNetwork
from telephony.gateway.practice.scenarios import DEMO_LINES
from telephony.gateway.practice.server import PracticeServer


class Command(BaseCommand):
    help = "Serve the practice network, our stand-in for the telephone network, until Ctrl-C or SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, help="default: the one that the application expects")
        parser.add_argument("--host", default="127.0.0.1", help="an address of this machine")
        parser.add_argument("--line", action="append", default=[], help="another number of ours; may be repeated")
        parser.add_argument("--pace", choices=[str(pace) for pace in Pace], default=str(Pace.MIXED))
        parser.add_argument("--seed", default="", help="the same seed, the same chance; default: a new one")
        parser.add_argument("--deliver-to", help="where the application listens, if not at its public address")

    def handle(self, *_args: Any, **options: Any) -> None:
        stopped = threading.Event()
        for wish in (signal.SIGTERM, signal.SIGINT):
            signal.signal(wish, lambda *_: stopped.set())
        if settings.HAS_LIVE_CREDENTIALS:
            # A runner that starts the whole Procfile would end everything if this process ended.
            self.stdout.write("Live credentials: there is nothing to practise on, and this process rests.")
            self.stdout.flush()
            stopped.wait()
            return
        try:
            _, expected = practice_address(settings.TWILIO_API_URL)
            practice_address(f"http://{options['host']}:1")
        except NotForPractice as refused:
            raise CommandError(str(refused)) from refused
        network = PracticeNetwork(
            account_sid=settings.TWILIO_ACCOUNT_SID,
            auth_token=settings.TWILIO_AUTH_TOKENS[0],
            public_url=settings.PUBLIC_URL,
            lines=[*DEMO_LINES, *options["line"]],
            starts_at=clock.now(),
            seed=options["seed"] or secrets.token_hex(8),
            pace=options["pace"],
            deliver_to=options["deliver_to"],
            askers=8,
            when_moved=clock.move if clock.is_practice_time() else None,
        )
        try:
            server = PracticeServer(network, host=options["host"], port=options["port"] or expected)
        except OSError as taken:
            raise CommandError(f"Port {options['port'] or expected} is taken.") from taken
        with server:
            self.stdout.write(f"practice network at {server.url}")
            self.stdout.flush()
            stopped.wait()
