"""Somebody texts the line: kept once and exactly, on the right case, in front of a person, and never answered."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree

from cases.models import Case, FollowUp, Number
from helpline.core.outbox.models import Message
from telephony.models import Call, Media, Text
from tests.factories import NIGHT, make_caller, make_case
from tests.telephony.texts.conftest import LINE, ZANELE

pytestmark = pytest.mark.django_db


def read_reply(answer):
    """The answer as the gateway reads it: how many verbs are in it."""
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/xml")
    root = etree.fromstring(answer.content)
    assert root.tag == "Response"
    return len(root)


def test_case_66_a_text_is_kept_once_on_a_new_case_and_not_answered(text_in):
    assert read_reply(text_in("Are you there?", sid="SMfirst")) == 0
    assert read_reply(text_in("Are you there?", sid="SMfirst")) == 0
    text = Text.objects.get()
    assert (text.body, text.direction, text.state, text.at) == ("Are you there?", "inbound", "received", NIGHT)
    assert (text.case.source, text.case.possibly_known) == ("text", False)
    assert text.case == Case.objects.get()
    assert text.number.number == text.sent_from == ZANELE
    assert text.caller == text.case.caller
    assert text.raw["FromCountry"] == "GB"


def test_case_66_the_answer_hangs_on_a_fixed_number_of_statements(text_in):
    """What is measured in seconds stands in the figures; here, that it does not grow with what is stored."""
    text_in("First of all")
    counted = []
    for _ in range(2):
        for _ in range(5):
            text_in("More")
        with CaptureQueriesContext(connection) as statements:
            text_in("And again")
        counted.append(len(statements))
    assert counted[0] == counted[1] < 25


@pytest.mark.django_db(transaction=True)
def test_case_66_the_same_text_on_two_workers_at_one_moment_is_kept_once(text_in, line):
    together, answers = threading.Barrier(2), []

    def arrive():
        together.wait()
        answers.append(text_in("Twice", sid="SMtwice").status_code)
        connection.close()

    workers = [threading.Thread(target=arrive) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert answers == [200, 200]
    assert (Text.objects.count(), Case.objects.count(), Number.objects.count()) == (1, 1, 1)


def test_texts_of_one_number_make_one_thread_on_the_newest_open_case(text_in, line):
    caller = make_caller(number=ZANELE)
    make_case(line=line, caller=caller, at=NIGHT - timedelta(days=9))
    newest = make_case(line=line, caller=caller, at=NIGHT - timedelta(days=1))
    make_case(line=line, caller=caller, at=NIGHT, state="closed")
    text_in("First")
    text_in("Second")
    assert [text.case for text in Text.objects.order_by("pk")] == [newest, newest]


def test_a_text_after_the_case_was_closed_opens_a_new_one_that_is_possibly_known(text_in, line):
    caller = make_caller(number=ZANELE)
    closed = make_case(line=line, caller=caller, state="closed")
    text_in("It is me again")
    case = Text.objects.get().case
    assert case != closed
    assert case.possibly_known


def test_case_82_a_text_during_a_call_is_on_the_case_of_that_call(text_in, line):
    caller = make_caller(number=ZANELE)
    make_case(line=line, caller=caller, at=NIGHT - timedelta(days=2))
    live = make_case(line=line, caller=caller, at=NIGHT)
    Call.objects.create(
        sid="CAlive", line=line, case=live, caller=caller, sent_from_kind="number", started_at=NIGHT, heard_at=NIGHT
    )
    text_in("They are at the door")
    assert Text.objects.get().case == live


BODIES = {
    "1600 characters": "a" * 1600,
    "1600 units with emoji": "🌂" * 800,
    "NUL": "before\x00after",
    "right to left": "\u202eשלום مرحبا\u202c",
    "only blanks": "   ",
    "nothing at all": "",
    "blanks around": "  hello \n",
    "a number and markup": "<script>alert(1)</script> +447700900999",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_case_67_whatever_is_texted_is_kept_as_it_was_sent(text_in, body):
    assert read_reply(text_in(body)) == 0
    text = Text.objects.get()
    assert text.body == body
    assert text.raw["Body"] == body
    assert "\x00" not in text.shown


def test_case_67_a_nul_is_made_visible(text_in):
    text_in("before\x00after")
    assert Text.objects.get().shown == "before␀after"


def test_no_word_and_no_number_of_a_text_lies_in_the_database_in_clear(text_in):
    text_in("canary narrative", MediaUrl0="https://api.twilio.com/canary", NumMedia="1")
    with connection.cursor() as cursor:
        for model in (Text, Media, Number, Case, FollowUp):
            cursor.execute(f'SELECT CAST(t.* AS text) FROM "{model._meta.db_table}" t')
            rows = str(cursor.fetchall())
            assert "canary" not in rows
            assert ZANELE[1:] not in rows


def test_case_69_two_media_announced_and_one_named_is_one(text_in):
    text_in("", NumMedia="2", MediaUrl0="https://api.twilio.com/one", MediaContentType0="image/jpeg")
    assert [media.position for media in Media.objects.all()] == [0]


@pytest.mark.parametrize("announced", ["", "many", "-1", "1" * 30])
def test_case_69_a_count_that_cannot_be_read_is_none(text_in, announced):
    assert read_reply(text_in("hello", NumMedia=announced)) == 0
    assert not Media.objects.exists()


def test_case_69_a_missing_count_is_none(text_in):
    assert read_reply(text_in("hello", leave_out=["NumMedia"])) == 0
    assert Text.objects.get().body == "hello"


def test_somebody_is_told_in_a_quarter_of_an_hour_and_once_for_a_thread(text_in, now):
    text_in("Hello")
    now["at"] = NIGHT + timedelta(minutes=3)
    text_in("Are you there?")
    follow_up = FollowUp.objects.get()
    assert (follow_up.kind, follow_up.because, follow_up.is_urgent) == ("task", "text_came", False)
    assert follow_up.due_at == NIGHT + timedelta(minutes=15)
    assert follow_up.case == Text.objects.first().case
    assert Case.objects.get().next_due_at == follow_up.due_at


def test_the_owner_of_the_case_gets_the_task(text_in, line, thandi):
    make_case(line=line, caller=make_caller(number=ZANELE), owner=thandi)
    text_in("Hello")
    assert FollowUp.objects.get().owner == thandi


def test_a_text_to_a_number_that_is_no_line_of_ours_is_kept_all_the_same(text_in):
    text_in("Hello", To="+15550001111")
    assert Text.objects.get().line is None


def test_a_text_without_any_id_is_kept_and_once(text_in):
    ids = ["MessageSid", "SmsSid", "SmsMessageSid"]
    text_in("No id", sid="SMx", leave_out=ids)
    text_in("No id", sid="SMx", leave_out=ids)
    assert Text.objects.get().body == "No id"


def test_nothing_is_ever_sent_back(text_in, line, nomsa):
    for body in ("HELP", "STOP", "Hello", "START"):
        assert read_reply(text_in(body)) == 0
    assert not Message.objects.filter(route="caller").exists()


@pytest.mark.parametrize("sender", ["Anonymous", "+266696687", "", "+7378742833"])
def test_case_79_two_withheld_senders_are_two_cases_and_no_contact(text_in, sender):
    text_in("One", From=sender)
    text_in("Two", From=sender)
    assert Case.objects.filter(caller=None).count() == 2
    assert not Number.objects.exists()
    assert {text.sent_from_kind for text in Text.objects.all()} == {"withheld"}


@pytest.mark.parametrize(
    ("sender", "kind"), [("VODACOM", "address"), ("31245", "short"), ("whatsapp:+447700900200", "address")]
)
def test_case_79_a_name_or_short_code_is_a_thread_and_never_a_contact(text_in, now, sender, kind):
    make_caller(number=ZANELE)
    for body in ("Your balance", "Top up now"):
        assert read_reply(text_in(body, From=sender)) == 0
    now["at"] = NIGHT + timedelta(days=2)
    text_in("Another day", From=sender)
    first, second, third = Text.objects.order_by("pk")
    assert first.case == second.case != third.case
    assert (first.sent_from, first.sent_from_kind, first.number, first.case.caller) == (sender, kind, None, None)
    assert Number.objects.count() == 1
    assert not Message.objects.exists()


def test_case_79_two_short_codes_are_two_threads(text_in):
    text_in("One", From="31245")
    text_in("Two", From="31246")
    assert Case.objects.count() == 2


def test_case_10_a_text_that_nobody_signed_is_refused_and_leaves_nothing(client, settings, line):
    form = {"AccountSid": settings.TWILIO_ACCOUNT_SID, "MessageSid": "SM1", "From": ZANELE, "To": LINE, "Body": "x"}
    answer = client.post("/telephony/sms/", form, headers={"X-Twilio-Signature": "forged"})
    assert answer.status_code == 403
    assert not Text.objects.exists()
