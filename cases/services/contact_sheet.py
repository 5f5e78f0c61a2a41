"""What the pages say about the ways to a caller: allowed now or not and until when, who else hears, what we say."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cases.access import numbers_of
from cases.models import Case, ContactRoute, Number, NumberChange, Purpose, SafeContact, SomebodyAsked, Voicemail
from cases.reaching import Channel, Verdict
from cases.services import consents
from cases.services.calling_back import words_of_message
from cases.services.safe_contact import Decision, answer, decide_for, may_reach_route, said_about
from cases.services.ways import channels_of
from helpline.core.http.week import say_week
from helpline.core.privacy.numbers import mask_number
from helpline.core.staff.models import User


@dataclass(frozen=True)
class SafeLine:
    """What may be sent to one number of a case, and why not where it may not. Unknown means no. Prints nothing of itself."""

    ref: str
    masked: str
    text: Decision
    call: Decision
    mailbox: Decision
    whose: str = ""
    say: str = ""
    who_hears: str = ""
    hours: str = ""
    message: str = ""
    confirmed_at: datetime | None = None
    ask_again_at: datetime | None = None
    said: SafeContact | None = None
    is_held: bool = False

    def __repr__(self) -> str:
        return f"<safe line {self.ref}>"

    @property
    def is_known(self) -> bool:
        return self.said is not None

    @property
    def is_stale(self) -> bool:
        return self.text.because == "too_old" or self.call.because == "too_old"

    @property
    def is_ended(self) -> bool:
        return self.said is not None and self.said.ended_at is not None

    @property
    def may_try_call(self) -> bool:
        """Whether ringing may be asked for: it is safe now, or nobody has asked yet and it may have been promised."""
        return bool(self.call) or self.call.because in {"not_known", "possibly_known"}


def read_safe_lines(case: Case, at: datetime, reader: User | None = None) -> list[SafeLine]:
    """Read the numbers of a case, with what this caller said about each and what follows from it: three queries.

    Numbers that she left come last. While a caller is only possibly known nothing that somebody said before counts: it
    may have been another person. With `reader` the words that she would say on a mailbox are filled in.
    """
    numbers = numbers_of(case)
    said = {} if case.possibly_known else said_about(numbers, case.caller_id)
    lines = [_safe_line(case, number, said.get(number.pk), at, reader) for number in numbers]
    if not case.possibly_known and consents.is_refused(case, Purpose.CONTACT, at=at):
        no = answer(Verdict("no_contact"), case)
        lines = [replace(line, text=no, call=no, mailbox=no) for line in lines]
    return sorted(lines, key=lambda line: line.is_ended)


def _safe_line(case: Case, number: Number, said: SafeContact | None, at: datetime, reader: User | None) -> SafeLine:
    def may(channel: Channel) -> Decision:
        return decide_for(channel=channel, said=said, number=number, case=case, at=at)

    named = said is not None and said.voicemail == Voicemail.NAMED
    common = {
        "ref": number.ref,
        "masked": mask_number(number.number),
        "text": may("text"),
        "call": may("call"),
        "mailbox": may("voicemail_named" if named else "voicemail"),
        "is_held": number.held_at is not None,
    }
    if said is None:
        return SafeLine(**common)  # type: ignore[arg-type]
    return SafeLine(
        **common,  # type: ignore[arg-type]
        whose=said.get_whose_display(),
        say=said.say or "",
        who_hears=said.who_hears or "",
        hours=say_week(said.hours) if isinstance(said.hours, list) else "",
        message=words_of_message(said, reader) if reader is not None else "",
        confirmed_at=said.confirmed_at,
        ask_again_at=said.confirmed_at + timedelta(days=said.good_for_days),
        said=said,
    )


@dataclass(frozen=True)
class RouteLine:
    """One other way to a caller, with what is allowed along it now. Prints nothing of itself."""

    route: ContactRoute
    ways: Sequence[tuple[Channel, Decision]]
    masked: str
    hours: str
    ask_again_at: datetime

    def __repr__(self) -> str:
        return f"<route line {self.route.ref}>"

    @property
    def is_stale(self) -> bool:
        return any(decision.because == "too_old" for _channel, decision in self.ways)

    @property
    def is_read_by_others(self) -> bool:
        return self.route.kind == "prison_letter"


def read_routes(case: Case, at: datetime) -> list[RouteLine]:
    """Read the other ways to the caller of a case, in her order; none while nobody knows who rings."""
    if case.caller_id is None or case.possibly_known:
        return []
    routes = ContactRoute.objects.filter(caller=case.caller_id, ended_at=None).order_by("position", "pk")
    wants_none = consents.is_refused(case, Purpose.CONTACT, at=at)
    return [_route_line(route, case, at, wants_none=wants_none) for route in routes]


def _route_line(route: ContactRoute, case: Case, at: datetime, *, wants_none: bool) -> RouteLine:
    return RouteLine(
        route=route,
        ways=[
            (channel, may_reach_route(route=route, channel=channel, case=case, at=at, wants_none=wants_none))
            for channel in channels_of(route)
        ],
        masked=mask_number(route.number) if route.number else "",
        hours=say_week(route.hours) if isinstance(route.hours, list) else "",
        ask_again_at=route.confirmed_at + timedelta(days=route.good_for_days),
    )


@dataclass(frozen=True)
class History:
    """What happened to the ways to one caller: numbers that she left, and who asked for her."""

    changes: Sequence[NumberChange]
    asked: Sequence[SomebodyAsked]
    to_readdress: Sequence[NumberChange]


def read_history(case: Case) -> History:
    """Read what happened to the ways to the caller of a case: two queries."""
    changes: list[NumberChange] = []
    if case.caller_id is not None and not case.possibly_known:
        rows = NumberChange.objects.filter(caller=case.caller_id).select_related("old", "new", "by")
        changes = list(rows)
    asked = list(SomebodyAsked.objects.filter(case=case).select_related("by"))
    return History(changes, asked, [one for one in changes if one.waiting and one.readdressed_at is None])
