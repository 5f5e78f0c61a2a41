"""Model fields whose content never reaches the disk in clear, and an index that finds equal numbers without it.

A sealed field is bound to its row by the row's `ref`, which therefore is set when the object is made and never
changes. What comes from the database stays sealed until somebody reads the attribute.
"""

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from helpline.core.privacy.sealing import index_all, seal, unseal


@dataclass(frozen=True)
class Sealed:
    """A value as it lies in the database. Prints nothing of itself."""

    blob: bytes

    def __repr__(self) -> str:
        return "<sealed>"


class _OpensOnReading(DeferredAttribute):
    field: "SealedField"

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed):
            value = self.field.open(instance, value)
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        # Having a setter puts this before the object's own dictionary, so that reading always passes here.
        instance.__dict__[self.field.attname] = value


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """Base of the sealed fields: stores bytes, refuses to be searched, sorted or set without its row."""

    descriptor_class = _OpensOnReading

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("editable", True)
        super().__init__(*args, **kwargs)

    def encode(self, value: Any) -> bytes:
        return bytes(value)

    def decode(self, plain: bytes) -> Any:
        return plain

    def place(self, instance: models.Model) -> str:
        """Name the one place where this row's value opens."""
        ref = getattr(instance, "ref", "")
        if not ref:
            raise ValueError(f"{self.model._meta.label} needs its ref before {self.name} can be sealed")
        return f"{self.model._meta.label_lower}.{self.attname}:{ref}"

    def open(self, instance: models.Model, value: Sealed) -> Any:
        return self.decode(unseal(settings.FIELD_KEYS, value.blob, self.place(instance)))

    def seal(self, instance: models.Model, value: Any) -> Sealed:
        return Sealed(seal(settings.FIELD_KEYS, self.encode(value), self.place(instance)))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(bytes(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, Sealed):
            return value
        return self.seal(model_instance, value)

    def get_prep_value(self, value: Any) -> bytes | None:
        if value is None:
            return None
        if isinstance(value, Sealed):
            return value.blob
        raise TypeError(f"{self.name} is sealed to its row: set it on the object and save that")

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        prep = value if prepared else self.get_prep_value(value)
        return None if prep is None else connection.Database.Binary(prep)

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError(f"{self.name} is sealed and is not serialised")

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise TypeError(f"{self.name} is sealed: it cannot be searched")


class SealedText(SealedField):
    """Text of any length, exactly as given (NUL included)."""

    def encode(self, value: Any) -> bytes:
        return str(value).encode("utf-8", "surrogatepass")

    def decode(self, plain: bytes) -> str:
        return plain.decode("utf-8", "surrogatepass")


class SealedJSON(SealedField):
    """Any JSON value."""

    def encode(self, value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")

    def decode(self, plain: bytes) -> Any:
        return json.loads(plain.decode("utf-8", "surrogatepass"))


class SealedBytes(SealedField):
    """Bytes, such as a recording."""


class BlindIndex(models.CharField):  # type: ignore[type-arg]
    """The keyed index of another field of the row, kept up to date on saving, for lookup by equality.

    `of` names the field, `purpose` keeps equal values of different kinds apart. Look up with
    `index__in=all_indexes(purpose, value)`, so that rows written under older keys are found too.
    """

    def __init__(self, *args: Any, of: str = "", purpose: str = "", **kwargs: Any) -> None:
        self.of, self.purpose = of, purpose
        kwargs.setdefault("max_length", 64)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of, "purpose": self.purpose}

    def pre_save(self, model_instance: models.Model, add: bool) -> str | None:
        held = model_instance.__dict__.get(self.of)
        if not isinstance(held, Sealed):  # still sealed means unchanged: the index stands
            index = newest_index(self.purpose, held) if held else None
            setattr(model_instance, self.attname, index)
        value: str | None = getattr(model_instance, self.attname)
        return value


def open_column(model: type[models.Model], column: str, ref: str, blob: bytes | memoryview | None) -> Any:
    """Open a sealed value that was read by hand-written SQL, with the `ref` of its row."""
    if blob is None:
        return None
    field = model._meta.get_field(column)
    assert isinstance(field, SealedField)
    return field.decode(unseal(settings.FIELD_KEYS, bytes(blob), f"{model._meta.label_lower}.{column}:{ref}"))


def all_indexes(purpose: str, value: str) -> list[str]:
    """Return what a value may be indexed as, under every listed key, newest first."""
    return index_all(settings.INDEX_KEYS, purpose, value)


def newest_index(purpose: str, value: str) -> str:
    """Return what a value is indexed as from now on."""
    return all_indexes(purpose, value)[0]
