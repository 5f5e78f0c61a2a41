"""Rows for tests, made by plain functions: what a test does not name is ordinary."""

from datetime import UTC, datetime, timedelta
from itertools import count

from cases.models import (
    Caller,
    Case,
    ContactRoute,
    FollowUp,
    FollowUpKind,
    LetIn,
    Note,
    Number,
    RouteKind,
    SafeContact,
    Source,
    Whose,
)
from helpline.core.lines.models import Line
from helpline.core.privacy.references import new_code
from helpline.core.rota.models import Shift
from helpline.core.staff.models import HeldRole, User

NIGHT = datetime(2026, 11, 23, 0, 10, tzinfo=UTC)  # 02:10 in Johannesburg
_callers = count(300)  # tests that name a number themselves name lower ones


def make_person(username, *roles, display_name="", duty_phone=None, is_verified=True, is_active=True):
    """A member of staff. A duty phone counts as verified unless the test says otherwise."""
    person = User.objects.create_user(
        username,
        display_name=display_name,
        duty_phone=duty_phone,
        duty_phone_verified_at=NIGHT - timedelta(days=30) if duty_phone and is_verified else None,
        is_active=is_active,
    )
    HeldRole.objects.bulk_create(HeldRole(user=person, role=role) for role in roles)
    return person


def make_line(**changes):
    ordinary = {
        "number": "+18885550100",
        "name": "Umbrella Line",
        "languages": ["en"],
        "time_zone": "Africa/Johannesburg",
        "hours": [{"day": day, "from": "08:00", "to": "20:00"} for day in range(7)],
        "last_resort": "+447700900113",
        "court_hours": [{"day": day, "from": "09:00", "to": "16:00"} for day in range(5)],
        "country": "ZA",
    }
    return Line.objects.create(**{**ordinary, **changes})


def make_shift(line, person, position=1, *, since=NIGHT - timedelta(hours=6), until=NIGHT + timedelta(hours=6)):
    return Shift.objects.create(line=line, person=person, position=position, starts_at=since, ends_at=until)


def make_caller(*, number=None, at=NIGHT, **names):
    """A caller with a number from the range that is reserved for fiction; `number=""` makes one without."""
    caller = Caller.objects.create(created_at=at, **names)
    if number != "":
        Number.objects.create(caller=caller, number=number or f"+44770090{next(_callers):04d}", created_at=at)
    return caller


def make_case(*, line=None, caller=None, owner=None, at=NIGHT, **changes):
    ordinary = {
        "source": Source.CALL,
        "opened_at": at,
        "ref": f"HL-{new_code(6)}",
        "number": caller.numbers.first() if caller else None,
    }
    return Case.objects.create(line=line, caller=caller, owner=owner, **{**ordinary, **changes})


def make_note(case, author, body, *, at=NIGHT, is_draft=False):
    return Note.objects.create(case=case, author=author, body=body, is_draft=is_draft, written_at=at, changed_at=at)


def make_follow_up(case, *, kind=FollowUpKind.TASK, due_at=NIGHT, owner=None, at=NIGHT, **changes):
    """A follow-up whose reminder is due at the same time, unless the test says otherwise."""
    ordinary = {"remind_at": due_at, "created_at": at}
    return FollowUp.objects.create(case=case, kind=kind, due_at=due_at, owner=owner, **{**ordinary, **changes})


def let_in(case, user, why="hand_over", *, at=NIGHT):
    return LetIn.objects.create(case=case, user=user, why=why, since=at)


def make_safe_contact(caller, by, *, may_text=False, may_call=False, whose=Whose.OWN, at=NIGHT, number=None, **said):
    return SafeContact.objects.create(
        caller=caller,
        number=number or caller.numbers.get(),
        whose=whose,
        may_text=may_text,
        may_call=may_call,
        confirmed_at=at,
        confirmed_by=by,
        **said,
    )


def make_route(caller, by, *, kind=RouteKind.PEER, name="Busi", at=NIGHT, **said):
    """Another way to a caller: a friend of hers, unless the test says otherwise."""
    ordinary = {"whose": Whose.OTHER, "confirmed_at": at, "confirmed_by": by, "created_at": at}
    return ContactRoute.objects.create(caller=caller, kind=kind, name=name, **{**ordinary, **said})


def make_call(case, *, state="ended", outcome="answered", at=NIGHT, answered_by=None, **changes):
    """A call on a case, ten minutes long and answered, unless the test says otherwise."""
    from telephony.models import Call  # the phone stands above cases, which most tests of cases do without

    is_over = state == "ended"
    ordinary = {
        "sid": f"CA{new_code(20)}",
        "line": case.line,
        "caller": case.caller,
        "number": case.number,
        "sent_from_kind": "number" if case.number else "withheld",
        "started_at": at - timedelta(minutes=11),
        "answered_at": at - timedelta(minutes=10) if outcome == "answered" or state == "connected" else None,
        "ended_at": at if is_over else None,
        "heard_at": at,
        "seconds": 600 if is_over else None,
    }
    return Call.objects.create(
        case=case, state=state, outcome=outcome if is_over else None, answered_by=answered_by, **{**ordinary, **changes}
    )


def make_area(name="Woodstock", *, parent=None, **changes):
    from referrals.models import Area  # the network stands above cases, which most tests of cases do without

    return Area.objects.create(**{"code": name.lower().replace(" ", "-"), "name": name, "parent": parent, **changes})


def make_provider(name="Ayanda Law", *, kind="lawyer", need="legal", areas=(), number="", at=NIGHT, **changes):
    """A trusted provider with one service; with a person there who can be asked, where a `number` is named."""
    from referrals.models import Provider, Service

    ordinary = {"vetting": "approved", "vetting_since": at, "created_at": at, "changed_at": at, "languages": ["en"]}
    provider = Provider.objects.create(kind=kind, name=name, **{**ordinary, **changes})
    provider.areas.set(areas)
    if need:
        Service.objects.create(provider=provider, kind=need, name=f"{name}: {need}", created_at=at, changed_at=at)
    if number:
        make_person_of(provider, number=number, at=at)
    return provider


def make_person_of(provider, name="Ayanda", *, number="+447700900121", at=NIGHT, **changes):
    from referrals.models import ProviderPerson

    return ProviderPerson.objects.create(provider=provider, name=name, number=number, created_at=at, **changes)


def make_referral(case, by, *, at=NIGHT, **changes):
    """A lawyer is wanted after an arrest, and nobody was asked yet: whom to ask, and asking, is `referrals.services.asking`."""
    from referrals.models import Referral  # referrals stand above cases, which most tests of cases do without

    ordinary = {
        "need": "legal",
        "matter": "arrest",
        "language": "zu",
        "asked_at": at,
        "asked_by": by,
        "promise_minutes": 30,
        "promised_by": at + timedelta(minutes=30),
    }
    return Referral.objects.create(case=case, **{**ordinary, **changes})
