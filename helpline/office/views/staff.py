"""Who works here: the list, a new account, one person's roles, link, second factor, duty number, and leaving."""

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.models import Case
from cases.services.casework import ANSWERS_CALLERS
from helpline.core import clock
from helpline.core.errors import HelplineError, NotAllowed
from helpline.core.rota import services as rota
from helpline.core.staff import services as staff
from helpline.core.staff.models import HeldRole, Leaving, Role, User
from helpline.office.access import KEEPS_STAFF, SEES_STAFF, only, signed_in
from helpline.office.leaving import let_go, tick, to_do, words_for
from helpline.office.staff_forms import AccountForm, NumberForm, RolesForm


@require_GET
@only(SEES_STAFF)
def staff_list(request: HttpRequest) -> HttpResponse:
    people = User.objects.prefetch_related(Prefetch("held_roles", HeldRole.objects.order_by("pk")))
    with_factor = set(staff.people_with_second_factor())
    rows = [
        {"person": person, "roles": [held.get_role_display() for held in person.held_roles.all()],
         "has_second_factor": person.pk in with_factor}
        for person in people.order_by("-is_active", "username")
    ]  # fmt: skip
    keeps = signed_in(request).holds(*KEEPS_STAFF)
    return render(request, "office/staff.html", {"rows": rows, "keeps": keeps})


@require_http_methods(["GET", "POST"])
@only(KEEPS_STAFF)
def new_account(request: HttpRequest) -> HttpResponse:
    form = AccountForm(request.POST or None, initial={"languages": ["en"]})
    if request.method == "POST" and form.is_valid():
        at, by = clock.now(), signed_in(request)
        try:
            user = staff.make_account(**form.cleaned_data, by=by, at=at)
        except HelplineError as refused:
            form.add_error("username", str(refused))
        else:
            return _show_link(request, user, staff.forget_password(user=user, by=by, at=at))
    return render(request, "office/account_new.html", {"form": form}, status=400 if form.errors else 200)


@require_GET
@only(SEES_STAFF)
def person(request: HttpRequest, ref: str) -> HttpResponse:
    user = get_object_or_404(User, ref=ref)
    return _show_person(request, user, RolesForm(initial={"roles": sorted(user.roles)}))


@require_POST
@only(KEEPS_STAFF)
def person_roles(request: HttpRequest, ref: str) -> HttpResponse:
    user = get_object_or_404(User, ref=ref)
    form = RolesForm(request.POST)
    if form.is_valid():
        try:
            staff.set_roles(user=user, roles=form.cleaned_data["roles"], by=signed_in(request), at=clock.now())
        except HelplineError as refused:
            form.add_error("roles", str(refused))
        else:
            messages.success(request, _("Roles of %(name)s are kept; they hold from now on.") % {"name": user})
            return redirect("office:person", ref=ref)
    return _show_person(request, user, form, status=400)


@require_POST
@only(KEEPS_STAFF)
def person_link(request: HttpRequest, ref: str) -> HttpResponse:
    user = get_object_or_404(User.objects.active(), ref=ref)
    return _show_link(request, user, staff.forget_password(user=user, by=signed_in(request), at=clock.now()))


@require_POST
@only(KEEPS_STAFF)
def person_second_factor(request: HttpRequest, ref: str) -> HttpResponse:
    user = get_object_or_404(User, ref=ref)
    try:
        staff.forget_second_factor(user=user, by=signed_in(request), at=clock.now())
    except HelplineError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("%(name)s sets up a new second factor at the next sign-in.") % {"name": user})
    return redirect("office:person", ref=ref)


@require_POST
@only(KEEPS_STAFF)
def person_leaves(request: HttpRequest, ref: str) -> HttpResponse:
    """End it all, at once, and show what was ended, who has the work now, and what is left for people to do."""
    user = get_object_or_404(User.objects.active(), ref=ref)
    heir = User.objects.active().filter(ref=request.POST["to"]).first() if request.POST.get("to") else None
    try:
        if request.POST.get("to") and heir is None:
            raise NotAllowed(_("Their work goes to somebody else who works here."))
        leaving = let_go(
            user=user, by=signed_in(request), at=clock.now(), to=heir, is_hostile="hostile" in request.POST
        )
    except HelplineError as refused:
        messages.error(request, str(refused))
        return redirect("office:person", ref=ref)
    return redirect("office:leaving", ref=leaving.ref)


@require_GET
@only(SEES_STAFF)
def leaving(request: HttpRequest, ref: str) -> HttpResponse:
    found = get_object_or_404(Leaving.objects.select_related("person", "pressed_by", "heir"), ref=ref)
    names = {user.username: str(user) for user in User.objects.all()}
    moved = [
        {**one, "words": words_for(one["what"]), "to": names.get(one["to"], ""), "has_refs": bool(one["refs"])}
        for one in found.moved
    ]
    shown = {
        "leaving": found,
        "moved": moved,
        "to_do": [{"item": item, "by": names.get((item.done or {}).get("by", ""), "")} for item in to_do(found)],
        "told": [{"verb": verb, "number": number} for verb, number in found.told.items()],
        "nobody": any(not one["to"] for one in found.moved if one["what"] in {"cases", "follow_ups"}),
    }
    return render(request, "office/leaving.html", shown)


@require_POST
@only(SEES_STAFF)
def leaving_done(request: HttpRequest, ref: str) -> HttpResponse:
    found = get_object_or_404(Leaving, ref=ref)
    try:
        tick(leaving=found, code=request.POST.get("item", ""), by=signed_in(request), at=clock.now())
    except HelplineError as refused:
        messages.error(request, str(refused))
    return redirect("office:leaving", ref=ref)


@require_POST
@only(KEEPS_STAFF)
def person_returns(request: HttpRequest, ref: str) -> HttpResponse:
    user = get_object_or_404(User, ref=ref, is_active=False)
    at, by = clock.now(), signed_in(request)
    staff.reactivate(user=user, by=by, at=at)
    return _show_link(request, user, staff.forget_password(user=user, by=by, at=at))


@require_POST
@only(frozenset({Role.COORDINATOR}))
def person_number(request: HttpRequest, ref: str) -> HttpResponse:
    """Send a code to a number for somebody, allowing that two people share a phone. They type the code back themselves."""
    user = get_object_or_404(User.objects.active(), ref=ref)
    form = NumberForm(request.POST)
    try:
        number = form.cleaned_data["number"] if form.is_valid() else ""
        staff.send_number_check(user=user, number=number, by=signed_in(request), at=clock.now(), may_be_shared=True)
    except HelplineError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("A code was sent. %(name)s types it in under “My page”.") % {"name": user})
    return redirect("office:person", ref=ref)


def _show_person(request: HttpRequest, user: User, form: RolesForm, status: int = 200) -> HttpResponse:
    at, me = clock.now(), signed_in(request)
    shown = {
        "person": user,
        "form": form,
        "roles": [held.get_role_display() for held in user.held_roles.order_by("pk")],
        "factors": staff.second_factors(user),
        "shifts": rota.coming_shifts(user, at),
        "open_cases": Case.objects.open().filter(owner=user).count(),
        "keeps": me.holds(*KEEPS_STAFF),
        "may_share": me.holds(Role.COORDINATOR),
        "is_me": user == me,
        "heirs": User.objects.active().holding(*ANSWERS_CALLERS).exclude(pk=user.pk) if me.holds(*KEEPS_STAFF) else [],
        "leavings": user.leavings.all(),
    }
    return render(request, "office/person.html", shown, status=status)


def _show_link(request: HttpRequest, user: User, key: str) -> HttpResponse:
    """Show the link that sets a password. This once: it is kept nowhere."""
    link = request.build_absolute_uri(reverse("office:welcome", args=[user.ref, key]))
    return render(request, "office/link.html", {"person": user, "link": link})
