"""Who gets an answer at all, and what somebody learns who does not."""

import pytest
import redis
from django.core.cache import cache
from django.core.management import CommandError, call_command
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from helpline.api.throttles import Fair
from helpline.api.tokens import write_token
from helpline.core.audit.models import Entry

KINDS = [
    "lines", "staff", "shifts", "calls", "texts", "callers", "cases", "incidents", "consents", "follow-ups", "hearings", "check-ins",
    "providers", "figures", "audit", "schema", "nothing",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_stranger_learns_nothing_but_that_a_token_is_needed(db, kind):
    answer = APIClient().get(f"/api/v1/{kind}/")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Token")
    assert list(answer.data) == ["detail"]


def test_zola_who_has_left_is_refused_with_the_token_that_she_still_has(asking, zola):
    assert asking(zola).get("/api/v1/calls/").status_code == 401


@pytest.mark.parametrize(
    "said",
    [
        "Token",
        "Token a b",
        "Token ключ".encode().decode("latin-1"),
        "Basic eA==",
        "Token " + "x" * 5000,
    ],
)
def test_a_token_that_is_none_is_refused(db, said):
    answer = APIClient(HTTP_AUTHORIZATION=said).get("/api/v1/lines/")
    assert answer.status_code == 401


def test_the_command_prints_the_token_alone_and_it_opens_the_api(thandi, capsys):
    call_command("issue_api_token", "thandi")
    call_command("issue_api_token", "thandi")
    first, second = capsys.readouterr().out.splitlines()
    assert first == second
    answer = APIClient(HTTP_AUTHORIZATION=f"Token {first}").get("/api/v1/lines/")
    assert answer.status_code == 200
    assert [(deed.verb, deed.about) for deed in Entry.objects.all()] == [("staff.api_token_issued", thandi.ref)]


def test_a_token_issued_anew_ends_the_old_one(asking, thandi, capsys):
    before = asking(thandi)
    call_command("issue_api_token", "thandi", "--anew")
    assert before.get("/api/v1/lines/").status_code == 401
    assert write_token(Token.objects.get(user=thandi).key) == capsys.readouterr().out.strip()


@pytest.mark.parametrize("name", ["nobody", "zola"])
def test_no_token_is_issued_to_somebody_who_does_not_work_here(zola, name):
    with pytest.raises(CommandError):
        call_command("issue_api_token", name)
    assert not Token.objects.exists()


def test_thandi_who_is_signed_in_on_a_page_asks_without_a_token_but_not_without_the_forms_key(thandi, settings):
    settings.REQUIRE_MFA = False
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(thandi, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/api/v1/cases/").status_code == 200
    assert client.post("/api/v1/cases/", {"source": "walk_in"}, format="json").status_code == 403


def test_a_sign_in_without_a_second_factor_does_not_open_the_api_where_one_is_needed(thandi, settings):
    settings.REQUIRE_MFA = True
    client = APIClient()
    client.force_login(thandi, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.get("/api/v1/cases/")
    assert answer.status_code in {302, 403}
    assert b"results" not in answer.content


def test_a_runaway_program_is_told_when_to_come_again_and_others_are_not_slowed_down(asking, thandi, sipho, settings):
    settings.API_REQUESTS_A_MINUTE = 2
    program = asking(thandi)
    answers = [program.get("/api/v1/lines/") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2]["Retry-After"]) <= 60
    assert asking(sipho).get("/api/v1/lines/").status_code == 200


def test_a_broken_counter_shuts_nobody_out_and_is_left_alone_for_a_while(asking, thandi, settings, monkeypatch):
    settings.API_REQUESTS_A_MINUTE = 0
    monkeypatch.setattr(Fair, "quiet_until", 0.0)
    tries = []

    def away(*args, **kwargs):
        tries.append(args)
        raise redis.ConnectionError

    monkeypatch.setattr(cache, "add", away)
    program = asking(thandi)
    assert [program.get("/api/v1/lines/").status_code for _ in range(3)] == [200, 200, 200]
    assert len(tries) == 1


def test_the_description_is_there_for_whoever_may_ask(asking, thandi):
    answer = asking(thandi).get("/api/v1/schema/", HTTP_ACCEPT="application/vnd.oai.openapi+json")
    paths = answer.json()["paths"]
    assert {"/api/v1/calls/", "/api/v1/cases/search/", "/api/v1/lines/{number}/"} <= set(paths)
    filters = {parameter["name"] for parameter in paths["/api/v1/calls/"]["get"]["parameters"]}
    assert filters == {"sid", "case", "state", "outcome", "since", "until", "cursor", "page_size"}


def test_the_description_is_whole_and_without_a_warning(tmp_path):
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yml"))
