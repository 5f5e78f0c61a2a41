"""Fields of the API: what is not exactly right is refused with its reason, never guessed at or half taken."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeVar

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from helpline.core.lines.models import Line
from helpline.core.privacy.references import ALPHABET
from helpline.core.staff.models import User

M = TypeVar("M")
LONGEST_REFERENCE = 24  # characters, as the longest column of references
LONGEST_USERNAME = 40
LONGEST_NARRATIVE = 20_000  # characters; about eight printed pages
_NAME_SHOWN = 60  # characters of a field's name that are said back
_FIRST_YEAR, _LAST_YEAR = 2000, 2200  # outside these a date was mistyped, and reckoning with it would overflow
_OPAQUE = re.compile(rf"[{ALPHABET}]{{1,{LONGEST_REFERENCE}}}")
_CASE = re.compile(rf"HL-[{ALPHABET}]{{4,13}}")
_LOST_PLUS = re.compile(r" (?=\d{2}:?\d{2}$)")


class Fields(serializers.Serializer[M]):
    """A serializer that knows its fields: any other name, or one that is not ours to set, is refused by name."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return super().to_internal_value(data)  # says itself what is wrong
        wrong = {_shown(name): [self._refuse(name)] for name in data if not self._takes(name)}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as refused:
            if not wrong or not isinstance(refused.detail, dict):
                raise
            raise serializers.ValidationError({**wrong, **refused.detail}) from None
        if wrong:
            raise serializers.ValidationError(wrong)
        return values

    def _takes(self, name: Any) -> bool:
        return name in self.fields and not self.fields[name].read_only

    def _refuse(self, name: Any) -> str:
        if name in self.fields:
            return _("This is not for you to set.")
        return _("There is no such field.")


class Filters(Fields[Any]):
    """What a list can be asked for in its address. A misspelt filter is refused: ignored, it would show everything."""

    BESIDES: ClassVar = frozenset({"cursor", "page_size", "format"})  # the pages' own

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, QueryDict):
            many = {name: [_("Ask for one at a time.")] for name in data if len(data.getlist(name)) > 1}
            if many:
                raise serializers.ValidationError({_shown(name): said for name, said in many.items()})
            data = {name: value for name, value in data.items() if name not in self.BESIDES}
        return super().to_internal_value(data)

    def _refuse(self, name: Any) -> str:
        return _("There is no such filter.")


class Words(serializers.CharField):
    """Text, and nothing that could be taken for text: no figures, no NUL. Kept as it was given."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"trim_whitespace": False, "max_length": LONGEST_NARRATIVE, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A whole number, written as one: true and "1" are not."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class Moment(serializers.DateTimeField):
    """A moment: ISO 8601 with an offset on the way in, UTC with Z on the way out."""

    default_error_messages = {
        "no_offset": gettext_lazy("Say the offset from UTC, such as 2026-11-23T02:10:00+02:00."),
        "no_year_of_ours": gettext_lazy("This year cannot be meant."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"default_timezone": UTC, **kwargs})

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str):
            self.fail("invalid", format="ISO 8601")
        return super().to_internal_value(value)

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            self.fail("no_offset")
        if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
            self.fail("no_year_of_ours")
        return super().enforce_timezone(value)


class AskedMoment(Moment):
    """A moment in an address, where an unescaped + arrives as a space."""

    def to_internal_value(self, value: Any) -> datetime:
        return super().to_internal_value(_LOST_PLUS.sub("+", value) if isinstance(value, str) else value)


@extend_schema_field(OpenApiTypes.STR)
class Person(serializers.Field[User, str, str, Any]):
    """Somebody who works here, by username."""

    default_error_messages = {"unknown": gettext_lazy("There is nobody of this name.")}

    def to_internal_value(self, data: Any) -> User:
        found = find_person(data)
        if found is None:
            self.fail("unknown")
        return found

    def to_representation(self, value: User) -> str:
        return value.username


@extend_schema_field(OpenApiTypes.STR)
class LineNumber(serializers.Field[Line, str, str, Any]):
    """A line, by its number."""

    default_error_messages = {"unknown": gettext_lazy("There is no line with this number.")}

    def to_internal_value(self, data: Any) -> Line:
        found = Line.objects.filter(number=data).first() if isinstance(data, str) and is_plain(data, 20) else None
        if found is None:
            self.fail("unknown")
        return found

    def to_representation(self, value: Line) -> str:
        return value.number


class Reference(serializers.CharField):
    """A public reference. Whether there is such a record, and whose it is, is for the door to say."""

    default_error_messages = {"no_reference": gettext_lazy("This is not a reference.")}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or not is_reference(data.strip().upper()):
            self.fail("no_reference")
        return data.strip().upper()


def find_person(username: object) -> User | None:
    """Return the active member of staff of this name, if there is one."""
    if not isinstance(username, str) or not is_plain(username, LONGEST_USERNAME):
        return None
    found: User | None = User.objects.active().filter(username=username).first()
    return found


def is_reference(typed: str) -> bool:
    """Say whether this could be a reference of ours: spoken, of a case, or opaque."""
    return _CASE.fullmatch(typed) is not None or _OPAQUE.fullmatch(typed) is not None


def is_plain(typed: str, longest: int) -> bool:
    """Say whether a database can be asked for it: short, without NUL, control signs or halves of characters."""
    return 0 < len(typed) <= longest and typed.isprintable()


def _shown(name: Any) -> str:
    return str(name)[:_NAME_SHOWN].encode("utf-8", "replace").decode()
