"""The end of a case: thought through, with a reason, and a way back. And a second pair of eyes where the house wants it."""

from datetime import timedelta

import pytest

from cases.models import Case, Closing, ClosingReason, FollowUp, Review
from cases.services import approval, casework, closing, reviews
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed
from helpline.core.outbox import services as outbox
from helpline.core.outbox.models import Message, Route
from tests.factories import make_caller, make_case, make_follow_up, make_line, make_safe_contact

ALL = ("wants", "told_back", "safe_contact")


@pytest.fixture
def rose(line, thandi):
    return make_case(line=line, caller=make_caller(code_name="Rose"), owner=thandi)


@pytest.fixture
def end(rose, thandi, at):
    def ended(reason="done", **said):
        given = {"may_resume": True, "ticked": ALL, "by": thandi, **said}
        return closing.close(case=rose, at=at, reason=reason, **given)

    return ended


def state_of(case):
    return Case.objects.get(pk=case.pk).state


def test_a_case_ends_for_a_reason_and_with_what_to_say_when_she_comes_back(rose, end):
    end("chose", say_then="Welcome. Do you want to go on?", wants="to rest")
    kept = Closing.objects.get()
    assert (state_of(rose), kept.reason, kept.may_resume) == ("closed", "chose", True)
    assert (kept.say_then, kept.wants) == ("Welcome. Do you want to go on?", "to rest")


@pytest.mark.parametrize("reason", ClosingReason.values)
def test_what_was_not_looked_at_is_named(rose, end, reason):
    needed = closing.NEEDS[reason]
    if needed:
        with pytest.raises(NotAllowed, match="Before it ends:"):
            end(reason, ticked=sorted(needed)[1:])
        assert state_of(rose) == "open"
    end(reason, ticked=sorted(needed))
    assert state_of(rose) == "closed"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"reason": "bored"}, "why it ends"),
        ({"may_resume": None}, "taken up again"),
        ({"ticked": ["everything"]}, "no such thing to tick"),
        ({"may_resume": False}, "what we say when they come back"),
    ],
)
def test_an_end_that_cannot_be_is_refused_and_nothing_is_kept(rose, end, said, sentence):
    with pytest.raises(NotAllowed, match=sentence):
        end(**said)
    assert (state_of(rose), Closing.objects.count()) == ("open", 0)


def test_nothing_ends_while_something_is_promised(rose, end, at):
    make_follow_up(rose, due_at=at + timedelta(days=1))
    with pytest.raises(NotAllowed, match="still open"):
        end()
    assert (state_of(rose), Closing.objects.count()) == ("open", 0)


def test_the_checklist_tells_hearings_clocks_and_promises_apart(rose, thandi, at):
    for kind in ("court", "window", "task"):
        make_follow_up(rose, kind=kind, due_at=at + timedelta(days=1))
    make_follow_up(rose, kind="task", state="done")
    card = make_safe_contact(rose.caller, thandi)
    found = closing.read_checklist(rose)
    assert [len(rows) for rows in (found.hearings, found.clocks, found.promises)] == [1, 1, 1]
    assert (found.safe_contact, found.is_clear) == (card, False)


@pytest.mark.parametrize(("reason", "state"), [("died", "canceled"), ("chose", "canceled"), ("done", "waiting")])
def test_no_text_goes_to_the_phone_of_somebody_who_died_or_stopped(rose, end, at, reason, state):
    number = rose.caller.numbers.get().ref
    outbox.put(key="later", route=Route.CALLER, to=number, template="written", about=rose.ref, at=at)
    end(reason)
    assert Message.objects.get().state == state


def test_it_may_be_opened_and_end_again_and_both_ends_stay(rose, end, thandi, at):
    end("lost_touch", ticked=())
    casework.reopen(case=rose, by=thandi, at=at)
    end("done")
    assert closing.newest(rose).reason == "done"
    assert Closing.objects.count() == 2


def wants_review(lerato, at, *steps, line=None):
    reviews.keep_rules(rules=[(line, step) for step in steps], by=lerato, at=at)


def test_nobody_waits_where_the_house_does_not_want_it(rose, thandi):
    assert not approval.is_needed(rose, "closing")
    assert approval.is_settled(rose, "closing", thandi)


def test_where_it_is_wanted_nobody_closes_before_naledi_has_looked(rose, end, thandi, naledi, lerato, at):
    wants_review(lerato, at, "closing")
    for close in (end, lambda: casework.close(case=rose, by=thandi, at=at)):
        with pytest.raises(NotAllowed, match="a supervisor looks at this first"):
            close()
    review = reviews.ask(case=rose, step="closing", by=thandi, at=at)
    with pytest.raises(NotAllowed, match="a supervisor looks at this first"):
        end()
    reviews.answer(review=review, by=naledi, at=at, approve=True)
    end()
    assert state_of(rose) == "closed"


def test_an_approval_is_good_for_one_end(rose, end, thandi, naledi, lerato, at):
    wants_review(lerato, at, "closing")
    reviews.answer(review=reviews.ask(case=rose, step="closing", by=thandi, at=at), by=naledi, at=at, approve=True)
    end()
    casework.reopen(case=rose, by=thandi, at=at)
    with pytest.raises(NotAllowed, match="a supervisor looks at this first"):
        end()


def test_naledi_herself_does_not_wait(rose, end, naledi, lerato, at):
    wants_review(lerato, at, "closing")
    end(by=naledi)
    assert state_of(rose) == "closed"


def test_the_rule_of_one_line_is_not_that_of_another(rose, lerato, at, thandi):
    wants_review(lerato, at, "closing", "plan", line=rose.line)
    other = make_case(line=make_line(number="+18885550199", name="Other"), owner=thandi)
    assert approval.is_needed(rose, "closing")
    assert not approval.is_needed(rose, "sharing")
    assert not approval.is_needed(other, "closing")
    assert not approval.is_needed(make_case(owner=thandi), "closing")
    wants_review(lerato, at, "closing")
    assert approval.is_needed(other, "closing")
    assert not approval.is_needed(rose, "plan")


def test_what_is_given_back_is_a_task_with_the_note_and_ends_when_it_is_asked_again(rose, thandi, naledi, at):
    review = reviews.ask(case=rose, step="plan", by=thandi, at=at)
    reviews.answer(review=review, by=naledi, at=at, approve=False, note="Ask about the children.")
    task = FollowUp.objects.get()
    assert (task.owner, task.because, task.why) == (thandi, "review_returned", "Ask about the children.")
    reviews.ask(case=rose, step="plan", by=thandi, at=at + timedelta(hours=1))
    assert FollowUp.objects.get().state == "done"


def test_nobody_approves_what_she_asked_for_herself(rose, naledi, at):
    review = reviews.ask(case=rose, step="closing", by=naledi, at=at)
    with pytest.raises(NotAllowed, match="somebody else"):
        reviews.answer(review=review, by=naledi, at=at, approve=True)
    assert Review.objects.get().state == "waiting"


def test_only_a_supervisor_answers(rose, thandi, sipho, lerato, at):
    review = reviews.ask(case=rose, step="closing", by=thandi, at=at)
    for person in (sipho, lerato):
        with pytest.raises(NotAllowed, match="A supervisor answers"):
            reviews.answer(review=review, by=person, at=at, approve=True)


def test_a_return_says_what_is_missing_and_an_answer_is_given_once(rose, thandi, naledi, at):
    review = reviews.ask(case=rose, step="closing", by=thandi, at=at)
    with pytest.raises(NotAllowed, match="what is missing"):
        reviews.answer(review=review, by=naledi, at=at, approve=False, note=" ")
    reviews.answer(review=review, by=naledi, at=at, approve=True)
    with pytest.raises(NotAllowed, match="does not wait any more"):
        reviews.answer(review=review, by=naledi, at=at, approve=True)


def test_asking_twice_is_one_request(rose, thandi, at):
    reviews.ask(case=rose, step="closing", by=thandi, at=at, note="first")
    reviews.ask(case=rose, step="closing", by=thandi, at=at, note="second")
    assert Review.objects.get().note == "second"


def test_a_step_that_there_is_not_is_refused(rose, thandi, lerato, at):
    with pytest.raises(NotAllowed, match="nothing of this kind"):
        reviews.ask(case=rose, step="breathing", by=thandi, at=at)
    with pytest.raises(NotAllowed, match="nothing of this kind"):
        reviews.keep_rules(rules=[(None, "breathing")], by=lerato, at=at)


def test_the_audit_has_codes_and_no_words(rose, end, thandi, naledi, at):
    review = reviews.ask(case=rose, step="plan", by=thandi, at=at, note="quokka")
    reviews.answer(review=review, by=naledi, at=at, approve=True, note="quokka")
    end(say_then="quokka")
    assert "quokka" not in str(list(Entry.objects.values()))
    assert Entry.objects.filter(verb="case.closed", about=rose.ref).count() == 1
