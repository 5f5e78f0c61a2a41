"""The closed door: cases 10, 11 and 14 to 20. What the gateway did not sign does nothing, says nothing and costs nothing."""

import hashlib
import logging
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Case
from helpline.core.alarms.models import Alarm
from telephony.models import Call
from telephony.services import refusals, sweeps
from tests.telephony.conformance.signing import CALLER, FORM, NOMSA, STATUS, VOICE, Gateway, read, sign

FORGED = {
    "wrong": "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
    "none": False,
    "blank": "",
    "10 kB": "A" * 10_240,
    "not ASCII": "Sígnatüre",
    "not base64": "<script>",
    "a list": "RSOYDt4T1cUTdK1PDd93/VVr8B8=, RSOYDt4T1cUTdK1PDd93/VVr8B8=",
}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", FORGED)
def test_case_10_a_forged_request_is_refused_and_leaves_nothing_but_a_count(
    kind, gateway, on_call, clock, caplog, capfd
):
    with (
        CaptureQueriesContext(
            connection,
        ) as asked,
        caplog.at_level(logging.DEBUG),
    ):
        answer = gateway.post(VOICE, gateway.said(Foo="secret words"), signature=FORGED[kind])
    assert (answer.status_code, answer.content) == (403, b"")
    assert len(asked) == 0
    assert not Call.objects.exists()
    assert not Case.objects.exists()
    assert refusals.count_lately(at=clock.at) == 1
    told = caplog.text + "".join(capfd.readouterr())
    assert CALLER not in told
    assert CALLER.lstrip("+") not in told
    assert "secret words" not in told


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["whisper/AAAA/", "accept/AAAA/", "leg/AAAA/", "dialled/0/", "pressed/", "recorded/", "recording/"]
)
def test_case_10_every_address_of_a_call_has_the_same_door(path, gateway, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = gateway.post(f"{VOICE}{path}", gateway.said(), signature=FORGED["wrong"])
    assert (answer.status_code, answer.content) == (403, b"")


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["bodySHA256=", "x=bodySHA256=1", "bodySHA256", "bodySHA256=1&bodySHA256=2"])
def test_case_10_forged_json_with_an_odd_hash_is_refused_like_any_other(query, gateway):
    for path in (f"{VOICE}?{query}", f"{VOICE}?{query}#"):
        url = gateway.public_url + path
        answer = gateway.post_raw(path, "{}", "application/json", sign("not our token", url))
        assert answer.status_code == 403


@pytest.mark.django_db
def test_case_10_without_any_token_nobody_gets_in(gateway, settings):
    settings.TWILIO_AUTH_TOKENS = []
    assert gateway.ring().status_code == 403
    assert (
        gateway.post(VOICE, gateway.said(), signature=sign("", gateway.public_url + VOICE, gateway.said())).status_code
        == 403
    )


@pytest.mark.django_db
def test_case_11_another_account_is_refused_however_well_it_signs_and_somebody_is_told(gateway, on_call, lerato, clock):
    answer = gateway.ring(AccountSid="AC" + "f" * 32)
    assert (answer.status_code, answer.content) == (403, b"")
    assert not Call.objects.exists()
    sweeps.watch_the_line(at=clock.at)
    assert Alarm.objects.get().kind == "foreign_account"


@pytest.mark.django_db
def test_case_11_no_account_at_all_is_another_account(gateway, on_call):
    assert gateway.ring(AccountSid=None).status_code == 403
    assert not Call.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "host", ["evil.example.org", "localhost.evil.example.org", "evil.example.org:8000", "a b", "", "x" * 2000]
)
def test_case_14_a_foreign_host_is_refused_before_anything_is_computed(
    host, gateway, clock, monkeypatch, django_assert_num_queries
):
    def compute(*args, **kwargs):
        raise AssertionError("something was computed over a foreign host")

    monkeypatch.setattr("telephony.webhooks.door.is_genuine", compute)
    said = gateway.said()
    with django_assert_num_queries(0):
        answer = gateway.post(
            VOICE, said, host=host or " ", signature=sign(gateway.token, f"http://{host}{VOICE}", said)
        )
    assert answer.status_code == 400
    assert host.encode() not in answer.content or not host
    assert refusals.count_lately(at=clock.at) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("inside", ["localhost:8000", "localhost", "testserver:8000"])
def test_case_15_a_public_address_with_a_port_of_its_own_is_what_counts(inside, client, settings, on_call, clock):
    settings.PUBLIC_URL = "https://localhost:8443"
    gateway = Gateway(
        client, settings.PUBLIC_URL, settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKENS[0], host=inside
    )
    assert read(gateway.ring()).numbers == [NOMSA]
    elsewhere = sign(gateway.token, f"http://{inside}{VOICE}", gateway.said())
    assert gateway.post(VOICE, gateway.said(), signature=elsewhere).status_code == 403


SIGNED_QUERY = "name=a%2Bb&blank=&last=%20z"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "status"),
    [
        (SIGNED_QUERY, 200),
        ("blank=&name=a%2Bb&last=%20z", 403),
        ("name=a+b&blank=&last=%20z", 403),
        ("name=a%2bb&blank=&last=%20z", 403),
        ("name=a%2Bb&blank&last=%20z", 403),
        ("name=a%2Bb&last=%20z", 403),
        ("name=a%2Bb&blank=&last=+z", 403),
        ("name=a%2Bb&blank=&last=%20z&", 403),
        ("name=a%2Bb&blank=&last=%20z&more=1", 403),
        ("", 403),
    ],
)
def test_case_16_only_the_query_that_was_signed_byte_for_byte_passes(query, status, gateway, on_call):
    said = gateway.said()
    signature = sign(gateway.token, f"{gateway.public_url}{VOICE}?{SIGNED_QUERY}", said)
    answer = gateway.post(f"{VOICE}?{query}", said, signature=signature)
    assert answer.status_code == status


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("signed", "sent"), [('a="b"', "a=%22b%22"), ("a=%22b%22", 'a="b"'), ("a=<b>", "a=%3Cb%3E"), ("a=%C3%BC", "a=\xfc")]
)
def test_case_16_signs_that_are_written_in_two_ways_are_not_the_same_bytes(signed, sent, gateway, on_call):
    said = gateway.said()
    signature = sign(gateway.token, f"{gateway.public_url}{VOICE}?{signed}", said)
    assert gateway.post(f"{VOICE}?{signed}", said, signature=signature).status_code == 200
    assert gateway.post(f"{VOICE}?{sent}", said, signature=signature).status_code == 403


@pytest.mark.django_db
def test_case_16_values_are_signed_as_they_are(gateway, on_call):
    said = gateway.said(Body=" trailing blank ", Plus="+1 +2", Blank="", Emoji="☂️", Amp="a&b=c")
    assert gateway.post(VOICE, said).status_code == 200
    right = sign(gateway.token, gateway.public_url + VOICE, said)
    without_blank = {name: value for name, value in said.items() if name != "Blank"}
    for changed in (said | {"Body": "trailing blank"}, without_blank, said | {"New": ""}, said | {"Amp": "a"}):
        assert gateway.post(VOICE, changed, signature=right).status_code == 403


@pytest.mark.django_db
def test_case_17_a_request_by_get_works_as_one_by_post_does(gateway, on_call):
    document = read(gateway.get(VOICE, gateway.said()))
    assert document.numbers == [NOMSA]
    assert Call.objects.get().raw == gateway.said()
    answer = gateway.get(STATUS, gateway.said(CallStatus="completed", CallDuration="3"))
    assert (answer.status_code, answer.content) == (204, b"")
    assert Call.objects.get().state == "ended"
    assert gateway.get(VOICE, gateway.said(), signature=FORGED["wrong"]).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["head", "put", "patch", "delete", "options", "trace"])
@pytest.mark.parametrize("path", [VOICE, STATUS])
def test_case_17_other_methods_are_refused_though_signed(method, path, gateway, on_call):
    answer = gateway.get(path, gateway.said(), method=method)
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "POST"}
    assert not Call.objects.exists()


@pytest.mark.django_db
def test_case_18_json_counts_only_with_the_hash_of_its_body(gateway, on_call):
    said = gateway.said()
    wrong = hashlib.sha256(b"something else").hexdigest()
    assert gateway.post_json(VOICE, said, body_hash=wrong).status_code == 403
    unhashed = gateway.post_raw(VOICE, "{}", "application/json", sign(gateway.token, gateway.public_url + VOICE))
    assert unhashed.status_code == 403
    assert not Call.objects.exists()
    assert read(gateway.post_json(VOICE, said)).numbers == [NOMSA]
    assert Call.objects.get().raw == said


@pytest.mark.django_db
def test_case_18_a_right_hash_under_a_wrong_signature_is_refused(gateway, on_call):
    assert gateway.post_json(VOICE, gateway.said(), signature=FORGED["wrong"]).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("key=webhooks_sharedkey_1,algorithm=HMAC_SHA256", 200),
        ("algorithm=HMAC_SHA256", 200),
        ("key=webhooks_sharedkey_1,algorithm=HMAC_SHA1", 403),
        ("key=webhooks_sharedkey_1,algorithm=HMAC_SHA512", 403),
        ("key=webhooks_sharedkey_1,algorithm=none", 403),
        ("", 403),
        ("algorithm=" + "x" * 5000, 403),
    ],
)
def test_case_19_a_shared_key_signs_with_sha256_and_the_header_says_so(header, status, gateway, on_call):
    said = gateway.said()
    signature = sign(gateway.token, gateway.public_url + VOICE, said, algorithm=hashlib.sha256)
    answer = gateway.post(VOICE, said, signature=signature, headers={"X-Twilio-Webhooks-Signature-Settings": header})
    assert answer.status_code == status


@pytest.mark.django_db
def test_case_20_during_a_roll_over_the_old_token_counts_and_afterwards_not(gateway, settings, on_call):
    new, old = "n" * 32, gateway.token
    settings.TWILIO_AUTH_TOKENS = [new, old]
    assert gateway.post(VOICE, gateway.said(), token=old).status_code == 200
    assert gateway.post(VOICE, gateway.said(), token=new).status_code == 200
    settings.TWILIO_AUTH_TOKENS = [new]
    assert gateway.post(VOICE, gateway.said(), token=new).status_code == 200
    assert gateway.post(VOICE, gateway.said(), token=old).status_code == 403


@pytest.mark.django_db
def test_repeated_names_are_signed_together_and_the_first_value_counts(gateway, on_call):
    """Twilio signs every value of a repeated name, sorted."""
    said = gateway.said()
    pairs = [*said.items(), ("Digits", "2"), ("Digits", "1"), ("Digits", "1")]
    url = gateway.public_url + VOICE
    merged = {**said, "Digits": "1Digits2"}  # what sorting and joining name and value gives
    answer = gateway.post_raw(VOICE, urlencode(pairs), FORM, sign(gateway.token, url, merged))
    assert answer.status_code == 200
    assert Call.objects.get().raw["Digits"] == "2"
