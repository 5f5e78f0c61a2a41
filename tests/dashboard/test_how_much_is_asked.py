"""No page asks the database more often where more has happened: a full night must not be a slow one."""

from datetime import time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.consenting import Receiver
from cases.models import CheckIn, Clock, ContactRoute, HandOver, Hearing
from cases.services import attachments, choices, consent_keeping, incidents, plan, reviews
from cases.services.consent_keeping import Answer
from cases.services.incident_facts import Facts, Who
from helpline.api.tokens import issue_token
from telephony.models import Leg, Media, Recording, Text
from tests import samples
from tests.factories import (
    let_in,
    make_area,
    make_caller,
    make_case,
    make_follow_up,
    make_note,
    make_person,
    make_provider,
    make_shift,
)

PAGES = [
    "/", "/board/now/", "/board/due/", "/board/tonight/", "/cases/", "/cases/?show=due", "/calls/", "/texts/", "/hand-over/", "/rota/",
    "/staff/", "/me/", "/cases/{case}/", "/cases/{case}/story/", "/cases/{case}/incidents/", "/cases/{case}/promises/",
    "/cases/{case}/consents/", "/cases/{case}/contact/",
    "/cases/{case}/safety/", "/cases/{case}/clocks/", "/cases/{case}/hearings/", "/clocks/",
    "/cases/{case}/call/", "/cases/{case}/call/state/", "/board/ringing/", "/information/",
    "/cases/{case}/consents/", "/cases/{case}/choices/", "/cases/{case}/plan/", "/cases/{case}/closing/", "/cases/{case}/files/", "/reviews/", "/retention/", "/complaints/",
    "/network/board/", "/network/stand-by/", "/network/team/",
    "/network/", "/network/map/", "/network/sheet/",
]  # fmt: skip
KINDS = [
    "calls",
    "texts",
    "callers",
    "cases",
    "incidents",
    "follow-ups",
    "consents",
    "check-ins",
    "hearings",
    "referrals",
    "staff",
    "shifts",
    "lines",
    "providers",
]


def keep_check_in(case, person, when, *, is_live):
    """A check-in with two of her people and some steps; live ones stand on the board."""
    state = "missed" if is_live else "safe"
    row = CheckIn.objects.create(
        case=case, caller=case.caller, due_at=when, set_by=person, set_at=when, state=state, acknowledged_by=person,
        acknowledged_at=when, next_at=when,
    )  # fmt: skip
    card = {
        "kind": "peer",
        "name": "x",
        "whose": "other",
        "confirmed_at": when,
        "confirmed_by": person,
        "created_at": when,
    }
    for position in (1, 2):
        route, _ = ContactRoute.objects.get_or_create(caller=case.caller, position=position, defaults=card)
        contact = row.contacts.create(route=route, position=position, knows_her_as="x")
        row.steps.create(round=1, kind="contact", place=position, contact=contact, by=person, at=when)


@pytest.fixture
def busy_night(line, thandi, sipho, at, ring):
    """Make so much of everything happen, all of it also on one long case. Returns that case."""
    made = {}

    def happen(many):
        case = made.setdefault("case", make_case(line=line, caller=make_caller(), owner=thandi, at=at))
        area = made.get("area") or made.setdefault("area", make_area())
        for number in range(many):
            when = at - timedelta(minutes=number)
            clinic = make_provider("Clinic", kind="clinic", need="health", areas=[area])
            clinic.hours.create(days=[0], opens_at=time(8), closes_at=time(17))
            clinic.phones.create(number="1")
            clinic.places.create(address="x", latitude=f"{number / 10}", longitude="18", area=area)
            other = make_case(line=line, caller=make_caller(code_name="Rose"), owner=sipho, at=when, summary="a word")
            let_in(other, thandi)
            for one in (case, other):
                told = Facts(narrative="a word", acts=("PHY_BEAT",), perpetrators=(Who(code="CLIENT"),))
                incidents.record(case=one, by=thandi, at=when, facts=told)
                make_note(one, thandi, "a word", at=when)
                talk = choices.begin(case=one, step="testify", by=thandi, at=when, language="en")
                choices.decide(talk=talk, result="no", by=thandi, at=when)
                goal = plan.set_goal(case=one, words="a word", by=thandi, at=when)
                plan.add_step(goal=goal, words="a word", owner=sipho, due_at=at, by=thandi, at=when)
                reviews.ask(case=one, step="plan", by=thandi, at=when)
                attachments.add(case=one, name="a.pdf", content=samples.PDF, by=thandi, at=when)
                consent_keeping.record(
                    case=one, answers=[Answer("share", "given", Receiver("lawyer", f"L. {number}"))], by=thandi, at=when
                )
                make_follow_up(one, owner=sipho, due_at=when, why="a word")
                keep_check_in(one, sipho, when, is_live=one is other)
                make_follow_up(one, owner=sipho, state="done", finished_at=when)
                Clock.objects.create(
                    case=one, rule="ZA", earliest_at=when, act_by=when, ends_at=when, started_by=sipho, started_at=when
                )
                Hearing.objects.create(
                    case=one, at=when, added_by=sipho, created_at=when, changed_at=when, court="a word"
                )
                call = ring(one, sipho, thandi, state="ended", outcome="voicemail", started_at=when, answered_by=sipho)
                Recording.objects.create(call=call, sid=f"RE{call.pk}", state="kept", sound=b"x", made_at=when)
                text = Text.objects.create(
                    sid=f"SM{call.pk}", direction="inbound", line=line, case=one, number=one.number, caller=one.caller,
                    body="a word", at=when, written_by=sipho,
                )  # fmt: skip
                Media.objects.create(
                    text=text, position=0, url="https://x", state="kept", content=b"x", mime="image/png"
                )
            ring(other, sipho, thandi)
            offered = HandOver.objects.create(giver=sipho, taker=thandi, offered_at=when)
            offered.cases.add(other)
            person = make_person(f"somebody{call.pk}", "paralegal", "counsellor")
            make_shift(line, person, position=9)
            Leg.objects.filter(call=call).update(result="declined")
        return case

    return happen


def count(client, path, **headers):
    client.get(path, **headers)  # what is learned once in the life of a process is no part of a page
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path, **headers).status_code == 200
    return [one["sql"] for one in asked]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_as_often_for_much_as_for_little(path, sit_down, busy_night, naledi):
    desk = sit_down(naledi)
    case = busy_night(14)  # more than the board shows at once, whose rest is counted
    little = count(desk, path.format(case=case.ref))
    busy_night(10)
    much = count(desk, path.format(case=case.ref))
    assert len(much) <= len(little), [sql[:200] for sql in much]
    assert len(much) < 60


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_of_the_api_asks_as_often_for_much_as_for_little(kind, client, busy_night, naledi, at):
    told = {"headers": {"Authorization": f"Token {issue_token(username='naledi', at=at)}"}}
    busy_night(4)
    little = count(client, f"/api/v1/{kind}/", **told)
    busy_night(10)
    much = count(client, f"/api/v1/{kind}/", **told)
    assert len(much) <= len(little) + 1, [sql[:200] for sql in much]  # one more where new readings are written down
