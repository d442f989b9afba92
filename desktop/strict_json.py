"""Frozen dataclasses as JSON values and back, strictly: what does not fit the declared types exactly is refused.

Unknown, missing and ill-typed fields, numbers that are not finite and halves of characters are refused wherever they
stand; how large a number or a text may be is up to whoever reads. How a value is read follows from the type that its
dataclass declares, so that no field is forgotten. No Qt, no torch.
"""

from __future__ import annotations

import sys
import types
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")
TAG = "kind"
"""The key that names the dataclass where a type allows several."""


class DoesNotFit(Exception):
    """A value is not of its field's type. The text says which type, and never holds the value."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused beyond the types."""

    largest_int: int | None = None
    largest_float: float = sys.float_info.max
    most_characters: int | None = None
    printable: bool = False
    """Texts hold no control characters."""
    every_field: bool = False
    """A field must be there also where it has a default."""


class StrictJson:
    """Reads and writes the values of dataclasses; `tags` names those that a union of several may hold."""

    def __init__(self, limits: Limits | None = None, tags: Mapping[str, type] | None = None) -> None:
        self._limits = limits or Limits()
        self._tags = dict(tags or {})
        self._tag_of = {kind: tag for tag, kind in self._tags.items()}
        self._readers: dict[Any, Callable[[Any], Any]] = {}
        self._plain_readers: dict[Any, Callable[[Any], Any]] = {
            str: self._text,
            bool: self._flag,
            int: self._whole,
            float: self._number,
        }

    def plain(self, value: object) -> Any:
        """Return a dataclass, a tuple of them or a plain value as what JSON can hold."""
        if isinstance(value, StrEnum):
            return value.value
        if isinstance(value, tuple):
            return [self.plain(item) for item in value]
        if is_dataclass(value):
            values = {name: self.plain(getattr(value, name)) for name in _names(cast("type", type(value)))}
            tag = self._tag_of.get(type(value))
            return {TAG: tag, **values} if tag else values
        return value

    def read(self, kind: type[T], value: object) -> T:
        """Return `value`, as JSON has it, as a `kind`; raises DoesNotFit and nothing else."""
        read: T = self._reader(kind)(value)
        return read

    def _reader(self, kind: Any) -> Callable[[Any], Any]:
        if kind not in self._readers:
            self._readers[kind] = self._make_reader(kind)
        return self._readers[kind]

    def _make_reader(self, kind: Any) -> Callable[[Any], Any]:
        arguments = get_args(kind)
        if kind in self._plain_readers:
            return self._plain_readers[kind]
        if get_origin(kind) is tuple:
            return self._many(arguments[0]) if arguments[-1] is ... else self._each(arguments)
        if get_origin(kind) in {Union, types.UnionType}:
            return self._optional(arguments) if types.NoneType in arguments else self._tagged
        return self._record(kind) if is_dataclass(kind) else _choice(kind)

    # --- plain values ------------------------------------------------------------------------------------------------

    def _text(self, value: object) -> str:
        if not isinstance(value, str):
            raise DoesNotFit("a str is missing")
        most = self._limits.most_characters
        if most is not None and len(value) > most:
            raise DoesNotFit("a str is too long")
        if self._limits.printable and not value.isprintable():
            raise DoesNotFit("a str holds control characters")
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise DoesNotFit("a str holds half a character") from None
        return value

    def _flag(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise DoesNotFit("a bool is missing")
        return value

    def _whole(self, value: object) -> int:
        if type(value) is not int:
            raise DoesNotFit("an int is missing")
        largest = self._limits.largest_int
        if largest is not None and abs(value) > largest:
            raise DoesNotFit("an int is too large")
        return value

    def _number(self, value: object) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise DoesNotFit("a number is missing")
        if not abs(value) <= self._limits.largest_float:  # also what is no number: it compares with nothing
            raise DoesNotFit("a number is not finite or too large")
        return float(value)

    # --- composed values ---------------------------------------------------------------------------------------------

    def _many(self, kind: Any) -> Callable[[Any], Any]:
        inner = self._reader(kind)
        return lambda value: tuple(map(inner, _items(value)))

    def _each(self, kinds: tuple[Any, ...]) -> Callable[[Any], Any]:
        inners = tuple(map(self._reader, kinds))

        def read(value: object) -> tuple[Any, ...]:
            items = _items(value)
            if len(items) != len(inners):
                raise DoesNotFit(f"a list of {len(inners)} is missing")
            return tuple(inner(item) for inner, item in zip(inners, items, strict=True))

        return read

    def _optional(self, kinds: tuple[Any, ...]) -> Callable[[Any], Any]:
        (kind,) = (kind for kind in kinds if kind is not types.NoneType)
        inner = self._reader(kind)
        return lambda value: None if value is None else inner(value)

    def _tagged(self, value: object) -> Any:
        tag = value.get(TAG) if isinstance(value, dict) else None
        if not isinstance(value, dict) or not isinstance(tag, str) or tag not in self._tags:
            raise DoesNotFit("an entry is of no known kind")
        return self._reader(self._tags[tag])({name: item for name, item in value.items() if name != TAG})

    def _record(self, kind: Any) -> Callable[[Any], Any]:
        hints = get_type_hints(kind)
        readers = {name: self._reader(hints[name]) for name in _names(kind)}
        required = readers.keys() if self._limits.every_field else _without_default(kind)

        def read(value: object) -> Any:
            if not isinstance(value, dict):
                raise DoesNotFit(f"{kind.__name__} is missing")
            if not required <= value.keys() <= readers.keys():
                raise DoesNotFit(f"{kind.__name__} has other fields than are known")
            return kind(**{name: readers[name](item) for name, item in value.items()})

        return read


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _without_default(kind: type) -> frozenset[str]:
    bare = (field for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING)
    return frozenset(field.name for field in bare)


def _items(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise DoesNotFit("a list is missing")
    return value


def _choice(kind: type[StrEnum]) -> Callable[[Any], Any]:
    known = {item.value: item for item in kind}

    def read(value: object) -> StrEnum:
        if not isinstance(value, str) or value not in known:
            raise DoesNotFit(f"a {kind.__name__} is not known")
        return known[value]

    return read
