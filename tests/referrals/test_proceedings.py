"""Complaints and court cases: filed on the caller's own yes alone, followed to the decision and the money."""

from datetime import date
from decimal import Decimal

import pytest

from cases.models import FollowUp
from cases.services import choices
from helpline.core.errors import Conflict, NotAllowed
from referrals.lifecycle import PROCEEDING_MOVES, move_proceeding
from referrals.models import Proceeding, ProceedingKind, ProceedingState
from referrals.services import proceedings
from tests.factories import make_case

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


@pytest.fixture
def rose(line, thandi, at):
    return make_case(line=line, owner=thandi, at=at)


@pytest.fixture
def complaint(rose, thandi, at):
    return proceedings.add(case=rose, kind="oversight", body="The ombudsman", by=thandi, at=at, key="a")


@pytest.fixture
def step(complaint, thandi, at):
    def taken(verb, **said):
        return proceedings.move(proceeding=complaint, verb=verb, on=DAY, by=thandi, at=at, **said)

    return taken


def choose(case, by, at, which="complaint"):
    talk = choices.begin(case=case, step=which, language="en", by=by, at=at)
    for point in range(1, 13):
        choices.say_point(talk=talk, number=point, state="said", by=by, at=at)
    choices.decide(talk=talk, result="yes", how="spoken", by=by, at=at)


def test_nothing_is_filed_that_the_caller_has_not_chosen(complaint, step, at):
    assert proceedings.why_not_file(complaint, at)
    with pytest.raises(NotAllowed):
        step("file")
    assert Proceeding.objects.get().state == "prepared"
    assert not complaint.steps.exists()


@pytest.mark.parametrize("kind", ["defence", "administrative"])
def test_a_charge_against_them_is_nothing_that_they_choose(rose, thandi, at, kind):
    row = proceedings.add(case=rose, kind=kind, body="Court 12", by=thandi, at=at)
    assert proceedings.move(proceeding=row, verb="file", on=DAY, by=thandi, at=at).state == "filed"


def test_from_their_yes_to_the_money(complaint, step, rose, thandi, at):
    choose(rose, thandi, at)
    step("file", answer_due_on=date(2026, 12, 20))
    assert FollowUp.objects.unfinished().get(because="proceeding_answer").due_at.date() == date(2026, 12, 20)
    step("go_on")
    assert not FollowUp.objects.unfinished().filter(because="proceeding_answer").exists()
    step("decide", decision="for", damages=Decimal("5000"), currency="ZAR", words="They were right.")
    complaint.refresh_from_db()
    assert (complaint.decision, complaint.damages, complaint.decided_on) == ("for", Decimal("5000"), DAY)
    with pytest.raises(NotAllowed):
        proceedings.note_paid(proceeding=complaint, amount=Decimal("5000.01"), by=thandi, at=at)
    assert proceedings.note_paid(proceeding=complaint, amount=Decimal("1000"), by=thandi, at=at).damages_paid == 1000
    assert [one.what for one in complaint.steps.all()] == ["file", "go_on", "decide"]


def test_they_may_stop_at_any_time_before_the_decision_and_no_reason_is_asked():
    stops = {state for verb, state in PROCEEDING_MOVES if verb == "drop"}
    assert stops == {"prepared", "filed", "running", "appealed"}


def test_every_state_is_reached_and_has_words():
    assert {*PROCEEDING_MOVES.values(), "prepared"} == set(ProceedingState.values)
    with pytest.raises(NotAllowed, match="cannot be appealed"):
        move_proceeding("closed", "appeal")


def test_two_people_at_once_the_second_looks_again(complaint, step, rose, thandi, at):
    choose(rose, thandi, at)
    step("file", seen="prepared")
    with pytest.raises(Conflict):
        step("drop", seen="prepared")


@pytest.mark.parametrize("on", [date(2027, 1, 1), date(1, 1, 1)])
def test_a_day_that_cannot_be_is_refused(complaint, thandi, at, on):
    with pytest.raises(NotAllowed):
        proceedings.move(proceeding=complaint, verb="drop", on=on, by=thandi, at=at)


def test_a_decision_has_a_word(complaint, rose, step, thandi, at):
    choose(rose, thandi, at)
    step("file")
    with pytest.raises(NotAllowed):
        step("decide", decision="great")


def test_from_the_page(rose, thandi, desk_of, at):
    desk, address = desk_of(thandi), f"/cases/{rose.ref}/proceedings/"
    assert desk.post(address, {"kind": "oversight", "body": ""}).status_code == 422
    desk.post(address, {"kind": "oversight", "body": "The ombudsman", "key": "a"})
    row = Proceeding.objects.get()
    page = desk.get(address).content.decode()
    assert "Before this step comes a talk" in page
    refused = desk.post(f"{address}{row.ref}/", {"verb": "file", "on": "2026-11-20"})
    assert refused.status_code == 422
    assert (
        desk.post(f"{address}{row.ref}/", {"verb": "note", "on": "2026-11-20", "words": "They rang back"}).status_code
        == 302
    )
    assert "They rang back" in desk.get(address).content.decode()
    without_currency = {"verb": "decide", "on": "2026-11-20", "decision": "for", "damages": "100"}
    assert desk.post(f"{address}{row.ref}/", without_currency).status_code == 422


def test_every_kind_has_a_rule_for_what_is_chosen_first():
    free = {"defence", "administrative"}
    assert set(ProceedingKind.values) == {*proceedings.CHOSEN_FIRST, *free}
