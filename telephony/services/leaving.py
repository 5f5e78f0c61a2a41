"""The phone of somebody who leaves: it rings no more, in calls that ring it now, in the plan on disk, as a last resort."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from helpline.core.alarms import services as alarms
from helpline.core.audit import services as audit
from helpline.core.lines.models import Line
from helpline.core.realtime import services as realtime
from helpline.core.staff.belongings import Belongings, Moved
from helpline.core.staff.models import Role, User
from telephony.gateway.errors import GatewayError
from telephony.gateway.twilio_gateway import connect
from telephony.models import Leg
from telephony.services import snapshot

log = logging.getLogger(__name__)


class Phones(Belongings):
    name = "telephony"
    fields = ("telephony.Leg.person",)
    words = {
        "ringing": _("Calls that were ringing their phone, stopped"),
        "talking": _("They are talking with a caller now: that call goes on"),
        "last_resort": _("Lines whose last resort was their phone"),
    }

    def hand_on(self, *, user: User, to: User | None, by: User, at: datetime) -> list[Moved]:
        legs = list(Leg.objects.live().filter(person=user).exclude(call__state="ended").select_related("call"))
        ringing = [leg for leg in legs if leg.accepted_at is None]
        sids = [leg.sid for leg in ringing if leg.sid]
        transaction.on_commit(lambda: stop_ringing(sids), robust=True)
        transaction.on_commit(lambda: snapshot.write(at=at), robust=True)
        moved = [Moved("ringing", len(ringing)), Moved("talking", len(legs) - len(ringing))]
        return [one for one in moved if one.number]


def stop_ringing(sids: list[str]) -> None:
    """Ask the gateway to stop phones that still ring. One that is picked up all the same is refused at the key."""
    for sid in sids:
        try:
            connect().cancel_call(sid)
        except GatewayError as broken:
            log.warning("a ringing phone could not be stopped: %s", type(broken).__name__)


def lines_of_number(number: str | None) -> list[Line]:
    """Return the lines whose last resort is this number; it is sealed, so each is looked into."""
    return [line for line in Line.objects.all() if number and line.last_resort == number]


def change_last_resorts(lines: list[Line], *, to: User | None, by: User, at: datetime) -> list[Moved]:
    """Let another phone be the last resort: the colleague's, else a coordinator's or supervisor's, else none and an alarm."""
    if not lines:
        return []
    reachable = User.objects.active().reachable()
    heir = to if to is not None and to.is_active and to.has_verified_phone else None
    heir = heir or reachable.holding(Role.COORDINATOR).first() or reachable.holding(Role.SUPERVISOR).first()
    for line in lines:
        line.last_resort = heir.duty_phone if heir else None
        line.save(update_fields=["last_resort"])
        audit.record(by=by, verb="line.last_resort_changed", what="line", about=line.ref, at=at, because="left")
        realtime.publish("rota", line.ref)
    if heir is None:
        alarms.raise_alarm(kind="no_last_resort", key=f"no-last-resort-{lines[0].ref}-{at:%Y%m%d%H%M}", at=at)
    return [Moved("last_resort", len(lines), to=heir.username if heir else "", refs=[line.name for line in lines])]
