"""A message as one line and back: JSON in UTF-8, versioned, bounded and checked field by field (no Qt, no torch).

A line is `{"v": 1, "kind": "<message>", "fields": {...}}` and a newline. How a field is checked follows from the
type that its dataclass declares: the same types on both sides, no field more or less, finite numbers only.
"""

from __future__ import annotations

import json
import math
import types
from dataclasses import asdict, fields, is_dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, Union, get_args, get_origin, get_type_hints

from desktop.worker.errors import LineTooLong, MalformedLine, UnknownMessage, WrongFields, WrongVersion
from desktop.worker.protocol import MAX_LINE_BYTES, VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from enum import StrEnum

    from desktop.worker.protocol import Command, Event

T = TypeVar("T")

_LARGEST_INT = 2**63 - 1
"""Larger numbers would overflow in C++ behind a signal."""


def encode(message: Command | Event) -> bytes:
    """Return `message` as one line with its newline.

    Raises WrongFields for a number that is not finite or a text that is no Unicode, LineTooLong past the limit.
    """
    envelope = {"v": VERSION, "kind": type(message).__name__, "fields": asdict(message)}
    try:
        text = json.dumps(envelope, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        line = text.encode("utf-8") + b"\n"
    except ValueError as error:  # also UnicodeEncodeError
        raise WrongFields(f"{type(message).__name__} holds a number or a text that cannot be sent") from error
    if len(line) > MAX_LINE_BYTES:
        raise LineTooLong(f"{type(message).__name__} would be {len(line)} bytes long, the limit is {MAX_LINE_BYTES}")
    return line


def decode(line: bytes, table: Mapping[str, type[T]]) -> T:
    """Return the message of `line`; `table` is COMMANDS or EVENTS of the protocol.

    Raises a ProtocolError whatever the bytes are, and nothing else.
    """
    if len(line) > MAX_LINE_BYTES:
        raise LineTooLong(f"a line of {len(line)} bytes, the limit is {MAX_LINE_BYTES}")
    try:
        envelope = json.loads(line.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise MalformedLine("a line that is no JSON") from error
    if not isinstance(envelope, dict):
        raise MalformedLine("a line that is no JSON object")
    if envelope.get("v") != VERSION or isinstance(envelope["v"], bool):
        raise WrongVersion(f"a message of another version than {VERSION}")
    if envelope.keys() != {"v", "kind", "fields"}:
        raise MalformedLine("a line without the three parts of a message")
    kind = envelope["kind"]
    if not isinstance(kind, str) or kind not in table:
        raise UnknownMessage("a message that is not known in this direction")
    message_kind: Any = table[kind]
    message: T = _reader(message_kind)(envelope["fields"])
    return message


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError("no finite number")


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """Return the function that checks a JSON value against the type `kind` and converts it."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind in _SCALARS:
        return _SCALARS[kind]
    if origin in (Union, types.UnionType):
        (inner,) = (argument for argument in arguments if argument is not types.NoneType)
        return partial(_read_optional, _reader(inner))
    if origin is tuple and arguments[-1] is ...:
        return partial(_read_many, _reader(arguments[0]))
    if origin is tuple:
        return partial(_read_each, tuple(map(_reader, arguments)))
    if is_dataclass(kind):
        hints: dict[str, Any] = get_type_hints(kind)
        readers = {field.name: _reader(hints[field.name]) for field in fields(kind)}
        return partial(_read_message, kind, readers)
    return partial(_read_choice, kind)


def _read_text(value: Any) -> str:
    if not isinstance(value, str):
        raise WrongFields("a value that should be a text")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise WrongFields("a text with half a character") from error
    return value


def _read_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise WrongFields("a value that should be true or false")
    return value


def _read_int(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _LARGEST_INT:
        raise WrongFields("a value that should be a whole number")
    return value


def _read_number(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or abs(value) > _LARGEST_INT:
        raise WrongFields("a value that should be a number")
    if not math.isfinite(value):
        raise WrongFields("a number that is not finite")
    return float(value)


def _read_optional(inner: Callable[[Any], Any], value: Any) -> Any:
    return None if value is None else inner(value)


def _read_many(inner: Callable[[Any], Any], value: Any) -> tuple[Any, ...]:
    return tuple(map(inner, _list(value)))


def _read_each(inners: tuple[Callable[[Any], Any], ...], value: Any) -> tuple[Any, ...]:
    values = _list(value)
    if len(values) != len(inners):
        raise WrongFields(f"a list of {len(values)} where {len(inners)} values belong")
    return tuple(inner(item) for inner, item in zip(inners, values, strict=True))


def _read_message(kind: Any, readers: dict[str, Callable[[Any], Any]], value: Any) -> Any:
    if not isinstance(value, dict) or value.keys() != readers.keys():
        raise WrongFields(f"{kind.__name__} with other fields than it has")
    return kind(**{name: read(value[name]) for name, read in readers.items()})


def _read_choice(kind: type[StrEnum], value: Any) -> StrEnum:
    try:
        return kind(_read_text(value))
    except ValueError as error:
        raise WrongFields(f"a {kind.__name__} that there is not") from error


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise WrongFields("a value that should be a list")
    return value


_SCALARS: dict[Any, Callable[[Any], Any]] = {str: _read_text, bool: _read_flag, int: _read_int, float: _read_number}
