"""The lines: a list with what a caller would meet now, and the page that edits one."""

from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpline.core import clock
from helpline.core.lines.models import Line
from helpline.core.lines.services import BadLine, public_holidays, reveal_last_resort, save_line
from helpline.core.privacy.numbers import mask_number
from helpline.office.access import KEEPS_LINES, SEES_LINES, only, signed_in
from helpline.office.line_forms import LineForm, typed_of
from helpline.office.prospect import foresee


@require_GET
@only(SEES_LINES)
def line_list(request: HttpRequest) -> HttpResponse:
    at = clock.now()
    rows = [{"line": line, "prospect": foresee(line, at)} for line in Line.objects.all()]
    return render(request, "office/lines.html", {"rows": rows, "keeps": signed_in(request).holds(*KEEPS_LINES)})


@require_http_methods(["GET", "POST"])
@only(KEEPS_LINES)
def line_new(request: HttpRequest) -> HttpResponse:
    return _edit(request, None)


@require_http_methods(["GET", "POST"])
@only(KEEPS_LINES)
def line(request: HttpRequest, ref: str) -> HttpResponse:
    return _edit(request, get_object_or_404(Line, ref=ref))


@require_POST
@only(KEEPS_LINES)
def line_last_resort(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the last-resort number to whoever asks for it, which is written down."""
    row = get_object_or_404(Line, ref=ref)
    number = reveal_last_resort(line=row, by=signed_in(request), at=clock.now())
    return _show(request, row, LineForm(initial=typed_of(row), line=row), last_resort=number or "")


def _edit(request: HttpRequest, row: Line | None) -> HttpResponse:
    at = clock.now()
    form = LineForm(request.POST or None, initial=typed_of(row), line=row)
    if request.method == "POST" and "fill" in request.POST:
        return _show(request, row, _with_holidays(request, row, at))
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_line(line=row, by=signed_in(request), at=at, **form.values())
        except BadLine as bad:
            for name, sentences in bad.problems.items():
                for sentence in sentences:
                    form.add_error(name if name in form.fields else None, sentence)
        else:
            messages.success(request, _("%(name)s is kept. It holds for the next call.") % {"name": saved})
            return redirect("office:lines")
    return _show(request, row, form)


def _with_holidays(request: HttpRequest, row: Line | None, at: datetime) -> LineForm:
    """Return the form as it was typed, with the public holidays of its country added. Nothing is kept yet."""
    typed = request.POST.copy()
    found = public_holidays(typed.get("country", "").upper(), (at.year, at.year + 1))
    said = {one.split()[0]: one for one in typed.get("holidays", "").splitlines() if one.strip()}
    said |= {day: f"{day} {name}" for day, name in found.items()}
    typed["holidays"] = "\n".join(said[day] for day in sorted(said))
    form = LineForm(typed, line=row)
    if not found:
        form.add_error("country", _("The public holidays of this country are not known here: type them in."))
    return form


def _show(request: HttpRequest, row: Line | None, form: LineForm, last_resort: str = "") -> HttpResponse:
    shown: dict[str, Any] = {
        "form": form,
        "line": row,
        "prospect": foresee(row, clock.now()) if row else None,
        "masked": mask_number(row.last_resort) if row and row.last_resort else "",
        "last_resort": last_resort,
        "zones": sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")),
    }
    has_problem = form.is_bound and bool(form.errors) and "fill" not in request.POST
    return render(request, "office/line.html", shown, status=400 if has_problem else 200)
