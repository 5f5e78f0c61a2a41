"""Programs that ask in somebody's name."""

import pytest
from django.utils.crypto import get_random_string
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from helpline.api.tokens import write_token
from helpline.core import clock
from tests.factories import NIGHT, make_caller, make_case


@pytest.fixture(autouse=True)
def it_is_night(monkeypatch):
    """02:10 in Johannesburg for everything that asks the clock."""
    monkeypatch.setattr(clock, "now", lambda: NIGHT)


@pytest.fixture
def asking():
    """Return a client with a person's token: asking(nomsa).get("/api/v1/calls/")."""

    def with_token(person):
        token, _ = Token.objects.get_or_create(user=person, defaults={"key": get_random_string(40)})
        client = APIClient(raise_request_exception=True)
        client.credentials(HTTP_AUTHORIZATION=f"Token {write_token(token.key)}")
        return client

    return with_token


@pytest.fixture
def rose(db):
    """A caller with a number and a code name."""
    return make_caller(number="+447700900211", code_name="Rose", pronouns="she")


@pytest.fixture
def case(line, sipho, rose):
    """Rose's case, which is Sipho's."""
    number = rose.numbers.get()
    return make_case(line=line, caller=rose, number=number, owner=sipho, summary="Held at the station since noon.")
