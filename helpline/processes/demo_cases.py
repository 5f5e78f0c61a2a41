"""Invented cases for the demo organisation: calls, texts, notes and promises over six weeks, written in bulk."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from cases.models import (
    Caller,
    Case,
    CaseState,
    FollowUp,
    FollowUpKind,
    FollowUpState,
    LetIn,
    Note,
    Number,
    SafeContact,
    Source,
    Urgency,
    Whose,
)
from cases.services.intake import PREFIX
from helpline.core.lines.models import Line
from helpline.core.privacy.fields import all_indexes
from helpline.core.privacy.references import new_code, speakable_length
from helpline.core.staff.models import User
from helpline.processes.demo_organisation import MAIN_LINE
from helpline.processes.demo_stories import CODE_NAMES, PRONOUNS, REASONS_TO_CALL_BACK, STORIES, Story
from telephony.models import Call, Leg, Text
from telephony.services.indexing import index_cases

SPREAD_OVER = timedelta(weeks=6)
STILL_WORKED_ON = timedelta(days=5)  # older cases are closed, most of them
FIRST_CALLER, LAST_CALLER = 300, 999  # +447700900300 … 999: reserved for fiction, and apart from the practice phones
ANSWERING = ("counsellor", "paralegal1", "paralegal2")
BATCH = 500  # rows to a statement


@dataclass
class _Rows:
    """What is to be written, by kind, in the order in which rows point at each other."""

    callers: list[Caller] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)
    safe_contacts: list[SafeContact] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    let_in: list[LetIn] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    follow_ups: list[FollowUp] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)


@transaction.atomic
def make_cases(*, how_many: int, seed: int, at: datetime) -> int:
    """Make invented cases until there are `how_many` in all, and return how many were made.

    The same seed draws the same stories; references and the times relative to `at` differ. Reminders are set for what
    is still to come only, so that nobody's telephone rings for the past.
    """
    missing = how_many - Case.objects.count()
    if missing <= 0:
        return 0
    draw = _Draw(random.Random(seed), at, _read_known())
    taken = set(Case.objects.values_list("ref", flat=True))
    days = sorted(draw.moment() for _ in range(missing))
    for opened_at in days:
        ref = _new_reference(taken, how_many)
        draw.case(ref, opened_at)
    _write(draw.rows)
    for _ref in index_cases():
        pass
    return missing


def _new_reference(taken: set[str], how_many: int) -> str:
    while True:
        ref = PREFIX + new_code(speakable_length(how_many))
        if ref not in taken:
            taken.add(ref)
            return ref


def _read_known() -> dict[str, Number]:
    """Return the invented callers' numbers that an earlier run has made, by number."""
    indexes = {
        index: number
        for number in map(_number, range(FIRST_CALLER, LAST_CALLER + 1))
        for index in all_indexes("number", number)
    }
    known = Number.objects.filter(index__in=indexes).select_related("caller")
    return {indexes[row.index]: row for row in known}


def _number(last: int) -> str:
    return f"+447700900{last:03d}"


class _Draw:
    """Draws one case after the other and collects their rows."""

    def __init__(self, chance: random.Random, at: datetime, known: dict[str, Number]) -> None:
        self.chance, self.at, self.known = chance, at, known
        self.rows = _Rows()
        self.line = Line.objects.get(number=MAIN_LINE)
        self.people = {user.username: user for user in User.objects.filter(username__in=ANSWERING)}

    def moment(self) -> datetime:
        """Draw a time: any day alike, nights as busy as days."""
        return self.at - timedelta(seconds=self.chance.uniform(600, SPREAD_OVER.total_seconds()))

    def case(self, ref: str, opened_at: datetime) -> None:
        source = self.chance.choices([Source.CALL, Source.TEXT, Source.WALK_IN], [75, 15, 10])[0]
        story = self.chance.choice(STORIES)
        is_recent = self.at - opened_at < STILL_WORKED_ON
        number, possibly_known = self.who(source, opened_at)
        was_answered = source != Source.CALL or self.chance.random() < 0.7
        owner = self.people[self.chance.choice(ANSWERING)] if was_answered or not is_recent else None
        is_open = is_recent and (owner is None or self.chance.random() < 0.7)
        case = Case(
            ref=ref,
            line=self.line,
            caller=number.caller if number else self.withheld(source, opened_at),
            number=number,
            source=source,
            state=CaseState.OPEN if is_open else CaseState.CLOSED,
            urgency=Urgency.DANGER if story.in_danger and was_answered else Urgency.NORMAL,
            owner=owner,
            possibly_known=possibly_known,
            summary=story.summary if owner and was_answered else None,
            opened_at=opened_at,
            closed_at=None if is_open else opened_at + timedelta(hours=self.chance.uniform(20, 70)),
        )
        self.rows.cases.append(case)
        if owner:
            self.rows.let_in.append(LetIn(case=case, user=owner, why="accepted_call", since=opened_at))
        if source == Source.CALL:
            self.call(case, owner if was_answered else None)
        if number and (source == Source.TEXT or self.chance.random() < 0.3):
            self.texts(case, story)
        if owner and was_answered:
            self.notes(case, owner, story, is_open=is_open)
        self.promises(case, owner, was_answered=was_answered, is_open=is_open)

    def who(self, source: str, at: datetime) -> tuple[Number | None, bool]:
        """Draw a number: one in eight calls is withheld, one in five comes from a number that was seen before."""
        if source == Source.WALK_IN or (source == Source.CALL and self.chance.random() < 0.125):
            return None, False
        unseen = [each for each in map(_number, range(FIRST_CALLER, LAST_CALLER + 1)) if each not in self.known]
        if self.known and (not unseen or self.chance.random() < 0.2):
            return self.known[self.chance.choice(sorted(self.known))], True
        caller = self.caller(at)
        number = Number(caller=caller, number=self.chance.choice(unseen), created_at=at)
        self.rows.numbers.append(number)
        self.known[number.number] = number
        if self.chance.random() < 0.5:
            self.safe_contact(caller, number, at)
        return number, False

    def withheld(self, source: str, at: datetime) -> Caller | None:
        return self.caller(at) if source == Source.WALK_IN else None

    def caller(self, at: datetime) -> Caller:
        is_named = self.chance.random() < 0.7
        caller = Caller(
            code_name=self.chance.choice(CODE_NAMES) if is_named else None,
            pronouns=self.chance.choice(PRONOUNS) if is_named else None,
            created_at=at,
        )
        self.rows.callers.append(caller)
        return caller

    def safe_contact(self, caller: Caller, number: Number, at: datetime) -> None:
        whose = self.chance.choice(Whose.values)
        self.rows.safe_contacts.append(
            SafeContact(
                caller=caller,
                number=number,
                whose=whose,
                may_text=whose == Whose.OWN and self.chance.random() < 0.7,
                may_call=self.chance.random() < 0.8,
                confirmed_at=at + timedelta(minutes=10),
                confirmed_by=self.people["counsellor"],
            )
        )

    def call(self, case: Case, answered_by: User | None) -> None:
        began, rang = case.opened_at, timedelta(seconds=self.chance.randint(4, 19))
        talked = timedelta(seconds=self.chance.randint(90, 1500))
        outcome = "answered" if answered_by else self.chance.choice(["missed", "abandoned"])
        answered_at = began + rang if answered_by else None
        call = Call(
            sid=f"CA{new_sid(self.chance)}",
            line=self.line,
            case=case,
            number=case.number,
            caller=case.caller if case.number else None,
            sent_from=case.number.number if case.number else "",
            sent_from_kind="number" if case.number else "withheld",
            state="ended",
            outcome=outcome,
            gateway_word="completed",
            stage="talking" if answered_by else "prompt",
            step=0,
            in_danger=case.urgency == Urgency.DANGER,
            answered_by=answered_by,
            started_at=began,
            answered_at=answered_at,
            ended_at=(answered_at + talked) if answered_at else began + timedelta(seconds=95),
            heard_at=began,
        )
        call.seconds = int((call.ended_at - began).total_seconds()) if call.ended_at else None
        call.heard_at = call.ended_at or began
        self.rows.calls.append(call)
        rung = [answered_by] if answered_by else list(self.people.values())[1:]
        for step, person in enumerate(rung):
            self.rows.legs.append(
                Leg(
                    call=call,
                    person=person,
                    step=step,
                    result="accepted" if answered_by else self.chance.choice(["no-answer", "declined", "busy"]),
                    key_pressed="1" if answered_by else "",
                    rang_at=began + timedelta(seconds=2 + 22 * step),
                    picked_up_at=answered_at,
                    accepted_at=answered_at,
                    ended_at=call.ended_at if answered_by else began + timedelta(seconds=22 * (step + 1)),
                    seconds=int(talked.total_seconds()) if answered_by else None,
                )
            )

    def texts(self, case: Case, story: Story) -> None:
        for position, body in enumerate(story.texts or ("please call me",)):
            self.rows.texts.append(
                Text(
                    sid=f"SM{new_sid(self.chance)}",
                    direction="inbound",
                    line=self.line,
                    case=case,
                    number=case.number,
                    caller=case.caller,
                    sent_from=case.number.number if case.number else "",
                    sent_from_kind="number",
                    body=body,
                    at=min(self.at, case.opened_at + timedelta(hours=position * 5)),
                )
            )

    def notes(self, case: Case, owner: User, story: Story, *, is_open: bool) -> None:
        kept = story.notes if not is_open else story.notes[: self.chance.randint(1, len(story.notes))]
        for position, body in enumerate(kept):
            written_at = case.opened_at + timedelta(minutes=12 + position * self.chance.randint(200, 900))
            if written_at < self.at:
                self.rows.notes.append(
                    Note(case=case, author=owner, body=body, written_at=written_at, changed_at=written_at)
                )

    def promises(self, case: Case, owner: User | None, *, was_answered: bool, is_open: bool) -> None:
        """A call that nobody answered is called back; every other is written up, and asked after on the next day."""
        kinds: list[tuple[str, str, timedelta]] = [(FollowUpKind.CALL_BACK, "cap", timedelta(hours=6))]
        if was_answered:
            kinds = [
                (FollowUpKind.TASK, "write_up", timedelta(minutes=40)),
                (FollowUpKind.SAFETY, "day_after", timedelta(hours=24)),
            ]
            if is_open and self.chance.random() < 0.4:
                kinds.append((FollowUpKind.CALL_BACK, "", timedelta(hours=self.chance.uniform(4, 60))))
        for kind, because, after in kinds:
            due_at = case.opened_at + after
            is_done = not is_open or (due_at < self.at and self.chance.random() < 0.8)
            self.rows.follow_ups.append(
                FollowUp(
                    case=case,
                    kind=kind,
                    state=FollowUpState.DONE if is_done else FollowUpState.DUE,
                    due_at=due_at,
                    owner=owner,
                    because=because,
                    why=None if because else self.chance.choice(REASONS_TO_CALL_BACK),
                    remind_at=due_at if not is_done and due_at > self.at else None,
                    created_at=case.opened_at,
                    finished_at=min(self.at, due_at - timedelta(minutes=5)) if is_done else None,
                )
            )
            if not is_done and (case.next_due_at is None or due_at < case.next_due_at):
                case.next_due_at = due_at


def new_sid(chance: random.Random) -> str:
    """Return 32 hexadecimal digits, as the gateway's ids have after their two letters."""
    return f"{chance.getrandbits(128):032x}"


def _write(rows: _Rows) -> None:
    """Write everything, parents before what points at them, some hundred rows to a statement."""
    Caller.objects.bulk_create(rows.callers, batch_size=BATCH)
    Number.objects.bulk_create(rows.numbers, batch_size=BATCH)
    SafeContact.objects.bulk_create(rows.safe_contacts, batch_size=BATCH)
    Case.objects.bulk_create(rows.cases, batch_size=BATCH)
    LetIn.objects.bulk_create(rows.let_in, batch_size=BATCH)
    Note.objects.bulk_create(rows.notes, batch_size=BATCH)
    FollowUp.objects.bulk_create(rows.follow_ups, batch_size=BATCH)
    Call.objects.bulk_create(rows.calls, batch_size=BATCH)
    Leg.objects.bulk_create(rows.legs, batch_size=BATCH)
    Text.objects.bulk_create(rows.texts, batch_size=BATCH)
    accepted = [leg for leg in rows.legs if leg.result == "accepted"]
    for leg in accepted:
        leg.call.accepted_leg = leg
    Call.objects.bulk_update([leg.call for leg in accepted], ["accepted_leg"], batch_size=BATCH)
