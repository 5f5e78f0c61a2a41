"""The outbox is emptied: in order, once, to where it may go, and never in silence where it may not."""

from datetime import timedelta

import pytest

from cases.models import FollowUp, Number, SafeContact
from helpline.core.alarms.models import Alarm
from helpline.core.errors import NotAllowed
from helpline.core.outbox import services as outbox
from helpline.core.outbox.models import Message
from helpline.core.staff import services as staff
from telephony.gateway.practice.quirks import Quirks
from telephony.gateway.practice.texting import Broken, NeverAnswers, Refuses, SlowDown
from telephony.models import Text
from telephony.services.delivery import deliver_due
from telephony.services.unknown_sends import resolve_unknown_sends
from telephony.services.writing import write_text
from tests.factories import NIGHT
from tests.telephony.delivery.conftest import LINE, NOMSA, ZANELE

pytestmark = pytest.mark.django_db(transaction=True)


def put(key="m1", *, to="nomsa", template="staff/follow_up_due", at=NIGHT, **more):
    return outbox.put(key=key, route="staff", to=to, template=template, at=at, **more)


def again(message):
    message.refresh_from_db()
    return message


def test_nomsa_is_told_once_and_hears_nothing_of_a_caller(gateway, network, line, nomsa, sent_to):
    message = put()
    assert deliver_due(at=NIGHT, gateway=gateway) == 1
    network.settle()
    assert deliver_due(at=NIGHT + timedelta(hours=1), gateway=gateway) == 0
    assert sent_to(NOMSA) == ["Something is due on your desk. Please open the desk."]
    assert again(message).state == "delivered"
    assert message.attempt is None
    assert not Text.objects.exists()


def test_what_is_not_due_yet_waits(gateway, line, nomsa, sent_to):
    put(not_before=NIGHT + timedelta(minutes=5))
    assert deliver_due(at=NIGHT, gateway=gateway) == 0
    assert deliver_due(at=NIGHT + timedelta(minutes=5), gateway=gateway) == 1
    assert len(sent_to(NOMSA)) == 1


def test_the_urgent_leave_first_and_then_the_oldest(gateway, network, line, nomsa, sipho, lerato):
    put("new", to="nomsa", at=NIGHT)
    put("old", to="sipho", at=NIGHT - timedelta(hours=1))
    put("urgent", to="lerato", template="staff/alarm", words={"kind": "urgent_text"}, at=NIGHT, is_urgent=True)
    deliver_due(at=NIGHT, gateway=gateway)
    assert [text.to[-3:] for text in network.texts.messages.values()] == ["113", "112", "111"]


def test_what_is_too_late_is_not_sent_any_more(gateway, server, line, nomsa):
    message = put(expires_at=NIGHT + timedelta(minutes=30))
    assert deliver_due(at=NIGHT + timedelta(minutes=30), gateway=gateway) == 0
    assert again(message).state == "expired"
    assert server.rest.requests == []


def test_a_code_goes_to_the_number_that_is_being_verified(gateway, line, nomsa, pieter, sent_to):
    check = staff.send_number_check(user=nomsa, number="+447700900555", by=pieter, at=NIGHT)
    deliver_due(at=NIGHT, gateway=gateway)
    (body,) = sent_to("+447700900555")
    assert check.code in body
    assert sent_to(NOMSA) == []


def test_a_code_that_nobody_asks_for_any_more_is_not_sent(gateway, line, nomsa, pieter, server):
    staff.send_number_check(user=nomsa, number="+447700900555", by=pieter, at=NIGHT)
    nomsa.number_checks.update(expires_at=NIGHT)
    deliver_due(at=NIGHT + timedelta(seconds=1), gateway=gateway)
    assert server.rest.requests == []
    assert Message.objects.get().state == "expired"


@pytest.mark.parametrize("change", [{"is_active": False}, {"duty_phone_verified_at": None}])
def test_who_has_left_or_has_no_verified_phone_is_not_texted_and_a_coordinator_knows(
    gateway, server, line, nomsa, lerato, change
):
    message = put()
    type(nomsa).objects.filter(pk=nomsa.pk).update(**change)
    assert deliver_due(at=NIGHT, gateway=gateway) == 0
    assert again(message).state == "refused"
    assert message.why == "This person has no verified duty number, or has left."
    assert server.rest.requests == []
    assert Alarm.objects.get().kind == "no_duty_phone"


# What is written to a caller


def test_thandi_writes_and_zanele_reads_it_and_it_stands_on_the_case(gateway, network, case, thandi, sent_to):
    text = write_text(case=case, by=thandi, body="Can you talk at 10?", at=NIGHT)
    assert (text.state, text.written_by, text.case) == ("waiting", thandi, case)
    assert deliver_due(at=NIGHT, gateway=gateway) == 1
    network.settle()
    assert sent_to(ZANELE) == ["Can you talk at 10?"]
    assert network.texts.received_by(ZANELE)[0].from_ == LINE
    text.refresh_from_db()
    assert (text.state, text.sid) == ("delivered", text.message.sid)
    assert (text.body, text.direction, text.error_code) == ("Can you talk at 10?", "outbound", "")


def test_the_same_form_sent_twice_is_one_text(case, thandi):
    first = write_text(case=case, by=thandi, body="Hello", at=NIGHT, key="form-1")
    assert write_text(case=case, by=thandi, body="Hello", at=NIGHT, key="form-1") == first
    assert Message.objects.count() == 1


def test_signs_of_a_page_are_not_escaped_on_their_way(gateway, case, thandi, sent_to):
    write_text(case=case, by=thandi, body='Tom & "Ann" <3 {{ body }}', at=NIGHT)
    deliver_due(at=NIGHT, gateway=gateway)
    assert sent_to(ZANELE) == ['Tom & "Ann" <3 {{ body }}']


def test_nothing_can_be_written_where_nobody_has_noted_that_it_is_safe(case, thandi):
    SafeContact.objects.all().delete()
    with pytest.raises(NotAllowed, match="Nobody has recorded yet what may be sent"):
        write_text(case=case, by=thandi, body="Hello", at=NIGHT)
    assert not Message.objects.exists()
    assert not Text.objects.exists()


def test_what_became_unsafe_on_the_way_is_not_sent_and_thandi_is_told(gateway, server, case, thandi):
    text = write_text(case=case, by=thandi, body="Hello", at=NIGHT)
    contact = SafeContact.objects.get()
    contact.may_text = False
    contact.save()
    assert deliver_due(at=NIGHT + timedelta(minutes=1), gateway=gateway) == 0
    assert server.rest.requests == []
    text.refresh_from_db()
    assert (text.state, text.message.state) == ("refused", "refused")
    follow_up = FollowUp.objects.get()
    assert (follow_up.kind, follow_up.because, follow_up.owner, follow_up.case) == (
        "task",
        "text_not_safe",
        thandi,
        case,
    )
    assert follow_up.why == text.message.why == "They said that this is not safe."


def test_case_71_who_opted_out_is_not_texted_by_us(gateway, server, case, thandi):
    write_text(case=case, by=thandi, body="Hello", at=NIGHT)
    Number.objects.update(opted_out_at=NIGHT)
    deliver_due(at=NIGHT, gateway=gateway)
    assert server.rest.requests == []
    assert Text.objects.get().state == "refused"
    assert FollowUp.objects.get().why == "Texts to this number were stopped by the person who has it."
    with pytest.raises(NotAllowed):
        write_text(case=case, by=thandi, body="Hello again", at=NIGHT)


def test_case_71_when_the_gateway_says_that_they_opted_out_we_believe_it(gateway, server, case, thandi):
    server.network.texting[ZANELE] = Refuses(code=21610)
    text = write_text(case=case, by=thandi, body="Hello", at=NIGHT)
    deliver_due(at=NIGHT, gateway=gateway)
    deliver_due(at=NIGHT + timedelta(hours=3), gateway=gateway)
    assert len(server.rest.requests) == 1
    assert Number.objects.get().opted_out_at is not None
    text.refresh_from_db()
    assert (text.state, text.error_code, text.message.state) == ("failed", "21610", "failed")
    follow_up = FollowUp.objects.get()
    assert follow_up.owner == thandi
    assert follow_up.why == "They asked not to be texted. Choose another way that they have called safe."


def test_case_76_after_429_it_waits_and_is_sent_once(gateway, server, line, nomsa, sent_to):
    server.network.texting[NOMSA] = SlowDown(times=2)
    message = put()
    assert deliver_due(at=NIGHT, gateway=gateway) == 0
    assert again(message).state == "waiting"
    assert NIGHT < message.not_before <= NIGHT + timedelta(minutes=1)
    assert deliver_due(at=NIGHT, gateway=gateway) == 0
    later = message.not_before
    assert deliver_due(at=later, gateway=gateway) == 0
    assert again(message).not_before - later > timedelta(seconds=45)
    assert deliver_due(at=message.not_before, gateway=gateway) == 1
    assert (len(sent_to(NOMSA)), len(server.rest.requests)) == (1, 3)


def test_case_76_where_the_gateway_asks_to_slow_down_the_others_wait_too(gateway, server, line, nomsa, sipho):
    server.network.texting[NOMSA] = SlowDown()
    put("first")
    put("second", to="sipho")
    deliver_due(at=NIGHT, gateway=gateway)
    assert len(server.rest.requests) == 1
    assert deliver_due(at=NIGHT, gateway=gateway) == 1


@pytest.mark.parametrize("trouble", [NeverAnswers(accepts=True, times=1), Broken(accepts=True)])
def test_case_76_an_answer_that_never_came_is_looked_up_and_found_and_not_sent_again(
    gateway, server, line, nomsa, sent_to, trouble
):
    server.network.texting[NOMSA] = trouble
    server.network.quirks = Quirks(lost=1.0)  # no status comes either
    message = put()
    assert deliver_due(at=NIGHT, gateway=gateway) == 0
    assert again(message).state == "unknown"
    assert resolve_unknown_sends(at=NIGHT + timedelta(seconds=59), gateway=gateway) == 0
    assert resolve_unknown_sends(at=NIGHT + timedelta(seconds=61), gateway=gateway) == 1
    assert deliver_due(at=NIGHT + timedelta(minutes=5), gateway=gateway) == 0
    assert len(sent_to(NOMSA)) == 1
    assert again(message).sid == server.network.texts.received_by(NOMSA)[0].sid
    assert (message.state, message.lost_answers) == ("sent", 1)


def test_case_76_a_status_is_as_good_as_the_answer_that_never_came(gateway, server, line, nomsa):
    server.network.texting[NOMSA] = Broken(accepts=True)
    message = put()
    deliver_due(at=NIGHT, gateway=gateway)
    server.network.settle()
    assert again(message).state == "delivered"
    asked = len(server.rest.requests)
    assert resolve_unknown_sends(at=NIGHT + timedelta(minutes=2), gateway=gateway) == 0
    assert len(server.rest.requests) == asked == 1


@pytest.mark.parametrize("trouble", [NeverAnswers(times=1), Broken()])
def test_case_76_what_the_gateway_never_had_is_sent_again_once(gateway, server, line, nomsa, sent_to, trouble):
    server.network.texting[NOMSA] = trouble
    message = put()
    deliver_due(at=NIGHT, gateway=gateway)
    assert again(message).state == "unknown"
    assert deliver_due(at=NIGHT + timedelta(seconds=30), gateway=gateway) == 0
    assert resolve_unknown_sends(at=NIGHT + timedelta(seconds=61), gateway=gateway) == 1
    assert deliver_due(at=NIGHT + timedelta(seconds=62), gateway=gateway) == 1
    assert len(sent_to(NOMSA)) == 1
