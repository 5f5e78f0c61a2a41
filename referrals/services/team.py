"""The rapid response team: who may be asked to go, where, in which languages. Most of them have no account here."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed
from helpline.core.privacy.fields import all_indexes
from helpline.core.privacy.numbers import read_number
from helpline.core.staff.models import User
from referrals.models import Area, TeamMember


@transaction.atomic
def keep_member(
    *,
    name: str,
    number: str | None,
    languages: Sequence[str],
    areas: Iterable[Area],
    user: User | None,
    by: User,
    at: datetime,
    member: TeamMember | None = None,
) -> TeamMember:
    """Add a member or change one. `number` None leaves it as it is; one that changed has to be checked anew.

    Raises NotAllowed for a number that is none, or another member's, and for an account that another member has.
    """
    row = _lock(member) if member is not None else TeamMember(added_at=at)
    if row.ended_at is not None:
        raise NotAllowed(_("They have left the team."))
    if number is not None:
        read = read_number(number) if number else None
        if number and read is None:
            raise NotAllowed(_("This is no telephone number."))
        if read is not None and _is_anothers(read, row):
            raise NotAllowed(_("Another member of the team has this number."))
        if read != row.number:
            row.number, row.number_checked_at = read, None
    if user is not None and TeamMember.objects.filter(user=user).exclude(pk=row.pk).exists():
        raise NotAllowed(_("Another member of the team has this account."))
    row.name, row.languages, row.user = name, list(languages), user
    row.save()
    row.areas.set(areas)
    audit.record(by=by, verb="team.kept", what="team", about=row.ref, at=at)
    return row


@transaction.atomic
def note_number_checked(*, member: TeamMember, by: User, at: datetime) -> None:
    """Somebody rang or texted the number and the right person answered. Raises NotAllowed where there is none."""
    row = _lock(member)
    if not row.number:
        raise NotAllowed(_("There is no number yet."))
    row.number_checked_at = at
    row.save(update_fields=["number_checked_at"])
    audit.record(by=by, verb="team.number_checked", what="team", about=row.ref, at=at)


@transaction.atomic
def set_away(*, member: TeamMember, is_away: bool, by: User, at: datetime) -> None:
    """They are not asked to go until they are back. What they were asked already stays theirs to answer."""
    row = _lock(member)
    if row.is_away == is_away or row.ended_at is not None:
        return
    row.is_away = is_away
    row.save(update_fields=["is_away"])
    audit.record(by=by, verb="team.away" if is_away else "team.back", what="team", about=row.ref, at=at)


@transaction.atomic
def end_member(*, member: TeamMember, by: User, at: datetime) -> None:
    """They leave the team: nobody asks them any more. Again is the same."""
    row = _lock(member)
    if row.ended_at is not None:
        return
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    audit.record(by=by, verb="team.ended", what="team", about=row.ref, at=at)


def _lock(member: TeamMember) -> TeamMember:
    return TeamMember.objects.select_for_update().get(pk=member.pk)


def _is_anothers(number: str, row: TeamMember) -> bool:
    same = TeamMember.objects.filter(number_index__in=all_indexes("number", number), ended_at=None)
    return same.exclude(pk=row.pk).exists()
