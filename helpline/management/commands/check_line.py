"""`manage.py check_line`: what would stop a call tonight. Status 1 where anything would."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from helpline.core import clock
from helpline.office.tonight import look_at_tonight


class Command(BaseCommand):
    help = "Say what would stop a call tonight, a line each; status 1 where anything would."

    def handle(self, *args: Any, **options: Any) -> None:
        findings = look_at_tonight(clock.now())
        for finding in findings:
            self.stdout.write(f"{'well ' if finding.is_well else 'WRONG'}  {finding.sentence}")
        if not all(finding.is_well for finding in findings):
            sys.exit(1)
