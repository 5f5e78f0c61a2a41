"""Accounts on their pages: a link for the first password, roles, a number, and leaving."""

import re

import pytest

from helpline.core.rota.models import Shift
from helpline.core.staff.models import NumberCheck, User
from tests.factories import NIGHT

PASSWORD = "umbrellas in the rain, all red"


@pytest.fixture(autouse=True)
def tonight(monkeypatch):
    monkeypatch.setattr("helpline.core.clock.now", lambda: NIGHT)


def link_in(answer):
    return re.search(r"http://testserver(/welcome/[^<\s]+/)", answer.content.decode())[1]


def test_pieter_makes_an_account_and_tumi_chooses_a_password_that_nobody_else_knows(desk_of, pieter, client):
    made = desk_of(pieter).post(
        "/staff/new/", {"username": "tumi", "display_name": "Tumi", "roles": ["paralegal"], "languages": "xh, en"}
    )
    link = link_in(made)
    client.logout()
    page = client.get(link, follow=True)
    here = page.redirect_chain[-1][0]
    assert "set-password" in here, "the key is out of the address before anything is typed"
    assert client.post(here, {"new_password1": PASSWORD, "new_password2": PASSWORD}).status_code == 302
    client.post("/accounts/login/", {"login": "tumi", "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(User.objects.get(username="tumi").pk)
    client.logout()
    assert "This link does not work" in client.get(link, follow=True).content.decode(), "a link works once"


def test_a_password_that_is_easily_guessed_is_refused(desk_of, pieter, nomsa, client):
    link = link_in(desk_of(pieter).post(f"/staff/{nomsa.ref}/link/"))
    client.logout()
    here = client.get(link, follow=True).redirect_chain[-1][0]
    answer = client.post(here, {"new_password1": "password1234", "new_password2": "password1234"})
    assert "too common" in answer.content.decode()


def test_a_link_of_somebody_who_has_left_meanwhile_does_not_work(desk_of, pieter, nomsa, client):
    link = link_in(desk_of(pieter).post(f"/staff/{nomsa.ref}/link/"))
    desk_of(pieter).post(f"/staff/{nomsa.ref}/leaves/")
    client.logout()
    assert "This link does not work" in client.get(link, follow=True).content.decode()


def test_a_name_that_is_taken_is_told_at_the_field(desk_of, pieter, nomsa):
    answer = desk_of(pieter).post("/staff/new/", {"username": "nomsa", "display_name": "N", "languages": "en"})
    assert answer.status_code == 400
    assert "This name is taken" in answer.content.decode()


def test_when_nomsa_leaves_the_page_says_how_many_shifts_fell_away(desk_of, pieter, nomsa, on_call):
    assert "1 coming shift" in desk_of(pieter).get(f"/staff/{nomsa.ref}/").content.decode()
    page = desk_of(pieter).post(f"/staff/{nomsa.ref}/leaves/", follow=True).content.decode()
    assert re.search(r"taken off the rota</span>\s*<strong class=\"figure\">1<", page)
    assert Shift.objects.get(person=nomsa).ends_at == NIGHT


def test_lerato_sees_the_list_and_changes_no_account(desk_of, lerato, nomsa, zola):
    client = desk_of(lerato)
    page = client.get("/staff/").content.decode()
    assert "Nomsa" in page
    assert "has left" in page
    assert "New account" not in page
    assert "Make a link" not in client.get(f"/staff/{nomsa.ref}/").content.decode()


def test_no_duty_number_stands_on_any_page_of_staff(desk_of, pieter, lerato, nomsa):
    for person in (pieter, lerato):
        for address in ("/staff/", f"/staff/{nomsa.ref}/"):
            assert "9001" not in desk_of(person).get(address).content.decode()


@pytest.fixture
def signed_in_just_now(client, nomsa):
    """Nomsa, who signed in and typed her password once more a moment ago."""
    nomsa.set_password(PASSWORD)
    nomsa.save()
    client.post("/accounts/login/", {"login": "nomsa", "password": PASSWORD})
    assert (
        client.post("/accounts/reauthenticate/?next=/me/number/", {"password": PASSWORD})["Location"] == "/me/number/"
    )
    return client


def test_nomsa_verifies_a_new_number_with_the_code_from_the_text(signed_in_just_now, nomsa):
    signed_in_just_now.post("/me/number/", {"number": "+44 7700 900118"})
    page = signed_in_just_now.get("/me/").content.decode()
    assert "••• 118" in page
    assert "900118" not in page
    code = NumberCheck.objects.get().code
    assert code not in page
    assert signed_in_just_now.post("/me/code/", {"code": "x"}).status_code == 400
    assert signed_in_just_now.post("/me/code/", {"code": code}).status_code == 302
    assert User.objects.get(pk=nomsa.pk).duty_phone == "+447700900118"


def test_who_typed_her_password_long_ago_is_asked_again_and_the_number_is_kept_nowhere(desk_of, nomsa):
    nomsa.set_password(PASSWORD)
    nomsa.save()
    client = desk_of(nomsa)
    assert client.get("/me/number/")["Location"].startswith("/accounts/reauthenticate/")
    client.post("/me/number/", {"number": "+447700900118"})
    assert "900118" not in str(dict(client.session))
    assert not NumberCheck.objects.exists()


def test_a_coordinator_lets_two_people_share_a_phone(desk_of, lerato, nomsa, sipho):
    desk_of(lerato).post(f"/staff/{sipho.ref}/number/", {"number": "+447700900111"})
    assert NumberCheck.objects.get().user == sipho


def test_nomsa_says_how_she_is_called_and_which_languages_she_speaks(desk_of, nomsa):
    desk_of(nomsa).post("/me/", {"display_name": "Nomsa D.", "languages": "zu, EN zu"})
    now = User.objects.get(pk=nomsa.pk)
    assert (str(now), now.languages) == ("Nomsa D.", ["zu", "en"])
    assert desk_of(nomsa).post("/me/", {"display_name": "N", "languages": "<b>"}).status_code == 400
