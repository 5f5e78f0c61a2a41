"""Two people share a phone. One says that they do not want to be contacted: what waits for the other is sent."""

import pytest

from cases.services import consent_keeping
from cases.services.consent_keeping import Answer
from helpline.core.outbox import services as outbox
from helpline.core.outbox.models import Message
from tests.factories import make_caller, make_case

pytestmark = pytest.mark.django_db


def test_the_other_ones_text_still_goes(line, thandi, at):
    rose = make_caller(number="+447700900270")
    lily = make_caller(number="")
    shared = rose.numbers.get()
    hers = make_case(line=line, caller=rose, owner=thandi, at=at)
    others = make_case(line=line, caller=lily, owner=thandi, at=at, number=shared)
    doubtful = make_case(line=line, caller=rose, owner=thandi, at=at, possibly_known=True)
    for case in (hers, others, doubtful):
        outbox.put(key=case.ref, route="caller", to=shared.ref, template="caller/tomorrow", about=case.ref, at=at)
    consent_keeping.record(case=hers, answers=[Answer("contact", "refused")], by=thandi, at=at)
    states = dict(Message.objects.values_list("about", "state"))
    assert states == {hers.ref: "canceled", others.ref: "waiting", doubtful.ref: "canceled"}
