"""A check-in is missed while workers die: through the Procfile's own processes, each step in time, in order, and once."""

import json
from collections import Counter

import pytest

from telephony.gateway.practice.control import PracticeControl
from tests.faults.conftest import started, wait_until
from tests.telephony.conformance.signing import LINE, NOMSA

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]
NIGHT = "2026-11-23T02:10:00+02:00"
IN_TIME = 15  # seconds either way; the promise
AGREE = """
import json
from datetime import timedelta
from cases.models import *; from cases.services import check_ins, intake; from cases.services.check_ins import Agreed, ContactAgreed
from helpline.core import clock; from helpline.core.lines.models import Line; from helpline.core.staff.models import User
at, nomsa = clock.now(), User.objects.get(username="paralegal1")
told = intake.open_for_number(line_id=Line.objects.get(number="{line}").pk, number="{phone}", known=None, source="call", at=at)
case = told.case
case.owner = nomsa; case.save()
card = dict(whose="own", confirmed_at=at, confirmed_by=nomsa)
SafeContact.objects.create(caller_id=told.caller_id, number_id=told.number_id, may_text=True, may_call=True, **card)
routes = [ContactRoute.objects.create(caller_id=told.caller_id, kind="peer", name="x", number=number, may_text=True,
          position=place, created_at=at, **card) for place, number in enumerate({people}, start=1)]
people = [ContactAgreed(route.ref, "Rosie") for route in routes]
agreed = Agreed(due_at=at + timedelta(seconds={seconds}), grace_minutes=0, contacts=people, safe_word="sunflower", danger_word="thunder")
row = check_ins.start(case=case, by=nomsa, agreed=agreed, at=at)
print(json.dumps([row.ref, case.ref]))
"""
MOVE = "from helpline.core import clock; from datetime import timedelta; clock.move(timedelta(seconds={seconds}))"


@pytest.fixture(scope="module")
def line(database, broker):
    """Two workers and two beats: one more of each than there should be."""
    processes = ("web", "worker", "beat", "practice")
    with started(database, *processes, PRACTICE_NOW=NIGHT, REDIS_URL=broker.address, WEB_WORKERS="1") as line:
        line.start_another("worker")
        line.start_another("beat")
        yield line


@pytest.fixture(scope="module")
def network(line):
    network = PracticeControl(line.env.twilio_api_url, line.env.twilio_auth_tokens[0], timeout=30)
    wait_until(network.is_there, what="the practice network")
    return network


def agree(line, phone, people, seconds):
    """Agree on a check-in that is due in so many seconds. Returns its reference."""
    said = line.manage_python(AGREE.format(line=LINE, phone=phone, people=people, seconds=seconds))
    return json.loads(said.strip().splitlines()[-1])[0]


def move(line, seconds):
    line.manage_python(MOVE.format(seconds=seconds))


def steps(line, ref, *kinds):
    """What was done: kind, place, result, and seconds after it was due."""
    rows = line.ask(
        "SELECT s.kind, s.place, s.result, extract(epoch FROM s.at - c.due_at) FROM cases_checkinstep s"
        f" JOIN cases_checkin c ON c.id = s.check_in_id WHERE c.ref = '{ref}' ORDER BY s.id"
    )
    return [row for row in rows if not kinds or row[0] in kinds]


def wait_for(line, ref, kind, place=0):
    (found,) = wait_until(
        lambda: [step for step in steps(line, ref, kind) if step[1] == place], what=f"{kind} {place}"
    )  # fmt: skip
    return found


def kill_everything_that_works(line):
    for name in ("worker", "first worker", "beat", "first beat"):
        line.kill(name)


def start_again(line):
    line.live.start("worker")
    line.start_another("worker")
    line.live.start("beat")
    line.start_another("beat")


def bodies(network, number):
    """What a phone has got, oldest first."""
    return [text.body for text in network.texts(number) if text.to == number]


def test_it_begins_within_fifteen_seconds_of_what_was_agreed(line):
    ref = agree(line, "+447700900241", ["+447700900242", "+447700900243"], 10)
    assert 0 <= wait_for(line, ref, "text_her")[3] <= IN_TIME
    line.ask(f"UPDATE cases_checkin SET state = 'stopped', next_at = NULL WHERE ref = '{ref}' RETURNING id")


def test_missed_while_everything_is_dead_it_goes_down_her_list_when_it_comes_back(line, network):
    hers, mother, friend = "+447700900244", "+447700900245", "+447700900246"
    ref = agree(line, hers, [mother, friend], 30)
    kill_everything_that_works(line)
    move(line, 60)  # due, and nobody there
    assert steps(line, ref) == [("set", 0, "done", -30)]
    start_again(line)
    assert wait_for(line, ref, "text_her")[2] == "waiting"
    wait_until(lambda: bodies(network, hers), what="a text to her")
    kill_everything_that_works(line)
    move(line, 120)
    start_again(line)
    wait_for(line, ref, "call_her")
    wait_for(line, ref, "staff", 1)
    assert not steps(line, ref, "contact"), "her people are told after the call, not with it"
    line.ask("UPDATE cases_contactroute SET may_text = false WHERE position = 1 RETURNING id")
    move(line, 300)
    assert wait_for(line, ref, "contact", 1)[2] == "refused"
    assert wait_for(line, ref, "contact", 2)[2] == "waiting"
    wait_until(lambda: bodies(network, friend), what="a text to her friend")
    move(line, 300)
    wait_for(line, ref, "team")
    once = Counter(step[:2] for step in steps(line, ref))
    assert set(once.values()) == {1}
    assert [step[:2] for step in steps(line, ref, "text_her", "call_her", "contact", "team")] == [
        ("text_her", 0), ("call_her", 0), ("contact", 1), ("contact", 2), ("team", 0),
    ]  # fmt: skip
    assert bodies(network, mother) == []
    assert bodies(network, friend) == ["Hello, could you please ask Rosie to ring? Thank you."]
    assert len(bodies(network, hers)) == 1
    assert any("desk" in body for body in bodies(network, NOMSA))


def test_the_word_for_danger_by_text_is_thanked_with_the_same_bytes_and_staff_are_told_while_workers_die(line, network):
    well, danger = "+447700900251", "+447700900252"
    people = ["+447700900253", "+447700900254"]
    ok, ref = agree(line, well, people, 600), agree(line, danger, people, 600)
    network.text(from_=well, to=LINE, body="Sunflower")
    network.text(from_=danger, to=LINE, body="Thunder")
    kill_everything_that_works(line)
    start_again(line)
    wait_until(lambda: bodies(network, well) and bodies(network, danger), what="two answers")
    assert bodies(network, well) == bodies(network, danger) == ["Thank you."]
    wait_for(line, ref, "team")
    wait_for(line, ref, "staff", 1)
    assert line.ask(f"SELECT state FROM cases_checkin WHERE ref IN ('{ok}', '{ref}') ORDER BY state") == [
        ("missed",),
        ("safe",),
    ]
    move(line, 1800)
    wait_for(line, ref, "staff", 2)
    assert bodies(network, danger) == ["Thank you."], "nothing more, to nobody who could be near her"
    assert [bodies(network, number) for number in people] == [[], []]


def test_a_broker_that_is_gone_and_forgets_everything_delays_it_by_seconds(line, broker):
    ref = agree(line, "+447700900255", ["+447700900256", "+447700900257"], 20)
    broker.forget_everything()
    broker.stop()
    broker.start_again()
    assert 0 <= wait_for(line, ref, "text_her")[3] <= IN_TIME * 2
