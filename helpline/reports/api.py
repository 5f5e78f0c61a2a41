"""`figures`: the tables of the page, for those who answer for the line."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import exceptions, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from helpline.core import clock
from helpline.core.api.fields import Filters
from helpline.core.staff.models import User
from helpline.reports.tables import SCOPES, Table, read_tables
from helpline.reports.views import READS_FIGURES


class FigureFilters(Filters):
    audience = serializers.ChoiceField(choices=["inside", "outside"], required=False)


class FigureRow(serializers.Serializer[Any]):
    """One line. Null in `counts` or `total` is a figure that is withheld."""

    name = serializers.CharField()
    words = serializers.CharField()
    counts = serializers.ListField(child=serializers.IntegerField(allow_null=True))
    total = serializers.IntegerField(allow_null=True)


class FigureTable(serializers.Serializer[Any]):
    """One measure: `periods` are the first days of its months or quarters, `k` is the smallest count that is shown."""

    name = serializers.CharField()
    title = serializers.CharField()
    definition = serializers.CharField()
    periods = serializers.ListField(child=serializers.DateField())
    rows = FigureRow(many=True)
    totals = serializers.ListField(child=serializers.IntegerField(allow_null=True))
    total = serializers.IntegerField(allow_null=True)
    k = serializers.IntegerField()
    withheld = serializers.IntegerField()
    left_out = serializers.IntegerField(allow_null=True, help_text="Without a yes to statistics; null: fewer than k.")


@extend_schema_view(list=extend_schema(parameters=[FigureFilters], responses=FigureTable(many=True)))
class Figures(viewsets.ViewSet):
    """What was counted, small counts withheld. Coordinators, supervisors and administrators; for others it is not there."""

    serializer_class = FigureTable

    def list(self, request: Request) -> Response:
        user = request.user
        if not isinstance(user, User) or not user.holds(*READS_FIGURES):
            raise exceptions.NotFound
        asked = FigureFilters(data=request.query_params)
        asked.is_valid(raise_exception=True)
        audience = asked.validated_data.get("audience", "inside")
        tables = [_tell(table, SCOPES[audience].k) for table in read_tables(audience, clock.now())]
        return Response({"next": None, "previous": None, "results": tables})


def _tell(table: Table, k: int) -> dict[str, Any]:
    rows = [{"name": row.name, "words": row.words, "counts": row.figures, "total": row.total} for row in table.rows]
    return {
        "name": table.measure.name,
        "title": str(table.measure.title),
        "definition": str(table.measure.definition),
        "periods": [period.begins for period in table.periods],
        "rows": rows,
        "totals": table.totals,
        "total": table.total,
        "k": k,
        "withheld": table.withheld,
        "left_out": table.left_out,
    }
