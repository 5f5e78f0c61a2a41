"""Keeping the directory: each change in one transaction, in the audit, and never over what somebody else has just written."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from helpline.core.audit import services as audit
from helpline.core.errors import Conflict, NotAllowed
from helpline.core.privacy.numbers import read_number
from helpline.core.staff.models import User
from referrals.models import (
    Area,
    Cost,
    OpenHours,
    Phone,
    Place,
    Provider,
    ProviderPerson,
    Service,
    ServicePlace,
)

Part = TypeVar("Part", bound=models.Model)


@transaction.atomic
def keep_provider(
    *, by: User, at: datetime, provider: Provider | None = None, seen: int | None = None, areas: Iterable[Area] = (),
    **fields: Any,
) -> Provider:  # fmt: skip
    """Add a provider, proposed and trusted by nobody yet, or change one. `seen`: the version that the page showed.

    Raises Conflict where somebody changed it since.
    """
    if provider is None:
        row = Provider(vetting_since=at, created_at=at, changed_at=at, **fields)
    else:
        row = _lock(provider, seen)
        for name, value in fields.items():
            setattr(row, name, value)
        row.version += 1
    row.changed_at = at
    row.save()
    row.areas.set(areas)
    audit.record(
        by=by, verb="provider.added" if provider is None else "provider.changed", what="provider", about=row.ref, at=at
    )
    return row


@transaction.atomic
def keep_service(
    *, provider: Provider, by: User, at: datetime, seen: int | None = None, service: Service | None = None,
    areas: Iterable[Area] = (), places: Sequence[Place] = (), **fields: Any,
) -> Service:  # fmt: skip
    """Add or change what a provider does, where, and for which areas. Here and below: `seen` as in `keep_provider`."""
    _lock(provider, seen)
    row = service or Service(provider=provider, created_at=at)
    row.changed_at = at
    _set(row, fields)
    row.areas.set(areas)
    ServicePlace.objects.filter(service=row).exclude(place__in=places).delete()
    for place in places:
        ServicePlace.objects.get_or_create(service=row, place=place)
    _note(provider, "service", by, at)
    return row


@transaction.atomic
def keep_person(
    *, provider: Provider, by: User, at: datetime, seen: int | None = None, person: ProviderPerson | None = None,
    number: str | None = None, **fields: Any,
) -> ProviderPerson:  # fmt: skip
    """Add or change somebody at a provider. `number` None leaves it as it is, blank takes it away.

    Raises NotAllowed for a number that is none. A changed number has to be checked anew.
    """
    _lock(provider, seen)
    row = person or ProviderPerson(provider=provider, created_at=at)
    if number is not None:
        read = read_number(number) if number else None
        if number and read is None:
            raise NotAllowed(_("This is no telephone number."))
        if read != row.number:
            row.number, row.number_checked_at = read, None
    _set(row, fields)
    _note(provider, "person", by, at)
    return row


@transaction.atomic
def end_person(*, person: ProviderPerson, by: User, at: datetime) -> None:
    """They are not there any more: nothing goes to them from now on, and their stand-by ends."""
    row = ProviderPerson.objects.select_for_update().get(pk=person.pk)
    if row.left_at is not None:
        return
    row.left_at = at
    row.save(update_fields=["left_at"])
    row.stand_bys.filter(starts_at__gte=at).delete()
    row.stand_bys.filter(ends_at__gt=at).update(ends_at=at)
    _note(person.provider, "person_left", by, at)


@transaction.atomic
def note_number_checked(*, person: ProviderPerson, by: User, at: datetime) -> None:
    """Somebody rang it and the right person answered."""
    person.number_checked_at = at
    person.save(update_fields=["number_checked_at"])
    _note(person.provider, "number_checked", by, at)


@transaction.atomic
def keep_place(
    *, provider: Provider, by: User, at: datetime, seen: int | None = None, place: Place | None = None, **fields: Any
) -> Place:
    """Add or change where a provider is."""
    _lock(provider, seen)
    row = place or Place(provider=provider)
    _set(row, fields)
    _note(provider, "place", by, at)
    return row


@transaction.atomic
def keep_phone(
    *, provider: Provider, by: User, at: datetime, seen: int | None = None, phone: Phone | None = None, **fields: Any
) -> Phone:
    """Add or change a number that anybody may be given."""
    _lock(provider, seen)
    row = phone or Phone(provider=provider)
    _set(row, fields)
    _note(provider, "phone", by, at)
    return row


@transaction.atomic
def keep_hours(
    *,
    provider: Provider,
    by: User,
    at: datetime,
    seen: int | None = None,
    hours: OpenHours | None = None,
    **fields: Any,
) -> OpenHours:
    """Add or change when somebody is there, or is not."""
    _lock(provider, seen)
    row = hours or OpenHours(provider=provider)
    _set(row, fields)
    _note(provider, "hours", by, at)
    return row


@transaction.atomic
def keep_cost(
    *, service: Service, by: User, at: datetime, seen: int | None = None, cost: Cost | None = None, **fields: Any
) -> Cost:
    """Add or change what a service costs."""
    _lock(service.provider, seen)
    row = cost or Cost()
    row.service = service
    _set(row, fields)
    _note(service.provider, "cost", by, at)
    return row


@transaction.atomic
def remove(*, provider: Provider, part: models.Model, by: User, at: datetime) -> None:
    """Take a service, place, phone, hours or cost out of the directory. Past referrals keep what they need."""
    what = type(part).__name__.lower()
    part.delete()
    _note(provider, f"{what}_removed", by, at)


@transaction.atomic
def note_checked(*, provider: Provider, by: User, at: datetime) -> None:
    """Somebody asked them today whether all that stands here is true."""
    Provider.objects.filter(pk=provider.pk).update(last_checked_on=timezone.localdate(at))
    audit.record(by=by, verb="provider.checked", what="provider", about=provider.ref, at=at)


@transaction.atomic
def keep_area(*, by: User, at: datetime, area: Area | None = None, **fields: Any) -> Area:
    """Add or change an area. Raises NotAllowed where it would lie in itself, or its code is another's."""
    row = area or Area()
    for name, value in fields.items():
        setattr(row, name, value)
    if Area.objects.filter(code=row.code).exclude(pk=row.pk).exists():
        raise NotAllowed(_("Another area has this code."))
    above = row.parent
    for _step in range(20):
        if above is None:
            break
        if above.pk == row.pk:
            raise NotAllowed(_("An area cannot lie in itself."))
        above = above.parent
    row.save()
    audit.record(by=by, verb="area.kept", what="area", about=row.ref, at=at)
    return row


def _lock(provider: Provider, seen: int | None) -> Provider:
    row = Provider.objects.select_for_update().get(pk=provider.pk)
    if seen is not None and seen != row.version:
        raise Conflict(_("Somebody else has just changed this. Look at it again: nothing of yours was kept."))
    return row


def _set(row: Part, fields: dict[str, Any]) -> Part:
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()
    return row


def _note(provider: Provider, what: str, by: User, at: datetime) -> None:
    Provider.objects.filter(pk=provider.pk).update(changed_at=at, version=models.F("version") + 1)
    audit.record(by=by, verb="provider.changed", what="provider", about=provider.ref, at=at, part=what)
