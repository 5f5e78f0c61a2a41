"""Turns plain values (JSON, TOML) into our dataclasses, and says what is wrong with them."""

from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

T = TypeVar("T")


def build(cls: type[T], values: dict[str, Any]) -> T:
    """Make a dataclass from named values; raises ValueError naming every one that it does not know."""
    known = {each.name for each in fields(cls)} if is_dataclass(cls) else set()
    if unknown := set(values) - known:
        message = f"{cls.__name__} does not know {', '.join(sorted(unknown))}; it knows {', '.join(sorted(known))}"
        raise ValueError(message)
    return cls(**values)
