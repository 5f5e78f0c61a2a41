"""Keeping the directory: providers, what they do, who and where they are. For its keepers alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from helpline.core import clock
from helpline.core.errors import Conflict, NotAllowed, NotFound
from helpline.core.http.forms import sent_reference
from helpline.core.http.pages import says_why, worker
from helpline.core.staff.models import User
from referrals.access import check_keeps_network, get_provider
from referrals.forms.directory import (
    AreaForm,
    CostForm,
    DeskForm,
    HoursForm,
    PersonForm,
    PhoneForm,
    PlaceForm,
    ProviderForm,
    ServiceForm,
)
from referrals.models import Area, Cost, OpenHours, Phone, Place, Provider, ProviderPerson, Service
from referrals.services import keeping
from referrals.services.directory import say_name, show_hidden

PROVIDER_FIELDS = (
    "name", "alternate_name", "kind", "description", "languages", "website", "email", "not_for", "alert", "closed_until",
    "most_open", "is_hidden", "is_peer_led",
)  # fmt: skip


@dataclass(frozen=True)
class PartKind:
    """One kind of thing that a provider has: its rows, its form, how it is kept, and what the page is called."""

    words: str | Promise
    find: Callable[[Provider, str], Any]
    form: Callable[..., DeskForm]
    keep: Callable[..., Any]
    keyword: str
    initial: Callable[[Any], Mapping[str, Any]]


def _fields(*names: str) -> Callable[[Any], dict[str, Any]]:
    return lambda row: {name: getattr(row, name) for name in names}


def _service_now(row: Service) -> dict[str, Any]:
    names = ("name", "kind", "status", "description", "languages", "interpretation", "fees", "is_free", "eligibility",
             "not_for", "wait", "how_to_apply")  # fmt: skip
    free = {True: "true", False: "false", None: "unknown"}[row.is_free]
    places = [one.place.ref for one in row.at_places.select_related("place")]
    return {**_fields(*names)(row), "is_free": free, "areas": [area.ref for area in row.areas.all()], "places": places}


def _plain(form: type[DeskForm]) -> Callable[..., DeskForm]:
    def made(*args: Any, provider: Provider, **kwargs: Any) -> DeskForm:
        return form(*args, **kwargs)

    return made


def _keep_cost(*, provider: Provider, **said: Any) -> Cost:
    """The service that is named is one of this provider's: the form knows no others."""
    return keeping.keep_cost(**said)


PARTS: Mapping[str, PartKind] = {
    "service": PartKind(
        gettext_lazy("Service"), lambda provider, ref: Service.objects.filter(provider=provider, ref=ref).first(), ServiceForm,
        keeping.keep_service, "service", _service_now,
    ),
    "person": PartKind(
        gettext_lazy("Person"),
        lambda provider, ref: ProviderPerson.objects.filter(provider=provider, ref=ref, left_at=None).first(),
        _plain(PersonForm), keeping.keep_person, "person",
        _fields("name", "title", "email", "languages", "by_text", "by_call", "at_night", "is_deputy", "is_public"),
    ),
    "place": PartKind(
        gettext_lazy("Place"), lambda provider, ref: Place.objects.filter(provider=provider, ref=ref).first(),
        _plain(PlaceForm), keeping.keep_place, "place",
        lambda row: {
            **_fields("name", "kind", "address", "latitude", "longitude", "description", "transport", "accessibility", "is_hidden")(row),
            "area": row.area.ref if row.area is not None else "",
        },
    ),
    "phone": PartKind(
        gettext_lazy("Number"), lambda provider, ref: Phone.objects.filter(provider=provider, ref=ref).first(),
        _plain(PhoneForm), keeping.keep_phone, "phone",
        _fields("number", "extension", "description", "languages", "is_after_hours"),
    ),
    "hours": PartKind(
        gettext_lazy("Hours"), lambda provider, ref: OpenHours.objects.filter(provider=provider, ref=ref).first(),
        _plain(HoursForm), keeping.keep_hours, "hours",
        _fields("days", "opens_at", "closes_at", "valid_from", "valid_to", "words", "is_closed"),
    ),
    "cost": PartKind(
        gettext_lazy("Cost"), lambda provider, ref: Cost.objects.filter(service__provider=provider, ref=ref).first(), CostForm,
        _keep_cost, "cost", lambda row: {**_fields("option", "amount", "currency", "words")(row), "service": row.service.ref},
    ),
}  # fmt: skip


@require_http_methods(["GET", "POST"])
@says_why
def provider_new(request: HttpRequest) -> HttpResponse:
    user, at = worker(request), clock.now()
    check_keeps_network(user, at)
    form = ProviderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        row = keeping.keep_provider(areas=said.pop("areas"), by=user, at=at, **said)
        return redirect("referrals:provider", row.ref)
    return _render(request, form, _("Somebody new"), "referrals:network", [])


@require_http_methods(["GET", "POST"])
@says_why
def provider_change(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    row = get_provider(user, ref, to_keep=True, at=at)
    if row.is_hidden:
        show_hidden(provider=row, place=None, by=user, at=at)
    now = {**{name: getattr(row, name) for name in PROVIDER_FIELDS}, "areas": [area.ref for area in row.areas.all()]}
    form = ProviderForm(request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        try:
            keeping.keep_provider(
                provider=row, seen=_read_seen(request, row), areas=said.pop("areas"), by=user, at=at, **said
            )
        except Conflict:
            _say_what_stands_there(form)
        else:
            messages.success(request, _("Kept."))
            return redirect("referrals:provider", row.ref)
    return _render(request, form, say_name(row), "referrals:provider", [row.ref], seen=row.version)


@require_http_methods(["GET", "POST"])
@says_why
def part(request: HttpRequest, ref: str, kind: str, part_ref: str = "") -> HttpResponse:
    """Add something that a provider has, change it, or take it out."""
    user, at = worker(request), clock.now()
    row = get_provider(user, ref, to_keep=True, at=at)
    what = PARTS.get(kind)
    if what is None:
        raise NotFound
    there = what.find(row, part_ref) if part_ref else None
    if part_ref and there is None:
        raise NotFound
    if request.method == "POST" and request.POST.get("verb") == "remove" and there is not None:
        return _take_out(request, row, there, user, at)
    if isinstance(there, Place) and (there.is_hidden or row.is_hidden):
        show_hidden(provider=row, place=there, by=user, at=at)
    form = what.form(request.POST or None, provider=row, initial=what.initial(there) if there is not None else {})
    if request.method == "POST" and form.is_valid():
        try:
            said = _said(kind, form.cleaned_data)
            what.keep(provider=row, seen=_read_seen(request, row), by=user, at=at, **{what.keyword: there}, **said)
        except Conflict:
            _say_what_stands_there(form)
        except NotAllowed as refused:
            form.add_error("number" if kind == "person" else None, str(refused))
        else:
            messages.success(request, _("Kept."))
            return redirect("referrals:provider", row.ref)
    extra = {"may_remove": there is not None, "is_person": kind == "person", "seen": row.version}
    return _render(request, form, str(what.words), "referrals:provider", [row.ref], **extra)


def _read_seen(request: HttpRequest, row: Provider) -> int:
    """Return the version that the page showed; without one, that of now: a program that sends none overwrites knowingly."""
    seen = request.POST.get("seen", "")
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else row.version


def _say_what_stands_there(form: DeskForm) -> None:
    """Somebody else was faster: what was typed stays, and beside each field that differs stands what is there now."""
    form.add_error(
        None,
        _(
            "Somebody else has changed this since you opened it. What you typed is still here; below it stands what is there now. Keep it again to have yours."
        ),
    )
    for name in form.changed_data:
        there = form.initial.get(name)
        if isinstance(there, (str, int, float)) and not isinstance(there, bool):
            form[name].help_text = _("There now: %(words)s") % {"words": there if there != "" else "–"}


def _said(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    said = dict(data)
    if kind == "person" and not said["number"]:
        said["number"] = None  # as it is
    return said


def _take_out(request: HttpRequest, row: Provider, there: Any, user: User, at: datetime) -> HttpResponse:
    if isinstance(there, ProviderPerson):
        keeping.end_person(person=there, by=user, at=at)
    else:
        keeping.remove(provider=row, part=there, by=user, at=at)
    messages.success(request, _("Taken out."))
    return redirect("referrals:provider", row.ref)


@require_POST
@says_why
def provider_checked(request: HttpRequest, ref: str) -> HttpResponse:
    """Somebody asked them today whether all of it is true, or rang the number of a person there."""
    user, at = worker(request), clock.now()
    row = get_provider(user, ref, to_keep=True, at=at)
    if "person" in request.POST:
        person = ProviderPerson.objects.filter(
            provider=row, ref=sent_reference(request, "person"), left_at=None
        ).first()
        if person is None:
            raise NotFound
        keeping.note_number_checked(person=person, by=user, at=at)
    else:
        keeping.note_checked(provider=row, by=user, at=at)
    messages.success(request, _("Noted."))
    return redirect("referrals:provider", row.ref)


@require_http_methods(["GET", "POST"])
@says_why
def areas(request: HttpRequest, area_ref: str = "") -> HttpResponse:
    """Show the areas; add one, or change one."""
    user, at = worker(request), clock.now()
    check_keeps_network(user, at)
    there = Area.objects.filter(ref=area_ref).select_related("parent").first() if area_ref else None
    if area_ref and there is None:
        raise NotFound
    now = {name: getattr(there, name) for name in ("code", "name", "latitude", "longitude", "outline")} if there else {}
    form = AreaForm(request.POST or None, initial={**now, "parent": there.parent.ref if there and there.parent else ""})
    if request.method == "POST" and form.is_valid():
        try:
            keeping.keep_area(area=there, by=user, at=at, **form.cleaned_data)
        except NotAllowed as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("referrals:areas")
    page = {"form": form, "there": there, "areas": Area.objects.select_related("parent")}
    return render(request, "referrals/directory/areas.html", page, status=422 if request.method == "POST" else 200)


def _render(
    request: HttpRequest, form: DeskForm, title: str, back: str, back_to: list[str], **extra: Any
) -> HttpResponse:
    page = {"form": form, "title": title, "back": back, "back_to": back_to[0] if back_to else "", **extra}
    return render(request, "referrals/directory/form.html", page, status=422 if request.method == "POST" else 200)
