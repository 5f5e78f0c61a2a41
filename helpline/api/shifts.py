"""`shifts`: who is on call for a line, from when to when, in which order."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from helpline.core.api.fields import AskedMoment, Fields, Filters, LineNumber, Moment, Person, Whole
from helpline.core.api.records import Records
from helpline.core.api.refusals import blame
from helpline.core.errors import NotAllowed
from helpline.core.rota import services
from helpline.core.rota.models import Shift
from helpline.core.staff.models import Role

KEEPS_ROTA = frozenset({Role.COORDINATOR, Role.SUPERVISOR})
LAST_POSITION = 99


class ShiftFields(Fields[Shift]):
    """A person on a line from one moment to another; position 1 is rung first, equal positions together."""

    id = serializers.CharField(source="ref", read_only=True)
    line = LineNumber()
    person = Person()
    position = Whole(min_value=1, max_value=LAST_POSITION, required=False)
    starts_at = Moment()
    ends_at = Moment()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "starts_at" in attrs and "ends_at" in attrs and attrs["ends_at"] <= attrs["starts_at"]:
            raise serializers.ValidationError({"ends_at": [gettext_lazy("The end lies before the beginning.")]})
        return attrs


class ShiftChanges(ShiftFields):
    """What can be changed of a shift: anything but its line."""

    line = LineNumber(read_only=True)


class ShiftFilters(Filters):
    line = LineNumber(required=False)
    person = Person(required=False)
    since = AskedMoment(required=False, help_text="Shifts that end after this.")
    until = AskedMoment(required=False, help_text="Shifts that begin before this.")


class Shifts(Records[Shift]):
    """Shifts: everybody sees who is on; coordinators and supervisors keep the rota."""

    queryset = Shift.objects.all()
    serializer_class = ShiftFields
    filters = ShiftFilters
    writers = KEEPS_ROTA

    def rows(self) -> QuerySet[Shift]:
        return Shift.objects.select_related("line", "person")

    def narrow(self, rows: QuerySet[Shift], asked: dict[str, Any]) -> QuerySet[Shift]:
        words = {"line": "line", "person": "person", "since": "ends_at__gt", "until": "starts_at__lt"}
        return rows.filter(**{words[name]: value for name, value in asked.items()})

    @extend_schema(responses={201: ShiftFields})
    def create(self, request: Request) -> Response:
        self.check_writer()
        given = self.read_input(ShiftFields)
        try:
            shift = services.add_shift(by=self.person, at=self.at, **given)
        except NotAllowed as refused:
            raise blame("person", refused) from None
        return self.answer(shift, status.HTTP_201_CREATED)

    @extend_schema(request=ShiftChanges, responses=ShiftFields)
    def partial_update(self, request: Request, **named: str) -> Response:
        self.check_writer()
        shift = self.get_object()
        given = self.read_input(ShiftChanges, partial=True)
        kept = {name: getattr(shift, name) for name in ("person", "starts_at", "ends_at", "position")}
        wanted = {**kept, **given}
        if wanted["ends_at"] <= wanted["starts_at"]:
            raise serializers.ValidationError({"ends_at": [gettext_lazy("The end lies before the beginning.")]})
        try:
            changed = services.change_shift(shift=shift, by=self.person, at=self.at, **wanted)
        except NotAllowed as refused:
            raise blame("person", refused) from None
        return self.answer(changed)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, **named: str) -> Response:
        self.check_writer()
        services.remove_shift(shift=self.get_object(), by=self.person, at=self.at)
        return Response(status=status.HTTP_204_NO_CONTENT)
