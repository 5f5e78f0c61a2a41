"""The API of the network: who may be sent to, for those who speak with callers; written by those who keep it."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.services.reading import note_readings
from helpline.core.api.records import Records
from helpline.core.staff.models import Role
from referrals.access import check_uses_network, get_provider, may_keep_network
from referrals.api.provider_fields import (
    ProviderChanges,
    ProviderFields,
    ProviderFilters,
    ProviderSought,
    ProviderWriting,
)
from referrals.models import OpenHours, Phone, Provider, ProviderPerson, ServicePlace
from referrals.services import directory, keeping

MOST_FOUND = 50  # providers of one search


class Providers(Records[Provider]):
    """Providers, removed ones for their keepers alone. Whoever does not use the network learns of none."""

    queryset = Provider.objects.all()
    serializer_class = ProviderFields
    filters = ProviderFilters
    writers = frozenset({Role.COORDINATOR, Role.SUPERVISOR})

    def rows(self) -> QuerySet[Provider]:
        check_uses_network(self.person, self.at)
        rows = Provider.objects.all() if may_keep_network(self.person) else Provider.objects.listed()
        return rows.prefetch_related(
            "areas",
            "places__area",
            "services__areas",
            "services__costs",
            Prefetch("services__at_places", ServicePlace.objects.select_related("place")),
            Prefetch("hours", OpenHours.objects.select_related("service", "place")),
            Prefetch("phones", Phone.objects.select_related("service", "place")),
            Prefetch("people", ProviderPerson.objects.filter(left_at=None)),
        )

    def narrow(self, rows: QuerySet[Provider], asked: dict[str, Any]) -> QuerySet[Provider]:
        since = asked.pop("changed_since", None)
        if since is not None:
            rows = rows.filter(changed_at__gte=since)
        is_trusted = asked.pop("trusted", None)
        if is_trusted is False:
            rows = rows.exclude(pk__in=Provider.objects.trusted().values("pk"))
        rows = rows.filter(**{name: asked.pop(name) for name in ("kind", "vetting") if name in asked})
        if not asked and not is_trusted:
            return rows
        wanted = directory.Asked(trusted_only=bool(is_trusted), **asked)
        return rows.filter(pk__in=directory.find(wanted, at=self.at).values("pk"))

    def look_up(self, rows: Sequence[Provider]) -> dict[str, Any]:
        note_readings(by=self.person, what="provider", refs=[row.ref for row in rows], at=self.at)
        return {"there": directory.read_open([row.pk for row in rows], at=self.at)}

    @extend_schema(request=ProviderSought, responses=ProviderFields(many=True))
    @action(detail=False, methods=["post"])
    def search(self, request: Request) -> Response:
        """Find providers by words of their names and services. What is sought is sent in the body and written down nowhere."""
        check_uses_network(self.person, self.at)
        wanted = directory.Asked(words=self.read_input(ProviderSought)["q"], trusted_only=False)
        rows = self.rows().filter(pk__in=directory.find(wanted, at=self.at).values("pk"))
        found = list(rows.order_by("name", "pk")[:MOST_FOUND])
        return Response({"next": None, "previous": None, "results": self.show(found)})

    @extend_schema(request=ProviderWriting, responses={201: ProviderFields})
    def create(self, request: Request) -> Response:
        """Add a provider: proposed, and nobody whom callers are sent to before a vetting."""
        check_uses_network(self.person, self.at)
        self.check_writer()
        row = keeping.keep_provider(by=self.person, at=self.at, **self.read_input(ProviderWriting))
        return self.answer(row, status.HTTP_201_CREATED)

    @extend_schema(request=ProviderChanges, responses=ProviderFields)
    def partial_update(self, request: Request, **named: str) -> Response:
        row = get_provider(self.person, named["ref"], at=self.at)
        self.check_writer()
        given = self.read_input(ProviderChanges, partial=True)
        seen = given.pop("version", None)
        if seen is None:
            raise serializers.ValidationError({"version": [_("Say which version you read.")]})
        areas = given.pop("areas", None)
        kept = keeping.keep_provider(
            by=self.person,
            at=self.at,
            provider=row,
            seen=seen,
            areas=row.areas.all() if areas is None else areas,
            **given,
        )
        return self.answer(kept)
