"""Past cases from a spreadsheet, step by step: hand in, look, correct, take over."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from cases.forms.importing import ColumnsForm, ImportFileForm
from cases.models import ImportFile
from cases.services.importing import taking_over
from cases.services.importing.columns import FIELDS
from cases.services.importing.sheet import LARGEST_FILE
from helpline.core import clock
from helpline.core.errors import NotAllowed
from helpline.core.http.pages import worker
from helpline.core.http.words import here
from helpline.core.lines.models import Line
from helpline.core.staff.models import User

MOST_MISTAKES = 200  # on the page; who has more puts these right first
WORDS = {name: words for name, words, _headings in FIELDS}


def _importer(request: HttpRequest) -> User:
    user = worker(request)
    if not user.holds(*taking_over.IMPORTS):
        raise Http404
    return user


def _kept(request: HttpRequest, file_ref: str) -> ImportFile:
    kept = taking_over.find_file(ref=file_ref, by=_importer(request), at=clock.now())
    if kept is None:
        raise Http404
    return kept


@require_http_methods(["GET", "POST"])
def hand_in(request: HttpRequest) -> HttpResponse:
    user = _importer(request)
    form = ImportFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            # One byte more than is allowed tells that there is more, without reading all of it.
            kept = taking_over.keep_file(content=file.read(LARGEST_FILE + 1), by=user, at=clock.now())
        except NotAllowed as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("cases:import_look", kept.ref)
    return render(request, "cases/import_file.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def look(request: HttpRequest, file_ref: str) -> HttpResponse:
    """Show what would happen; by POST with other columns."""
    kept = _kept(request, file_ref)
    seen = taking_over.preview(kept=kept, at=clock.now(), zone=here())
    heading = seen.lines[0]
    if request.method == "POST":
        form = ColumnsForm(request.POST, heading=heading)
        if form.is_valid():
            taking_over.set_columns(kept=kept, columns=form.columns(), day_first=form.cleaned_data["day_first"])
            return redirect("cases:import_look", kept.ref)
    else:
        chosen = {name: str(column) for name, column in seen.columns.items()}
        form = ColumnsForm(initial={**chosen, "day_first": "1" if kept.day_first else "0"}, heading=heading)
    mistakes = [(mistake, WORDS[mistake.field]) for mistake in seen.mistakes[:MOST_MISTAKES]]
    page = {"kept": kept, "seen": seen, "form": form, "mistakes": mistakes}
    return render(request, "cases/import_look.html", page, status=422 if form.errors else 200)


@require_POST
def take_over(request: HttpRequest, file_ref: str) -> HttpResponse:
    user, kept = _importer(request), _kept(request, file_ref)
    line = Line.objects.active().first()
    try:
        made = taking_over.take_over(kept=kept, by=user, at=clock.now(), zone=here(), line=line)
    except NotAllowed as refusal:
        messages.warning(request, str(refusal))
        return redirect("cases:import_look", file_ref)
    messages.success(
        request,
        ngettext("%(count)d past case was taken over.", "%(count)d past cases were taken over.", made)
        % {"count": made},
    )
    return redirect("dashboard:cases")


@require_POST
def drop(request: HttpRequest, file_ref: str) -> HttpResponse:
    taking_over.drop_file(kept=_kept(request, file_ref), by=_importer(request), at=clock.now())
    messages.success(request, _("The file is forgotten. Nothing was taken over."))
    return redirect("cases:import_file")
