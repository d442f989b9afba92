"""Frozen dataclasses as JSON objects and back, strictly: unknown, missing or ill-typed fields are refused.

Numbers must be finite and text short and printable, because the bytes may come from a process that read a hostile file.
"""

from __future__ import annotations

import math
import types
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from desktop.pictures.errors import MessageDamaged

MAX_TEXT = 4096
MAX_INTEGER = 1 << 53

Record = TypeVar("Record")


def to_fields(record: Any) -> Any:
    """Return a dataclass, tuple or plain value as what JSON can hold."""
    if is_dataclass(record):
        return {field.name: to_fields(getattr(record, field.name)) for field in fields(record)}
    if isinstance(record, tuple):
        return [to_fields(part) for part in record]
    return record


def from_fields(kind: type[Record], values: object) -> Record:
    """Build the dataclass `kind` from a JSON object; raises MessageDamaged."""
    if not isinstance(values, dict):
        raise MessageDamaged(f"{kind.__name__} is not an object")
    cached: Any = kind
    known = _types_of(cached)
    if not set(values) <= set(known):
        raise MessageDamaged(f"{kind.__name__} has unknown fields")
    if missing := _required(cached) - set(values):
        raise MessageDamaged(f"{kind.__name__} lacks {', '.join(sorted(missing))}")
    return kind(**{name: _checked(known[name], value) for name, value in values.items()})


@cache
def _types_of(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


@cache
def _required(kind: Any) -> frozenset[str]:
    return frozenset(field.name for field in fields(kind) if field.default is MISSING)


def _checked(kind: Any, value: object) -> Any:
    if get_origin(kind) in (Union, types.UnionType):
        return _either(get_args(kind), value)
    if get_origin(kind) is tuple:
        return _tuple(get_args(kind), value)
    if isinstance(kind, type) and is_dataclass(kind):
        return from_fields(kind, value)
    return _plain(kind, value)


def _either(kinds: tuple[Any, ...], value: object) -> Any:
    if value is None and type(None) in kinds:
        return None
    (kind,) = (kind for kind in kinds if kind is not type(None))
    return _checked(kind, value)


def _tuple(kinds: tuple[Any, ...], value: object) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise MessageDamaged("a list was expected")
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(_checked(kinds[0], part) for part in value)
    if len(kinds) != len(value):
        raise MessageDamaged(f"{len(kinds)} values were expected, {len(value)} came")
    return tuple(_checked(kind, part) for kind, part in zip(kinds, value, strict=True))


def _plain(kind: Any, value: object) -> Any:
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    if kind is int and type(value) is int and abs(value) <= MAX_INTEGER:
        return value
    if kind is bool and isinstance(value, bool):
        return value
    if isinstance(value, str) and len(value) <= MAX_TEXT:
        return _text(kind, value)
    raise MessageDamaged(f"{kind.__name__} was expected")


def _text(kind: Any, value: str) -> Any:
    if issubclass(kind, StrEnum):
        try:
            return kind(value)
        except ValueError as error:
            raise MessageDamaged(f"no {kind.__name__} of that name") from error
    if kind is str and value.isprintable():
        return value
    raise MessageDamaged(f"{kind.__name__} was expected")
