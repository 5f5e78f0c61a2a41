"""Requests and signatures that others wrote down, held against ours."""

import json
from pathlib import Path

import pytest
from django.http import QueryDict

from telephony.gateway.signature import Signed, is_genuine
from telephony.models import Call, CallEvent
from tests.factories import make_line, make_shift
from tests.telephony.conformance.signing import NOMSA, STATUS, VOICE, path_of, read, sign

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "data" / "twilio"
VECTORS, WEBHOOKS = SAMPLES / "signature_vectors.json", SAMPLES / "sample_webhooks.json"
pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the samples are not on this machine (../shared/data/twilio)"
)


def load(path):
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


def form_of(vector):
    form = QueryDict(mutable=True)
    for name, value in vector.get("params_multi") or vector["params"].items():
        form.appendlist(name, value)
    return form


@pytest.mark.parametrize("vector", load(VECTORS), ids=lambda vector: vector["name"])
def test_case_10_every_signature_vector_is_judged_as_it_should_be(vector):
    path = path_of(vector["url"])
    signed = Signed(path_and_query=path, signature=vector["signature"], form=form_of(vector))
    public_url = vector["url"].removesuffix(path)
    assert is_genuine(signed, public_url=public_url, tokens=[vector["token"]]) is vector["valid"]


def test_our_own_sum_is_that_of_the_published_example():
    reference = next(vector for vector in load(VECTORS) if vector["name"] == "reference")
    assert sign(reference["token"], reference["url"], reference["params"]) == reference["signature"]


@pytest.fixture
def line(db, settings):
    """The line and the account of the samples."""
    settings.TWILIO_ACCOUNT_SID = "AC" + "0" * 32
    return make_line(number="+27800000000")


@pytest.fixture
def samples(line, nomsa):
    make_shift(line, nomsa)
    return load(WEBHOOKS)


@pytest.mark.parametrize("name", ["voice_inbound", "voice_anonymous", "voice_restricted_alt"])
def test_a_sample_of_a_first_request_rings_nomsa(name, samples, gateway):
    assert read(gateway.post(VOICE, samples[name])).numbers == [NOMSA]
    call = Call.objects.get()
    assert call.raw == samples[name]
    assert (call.sent_from_kind == "withheld") is (name != "voice_inbound")


def test_case_02_and_05_the_samples_together_are_one_call_that_ended(samples, gateway):
    first, again = (gateway.post(VOICE, said) for said in samples["voice_duplicate"])
    assert first.content == again.content
    document = read(first)
    gateway.post(document.path("Gather"), samples["voice_gather_55"])
    assert "Record" in read(gateway.post(document.path("Dial"), samples["voice_dial_no_answer"])).verbs
    for said in [*samples["voice_status_out_of_order"], samples["voice_status_completed"]]:
        gateway.tell(STATUS, said)
    call = Call.objects.get()
    assert (call.state, call.outcome) == ("ended", "missed")
    assert [leg.result for leg in call.legs.all()] == ["no-answer"]
    kept = CallEvent.objects.filter(kind="status").values_list("word", "sequence").order_by("sequence")
    assert list(kept) == [("ringing", 1), ("in-progress", 2), ("completed", 3)]
