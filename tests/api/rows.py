"""Calls and texts as the telephone side leaves them behind."""

from itertools import count

from telephony.models import Call, Leg, Text
from tests.factories import NIGHT

_sids = count(1)


def make_call(case, *, at=NIGHT, **changes):
    ordinary = {
        "sid": f"CA{next(_sids):032x}",
        "line": case.line,
        "case": case,
        "number": case.number,
        "caller": case.caller,
        "sent_from_kind": "number",
        "started_at": at,
        "heard_at": at,
    }
    return Call.objects.create(**{**ordinary, **changes})


def make_leg(call, person, *, step=0, at=NIGHT, **changes):
    return Leg.objects.create(call=call, person=person, step=step, rang_at=at, **changes)


def make_text(case, body="Are you there?", *, at=NIGHT, **changes):
    ordinary = {
        "sid": f"SM{next(_sids):032x}",
        "direction": "inbound",
        "line": case.line,
        "case": case,
        "number": case.number,
        "caller": case.caller,
        "at": at,
    }
    return Text.objects.create(body=body, **{**ordinary, **changes})
