"""The page of the month, and the same as a file. Only for those who answer for the line; nothing of it names a case."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from helpline.core import clock
from helpline.core.audit import services as audit
from helpline.core.http.pages import worker
from helpline.core.staff.models import Role, User
from helpline.reports.spreadsheet import MIME, write_spreadsheet
from helpline.reports.tables import SCOPES, Audience, read_tables

READS_FIGURES = (Role.COORDINATOR, Role.SUPERVISOR, Role.ADMINISTRATOR)


def _reader(request: HttpRequest) -> User:
    user = worker(request)
    if not user.holds(*READS_FIGURES):
        raise Http404
    return user


def _audience(asked: Any) -> Audience:
    return "outside" if asked == "outside" else "inside"


@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    _reader(request)
    audience = _audience(request.GET.get("for"))
    page = {"tables": read_tables(audience, clock.now()), "audience": audience, "k": SCOPES[audience].k}
    return render(request, "reports/figures.html", page)


@require_POST
def spreadsheet(request: HttpRequest) -> HttpResponse:
    """Hand the tables over as a file, which is written down: a file goes where no page does."""
    user, at = _reader(request), clock.now()
    audience = _audience(request.POST.get("for"))
    content = write_spreadsheet(read_tables(audience, at), k=SCOPES[audience].k)
    audit.record(by=user, verb="figures.exported", what="figures", about="", at=at, audience=audience)
    response = HttpResponse(content, content_type=MIME)
    response.headers["Content-Disposition"] = 'attachment; filename="figures.xlsx"'
    return response
