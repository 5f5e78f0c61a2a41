"""Coming in: password, second factor, limits, and the way out."""

import time
from unittest import mock

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.test import Client
from redis.exceptions import ConnectionError as BrokerAway

PASSWORD = "umbrellas in the rain, all red"
LOGIN = "/accounts/login/"


@pytest.fixture
def thandi_with_password(thandi):
    thandi.set_password(PASSWORD)
    thandi.save()
    return thandi


def sign_in(client, login="thandi", password=PASSWORD, address="127.0.0.1", **more):
    return client.post(LOGIN, {"login": login, "password": password, **more}, REMOTE_ADDR=address)


def set_up_app(person):
    """Give somebody an authenticator app, and return its secret."""
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    return secret


def code_of(secret):
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def who_is_in(client):
    return client.session.get("_auth_user_id")


def test_thandi_signs_in_with_her_name_and_password(client, thandi_with_password):
    answer = sign_in(client)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert who_is_in(client) == str(thandi_with_password.pk)


def test_the_page_is_called_desk_and_says_nothing_else_in_its_title(client):
    page = client.get(LOGIN).content.decode()
    assert "<title>Desk</title>" in page
    assert page.count("<title>") == 1


def test_every_page_but_the_sign_in_wants_somebody_signed_in(client, db):
    for address in ("/me/", "/staff/", "/rota/", "/lines/", "/calls/", "/texts/", "/accounts/2fa/"):
        answer = client.get(address)
        assert answer.status_code == 302, address
        assert answer["Location"].startswith(LOGIN), address


def test_a_wrong_password_and_an_unknown_name_are_told_in_the_same_words(client, thandi_with_password):
    known = sign_in(client, password="wrong, wrong, wrong").content.decode()
    unknown = sign_in(client, login="nobody", password="wrong, wrong, wrong").content.decode()
    words = "The username and/or password you specified are not correct."
    assert words in known
    assert words in unknown


def test_after_five_wrong_tries_the_right_password_waits_too(client, thandi_with_password):
    for _ in range(5):
        sign_in(client, password="wrong, wrong, wrong")
    assert sign_in(client).status_code == 429
    assert who_is_in(client) is None


def test_a_stranger_cannot_shut_thandi_out_by_guessing_from_elsewhere(client, thandi_with_password):
    for _ in range(6):
        sign_in(client, password="wrong, wrong, wrong", address="198.51.100.7")
    assert who_is_in(client) is None
    sign_in(client)
    assert who_is_in(client) == str(thandi_with_password.pk)


def test_somebody_who_has_left_does_not_come_in(client, zola):
    zola.set_password(PASSWORD)
    zola.save()
    sign_in(client, login="zola")
    assert who_is_in(client) is None


def test_the_session_gets_a_new_name_at_sign_in(client, thandi_with_password):
    client.get(LOGIN)
    session = client.session
    session["before"] = 1
    session.save()
    client.cookies["desk"] = session.session_key
    sign_in(client)
    assert client.session.session_key != session.session_key


def test_with_an_authenticator_app_the_password_alone_opens_nothing(client, settings, thandi_with_password):
    settings.REQUIRE_MFA = True
    secret = set_up_app(thandi_with_password)
    assert sign_in(client)["Location"].startswith("/accounts/2fa/authenticate/")
    assert who_is_in(client) is None
    assert client.get("/me/").status_code == 302
    answer = client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert answer["Location"] == "/"
    assert client.get("/me/").status_code == 200


def test_a_wrong_code_lets_nobody_in(client, thandi_with_password):
    secret = set_up_app(thandi_with_password)
    sign_in(client)
    wrong = "000000" if code_of(secret) != "000000" else "111111"
    assert client.post("/accounts/2fa/authenticate/", {"code": wrong}).status_code == 200
    assert who_is_in(client) is None


def test_a_code_that_was_used_is_refused_the_second_time(client, thandi_with_password):
    secret = set_up_app(thandi_with_password)
    code = code_of(secret)
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code})
    client.post("/accounts/logout/")
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert who_is_in(client) is None


def test_without_a_second_factor_only_its_set_up_opens(client, settings, thandi_with_password):
    settings.REQUIRE_MFA = True
    sign_in(client)
    answer = client.get("/me/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/")
    assert client.get("/accounts/2fa/").status_code == 200
    assert client.get("/live/").status_code == 302


def test_whoever_takes_the_last_second_factor_away_is_shut_out_at_once(client, settings, thandi_with_password):
    settings.REQUIRE_MFA = True
    secret = set_up_app(thandi_with_password)
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert client.get("/me/").status_code == 200
    Authenticator.objects.filter(user=thandi_with_password).delete()
    assert client.get("/me/")["Location"] == "/accounts/2fa/"


def test_nobody_signs_up_and_nobody_asks_for_a_password_by_mail(client, db):
    assert "Nobody signs up here" in client.get("/accounts/signup/").content.decode()
    assert (
        client.post("/accounts/signup/", {"username": "eve", "password1": PASSWORD, "password2": PASSWORD}).status_code
        == 200
    )
    for gone in ("/accounts/password/reset/", "/accounts/email/", "/accounts/confirm-email/"):
        assert client.get(gone).status_code in {302, 404}
        assert client.post(gone, {"email": "eve@example.org"}).status_code in {302, 404}


def test_where_tries_cannot_be_counted_nobody_comes_in_and_a_sentence_says_why(client, thandi_with_password):
    with (
        mock.patch.object(cache, "add", side_effect=BrokerAway),
        mock.patch.object(cache, "get", side_effect=BrokerAway),
    ):
        answer = sign_in(client)
    assert answer.status_code == 503
    assert "nobody can be let in safely" in answer.content.decode()
    assert who_is_in(client) is None


def test_locking_ends_the_sign_in_and_leads_back_to_the_same_page(client, thandi_with_password):
    sign_in(client)
    old = client.session.session_key
    answer = client.post("/accounts/logout/", {"next": "/accounts/login/?next=/me/"})
    assert answer["Location"] == "/accounts/login/?next=/me/"
    assert "cookies" in answer["Clear-Site-Data"]
    client.cookies["desk"] = old
    assert client.get("/me/").status_code == 302, "the old cookie opens nothing"
    assert sign_in(client, next="/me/")["Location"] == "/me/"


def test_after_a_quarter_of_an_hour_without_a_sign_of_life_the_sign_in_is_over(client, thandi_with_password):
    sign_in(client)
    began = time.time()
    assert client.get("/me/").status_code == 200
    with mock.patch("helpline.core.http.sign_in.time.time", return_value=began + 14 * 60):
        assert client.get("/me/").status_code == 200, "a look at a page is a sign of life"
    with mock.patch("helpline.core.http.sign_in.time.time", return_value=began + 28 * 60):
        assert client.get("/me/").status_code == 200
    with mock.patch("helpline.core.http.sign_in.time.time", return_value=began + 28 * 60 + 15 * 60 + 1):
        assert client.get("/me/").status_code == 302
    assert who_is_in(client) is None


def test_a_board_that_refreshes_itself_keeps_no_empty_chair_signed_in(client, thandi_with_password):
    sign_in(client)
    began = time.time()
    client.get("/me/")
    for minute in range(1, 15):
        with mock.patch("helpline.core.http.sign_in.time.time", return_value=began + minute * 60):
            assert client.get("/me/", headers={"HX-Request": "true"}).status_code == 200
    with mock.patch("helpline.core.http.sign_in.time.time", return_value=began + 15 * 60 + 1):
        answer = client.get("/me/", headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer["HX-Refresh"] == "true", "the whole page goes to the sign-in, not a part of it"


def test_a_page_that_lies_there_learns_that_nobody_is_signed_in_any_more(client, thandi_with_password):
    sign_in(client)
    assert client.get("/here/", headers={"HX-Request": "true"}).status_code == 204
    client.post("/accounts/logout/")
    assert client.get("/here/", headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_no_sign_in_lasts_longer_than_half_a_day(client, thandi_with_password):
    sign_in(client)
    began = time.time()
    client.get("/me/")
    for minute in range(10, 12 * 60, 10):
        with mock.patch("helpline.core.http.sign_in.time.time", return_value=began + minute * 60):
            assert client.get("/me/").status_code == 200
    with mock.patch("helpline.core.http.sign_in.time.time", return_value=began + 12 * 3600 + 1):
        assert client.get("/me/").status_code == 302


def test_day_or_night_is_kept_in_a_cookie_and_forgotten_on_request(client, thandi_with_password):
    sign_in(client)
    client.post("/theme/", {"theme": "dark"})
    assert 'data-theme="dark"' in client.get("/me/").content.decode()
    client.post("/theme/", {"theme": "<script>"})
    assert "data-theme" not in client.get("/me/").content.decode().split("<head>", maxsplit=1)[0]


def test_what_went_wrong_is_said_kindly_and_without_a_word_of_what_it_was(thandi_with_password):
    client = Client(raise_request_exception=False)
    sign_in(client)
    with mock.patch("helpline.office.views.me.rota.coming_shifts", side_effect=RuntimeError("Rose, 02:10")):
        answer = client.get("/me/")
    page = answer.content.decode()
    assert answer.status_code == 500
    assert "That did not work" in page
    assert "Rose" not in page
