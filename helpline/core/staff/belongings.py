"""What somebody who leaves has in hand, app by app, and to whom it goes. Nothing is lost in silence.

Every app lists its own (``settings.BELONGINGS``, in the order in which they are handed on). A test walks all models: each
foreign key to a member of staff is named by one of these, or stands on a list of those that only say who did something.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from helpline.core.staff.models import User

Words = str | Promise


@dataclass(frozen=True)
class Moved:
    """Things of one kind that were ended, or that went to somebody (`to`: a username, blank: nobody has them now)."""

    what: str
    number: int
    to: str = ""
    refs: list[str] = field(default_factory=list)


class Belongings:
    """What one app puts into somebody's hands. `fields` names the columns, for the test that none was forgotten.

    `words` says each kind for people, by the code that stands in `Moved.what`.
    """

    name: str = ""
    fields: tuple[str, ...] = ()
    words: dict[str, Words] = {}

    def hand_on(self, *, user: User, to: User | None, by: User, at: datetime) -> list[Moved]:
        """Give what is unfinished to `to`, or to nobody, and end what cannot be given. In the asker's transaction."""
        raise NotImplementedError


@cache
def all_belongings() -> tuple[Belongings, ...]:
    """Return those of every app, in the order of the settings."""
    return tuple(import_string(name)() for name in settings.BELONGINGS)
