"""Somebody at a browser, for the pages of the office."""

import pytest
from django.test import Client


@pytest.fixture
def desk_of(client: Client):
    """Sign somebody in without going through the sign-in page: ``desk_of(nomsa).get("/rota/")``."""

    def signed_in(person) -> Client:
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return signed_in
