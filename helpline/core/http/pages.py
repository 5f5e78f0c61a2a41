"""Who asks, and how a page answers what we refuse on purpose."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views import defaults

from helpline.core.errors import Conflict, HelplineError, NotFound
from helpline.core.staff.models import User

P = ParamSpec("P")
_READ_AWAY = (
    40_000_000  # bytes of a request that is too long: read, so that the answer is not lost in a broken connection
)
_PIECE = 65_536
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def worker(request: HttpRequest) -> User:
    """Return the member of staff who asks. Raises PermissionDenied where the sign-in wall did not stand before."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def says_why(view: View[P]) -> View[P]:
    """Answer our own refusals in words: absent and not yours alike with 404, the rest with a sentence on the same page.

    A part that was asked for by htmx gets the sentence alone; a whole page is gone back to, with the sentence on it.
    """

    @wraps(view)
    def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotFound:
            raise Http404 from None
        except HelplineError as refusal:
            words = str(refusal) or _("That is not possible now.")
            status = 409 if isinstance(refusal, Conflict) else 403
            if request.headers.get("HX-Request") or request.method == "GET":
                response = render(request, "_parts/_refused.html", {"words": words}, status=status)
                response.headers["X-Refused"] = (
                    "1"  # live.js shows these words; every other error leaves the page as it is
                )
                return response
            messages.warning(request, words)
            return HttpResponseRedirect(back_to(request))

    return answered


def back_to(request: HttpRequest) -> str:
    """Return the page of the case that this address lies below (or that of safe contact), or the board."""
    ref = request.resolver_match.kwargs.get("ref", "") if request.resolver_match else ""
    if ref and request.path.startswith(f"/cases/{ref}/contact/"):
        return f"/cases/{ref}/contact/"
    return f"/cases/{ref}/" if ref and request.path.startswith(f"/cases/{ref}/") else "/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what cannot be taken in. What is too long is told so in words, and nothing of it was kept (413)."""
    if not isinstance(exception, RequestDataTooBig):
        return defaults.bad_request(request, exception)
    left = _READ_AWAY
    while left > 0 and (piece := request.read(_PIECE)):
        left -= len(piece)
    return render(request, "413.html", status=413)
