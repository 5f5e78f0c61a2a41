"""Arrested at 02:10 and promised a lawyer within thirty minutes: the first is silent, the second cannot, the third comes.

Through the pages, to real phones of practice, with a clock that is moved. The same while workers die: tests/faults/test_dispatch.py.
"""

import re
from datetime import timedelta

import pytest

from cases.consenting import Receiver
from cases.models import Case, FollowUp
from cases.services import consent_keeping
from cases.services.consent_keeping import Answer
from helpline.core.alarms.models import Alarm
from referrals.models import Offer, Referral, ReferralStep
from referrals.services import sweeping
from telephony.models import Text
from telephony.services.delivery import deliver_due
from tests.dashboard.conftest import sit_down as sit_down
from tests.dashboard.conftest import text_of
from tests.factories import NIGHT, make_area, make_caller, make_case
from tests.referrals.asking_rows import NUMBERS, make_three
from tests.telephony.delivery.conftest import LINE
from tests.telephony.delivery.conftest import gateway as gateway
from tests.telephony.delivery.conftest import network as network
from tests.telephony.delivery.conftest import sent_to as sent_to
from tests.telephony.delivery.conftest import server as server

pytestmark = pytest.mark.django_db(transaction=True)
AYANDA, BOTHA, CELE = NUMBERS


@pytest.fixture
def run(network, gateway):
    """Let beat and worker run until so many minutes after the arrest."""

    def until(minutes):
        end = NIGHT + timedelta(minutes=minutes)
        while network.at < end:
            network.advance(min(20, (end - network.at).total_seconds()))
            sweeping.sweep(at=network.at)
            deliver_due(at=network.at, gateway=gateway)
            network.settle()

    return until


@pytest.fixture
def says(network):
    """A lawyer texts the line."""

    def text(number, body):
        network.text(from_=number, to=LINE, body=body)
        network.settle()

    return text


@pytest.fixture
def rose(line, nomsa):
    """Rose is in a cell in Woodstock; a friend of hers rang, and Nomsa has the case."""
    return make_case(line=line, caller=make_caller(code_name="Rose"), owner=nomsa, urgency="danger")


def code_in(body):
    return re.search(r"Reply (\w\d\w) yes", body)[1]


def ask_on_the_page(desk, case, woodstock, **changes):
    """What Nomsa fills in: a lawyer, after an arrest, in Woodstock, in isiZulu, within thirty minutes."""
    page = desk.get(f"/cases/{case.ref}/ask/")
    form = page.context["form"]
    given = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    filled = {
        **{name: "" if value is None else value for name, value in given.items()},
        "need": "legal", "matter": "arrest", "area": woodstock.ref, "language": "zu", "key": page.context["key"], **changes,
    }  # fmt: skip
    answer = desk.post(f"/cases/{case.ref}/ask/", filled, follow=True)
    assert answer.status_code == 200
    return answer


def test_the_third_accepts_at_minute_22(network, run, says, sent_to, rose, nomsa, lerato, sit_down):
    woodstock = make_area()
    make_three(woodstock)
    desk = sit_down(nomsa)

    # 02:10. Nomsa asks. The first on stand-by is texted within seconds: area, matter, language; nothing of Rose.
    assert "Ayanda Law" in text_of(desk.get(f"/cases/{rose.ref}/ask/"))
    ask_on_the_page(desk, rose, woodstock)
    run(0.5)
    (question,) = sent_to(AYANDA)
    assert question.startswith("A lawyer is needed: arrest, Woodstock, isiZulu. Reply ")
    assert "Rose" not in question
    assert (sent_to(BOTHA), sent_to(CELE)) == ([], [])

    # Ten minutes of silence: the second is asked, and says no at minute 14. The third is asked at once.
    run(9.5)
    assert sent_to(BOTHA) == []
    run(10.5)
    assert len(sent_to(BOTHA)) == 1
    run(14)
    says(BOTHA, f"no {code_in(sent_to(BOTHA)[0])}")
    run(14.5)
    assert len(sent_to(CELE)) == 1
    assert "thank you" in sent_to(BOTHA)[1]

    # Minute 22: the third accepts by text, and hears at once that they have it.
    run(22)
    says(CELE, f"{code_in(sent_to(CELE)[0])} yes")
    referral = Referral.objects.get()
    assert (referral.state, referral.provider.name) == ("accepted", "Cele Law")
    assert referral.accepted_at - referral.asked_at <= timedelta(minutes=23)
    run(22.5)
    assert "you have it" in sent_to(CELE)[1]

    # Whoever has the case is told now: tell the caller; and, without a yes, ask for one before anything is told.
    due = set(FollowUp.objects.unfinished().filter(case=rose).values_list("because", flat=True))
    assert due == {"lawyer_accepted", "ring_who_accepted"}
    assert "A lawyer accepted" in text_of(desk.get(f"/cases/{rose.ref}/"))
    assert Case.objects.get(pk=rose.pk).turn == "lawyer"

    # No promise was broken, no case was opened for a lawyer, and what they wrote stands on Rose's case as theirs.
    assert not Alarm.objects.exists()
    assert Case.objects.count() == 1
    assert {text.offer.provider.name for text in Text.objects.filter(direction="inbound")} == {"Botha Law", "Cele Law"}
    assert list(ReferralStep.objects.values_list("what", flat=True)) == [
        "asked", "offered", "silent", "offered", "declined", "offered", "accepted",
    ]  # fmt: skip

    # Ayanda wakes up at minute 25.
    run(25)
    says(AYANDA, f"yes {code_in(question)}")
    run(25.5)
    assert "somebody else has it" in sent_to(AYANDA)[1]
    assert [offer.state for offer in Offer.objects.all()] == ["taken", "declined", "accepted"]


def test_nobody_answers_and_the_coordinator_hears_of_it_at_minute_30(run, sent_to, rose, nomsa, lerato, sit_down):
    woodstock = make_area()
    make_three(woodstock)
    ask_on_the_page(sit_down(nomsa), rose, woodstock)
    run(29.5)
    assert not Alarm.objects.exists()
    run(31)
    assert {alarm.kind for alarm in Alarm.objects.all()} == {"referral_late", "referral_nobody"}
    assert all("Rose" not in body for body in sent_to("+447700900113"))
    assert FollowUp.objects.filter(because="nobody_accepted", case=rose).exists()
    assert [len(sent_to(number)) for number in NUMBERS] == [1, 1, 1]


def test_with_a_yes_the_link_of_whoever_accepted_says_what_they_may_know(
    run, says, sent_to, rose, nomsa, sit_down, client
):
    consent_keeping.record(
        case=rose, answers=[Answer("share", "given", Receiver("lawyer"))], by=nomsa, at=NIGHT - timedelta(minutes=1)
    )
    woodstock = make_area()
    make_three(woodstock)
    ask_on_the_page(sit_down(nomsa), rose, woodstock, may_be_told="Rose, cell 4 at the station in Victoria Road")
    run(0.5)
    (question,) = sent_to(AYANDA)
    link = re.search(r"/o/[\w-]{22}/", question)[0]
    assert "cell 4" not in client.get(link).content.decode()
    says(AYANDA, f"{code_in(question)} yes")
    run(1)
    assert "cell 4" in client.get(link).content.decode()
    assert all("cell 4" not in body for body in sent_to(AYANDA))
    assert set(FollowUp.objects.unfinished().values_list("because", flat=True)) == {"lawyer_accepted"}
