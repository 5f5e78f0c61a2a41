"""The shifts and changes of somebody who leaves."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from helpline.core.rota import services as rota
from helpline.core.staff.belongings import Belongings, Moved
from helpline.core.staff.models import User


class Duty(Belongings):
    name = "rota"
    fields = ("rota.Shift.person", "rota.Override.person", "rota.Override.replaces")
    words = {"shifts": _("Coming shifts and changes taken off the rota")}

    def hand_on(self, *, user: User, to: User | None, by: User, at: datetime) -> list[Moved]:
        """Nobody is put on a night without being asked: the gaps are told, not filled."""
        rows = rota.take_off_rota(person=user, by=by, at=at)
        return [Moved("shifts", rows)] if rows else []
