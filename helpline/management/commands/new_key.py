"""`manage.py new_key`: a key for FIELD_KEYS or INDEX_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand

from helpline.keyring import new_key


class Command(BaseCommand):
    help = "Print a new key, to be written into FIELD_KEYS or INDEX_KEYS behind a name of your own: k1:KEY."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(new_key())
