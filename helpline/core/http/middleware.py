"""What every request passes: the short lane for the gateway, no keeping of pages, the second factor."""

import ipaddress
from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import BadRequest, DisallowedHost
from django.db import DEFAULT_DB_ALIAS, connections
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve

from helpline.core.postgresql.patience import wait_at_most
from helpline.core.staff.models import User

Answer = Callable[[HttpRequest], HttpResponse]
SECOND_FACTORS = ("totp", "webauthn")  # recovery codes alone do not count
GATEWAY_PATHS = ("/telephony/voice/", "/telephony/sms/")
# Pages that somebody without a second factor may open: the ones that set it up, and the way out.
BEFORE_SECOND_FACTOR = (
    *("/accounts/2fa/", "/accounts/logout/", "/accounts/login/", "/accounts/reauthenticate/", "/accounts/password/"),
    *("/welcome/", "/static/", "/healthz", "/readyz"),
)


class WebhookLane:
    """Take the gateway's requests past sessions, cookies and redirects, straight to their view.

    The views check the signature themselves and answer whatever is broken behind them. A foreign Host is refused
    here, before anything is computed over it.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(GATEWAY_PATHS):
            return self.get_response(request)
        try:
            request.get_host()
        except (DisallowedHost, BadRequest):
            return HttpResponse("This address is not ours.", status=400, content_type="text/plain")
        try:
            found = resolve(request.path_info)
        except Resolver404:
            return HttpResponse("There is nothing here.", status=404, content_type="text/plain")
        answer: HttpResponse = found.func(request, *found.args, **found.kwargs)
        return answer


class RealClient:
    """Let the client's own address stand where a proxy that we trust passed it on, for the limits of sign-in.

    Of `X-Forwarded-For` the last address that is not a proxy of ours counts: what stands before it the client wrote.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.META.get("REMOTE_ADDR") in settings.TRUSTED_PROXIES:
            passed_on = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
            client = next((part for part in reversed(passed_on) if part not in settings.TRUSTED_PROXIES), "")
            if _is_address(client):
                request.META["REMOTE_ADDR"] = client
        return self.get_response(request)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


class Patience:
    """Let no page wait for a database that stands still: pages that hang would take the threads that webhooks need.

    A connection that died while nobody used it (after a restart of the database) is left, before anybody meets it.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        connection = connections[DEFAULT_DB_ALIAS]
        with wait_at_most(settings.PAGE_PATIENCE, connection):
            if connection.connection is not None and not connection.in_atomic_block and not connection.is_usable():
                connection.close()
            return self.get_response(request)


class NoStore:
    """Pages are never kept by a browser or a proxy: the back key after the way out shows nothing."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path_info.startswith(settings.STATIC_URL):
            response.setdefault("Cache-Control", "no-store")
        if request.path_info == "/accounts/logout/" and request.method == "POST":
            response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
        return response


class SecondFactor:
    """Send whoever has no second factor to the page that sets one up, where one is required."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        # Asked anew each time: a factor that was taken away must not leave a door open until the next sign-in.
        if (
            settings.REQUIRE_MFA
            and isinstance(user, User)
            and not request.path_info.startswith(BEFORE_SECOND_FACTOR)
            and not Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).exists()
        ):
            return redirect("mfa_index")
        return self.get_response(request)
