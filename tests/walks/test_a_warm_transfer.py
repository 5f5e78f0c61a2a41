"""03:00: Ruth wants a lawyer now. The first does not pick up, the second does; Sipho introduces them and leaves them to talk."""

import pytest
from django.test import Client

from cases.models import Consent
from referrals.models import ProviderPerson
from telephony.gateway.practice.phones import Accepts, RingsOut
from telephony.models import Transfer
from tests.dashboard.conftest import text_of
from tests.factories import make_provider
from tests.telephony.conformance.signing import CALLER, SIPHO
from tests.telephony.conformance.transferring import LAWYER
from tests.telephony.conformance.transferring import ayanda as ayanda
from tests.telephony.conformance.transferring import floor as floor
from tests.telephony.conformance.transferring import server as server

OTHER_LAWYER = "+447700900122"
pytestmark = pytest.mark.django_db(transaction=True)


def test_a_caller_is_handed_over_with_an_introduction(floor, ayanda, sipho, settings):
    settings.REQUIRE_MFA = False
    desk = Client()
    desk.force_login(sipho, backend="allauth.account.auth_backends.AuthenticationBackend")
    make_provider("Busi Legal", number=OTHER_LAWYER)
    floor.network.phones[LAWYER] = RingsOut()
    floor.network.phones[OTHER_LAWYER] = Accepts(after=5)

    # Ruth rings; Sipho takes it and asks whether she wants to be connected.
    floor.ring()
    here = f"/cases/{floor.call.case.ref}/call/"
    assert "Connect with a lawyer or service" in text_of(desk.get(here))

    # He finds Ayanda by name. Without Ruth's yes nothing rings.
    found = text_of(desk.post(f"{here}connect/", {"name": "ayanda"}))
    assert "Ayanda Law" in found
    assert LAWYER not in found
    refused = desk.post(f"{here}connect/begin/", {"person": ayanda.ref}, follow=True)
    assert "They have not said yes to this yet" in text_of(refused)
    assert not Transfer.objects.exists()

    # She says yes: that is written down, and Ayanda's phone rings while Ruth hears music.
    desk.post(f"{here}connect/begin/", {"person": ayanda.ref, "said_yes": "1"})
    assert Consent.objects.get().receiver_name == "Ayanda Law"
    floor.pass_time(9)
    shown = text_of(desk.get(f"{here}connect/now/"))
    assert "Ringing" in shown
    assert "Ayanda Law" in shown
    assert "You are not forgotten. We are ringing somebody for you. Please stay on the line." in floor.ruth.heard

    # Nobody picks up: Ruth is back with Sipho.
    floor.pass_time(45)
    assert "The caller is back with you" in text_of(desk.get(f"{here}connect/now/"))
    assert floor.together() == {SIPHO, CALLER}

    # The second lawyer presses 1, hears from Sipho what Ruth wants said, and then Ruth.
    busi = ProviderPerson.objects.get(provider__name="Busi Legal")
    desk.post(f"{here}connect/begin/", {"person": busi.ref, "said_yes": "1"})
    floor.pass_time(20)
    assert "You speak alone with" in text_of(desk.get(f"{here}connect/now/"))
    assert floor.together() == {SIPHO, OTHER_LAWYER}
    desk.post(f"{here}connect/next/", {"wish": "bring_in"})
    floor.pass_time(4)
    assert floor.together() == {SIPHO, OTHER_LAWYER, CALLER}

    # Sipho leaves them to talk. Ruth hangs up when she knows what to do.
    desk.post(f"{here}connect/next/", {"wish": "leave"})
    floor.pass_time(10)
    assert floor.together() == {OTHER_LAWYER, CALLER}
    assert "The caller talks with" in text_of(desk.get(f"{here}connect/now/"))
    floor.network.hang_up(floor.ruth)
    floor.pass_time(6)
    assert floor.call.outcome == "answered"

    # All that time she was never alone in silence, and neither saw the other's number.
    assert floor.network.silent_seconds(floor.ruth) <= 4
    assert floor.network.transcript.problems() == []
    rung = [leg for leg in floor.network.shelf.legs.values() if leg.direction == "outbound-api"]
    assert {leg.from_ for leg in rung} == {floor.call.line.number}
    assert not any(number in heard for heard in floor.ruth.heard for number in (LAWYER, OTHER_LAWYER))
