"""When somebody leaves: everything that lets them in, or lets a call reach them, ends in one transaction."""

from datetime import datetime

from django.db import transaction

from helpline.core.rota import services as rota
from helpline.core.staff import services as staff
from helpline.core.staff.models import User


@transaction.atomic
def let_go(*, user: User, by: User, at: datetime) -> int:
    """End an account, its sign-ins and tokens, and take it off every rota. Returns how many shifts and changes fell away."""
    staff.deactivate(user=user, by=by, at=at)
    return rota.take_off_rota(person=user, by=by, at=at)
