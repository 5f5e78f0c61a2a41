"""A raid at ten past two. The team is asked by text, the first who says yes goes, and is looked after until they are home."""

import re
from datetime import timedelta

import pytest

from cases.models import Case
from helpline.core.alarms.models import Alarm
from referrals.models import Going, Referral, TeamMember
from referrals.services import going, sweeping
from telephony.models import Text
from telephony.services.delivery import deliver_due
from tests.dashboard.conftest import sit_down as sit_down
from tests.dashboard.conftest import text_of
from tests.factories import NIGHT, make_caller, make_case
from tests.referrals.asking_rows import make_district
from tests.telephony.delivery.conftest import gateway as gateway
from tests.telephony.delivery.conftest import network as network
from tests.telephony.delivery.conftest import sent_to as sent_to
from tests.telephony.delivery.conftest import server as server

pytestmark = pytest.mark.django_db(transaction=True)
LINE = "+18885550100"
SAGE, WREN = "+447700900131", "+447700900132"
TELLS = re.compile(r"(?i)raid|police|sex|Umbrella|Rose|HL-")


@pytest.fixture
def rose(line, nomsa):
    return make_case(line=line, caller=make_caller(code_name="Rose"), owner=nomsa)


@pytest.fixture
def team(nomsa):
    area = make_district()
    rows = [
        TeamMember.objects.create(name=name, number=number, added_at=NIGHT)
        for name, number in (("Sage", SAGE), ("Wren", WREN))
    ]
    for row in rows:
        row.areas.add(area)
    return area


def until(network, gateway, minutes):
    """Go on to so many minutes after ten past two; what is due happens, and everything leaves."""
    network.advance((NIGHT + timedelta(minutes=minutes) - network.at).total_seconds())
    for _turn in range(2):
        sweeping.sweep(at=network.at)
        going.sweep(at=network.at)
        deliver_due(at=network.at, gateway=gateway)
        network.settle()


def test_by_text_alone(network, gateway, sent_to, rose, team, nomsa, lerato, sit_down):
    desk = sit_down(nomsa)
    page = text_of(desk.get(f"/cases/{rose.ref}/send-team/", follow=True))
    assert "Sage" in page
    said = {
        "need": "rapid_response",
        "matter": "there_now",
        "area": team.ref,
        "way": "together",
        "promised_minutes": "30",
        "key": "K",
    }
    desk.post(f"/cases/{rose.ref}/ask/", said)
    until(network, gateway, 1)
    (to_sage,), (to_wren,) = sent_to(SAGE), sent_to(WREN)
    assert to_sage.startswith("Can you go to Woodstock now?")
    assert not TELLS.search(to_sage + to_wren)

    # Wren cannot, Sage says yes: the first acceptance closes it.
    code_of = {one: re.search(r"Reply (\w+) yes", body)[1] for one, body in ((SAGE, to_sage), (WREN, to_wren))}
    network.text(from_=WREN, to=LINE, body=f"{code_of[WREN]} no, working")
    network.text(from_=SAGE, to=LINE, body=f"{code_of[SAGE]} yes")
    until(network, gateway, 5)
    assert Referral.objects.get().state == "accepted"
    assert any("text THERE when you arrive" in body for body in sent_to(SAGE))

    # Arrived; then nothing for half an hour, and no answer to whether all is well: the coordinator is told.
    until(network, gateway, 25)
    network.text(from_=SAGE, to=LINE, body="Im here")
    until(network, gateway, 56)
    assert sent_to(SAGE)[-1] == "All well? Please text OK."
    until(network, gateway, 67)
    assert Alarm.objects.filter(kind="team_missed").count() == 1
    assert sent_to(lerato.duty_phone)
    assert "not heard from" in text_of(desk.get(f"/cases/{rose.ref}/"))

    # No signal in the station. They were let go; Sage is home an hour later.
    network.text(from_=SAGE, to=LINE, body="all ok no signal. they let her go")
    until(network, gateway, 70)
    network.text(from_=SAGE, to=LINE, body="home")
    until(network, gateway, 100)
    row = Going.objects.select_related("offer").get()
    assert (row.state, row.outcome) == ("back", "released")
    measured = going.measure(row)
    assert measured.to_arrive is not None
    assert 18 <= measured.to_arrive <= 25
    page = text_of(desk.get(f"/cases/{rose.ref}/referrals/{row.referral.ref}/"))
    assert "back, and well" in page

    # It all stands on the one case, nobody opened another by texting, and no text told anything.
    assert Case.objects.count() == 1
    assert {one.case_id for one in Text.objects.filter(direction="inbound")} == {rose.pk}
    assert not any(TELLS.search(body) for body in sent_to(SAGE) + sent_to(WREN))
    until(network, gateway, 300)
    assert sent_to(SAGE)[-1] == "Good. Thank you."
