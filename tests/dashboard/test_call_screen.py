"""The call screen: what may be shown before the code word, what after it, to whom, and what a wrap-up says."""

from datetime import timedelta

import pytest

from cases.models import Case
from helpline.core import clock
from telephony.models import Call
from tests.dashboard.conftest import text_of
from tests.factories import make_call, make_caller, make_case, make_follow_up, make_note, make_safe_contact

pytestmark = pytest.mark.django_db


def screen_of(case):
    return f"/cases/{case.ref}/call/"


@pytest.fixture
def desk(sit_down, thandi):
    return sit_down(thandi)


@pytest.fixture
def rose(line, thandi):
    return make_case(line=line, caller=make_caller(code_name="Rose", code_word="lemon tree"), owner=thandi)


@pytest.fixture
def again(line, rose, thandi):
    """Rose's number rings again, and nobody knows yet who holds the phone."""
    make_note(rose, thandi, "the old bridge")
    make_safe_contact(rose.caller, thandi, may_text=True)
    case = make_case(line=line, caller=rose.caller, possibly_known=True)
    make_call(case, state="ringing")
    return case


def test_before_the_word_nothing_of_before_is_shown(desk, again, rose):
    page = text_of(desk.get(screen_of(again)))
    assert "Possibly known." in page
    for told in (rose.ref, "Rose", "the old bridge", "text: yes"):
        assert told not in page


def test_after_the_word_what_stands_open_is_shown_and_the_screen_stays(desk, again, rose, thandi, at):
    make_follow_up(rose, kind="court", due_at=at, owner=thandi)
    answer = desk.post(
        f"/cases/{again.ref}/known/", {"answer": "code_word", "word": "lemon tree", "then": "call"}, follow=True
    )
    assert answer.redirect_chain[-1][0] == screen_of(again)
    page = text_of(answer)
    assert rose.ref in page
    assert "Before court" in page


def test_a_new_number_is_a_new_caller(desk, line):
    case = make_case(line=line, caller=make_caller())
    make_call(case, state="ringing")
    assert "New caller." in text_of(desk.get(screen_of(case)))


def test_a_withheld_number_is_said_to_be_withheld(desk, line):
    case = make_case(line=line)
    make_call(case, state="ringing")
    assert "Number withheld." in text_of(desk.get(screen_of(case)))


def test_a_case_without_a_call_has_no_call_screen(desk, line, thandi):
    assert desk.get(screen_of(make_case(line=line, owner=thandi))).status_code == 404


def test_a_call_that_goes_on_counts_before_a_newer_one_that_is_over(desk, rose, at):
    make_call(rose, state="connected", at=at - timedelta(minutes=20))
    make_call(rose, outcome="missed", at=at)
    assert "Connected" in text_of(desk.get(f"/cases/{rose.ref}/call/state/"))


def test_nomsa_before_she_has_it_sees_where_it_is_and_no_field(sit_down, nomsa, again):
    page = text_of(sit_down(nomsa).get(screen_of(again)))
    assert "Ringing" in page
    assert "<textarea" not in page
    assert again.number.number[-3:] not in page


def test_the_page_of_nomsa_is_loaded_anew_once_the_call_is_hers(sit_down, nomsa, again):
    desk = sit_down(nomsa)
    assert "HX-Refresh" not in desk.get(f"/cases/{again.ref}/call/state/?is=shut").headers
    Case.objects.filter(pk=again.pk).update(owner=nomsa)
    assert desk.get(f"/cases/{again.ref}/call/state/?is=shut").headers["HX-Refresh"] == "true"
    assert "HX-Refresh" not in desk.get(f"/cases/{again.ref}/call/state/").headers


def test_take_on_the_board_opens_the_call_screen(desk, again):
    assert desk.post(f"/cases/{again.ref}/take/", {"then": "call"}).url == screen_of(again)


def test_a_tap_keeps_what_it_is_about(desk, rose):
    make_call(rose, state="connected")
    assert desk.post(f"{screen_of(rose)}kind/", {"kind": "clinic"}, headers={"HX-Request": "true"}).status_code == 204
    assert Call.objects.get(case=rose).kind == "clinic"


def test_a_wrap_up_goes_to_the_board_and_says_what_is_missing_in_one_line(desk, rose, thandi):
    make_call(rose, answered_by=thandi)
    page = text_of(desk.post(f"{screen_of(rose)}done/", {"kind": "information", "body": "her rent"}, follow=True))
    assert "Information only: written up. Not there yet: a next step, what is safe on this number." in page
    assert "Undo" in page
    assert "her rent" not in page


def test_a_wrap_up_with_all_that_is_needed_says_only_what_comes_next(desk, rose, thandi, at):
    make_call(rose, answered_by=thandi)
    make_safe_contact(rose.caller, thandi, may_text=True)
    page = text_of(desk.post(f"{screen_of(rose)}done/", {"kind": "listened"}, follow=True))
    assert "Next: check, in 30 min." in page
    assert "Not there yet" not in page


def test_a_wrap_up_without_a_kind_says_so_and_keeps_the_draft(desk, rose, thandi):
    make_call(rose, answered_by=thandi)
    desk.post(f"/cases/{rose.ref}/draft/", {"body": "her rent"})
    page = text_of(desk.post(f"{screen_of(rose)}done/", {"body": "her rent"}, follow=True))
    assert "press one of the digits" in page
    assert "her rent" in text_of(desk.get(screen_of(rose)))


def test_undo_over_htmx_leads_back_to_the_screen(desk, rose, thandi):
    call = make_call(rose, answered_by=thandi)
    desk.post(f"{screen_of(rose)}done/", {"kind": "test"})
    done = call.wrap_ups.get()
    answer = desk.post(f"{screen_of(rose)}done/{done.ref}/undo/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == screen_of(rose)
    rose.refresh_from_db()
    assert rose.state == "open"


def test_a_wrap_up_of_another_case_is_not_undone_through_this_one(desk, rose, line, thandi):
    other = make_case(line=line, owner=thandi)
    call = make_call(other, answered_by=thandi)
    make_call(rose)
    desk.post(f"{screen_of(other)}done/", {"kind": "test"})
    assert desk.post(f"{screen_of(rose)}done/{call.wrap_ups.get().ref}/undo/").status_code == 404


def test_after_a_minute_the_undo_is_refused_in_words(desk, rose, thandi, at, monkeypatch):
    call = make_call(rose, answered_by=thandi)
    desk.post(f"{screen_of(rose)}done/", {"kind": "test"})
    monkeypatch.setattr(clock, "now", lambda: at + timedelta(minutes=2))
    answer = desk.post(f"{screen_of(rose)}done/{call.wrap_ups.get().ref}/undo/", headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert "too late" in text_of(answer)


def test_a_note_without_htmx_is_put_into_the_story_all_the_same(desk, rose):
    make_call(rose)
    assert "her rent" in text_of(desk.post(f"/cases/{rose.ref}/note/", {"body": "her rent"}, follow=True))


def test_a_wrapped_up_call_leaves_the_board_before_the_gateway_says_it_is_over(desk, rose, thandi):
    make_call(rose, state="connected", answered_by=thandi)
    assert "Connected" in text_of(desk.get("/board/now/"))
    desk.post(f"{screen_of(rose)}done/", {"kind": "support"})
    assert "Connected" not in text_of(desk.get("/board/now/"))


def offered(desk, **headers):
    return text_of(desk.get("/board/ringing/", headers={"HX-Request": "true", **headers}))


@pytest.fixture
def rings(again, thandi, at):
    """Rose's number rings Thandi's phone."""
    call = again.calls.get()
    call.legs.create(person=thandi, step=0, rang_at=at)
    return call


def test_a_ring_is_offered_to_whose_phone_rings_and_to_nobody_else(desk, sit_down, naledi, rings, again):
    assert "Rings for you" in offered(desk)
    assert screen_of(again) in offered(desk)
    assert "offer" not in offered(sit_down(naledi))


def test_an_offer_says_nothing_that_a_passer_by_could_read(desk, rings, again):
    words = offered(desk)
    assert f">{again.ref}" not in words
    assert again.number.number[-3:] not in words


def test_who_is_on_the_phone_is_led_to_its_screen(desk, rings, at, thandi):
    leg = rings.legs.get()
    Call.objects.filter(pk=rings.pk).update(state="connected", accepted_leg=leg, answered_by=thandi, answered_at=at)
    assert "You are on the phone" in offered(desk)


@pytest.mark.parametrize("state", ["ended", "voicemail"])
def test_what_rings_no_longer_is_not_offered(desk, rings, state):
    Call.objects.filter(pk=rings.pk).update(state=state)
    assert "offer" not in offered(desk)


def test_a_phone_that_stopped_ringing_is_not_offered(desk, rings):
    rings.legs.update(result="no-answer")
    assert "offer" not in offered(desk)


def test_nothing_is_offered_where_it_is_seen_already(desk, rings, again):
    assert "offer" not in offered(desk, **{"HX-Current-URL": f"http://testserver{screen_of(again)}"})
    assert "offer" not in offered(desk, **{"HX-Current-URL": "http://testserver/"})
    assert "offer" in offered(desk, **{"HX-Current-URL": "http://testserver/rota/"})
