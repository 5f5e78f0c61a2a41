"""Set up a check-in as it was agreed with a caller. What happens then by itself is in `check_in_steps`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.access import numbers_of
from cases.models import Case, CheckIn, CheckInContact, ContactRoute, StepKind
from cases.safety import Words, what_is_wrong
from cases.services import check_in_ways as ways
from cases.services.casework import lock
from cases.services.check_in_steps import note, publish
from helpline.core.audit import services as audit
from helpline.core.errors import Conflict, NotAllowed
from helpline.core.staff.models import User

FEWEST_CONTACTS, MOST_CONTACTS = 2, 5
LONGEST_AHEAD = timedelta(hours=48)
MOST_GRACE = 60  # minutes
LEAST_EVERY, MOST_EVERY = 10, 240  # minutes


class NotAgreed(NotAllowed):
    """A check-in cannot be set up like this. `field` is the name of what is wrong with it, for a form or a program."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class ContactAgreed:
    """One of her people: the route, the name they know her by, and what they are texted (blank: please ask her to ring)."""

    route_ref: str
    knows_her_as: str
    tell: str = ""


@dataclass(frozen=True)
class Agreed:
    """What was agreed with her. `police_yes` is her own sentence; blank means that the police are never called."""

    due_at: datetime
    contacts: Sequence[ContactAgreed]
    grace_minutes: int = 10
    where: str = ""
    safe_word: str = ""
    danger_word: str = ""
    takes_plain_safe: bool = False
    contacts_in_danger: bool = False
    every_minutes: int | None = None
    ends_at: datetime | None = None
    police_yes: str = ""
    number_ref: str = ""

    def __repr__(self) -> str:
        return "<agreed>"


@transaction.atomic
def start(*, case: Case, by: User, agreed: Agreed, at: datetime) -> CheckIn:
    """Set up a check-in. Raises NotAgreed, with the field and a sentence; Conflict where one is running already."""
    now = lock(case)
    if now.state != "open":
        raise NotAgreed("case", _("A check-in needs an open case: reopen it first."))
    caller = now.caller
    if caller is None or now.possibly_known:
        raise NotAgreed("case", _("Settle first who this is: nobody can be asked about somebody we do not know."))
    _check_times(agreed, at)
    _check_words(agreed)
    contacts = _check_contacts(agreed, now, at)
    if CheckIn.objects.live().filter(caller=caller).exists():
        raise Conflict(_("A check-in of theirs is running already: extend it, or stop it first."))
    try:
        with transaction.atomic():
            check_in = _create(now, by, agreed, at)
    except IntegrityError:
        raise Conflict(_("A check-in of theirs is running already: extend it, or stop it first.")) from None
    for position, (said, route) in enumerate(contacts, start=1):
        CheckInContact.objects.create(
            check_in=check_in, route=route, position=position, knows_her_as=said.knows_her_as.strip(),
            tell=said.tell.strip() or None,
        )  # fmt: skip
    note(check_in, StepKind.SET, at=at, by=by)
    audit.record(by=by, verb="check_in.set", what="case", about=now.ref, at=at, check_in=check_in.ref)
    publish(check_in)
    return check_in


def _create(case: Case, by: User, agreed: Agreed, at: datetime) -> CheckIn:
    assert case.caller is not None  # start has looked
    number = next((one for one in numbers_of(case) if one.ref == agreed.number_ref), None)
    return CheckIn.objects.create(
        case=case, caller=case.caller, number=number or case.number, due_at=agreed.due_at,
        grace_minutes=agreed.grace_minutes, every_minutes=agreed.every_minutes, ends_at=agreed.ends_at,
        where=agreed.where.strip() or None, safe_word=agreed.safe_word.strip() or None,
        danger_word=agreed.danger_word.strip() or None, takes_plain_safe=agreed.takes_plain_safe,
        contacts_in_danger=agreed.contacts_in_danger, police_yes=agreed.police_yes.strip() or None,
        police_yes_at=at if agreed.police_yes.strip() else None, set_by=by, set_at=at,
        next_at=agreed.due_at + timedelta(minutes=agreed.grace_minutes),
    )  # fmt: skip


def _check_times(agreed: Agreed, at: datetime) -> None:
    if not at < agreed.due_at <= at + LONGEST_AHEAD:
        raise NotAgreed("due_at", _("Say a time that lies ahead, within the next two days."))
    if not 0 <= agreed.grace_minutes <= MOST_GRACE:
        raise NotAgreed("grace_minutes", _("Between 0 and 60 minutes of grace."))
    if agreed.every_minutes is None:
        if agreed.ends_at is not None:
            raise NotAgreed("every_minutes", _("Say how often, or leave the end out."))
        return
    if not LEAST_EVERY <= agreed.every_minutes <= MOST_EVERY:
        raise NotAgreed("every_minutes", _("Between 10 minutes and 4 hours apart."))
    if agreed.ends_at is None:
        raise NotAgreed("ends_at", _("Say until when it goes on."))
    if not agreed.due_at <= agreed.ends_at <= at + LONGEST_AHEAD:
        raise NotAgreed("ends_at", _("The end lies after the first time, within the next two days."))


def _check_words(agreed: Agreed) -> None:
    wrong = what_is_wrong(Words(safe=agreed.safe_word, danger=agreed.danger_word))
    if wrong is None:
        return
    sentences = {
        "too_short": _("A word has at least three letters."),
        "a_command": _("This word is a command that stops or starts texts: choose another."),
        "a_number": _("A number means more minutes: choose a word."),
        "too_alike": _("The two words must not be alike: one of them holds the other."),
    }
    alone = what_is_wrong(Words(safe=agreed.safe_word))
    raise NotAgreed("safe_word" if alone else "danger_word", sentences[wrong])


def _check_contacts(agreed: Agreed, case: Case, at: datetime) -> list[tuple[ContactAgreed, ContactRoute]]:
    assert case.caller is not None
    usable = {route.ref: route for route in ways.usable_routes(case.caller, case, at)}
    refs = [said.route_ref for said in agreed.contacts]
    if len(refs) < FEWEST_CONTACTS:
        raise NotAgreed(
            "contacts",
            _("At least two people: if one does not answer there must be another. Ask whom else we may tell."),
        )
    if len(refs) > MOST_CONTACTS:
        raise NotAgreed("contacts", _("At most five people."))
    if any(ref not in usable for ref in refs):
        raise NotAgreed(
            "contacts", _("One of these people cannot be told: their card is missing a number, a yes, or is too old.")
        )
    own = {str(number.number) for number in numbers_of(case)}
    numbers = [str(usable[ref].number) for ref in refs]
    if len(set(numbers)) < len(numbers) or own & set(numbers):
        raise NotAgreed("contacts", _("Two people with two telephones, neither of them the caller’s own."))
    for said in agreed.contacts:
        if not said.knows_her_as.strip():
            raise NotAgreed("contacts", _("Say by which name each of them knows the caller."))
        if said.tell.strip() and not (usable[said.route_ref].may_know or "").strip():
            raise NotAgreed(
                "contacts", _("One of these people may know nothing, so they are only asked to let the caller ring.")
            )
    return [(said, usable[said.route_ref]) for said in agreed.contacts]
