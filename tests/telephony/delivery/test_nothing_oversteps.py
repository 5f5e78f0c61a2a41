"""Whatever callers may have said, at whatever hour: through the real outbox nothing reaches the gateway that they did not allow.

The rule alone is tried ten thousand times in tests/cases/test_reaching.py; here a sample goes all the way, from the row on
her card to the request that the gateway would get, with a clock of our own reading beside it.
"""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cases.models import ContactRoute, FollowUp, SafeContact
from helpline.core.outbox import services as outbox
from helpline.core.outbox.models import Message
from telephony.gateway.protocol import SentText
from telephony.services.delivery import deliver_due
from tests.factories import make_caller, make_case, make_line, make_route, make_safe_contact

ZONES = ["Africa/Johannesburg", "Europe/Kyiv", "America/Vancouver"]
SAMPLE = 240
BEGAN = datetime(2026, 5, 1, tzinfo=UTC)  # no clock changes in the weeks that follow


class Listening:
    """A gateway that takes everything and remembers to whom it went, and when."""

    def __init__(self):
        self.sent, self.at = [], None

    def send_text(self, *, to, sender, body, status_callback, valid_for=None):
        self.sent.append((to, self.at, valid_for))
        return SentText(sid=f"SM{len(self.sent):032x}", state="queued")


def anything(chance, at):
    """What somebody may have said, and when."""

    def clock():
        return f"{chance.randrange(24):02}:{chance.choice(['00', '15', '30', '45'])}"

    hours = [{"day": chance.randrange(7), "from": clock(), "to": clock()} for _period in range(chance.randrange(5))]
    return {
        "may_text": chance.random() < 0.8,
        "hours": hours,
        "good_for_days": chance.choice([1, 7, 30, 90]),
        "at": at - timedelta(hours=chance.choice([1, 30, 200, 900, 2200])),
        **({"ended_at": at} if chance.random() < 0.1 else {}),
    }


def is_allowed(card, number, zone, at):
    """The same question, answered the long way round from the rows as they are."""
    if not card.may_text or card.ended_at or at > card.confirmed_at + timedelta(days=card.good_for_days):
        return False
    if number is not None and (
        number.held_at or number.opted_out_at or (number.blocked_until and at < number.blocked_until)
    ):
        return False
    if not card.hours:
        return True
    local = at.astimezone(ZoneInfo(zone))
    now, today = f"{local:%H:%M}", local.weekday()
    for period in card.hours:
        begins, ends = period["from"], period["to"]
        if begins < ends and period["day"] == today and begins <= now < ends:
            return True
        if begins >= ends and (
            (period["day"] == today and now >= begins) or (period["day"] == (today - 1) % 7 and now < ends)
        ):
            return True
    return False


@pytest.mark.parametrize("seed", [1, 2])
def test_no_text_leaves_that_she_did_not_allow_and_what_does_not_leave_waits_or_is_a_task(thandi, settings, seed):
    settings.PUBLIC_URL = "http://localhost:8000"
    chance, gateway = random.Random(seed), Listening()
    lines = [make_line(number=f"+1888555020{place}", time_zone=zone) for place, zone in enumerate(ZONES)]
    ways, messages = {}, {}
    for count in range(SAMPLE // 3):
        at = BEGAN + timedelta(minutes=chance.randrange(60 * 24 * 7))
        line, her = chance.choice(lines), f"+4477009{count:05}"
        caller = make_caller(number=her, at=BEGAN)
        case = make_case(line=line, caller=caller, at=BEGAN)
        if chance.random() < 0.5:
            said = anything(chance, at)
            card, number, route, ref = (
                make_safe_contact(caller, thandi, **said),
                caller.numbers.get(),
                "caller",
                case.number.ref,
            )
            for name in ("held_at", "opted_out_at", "blocked_until"):
                if chance.random() < 0.08:
                    setattr(number, name, at + timedelta(days=1))
            number.save()
        else:
            card = make_route(caller, thandi, number=f"+4477109{count:05}", **anything(chance, at))
            number, route, ref = None, "contact", card.ref
        to = her if route == "caller" else card.number
        ways[to] = (card, number, line.time_zone)
        expires_at = at + timedelta(hours=chance.choice([2, 12, 48, 200])) if chance.random() < 0.7 else None
        messages[to] = outbox.put(
            key=f"k{count}", route=route, to=ref, template="written", words={"body": "x"}, about=case.ref, at=at,
            not_before=at, expires_at=expires_at,
        )  # fmt: skip
    hour = BEGAN
    while hour < BEGAN + timedelta(days=16):
        gateway.at = hour
        deliver_due(at=hour, gateway=gateway)
        hour += timedelta(hours=1, minutes=37)
    assert gateway.sent, "some of them said yes"
    for to, when, valid_for in gateway.sent:
        card, number, zone = ways[to]
        card = type(card).objects.get(pk=card.pk)
        assert is_allowed(card, number, zone, when)
        if valid_for is not None:
            assert valid_for > timedelta(0)
            assert is_allowed(card, number, zone, when + valid_for - timedelta(minutes=1, seconds=1))
    sent = {to for to, _when, _valid in gateway.sent}
    assert len(sent) == len(gateway.sent), "each of them once"
    for to, message in messages.items():
        message.refresh_from_db()
        if to not in sent:
            # It waits for an hour that still comes, or a person was told.
            told = FollowUp.objects.filter(key__startswith=f"message-{message.ref}").exists()
            assert told or (message.state == "waiting" and message.not_before > hour - timedelta(hours=2))
    assert {Message.objects.filter(state=state).exists() for state in ("sent", "refused")} == {True}
    assert SafeContact.objects.exists()
    assert ContactRoute.objects.exists()
