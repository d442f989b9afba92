"""The records of picture reading as JSON objects and back, within limits: the bytes may come from a process that read a
hostile file, so numbers must be finite and text short and printable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from desktop.pictures.errors import MessageDamaged
from desktop.strict_json import DoesNotFit, Limits, StrictJson

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_TEXT = 4096
MAX_INTEGER = 1 << 53

Record = TypeVar("Record")

_JSON = StrictJson(Limits(largest_int=MAX_INTEGER, most_characters=MAX_TEXT, printable=True))


def to_fields(record: object) -> Mapping[str, Any]:
    """Return a dataclass as what JSON can hold."""
    fields: Mapping[str, Any] = _JSON.plain(record)
    return fields


def from_fields(kind: type[Record], values: object) -> Record:
    """Build the dataclass `kind` from a JSON object; raises MessageDamaged."""
    try:
        return _JSON.read(kind, values)
    except DoesNotFit as fault:
        raise MessageDamaged(str(fault)) from fault
