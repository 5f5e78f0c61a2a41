"""Somebody rings and says only a word or two: what finds their case, who finds it, and what is left behind."""

from datetime import timedelta

import pytest

from cases.models import ContactRoute
from cases.services import casework, identity, names, searching, word_index
from helpline.core.alarms.models import Alarm
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed
from helpline.core.outbox.models import Message
from tests.factories import let_in, make_caller, make_case

NUMBER = "+447700900261"


@pytest.fixture
def rose(db):
    return make_caller(number=NUMBER)


@pytest.fixture
def case(line, rose, sipho, at):
    """Rose's case, which Sipho has: a name, a summary and a note."""
    made = make_case(line=line, caller=rose, owner=sipho, at=at)
    identity.describe(case=made, by=sipho, at=at, code_name="Rosemary")
    casework.set_summary(case=made, by=sipho, summary="eviction threatened", at=at)
    casework.finish_note(case=made, by=sipho, body="Four women in a white van, CA 123-456. Ring 082 123 4567.", at=at)
    return made


@pytest.fixture
def finds(at):
    def search(by, typed, **how):
        return [(one.case.ref, one.where) for one in searching.search(by=by, typed=typed, at=at, **how)]

    return search


@pytest.mark.parametrize(
    ("typed", "where"),
    [
        ("Rosemary", ("name",)),
        ("white van", ("note",)),
        ("WOMEN rosemary eviction", ("note", "summary", "name")),
        ("ca123456", ("note",)),
        ("3456", ("note",)),
        ("0821234567", ("note",)),
        (NUMBER, ("number",)),
    ],
)
def test_a_case_is_found_by_what_stands_in_it(finds, thandi, case, typed, where):
    assert finds(thandi, typed) == [(case.ref, where)]


@pytest.mark.parametrize("typed", ["white bakkie", "Rosalind", "9999", "the and", "", " ", "%", "_", "'; --", "\x00"])
def test_what_does_not_all_stand_in_it_finds_nothing(finds, thandi, case, typed):
    assert finds(thandi, typed) == []


def test_a_part_of_a_reference_finds_on_the_page_alone(finds, thandi, case):
    part = case.ref[3:6]
    assert finds(thandi, part, by_part_of_reference=True) == [(case.ref, ("reference",))]
    assert finds(thandi, part) == []


def test_words_may_stand_in_different_places_of_one_case_and_not_of_two(finds, thandi, case, line, at):
    other = make_case(line=line, owner=thandi, at=at)
    casework.finish_note(case=other, by=thandi, body="a bakkie", at=at)
    assert finds(thandi, "bakkie van") == []
    assert finds(thandi, "eviction van") == [(case.ref, ("note", "summary"))]


def test_a_name_finds_every_case_of_that_person(finds, thandi, case, rose, line, at):
    later = make_case(line=line, caller=rose, at=at + timedelta(hours=1))
    assert finds(thandi, "rosemary") == [(later.ref, ("name",)), (case.ref, ("name",))]


def test_a_name_does_not_find_a_case_of_who_is_only_possibly_that_person(finds, thandi, case, rose, line, at):
    make_case(line=line, caller=rose, possibly_known=True, at=at)
    assert finds(thandi, "rosemary") == [(case.ref, ("name",))]


def test_a_chosen_name_finds_every_case_of_that_person_too(finds, thandi, case, rose, line, at):
    names.set_name(case=case, by=thandi, at=at, kind="chosen", name="Freesia")
    later = make_case(line=line, caller=rose, at=at + timedelta(hours=1))
    make_case(line=line, caller=rose, possibly_known=True, at=at)
    assert finds(thandi, "freesia") == [(later.ref, ("name",)), (case.ref, ("name",))]


def test_a_case_about_somebody_is_found_by_their_name(finds, thandi, case, line, at):
    identity.describe(case=case, by=thandi, at=at, whom="concerns", code_name="Zinnia")
    assert finds(thandi, "zinnia") == [(case.ref, ("name",))]


def test_the_number_of_somebody_near_a_caller_finds_the_case(finds, thandi, case, rose, at):
    card = {"whose": "other", "confirmed_at": at, "confirmed_by": thandi}
    ContactRoute.objects.create(
        caller=rose, kind="peer", name="a friend", number="+447700900262", created_at=at, **card
    )
    assert finds(thandi, "+447700900262") == [(case.ref, ("near",))]


def test_newest_first_and_fifty_at_most(finds, thandi, line, at, monkeypatch):
    monkeypatch.setattr(searching, "MOST_FOUND", 3)
    made = [make_case(line=line, at=at + timedelta(minutes=n)) for n in range(5)]
    for one in made:
        word_index.put(case=one, kind="note", ref=f"N{one.ref}", texts=["bakkie"])
    assert [ref for ref, _ in finds(thandi, "bakkie")] == [one.ref for one in made[:1:-1]]


def test_a_plate_of_an_incident_is_found_by_four_of_its_characters(finds, thandi, case):
    word_index.put(case=case, kind="plate", ref="P1", texts=["ND 774 512"])
    assert finds(thandi, "4512") == finds(thandi, "nd774512") == [(case.ref, ("plate",))]


@pytest.mark.parametrize("typed", ["white van", "rosemary", "3456", "0821234567", NUMBER])
@pytest.mark.parametrize("who", ["nomsa", "lerato", "pieter", "zola"])
def test_who_may_not_read_the_story_finds_it_by_its_reference_at_most(finds, request, case, who, typed):
    person = request.getfixturevalue(who)
    assert finds(person, typed) == []
    assert finds(person, case.ref) == []


def test_a_paralegal_finds_an_unowned_case_by_reference_and_not_by_a_word(finds, nomsa, case):
    case.owner = None
    case.save()
    assert finds(nomsa, "white van") == []
    assert finds(nomsa, case.ref) == [(case.ref, ("reference",))]


@pytest.mark.parametrize("typed", ["white van", "rosemary", NUMBER])
def test_whoever_was_let_in_or_has_it_finds_it(finds, nomsa, sipho, case, typed):
    let_in(case, nomsa)
    assert len(finds(nomsa, typed)) == len(finds(sipho, typed)) == 1


def test_a_search_is_written_down_with_counts_and_without_its_words(finds, thandi, case):
    finds(thandi, "white van")
    finds(thandi, "orchid")
    told = Entry.objects.filter(verb="case.searched").order_by("pk")
    assert [(one.who, one.about, one.detail) for one in told] == [
        (thandi, "", {"found": 1, "words": 2}),
        (thandi, "", {"found": 0, "words": 1}),
    ]


def test_a_reference_is_no_search_that_anybody_counts(finds, thandi, case):
    for typed in ("HL-2222", case.ref, case.ref.removeprefix("HL-").lower()):
        finds(thandi, typed)
    assert not Entry.objects.filter(verb="case.searched").exists()


@pytest.fixture
def fished(thandi, at):
    """Thandi has gone through sixty names."""
    Entry.objects.bulk_create(
        Entry(at=at, who=thandi, verb="case.searched", what="case", detail={}) for _ in range(searching.MOST_SEARCHES)
    )


def test_who_goes_through_names_is_stopped_and_the_supervisors_hear_of_it(finds, fished, thandi, naledi, case):
    for _ in range(2):
        with pytest.raises(NotAllowed, match="supervisors were told"):
            finds(thandi, "rosemary")
    with pytest.raises(NotAllowed):
        finds(thandi, NUMBER)
    assert [(alarm.kind, alarm.about) for alarm in Alarm.objects.all()] == [("many_searches", thandi.ref)]
    assert [message.to_ref for message in Message.objects.filter(template="staff/alarm")] == ["naledi"]
    assert Entry.objects.filter(verb="case.search_refused", who=thandi).count() == 3


def test_a_reference_still_opens_a_case_for_who_has_searched_too_often(finds, fished, thandi, case):
    assert finds(thandi, case.ref) == [(case.ref, ("reference",))]


def test_an_hour_later_and_for_somebody_else_the_search_goes_on(fished, thandi, naledi, case, at):
    assert searching.search(by=naledi, typed="rosemary", at=at)
    assert searching.search(by=thandi, typed="rosemary", at=at + timedelta(hours=1, seconds=1))


def test_ten_thousand_words_ask_no_more_than_eight(finds, thandi, case, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        assert finds(thandi, " ".join(f"orchid{n}x" for n in range(10_000))) == []
