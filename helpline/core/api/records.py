"""Kinds of record as the API offers them: pages of those that may be seen, one of them by its public reference."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, NoReturn, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import exceptions, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from helpline.core import clock
from helpline.core.api.fields import Fields, Filters, is_plain
from helpline.core.staff.models import Role, User

M = TypeVar("M", bound=Model)
LONGEST_ADDRESS = 64  # characters of a reference in an address


class Records(viewsets.GenericViewSet[M]):
    """One kind of record, to be read. A subclass says which rows there are (`rows`) and what narrows them (`narrow`)."""

    lookup_field = "ref"
    lookup_value_regex = "[^/]+"
    filter_backends = ()
    filters: ClassVar[type[Filters]] = Filters
    writers: ClassVar[frozenset[Role]] = frozenset()  # who may write at all; what each may write is for the services

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.filters is not Filters:
            extend_schema_view(list=extend_schema(parameters=[cls.filters]))(cls)

    def rows(self) -> QuerySet[M]:
        """Return the rows that `self.person` may see, with everything that a page shows fetched beside them."""
        raise NotImplementedError

    def narrow(self, rows: QuerySet[M], asked: dict[str, Any]) -> QuerySet[M]:
        """Return the rows that fit the filters, which were checked."""
        return rows.filter(**asked)

    def look_up(self, rows: Sequence[M]) -> dict[str, Any]:
        """Return what the serializer must know about these rows beyond themselves: the same few queries for any page."""
        return {}

    @property
    def person(self) -> User:
        if not isinstance(self.request.user, User):
            raise exceptions.NotAuthenticated
        return self.request.user

    @cached_property
    def at(self) -> datetime:
        """When this request came: one moment for everything that it does."""
        return clock.now()

    def get_queryset(self) -> QuerySet[M]:
        return self.rows()

    def list(self, request: Request) -> Response:
        asked = self.filters(data=request.query_params)
        asked.is_valid(raise_exception=True)
        page = self.paginate_queryset(self.narrow(self.rows(), dict(asked.validated_data)))
        return self.get_paginated_response(self.show(page or []))

    def retrieve(self, request: Request, **named: str) -> Response:
        return Response(self.show([self.get_object()])[0])

    def get_object(self) -> M:
        """Return the record of the address. Raises NotFound alike for what is not there and what may not be seen."""
        named = self.kwargs[self.lookup_field]
        if is_plain(named, LONGEST_ADDRESS):
            found = self.rows().filter(**{self.lookup_field: named}).first()
            if found is not None:
                return found
        raise exceptions.NotFound

    def show(self, rows: Sequence[M]) -> Any:
        """Return rows as they are answered."""
        context = {**self.get_serializer_context(), **self.look_up(rows)}
        serializer: Any = self.get_serializer_class()
        return serializer(rows, many=True, context=context).data

    def answer(self, row: M, code: int = status.HTTP_200_OK) -> Response:
        """Answer one row that was just written, read anew so that it says what was kept."""
        kept = self.rows().filter(pk=row.pk).first()
        if kept is None:  # given away with this very request
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(self.show([kept])[0], status=code)

    def read_input(self, kind: type[Fields[Any]], *, partial: bool = False) -> dict[str, Any]:
        """Return the checked input, `partial` only what was sent. Raises with every reason, field by field."""
        given = kind(data=self.request.data, partial=partial, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

    def check_writer(self) -> None:
        """Raises PermissionDenied for whoever may not write this kind of record, before anything is looked up."""
        if not self.person.holds(*self.writers):
            refuse(_("Your role does not change this."))


def refuse(sentence: str) -> NoReturn:
    raise exceptions.PermissionDenied(sentence)
