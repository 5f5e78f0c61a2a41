"""Consent is taken back in the middle: nothing more is sent, and whoever was asked hears that it is not needed, with no detail."""

from datetime import timedelta

import pytest

from cases.consenting import Receiver
from cases.models import FollowUp
from cases.services import consent_keeping
from cases.services.consent_keeping import Answer
from helpline.core.outbox.models import Message
from referrals.models import Referral
from tests.dashboard.conftest import sit_down as sit_down
from tests.dashboard.conftest import text_of
from tests.factories import NIGHT, make_area
from tests.referrals.asking_rows import NUMBERS, make_three
from tests.telephony.delivery.conftest import gateway as gateway
from tests.telephony.delivery.conftest import network as network
from tests.telephony.delivery.conftest import sent_to as sent_to
from tests.telephony.delivery.conftest import server as server
from tests.walks.test_a_lawyer_within_thirty_minutes import ask_on_the_page, code_in
from tests.walks.test_a_lawyer_within_thirty_minutes import rose as rose
from tests.walks.test_a_lawyer_within_thirty_minutes import run as run
from tests.walks.test_a_lawyer_within_thirty_minutes import says as says

pytestmark = pytest.mark.django_db(transaction=True)
AYANDA, BOTHA, CELE = NUMBERS


@pytest.fixture
def asked(network, rose, nomsa, sit_down):
    """Rose said yes to a lawyer, who may be told where she is; the first was asked."""
    yes = Answer("share", "given", Receiver("lawyer"))
    consent_keeping.record(case=rose, answers=[yes], by=nomsa, at=NIGHT - timedelta(minutes=1))
    woodstock = make_area()
    make_three(woodstock)
    desk = sit_down(nomsa)
    ask_on_the_page(desk, rose, woodstock, may_be_told="Rose, cell 4", consent=rose.consents.get().ref)
    return desk


def take_back(case, by, network):
    consent_keeping.withdraw(consent=case.consents.filter(answer="given").get(), by=by, at=network.at)


def test_while_the_first_has_the_question(asked, rose, nomsa, network, run, says, sent_to):
    run(3)
    question = sent_to(AYANDA)[0]
    take_back(rose, nomsa, network)
    run(3.5)
    code = code_in(question)
    assert sent_to(AYANDA)[1:] == [f"{code}: it is not needed any more. Thank you."]
    run(40)
    assert (sent_to(BOTHA), sent_to(CELE)) == ([], [])
    says(AYANDA, f"{code} yes")
    run(41)
    assert sent_to(AYANDA)[2:] == [f"{code}: it is not needed any more. Thank you."]
    assert Referral.objects.get().state == "withdrawn"
    assert "withdrawn" in text_of(asked.get(f"/cases/{rose.ref}/referrals/{Referral.objects.get().ref}/")).lower()


def test_before_the_first_text_has_left(asked, rose, nomsa, network, run, sent_to):
    take_back(rose, nomsa, network)
    assert Message.objects.get(template="offer/ask").state == "canceled", "in the same transaction, before any sweep"
    run(40)
    assert [sent_to(number) for number in NUMBERS] == [[], [], []]


def test_after_somebody_has_accepted(asked, rose, nomsa, network, run, says, sent_to, client):
    run(1)
    code = code_in(sent_to(AYANDA)[0])
    says(AYANDA, f"{code} yes")
    run(2)
    take_back(rose, nomsa, network)
    run(2.5)
    assert sent_to(AYANDA)[2:] == [f"{code}: it is not needed any more. Thank you."]
    assert all("Rose" not in body for body in sent_to(AYANDA))
    assert Referral.objects.get().state == "withdrawn"
    assert not FollowUp.objects.unfinished().filter(because="lawyer_accepted").exists()
