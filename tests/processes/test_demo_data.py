"""The demo organisation is what the documents say, however often it is made."""

import io
import re
from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from cases.models import Case, CheckIn, FollowUp, Number
from helpline.core import clock
from helpline.core.lines.models import Line
from helpline.core.rota.coverage import Turn, find_gaps, who_covers
from helpline.core.rota.models import Shift
from helpline.core.staff.models import User
from helpline.processes.demo_cases import make_cases
from helpline.processes.demo_casework import make_full_cases
from helpline.processes.demo_network import make_network
from helpline.processes.demo_organisation import make_organisation
from referrals.models import PeerTest, Provider, StandBy
from telephony.models import Call, Leg, Text

MAIN = "+18885550100"


def run(command, *words):
    said = io.StringIO()
    call_command(command, *words, stdout=said)
    return said.getvalue()


@pytest.fixture
def organisation(db, at):
    make_organisation(password="a long enough word", at=at)


def turns():
    shifts = Shift.objects.filter(line__number=MAIN).select_related("person")
    return [Turn(row.person.username, row.position, row.starts_at, row.ends_at) for row in shifts]


@pytest.mark.usefixtures("organisation")
def test_the_people_are_those_of_the_contract():
    held = {person.username: (sorted(person.roles), person.duty_phone) for person in User.objects.all()}
    assert held == {
        "counsellor": (["counsellor"], "+447700900110"),
        "paralegal1": (["paralegal"], "+447700900111"),
        "paralegal2": (["paralegal"], "+447700900112"),
        "coordinator": (["coordinator"], "+447700900113"),
        "supervisor": (["supervisor"], None),
        "admin": (["administrator"], None),
    }
    assert all(person.has_verified_phone for person in User.objects.exclude(duty_phone__isnull=True))


@pytest.mark.usefixtures("organisation")
def test_the_line_is_that_of_the_contract():
    line = Line.objects.get(number=MAIN)
    assert (line.name, line.time_zone, line.country, line.last_resort) == (
        "Umbrella Line",
        "Africa/Johannesburg",
        "ZA",
        "+447700900113",
    )
    assert line.hours == [{"day": day, "from": "08:00", "to": "20:00"} for day in range(7)]
    assert line.court_hours == [{"day": day, "from": "09:00", "to": "16:00"} for day in range(5)]
    assert {"2026-12-16", "2026-12-25", "2027-01-01"} <= set(line.holidays)
    assert Line.objects.filter(number="+18885550101").exists()


@pytest.mark.usefixtures("organisation")
def test_somebody_is_on_call_at_every_minute_from_a_week_ago_to_four_weeks_ahead(at):
    assert find_gaps(turns(), [], at - timedelta(days=6), at + timedelta(days=28)) == ()


@pytest.mark.usefixtures("organisation")
@pytest.mark.parametrize(
    ("hour", "rung"),
    [
        (2, ["paralegal1", "paralegal2"]),
        (8, ["counsellor", "paralegal1", "paralegal2"]),
        (20, ["paralegal1", "paralegal2"]),
    ],
)
def test_the_counsellor_is_rung_first_by_day_and_the_paralegals_by_night(at, hour, rung):
    moment = at.astimezone(ZoneInfo("Africa/Johannesburg")).replace(hour=hour, minute=0)
    assert [turn.person for turn in who_covers(turns(), [], moment)] == rung


def test_it_may_be_made_twice_and_the_password_that_is_printed_signs_in(db):
    for _ in range(2):
        said = run("demo_data", "--cases", "12")
        counted = [model.objects.count() for model in (User, Line, Case)]
        assert counted == [6, 2, 12]
        password = re.search(r"^password: (\S+)$", said, re.MULTILINE)[1]
        assert User.objects.get(username="counsellor").check_password(password)
    shifts = Shift.objects.values_list("line", "person", "starts_at")
    assert len(set(shifts)) == len(shifts)


def test_a_password_that_was_given_is_the_one(db):
    assert "password: correct horse battery\n" in run("demo_data", "--password", "correct horse battery")
    assert User.objects.get(username="admin").check_password("correct horse battery")


def test_invented_people_are_refused_where_credentials_are_live(db, settings):
    settings.HAS_LIVE_CREDENTIALS = True
    with pytest.raises(CommandError):
        run("demo_data")
    assert not User.objects.exists()


@pytest.mark.usefixtures("organisation")
def test_invented_cases_hang_together_and_wake_nobody(at):
    assert make_cases(how_many=120, seed=7, at=at) == 120
    assert make_cases(how_many=120, seed=7, at=at) == 0
    assert Case.objects.filter(opened_at__gt=at).count() == 0
    assert FollowUp.objects.to_remind(at).count() == 0
    assert not Call.objects.live().exists()
    for case in Case.objects.filter(state="open"):
        unfinished = [row.due_at for row in case.follow_ups.all().unfinished()]
        assert case.next_due_at == min(unfinished, default=None)
    assert not FollowUp.objects.unfinished().filter(case__state="closed").exists()
    for call in Call.objects.filter(outcome="answered").select_related("accepted_leg"):
        assert (call.accepted_leg.person, call.accepted_leg.result) == (call.answered_by, "accepted")
    assert Leg.objects.exists()
    assert Text.objects.exists()
    assert all(re.fullmatch(r"\+447700900[3-9]\d\d", number.number) for number in Number.objects.all())


@pytest.mark.usefixtures("organisation")
def test_more_cases_than_numbers_come_from_numbers_that_were_seen_before(at):
    make_cases(how_many=40, seed=7, at=at)
    make_cases(how_many=80, seed=8, at=at)
    assert Case.objects.count() == 80
    assert Case.objects.filter(possibly_known=True).exists()
    for case in Case.objects.exclude(number=None).filter(possibly_known=True):
        assert case.caller == case.number.caller


def test_a_token_is_printed_alone_and_for_people_who_work_here(organisation, client):
    token = run("issue_api_token", "coordinator")
    assert re.fullmatch(r"[0-9a-f]{40}\.[0-9a-f]{40}\n", token)
    assert run("issue_api_token", "coordinator") == token
    User.objects.filter(username="coordinator").update(is_active=False)
    for name in ("coordinator", "nobody"):
        with pytest.raises(CommandError):
            run("issue_api_token", name)


def test_the_clock_says_when_the_organisation_is_made(db, monkeypatch, at):
    monkeypatch.setattr(clock, "now", lambda: at)
    run("demo_data")
    assert Shift.objects.order_by("starts_at").first().starts_at < at - timedelta(days=6)


@pytest.mark.usefixtures("organisation")
def test_two_cases_have_something_of_everything_and_are_made_once(at):
    assert make_full_cases(at=at) == 2
    assert make_full_cases(at=at) == 0
    rose, lily = Case.objects.order_by("opened_at")
    assert (rose.hearings.count(), rose.clocks.count(), rose.detentions.count()) == (1, 1, 1)
    assert lily.clocks.count() == 2
    assert CheckIn.objects.get().case == lily


@pytest.mark.usefixtures("organisation")
def test_the_network_is_made_once_and_its_lawyers_are_on_stand_by_at_every_hour(at):
    assert make_network(at=at) == 13
    stood = StandBy.objects.count()
    assert (make_network(at=at), StandBy.objects.count()) == (0, stood)
    for hours in (0, 9, 24, 24 * 20):
        on = StandBy.objects.now(at + timedelta(hours=hours))
        assert sorted(row.person.number for row in on) == [f"+4477009001{last}" for last in (21, 22, 23, 24)]
        assert sorted(row.position for row in on) == [1, 2, 3, 4]


@pytest.mark.usefixtures("organisation")
def test_the_network_has_a_provider_in_each_state_that_somebody_meets_and_none_got_there_by_another_way(at):
    make_network(at=at)
    assert set(Provider.objects.values_list("vetting", flat=True)) == {
        "proposed", "interviewed", "approved", "probation", "suspended",
    }  # fmt: skip
    for provider in Provider.objects.exclude(vetting="proposed"):
        steps = [(move.before, move.after) for move in provider.moves.order_by("at")]
        assert steps[0][0] == "proposed"
        assert steps[-1][1] == provider.vetting
        assert all(step[1] == later[0] for step, later in pairwise(steps))
        tests = PeerTest.objects.filter(vetting__provider=provider).count()
        assert tests == sum(after == "peer_tested" for _before, after in steps)


@pytest.mark.usefixtures("organisation")
def test_what_a_keeper_changed_in_the_demonstration_stays(at):
    make_network(at=at)
    Provider.objects.filter(name="Passage Office").update(name="Passage House")
    make_network(at=at)
    assert Provider.objects.filter(name__startswith="Passage").count() == 1
