"""The network as everybody who speaks with callers sees it: looking for somebody, one provider, the map, the sheet."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.models import NeedKind
from helpline.core import clock
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.http.forms import sent_reference
from helpline.core.http.pages import says_why, worker
from helpline.core.privacy.numbers import mask_number
from referrals.access import check_uses_network, get_provider, may_keep_network
from referrals.forms.directory import SearchForm
from referrals.models import Area, Place, Provider, ProviderPerson, Service
from referrals.services import directory, mapping, sheets
from referrals.services.cards import say_card
from referrals.services.cost_words import say_costs
from referrals.services.hour_words import say_hours
from referrals.services.tongues import name_of


@require_http_methods(["GET", "POST"])
@says_why
def network(request: HttpRequest) -> HttpResponse:
    """Look for somebody. A link may name a need and an area; words are sent by POST alone."""
    user, at = worker(request), clock.now()
    check_uses_network(user, at)
    spoken = sorted(directory.read_spoken(), key=lambda code: name_of(code).casefold())
    sent: Mapping[str, Any] = request.POST if request.method == "POST" else {**request.GET.dict(), "words": ""}
    form = SearchForm(sent, languages=spoken)
    asked = _read(form, may_see_all=may_keep_network(user)) if form.is_valid() else directory.Asked()
    number = request.POST.get("page", "1")
    found = directory.search(
        asked, at=at, page=int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    )
    page = {"form": form, "found": found, "keeps": may_keep_network(user), "now": at}
    part = (
        "referrals/directory/_found.html" if request.headers.get("HX-Request") else "referrals/directory/network.html"
    )
    return render(request, part, page)


def _read(form: SearchForm, *, may_see_all: bool) -> directory.Asked:
    said = form.cleaned_data
    return directory.Asked(
        words=said["words"], need=said["need"], area=said["area"], language=said["language"], open_now=said["open_now"],
        free=said["free"], takes_cases=said["takes_cases"], trusted_only=not said["everybody"],
    )  # fmt: skip


def read_provider(provider: Provider, at: datetime) -> dict[str, Any]:
    """Return what a page shows of a provider, hours, costs and languages in words. Names of hidden ones stay hidden."""
    services = list(provider.services.prefetch_related("hours", "costs", "phones", "areas"))
    sites = list(provider.places.select_related("area").prefetch_related("hours", "phones"))
    phones = [] if provider.is_hidden else list(provider.phones.all())
    return {
        "provider": provider,
        "name": directory.say_name(provider),
        "is_open": directory.read_open([provider.pk], at=at).get(provider.pk),
        "languages": [name_of(code) for code in provider.languages],
        "hours": [
            (row, line)
            for row in provider.hours.all()
            if row.service_id is None and row.place_id is None
            for line in say_hours([row])
        ],
        "services": [_read_service(one, provider) for one in services],
        "sites": [_read_site(one, provider) for one in sites],
        "phones": [one for one in phones if one.service_id is None and one.place_id is None and one.person_id is None],
        "people": [
            {
                "row": one,
                "number": mask_number(one.number) if one.number else "",
                "languages": [name_of(code) for code in one.languages],
            }
            for one in provider.people.filter(left_at=None)
        ],
        "areas": list(provider.areas.all()),
        "card": say_card(provider),
        "is_full_until": provider.closed_until is not None and provider.closed_until > timezone.localdate(at),
    }


def _read_service(row: Service, provider: Provider) -> dict[str, Any]:
    return {
        "row": row,
        "hours": [(one, line) for one in row.hours.all() for line in say_hours([one])],
        "languages": [name_of(code) for code in row.languages],
        "costs": [] if provider.is_hidden else say_costs(row),
        "phones": [] if provider.is_hidden else list(row.phones.all()),
    }


def _read_site(row: Place, provider: Provider) -> dict[str, Any]:
    """Return a place; of a hidden one neither number nor hours, which lead to it as its address does."""
    is_hidden = row.is_hidden or provider.is_hidden
    is_said = row.area is not None and row.area.name.casefold() in (row.address or "").casefold()
    return {
        "row": row,
        "is_hidden": is_hidden,
        "words": [] if is_hidden else [one for one in (row.description, row.transport, row.accessibility) if one],
        "area": row.area.name if row.area is not None and not is_said else "",
        "hours": [] if is_hidden else [(one, line) for one in row.hours.all() for line in say_hours([one])],
        "phones": [] if is_hidden else list(row.phones.all()),
    }


@require_GET
@says_why
def provider(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    row = get_provider(user, ref, at=at)
    page = read_provider(row, at)
    return render(request, "referrals/directory/provider.html", {**page, "keeps": may_keep_network(user), "now": at})


@require_POST
@says_why
def provider_show(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a name or an address that is only ever told by voice, or the private number of a person there. In the audit."""
    user, at = worker(request), clock.now()
    row = get_provider(user, ref, at=at)
    page: dict[str, Any] = {"provider": row}
    wanted = request.POST.get("what", "")
    if wanted == "name":
        directory.show_hidden(provider=row, place=None, by=user, at=at)
        page["shown_name"] = row.name
    elif wanted == "place":
        place = Place.objects.filter(provider=row, ref=sent_reference(request, "which")).first()
        if place is None:
            raise NotFound
        directory.show_hidden(provider=row, place=place, by=user, at=at)
        page["shown_place"] = place
        page["shown_words"] = [one for one in (place.description, place.transport, place.accessibility) if one]
    elif wanted == "person":
        person = ProviderPerson.objects.filter(provider=row, left_at=None, ref=sent_reference(request, "which")).first()
        if person is None:
            raise NotFound
        audit.record(by=user, verb="provider.number_shown", what="provider", about=row.ref, at=at, person=person.ref)
        page["shown_person"] = person
    else:
        raise NotAllowed(_("There is nothing of that name to show."))
    return render(request, "referrals/directory/shown.html", page)


@require_GET
@says_why
def network_map(request: HttpRequest) -> HttpResponse:
    user, at = worker(request), clock.now()
    check_uses_network(user, at)
    need = request.GET.get("need", "")
    need = need if need in NeedKind.values else ""
    areas = list(Area.objects.all())
    area = next((one for one in areas if one.ref == request.GET.get("area")), None)
    drawing = mapping.draw(need=need, area=area)
    page = {"drawing": drawing, "need": need, "needs": NeedKind.choices, "areas": areas, "area": area}
    return render(request, "referrals/directory/map.html", page)


@require_GET
@says_why
def sheet(request: HttpRequest) -> HttpResponse:
    """A sheet to print, by area: trusted providers that are not hidden."""
    user, at = worker(request), clock.now()
    check_uses_network(user, at)
    areas = list(Area.objects.all())
    area = next((one for one in areas if one.ref == request.GET.get("area")), None)
    page = {"areas": areas, "area": area, "groups": sheets.read_sheet(area), "today": timezone.localdate(at)}
    return render(request, "referrals/directory/sheet.html", page)
