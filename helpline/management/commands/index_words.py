"""`manage.py index_words`: write the index of words anew. Stopped at any moment, it goes on where it was."""

from typing import Any

from django.core.management.base import BaseCommand

from helpline.core.privacy.drawers import newest_key
from telephony.services.indexing import count_left, index_cases

TELLS_EVERY = 1000


class Command(BaseCommand):
    help = "File the words of every case under the newest index key and by the present rules. Search works meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        left, done = count_left(), 0
        self.stdout.write(f"{left} cases to file under key {newest_key()}.")
        try:
            for _ref in index_cases():
                done += 1
                if done % TELLS_EVERY == 0:
                    self.stdout.write(f"{done} of {left}")
        except KeyboardInterrupt:
            self.stdout.write(f"Stopped after {done} of {left}. Run it again to go on.")
            return
        self.stdout.write(
            f"{done} cases filed. No word needs an older key now, apart from those written before this by"
        )
        self.stdout.write("a process that does not know the newest key yet: restart all of them first, then run this.")
