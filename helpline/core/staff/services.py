"""Accounts of staff: made, given roles, ended; and duty numbers, verified by a code that is typed back.

The first password is nobody's but the person's own: an account is made without one, and the administrator hands over a
link that works once, for a day, and sets it. Nothing is sent by e-mail, so nobody can ask for such a link from outside.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.auth.tokens import default_token_generator
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from helpline.core.audit import services as audit
from helpline.core.errors import Conflict, NotAllowed
from helpline.core.outbox import services as outbox
from helpline.core.privacy.fields import all_indexes
from helpline.core.privacy.numbers import read_number
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import HeldRole, NumberCheck, Role, User

CODE_LENGTH = 6  # digits; five tries out of a million
CODE_LASTS = timedelta(minutes=10)  # ASVS 5.0, 6.5.5
CHECKS_AN_HOUR = 5  # texts to one person: enough for a bad night, too few to annoy a stranger with
LEFT = "left"  # what open streams are told of somebody who has left


@dataclass(frozen=True)
class Ended:
    """How many ways in were ended."""

    sessions: int
    tokens: int
    factors: int


@transaction.atomic
def make_account(
    *,
    username: str,
    roles: Collection[str],
    by: User,
    at: datetime,
    display_name: str = "",
    languages: Collection[str] = (),
) -> User:
    """Make an account without a password. Raises NotAllowed where the name is taken or cannot be one."""
    user = User(username=username, display_name=display_name, languages=list(languages))
    user.set_unusable_password()
    try:
        user.full_clean(exclude=["password"])
    except ValidationError:
        raise NotAllowed(_("This name is taken, or has signs in it that a name for signing in cannot have.")) from None
    user.save()
    _give_roles(user, roles)
    audit.record(by=by, verb="staff.made", what="user", about=user.ref, at=at, roles=sorted(roles))
    return user


@transaction.atomic
def set_roles(*, user: User, roles: Collection[str], by: User, at: datetime) -> None:
    """Give exactly these roles; they hold from the person's next request on.

    Raises NotAllowed where the last administrator would lose that role: nobody could give it back.
    """
    before = frozenset(user.roles)
    if before == frozenset(roles):
        return
    if Role.ADMINISTRATOR in before and Role.ADMINISTRATOR not in roles:
        _check_not_the_last_administrator(user)
    user.held_roles.all().delete()
    _give_roles(user, roles)
    audit.record(
        by=by, verb="staff.roles", what="user", about=user.ref, at=at, before=sorted(before), after=sorted(roles)
    )


@transaction.atomic
def describe_person(*, user: User, display_name: str, languages: Collection[str], by: User, at: datetime) -> None:
    """Set how somebody is called, and which languages they speak with callers."""
    user.display_name, user.languages = display_name, list(languages)
    user.save(update_fields=["display_name", "languages"])
    audit.record(by=by, verb="staff.described", what="user", about=user.ref, at=at)


@transaction.atomic
def deactivate(*, user: User, by: User, at: datetime) -> Ended:
    """End an account: no sign-in, no token, no open page from this moment on. What the person did stays on record.

    Password, second factors, passkeys and the duty number go too, and codes that were sent to a number.
    """
    if user == by:
        raise NotAllowed(_("Nobody ends their own account: ask another administrator."))
    _check_not_the_last_administrator(user)
    user.is_active = False
    user.set_unusable_password()  # a link that would set a new one dies with it
    user.duty_phone, user.duty_phone_verified_at = None, None
    user.save(update_fields=["is_active", "password", "duty_phone", "duty_phone_index", "duty_phone_verified_at"])
    sessions = end_sessions(user)
    tokens, _rows = apps.get_model("authtoken", "Token").objects.filter(user=user).delete()
    factors, _rows = Authenticator.objects.filter(user=user).delete()
    user.number_checks.filter(done_at=None, expires_at__gt=at).update(expires_at=at)
    audit.record(
        by=by, verb="staff.left", what="user", about=user.ref, at=at, sessions=sessions, tokens=tokens, factors=factors
    )
    realtime.publish(LEFT, user.ref)  # open pages hear it and end
    return Ended(sessions, tokens, factors)


@transaction.atomic
def reactivate(*, user: User, by: User, at: datetime) -> None:
    """Open an ended account again. Its password is gone: a new link sets one."""
    user.is_active = True
    user.set_unusable_password()
    user.save(update_fields=["is_active", "password"])
    audit.record(by=by, verb="staff.back", what="user", about=user.ref, at=at)


@transaction.atomic
def forget_password(*, user: User, by: User, at: datetime) -> str:
    """Take the password away, end every sign-in, and return the key of a link that sets a new one, once, within a day.

    A second factor, where there is one, is still asked for after that.
    """
    user.set_unusable_password()
    user.save(update_fields=["password"])
    end_sessions(user)
    audit.record(by=by, verb="staff.password_forgotten", what="user", about=user.ref, at=at)
    return default_token_generator.make_token(user)


@transaction.atomic
def forget_second_factor(*, user: User, by: User, at: datetime) -> None:
    """Take every second factor away, for somebody whose phone is lost; the next sign-in sets up a new one."""
    if user == by:
        raise NotAllowed(_("Nobody takes away their own second factor here: ask another administrator."))
    Authenticator.objects.filter(user=user).delete()
    sessions = end_sessions(user)
    audit.record(by=by, verb="staff.second_factor_forgotten", what="user", about=user.ref, at=at, sessions=sessions)


def second_factors(user: User) -> list[str]:
    """Return the kinds of second factor that somebody has set up: ``totp``, ``webauthn``. Recovery codes do not count."""
    kinds = Authenticator.objects.filter(user=user, type__in=["totp", "webauthn"]).values_list("type", flat=True)
    return sorted(set(kinds))


def people_with_second_factor() -> list[int]:
    """Return the keys of all who have a second factor, for lists."""
    found = Authenticator.objects.filter(type__in=["totp", "webauthn"]).values_list("user_id", flat=True)
    return list(found.distinct())


def end_sessions(user: User) -> int:
    """End every sign-in of a person, on whatever machine. Returns how many those were.

    Sessions are opaque rows, so each live one is opened and looked into: as many as staff who signed in today.
    """
    mine = [row.pk for row in Session.objects.all() if row.get_decoded().get("_auth_user_id") == str(user.pk)]
    Session.objects.filter(pk__in=mine).delete()
    return len(mine)


@transaction.atomic
def send_number_check(*, user: User, number: str, by: User, at: datetime, may_be_shared: bool = False) -> NumberCheck:
    """Text a code to a number that shall become somebody's duty number; until it is typed back the old one holds.

    Raises NotAllowed where it is no number, where it is a colleague's and `may_be_shared` was not said by a coordinator,
    or where too many codes were asked for.
    """
    found = read_number(number)
    if found is None:
        raise NotAllowed(_("This is not a telephone number. Write it with the country, such as +44 7700 900111."))
    if not (may_be_shared and by.holds(Role.COORDINATOR)) and shares_number(user, found):
        raise NotAllowed(_("This is somebody else's duty number. A coordinator can allow two people to share a phone."))
    if user.number_checks.filter(sent_at__gt=at - timedelta(hours=1)).count() >= CHECKS_AN_HOUR:
        raise NotAllowed(_("Too many codes were asked for. Try again in an hour."))
    code = f"{secrets.randbelow(10**CODE_LENGTH):0{CODE_LENGTH}}"
    user.number_checks.filter(done_at=None).update(expires_at=at)  # only the newest code counts
    check = NumberCheck.objects.create(user=user, number=found, code=code, sent_at=at, expires_at=at + CODE_LASTS)
    outbox.put(
        key=f"number-check-{check.ref}", route="check", to=check.ref, template="staff/verify_number",
        words={"code": code}, at=at, expires_at=check.expires_at,
    )  # fmt: skip
    audit.record(by=by, verb="staff.number_check_sent", what="user", about=user.ref, at=at, shared=may_be_shared)
    return check


def open_number_check(user: User, at: datetime) -> NumberCheck | None:
    """Return the check whose code may still be typed back, if there is one."""
    newest = user.number_checks.order_by("-sent_at", "-pk").first()
    return newest if newest is not None and newest.is_open(at) else None


def confirm_number(*, user: User, code: str, at: datetime) -> None:
    """Take a number as somebody's duty number, because its code came back. Raises NotAllowed, with what is left to try."""
    check = open_number_check(user, at)
    if check is None:
        raise NotAllowed(_("There is no code to type back, or it is too late for it. Ask for a new one."))
    # Counted before it is compared, in a statement of its own: tries at the same moment are all counted.
    if not NumberCheck.objects.filter(pk=check.pk, tries__lt=NumberCheck.MOST_TRIES).update(tries=F("tries") + 1):
        raise NotAllowed(_("That was wrong too often. Ask for a new code."))
    if not secrets.compare_digest(check.code.encode(), code.strip().encode()):
        left = NumberCheck.MOST_TRIES - check.tries - 1
        if left < 1:
            raise NotAllowed(_("That is not the code that was sent. Ask for a new one."))
        raise NotAllowed(_("That is not the code that was sent. Tries left: %(left)d.") % {"left": left})
    with transaction.atomic():
        if NumberCheck.objects.filter(pk=check.pk, done_at=None).update(done_at=at) != 1:
            raise Conflict(_("This code was used already."))
        user.duty_phone, user.duty_phone_verified_at = check.number, at
        user.save(update_fields=["duty_phone", "duty_phone_index", "duty_phone_verified_at"])
        audit.record(by=user, verb="staff.number_verified", what="user", about=user.ref, at=at)


def shares_number(user: User, number: str) -> bool:
    """Say whether the number is the duty number of a colleague who is still here."""
    others = User.objects.active().exclude(pk=user.pk)
    found: bool = others.filter(duty_phone_index__in=all_indexes("number", number)).exists()
    return found


def _give_roles(user: User, roles: Collection[str]) -> None:
    known = set(Role.values)
    if not set(roles) <= known:
        raise NotAllowed(_("There is no such role."))
    HeldRole.objects.bulk_create(HeldRole(user=user, role=role) for role in sorted(set(roles)))
    user.__dict__.pop("roles", None)  # read anew


def _check_not_the_last_administrator(user: User) -> None:
    others = User.objects.active().holding(Role.ADMINISTRATOR).exclude(pk=user.pk)
    if Role.ADMINISTRATOR in user.roles and not others.exists():
        raise NotAllowed(_("This is the last administrator: make another one first."))
