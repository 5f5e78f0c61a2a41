"""Somebody leaves who is also in the rapid response team: they are not asked to go any more."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from helpline.core.audit import services as audit
from helpline.core.staff.belongings import Belongings, Moved
from helpline.core.staff.models import User
from referrals.models import TeamMember


class Team(Belongings):
    name = "referrals"
    fields = ("referrals.TeamMember.user",)
    words = {"team": _("Their place in the rapid response team, ended")}

    def hand_on(self, *, user: User, to: User | None, by: User, at: datetime) -> list[Moved]:
        ended = TeamMember.objects.filter(user=user, ended_at=None).update(ended_at=at)
        if ended:
            audit.record(by=by, verb="team.ended", what="team", about=user.username, at=at)
        return [Moved("team", ended)] if ended else []
