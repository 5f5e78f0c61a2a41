"""The one way in for the gateway: refuse what it did not sign, and answer it well whatever is broken behind."""

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, OperationalError, connections
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.encoding import escape_uri_path
from django.views.decorators.csrf import csrf_exempt

from helpline.core import clock
from helpline.core.postgresql.away import is_busy
from helpline.core.postgresql.patience import wait_at_most
from helpline.core.realtime import counters
from telephony.gateway.signature import Signed, is_genuine
from telephony.services import spool
from telephony.services.refusals import REFUSED, REFUSED_ACCOUNT

AT_ONCE = 0.2  # seconds: a dead connection says so sooner; what took longer is asked no second time
log = logging.getLogger(__name__)
Parameters = Mapping[str, str]


def from_gateway(kind: str, *, when_broken: Callable[..., HttpResponse]) -> Callable[[Any], Any]:
    """Open a view to the gateway and to nobody else.

    Signed wrongly, not at all or for another account: 403, nothing stored but a counter. Where the database is away
    or the view fails, the request is kept on disk under its kind, to be read in later, and `when_broken` answers.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def checked(request: HttpRequest, **path: Any) -> HttpResponse:
            if request.method not in {"POST", "GET"}:
                return HttpResponse(status=405, headers={"Allow": "GET, POST"})
            parameters = _read_genuine(request)
            if parameters is None:
                counters.count(REFUSED, clock.now())
                return HttpResponse(status=403)
            if parameters.get("AccountSid") != settings.TWILIO_ACCOUNT_SID:
                counters.count(REFUSED_ACCOUNT, clock.now())
                return HttpResponse(status=403)
            try:
                spool.refuse_while_away()
                return _ask(view, request, parameters, path)
            except (DatabaseError, InterfaceError) as broken:
                spool.note_away(broken)
                log.error("%s webhook kept on disk: %s", kind, type(broken).__name__)
            except Exception as broken:
                # No trace with values: it would hold what the caller's gateway sent.
                log.exception("%s webhook kept on disk: %s", kind, type(broken).__name__)
            spool.keep(kind=kind, parameters=parameters, path=path, at=clock.now())
            return when_broken(parameters, **path)

        opened: Callable[..., HttpResponse] = login_not_required(csrf_exempt(checked))
        return opened

    return decorate


def _ask(
    view: Callable[..., HttpResponse], request: HttpRequest, parameters: Parameters, path: Mapping[str, Any]
) -> HttpResponse:
    """Ask the view, and once more where it met a connection that had died while nobody used it.

    After a restart of the database each thread of each process still holds such a connection. Asking twice is harmless:
    everything behind this door is done once, however often it is told.
    """
    connection = connections[
        DEFAULT_DB_ALIAS
    ]  # this thread's own; the shortcut of that name would be the watcher's to it
    was_open, began = connection.connection is not None and not connection.in_atomic_block, time.monotonic()
    with wait_at_most(settings.WEBHOOK_PATIENCE, connection):
        try:
            return view(request, parameters, **path)
        except (OperationalError, InterfaceError) as broken:
            if is_busy(broken) or not was_open or time.monotonic() - began > AT_ONCE:
                raise
        connection.close()
        return view(request, parameters, **path)


def _read_genuine(request: HttpRequest) -> dict[str, str] | None:
    """Return the parameters where the signature holds, None otherwise. Of repeated names the first counts."""
    query = request.META.get("QUERY_STRING", "")  # as it came: Django's own form of it is written anew
    signed = Signed(
        path_and_query=f"{escape_uri_path(request.path)}?{query}" if query else escape_uri_path(request.path),
        signature=request.headers.get("X-Twilio-Signature", ""),
        settings_header=request.headers.get("X-Twilio-Webhooks-Signature-Settings", ""),
    )
    try:
        if request.method == "GET":
            return _flatten(request.GET) if _is_genuine(signed) else None
        if request.content_type == "application/json":
            body = request.body.decode()
            said = json.loads(body) if _is_genuine(replace(signed, body=body)) else None
            return {str(name): str(value) for name, value in said.items()} if isinstance(said, dict) else None
        form = request.POST
        return _flatten(form) if _is_genuine(replace(signed, form=form)) else None
    except (UnicodeError, ValueError, RequestDataTooBig, SuspiciousOperation):
        return None


def _is_genuine(signed: Signed) -> bool:
    return is_genuine(signed, public_url=settings.PUBLIC_URL, tokens=settings.TWILIO_AUTH_TOKENS)


def _flatten(said: QueryDict) -> dict[str, str]:
    return {name: str(values[0]) for name, values in said.lists() if values}
