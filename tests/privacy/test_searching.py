"""Whoever can type a number could try out whose it is: a search finds what may be read, and is written down."""

import pytest

from helpline.core.audit.models import Entry
from tests.factories import make_caller, make_case

NUMBER = "+447700900211"
pytestmark = pytest.mark.django_db


@pytest.fixture
def case(line, at):
    """A case that nobody has taken yet: every paralegal knows of it, none may read who called."""
    return make_case(line=line, caller=make_caller(number=NUMBER), at=at)


def search(desk_of, person, typed):
    return desk_of(person).post("/cases/search/", {"q": typed})


def test_nomsa_cannot_try_out_whose_case_it_is_by_typing_numbers(desk_of, case, nomsa):
    hit, miss = search(desk_of, nomsa, NUMBER), search(desk_of, nomsa, "+447700900212")
    assert (hit.status_code, miss.status_code) == (200, 200)
    assert case.ref not in hit.content.decode()


def test_thandi_finds_a_case_by_its_number_and_that_is_written_down_without_the_number(desk_of, case, thandi):
    assert search(desk_of, thandi, "0044 7700 900 211").headers["Location"] == f"/cases/{case.ref}/"
    deed = Entry.objects.get(verb="number.searched")
    assert (deed.who, deed.about, deed.detail) == (thandi, case.number.ref, {"found": 1})


def test_a_search_that_finds_nobody_is_written_down_too(desk_of, case, thandi):
    search(desk_of, thandi, "+447700900999")
    deed = Entry.objects.get(verb="number.searched")
    assert (deed.about, deed.detail) == ("", {"found": 0})


def test_nomsa_finds_a_case_that_she_knows_of_by_a_part_of_its_reference(desk_of, case, nomsa):
    assert search(desk_of, nomsa, case.ref[3:7].lower()).headers["Location"] == f"/cases/{case.ref}/"
    assert not Entry.objects.filter(verb="number.searched").exists()


@pytest.mark.parametrize("typed", ["", "\x00", "+44\x007700900211", "٠٤٤٧٧٠٠٩٠٠٢١١", "💥", "+" * 5000, "HL-", "%"])
def test_nothing_that_is_typed_breaks_the_search(desk_of, case, thandi, typed):
    assert search(desk_of, thandi, typed).status_code in {200, 302}
