"""Files of a case: taken in up to a size, handed out as downloads, taken away with a reason."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.access import STORY, WRITE, get_case
from cases.file_kinds import ENDINGS
from cases.forms.attachments import AttachmentForm
from cases.models import Case
from cases.services import attachments
from helpline.core import clock
from helpline.core.errors import NotAllowed
from helpline.core.http import uploads
from helpline.core.http.pages import says_why, worker


@csrf_exempt  # on the outside only: the check of the form key would read the whole body, however big; _files checks it
@require_http_methods(["GET", "POST"])
@says_why
def files(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the files of a case and take one in. What is too big is refused before it is read."""
    if request.method == "POST":
        handler = uploads.begin(request, attachments.most_bytes())
        if handler is None:
            user, at = worker(request), clock.now()
            case = get_case(user, ref, to=STORY, at=at)
            return show_files(request, case, AttachmentForm(), refused=attachments.too_big(), status=413)
        return _take_in(request, ref, handler)
    user, at = worker(request), clock.now()
    return show_files(request, get_case(user, ref, to=STORY, at=at), AttachmentForm())


@csrf_protect
def _take_in(request: HttpRequest, ref: str, handler: uploads.InMemory) -> HttpResponse:
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    form = AttachmentForm(request.POST, request.FILES)
    is_valid = form.is_valid()
    if handler.is_too_big:
        return show_files(request, case, form, refused=attachments.too_big(), status=413)
    if not is_valid:
        return show_files(request, case, form, status=422)
    said = form.cleaned_data
    try:
        attachments.add(
            case=case, name=said["file"].name, content=said["file"].read(), note=said["note"],
            keep_camera_data=said["keep_camera_data"], by=user, at=at,
        )  # fmt: skip
    except NotAllowed as refused:
        return show_files(request, case, form, refused=str(refused), status=422)
    messages.success(request, _("Kept, sealed."))
    return redirect("cases:files", case.ref)


def show_files(
    request: HttpRequest, case: Case, form: AttachmentForm, *, refused: str = "", status: int = 200
) -> HttpResponse:
    page = {
        "case": case,
        "form": form,
        "refused": refused,
        "files": attachments.read_attachments(case),
        "most": attachments.most_bytes() // 1_000_000,
        "endings": ",".join(f".{ending}" for endings in ENDINGS.values() for ending in endings),
    }
    return render(request, "cases/attachments/files.html", page, status=status)


@require_GET
@says_why
def attachment(request: HttpRequest, ref: str, attachment_ref: str) -> HttpResponse:
    """Hand a file over as a download under a name that says nothing; nothing of it is ever shown inside our pages."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=STORY, at=at)
    row = attachments.open_attachment(case=case, ref=attachment_ref, by=user, at=at)
    response = HttpResponse(row.content, content_type="application/octet-stream")
    ending = ENDINGS[row.kind][0]
    response.headers["Content-Disposition"] = f'attachment; filename="file.{ending}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


@require_POST
@says_why
def attachment_remove(request: HttpRequest, ref: str, attachment_ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    because = request.POST.get("because", "")[:500]
    attachments.remove(case=case, ref=attachment_ref, because=because, by=user, at=at)
    messages.success(request, _("Taken away for good."))
    return redirect("cases:files", case.ref)
