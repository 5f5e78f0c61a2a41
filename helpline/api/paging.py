"""Pages of the API: by key, never by offset, newest first, so that a page costs the same however much is stored."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from helpline.core.privacy.sealing import CannotOpen, seal, unseal

if TYPE_CHECKING:  # the settings name this module while that one is being loaded
    from rest_framework.views import APIView

Row = TypeVar("Row", bound=Model)
ROWS, MOST_ROWS = 50, 200
_OLDER, _NEWER = b"<", b">"
_LONGEST_CURSOR = 200  # characters; ours have about 70


class Cursor(BasePagination):
    """`{"next", "previous", "results"}`. A cursor is sealed: it tells no database id, and fits its own address alone."""

    request: Request
    size: int
    rows: list[Any]
    has_older: bool
    has_newer: bool

    def paginate_queryset(  # type: ignore[override]
        self, queryset: QuerySet[Row] | Sequence[Row], request: Request, view: "APIView | None" = None
    ) -> list[Row]:
        assert isinstance(queryset, QuerySet)
        self.request = request
        self.size = _read_size(request.query_params.get("page_size"))
        given = request.query_params.get("cursor")
        way, pk = _open(given, request.path) if given else (_OLDER, None)
        if way == _NEWER:
            found = list(queryset.filter(pk__gt=pk).order_by("pk")[: self.size + 1])
            self.has_newer, self.has_older = len(found) > self.size, True
            self.rows = found[: self.size][::-1]
        else:
            older = queryset if pk is None else queryset.filter(pk__lt=pk)
            found = list(older.order_by("-pk")[: self.size + 1])
            self.has_newer, self.has_older = pk is not None, len(found) > self.size
            self.rows = found[: self.size]
        return self.rows

    def get_paginated_response(self, data: Any) -> Response:
        older = self._link(_OLDER, self.rows[-1]) if self.rows and self.has_older else None
        newer = self._link(_NEWER, self.rows[0]) if self.rows and self.has_newer else None
        return Response({"next": older, "previous": newer, "results": data})

    def _link(self, way: bytes, row: Model) -> str:
        here = remove_query_param(self.request.build_absolute_uri(), "cursor")
        return replace_query_param(here, "cursor", _seal(way, row.pk, self.request.path))

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: "APIView") -> list[Any]:
        return [
            {
                "name": "cursor", "in": "query", "required": False, "schema": {"type": "string"},
                "description": "From `next` or `previous` of a page. Follow those links as they are.",
            },
            {
                "name": "page_size", "in": "query", "required": False,
                "schema": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": ROWS},
                "description": "Rows on a page.",
            },
        ]  # fmt: skip


def _read_size(asked: str | None) -> int:
    if asked is None:
        return ROWS
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10 and int(asked) > 0):
        raise ValidationError({"page_size": [_("A number from 1 to %(most)d.") % {"most": MOST_ROWS}]})
    return min(int(asked), MOST_ROWS)


def _seal(way: bytes, pk: int, path: str) -> str:
    sealed = seal(settings.FIELD_KEYS, way + str(pk).encode(), f"cursor:{path}")
    return urlsafe_b64encode(sealed).decode().rstrip("=")


def _open(given: str, path: str) -> tuple[bytes, int]:
    try:
        if len(given) > _LONGEST_CURSOR:
            raise ValueError
        sealed = urlsafe_b64decode(given.encode("ascii") + b"=" * (-len(given) % 4))
        plain = unseal(settings.FIELD_KEYS, sealed, f"cursor:{path}")
    except (ValueError, binascii.Error, IndexError, CannotOpen):
        raise ValidationError({"cursor": [_("This is no cursor of this list.")]}) from None
    return plain[:1], int(plain[1:])
