"""One caller with one of everything, as it stands after a year of calls."""

from datetime import timedelta

import pytest

from cases.models import ContactRoute, HandOver, LegalHold
from helpline.core.alarms.models import Alarm
from helpline.core.outbox.models import Message
from telephony.models import Call, CallEvent, Leg, Media, Recording, Text, TextEvent
from tests.factories import let_in, make_caller, make_case, make_follow_up, make_note, make_safe_contact

CANARY = "quokka"


@pytest.fixture
def fill(line, thandi, sipho, at):
    """Put one of everything on a case, with a word in it that must be nowhere afterwards."""

    def filled(case, *, when=at, number=None):
        caller, number = case.caller, number or case.number
        make_note(case, thandi, f"{CANARY} note", at=when)
        make_note(case, sipho, f"{CANARY} draft", at=when, is_draft=True)
        make_follow_up(
            case, owner=thandi, why=f"{CANARY} promise", due_at=when, at=when, state="done", finished_at=when
        )
        let_in(case, sipho, at=when)
        offered = HandOver.objects.create(giver=thandi, taker=sipho, offered_at=when, note=f"{CANARY} hand-over")
        offered.cases.add(case)
        common = {"line": line, "case": case, "number": number, "caller": caller}
        call = Call.objects.create(
            sid=f"CA{case.pk}", started_at=when, heard_at=when, ended_at=when, state="ended", outcome="voicemail",
            sent_from=number.number if number else None, sent_from_kind="number", raw={"From": CANARY}, **common,
        )  # fmt: skip
        leg = Leg.objects.create(call=call, person=thandi, step=0, rang_at=when, result="declined")
        CallEvent.objects.create(
            key=f"e{case.pk}", call=call, leg=leg, kind="voice", received_at=when, raw={"a": CANARY}
        )
        Recording.objects.create(
            call=call, sid=f"RE{case.pk}", state="kept", sound=CANARY.encode(), mime="audio/x-wav", made_at=when,
            heard_at=when, heard_by=thandi,
        )  # fmt: skip
        text = Text.objects.create(sid=f"SM{case.pk}", at=when, direction="inbound", body=f"{CANARY} text", **common)
        TextEvent.objects.create(key=f"t{case.pk}", sid=text.sid, word="sent", received_at=when, raw={"a": CANARY})
        Media.objects.create(
            text=text, position=0, url="https://x", state="kept", content=CANARY.encode(), mime="image/png"
        )
        message = Message.objects.create(
            key=f"written-{case.ref}", route="caller", to_ref=number.ref if number else "", template="written",
            words={"body": CANARY}, about=case.ref, created_at=when, not_before=when, state="sent",
        )  # fmt: skip
        Text.objects.create(
            direction="outbound", body=f"{CANARY} answer", message=message, at=when, written_by=thandi, **common
        )
        Alarm.objects.create(
            key=f"a{case.ref}", kind="recording_lost", about=case.ref, raised_at=when, acknowledged_at=when
        )
        return case

    return filled


@pytest.fixture
def rose(line, thandi, fill, at):
    """Rose, whom Thandi works with: one closed case of three years ago and one open case, everything in both."""
    caller = make_caller(code_name=f"{CANARY} Rose", code_word=f"{CANARY} word")
    make_safe_contact(caller, thandi, may_text=True, may_call=True)
    ContactRoute.objects.create(
        caller=caller,
        kind="peer",
        name=f"{CANARY} friend",
        whose="other",
        confirmed_at=at,
        confirmed_by=thandi,
        created_at=at,
    )
    old = at - timedelta(days=1100)
    fill(
        make_case(line=line, caller=caller, owner=thandi, at=old, state="closed", closed_at=old, summary=CANARY),
        when=old,
    )
    fill(make_case(line=line, caller=caller, owner=thandi, at=at))
    return caller


@pytest.fixture
def hold(thandi, at):
    def held(case, *, until=None, why="court"):
        return LegalHold.objects.create(
            case=case, why=why, until=until or (at + timedelta(days=30)).date(), put_by=thandi, put_at=at
        )

    return held
