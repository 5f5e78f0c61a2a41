"""Whether everything that a call needs is there: the parts behind `/readyz` and `manage.py check_line`.

No sentence names a person, a number, a time of a shift or a line: a stranger may read all of this.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from helpline.core.alarms.models import Alarm
from helpline.core.lines.models import Line
from helpline.core.outbox.models import Message
from helpline.core.realtime import heartbeats
from helpline.core.rota import services as rota
from telephony.services import refusals

LATE_AFTER = 60.0  # seconds: beat sends a sign of life every ten
REMEMBERS_REFUSALS = timedelta(hours=2)


@dataclass(frozen=True)
class Part:
    """One part. `age` is how old the knowledge is, in seconds; None where it was looked at just now."""

    name: str
    is_well: bool
    sentence: str
    age: float | None = None


def look_at_everything(at: datetime) -> list[Part]:
    """Look at each part, whatever is broken. Takes some three seconds at worst."""
    return [
        _look("database", _look_at_database),
        _look("broker", _look_at_broker),
        _look("worker", lambda: _look_at_process("worker")),
        _look("beat", lambda: _look_at_process("beat")),
        _look("gateway", lambda: _look_at_gateway(at)),
        _look("rota", lambda: _look_at_rota(at)),
    ]


_Said = tuple[bool, str, float | None]


def _look(name: str, look: Callable[[], _Said]) -> Part:
    try:
        is_well, sentence, age = look()
    except DatabaseError:
        is_well, sentence, age = False, _("The database does not answer."), None
    except redis.RedisError:
        is_well, sentence, age = False, _("The broker does not answer."), None
    return Part(name, is_well, sentence, age)


def _look_at_database() -> _Said:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True, _("The database answers."), None


def _look_at_broker() -> _Said:
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1.0, socket_connect_timeout=0.5) as broker:
        broker.ping()
    return True, _("The broker answers."), None


def _look_at_process(name: str) -> _Said:
    age = heartbeats.read_age(name)
    if age is None:
        return False, _("There is no sign of life."), None
    if age > LATE_AFTER:
        return False, _("The last sign of life is too old."), age
    return True, _("It gave a sign of life."), age


def _look_at_gateway(at: datetime) -> _Said:
    if refusals.is_shut_out(at=at):
        return False, _("Requests are refused at the door: the gateway's may be among them."), None
    if settings.IS_PRACTICE:
        return True, _("The practice network plays the gateway."), None
    refused = Alarm.objects.open().filter(kind="gateway_refuses_us", raised_at__gt=at - REMEMBERS_REFUSALS).first()
    if refused is None:
        return True, _("Nothing was refused for its credentials."), None
    if Message.objects.filter(sent_at__gt=refused.raised_at).exists():
        return True, _("The gateway takes our credentials again."), None
    return False, _("The gateway refuses our credentials."), (at - refused.raised_at).total_seconds()


def _look_at_rota(at: datetime) -> _Said:
    lines = list(Line.objects.active())
    if not lines:
        return False, _("There is no line."), None
    for line in lines:
        if not any(one.person.has_verified_phone for one in rota.who_is_on(line, at)):
            return False, _("There is a gap in the rota."), None
    return True, _("Every line has somebody on call."), None
