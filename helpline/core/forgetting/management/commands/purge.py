"""`manage.py purge`: remove what is past its time, by the days that stand under Retention."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from helpline.core import clock
from helpline.core.forgetting.models import PurgeRun
from helpline.core.forgetting.purge import count_due, purge
from helpline.core.forgetting.retention import read_rules


class Command(BaseCommand):
    help = "Remove what is past its time. --dry-run counts and changes nothing; --resume goes on with a run that was stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count what would go, kind by kind; change nothing")
        parser.add_argument("--resume", action="store_true", help="go on with the run that was interrupted")

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        if options["dry_run"]:
            due = count_due(at=at)
            for rule in read_rules():
                self.stdout.write(f"{due[rule.kind.code]:8}  {rule.kind.code:14} kept {rule.days} days")
            self.stdout.write("Nothing was changed.")
            return

        def tell(run: PurgeRun) -> None:
            self.stdout.write(f"{sum(run.counts.values())} rows so far", ending="\n")
            self.stdout.flush()

        run = purge(
            at=at, resume=options["resume"], after_batch=tell if options["verbosity"] > 1 else lambda _run: None
        )
        for kind, number in sorted(run.counts.items()):
            stuck = run.stuck.get(kind, 0)
            self.stdout.write(f"{number:8}  {kind}" + (f"  ({stuck} could not go)" if stuck else ""))
        self.stdout.write(f"Done: {sum(run.counts.values())} rows.")
