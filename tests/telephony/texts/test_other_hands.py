"""Somebody else texts from her phone: nothing is answered, nothing more goes there, a person is asked, she can be told apart."""

from datetime import timedelta

import pytest

from cases.models import FollowUp, Number
from cases.services.safe_contact import may_text
from helpline.core.alarms.models import Alarm
from helpline.core.outbox import services as outbox
from helpline.core.outbox.models import Message
from telephony.models import Text
from telephony.services.delivery import deliver_due
from telephony.text_words import holds_phrase, is_in_other_hands, speaks_of_code_word
from tests.factories import NIGHT, make_caller, make_case, make_route, make_safe_contact
from tests.tables import is_yes, read_table
from tests.telephony.texts.conftest import ZANELE

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("row", read_table("other_hands.csv"))
def test_a_text_sounds_like_somebody_else_where_the_table_says(row):
    assert is_in_other_hands(row["text"]) is is_yes(row["other hands"])


def test_a_word_counts_only_as_a_whole():
    assert holds_phrase("ok, Umbrella!", "umbrella")
    assert not holds_phrase("umbrellas", "umbrella")
    assert not holds_phrase("anything", "?!")
    assert speaks_of_code_word("My code-word is kite")


@pytest.fixture
def zanele(thandi):
    caller = make_caller(number=ZANELE, code_word="Lemon tree")
    make_safe_contact(caller, thandi, may_text=True, may_call=True, stop_word="umbrella")
    return caller


@pytest.fixture
def case(line, zanele, thandi):
    return make_case(line=line, caller=zanele, owner=thandi)


@pytest.mark.parametrize(
    ("body", "because"),
    [
        ("This is him. Who are you and what do you want", "impostor"),
        ("the code word is orange", "wrong_word"),
        ("ok umbrella", "stop_word"),
    ],
)
def test_everything_to_that_number_stops_and_a_person_is_asked_at_once(text_in, case, thandi, body, because):
    text_in(body)
    number = Number.objects.get()
    assert (number.held_because, number.held_at) == (because, NIGHT)
    assert may_text(number=number, case=case, at=NIGHT).because == "held"
    task = FollowUp.objects.get(because=f"held_{because}")
    assert (task.case, task.owner, task.is_urgent) == (case, thandi, True)
    assert Alarm.objects.get(kind="number_held").about == case.ref
    assert Text.objects.get().body == body


def test_nothing_at_all_is_answered(text_in, case, naledi):
    text_in("This is her husband")
    assert set(Message.objects.values_list("route", flat=True)) <= {"staff"}
    assert "husband" not in str([message.words for message in Message.objects.all()])


def test_what_already_waits_for_that_phone_does_not_leave_and_becomes_a_task(text_in, case):
    outbox.put(
        key="k", route="caller", to=case.number.ref, template="written", words={"body": "Court is on Monday."},
        about=case.ref, at=NIGHT, not_before=NIGHT + timedelta(hours=1),
    )  # fmt: skip
    text_in("who is this")
    deliver_due(at=NIGHT + timedelta(hours=2), gateway=None)
    assert Message.objects.get(key="k").state == "refused"
    assert FollowUp.objects.filter(because="text_not_safe").count() == 1


@pytest.mark.parametrize("body", ["Can you ring at ten?", "my code word is lemon tree", "My husband is home"])
def test_her_own_words_stop_nothing(text_in, case, body):
    text_in(body)
    assert Number.objects.get().held_at is None


def test_a_phone_on_which_nobody_is_reached_has_nothing_to_stop(text_in, line):
    text_in("who is this")
    assert Number.objects.get().held_at is None
    assert not Alarm.objects.exists()


def test_somebody_near_her_stops_it_too(text_in, line, thandi):
    rose = make_caller(code_word="Kite")
    make_case(line=line, caller=rose)
    make_route(rose, thandi, number=ZANELE, may_text=True, stop_word="umbrella")
    text_in("umbrella")
    assert Number.objects.get(pk=Text.objects.get().number_id).held_because == "stop_word"


def test_the_same_text_again_changes_nothing(text_in, case):
    for _twice in range(2):
        text_in("who is this", sid="SM" + "1" * 32)
    assert FollowUp.objects.filter(because="held_impostor").count() == 1
