"""The directory in and out: hand a file in, look at what it would become, settle who is here already, take it in; take it out."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from helpline.core import clock
from helpline.core.errors import NotAllowed
from helpline.core.http import uploads
from helpline.core.http.pages import says_why, worker
from helpline.core.staff.models import User
from referrals.access import check_keeps_network
from referrals.forms.exchange import DirectoryFilesForm, SheetColumnsForm
from referrals.models import DirectoryImport
from referrals.services import duplicates, exporting, imports
from referrals.services.sheets_in import FIELDS

_SHOWN_DUPLICATES = 200
WORDS = {name: words for name, words, _headings in FIELDS}


def _keeper(request: HttpRequest) -> tuple[User, datetime]:
    user, at = worker(request), clock.now()
    check_keeps_network(user, at)
    return user, at


@csrf_exempt  # on the outside only: the check of the form key would read the whole body, however big; _hand_in checks it
@require_http_methods(["GET", "POST"])
@says_why
def exchange(request: HttpRequest) -> HttpResponse:
    """Show how to take a directory in and out; by POST hand files in. What is too big is refused before it is read."""
    if request.method == "POST":
        handler = uploads.begin(request, imports.LARGEST_HSDS)
        if handler is None:
            _keeper(request)
            return _show(request, DirectoryFilesForm(), refused=_too_big(), status=413)
        return _hand_in(request, handler)
    _keeper(request)
    return _show(request, DirectoryFilesForm())


@csrf_protect
def _hand_in(request: HttpRequest, handler: uploads.InMemory) -> HttpResponse:
    user, at = _keeper(request)
    form = DirectoryFilesForm(request.POST, request.FILES)
    is_valid = form.is_valid()
    if handler.is_too_big:
        return _show(request, form, refused=_too_big(), status=413)
    if not is_valid:
        return _show(request, form, status=422)
    try:
        kept = imports.keep(files=form.read(), by=user, at=at)
    except NotAllowed as refused:
        return _show(request, form, refused=str(refused), status=422)
    return redirect("referrals:import", kept.ref)


def _too_big() -> str:
    return _("This is too large: %(most)d MB at most. Cut it into several.") % {
        "most": imports.LARGEST_HSDS // 1_000_000
    }


def _show(request: HttpRequest, form: DirectoryFilesForm, *, refused: str = "", status: int = 200) -> HttpResponse:
    return render(request, "referrals/exchange/exchange.html", {"form": form, "refused": refused}, status=status)


@require_http_methods(["GET", "POST"])
@says_why
def look(request: HttpRequest, import_ref: str) -> HttpResponse:
    """Show what a file would become; by POST change how it is read, settle duplicates, take it in, or forget it."""
    user, at = _keeper(request)
    kept = imports.find(ref=import_ref, by=user, at=at)
    if request.method == "POST":
        return _settle(request, kept, user, at)
    return _show_import(request, kept)


def _settle(request: HttpRequest, kept: DirectoryImport, user: User, at: datetime) -> HttpResponse:
    match request.POST.get("verb"):
        case "columns" if kept.kind == "sheet":
            form = SheetColumnsForm(request.POST, heading=imports.preview(kept=kept).heading)
            if not form.is_valid():
                return _show_import(request, kept, form, status=422)
            imports.set_columns(kept=kept, columns=form.columns())
        case "choose":
            known = {one.id for one in imports.preview(kept=kept).alike}
            said = {key[7:]: str(value) for key, value in request.POST.items() if key.startswith("choice:")}
            imports.choose(kept=kept, choices={key: value for key, value in said.items() if key in known})
        case "take":
            try:
                kept = imports.take(kept=kept, by=user, at=at)
            except NotAllowed as refused:
                messages.warning(request, str(refused))
        case "drop":
            imports.drop(kept=kept, by=user, at=at)
            messages.success(request, _("The file is forgotten. Nothing was taken in."))
            return redirect("referrals:exchange")
        case _:
            return _show_import(request, kept, status=422)
    return redirect("referrals:import", kept.ref)


def _show_import(
    request: HttpRequest, kept: DirectoryImport, form: SheetColumnsForm | None = None, *, status: int = 200
) -> HttpResponse:
    if kept.state != "looking":
        page = {"kept": kept, "share": imports.progress_of(kept), "done": _done(kept)}
        return render(request, "referrals/exchange/taking.html", page, status=status)
    seen = imports.preview(kept=kept)
    if kept.kind == "sheet" and form is None:
        chosen = {name: str(column) for name, column in kept.mapping.get("columns", {}).items()}
        form = SheetColumnsForm(initial=chosen, heading=seen.heading)
    choices = kept.mapping.get("choices", {})
    rows = [{"one": one, "choice": choices.get(one.id, "")} for one in seen.alike[:_SHOWN_DUPLICATES]]
    wrong = [{"one": one, "words": WORDS.get(one.field, one.field)} for one in seen.wrong]
    page = {
        "kept": kept, "seen": seen, "form": form, "wrong": wrong, "duplicates": rows,
        "choices": ((duplicates.SAME, _("the same")), (duplicates.NEW, _("another one")), (duplicates.SKIP, _("leave out"))),
    }  # fmt: skip
    return render(request, "referrals/exchange/look.html", page, status=status)


def _done(kept: DirectoryImport) -> str:
    if kept.state != "taken":
        return ""
    new, known = kept.mapping.get("new", 0), kept.mapping.get("known", 0)
    first = ngettext("%(count)d provider is new.", "%(count)d providers are new.", new) % {"count": new}
    second = ngettext("%(count)d was here and was changed.", "%(count)d were here and were changed.", known) % {
        "count": known
    }
    return f"{first} {second}"


@require_POST
@says_why
def take_out(request: HttpRequest) -> HttpResponse:
    """Hand the directory out as a file, which is written down."""
    user, at = _keeper(request)
    kind = request.POST.get("as", "")
    if kind not in exporting.KINDS:
        return _show(request, DirectoryFilesForm(), status=422)
    content, file_name, mime = exporting.export(kind=kind, by=user, at=at)
    response = HttpResponse(content, content_type=mime)
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response
