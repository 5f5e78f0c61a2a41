"""Whom we ring: cases 35 to 39. The rota decides, everybody is tried once, and nobody's absence loses a caller."""

from datetime import UTC, datetime, timedelta

import pytest

from cases.models import FollowUp
from helpline.core.alarms.models import Alarm
from helpline.core.outbox.models import Message
from telephony.gateway.practice.phones import Busy, Caller, Mailbox, RingsOut, Unreachable
from telephony.gateway.practice.transcript import Kind
from telephony.models import Call, Recording
from tests.factories import NIGHT, make_person, make_shift
from tests.telephony.conformance.signing import CALLER, LINE, NOMSA, SIPHO, THANDI, read

ALL_YEAR = {"since": datetime(2026, 1, 1, tzinfo=UTC), "until": datetime(2027, 1, 1, tzinfo=UTC)}


def results(call):
    return [(leg.person.username if leg.person else "last resort", leg.result) for leg in call.legs.all()]


@pytest.fixture
def day_and_night(line, thandi, nomsa):
    """On Monday Thandi is at the desk from 08:00 to 20:00 in Johannesburg, Nomsa on call before and after."""
    opens, closes = datetime(2026, 11, 23, 6, tzinfo=UTC), datetime(2026, 11, 23, 18, tzinfo=UTC)
    make_shift(line, nomsa, since=opens - timedelta(hours=12), until=opens)
    make_shift(line, thandi, since=opens, until=closes)
    make_shift(line, nomsa, since=closes, until=closes + timedelta(hours=12))
    return opens, closes


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("minutes_from_closing", "rung"),
    [(-12 * 60 - 1, NOMSA), (-12 * 60, THANDI), (-1, THANDI), (0, NOMSA), (1, NOMSA)],
    ids=["a minute before opening", "at opening", "a minute before closing", "at closing", "a minute after"],
)
def test_case_35_the_counsellor_is_rung_in_open_hours_and_whoever_is_on_call_outside(
    minutes_from_closing, rung, gateway, day_and_night, clock
):
    clock.at = day_and_night[1] + timedelta(minutes=minutes_from_closing)
    assert read(gateway.ring()).numbers == [rung]
    assert Call.objects.get().plan["is_open"] is (rung == THANDI)


@pytest.mark.django_db
def test_case_35_whoever_stays_after_closing_is_rung_because_the_rota_says_so(gateway, line, thandi, clock):
    make_shift(line, thandi, **ALL_YEAR)
    clock.at = datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert read(gateway.ring()).numbers == [THANDI]


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["Nowhere/Land", "", "UTC+2", "../../etc/passwd", "EST5EDT4,M3.2.0,M11.1.0"])
def test_case_35_an_unknown_time_zone_rings_people_all_the_same_and_promises_something(zone, gateway, line, nomsa):
    line.time_zone = zone
    line.save()
    make_shift(line, nomsa, **ALL_YEAR)
    document = read(gateway.ring())
    assert document.numbers == [NOMSA]
    prompt = read(gateway.dialled(document, "no-answer"))
    assert "We will call you back" in prompt.words
    assert Call.objects.get().promise_due_at > NIGHT


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "changes"),
    [
        ("Europe/Kyiv", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("Europe/Kyiv", datetime(2026, 10, 25, 1, tzinfo=UTC)),
        ("America/Vancouver", datetime(2026, 3, 8, 10, tzinfo=UTC)),
        ("America/Vancouver", datetime(2026, 11, 1, 9, tzinfo=UTC)),
    ],
)
def test_case_35_in_the_night_when_the_clocks_change_somebody_is_rung_every_half_hour(
    zone, changes, gateway, line, nomsa, sipho, clock
):
    """Nomsa has the night until the change, Sipho from then on: at no minute both, at no minute nobody."""
    line.time_zone = zone
    line.save()
    make_shift(line, nomsa, since=changes - timedelta(hours=6), until=changes)
    make_shift(line, sipho, since=changes, until=changes + timedelta(hours=6))
    for half_hours in range(-6, 7):
        clock.at = changes + timedelta(minutes=30 * half_hours)
        sid = f"CA{half_hours:032}"
        document = read(gateway.ring(CallSid=sid))
        assert document.numbers == [NOMSA if half_hours < 0 else SIPHO]
        prompt = read(gateway.dialled(document, "no-answer", CallSid=sid))
        assert "Record" in prompt.verbs
        assert Call.objects.get(sid=sid).promise_due_at > clock.at
        gateway.status("completed", CallSid=sid)


@pytest.mark.django_db
def test_case_35_hours_that_nobody_can_read_do_not_lose_the_call(gateway, line, nomsa):
    line.hours = [{"day": 9, "from": "late", "to": None}]
    line.save()
    make_shift(line, nomsa, **ALL_YEAR)
    assert read(gateway.ring()).numbers == [NOMSA]


@pytest.mark.django_db(transaction=True)
def test_case_36_each_on_call_is_rung_once_in_order_and_the_wait_stays_under_the_lines_limit(network, line):
    people = [make_person(f"paralegal{n}", "paralegal", duty_phone=f"+44770090013{n}") for n in range(6)]
    for place, person in enumerate(people, start=1):
        make_shift(line, person, place)
        network.phones[person.duty_phone] = RingsOut()
    network.call(from_=CALLER, to=LINE, caller=Caller())
    network.settle()
    call = Call.objects.get()
    assert line.longest_wait_seconds == 90
    assert results(call) == [(person.username, "no-answer") for person in people[:5]]
    rung = [event.who for event in network.transcript.of(Kind.CALL) if event.text == "is dialled"]
    assert rung == [person.duty_phone for person in people[:5]], "each once, in order"
    assert sum(step["seconds"] for step in call.plan["rung"]) == line.longest_wait_seconds
    assert call.plan["skipped"] == [{"person": "paralegal5", "why": "no time left"}]
    dialled = [
        event for event in network.transcript.of(Kind.CALL) if event.text in {"is dialled", "leg ends: no-answer"}
    ]
    waited = datetime.fromisoformat(dialled[-1].at) - datetime.fromisoformat(dialled[0].at)
    assert waited <= timedelta(seconds=line.longest_wait_seconds)
    assert call.outcome == "missed"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("phone", "result"), [(Busy(), "busy"), (Unreachable(), "failed"), (RingsOut(), "no-answer")])
def test_case_37_after_a_leg_that_came_to_nothing_the_next_is_rung_at_once(phone, result, network, on_call):
    network.phones[NOMSA] = network.phones[SIPHO] = phone
    network.call(from_=CALLER, to=LINE, caller=Caller())
    network.settle()
    assert not network.transcript.problems()
    assert results(Call.objects.get()) == [("nomsa", result), ("sipho", result)]
    events = network.transcript.of(Kind.CALL)
    ended = next(event for event in events if event.who == NOMSA and event.text.startswith("leg ends"))
    next_one = next(event for event in events if event.who == SIPHO and event.text == "is dialled")
    assert next_one.at == ended.at


@pytest.mark.django_db
@pytest.mark.parametrize("word", ["busy", "failed", "canceled", "no-answer", "teleported"])
def test_case_37_the_next_is_rung_whatever_the_gateway_calls_it_while_the_caller_is_there(word, gateway, on_call):
    document = read(gateway.ring())
    second = read(gateway.dialled(document, word))
    assert second.numbers == [SIPHO]
    prompt = read(gateway.dialled(second, word))
    assert "Record" in prompt.verbs
    call = Call.objects.get()
    assert call.state == "voicemail"
    gateway.status("completed")
    assert [leg.result for leg in call.legs.all()] == [word if word != "teleported" else "canceled"] * 2
    assert FollowUp.objects.get().kind == "call_back"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("why", ["no shifts at all", "a gap", "nobody verified", "the only one has left"])
def test_case_38_nobody_on_the_rota_means_a_message_an_urgent_task_and_a_text_to_the_coordinator(
    why, network, line, nomsa, lerato
):
    if why == "a gap":
        make_shift(line, nomsa, since=NIGHT - timedelta(hours=6), until=NIGHT)
    if why == "nobody verified":
        make_shift(line, make_person("new", "paralegal", duty_phone="+447700900140", is_verified=False))
    if why == "the only one has left":
        make_shift(line, make_person("zola", "paralegal", duty_phone="+447700900119", is_active=False))
    leg = network.call(from_=CALLER, to=LINE, caller=Caller(message=15))
    network.settle()
    assert not network.transcript.problems()
    assert leg.children == []
    call = Call.objects.get()
    assert call.outcome == "voicemail"
    assert Recording.objects.get().call == call
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.about) == ("nobody_on_duty", call.case.ref)
    message = Message.objects.get()
    assert (message.to_ref, message.template, message.is_urgent) == ("lerato", "staff/alarm", True)
    assert CALLER not in str(message.words)
    task = FollowUp.objects.get(kind="task")
    assert (task.because, task.is_urgent, task.case) == ("nobody_on_duty", True, call.case)
    assert call.case.next_due_at == task.due_at == NIGHT, "it is due at once"
    assert FollowUp.objects.get(kind="call_back").due_at == call.promise_due_at


@pytest.mark.django_db
def test_case_38_a_withheld_caller_whom_nobody_could_take_leaves_an_urgent_task_too(
    gateway, line, lerato, thandi, client
):
    document = read(gateway.ring(From="Anonymous"))
    prompt = read(
        gateway.post(
            document.root.find("Redirect").text.removeprefix(gateway.public_url), gateway.said(From="Anonymous")
        )
    )
    assert "Record" in prompt.verbs
    gateway.status("completed", From="Anonymous")
    follow_up = FollowUp.objects.get()
    assert (follow_up.kind, follow_up.is_urgent, follow_up.because) == ("task", True, "nobody_on_duty")
    client.force_login(thandi)
    page = client.get(f"/cases/{follow_up.case.ref}/").content.decode()
    assert "Somebody called while nobody was on call" in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("says", [12, None], ids=["a message", "no message"])
def test_case_39_nobody_answers_so_there_is_a_message_or_a_missed_call_and_a_deadline_either_way(
    says, network, on_call
):
    network.phones[NOMSA] = RingsOut()
    network.phones[SIPHO] = Mailbox()
    leg = network.call(from_=CALLER, to=LINE, caller=Caller(message=says))
    network.settle()
    assert not network.transcript.problems()
    call = Call.objects.get()
    assert (call.state, call.outcome) == ("ended", "voicemail" if says else "missed")
    follow_up = FollowUp.objects.get()
    assert (follow_up.kind, follow_up.case, follow_up.due_at) == ("call_back", call.case, call.promise_due_at)
    assert call.case.next_due_at == follow_up.due_at
    assert any("We will call you back" in heard for heard in leg.heard), "and the caller was told"
    kept = Recording.objects.filter(state="waiting").values_list("call", "seconds")
    assert list(kept) == ([(call.pk, says)] if says else [])


@pytest.mark.django_db
def test_case_39_the_promise_is_kept_as_it_was_said(gateway, on_call, clock):
    document = read(gateway.ring())
    second = read(gateway.dialled(document, "no-answer"))
    prompt = read(gateway.dialled(second, "no-answer"))
    said = Call.objects.get().promise_due_at
    clock.move(minutes=3)
    again = read(
        gateway.post(prompt.path("Record"), gateway.said(RecordingSid="RE1", RecordingDuration="60", Digits="#"))
    )
    gateway.status("completed")
    assert Call.objects.get().promise_due_at == said == FollowUp.objects.get().due_at
    assert "8 in the morning" in prompt.words or "08:00" in prompt.words or "8:00" in prompt.words, prompt.words
    assert again.words.split("Goodbye")[0].strip() in prompt.words
