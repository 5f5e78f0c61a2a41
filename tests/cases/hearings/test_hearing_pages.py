"""The page on which days in court are written down, changed, and said what became of them."""

import pytest

from cases.models import Case, FollowUp, Hearing
from cases.services import hearings
from helpline.core import clock
from tests.cases.clocks.conftest import local
from tests.cases.hearings.conftest import NOW
from tests.dashboard.conftest import sit_down, text_of  # noqa: F401

pytestmark = pytest.mark.django_db
FORM = {
    "day_at": "2026-12-01T09:00", "court": "the magistrate", "place": "room 4", "transport": "Sipho drives",
    "childcare": "her sister", "lawyer": "a lawyer", "lawyer_number": "+447700900121", "tell_caller": "on",
}  # fmt: skip


@pytest.fixture(autouse=True)
def it_is_wednesday_evening(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def desk(sit_down, thandi):  # noqa: F811
    return sit_down(thandi)


@pytest.fixture
def address(case):
    return f"/cases/{case.ref}/hearings/"


def test_thandi_writes_down_a_day_and_reads_it_on_the_case(desk, address, case, friend):
    said = text_of(desk.post(address, {**FORM, "goes_along": friend.ref, "tell_companion": "on"}, follow=True))
    for words in ("the magistrate", "room 4", "Sipho drives", "her sister", "her friend", "a lawyer", "to come"):
        assert words in said
    assert "+447700900121" not in said
    said = text_of(desk.get(f"/cases/{case.ref}/"))
    assert "Days in court" in said
    assert "the magistrate, room 4" in said
    row = Hearing.objects.get()
    assert (row.tell_caller, row.tell_companion, row.tell_lawyer) == (True, True, False)


def test_the_panel_says_what_is_still_missing(desk, case, add):
    add()
    said = text_of(desk.get(f"/cases/{case.ref}/"))
    assert "no way there yet" in said
    assert "nobody goes along yet" in said


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"day_at": ""}, "This field is required."),
        ({"day_at": "soon"}, "Enter a valid date/time."),
        ({"day_at": "9999-12-31T09:00"}, "This year cannot be meant."),
        ({"day_at": "2020-01-01T09:00"}, "long past"),
        ({"day_at": "2036-01-01T09:00"}, "five years ahead"),
        ({"lawyer_number": "12"}, "cannot be a telephone number"),
        ({"court": "x" * 201}, "at most 200 characters"),
        ({"matter": "a\x00b"}, "Null characters are not allowed."),
        ({"goes_along": "AAAAAAAAAAAAAAAAAA"}, "not one of the available choices"),
    ],
)
def test_what_cannot_be_is_said_by_the_field_and_nothing_is_kept(desk, address, typed, sentence):
    answer = desk.post(address, {**FORM, **typed})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not Hearing.objects.exists()


def test_a_form_that_is_sent_twice_is_one_day(desk, address):
    for _press in range(2):
        desk.post(address, {**FORM, "key": "the-same-form"})
    assert Hearing.objects.count() == 1


def test_a_change_keeps_the_number_that_was_shown_masked(desk, address, add):
    row = add(lawyer_number="+447700900121", court="the magistrate")
    page = f"{address}{row.ref}/"
    shown = text_of(desk.get(page))
    assert "+447700900121" not in shown
    assert 'value="••• 121"' in shown
    form = {**FORM, "lawyer_number": "••• 121", "seen": row.changed_at.isoformat(), "court": "the regional court"}
    assert desk.post(page, form).status_code == 302
    row.refresh_from_db()
    assert (row.lawyer_number, row.court) == ("+447700900121", "the regional court")


def test_an_old_page_is_told_that_somebody_was_faster_and_nobody_s_words_are_lost(desk, address, add, thandi):
    row = add()
    seen = row.changed_at.isoformat()
    hearings.change(hearing=row, by=thandi, at=local("2026-11-25T20:01"), transport="a lift")
    answer = desk.post(f"{address}{row.ref}/", {**FORM, "seen": seen, "transport": "a bus"}, follow=True)
    assert "Somebody else has just changed this." in text_of(answer)
    assert Hearing.objects.get().transport == "a lift"


def test_they_could_not_come_is_said_with_what_stood_in_the_way_and_without_a_count(desk, address, add, case):
    for _day in range(3):
        row = add()
        desk.post(f"{address}{row.ref}/", {"verb": "could_not_come", "reason": "childcare"})
    said = text_of(desk.get(address)).lower().partition("<main")[2].partition("</main>")[0]
    assert "nobody for the children" in said
    for words in ("3 times", "missed", "no-show", "did not appear", "failed"):
        assert words not in said
    assert FollowUp.objects.unfinished().filter(because="hearing_offer").count() == 3


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"verb": "could_not_come"}, "Say what stood in the way"),
        ({"verb": "postpone"}, "Say to which day it was moved."),
        ({"verb": "postpone", "day_at": "2026-11-25T19:00"}, "Another day lies ahead of now."),
        ({"verb": "postpone", "day_at": "soon"}, "Enter a valid date/time."),
        ({"verb": "dance"}, "There is no such thing to do."),
        ({"verb": "held", "note": "x" * 2001}, "at most 2000 characters"),
    ],
)
def test_what_became_of_it_is_refused_where_something_is_missing(desk, address, add, form, sentence):
    answer = desk.post(f"{address}{add().ref}/", form, follow=True)
    assert sentence in text_of(answer)
    assert Hearing.objects.get().state == "planned"


def test_a_day_that_was_moved_is_there_twice_with_the_new_one_first(desk, address, add):
    row = add(court="the magistrate")
    said = text_of(desk.post(f"{address}{row.ref}/", {"verb": "postpone", "day_at": "2026-12-15T10:00"}, follow=True))
    assert said.index("15 December 2026, 10:00") < said.index("1 December 2026, 09:00")
    assert said.count("the magistrate") == 2
    assert "Moved to" in said


def test_what_was_pressed_by_mistake_is_taken_back(desk, address, add):
    page = f"{address}{add().ref}/"
    desk.post(page, {"verb": "held"})
    desk.post(page, {"verb": "take_back"})
    assert Hearing.objects.get().state == "planned"


def test_on_a_closed_case_nothing_is_written_down(desk, address):
    Case.objects.update(state="closed")
    assert "Write it down" not in text_of(desk.get(address))
    assert desk.post(address, FORM).status_code == 422
    assert not Hearing.objects.exists()


def test_who_may_not_write_writes_nothing(sit_down, address, add, nomsa, lerato, zola):  # noqa: F811
    row = add()
    for person, status in ((nomsa, 404), (lerato, 404), (zola, 302)):
        assert sit_down(person).post(address, FORM).status_code == status
        assert sit_down(person).post(f"{address}{row.ref}/", {"verb": "held"}).status_code == status
    assert Hearing.objects.get().state == "planned"


def test_a_day_of_another_case_is_not_there(desk, add, line, thandi):
    row = add()
    other = Case.objects.create(ref="HL-ZZZZ", line=line, owner=thandi, source="call", opened_at=NOW)
    assert desk.post(f"/cases/{other.ref}/hearings/{row.ref}/", {"verb": "held"}).status_code == 404
    assert desk.get(f"/cases/{other.ref}/hearings/{row.ref}/").status_code == 404


def test_what_a_stranger_typed_is_shown_and_does_nothing(desk, address, add):
    add(court="<script>alert(1)</script>", transport="x \u202e gnp")
    page = desk.get(address).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
