"""`manage.py verify_audit`: was a row of the audit changed, deleted or slipped in? Status 1 where one was."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpline.core import clock
from helpline.core.audit import chain
from helpline.core.audit.models import Seal


class Command(BaseCommand):
    help = "Go through the chain over the audit and name every row that is not as it was sealed; status 1 where there is one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head", action="append", default=[], help="an end of the chain that was kept apart: POSITION:HASH"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = chain.path_of_head()
        texts = [*options["head"], *([path.read_text()] if path.exists() and path.stat().st_size else [])]
        try:
            heads = tuple(chain.read_head(text) for text in texts)
        except ValueError:
            raise CommandError("An end of the chain is written as POSITION:HASH, as in the file audit-head.") from None
        findings = chain.verify(at=clock.now(), heads=heads)
        for finding in findings:
            self.stdout.write(f"{finding.kind.upper():9} {finding.words}")
        last = Seal.objects.order_by("-position").first()
        if last is not None:
            self.stdout.write(f"{last.position} links; the end is {last.position}:{last.mac}")
        if findings:
            self.stdout.write(f"WRONG: {len(findings)} findings. Keep the database as it is and tell two people.")
            sys.exit(1)
        self.stdout.write("The audit is as it was sealed.")
