"""`manage.py reapply_tombstones`: erase again what a restored copy of the database brought back."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.services.erasing import reapply
from helpline.core import clock
from helpline.core.forgetting import tombstones


class Command(BaseCommand):
    help = "After a restore, before anybody works: erase again what had been erased since the copy was made."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--file", action="append", default=[], help="a copy of tombstones.jsonl; may be given again"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        files = [Path(name) for name in options["file"]]
        own = tombstones.path_of_file()
        for path in [*files, *([own] if own.exists() else [])]:
            if not path.exists():
                raise CommandError("There is no such file of tombstones. Nothing was changed.")
            try:
                new = tombstones.read_file(path)
            except ValueError as damaged:
                raise CommandError(f"{damaged}. Nothing was erased.") from None
            self.stdout.write(f"{new:8}  tombstones that this database did not know")
        counts = reapply(at=clock.now())
        for model, number in sorted(counts.items()):
            self.stdout.write(f"{number:8}  {model}")
        tombstones.write_file()
        self.stdout.write(f"Done: {sum(counts.values())} rows were erased again.")
