"""What people do on the case page with one press: a line about it, danger, putting off, giving, joining."""

from datetime import UTC, datetime, timedelta

import pytest

from cases.models import Case, Note
from helpline.core.audit.models import Entry
from helpline.core.http.words import here
from helpline.dashboard.forms import next_morning
from tests.dashboard.conftest import text_of
from tests.factories import make_caller, make_case, make_follow_up


@pytest.fixture
def rose(line, thandi):
    return make_case(line=line, caller=make_caller(code_name="Rose", code_word="lemon tree"), owner=thandi)


@pytest.fixture
def desk(sit_down, thandi):
    return sit_down(thandi)


def page_of(case) -> str:
    return f"/cases/{case.ref}/"


def test_a_line_about_the_case_is_written_changed_and_taken_away(desk, rose):
    for typed, kept in (("four women,\n one van", "four women, one van"), ("five women", "five women"), ("  ", None)):
        desk.post(page_of(rose) + "summary/", {"summary": typed})
        assert Case.objects.get(pk=rose.pk).summary == kept
    desk.post(page_of(rose) + "summary/", {"summary": "five women"})
    assert "five women" in text_of(desk.get(page_of(rose)))
    assert Entry.objects.filter(verb="case.summarised", about=rose.ref).count() == 4


def test_a_line_that_is_a_story_is_refused_and_nothing_is_cut(desk, rose):
    desk.post(page_of(rose) + "summary/", {"summary": "five women"})
    answer = desk.post(page_of(rose) + "summary/", {"summary": "x" * 1001}, follow=True)
    assert "One line is enough here" in text_of(answer)
    assert Case.objects.get(pk=rose.pk).summary == "five women"


def test_the_line_is_shut_to_who_has_not_taken_the_case(sit_down, nomsa, line):
    case = make_case(line=line, caller=make_caller(), summary="five women")
    desk = sit_down(nomsa)
    assert "five women" not in text_of(desk.get(page_of(case)))
    desk.post(page_of(case) + "summary/", {"summary": "nothing"})
    assert Case.objects.get(pk=case.pk).summary == "five women"


def test_danger_is_said_in_the_header_in_full_and_on_the_board_in_two_words(desk, rose, at, ring):
    make_follow_up(rose, due_at=at)
    ring(rose, state="connected")
    desk.post(page_of(rose) + "urgency/", {"urgency": "danger"})
    assert 'class="state state-now"><svg' in text_of(desk.get(page_of(rose)))
    assert "in danger or arrested</span>" in text_of(desk.get(page_of(rose)))
    for part in ("/board/due/", "/board/now/"):
        board = text_of(desk.get(part))
        assert "at once</span>" in board
        assert "danger" not in board
        assert "arrested" not in board
    desk.post(page_of(rose) + "urgency/", {"urgency": "normal"})
    assert "at once" not in text_of(desk.get("/board/due/")) + text_of(desk.get("/board/now/"))


def test_an_urgency_that_there_is_not_is_refused_in_words(desk, rose):
    answer = desk.post(page_of(rose) + "urgency/", {"urgency": "very"}, follow=True)
    assert "A case is normal, or somebody is in danger or arrested." in text_of(answer)
    assert Case.objects.get(pk=rose.pk).urgency == "normal"


@pytest.fixture
def promised(rose, thandi, at):
    return make_follow_up(rose, due_at=at, owner=thandi)


def press(desk, row, **said):
    return desk.post(f"{page_of(row.case)}follow-ups/{row.ref}/", said, headers={"HX-Request": "true"})


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ({"until": "30"}, timedelta(minutes=30)),
        ({"until": "120"}, timedelta(hours=2)),
        ({"until": "morning"}, timedelta(hours=6, minutes=50)),
        ({"until_at": "2026-11-23T14:40"}, timedelta(hours=12, minutes=30)),
        ({"until": "30", "until_at": "2026-11-23T14:40"}, timedelta(hours=12, minutes=30)),
    ],
)
def test_a_promise_is_put_off_and_why_stands_in_the_story(desk, promised, at, said, until):
    answer = press(desk, promised, verb="snooze", reason="she sleeps now", **said)
    assert "Postponed" in text_of(answer)
    promised.refresh_from_db()
    assert promised.due_at == at + until
    assert [note.body for note in Note.objects.filter(case=promised.case)] == ["she sleeps now"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"until": "30"}, "Say why"),
        ({"reason": "later"}, "Say until when"),
        ({"reason": "later", "until": "never"}, "Say until when"),
        ({"reason": "later", "until_at": "soon"}, "Say until when"),
        ({"reason": "later", "until_at": "2026-11-23T02:00"}, "already passed"),
    ],
)
def test_what_cannot_be_put_off_like_this_is_refused_in_words(desk, promised, at, said, words):
    answer = press(desk, promised, verb="snooze", **said)
    assert answer.status_code == 403
    assert words in text_of(answer)
    promised.refresh_from_db()
    assert promised.due_at == at
    assert not Note.objects.exists()


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        ("2026-11-23T02:10", "2026-11-23T09:00"),
        ("2026-11-23T06:59", "2026-11-23T09:00"),
        ("2026-11-23T07:00", "2026-11-24T09:00"),
        ("2026-11-23T23:59", "2026-11-24T09:00"),
    ],
)
def test_the_morning_is_the_one_that_comes_after_this_night(now, morning):
    at = datetime.fromisoformat(now).replace(tzinfo=here())
    assert next_morning(at.astimezone(UTC), here()) == datetime.fromisoformat(morning).replace(tzinfo=here())


def test_a_promise_is_given_to_nomsa_who_reads_the_case_from_then_on(desk, sit_down, promised, nomsa):
    assert sit_down(nomsa).get(page_of(promised.case)).status_code == 404
    assert "Given to Nomsa." in text_of(press(desk, promised, verb="assign", to="nomsa"))
    promised.refresh_from_db()
    assert promised.owner == nomsa
    assert sit_down(nomsa).get(page_of(promised.case)).status_code == 200


@pytest.mark.parametrize("to", ["", "nobody", "lerato", "zola", "\x00", "nob\x00ody"])
def test_a_promise_is_not_given_to_who_answers_no_callers(desk, promised, thandi, lerato, zola, to):
    answer = press(desk, promised, verb="assign", to=to)
    assert answer.status_code == 403
    promised.refresh_from_db()
    assert promised.owner == thandi


@pytest.fixture
def tonight(desk, rose, line):
    """A case of tonight, from the phone of Rose."""
    return make_case(line=line, caller=rose.caller, possibly_known=True, opened_at=rose.opened_at + timedelta(hours=1))


def joined(case):
    return Entry.objects.get(verb="case.joined", about=case.ref).detail["how"]


def test_who_gave_the_word_is_joined_by_the_word(desk, tonight, rose):
    desk.post(page_of(tonight) + "known/", {"answer": "code_word", "word": "lemon tree"})
    assert "they gave the code word on this case" in text_of(desk.get(page_of(tonight)))
    desk.post(page_of(tonight) + "join/", {"into": rose.ref, "how": "code_word"})
    assert joined(tonight) == "code_word"


def test_who_was_known_without_the_word_is_joined_by_being_sure_or_by_saying_it(desk, tonight, rose):
    desk.post(page_of(tonight) + "known/", {"answer": "deliberate"})
    wrong = {"into": rose.ref, "how": "code_word", "word": "apple"}
    assert "That is not a code word" in text_of(desk.post(page_of(tonight) + "join/", wrong, follow=True))
    assert not Entry.objects.filter(verb="case.joined").exists()
    desk.post(page_of(tonight) + "join/", {"into": rose.ref, "how": "deliberate"})
    assert joined(tonight) == "deliberate"


def test_joining_without_saying_how_it_is_known_is_refused(desk, tonight, rose):
    desk.post(page_of(tonight) + "known/", {"answer": "deliberate"})
    answer = desk.post(page_of(tonight) + "join/", {"into": rose.ref}, follow=True)
    assert "Say how you know" in text_of(answer)
    assert not Entry.objects.filter(verb="case.joined").exists()
