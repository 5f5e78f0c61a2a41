"""What opens a door does not lie in the database: whoever steals a dump cannot come in with it."""

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.db import connection
from rest_framework.test import APIClient

from helpline.api.tokens import issue_token
from helpline.core.http.sessions import hashed
from tests.privacy.searching import Canaries

pytestmark = pytest.mark.django_db


def dump():
    """Every row of every table as text."""
    said = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT CAST(t.* AS text) FROM "{table}" t')
            said += [row[0] for row in cursor.fetchall()]
    return "\n".join(said)


def test_a_sign_in_is_not_taken_up_with_what_stands_in_the_database(desk_of, thandi, client):
    browser = desk_of(thandi)
    key = browser.cookies["desk"].value
    assert browser.get("/me/").status_code == 200
    assert Canaries(key=key).found_in(dump()) == set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_key FROM django_session")
        stolen = [row[0] for row in cursor.fetchall()]
    assert stolen
    for stored in stolen:
        client.cookies["desk"] = stored
        assert client.get("/me/").status_code == 302


def test_a_sign_in_ends_when_its_person_goes(desk_of, thandi):
    browser = desk_of(thandi)
    row = Session.objects.filter(pk=hashed(browser.cookies["desk"].value))
    assert row.exists()
    browser.post("/accounts/logout/")
    assert not row.exists()
    assert browser.get("/me/").status_code == 302


def test_a_token_is_not_made_of_what_stands_in_the_database(thandi, at, settings):
    token = issue_token(username="thandi", at=at)
    assert issue_token(username="thandi", at=at) == token
    assert APIClient(HTTP_AUTHORIZATION=f"Token {token}").get("/api/v1/lines/").status_code == 200
    assert Canaries(token=token).found_in(dump()) == set()
    key = token.partition(".")[0]
    for forged in (key, f"{key}.", f"{key}.{'0' * 40}", f".{token.partition('.')[2]}", token[:-1], token + "0"):
        assert APIClient(HTTP_AUTHORIZATION=f"Token {forged}").get("/api/v1/lines/").status_code == 401
    settings.SECRET_KEY = "another-key-of-thirty-two-or-more-characters"
    assert APIClient(HTTP_AUTHORIZATION=f"Token {token}").get("/api/v1/lines/").status_code == 401


def test_the_secret_of_a_code_generator_and_the_recovery_codes_lie_sealed(thandi):
    secret = generate_totp_secret()
    totp = TOTP.activate(thandi, secret)
    codes = RecoveryCodes.activate(thandi).get_unused_codes()
    assert Canaries(secret=secret, **{f"code {n}": code for n, code in enumerate(codes)}).found_in(dump()) == set()
    assert RecoveryCodes(thandi.authenticator_set.get(type="recovery_codes")).get_unused_codes() == codes
    assert totp.instance.wrap().validate_code("000000") is False


@pytest.mark.parametrize("typed", ["+447700900200", "correct horse battery staple", "Rose"])
def test_what_was_typed_into_the_wrong_field_is_kept_nowhere_and_counts_all_the_same(client, typed, thandi):
    for _ in range(6):
        answer = client.post("/accounts/login/", {"login": typed, "password": f"{typed} again"})
    assert answer.status_code == 429
    assert AccessAttempt.objects.exists()
    assert Canaries(typed=typed).found_in(dump()) == set()
