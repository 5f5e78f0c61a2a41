"""Who a caller is: her names, another number that she rings from, two rows that are one person, and who asked for her."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.access import WRITE, get_case
from cases.forms.contact import NameForm
from cases.models import NameKind
from cases.services import asking, finding, merging, names, numbers
from cases.views.contact import back, show
from helpline.core import clock
from helpline.core.errors import NotAllowed
from helpline.core.http.pages import says_why, worker

LONGEST_SAID = 1000  # characters of what somebody said who asked for her


@require_POST
@says_why
def name(request: HttpRequest, ref: str) -> HttpResponse:
    """Keep a name, its pronouns, and where it may be said. A blank one is taken away."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    kind = request.POST.get("kind", "")
    if kind not in NameKind.values:
        raise NotAllowed(_("There is no such kind of name, or no such place."))
    form = NameForm(request.POST, kind=kind)
    if not form.is_valid():
        forms = [form if other == kind else NameForm(kind=other) for other in NameKind.values]
        return show(request, case, at, status=422, name_forms=forms)
    typed = form.cleaned_data
    names.set_name(
        case=case, by=user, at=at, kind=kind, name=typed["name"], pronouns=typed["pronouns"], say_in=typed["say_in"]
    )
    return back(case, "names")


@require_POST
@says_why
def language(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    names.set_language(case=case, by=user, at=at, language=request.POST.get("language", "")[:40])
    return back(case, "names")


@require_POST
@says_why
def readdress(request: HttpRequest, ref: str, change_ref: str) -> HttpResponse:
    """Send what was taken back from a number that she left to another of hers, with her code word."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    said = request.POST
    sent = numbers.readdress(
        case=case, by=user, at=at, change_ref=change_ref, to_ref=said.get("to", ""), code_word=said.get("word", "")
    )
    messages.success(request, _("%(count)d texts go to the new number, as far as that is safe.") % {"count": sent})
    return back(case, "history")


@require_POST
@says_why
def find_again(request: HttpRequest, ref: str) -> HttpResponse:
    """Settle who rings from a new number: a reference that she was given, and her word."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    said = request.POST
    finding.find_again(
        case=case, by=user, at=at, reference=said.get("reference", "")[:40], code_word=said.get("word", "")[:200]
    )
    messages.success(request, _("Known. This number is now one of theirs: ask what is safe on it."))
    return back(case)


@require_POST
@says_why
def merge(request: HttpRequest, ref: str) -> HttpResponse:
    """Say that the caller of another case is the same person."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    said = request.POST
    other = get_case(user, said.get("other", ""), to=WRITE, at=at)
    merging.merge_callers(
        case=case, other=other, by=user, how=said.get("how", ""), code_word=said.get("word", ""), at=at
    )
    messages.success(request, _("One person now. It can be taken apart again."))
    return back(case, "who")


@require_POST
@says_why
def part(request: HttpRequest, ref: str, merge_ref: str) -> HttpResponse:
    """Take two people apart again."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    merging.undo_merge(case=case, merge_ref=merge_ref, by=user, at=at)
    messages.success(request, _("Two people again, each with what was theirs."))
    return back(case, "who")


@require_POST
@says_why
def asked(request: HttpRequest, ref: str) -> HttpResponse:
    """Note that somebody else asked for her. They were told nothing."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    asking.note_asked(case=case, by=user, at=at, said=request.POST.get("said", "")[:LONGEST_SAID])
    messages.success(request, _("Written down, and the supervisor is told. Ask them how safe they are."))
    return back(case, "asked")
