"""Before a legal step: twelve points, her own choice, asked anew at each step. And nothing else ever waits for it."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from cases.models import ChoicePoint, ChoiceTalk, FollowUp, LegalStep
from cases.services import choices, consent_keeping, followups, plans
from cases.services.consent_keeping import Answer
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed
from tests.factories import make_caller, make_case

ROOT = Path(__file__).parents[2]
REPORT = LegalStep.POLICE_REPORT


@pytest.fixture
def rose(line, thandi):
    return make_case(line=line, caller=make_caller(code_name="Rose"), owner=thandi)


@pytest.fixture
def talk_about(rose, thandi, at):
    """Hold a talk with Rose about a step, all points or only some, and write down what she chose."""

    def held(step, result="", *, when=at, points=12, **said):
        talk = choices.begin(case=rose, step=step, by=thandi, at=when, language="en")
        for number in range(1, points + 1):
            choices.say_point(talk=talk, number=number, state="said", by=thandi, at=when)
        return choices.decide(talk=talk, result=result, by=thandi, at=when, **said) if result else talk

    return held


@pytest.mark.parametrize("step", LegalStep.values)
def test_no_legal_step_is_taken_before_she_has_chosen_it(rose, step, at):
    assert not choices.may_take_legal_step(rose, step, at=at)
    with pytest.raises(NotAllowed, match="comes a talk"):
        choices.require_choice(rose, step, at=at)


def test_a_step_that_there_is_not_is_a_slip_and_not_a_no(rose, at):
    with pytest.raises(ValueError, match="marry"):
        choices.may_take_legal_step(rose, "marry", at=at)


def test_a_yes_after_all_points_is_a_yes_to_this_step_and_to_no_other(rose, talk_about, at):
    talk_about(REPORT, "yes")
    assert choices.may_take_legal_step(rose, REPORT, at=at)
    assert not choices.may_take_legal_step(rose, LegalStep.TESTIFY, at=at)


def test_there_is_no_yes_before_the_last_point(talk_about):
    with pytest.raises(NotAllowed, match="1 are left"):
        talk_about(REPORT, "yes", points=11)
    assert ChoiceTalk.objects.get().result == ""


@pytest.mark.parametrize("result", ["no", "not_now"])
def test_no_and_not_now_may_be_said_after_one_point_and_are_kept(rose, talk_about, result, at):
    talk_about(REPORT, result, points=1, words="my children first")
    assert ChoiceTalk.objects.get().words == "my children first"
    assert not choices.may_take_legal_step(rose, REPORT, at=at)
    assert Entry.objects.get(verb="choice.made").detail["result"] == result


def test_what_she_does_not_want_to_hear_is_skipped_and_her_yes_counts(rose, thandi, talk_about, at):
    talk = talk_about(REPORT, points=11)
    choices.say_point(talk=talk, number=12, state="skipped", by=thandi, at=at)
    choices.decide(talk=talk, result="yes", by=thandi, at=at)
    assert choices.may_take_legal_step(rose, REPORT, at=at)
    assert ChoicePoint.objects.get(number=12).wording is None
    assert ChoicePoint.objects.get(number=1).wording.about == "point_1"


def test_each_point_keeps_the_words_in_which_it_was_said(talk_about):
    talk_about(REPORT)
    assert {point.wording.version for point in ChoicePoint.objects.select_related("wording")} == {1}


def test_a_point_is_corrected_and_not_doubled(thandi, talk_about, at):
    talk = talk_about(REPORT, points=1)
    choices.say_point(talk=talk, number=1, state="asked", note="who hears it?", by=thandi, at=at)
    choices.say_point(talk=talk, number=1, state="said", by=thandi, at=at)
    point = ChoicePoint.objects.get()
    assert (point.state, point.note) == ("said", "who hears it?")


@pytest.mark.parametrize(("number", "state"), [(0, "said"), (13, "said"), (1, "shouted")])
def test_a_point_that_there_is_not_is_refused(thandi, talk_about, at, number, state):
    talk = talk_about(REPORT, points=0)
    with pytest.raises(NotAllowed, match="no such point"):
        choices.say_point(talk=talk, number=number, state=state, by=thandi, at=at)


def test_after_she_has_chosen_nothing_is_changed_but_a_new_talk_may_begin(thandi, talk_about, at):
    talk = talk_about(REPORT, "no", points=2)
    with pytest.raises(NotAllowed, match="chosen already"):
        choices.say_point(talk=talk, number=3, state="said", by=thandi, at=at)
    with pytest.raises(NotAllowed, match="chosen already"):
        choices.decide(talk=talk, result="yes", by=thandi, at=at)
    assert talk_about(REPORT, points=0).pk != talk.pk


def test_two_who_begin_at_once_hold_one_talk(talk_about):
    assert talk_about(REPORT, points=0) == talk_about(REPORT, points=0)


def test_she_may_change_her_mind_and_what_rested_on_her_yes_stops(rose, thandi, talk_about, at):
    yes = talk_about(REPORT, "yes")
    followups.add(
        case=rose, kind="task", due_at=at + timedelta(days=1), by=thandi, at=at, key=plans.key_on(yes, "go-along")
    )
    talk_about(REPORT, "no", points=0, when=at + timedelta(hours=1))
    assert not choices.may_take_legal_step(rose, REPORT, at=at + timedelta(hours=1))
    assert FollowUp.objects.get().state == "skipped"


def test_a_yes_is_used_up_by_the_step_and_the_next_one_is_asked_anew(rose, thandi, talk_about, at):
    talk_about(REPORT, "yes")
    choices.note_step_taken(case=rose, step=REPORT, by=thandi, at=at)
    assert "asked anew" in choices.why_not(rose, REPORT, at=at)
    with pytest.raises(NotAllowed):
        choices.note_step_taken(case=rose, step=REPORT, by=thandi, at=at)


@pytest.mark.parametrize(("later", "counts"), [(timedelta(days=30), True), (timedelta(days=30, seconds=1), False)])
def test_a_yes_is_good_for_thirty_days(rose, talk_about, at, later, counts):
    talk_about(REPORT, "yes")
    assert choices.may_take_legal_step(rose, REPORT, at=at + later) is counts


@pytest.mark.parametrize(("step", "purpose"), [(REPORT, "police"), (LegalStep.COMPLAINT, "complaint")])
def test_a_no_to_police_or_to_complaints_is_stronger_than_the_yes_before(rose, thandi, talk_about, at, step, purpose):
    talk_about(step, "yes")
    consent_keeping.record(case=rose, answers=[Answer(purpose, "refused")], by=thandi, at=at)
    assert "said no to this" in choices.why_not(rose, step, at=at)


def test_not_now_is_asked_again_when_she_wants_it(talk_about, thandi, at):
    talk_about(REPORT, "not_now", points=3, ask_again_at=at + timedelta(days=7))
    again = FollowUp.objects.get()
    assert (again.because, again.due_at, again.owner) == ("choice_again", at + timedelta(days=7), thandi)


def test_nobody_is_reminded_to_ask_again_whom_she_does_not_want_to_hear_from(rose, thandi, talk_about, at):
    consent_keeping.record(case=rose, answers=[Answer("contact", "refused")], by=thandi, at=at)
    with pytest.raises(NotAllowed, match="do not want to be contacted"):
        talk_about(REPORT, "not_now", points=3, ask_again_at=at + timedelta(days=7))
    assert ChoiceTalk.objects.get().result == ""


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"result": "maybe"}, "yes, no, or not now"),
        ({"result": "no", "how": "sung"}, "yes, no, or not now"),
        ({"result": "no", "ask_again_at": timedelta(0)}, "lies ahead"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(talk_about, at, said, sentence):
    said = {name: at + value if isinstance(value, timedelta) else value for name, value in said.items()}
    with pytest.raises(NotAllowed, match=sentence):
        talk_about(REPORT, **said)


def test_care_never_waits_for_it_nothing_but_a_legal_step_asks():
    """What asks whether she has chosen is listed here. A referral for a legal step belongs in it; nothing of care does."""
    asks = re.compile(r"may_take_legal_step|require_choice|choices\.why_not")
    files = [path for app in ("cases", "referrals", "telephony", "helpline") for path in (ROOT / app).rglob("*.py")]
    found = [path.relative_to(ROOT).as_posix() for path in files if asks.search(path.read_text(encoding="utf-8"))]
    assert found == ["cases/services/choices.py", "referrals/services/proceedings.py"]
