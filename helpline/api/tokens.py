"""Tokens for programs that ask in somebody's name."""

from datetime import datetime

from django.db import transaction
from rest_framework.authtoken.models import Token

from helpline.core.audit import services as audit
from helpline.core.errors import NotFound
from helpline.core.staff.models import User


@transaction.atomic
def issue_token(*, username: str, at: datetime, anew: bool = False) -> str:
    """Return this person's token, made where there is none; `anew` ends the old one.

    A token is as good as a sign-in with its second factor, so making one is in the audit. Raises NotFound where nobody
    of this name works here.
    """
    user = User.objects.active().filter(username=username).first()
    if user is None:
        raise NotFound("Nobody of this name works here.")
    if anew:
        Token.objects.filter(user=user).delete()
    token, is_new = Token.objects.get_or_create(user=user)
    if is_new:
        audit.record(by=None, verb="staff.api_token_issued", what="user", about=user.ref, at=at)
    return str(token.key)
