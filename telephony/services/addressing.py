"""Where a message goes, from which of our numbers, and in what words: all worked out at the moment when it leaves.

A message names a person, never a number. So what changed since it was put into the outbox is obeyed: somebody has left,
a number is no longer theirs, a caller said that texts are not safe, or texted STOP.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template import Context, Engine
from django.utils.translation import gettext as _
from django.utils.translation import override

from cases.models import Case, ContactRoute, Hearing, Number
from cases.services import safe_contact
from cases.services.hearing_reminders import may_not_tell_lawyer
from cases.services.safe_contact import Decision
from helpline.core.lines.models import Line
from helpline.core.outbox.models import Message, Route
from helpline.core.staff.models import NumberCheck, User
from referrals.services import letters
from telephony.services.outcomes import TO_ASKED, find_case

_TEMPLATE = re.compile(r"[a-z_]+(/[a-z_]+)?")


class NotToBeSent(Exception):
    """A rule keeps this message from leaving. `sentence` is for staff, `because` a word of ours; neither names anybody."""

    def __init__(self, because: str, sentence: str) -> None:
        super().__init__(because)
        self.because = because
        self.sentence = sentence


class NotYet(NotToBeSent):
    """Only the hour is wrong: it may leave at `at`, if it is not too late then."""

    def __init__(self, because: str, sentence: str, at: datetime) -> None:
        super().__init__(because, sentence)
        self.at = at


@dataclass(frozen=True)
class Letter:
    """A message ready to leave. `until`: when it is safe no longer, so that the gateway must not keep it for later.

    Prints nothing of itself.
    """

    to: str
    sender: str
    body: str
    case: Case | None = None
    number: Number | None = None
    contact: ContactRoute | None = None
    until: datetime | None = None
    language: str = ""

    def __repr__(self) -> str:
        return "<letter>"


def write_letter(message: Message, *, at: datetime) -> Letter:
    """Resolve whom it goes to, ask every rule again, and write it in their language.

    Raises NotToBeSent, and of that NotYet where only the hour is wrong.
    """
    case = find_case(message)
    if message.route in TO_ASKED:
        return _write_to_asked(message, case, at)
    number: Number | None = None
    contact: ContactRoute | None = None
    until: datetime | None = None
    spoken = _languages_of(case)
    if message.route == Route.CALLER:
        number, until = _find_caller(message, case, at)
        to, languages = number.number, spoken
    elif message.route == Route.CONTACT:
        contact, until = _find_contact(message, case, at)
        to, languages = contact.number or "", [contact.language, *spoken]
    elif message.route == Route.LAWYER:
        to, languages = _find_lawyer(message, at), spoken
    elif message.route == Route.CHECK:
        to, languages = _find_checked(message, at)
    else:
        to, languages = _find_staff(message)
    sender = _find_sender(case)
    language = choose_language(languages)
    return Letter(
        to=to, sender=sender, body=write_body(message, [language]), case=case, number=number, contact=contact,
        until=until, language=language,
    )  # fmt: skip


def write_body(message: Message, languages: list[str], words: Mapping[str, Any] | None = None) -> str:
    """Write a message, in the first of these languages that we have, with its own words or those that are named."""
    if not _TEMPLATE.fullmatch(message.template):
        raise ValueError("not the name of a message")
    template = Engine.get_default().get_template(f"messages/sms/{message.template}.txt")
    with override(choose_language(languages)):
        # Plain text: nothing is escaped as it would be for a page.
        return template.render(Context(message.words if words is None else words, autoescape=False)).strip()


def _write_to_asked(message: Message, case: Case | None, at: datetime) -> Letter:
    """Write to somebody who was asked for a caller, or who answered: what it says is worked out now, with its link."""
    try:
        found = letters.address(
            route=message.route, to_ref=message.to_ref, template=message.template,
            offer_ref=str(message.words.get("offer", "")), at=at,
        )  # fmt: skip
    except letters.Later as later:
        raise NotYet(later.because, later.sentence, later.at) from None
    except letters.NoLetter as no:
        raise NotToBeSent(no.because, no.sentence) from None
    language = choose_language(list(found.languages))
    body = write_body(message, [language], found.words)
    return Letter(
        to=found.number, sender=_find_sender(case), body=body, case=case, until=found.until, language=language
    )


def choose_language(languages: list[str]) -> str:
    """Return the first of these languages that we have; a dialect counts as its language ("en-ZA" as "en")."""
    spoken = {code for code, _name in settings.LANGUAGES}
    wanted = [code for asked in languages for code in (asked, asked.split("-")[0])]
    return next((code for code in wanted if code in spoken), settings.LANGUAGE_CODE)


def _languages_of(case: Case | None) -> list[str]:
    """Return what the caller of a case wants to be written to in, first what she said, then what the line speaks."""
    if case is None:
        return []
    asked = [case.caller.language] if case.caller is not None and not case.possibly_known else []
    return [*asked, *(case.line.languages if case.line is not None else [])]


def _find_staff(message: Message) -> tuple[str, list[str]]:
    person = User.objects.active().reachable().filter(username=message.to_ref).first()
    if person is None or not person.duty_phone:
        raise NotToBeSent("no_duty_phone", _("This person has no verified duty number, or has left."))
    return person.duty_phone, list(person.languages)


def _find_checked(message: Message, at: datetime) -> tuple[str, list[str]]:
    check = NumberCheck.objects.select_related("user").filter(ref=message.to_ref).first()
    if check is None or not check.is_open(at):
        raise NotToBeSent("check_over", _("This code is not asked for any more."))
    return check.number, list(check.user.languages)


def _find_caller(message: Message, case: Case | None, at: datetime) -> tuple[Number, datetime | None]:
    number = Number.objects.select_related("caller").filter(ref=message.to_ref).first()
    if number is None:
        raise NotToBeSent("no_number", _("This number is not kept any more."))
    return number, _check(safe_contact.may_text(number=number, case=case, at=at))


def _find_contact(message: Message, case: Case | None, at: datetime) -> tuple[ContactRoute, datetime | None]:
    """Return a route as it is now. It must be one of the caller of the case, or of whom the case is about."""
    route = ContactRoute.objects.filter(ref=message.to_ref).first()
    if route is None or case is None:
        raise NotToBeSent("text_not_safe", _("This way to the caller is not kept any more."))
    return route, _check(safe_contact.may_reach_route(route=route, channel="text", case=case, at=at))


def _find_lawyer(message: Message, at: datetime) -> str:
    """Return the number of the lawyer of a day in court that is still to come, where they are to be told of it."""
    row = (
        Hearing.objects.planned().select_related("case").filter(ref=message.to_ref, at__gt=at, tell_lawyer=True).first()
    )
    if row is None or not row.lawyer_number:
        raise NotToBeSent(
            "hearing_lawyer", _("No number of the lawyer is written down for a day that is still to come.")
        )
    if may_not_tell_lawyer(row, at):
        raise NotToBeSent("hearing_lawyer", _("They said no to telling a lawyer."))
    return str(row.lawyer_number)


def _check(decision: Decision) -> datetime | None:
    """Return until when it is safe. Raises NotToBeSent where it is not now."""
    if decision.is_allowed:
        return decision.until
    if decision.next_at is not None:
        raise NotYet("text_not_safe", decision.sentence, decision.next_at)
    raise NotToBeSent("text_not_safe", decision.sentence)


def _find_sender(case: Case | None) -> str:
    """Return the line that the case came in on, so that the thread goes on; else the first line that is in use."""
    if case is not None and case.line is not None and case.line.is_active:
        return case.line.number
    line = Line.objects.active().first()
    if line is None:
        raise NotToBeSent("no_line", _("There is no line in use that could send it."))
    return line.number
