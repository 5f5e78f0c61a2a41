"""Who may open which page of the office. What is not yours answers like what does not exist.

========================  =======================================================
staff list                coordinator, supervisor, administrator
accounts, roles, leaving  administrator
sharing a duty number     coordinator
rota, seeing it           everybody who is signed in
rota, changing it         coordinator, supervisor (taking over oneself: everybody)
lines, seeing them        coordinator, supervisor, administrator
lines, changing them      coordinator, administrator
retention, seeing it      coordinator, supervisor, administrator
retention, deciding       coordinator
erasure, deciding         coordinator, supervisor (never whoever asked)
complaints, taking one    everybody who has a role
complaints, handling      coordinator, supervisor, administrator, unless it is about them
calls and texts           everybody, of the cases that each may see
========================  =======================================================
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponseBase

from helpline.core.staff.models import Role, User

SEES_STAFF = frozenset({Role.COORDINATOR, Role.SUPERVISOR, Role.ADMINISTRATOR})
KEEPS_STAFF = frozenset({Role.ADMINISTRATOR})
KEEPS_ROTA = frozenset({Role.COORDINATOR, Role.SUPERVISOR})
SEES_LINES = frozenset({Role.COORDINATOR, Role.SUPERVISOR, Role.ADMINISTRATOR})
KEEPS_LINES = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})

SEES_RETENTION = frozenset({Role.COORDINATOR, Role.SUPERVISOR, Role.ADMINISTRATOR})
KEEPS_RETENTION = frozenset({Role.COORDINATOR})
HANDLES_COMPLAINTS = frozenset({Role.COORDINATOR, Role.SUPERVISOR, Role.ADMINISTRATOR})
DECIDES_ERASURE = frozenset({Role.COORDINATOR, Role.SUPERVISOR})

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def only(roles: frozenset[Role]) -> Callable[[View[P]], View[P]]:
    """Let only holders of one of these roles into a view; for all others there is nothing there."""

    def closed(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not signed_in(request).holds(*roles):
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return closed


def signed_in(request: HttpRequest) -> User:
    """Return who asks. Raises Http404 where nobody is signed in, which the middleware lets happen nowhere."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user
