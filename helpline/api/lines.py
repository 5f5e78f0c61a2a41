"""`lines`: the numbers that callers dial. A line is addressed by its number, which is published anyway."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from helpline.core.api.fields import Fields, Whole, Words
from helpline.core.api.records import Records
from helpline.core.lines.models import Line
from helpline.core.lines.services import FIGURES, BadLine, save_line
from helpline.core.staff.models import Role

KEEPS_LINES = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})
_PERIODS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["day", "from", "to"],
        "properties": {
            "day": {"type": "integer", "minimum": 0, "maximum": 6, "description": "0 is Monday"},
            "from": {"type": "string", "example": "08:00"},
            "to": {"type": "string", "example": "20:00"},
        },
    },
}


@extend_schema_field(_PERIODS)
class Periods(serializers.JSONField):
    """Weekly hours. What is wrong with them is said by the rules of opening hours."""


def _figure(name: str) -> Whole:
    least, most = FIGURES[name]
    return Whole(required=False, min_value=least, max_value=most)


class LineFields(Fields[Line]):
    """What a line promises. `last_resort` is a person's number: null for whoever does not keep lines."""

    number = Words(max_length=40)
    name = Words(max_length=60)
    time_zone = Words(max_length=60)
    languages = serializers.ListField(child=Words(max_length=12), allow_empty=False, max_length=20)
    hours = Periods(required=False)
    holidays = serializers.ListField(child=Words(max_length=10), required=False, max_length=400)
    last_resort = Words(max_length=40, required=False, allow_null=True, allow_blank=True)
    court_hours = Periods(required=False)
    country = Words(max_length=2, required=False, allow_blank=True)
    ring_seconds = _figure("ring_seconds")
    longest_wait_seconds = _figure("longest_wait_seconds")
    call_back_within_minutes = _figure("call_back_within_minutes")
    court_lead_minutes = _figure("court_lead_minutes")
    is_active = serializers.BooleanField(required=False)

    def to_representation(self, instance: Line) -> dict[str, Any]:
        told: dict[str, Any] = super().to_representation(instance)
        if not self.context["may_see_last_resort"]:
            told["last_resort"] = None
        return told


class Lines(Records[Line]):
    """Lines: everybody who works here sees them, coordinators and administrators change them."""

    queryset = Line.objects.all()
    serializer_class = LineFields
    lookup_field = "number"
    writers = KEEPS_LINES

    def rows(self) -> QuerySet[Line]:
        return Line.objects.all()

    def look_up(self, rows: Any) -> dict[str, Any]:
        return {"may_see_last_resort": self.person.holds(*KEEPS_LINES)}

    @extend_schema(responses={201: LineFields})
    def create(self, request: Request) -> Response:
        self.check_writer()
        return self.answer(self._save(None, self.read_input(LineFields)), status.HTTP_201_CREATED)

    def partial_update(self, request: Request, **named: str) -> Response:
        self.check_writer()
        line = self.get_object()
        return self.answer(self._save(line, self.read_input(LineFields, partial=True)))

    def _save(self, line: Line | None, given: dict[str, Any]) -> Line:
        try:
            return save_line(line=line, by=self.person, at=self.at, **given)
        except BadLine as bad:
            raise serializers.ValidationError(bad.problems) from None
