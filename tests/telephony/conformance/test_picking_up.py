"""Somebody picks up: cases 40 to 48. Only a key pressed by a person, and a call that was really joined, is an answer."""

from datetime import timedelta

import pytest

from cases.models import FollowUp
from telephony.gateway.practice.phones import Accepts, Caller, Declines, HangsUpInWhisper, Mailbox, Stage
from telephony.gateway.practice.quirks import Quirks
from telephony.gateway.practice.transcript import Kind
from telephony.models import Call, Leg
from tests.factories import make_shift
from tests.telephony.conformance.signing import CALLER, LINE, NOMSA, SIPHO, read

FIRST_LEG, SECOND_LEG = "CA" + "2" * 32, "CA" + "3" * 32


def results(call):
    return [(leg.person.username if leg.person else "last resort", leg.result) for leg in call.legs.all()]


@pytest.fixture
def ringing(gateway, on_call):
    """A call that rings Nomsa; returns its document."""
    return read(gateway.ring())


@pytest.fixture
def both(gateway, line, nomsa, sipho):
    """A call that rings Nomsa and Sipho together; returns its document."""
    make_shift(line, nomsa, 1)
    make_shift(line, sipho, 1)
    document = read(gateway.ring())
    assert document.numbers == [NOMSA, SIPHO]
    return document


@pytest.mark.django_db(transaction=True)
def test_case_40_a_mailbox_is_not_connected_and_hears_nothing_about_the_caller(network, on_call):
    network.phones[NOMSA] = Mailbox(after=8)
    network.phones[SIPHO] = Accepts()
    leg = network.call(from_=CALLER, to=LINE, caller=Caller(talks=30))
    network.settle()
    assert not network.transcript.problems()
    call = Call.objects.get()
    assert results(call) == [("nomsa", "machine"), ("sipho", "accepted")]
    assert call.answered_by.username == "sipho"
    mailbox = leg.children[0]
    joined = [event.about for event in network.transcript.of(Kind.CALL) if event.text.startswith("talks with")]
    assert joined == [leg.sid]
    assert f"talks with {NOMSA}" not in " ".join(network.transcript.lines())
    heard = " ".join(mailbox.heard)
    assert heard
    assert not {CALLER, CALLER.lstrip("+"), call.case.ref, call.ref, "Umbrella", "Nomsa"} & set(
        heard.replace(".", " ").split()
    )
    assert not any(word in heard.lower() for word in ("caller", "arrest", "danger", "police", "help"))


@pytest.mark.django_db
def test_case_41_a_machine_found_late_after_a_person_pressed_1_does_not_end_the_call(gateway, ringing):
    whisper = gateway.pick_up(ringing, NOMSA)
    gateway.press(whisper, "1")
    progress = ringing.phone(NOMSA)[1]
    said = gateway.of_leg(NOMSA) | {"AnsweredBy": "machine_start", "MachineDetectionDuration": "9000"}
    gateway.tell(progress, said | {"SequenceNumber": "2"})
    call = Call.objects.get()
    assert (call.state, call.answered_by.username) == ("connected", "nomsa")
    gateway.dialled(ringing, "completed", DialBridged="true", DialCallSid=FIRST_LEG, AnsweredBy="machine_start")
    gateway.status("completed", CallDuration="60", AnsweredBy="machine_start")
    assert results(Call.objects.get()) == [("nomsa", "accepted")]
    assert Call.objects.get().outcome == "answered"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("phone", [Declines(), Declines(key="7"), Declines(key="*"), HangsUpInWhisper()], ids=repr)
def test_case_42_whoever_presses_another_key_or_hangs_up_has_declined_and_the_next_is_rung(phone, network, on_call):
    network.phones[NOMSA] = phone
    network.phones[SIPHO] = Accepts()
    network.call(from_=CALLER, to=LINE, caller=Caller(talks=30))
    network.settle()
    assert not network.transcript.problems()
    assert results(Call.objects.get()) == [("nomsa", "declined"), ("sipho", "accepted")]


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["#", "", "11", "12345678901234567890", "1#", " 1", "one"])
def test_case_42_only_the_one_key_accepts(key, gateway, ringing):
    whisper = gateway.pick_up(ringing, NOMSA)
    assert gateway.press(whisper, key).verbs == ["Hangup"]
    second = read(gateway.dialled(ringing, "completed", DialBridged="false", DialCallSid=FIRST_LEG))
    assert second.numbers == [SIPHO]
    assert Call.objects.get().answered_by is None
    assert Leg.objects.earliest("pk").result == ("machine" if key == "" else "declined")


@pytest.mark.django_db
@pytest.mark.parametrize("pressed", [True, False], ids=["after 1 was pressed", "without a key"])
def test_case_43_completed_but_not_bridged_is_not_answered(pressed, gateway, ringing):
    whisper = gateway.pick_up(ringing, NOMSA)
    if pressed:
        gateway.press(whisper, "1")
        assert Call.objects.get().answered_by.username == "nomsa"
    second = read(
        gateway.dialled(ringing, "completed", DialBridged="false", DialCallSid=FIRST_LEG, DialCallDuration="12")
    )
    assert second.numbers == [SIPHO]
    call = Call.objects.get()
    assert (call.state, call.answered_by, call.answered_at, call.accepted_leg) == ("ringing", None, None, None)
    assert (call.anomalies == ["accepted but never joined"]) is pressed


@pytest.mark.django_db
def test_case_44_joined_without_being_accepted_is_flagged_and_kept_for_a_person(gateway, ringing):
    gateway.pick_up(ringing, NOMSA)
    more = {"DialBridged": "true", "DialCallSid": FIRST_LEG, "DialCallDuration": "50"}
    gateway.dialled(ringing, "completed", call_status="completed", **more)
    gateway.status("completed", CallDuration="60")
    call = Call.objects.get()
    assert "joined without being accepted" in call.anomalies
    assert call.outcome != "answered"
    assert call.answered_by is None
    assert FollowUp.objects.get(case=call.case).kind == "call_back"


@pytest.mark.django_db(transaction=True)
def test_case_45_of_two_who_press_1_at_the_same_moment_one_has_the_caller_and_the_other_is_told(at_once, both, gateway):
    whispers = {
        number: gateway.pick_up(both, number, sid=sid) for number, sid in ((NOMSA, FIRST_LEG), (SIPHO, SECOND_LEG))
    }
    heard = at_once(
        lambda gateway: gateway.press(whispers[NOMSA], "1", NOMSA, FIRST_LEG),
        lambda gateway: gateway.press(whispers[SIPHO], "1", SIPHO, SECOND_LEG),
    )
    assert sorted(document.words for document in heard) == [
        "Somebody else has taken it. Thank you.",
        "Thank you. You are connected.",
    ]
    winner = 0 if "connected" in heard[0].words else 1
    assert heard[1 - winner].verbs[-1] == "Hangup"
    assert "Hangup" not in heard[winner].verbs
    call = Call.objects.get()
    assert call.answered_by.username == ["nomsa", "sipho"][winner]
    assert call.case.owner == call.answered_by
    assert Leg.objects.exclude(accepted_at=None).get().person == call.answered_by


@pytest.mark.django_db
def test_case_45_whoever_picks_up_after_it_was_taken_is_told_so_without_a_key(both, gateway):
    gateway.press(gateway.pick_up(both, NOMSA), "1")
    late = gateway.pick_up(both, SIPHO, sid=SECOND_LEG)
    assert late.words == "Somebody else has taken it. Thank you."
    assert late.verbs == ["Say", "Hangup"]


@pytest.mark.django_db
@pytest.mark.parametrize("from_", [CALLER, "Anonymous"], ids=["a number", "withheld"])
def test_case_46_an_acceptance_after_the_caller_has_gone_is_told_so_and_becomes_a_call_back(from_, gateway, on_call):
    document = read(gateway.ring(From=from_))
    whisper = gateway.pick_up(document, NOMSA)
    gateway.status("completed", CallDuration="20", From=from_)
    heard = gateway.press(whisper, "1")
    assert heard.words == "The caller has hung up. Please open the desk."
    assert heard.verbs[-1] == "Hangup"
    gateway.dialled(
        document, "completed", call_status="completed", DialBridged="false", DialCallSid=FIRST_LEG, From=from_
    )
    call = Call.objects.get()
    assert (call.outcome, call.answered_by) == ("abandoned", None)
    assert results(call) == [("nomsa", "canceled")]
    assert FollowUp.objects.filter(kind="call_back", case=call.case).exists() is (from_ == CALLER)


@pytest.mark.django_db(transaction=True)
def test_case_46_a_whisper_that_outlives_the_caller_tells_her_that_they_have_gone(make_network, on_call):
    network = make_network(quirks=Quirks(whisper_outlives_caller=True))
    network.phones[NOMSA] = Accepts(key_after=3)
    leg = network.call(from_=CALLER, to=LINE, caller=Caller().hanging_up(at=Stage.WHISPER, after=0.5))
    network.settle()
    assert not network.transcript.problems()
    assert leg.children[0].heard[-1] == "The caller has hung up. Please open the desk."
    assert Call.objects.get().outcome == "abandoned"


@pytest.mark.django_db
@pytest.mark.parametrize("order", ["the end of the call first", "the dial action first"])
def test_case_46_accepted_in_the_moment_of_hanging_up_is_not_an_answered_call(order, gateway, ringing):
    """She pressed 1, but the gateway never joined the two: whichever news comes first, nobody has spoken."""
    whisper = gateway.pick_up(ringing, NOMSA)
    gateway.press(whisper, "1")
    more = {"DialBridged": "false", "DialCallSid": FIRST_LEG, "DialCallDuration": "9"}
    if order == "the end of the call first":
        gateway.status("completed", CallDuration="20")
    gateway.dialled(ringing, "completed", call_status="completed", **more)
    if order == "the dial action first":
        gateway.status("completed", CallDuration="20")
    call = Call.objects.get()
    assert (call.state, call.outcome, call.answered_by, call.answered_at) == ("ended", "abandoned", None, None)
    assert results(call) == [("nomsa", "canceled")]
    unfinished = FollowUp.objects.filter(state="due").values_list("kind", flat=True)
    assert list(unfinished) == ["call_back"], "nothing to be written up, for nothing was said"


@pytest.mark.django_db
@pytest.mark.parametrize("word", ["canceled", "completed", "no-answer", "busy"])
def test_case_47_news_of_a_canceled_leg_after_the_winner_joined_changes_nothing(word, both, gateway):
    gateway.press(gateway.pick_up(both, NOMSA), "1")
    before = Call.objects.values("state", "outcome", "answered_by", "accepted_leg", "stage", "step", "anomalies").get()
    progress = both.phone(SIPHO)[1]
    said = gateway.of_leg(SIPHO, SECOND_LEG) | {"CallStatus": word, "SequenceNumber": "2"}
    gateway.tell(progress, said)
    gateway.tell(progress, said)
    assert Call.objects.values(*before).get() == before
    gateway.dialled(both, "completed", DialBridged="true", DialCallSid=FIRST_LEG)
    gateway.status("completed", CallDuration="60")
    assert results(Call.objects.get())[0] == ("nomsa", "accepted")
    assert Call.objects.get().outcome == "answered"


ENDS = {
    "a mailbox": (None, 30, "machine"),
    "silence": ("", 9, "machine"),
    "another key": ("2", 4, "declined"),
    "hung up in the whisper": (None, 3, "declined"),
    "accepted": ("1", 90, "accepted"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("action_first", [True, False], ids=["the action first", "the leg's end first"])
@pytest.mark.parametrize("how", ENDS)
def test_case_48_the_dial_action_and_the_end_of_the_leg_come_to_the_same_in_both_orders(
    how, action_first, gateway, ringing
):
    key, seconds, result = ENDS[how]
    whisper = gateway.pick_up(ringing, NOMSA)
    if key is not None:
        gateway.press(whisper, key)
    progress = ringing.phone(NOMSA)[1]
    ended = gateway.of_leg(NOMSA) | {"CallStatus": "completed", "CallDuration": str(seconds), "SequenceNumber": "3"}
    bridged = "true" if key == "1" else "false"
    if not action_first:
        gateway.tell(progress, ended)
    document = read(gateway.dialled(ringing, "completed", DialBridged=bridged, DialCallSid=FIRST_LEG))
    if action_first:
        gateway.tell(progress, ended)
    leg = Leg.objects.earliest("pk")
    assert (leg.result, leg.seconds, leg.bridged) == (result, seconds, key == "1")
    assert document.numbers == ([] if key == "1" else [SIPHO])
    assert not Call.objects.get().anomalies


@pytest.mark.django_db
def test_case_48_the_end_of_the_call_may_overtake_the_dial_action(gateway, ringing, clock):
    gateway.press(gateway.pick_up(ringing, NOMSA), "1")
    clock.move(seconds=90)
    gateway.status("completed", CallDuration="95")
    clock.move(seconds=1)
    gateway.dialled(ringing, "completed", call_status="completed", DialBridged="true", DialCallSid=FIRST_LEG)
    call = Call.objects.get()
    assert (call.state, call.outcome, call.answered_by.username) == ("ended", "answered", "nomsa")
    assert call.ended_at == clock.at - timedelta(seconds=1)
    assert FollowUp.objects.filter(case=call.case).count() == 2
