"""Callbacks late, twice and shuffled, in twenty different ways: the records in the end are those of a quiet night.

Cases 5, 6, 26, 47, 48, 51 and 53 over whole calls. A seed decides who comes late and by how much; the quiet night is
the measure, so nothing here says what the records should be but that they are the same.
"""

import pytest

from cases.models import Caller as CallerRow
from cases.models import Case, FollowUp, LetIn, Number
from helpline.core.alarms.models import Alarm
from telephony.gateway.practice.phones import (
    Accepts,
    Busy,
    Caller,
    Declines,
    HangsUpInWhisper,
    Mailbox,
    RingsOut,
    Stage,
    Unreachable,
)
from telephony.gateway.practice.quirks import Quirks
from telephony.models import Call, CallEvent, Leg, Recording
from tests.telephony.conformance.signing import LERATO, LINE, NOMSA, SIPHO

FLOWS = {
    "declined, then answered": ((HangsUpInWhisper(), Accepts()), Caller(talks=40)),
    "a mailbox, then a message": ((Mailbox(), Busy()), Caller(message=12)),
    "gone while it rang": ((RingsOut(), RingsOut()), Caller().hanging_up(at=Stage.RINGING, after=9)),
    "answered": ((Accepts(), RingsOut()), Caller(talks=40)),
    "nobody, and no message": ((Declines(), Unreachable()), Caller()),
    "gone in the whisper": ((Accepts(key_after=6), RingsOut()), Caller().hanging_up(at=Stage.WHISPER, after=2)),
    "danger": ((RingsOut(), RingsOut()), Caller(talks=40).pressing("9")),
}
EACH_SEED, IN_TURN = list(FLOWS)[:3], list(FLOWS)[3:]  # every seed plays three, and the others take turns
QUIET = Quirks()
SHUFFLED = Quirks(late=0.6, late_by=120.0, repeated=0.5)


def play(make_network, seed, quirks, flows=tuple(FLOWS)):
    """Play flows, one caller each, and return what is left of them when all is told: no times and no references."""
    for place, name in enumerate(flows):
        (first, second), caller = FLOWS[name]
        network = make_network(seed=f"{seed} {place}", quirks=quirks)
        network.phones.update({NOMSA: first, SIPHO: second, LERATO: Accepts()})
        network.call(from_=f"+4477009002{place:02}", to=LINE, caller=caller)
        network.settle()
        assert not network.transcript.problems(), network.transcript.problems()
    return {name: describe(call) for name, call in zip(flows, Call.objects.order_by("pk"), strict=True)}


def describe(call):
    return {
        "call": (call.state, call.outcome, call.stage, call.seconds, call.gateway_word, call.step, call.in_danger),
        "answered by": str(call.answered_by),
        "plan": call.plan["rung"],
        "anomalies": call.anomalies,
        "served": call.was_served,
        "legs": [(str(leg.person), leg.step, leg.result, leg.key_pressed, leg.seconds) for leg in call.legs.all()],
        "case": (str(call.case.owner), call.case.urgency, call.case.state, call.case.possibly_known),
        "due": sorted(
            FollowUp.objects.filter(case=call.case).values_list("kind", "because", "state", "is_urgent"),
        ),
        "recordings": list(call.recordings.values_list("state", "seconds")),
        # A key that is told twice cannot be told from one that is pressed twice, so what was said counts, not how often.
        "events": sorted(set(call.events.values_list("kind", "word", "sequence"))),
    }


@pytest.fixture(scope="module")
def quiet_night():
    """What the flows leave behind when everything is told once and in order; worked out once."""
    return {}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(20))
def test_shuffled_and_repeated_callbacks_leave_the_records_of_a_quiet_night(seed, make_network, on_call, quiet_night):
    if not quiet_night:
        quiet_night.update(play(make_network, "quiet", QUIET))
        forget()
    flows = [*EACH_SEED, IN_TURN[seed % len(IN_TURN)]]
    assert play(make_network, seed, SHUFFLED, flows) == {name: quiet_night[name] for name in flows}


def forget():
    """Leave nothing of the calls so far: no number may be known from them."""
    Call.objects.update(accepted_leg=None, follows=None)
    for model in (Alarm, FollowUp, Recording, CallEvent, Leg, Call, LetIn, Case, Number, CallerRow):
        model.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_requests_that_are_sent_twice_are_answered_so_that_the_second_answer_serves_as_well(make_network, on_call):
    """The network repeats every request for a document and plays the second answer."""
    once = play(make_network, "once", QUIET)
    forget()
    assert play(make_network, "twice", Quirks(repeated_requests=1.0)) == once
