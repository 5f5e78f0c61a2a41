"""The page of safe contact: every way to a caller, what she said about it, and what follows from it now."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.access import STORY, WRITE, get_case
from cases.forms.contact import WHY_ENDED, CardForm, NameForm, NumberForm, RouteForm, typed_of
from cases.models import Case, NameKind, SafeContact, SpokenName
from cases.services import calling_back, cards, merging, numbers, routes
from cases.services.contact_sheet import read_history, read_routes, read_safe_lines
from helpline.core import clock
from helpline.core.errors import NotAllowed
from helpline.core.http.pages import says_why, worker


def back(case: Case, part: str = "") -> HttpResponse:
    answer = redirect("cases:contact", case.ref)
    answer["Location"] += f"#{part}" if part else ""
    return answer


def show(request: HttpRequest, case: Case, at: datetime, *, status: int = 200, **forms: Any) -> HttpResponse:
    """Render the page of safe contact of a case that was opened through the door."""
    user = worker(request)
    caller = None if case.possibly_known else case.caller
    names = {row.kind: row for row in SpokenName.objects.filter(caller=caller)} if caller is not None else {}
    page = {
        "case": case,
        "caller": caller,
        "lines": read_safe_lines(case, at, user),
        "routes": read_routes(case, at),
        "history": read_history(case),
        "hints": merging.find_hints(case=case, reader=user),
        "merges": merging.merges_of(caller) if caller is not None else [],
        "names": [names[kind] for kind in NameKind.values if kind in names],
        "name_forms": [NameForm(kind=kind, row=names.get(kind)) for kind in NameKind.values],
        "number_form": NumberForm(),
        "why_ended": WHY_ENDED,
        "is_supervisor": user.holds("supervisor"),
        "may_find": caller is None or not caller.code_word,
        **forms,
    }
    return render(request, "cases/contact/contact.html", page, status=status)


@require_GET
@says_why
def contact(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    return show(request, get_case(user, ref, to=STORY, at=at), at)


@require_http_methods(["GET", "POST"])
@says_why
def number(request: HttpRequest, ref: str, number_ref: str) -> HttpResponse:
    """The card of one of her numbers."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=STORY if request.method == "GET" else WRITE, at=at)
    row = cards.find_number(case, number_ref)
    caller = cards.known_caller(case)
    card = SafeContact.objects.filter(caller=caller, number=row).first()
    form = CardForm(request.POST or None, initial=typed_of(card))
    if request.method == "GET" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        page = {"case": case, "form": form, "line": row.ref, "masked": cards.mask(row), "card": card}
        return render(request, "cases/contact/card.html", page, status=status)
    cards.record_card(case=case, by=user, at=at, said=form.said(), number_ref=number_ref, seen_at=form.seen())
    messages.success(request, _("Written down. It holds from now on."))
    return back(case, f"number-{number_ref}")


@require_POST
@says_why
def number_new(request: HttpRequest, ref: str) -> HttpResponse:
    """Add a number, then ask what is safe on it."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    form = NumberForm(request.POST)
    if not form.is_valid():
        return show(request, case, at, status=422, number_form=form)
    typed = form.cleaned_data
    try:
        added = numbers.add_number(case=case, by=user, at=at, typed=typed["typed"], whose=typed["whose"])
    except NotAllowed as refused:
        form.add_error("typed", str(refused))
        return show(request, case, at, status=422, number_form=form)
    return redirect("cases:contact_number", case.ref, added.ref)


@require_POST
@says_why
def number_do(request: HttpRequest, ref: str, number_ref: str) -> HttpResponse:
    """One of the verbs of a number: still so, no longer theirs, it is them, a word came by text."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    said = request.POST
    match said.get("verb", ""):
        case "confirm":
            cards.confirm_card(case=case, by=user, at=at, number_ref=number_ref)
            messages.success(request, _("Asked again: everything is still so."))
        case "end":
            change = numbers.end_number(
                case=case, by=user, at=at, number_ref=number_ref, because=said.get("because", "")
            )
            taken = len(change.waiting)
            messages.success(
                request,
                _("Nothing more goes to that number.")
                if not taken
                else _("Nothing more goes to that number. %(count)d waiting texts were taken back.") % {"count": taken},
            )
        case "release":
            how, word = said.get("how", ""), said.get("word", "")
            numbers.lift_hold(case=case, by=user, at=at, number_ref=number_ref, how=how, code_word=word)
            messages.success(request, _("It is them. What they said about this number counts again."))
        case "hold":
            row = cards.find_number(case, number_ref)
            numbers.hold_number(number=row, because="impostor", at=at, case=case, by=user)
            messages.success(request, _("Nothing goes to that number until somebody has settled it."))
        case "word":
            word = said.get("word", "")
            numbers.check_word_texted(case=case, by=user, at=at, number_ref=number_ref, said=word)
            messages.success(request, _("That is their word."))
        case _other:
            raise NotAllowed(_("There is no such thing to do."))
    return back(case, f"number-{number_ref}")


@require_POST
@says_why
def call_back(request: HttpRequest, ref: str, number_ref: str) -> HttpResponse:
    """The number to ring now, with what to say; or why not, and from when."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    found = calling_back.call_back(case=case, by=user, at=at, number_ref=number_ref)
    page = {"case": case, "call": found, "now": at}
    return render(request, "cases/contact/call_back.html", page, status=200 if found.decision else 403)


@require_http_methods(["GET", "POST"])
@says_why
def route(request: HttpRequest, ref: str, route_ref: str = "") -> HttpResponse:
    """Another way to her: a new one, or the card of one that is there."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=STORY if request.method == "GET" else WRITE, at=at)
    caller = cards.known_caller(case)
    row = routes.read_route(caller, route_ref) if route_ref else None
    begun = {} if row is None else {name: getattr(row, name) for name in RouteForm.field_order or ()}
    form = RouteForm(request.POST or None, initial={**begun, **typed_of(row)})
    if request.method == "GET" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "cases/contact/route.html", {"case": case, "form": form, "route": row}, status=status)
    saved = routes.save_route(
        case=case, by=user, at=at, said=form.said(), route_ref=route_ref, seen_at=form.seen(), **form.route()
    )
    messages.success(request, _("Written down. It holds from now on."))
    return back(case, f"route-{saved.ref}")


@require_POST
@says_why
def route_do(request: HttpRequest, ref: str, route_ref: str) -> HttpResponse:
    """One of the verbs of another way: still so, earlier, no longer used."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    match request.POST.get("verb", ""):
        case "confirm":
            routes.confirm_route(case=case, by=user, at=at, route_ref=route_ref)
            messages.success(request, _("Asked again: everything is still so."))
        case "earlier":
            routes.try_earlier(case=case, by=user, at=at, route_ref=route_ref)
        case "end":
            routes.end_route(case=case, by=user, at=at, route_ref=route_ref)
            messages.success(request, _("Nothing more goes that way."))
        case _other:
            raise NotAllowed(_("There is no such thing to do."))
    return back(case, "routes")
