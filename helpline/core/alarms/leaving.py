"""Messages that wait for somebody who leaves: they do not go out, and whoever else must know is told."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from helpline.core.alarms.models import Alarm
from helpline.core.alarms.services import tell
from helpline.core.outbox import services as outbox
from helpline.core.staff.belongings import Belongings, Moved
from helpline.core.staff.models import User


class Messages(Belongings):
    name = "messages"
    fields = ()
    words = {"messages": _("Texts to them that had not left yet, taken back")}

    def hand_on(self, *, user: User, to: User | None, by: User, at: datetime) -> list[Moved]:
        keys = outbox.cancel_for(username=user.username, why="left")
        mine = {key.split("-")[1] for key in keys if key.startswith("alarm-")}
        for alarm in Alarm.objects.open().filter(ref__in=mine):
            tell(alarm=alarm, at=at)
        return [Moved("messages", len(keys))] if keys else []
