"""Rose, her people, and what she agreed to, for the tests of check-ins."""

from datetime import timedelta

from cases.models import CheckIn, ContactRoute, Number
from cases.services import check_in_steps, check_ins
from cases.services.check_in_answers import TextIn, answer_text
from cases.services.check_ins import Agreed, ContactAgreed
from helpline.core.outbox.models import Message
from telephony.text_words import read_check_in
from tests.factories import NIGHT, make_caller, make_case, make_safe_contact

DUE = NIGHT + timedelta(minutes=80)  # 03:30 in Johannesburg
ACTS = DUE + timedelta(minutes=10)
SAFE, DANGER = "sunflower", "thunder"
MOTHER, FRIEND, PEER = "+447700900281", "+447700900282", "+447700900283"


def minutes(number):
    return timedelta(minutes=number)


def make_route(caller, by, number, *, name="Lindiwe", may_text=True, may_call=False, at=NIGHT, **changes):
    """Somebody near a caller, whom she lets us text unless the test says otherwise."""
    ordinary = {
        "kind": "peer", "whose": "other", "may_text": may_text, "may_call": may_call, "confirmed_at": at,
        "confirmed_by": by, "created_at": at,
    }  # fmt: skip
    return ContactRoute.objects.create(caller=caller, name=name, number=number, **{**ordinary, **changes})


def make_rose(line, owner, *, number="+447700900280", may_text=True):
    """Rose, who may be texted, with her case; her mother, who may know nothing, and her friend, who may know a little."""
    rose = make_caller(number=number, code_name="Rose")
    make_safe_contact(rose, owner, may_text=may_text, may_call=True)
    make_route(rose, owner, MOTHER, name="Mother", kind="family", position=1)
    make_route(rose, owner, FRIEND, name="Lindiwe", may_know="She is out with somebody new.", position=2)
    return make_case(line=line, caller=rose, owner=owner)


def agreed(case, **changes):
    routes = list(case.caller.routes.order_by("position"))
    ordinary = {
        "due_at": DUE,
        "contacts": [ContactAgreed(route.ref, knows_her_as="Rosie") for route in routes],
        "safe_word": SAFE,
        "danger_word": DANGER,
        "where": "flat above the bakery, a man called Ben",
    }
    return Agreed(**{**ordinary, **changes})


def start(case, by, at=NIGHT, **changes):
    return check_ins.start(case=case, by=by, agreed=agreed(case, **changes), at=at)


def sweep_until(until, *, since=NIGHT, every=10):
    """Let the sweep run as beat does; returns nothing, the rows tell."""
    at = since
    while at <= until:
        check_in_steps.sweep(at=at)
        at += timedelta(seconds=every)


def steps_of(check_in):
    """What was done, as (kind, place, minutes after due, result)."""
    return [
        (step.kind, step.place, round((step.at - DUE).total_seconds() / 60, 2), step.result)
        for step in CheckIn.objects.get(pk=check_in.pk).steps.order_by("pk")
    ]


def kinds_of(check_in):
    return [step.kind for step in check_in.steps.order_by("pk")]


def messages(**of):
    """What lies in the outbox, as (to, template, words), oldest first."""
    return [(row.to_ref, row.template, row.words) for row in Message.objects.filter(**of).order_by("pk")]


def texts(case, body, *, at, ref="TEXT", number=None):
    """She texts from her phone; says whether it was an answer to her check-in."""
    plain, more = read_check_in(body)
    number = number or Number.objects.get(pk=case.number_id)
    return answer_text(TextIn(number=number, body=body, plain=plain, minutes=more, ref=ref), at=at)
