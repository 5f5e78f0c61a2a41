"""The rapid response team: who is in it, and how they are kept."""

import pytest

from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed
from referrals.models import TeamMember
from referrals.services import candidates, team
from tests.factories import make_case
from tests.referrals.asking_rows import make_district

pytestmark = pytest.mark.django_db
SAGE, WREN = "+447700900131", "+447700900132"


@pytest.fixture(autouse=True)
def night(monkeypatch, at):
    monkeypatch.setattr("helpline.core.clock.now", lambda: at)


@pytest.fixture
def woodstock(db):
    return make_district()


@pytest.fixture
def sage(lerato, woodstock, at):
    return keep(lerato, at, areas=[woodstock])


def keep(by, at, **changes):
    said = {"name": "Sage", "number": SAGE, "languages": ["zu"], "areas": [], "user": None, **changes}
    return team.keep_member(by=by, at=at, **said)


def may_be_asked(case, at, area=None):
    found = candidates.find(case, need="rapid_response", area=area, language="", at=at, is_team=True)
    return [match.ref for match in found.matches]


def test_a_member_may_be_asked(sage, line, woodstock, at):
    assert may_be_asked(make_case(line=line), at, woodstock) == [sage.ref]


def test_who_is_away_is_not_asked_until_they_are_back(sage, line, lerato, at):
    case = make_case(line=line)
    team.set_away(member=sage, is_away=True, by=lerato, at=at)
    assert may_be_asked(case, at) == []
    team.set_away(member=sage, is_away=False, by=lerato, at=at)
    assert may_be_asked(case, at) == [sage.ref]


def test_who_has_left_the_team_is_never_asked_and_cannot_be_changed(sage, line, lerato, at):
    team.end_member(member=sage, by=lerato, at=at)
    assert may_be_asked(make_case(line=line), at) == []
    with pytest.raises(NotAllowed):
        keep(lerato, at, member=sage)


def test_a_number_left_blank_stays_and_stays_checked(sage, lerato, at):
    team.note_number_checked(member=sage, by=lerato, at=at)
    again = keep(lerato, at, member=sage, number=None, name="Sage R.")
    assert (again.number, again.number_checked_at, again.name) == (SAGE, at, "Sage R.")


def test_a_new_number_has_to_be_checked_anew(sage, lerato, at):
    team.note_number_checked(member=sage, by=lerato, at=at)
    assert keep(lerato, at, member=sage, number=WREN).number_checked_at is None


def test_who_checked_a_number_and_when_is_written_down(sage, lerato, at):
    team.note_number_checked(member=sage, by=lerato, at=at)
    entry = Entry.objects.get(verb="team.number_checked")
    assert (entry.who, entry.about, entry.at) == (lerato, sage.ref, at)


@pytest.mark.parametrize("number", ["12", "abc", "+" * 40])
def test_what_is_no_number_is_refused(number, lerato, at):
    with pytest.raises(NotAllowed):
        keep(lerato, at, number=number)


def test_two_members_do_not_share_a_number(sage, lerato, at):
    with pytest.raises(NotAllowed):
        keep(lerato, at, name="Wren", number="+44 7700 900131")


def test_two_members_do_not_share_an_account(lerato, nomsa, at):
    keep(lerato, at, user=nomsa)
    with pytest.raises(NotAllowed):
        keep(lerato, at, name="Wren", number=WREN, user=nomsa)


def test_a_number_that_is_not_there_cannot_be_called_checked(lerato, at):
    with pytest.raises(NotAllowed):
        team.note_number_checked(member=keep(lerato, at, number=None), by=lerato, at=at)


# The pages


def test_the_coordinator_sees_everybody_without_their_numbers(desk_of, lerato, sage):
    page = desk_of(lerato).get("/network/team/").content.decode()
    assert "Sage" in page
    assert "••• 131" in page
    assert SAGE not in page
    assert "not checked" in page


def test_somebody_is_added_with_areas_and_languages(desk_of, lerato, woodstock):
    said = {
        "name": "Wren",
        "number": "+44 7700 900132",
        "languages": "zu, isiXhosa",
        "areas": [woodstock.ref],
        "user": "",
    }
    assert desk_of(lerato).post("/network/team/new/", said).status_code == 302
    wren = TeamMember.objects.get()
    assert (wren.number, wren.languages, list(wren.areas.all())) == (WREN, ["zu", "xh"], [woodstock])


def test_a_wrong_number_is_said_beside_its_field(desk_of, lerato):
    answer = desk_of(lerato).post("/network/team/new/", {"name": "Wren", "number": "12", "languages": ""})
    assert answer.status_code == 422
    assert "This is no telephone number." in answer.content.decode()
    assert not TeamMember.objects.exists()


@pytest.mark.parametrize(
    ("verb", "field", "value"), [("away", "is_away", True), ("checked", "number_checked_at", None), ("left", "ended_at", None)]
)  # fmt: skip
def test_small_things_are_one_press(verb, field, value, desk_of, lerato, sage, at):
    assert desk_of(lerato).post(f"/network/team/{sage.ref}/", {"verb": verb}).status_code == 302
    sage.refresh_from_db()
    assert getattr(sage, field) == (value if value is not None else at)


def test_the_page_of_a_member_does_not_tell_the_number(desk_of, lerato, sage):
    page = desk_of(lerato).get(f"/network/team/{sage.ref}/").content.decode()
    assert "900131" not in page


def test_hostile_words_break_nothing(desk_of, lerato):
    said = {"name": "a\x00\u202e<script>", "number": "", "languages": "xx-" + "y" * 190}
    assert desk_of(lerato).post("/network/team/new/", said).status_code in {302, 422}
