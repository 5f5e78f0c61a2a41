"""What is not safe does not leave: the safe hour is waited for, somebody near a caller has rules of her own, and every
refusal is a task.
"""

from datetime import timedelta

import pytest

from cases.models import Case, ContactRoute, FollowUp, Number, SafeContact
from helpline.core.errors import NotAllowed
from helpline.core.outbox import services as outbox
from helpline.core.outbox.models import Message, Route
from telephony.gateway.practice.texting import Refuses
from telephony.models import Text
from telephony.services.delivery import deliver_due
from telephony.services.writing import write_text
from tests.factories import NIGHT, make_caller, make_route

BUSI = "+447700900260"
IN_THE_MORNING = [{"day": day, "from": "10:00", "to": "14:00"} for day in range(5)]
TEN_O_CLOCK = NIGHT + timedelta(hours=7, minutes=50)


@pytest.fixture
def busi(zanele, thandi):
    """A friend of Zanele's, who may be texted."""
    return make_route(zanele, thandi, name="Busi", number=BUSI, may_text=True)


def say_hours(hours=IN_THE_MORNING, **more):
    card = SafeContact.objects.get()
    for name, value in {"hours": hours, **more}.items():
        setattr(card, name, value)
    card.save()


def put(case, *, key="k", to=None, route=Route.CALLER, **more):
    to = to or case.number.ref
    words = {"body": "Please ring when you can."}
    return outbox.put(key=key, route=route, to=to, template="written", words=words, about=case.ref, at=NIGHT, **more)


def again(message):
    message.refresh_from_db()
    return message


class TestTheSafeHour:
    def test_a_text_waits_for_it_and_leaves_then(self, gateway, server, case, thandi, sent_to):
        say_hours()
        text = write_text(case=case, by=thandi, body="Hello", at=NIGHT)
        assert deliver_due(at=NIGHT, gateway=gateway) == 0
        message = again(text.message)
        assert (message.state, message.not_before, message.tries) == ("waiting", TEN_O_CLOCK, 0)
        assert "Monday 23 November, 10:00" in message.why
        assert deliver_due(at=TEN_O_CLOCK - timedelta(seconds=1), gateway=gateway) == 0
        assert server.rest.requests == []
        assert not FollowUp.objects.exists()
        assert deliver_due(at=TEN_O_CLOCK, gateway=gateway) == 1
        server.network.settle()
        assert sent_to(case.number.number) == ["Hello"]

    def test_the_gateway_may_not_keep_it_longer_than_the_safe_hours_last(self, gateway, server, case):
        say_hours()
        put(case, expires_at=NIGHT + timedelta(hours=30))
        deliver_due(at=TEN_O_CLOCK + timedelta(hours=3, minutes=50), gateway=gateway)
        (sent,) = [sent for sent in server.rest.requests if sent.method == "POST"]
        assert 590 <= int(sent.get("ValidityPeriod")) <= 600

    def test_everything_is_asked_again_when_the_hour_has_come(self, gateway, server, case, thandi):
        say_hours()
        message = put(case)
        deliver_due(at=NIGHT, gateway=gateway)
        Number.objects.update(held_at=NIGHT)
        deliver_due(at=TEN_O_CLOCK, gateway=gateway)
        assert (again(message).state, server.rest.requests) == ("refused", [])
        assert FollowUp.objects.get().because == "text_not_safe"

    def test_where_it_would_be_too_late_by_then_it_is_a_task_at_once(self, gateway, server, case, thandi):
        say_hours()
        message = put(case, expires_at=TEN_O_CLOCK)
        deliver_due(at=NIGHT, gateway=gateway)
        assert (again(message).state, server.rest.requests) == ("refused", [])
        task = FollowUp.objects.get()
        assert (task.because, task.owner) == ("text_not_safe", thandi)
        assert "Monday 23 November, 10:00" in task.why

    def test_where_what_she_said_is_too_old_by_then_it_is_a_task_at_once(self, gateway, case):
        say_hours([{"day": 3, "from": "10:00", "to": "14:00"}], good_for_days=2)
        message = put(case)
        deliver_due(at=NIGHT, gateway=gateway)
        assert again(message).state == "refused"
        assert FollowUp.objects.get().because == "text_not_safe"

    def test_nothing_is_written_that_would_be_too_old_by_then(self, case, thandi):
        say_hours([{"day": 3, "from": "10:00", "to": "14:00"}])
        with pytest.raises(NotAllowed, match="Thursday 26 November, 10:00"):
            write_text(case=case, by=thandi, body="Hello", at=NIGHT)
        assert not Message.objects.exists()


class TestSomebodyNearHer:
    def test_busi_gets_what_zanele_allowed_and_it_stands_on_the_case(self, gateway, server, case, busi, sent_to):
        put(case, route=Route.CONTACT, to=busi.ref)
        assert deliver_due(at=NIGHT, gateway=gateway) == 1
        server.network.settle()
        assert sent_to(BUSI) == ["Please ring when you can."]
        text = Text.objects.get()
        assert (text.case, text.contact, text.number, text.caller, text.state) == (case, busi, None, None, "delivered")

    @pytest.mark.parametrize(
        "change",
        [
            {"may_text": False},
            {"ended_at": NIGHT},
            {"number": None},
            {"confirmed_at": NIGHT - timedelta(days=91)},
        ],
        ids=["no texts", "ended", "no number", "too old"],
    )
    def test_what_changed_since_is_obeyed_at_the_moment_of_sending(self, gateway, server, case, busi, thandi, change):
        message = put(case, route=Route.CONTACT, to=busi.ref)
        for name, value in change.items():
            setattr(busi, name, value)
        busi.save()
        deliver_due(at=NIGHT, gateway=gateway)
        assert (again(message).state, server.rest.requests) == ("refused", [])
        task = FollowUp.objects.get()
        assert (task.case, task.because, task.owner, task.why) == (case, "text_not_safe", thandi, message.why)

    def test_a_route_that_was_taken_away_is_a_task_too(self, gateway, server, case, busi):
        message = put(case, route=Route.CONTACT, to=busi.ref)
        ContactRoute.objects.all().delete()
        deliver_due(at=NIGHT, gateway=gateway)
        assert (again(message).state, server.rest.requests) == ("refused", [])
        assert FollowUp.objects.get().because == "text_not_safe"

    def test_the_friend_of_another_caller_is_never_written_to_for_this_case(self, gateway, server, case, thandi):
        other = make_route(make_caller(), thandi, number=BUSI, may_text=True)
        message = put(case, route=Route.CONTACT, to=other.ref)
        deliver_due(at=NIGHT, gateway=gateway)
        assert (again(message).state, server.rest.requests) == ("refused", [])
        assert FollowUp.objects.get().why == "This way belongs to somebody else than the caller of this case."

    def test_while_nobody_knows_who_rings_her_friend_hears_nothing(self, gateway, server, case, busi):
        put(case, route=Route.CONTACT, to=busi.ref)
        Case.objects.update(possibly_known=True)
        deliver_due(at=NIGHT, gateway=gateway)
        assert server.rest.requests == []
        assert FollowUp.objects.get().because == "text_not_safe"

    def test_her_friend_has_hours_too(self, gateway, server, case, busi, sent_to):
        busi.hours = IN_THE_MORNING
        busi.save()
        put(case, route=Route.CONTACT, to=busi.ref)
        assert deliver_due(at=NIGHT, gateway=gateway) == 0
        assert deliver_due(at=TEN_O_CLOCK, gateway=gateway) == 1
        server.network.settle()
        assert sent_to(BUSI) == ["Please ring when you can."]

    def test_when_busi_stopped_texts_at_the_gateway_she_gets_no_more(self, gateway, server, case, busi):
        server.network.texting[BUSI] = Refuses(code=21610)
        put(case, route=Route.CONTACT, to=busi.ref)
        deliver_due(at=NIGHT, gateway=gateway)
        busi.refresh_from_db()
        assert busi.may_text is False
        assert FollowUp.objects.get().because == "text_not_delivered"

    def test_what_came_too_late_for_her_is_a_task(self, gateway, case, busi):
        put(case, route=Route.CONTACT, to=busi.ref, expires_at=NIGHT + timedelta(minutes=1))
        deliver_due(at=NIGHT + timedelta(minutes=2), gateway=gateway)
        assert FollowUp.objects.get().because == "text_too_late"
