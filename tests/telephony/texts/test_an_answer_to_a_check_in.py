"""She texts the line from her phone: her word ends the check-in, or tells us that she is in danger, and nobody can see which."""

import pytest

from cases.models import CheckIn, FollowUp, Number, SearchWord
from helpline.core.audit.models import Entry
from helpline.core.outbox.models import Message
from telephony.models import Text
from telephony.text_words import CHECK_INS, COMMANDS, read_check_in, read_command
from tests.cases.check_in_rows import DANGER, SAFE, make_rose, start
from tests.factories import NIGHT
from tests.telephony.texts.conftest import ZANELE

pytestmark = pytest.mark.django_db


@pytest.fixture
def check_in(line, thandi, on_call):
    return start(make_rose(line, thandi, number=ZANELE), thandi)


def now(check_in):
    return CheckIn.objects.get(pk=check_in.pk)


@pytest.mark.parametrize(("word", "state"), [(SAFE, "safe"), (DANGER, "missed")])
def test_her_word_is_taken_in_thanked_for_and_nobody_need_answer_it(check_in, text_in, word, state):
    answer = text_in(f" {word.upper()}! ")
    assert answer.status_code == 200
    assert b"<Message" not in answer.content
    assert now(check_in).state == state
    assert Message.objects.get(route="caller").template == "caller/check_in_thanks"
    assert not FollowUp.objects.filter(because="text_came").exists()
    assert Text.objects.get().case == check_in.case


def test_the_same_text_twice_is_once(check_in, text_in):
    for _ in range(3):
        text_in(DANGER, sid="SM" + "1" * 32)
    assert check_in.steps.filter(kind="danger").count() == 1
    assert Message.objects.filter(route="caller").count() == 1


def test_neither_word_stands_in_the_index_in_the_audit_or_in_a_message(check_in, text_in):
    text_in(DANGER)
    assert not SearchWord.objects.exists()
    kept = [f"{entry.verb} {entry.detail}" for entry in Entry.objects.all()]
    kept += [f"{row.key} {row.words} {row.why}" for row in Message.objects.all()]
    assert not [one for one in kept if DANGER in one or "danger" in one]


def test_a_text_that_is_no_answer_is_a_text_like_any_other(check_in, text_in):
    text_in("stuck in traffic")
    assert now(check_in).state == "running"
    assert FollowUp.objects.get().because == "text_came"
    assert SearchWord.objects.exists()


def test_stop_stays_stop(check_in, text_in):
    text_in("STOP")
    assert now(check_in).state == "running"
    assert Number.objects.get(pk=check_in.case.number_id).opted_out_at == NIGHT


def test_an_urgent_word_beside_her_word_still_rings_the_alarm(check_in, text_in):
    text_in("thunder, they have a knife")
    assert now(check_in).is_danger
    assert set(FollowUp.objects.values_list("because", flat=True)) >= {"urgent_text"}


def test_safe_from_a_phone_that_somebody_else_may_have_counts_for_nothing(line, thandi, on_call, text_in):
    check_in = start(make_rose(line, thandi, number=ZANELE), thandi, safe_word="")
    Number.objects.update(held_at=NIGHT)
    text_in("SAFE")
    assert now(check_in).state == "running"


@pytest.mark.parametrize("language", sorted(COMMANDS))
def test_safe_and_more_are_known_in_every_language_and_are_no_other_command(language):
    for meant, words in CHECK_INS[language].items():
        for word in words:
            assert read_check_in(f" {word.upper()}. ")[0] == meant
            assert read_command(word) is None


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("30", 30),
        ("30 min", 30),
        ("More 45", 45),
        ("MORE", 30),
        ("٣٠", 30),
        ("hab noch 30 fragen", 0),
        ("1 2", 0),
        ("0821234567", 0),
    ],
)
def test_how_many_minutes_more(text, minutes):
    meant, found = read_check_in(text)
    assert (meant == "more", found) == (minutes > 0, minutes)
