"""`manage.py demo`: the line with its demo organisation, one night's call played and told."""

import argparse
import os
import sys
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from helpline.core import clock
from helpline.processes.demo import Demo, show
from helpline.processes.places import Taken
from helpline.processes.story import Stage, StepFailed, play
from telephony.gateway.practice.control import PracticeControl


class Command(BaseCommand):
    help = "Start a line with the demo organisation, play a call on it, tell what happened, and stay up until Ctrl-C."
    requires_system_checks: list[str] = []  # the release step makes them

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=settings.PORT, help="the first port to try")
        parser.add_argument(
            "--once", action="store_true", help="end after the story; status 0 where all of it happened"
        )
        parser.add_argument(
            "--story", action="store_true", help=argparse.SUPPRESS
        )  # how the command starts its own story

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.HAS_LIVE_CREDENTIALS:
            raise CommandError("This installation has live credentials: the demonstration would ring real telephones.")
        if options["story"]:
            self.play_story()
            return
        is_embedded = f"unix://{settings.BROKER_SOCKET}" == settings.REDIS_URL
        demo = Demo(
            root=settings.BASE_DIR,
            folder=settings.VAR_DIR,
            port=options["port"],
            once=options["once"],
            socket=settings.BROKER_SOCKET if is_embedded else None,
            environment=os.environ,
        )
        try:
            status = show(demo, clock.now(), sys.stdout)
        except Taken as problem:
            raise CommandError(str(problem)) from None
        raise SystemExit(status)

    def play_story(self) -> None:
        network = PracticeControl(settings.TWILIO_API_URL, settings.TWILIO_AUTH_TOKENS[0])
        stage = Stage(settings.PUBLIC_URL, ZoneInfo(settings.TIME_ZONE), network, settings.BASE_DIR, self.tell)
        try:
            play(stage)
        except StepFailed as failure:
            raise CommandError(str(failure)) from None

    def tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
