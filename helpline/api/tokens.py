"""Tokens for programs that ask in somebody's name.

A token is the key of its row and a signature of ours over it: whoever steals a dump has keys, and no token.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from rest_framework.authentication import TokenAuthentication
from rest_framework.authtoken.models import Token
from rest_framework.exceptions import AuthenticationFailed

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
    return write_token(token.key)


def write_token(key: str) -> str:
    """Return the token of a row's key, as a program sends it."""
    return f"{key}.{salted_hmac('helpline.api.tokens', key, algorithm='sha256').hexdigest()[:40]}"


class ByToken(TokenAuthentication):
    """`Authorization: Token …`, with our signature on it."""

    def authenticate_credentials(self, key: str) -> Any:
        known, _dot, _signature = key.partition(".")
        if not constant_time_compare(key, write_token(known)):
            raise AuthenticationFailed
        return super().authenticate_credentials(known)
