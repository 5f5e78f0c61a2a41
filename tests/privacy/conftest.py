"""Somebody at a browser."""

import pytest
from django.test import Client


@pytest.fixture
def desk_of(db):
    """Sign somebody in without going through the sign-in page, each in a browser of their own."""

    def signed_in(person) -> Client:
        client = Client()
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return signed_in
