"""Two invented cases with something of everything, for whoever looks at the demonstration. Made once, by the services.

Rose is held since yesterday and goes before the court; Lily was raped by a client and shares her telephone.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from cases.consenting import Receiver
from cases.models import Caller, Case, ContactRoute, LetIn, Note, Number, RouteKind, Source, Urgency, Whose
from cases.services import (
    cards,
    check_ins,
    clocks,
    consent_keeping,
    followups,
    hearings,
    incidents,
    routes,
    safety_plans,
)
from cases.services.incident_facts import Facts, Held, Who
from cases.services.intake import next_case_reference
from cases.services.needs import set_needs
from helpline.core.lines.models import Line
from helpline.core.privacy.fields import all_indexes
from helpline.core.staff.models import User
from helpline.processes.demo_organisation import MAIN_LINE, ZONE

ROSE, LILY = "+447700900290", "+447700900291"  # reserved for fiction, apart from the drawn callers
SISTER, PEER, NEIGHBOUR = "+447700900292", "+447700900293", "+447700900294"
COURT_OPENS = time(9, 0)
AFTERNOONS = [{"day": day, "from": "10:00", "to": "14:00"} for day in range(7)]


@transaction.atomic
def make_full_cases(*, at: datetime) -> int:
    """Make the two cases where they are not there yet. Returns how many were made."""
    if Number.objects.filter(index__in=all_indexes("number", ROSE)).exists():
        return 0
    by = User.objects.get(username="counsellor")
    _make_rose(by, at)
    _make_lily(by, at)
    return 2


def _open(
    number: str, code_name: str, *, pronouns: str, summary: str, by: User, at: datetime, urgency: str = Urgency.NORMAL
) -> Case:
    caller = Caller.objects.create(code_name=code_name, pronouns=pronouns, code_word="umbrella", created_at=at)
    row = Number.objects.create(caller=caller, number=number, created_at=at)
    case = Case.objects.create(
        ref=next_case_reference(), line=Line.objects.get(number=MAIN_LINE), caller=caller, number=row, owner=by,
        source=Source.CALL, summary=summary, opened_at=at, urgency=urgency,
    )  # fmt: skip
    LetIn.objects.create(case=case, user=by, why="accepted_call", since=at)
    return case


def _note(case: Case, by: User, body: str, at: datetime) -> None:
    Note.objects.create(case=case, author=by, body=body, written_at=at, changed_at=at)


def _make_rose(by: User, at: datetime) -> None:
    began = at - timedelta(hours=9)
    case = _open(ROSE, "Rose", pronouns="she", summary="Held since a raid on the house, with three others. Her sister brings papers.", by=by, at=began, urgency=Urgency.DANGER)  # fmt: skip
    _note(case, by, "Four women in one van. Phones taken. Nobody told them what for.", began + timedelta(minutes=6))
    cards.record_card(
        case=case, by=by, at=began,
        said=cards.Said(
            whose=Whose.OWN, may_call=True, hours=AFTERNOONS, who_hears="her sister, who has the phone now", say="the salon"
        ),
    )  # fmt: skip
    sister = _near(
        case,
        by,
        began,
        kind=RouteKind.FAMILY,
        name="her sister",
        number=SISTER,
        may_know="that she is held, not her work",
    )
    incidents.record(
        case=case, by=by, at=began + timedelta(minutes=8),
        facts=Facts(
            narrative="They came through both doors, took our phones and the money from the table, and put us into the van.",
            when_said="told", earliest_at=began - timedelta(hours=1), latest_at=began - timedelta(minutes=30),
            acts=("EMO_DETAIN", "EMO_EXTORT"), primary_act="EMO_DETAIN",
            perpetrators=(Who("POLICE", is_primary=True, how_many=6, vehicle="white van", plate="CA 123 456", station="Harbour Road"),),
            held=Held(since_earliest=began - timedelta(hours=1), station="Harbour Road", country="ZA"),
        ),
    )  # fmt: skip
    clocks.start(
        case=case, rules=["ZA"], by=by, at=began + timedelta(minutes=9), earliest_at=began - timedelta(hours=1),
        station="Harbour Road",
    )  # fmt: skip
    hearings.add(
        case=case, by=by, at=began + timedelta(minutes=12), day_at=_next_court_day(at), court="Harbour Road, court 3",
        what_for="first appearance", transport="her sister drives", childcare="the neighbour keeps the boy",
        goes_along=sister, tell_companion=True,
    )  # fmt: skip
    consent_keeping.record(
        case=case, by=by, at=began + timedelta(minutes=14),
        answers=[
            consent_keeping.Answer("statistics", "given"),
            consent_keeping.Answer("share", "given", Receiver("lawyer")),
            consent_keeping.Answer("police", "refused"),
        ],
    )  # fmt: skip
    set_needs(case=case, by=by, at=began + timedelta(minutes=15), outcomes={"legal": "open"})
    followups.add(
        case=case,
        kind="call_back",
        by=by,
        at=at,
        due_at=at + timedelta(minutes=50),
        why="Tell her sister which court it is.",
    )


def _make_lily(by: User, at: datetime) -> None:
    began = at - timedelta(hours=3)
    case = _open(
        LILY,
        "Lily",
        pronouns="they",
        summary="A client, last night. Medicine first; nothing else decided.",
        by=by,
        at=began,
    )
    _note(
        case,
        by,
        "Wants the medicine and sleep. Not the police, not now. Shares the phone with a flatmate.",
        began + timedelta(minutes=4),
    )
    cards.record_card(
        case=case, by=by, at=began,
        said=cards.Said(
            whose=Whose.SHARED, may_text=True, may_call=True, voicemail="vague", who_hears="a flatmate",
            say="Ann, about Thursday", stop_word="kettle",
        ),
    )  # fmt: skip
    happened = began - timedelta(hours=16)
    incidents.record(
        case=case, by=by, at=began + timedelta(minutes=5),
        facts=Facts(
            narrative="He locked the car. He would not stop.", when_said="told", earliest_at=happened,
            latest_at=happened + timedelta(hours=3), acts=("SEX_RAPE",), primary_act="SEX_RAPE", settings=("VEHICLE",),
            perpetrators=(Who("CLIENT", is_primary=True, how_many=1, vehicle="dark blue hatchback"),),
        ),
    )  # fmt: skip
    clocks.start(
        case=case, rules=["PEP_HIV", "EC_LNG"], by=by, at=began + timedelta(minutes=7), earliest_at=happened,
        latest_at=happened + timedelta(hours=3),
    )  # fmt: skip
    set_needs(
        case=case, by=by, at=began + timedelta(minutes=9), outcomes={"pep_ec": "referred", "police_liaison": "declined"}
    )
    consent_keeping.record(
        case=case, by=by, at=began + timedelta(minutes=10),
        answers=[
            consent_keeping.Answer("contact", "given"),
            consent_keeping.Answer("statistics", "not_now"),
            consent_keeping.Answer("police", "not_now"),
        ],
    )  # fmt: skip
    peer = _near(case, by, began, kind=RouteKind.PEER, name="Sage, from the corner", number=PEER, may_know="everything")
    neighbour = _near(case, by, began, kind=RouteKind.OTHER, name="the neighbour", number=NEIGHBOUR)
    safety_plans.keep(
        case=case, by=by, at=began + timedelta(minutes=20), readers="team", wants_paper=False, version=0,
        sections={"safer_places": "The café by the station, open all night.", "phone": "Charged; Sage’s number by heart."},
    )  # fmt: skip
    check_ins.start(
        case=case, by=by, at=at,
        agreed=check_ins.Agreed(
            due_at=at + timedelta(hours=3), safe_word="thursday", danger_word="tuesday",
            contacts=[check_ins.ContactAgreed(peer.ref, "Lil"), check_ins.ContactAgreed(neighbour.ref, "Lily")],
        ),
    )  # fmt: skip


def _near(case: Case, by: User, at: datetime, *, kind: str, name: str, number: str, may_know: str = "") -> ContactRoute:
    said = cards.Said(whose=Whose.OTHER, may_text=True, may_call=True)
    return routes.save_route(case=case, by=by, at=at, said=said, kind=kind, name=name, number=number, may_know=may_know)


def _next_court_day(at: datetime) -> datetime:
    """Return nine in the morning of the next weekday."""
    zone = ZoneInfo(ZONE)
    day = at.astimezone(zone).date() + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return datetime.combine(day, COURT_OPENS, tzinfo=zone)
