"""A lawyer is asked for while workers die twice: through the Procfile's own processes, each asked once, in turn, in time."""

import json
import re

import pytest

from telephony.gateway.practice.control import PracticeControl
from tests.faults.conftest import started, wait_until
from tests.telephony.conformance.signing import LINE

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]
NIGHT = "2026-11-23T02:10:00+02:00"
AYANDA, BOTHA, CELE = LAWYERS = ("+447700900121", "+447700900122", "+447700900123")
NETWORK = """
from datetime import timedelta
from helpline.core import clock; from helpline.core.staff.models import User
from referrals.models import *
at, nomsa = clock.now(), User.objects.get(username="paralegal1")
StandBy.objects.all().delete()
Provider.objects.update(vetting="proposed")
area, _new = Area.objects.get_or_create(code="test-woodstock", defaults=dict(name="Woodstock"))
common = dict(created_at=at, changed_at=at)
for place, (name, number) in enumerate(zip(("Ayanda", "Botha", "Cele"), {numbers}), start=1):
    row = Provider.objects.create(kind="lawyer", name=name, vetting="approved", vetting_since=at, languages=["zu"], **common)
    row.areas.add(area)
    Service.objects.create(provider=row, kind="legal", name="law", **common)
    person = ProviderPerson.objects.create(provider=row, name=name, number=number, created_at=at)
    StandBy.objects.create(person=person, position=place, starts_at=at - timedelta(hours=1), ends_at=at + timedelta(hours=30),
                           added_by=nomsa, added_at=at)
"""
ASK = """
import json
from cases.models import *; from cases.services import intake
from helpline.core import clock; from helpline.core.lines.models import Line; from helpline.core.staff.models import User
from referrals.models import Area; from referrals.services import asking
at, nomsa = clock.now(), User.objects.get(username="paralegal1")
told = intake.open_for_number(line_id=Line.objects.get(number="{line}").pk, number="{phone}", known=None, source="call", at=at)
row = asking.ask(case=told.case, by=nomsa, at=at, need="legal", matter="arrest", area=Area.objects.get(code="test-woodstock"), language="zu")
print(json.dumps([row.ref, told.case.ref]))
"""
MOVE = "from helpline.core import clock; from datetime import timedelta; clock.move(timedelta(seconds={seconds}))"


@pytest.fixture(scope="module")
def line(database, broker):
    """Two workers and two beats: one more of each than there should be."""
    processes = ("web", "worker", "beat", "practice")
    with started(database, *processes, PRACTICE_NOW=NIGHT, REDIS_URL=broker.address, WEB_WORKERS="1") as line:
        line.start_another("worker")
        line.start_another("beat")
        line.manage_python(NETWORK.format(numbers=LAWYERS))
        yield line


@pytest.fixture(scope="module")
def network(line):
    network = PracticeControl(line.env.twilio_api_url, line.env.twilio_auth_tokens[0], timeout=30)
    wait_until(network.is_there, what="the practice network")
    return network


def ask(line, phone):
    said = line.manage_python(ASK.format(line=LINE, phone=phone))
    return json.loads(said.strip().splitlines()[-1])[0]


def move(line, minutes):
    line.manage_python(MOVE.format(seconds=minutes * 60))


def offers(line, ref):
    """Whom was asked, in order, and how it stands."""
    rows = line.ask(
        "SELECT p.name, o.state FROM referrals_offer o JOIN referrals_referral r ON r.id = o.referral_id"
        f" JOIN referrals_provider p ON p.id = o.provider_id WHERE r.ref = '{ref}' ORDER BY o.place, o.id"
    )
    return [tuple(row) for row in rows]


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


def questions(network, number):
    return [body for body in bodies(network, number) if "Reply" in body]


def code_in(body):
    return re.search(r"Reply (\w\d\w) yes", body)[1]


def test_the_third_accepts_at_minute_22_though_the_workers_died_twice(line, network):
    ref = ask(line, "+447700900241")
    kill_everything_that_works(line)
    start_again(line)
    wait_until(lambda: questions(network, AYANDA), what="a question to the first")

    move(line, 10)
    wait_until(lambda: offers(line, ref) == [("Ayanda", "silent"), ("Botha", "open")], what="the second")
    wait_until(lambda: questions(network, BOTHA), what="a question to the second")

    kill_everything_that_works(line)
    move(line, 4)
    network.text(from_=BOTHA, to=LINE, body=f"{code_in(questions(network, BOTHA)[0])} no")
    wait_until(lambda: [row for row in offers(line, ref) if row == ("Botha", "declined")], what="the no of the second")
    start_again(line)
    wait_until(lambda: questions(network, CELE), what="a question to the third")

    move(line, 8)
    network.text(from_=CELE, to=LINE, body=f"yes {code_in(questions(network, CELE)[0])}")
    wait_until(lambda: any("you have it" in body for body in bodies(network, CELE)), what="an answer to the third")
    assert offers(line, ref) == [("Ayanda", "silent"), ("Botha", "declined"), ("Cele", "accepted")]
    assert [len(questions(network, number)) for number in LAWYERS] == [1, 1, 1], "nobody was asked twice"
    (minutes,) = line.ask(
        f"SELECT extract(epoch FROM accepted_at - asked_at) / 60 FROM referrals_referral WHERE ref = '{ref}'"
    )
    assert 22 <= minutes[0] < 24
    assert line.count("alarms_alarm WHERE kind LIKE 'referral%'") == 0


def test_dead_for_hours_nobody_is_passed_over_and_nobody_is_asked_twice(line, network):
    before = {number: len(questions(network, number)) for number in LAWYERS}
    kill_everything_that_works(line)
    ref = ask(line, "+447700900242")
    move(line, 180)
    start_again(line)
    wait_until(
        lambda: all(len(questions(network, number)) > before[number] for number in LAWYERS),
        what="a question to all three",
    )
    wait_until(lambda: line.count("alarms_alarm WHERE kind = 'referral_late'"), what="an alarm")
    assert {number: len(questions(network, number)) - before[number] for number in LAWYERS} == dict.fromkeys(LAWYERS, 1)
    assert line.count("alarms_alarm WHERE kind = 'referral_late'") == 1
    network.text(from_=BOTHA, to=LINE, body="yes")
    wait_until(lambda: line.count(f"referrals_referral WHERE ref = '{ref}' AND state = 'accepted'"), what="a yes")
    wait_until(
        lambda: any("somebody else has it" in body for body in bodies(network, CELE)), what="the word to the others"
    )


def test_a_yes_taken_back_is_seen_within_seconds_and_nothing_more_leaves(line, network):
    take_back = """
from cases.consenting import Receiver; from cases.models import Case; from cases.services import consent_keeping
from helpline.core import clock; from helpline.core.staff.models import User; from referrals.models import Referral
row = Referral.objects.get(ref="{ref}")
consent_keeping.record(case=row.case, answers=[consent_keeping.Answer("share", "refused", Receiver("lawyer"))],
                       by=User.objects.get(username="paralegal1"), at=clock.now())
"""
    ref = ask(line, "+447700900243")
    wait_until(lambda: offers(line, ref), what="an offer")
    line.manage_python(take_back.format(ref=ref))
    wait_until(
        lambda: line.count(f"referrals_referral WHERE ref = '{ref}' AND state = 'withdrawn'"), within=20, what="it"
    )
    before = sum(len(questions(network, number)) for number in LAWYERS)
    move(line, 15)
    ask(line, "+447700900244")  # once this question has come, every sweep has had its turn
    wait_until(lambda: sum(len(questions(network, number)) for number in LAWYERS) > before, what="the next question")
    assert {state for _name, state in offers(line, ref)} == {"withdrawn"}
    assert sum(len(questions(network, number)) for number in LAWYERS) == before + 1
