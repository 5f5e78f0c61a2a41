"""What is usually promised after a call, with the caller's yes; and how whoever keeps a promise reaches them."""

from datetime import timedelta

import pytest

from cases.models import ContactRoute, FollowUp, SafeContact
from cases.services import consent_keeping, followups, usual_followups
from cases.services.consent_keeping import Answer
from cases.services.way_words import suggest_way
from helpline.core.errors import NotAllowed
from tests.dashboard.conftest import it_is_night, sit_down, text_of  # noqa: F401
from tests.factories import make_caller, make_case, make_follow_up, make_safe_contact

pytestmark = pytest.mark.django_db
ALL = ["day", "week", "month"]


@pytest.fixture
def rose():
    return make_caller(number="+447700900241", code_name="Rose")


@pytest.fixture
def case(line, thandi, rose, at):
    return make_case(line=line, caller=rose, owner=thandi, at=at)


@pytest.fixture
def add(case, thandi, at):
    return lambda codes=ALL, agreed=True, when=at: usual_followups.add(
        case=case, by=thandi, at=when, codes=codes, agreed=agreed
    )


def promised():
    return list(FollowUp.objects.order_by("due_at").values_list("kind", "because", "due_at"))


def test_the_usual_is_the_next_day_a_week_and_a_month_in_hours_of_the_desk(add, at):
    add()
    morning = at.replace(hour=6, minute=0)  # 08:00 in Johannesburg: at 02:10 nobody is rung
    assert promised() == [
        ("safety", "usual_day", morning + timedelta(days=1)),
        ("check", "usual_week", morning + timedelta(days=7)),
        ("check", "usual_month", morning + timedelta(days=30)),
    ]


def test_pressed_twice_it_is_promised_once(add):
    add()
    add()
    assert FollowUp.objects.count() == 3


def test_nothing_is_promised_without_a_yes_or_without_a_choice(add):
    with pytest.raises(NotAllowed):
        add(agreed=False)
    with pytest.raises(NotAllowed):
        add(codes=["never"])
    assert not FollowUp.objects.exists()


def test_who_does_not_want_to_be_contacted_is_not_offered_it_and_what_was_promised_is_let_go(case, add, thandi, at):
    add()
    consent_keeping.record(case=case, answers=[Answer("contact", "refused")], by=thandi, at=at)
    assert usual_followups.offer(case, [], at) == []
    assert set(FollowUp.objects.values_list("state", flat=True)) == {"skipped"}
    with pytest.raises(NotAllowed):
        add(when=at + timedelta(days=1))


def test_what_is_promised_already_is_not_offered_again(case, add, at):
    assert [one.usual.code for one in usual_followups.offer(case, [], at)] == ALL
    add(codes=["week"])
    assert [one.usual.code for one in usual_followups.offer(case, list(FollowUp.objects.all()), at)] == ["day", "month"]
    followups.add_after_call(case=case, key="x", owner=None, ended_at=at, at=at)
    assert [one.usual.code for one in usual_followups.offer(case, list(FollowUp.objects.all()), at)] == ["month"]


def test_thandi_promises_it_with_one_press(sit_down, case, thandi):  # noqa: F811
    desk = sit_down(thandi)
    assert "What is usual" in text_of(desk.get(f"/cases/{case.ref}/"))
    said = text_of(desk.post(f"/cases/{case.ref}/usual/", {"usual": ALL, "agreed": "yes"}, follow=True))
    assert "3 things are promised." in said
    assert "A week after: how is it going?" in said
    assert "What is usual" not in said


def test_without_the_yes_the_page_says_what_to_ask(sit_down, case, thandi):  # noqa: F811
    said = text_of(sit_down(thandi).post(f"/cases/{case.ref}/usual/", {"usual": ALL}, follow=True))
    assert "Ask them first whether they want to be contacted again." in said
    assert not FollowUp.objects.exists()


def test_a_promise_that_reaches_her_says_how(sit_down, case, rose, thandi):  # noqa: F811
    make_safe_contact(rose, thandi, may_text=True, may_call=True)
    make_follow_up(case, kind="safety", owner=thandi)
    said = text_of(sit_down(thandi).get(f"/cases/{case.ref}/"))
    assert "Reach them:" in said
    assert "text ••• 241" in said


def test_where_nothing_is_known_to_be_safe_the_promise_says_so(sit_down, case, thandi):  # noqa: F811
    make_follow_up(case, kind="check", owner=thandi)
    assert "No way to reach them is known to be safe" in text_of(sit_down(thandi).get(f"/cases/{case.ref}/"))


def test_a_task_that_is_kept_without_her_says_nothing_of_ways(sit_down, case, thandi):  # noqa: F811
    make_follow_up(case, kind="task", owner=thandi)
    said = text_of(sit_down(thandi).get(f"/cases/{case.ref}/"))
    assert "Reach them" not in said
    assert "No way to reach them" not in said


def test_a_call_is_suggested_where_only_a_call_is_safe_and_from_when(case, rose, thandi, at):
    make_safe_contact(rose, thandi, may_call=True)
    SafeContact.objects.update(hours=[{"day": 0, "from": "15:00", "to": "17:00"}])
    way = suggest_way(case, at)
    assert (way.words, way.from_at) == ("ring ••• 241", at.replace(hour=13, minute=0))


def test_a_promised_call_back_is_kept_on_the_number_it_was_promised_to(case, at):
    assert suggest_way(case, at, kind="call_back").why_not
    followups.promise_call_back(case=case, due_at=at, because="cap", key="call-1", urgent=False, at=at)
    assert suggest_way(case, at, kind="call_back").words == "ring ••• 241"
    assert suggest_way(case, at, kind="safety").why_not


def test_somebody_near_her_is_suggested_where_her_own_phone_is_not_safe(case, rose, thandi, at):
    make_safe_contact(rose, thandi)
    ContactRoute.objects.create(
        caller=rose,
        kind="drop_in",
        name="the drop-in",
        whose="other",
        confirmed_at=at,
        confirmed_by=thandi,
        created_at=at,
    )
    assert suggest_way(case, at).words == "go to the drop-in"
