"""A message as one line and back: JSON in UTF-8, versioned, bounded and checked field by field (no Qt, no torch).

A line is `{"v": 1, "kind": "<message>", "fields": {...}}` and a newline. How a field is checked follows from the
type that its dataclass declares: the same types on both sides, no field more or less, finite numbers only.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NoReturn, TypeVar

from desktop.strict_json import DoesNotFit, Limits, StrictJson
from desktop.worker.errors import LineTooLong, MalformedLine, UnknownMessage, WrongFields, WrongVersion
from desktop.worker.protocol import MAX_LINE_BYTES, VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from desktop.worker.protocol import Command, Event

T = TypeVar("T")

_LARGEST_INT = 2**63 - 1
"""Larger numbers would overflow in C++ behind a signal."""
_JSON = StrictJson(Limits(largest_int=_LARGEST_INT, largest_float=_LARGEST_INT, every_field=True))


def encode(message: Command | Event) -> bytes:
    """Return `message` as one line with its newline.

    Raises WrongFields for a number that is not finite or a text that is no Unicode, LineTooLong past the limit.
    """
    envelope = {"v": VERSION, "kind": type(message).__name__, "fields": _JSON.plain(message)}
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
    try:
        return _JSON.read(table[kind], envelope["fields"])
    except DoesNotFit as fault:
        raise WrongFields(str(fault)) from fault


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError("no finite number")
