"""The logs of calls and of texts: what happened, newest first, of the cases that each may know of. No word of content."""

from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from helpline.office.access import signed_in
from telephony.models import Call, Text

PAGE = 50  # rows
Row = TypeVar("Row", bound=Model)


@require_GET
def calls(request: HttpRequest) -> HttpResponse:
    rows = Call.objects.visible_to(signed_in(request)).select_related("case", "line", "answered_by", "number")
    return render(request, "telephony/calls.html", _page(rows, "started_at", request.GET.get("before", "")))


@require_GET
def texts(request: HttpRequest) -> HttpResponse:
    rows = Text.objects.visible_to(signed_in(request)).select_related("case", "line", "number")
    return render(request, "telephony/texts.html", _page(rows, "at", request.GET.get("before", "")))


def _page(rows: QuerySet[Row], moment: str, before: str) -> dict[str, Any]:
    """Cut the page that follows a row (by its reference). Found by the index, however long the table is.

    Raises Http404 for a row that is not there, or not theirs.
    """
    page = rows.order_by(f"-{moment}", "-id")
    if before:
        last = rows.filter(ref=before).values(moment, "id").first()
        if last is None:
            raise Http404
        earlier = Q(**{f"{moment}__lt": last[moment]}) | Q(**{moment: last[moment], "id__lt": last["id"]})
        page = page.filter(earlier, **{f"{moment}__lte": last[moment]})
    found = list(page[: PAGE + 1])
    return {"rows": found[:PAGE], "has_more": len(found) > PAGE, "is_first": not before}
