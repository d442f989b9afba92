"""Encounters as JSON and back: versioned, strict, and derived from the dataclasses, so that no field is forgotten.

A file is `{"schema": 1, "encounter": {...}}`; each entry also carries its `kind`. Reading refuses what does not fit
the types exactly: an unknown field, a missing one, a number that is not finite, a file name that leaves the folder.
"""

from __future__ import annotations

import json
import math
import re
import types
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Union, cast, get_args, get_origin, get_type_hints

from desktop.record.editing import file_names
from desktop.record.encounter import Answer, Attachment, Dictation, Encounter, Question
from desktop.record.errors import DAMAGED, NEWER, EncounterDamaged, EncounterNewer

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMA = 1
MAX_BYTES = 64 << 20
ENTRY_KINDS: dict[str, type] = {
    "dictation": Dictation,
    "attachment": Attachment,
    "question": Question,
    "answer": Answer,
}
_KIND_OF = {kind: name for name, kind in ENTRY_KINDS.items()}
_ID = re.compile(r"[0-9a-f]{32}")
_NAME = re.compile(r"[a-z]+-[0-9]{1,9}(\.[a-z0-9]{1,8}){0,2}")


def is_id(text: str) -> bool:
    """Return whether `text` can be the id of an encounter, and so the name of a folder."""
    return _ID.fullmatch(text) is not None


def is_file_name(text: str) -> bool:
    """Return whether `text` can name a file inside an encounter's folder."""
    return _NAME.fullmatch(text) is not None


def encode(encounter: Encounter) -> bytes:
    """Return the encounter as UTF-8 JSON."""
    document = {"schema": SCHEMA, "encounter": _plain(encounter)}
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def decode(data: bytes, encounter_id: str) -> Encounter:
    """Read what `encode` wrote.

    Raises:
        EncounterNewer: it is of a later schema.
        EncounterDamaged: anything else that does not fit, in one sentence.
    """
    if len(data) > MAX_BYTES:
        raise EncounterDamaged(DAMAGED, f"it is larger than {MAX_BYTES >> 20} MB")
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise EncounterDamaged(DAMAGED, "it is no JSON") from None
    _check_schema(document)
    try:
        encounter: Encounter = _reader(Encounter)(document.get("encounter"))
        _check(encounter, encounter_id)
    except _DoesNotFit as fault:
        raise EncounterDamaged(DAMAGED, str(fault)) from None
    return encounter


class _DoesNotFit(Exception):
    """A value is not of its field's type; the text says which."""


def _check_schema(document: object) -> None:
    schema = document.get("schema") if isinstance(document, dict) else None
    if type(schema) is not int or schema < 1:
        raise EncounterDamaged(DAMAGED, "it names no version")
    if schema > SCHEMA:
        raise EncounterNewer(NEWER)


def _check(encounter: Encounter, encounter_id: str) -> None:
    if encounter.id != encounter_id:
        raise _DoesNotFit("it belongs to another folder")
    ids = [entry.id for entry in encounter.entries]
    if len(set(ids)) != len(ids):
        raise _DoesNotFit("two entries have the same id")
    for entry in encounter.entries:
        if not all(is_file_name(name) for name in file_names(entry)):
            raise _DoesNotFit("it names a file outside its folder")


def _plain(value: object) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value):
        plain = {name: _plain(getattr(value, name)) for name in _names(cast("type", type(value)))}
        kind = _KIND_OF.get(type(value))
        return {"kind": kind, **plain} if kind else plain
    return value


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """Return the function that reads a value of the type `kind` or raises _DoesNotFit."""
    arguments = get_args(kind)
    if get_origin(kind) is tuple:
        return _tuple_reader(_reader(arguments[0]))
    if get_origin(kind) in {Union, types.UnionType}:
        return _optional_reader(arguments) if types.NoneType in arguments else _read_entry
    if is_dataclass(kind):
        return _dataclass_reader(cast("type[Any]", kind))
    if issubclass(kind, StrEnum):
        return _enum_reader(kind)
    return _float if kind is float else _exact_reader(kind)


def _exact_reader(kind: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise _DoesNotFit(f"a {kind.__name__} is missing")
        return value

    return read


def _float(value: Any) -> float:
    if type(value) not in {int, float} or not math.isfinite(value):
        raise _DoesNotFit("a number is missing")
    return float(value)


def _enum_reader(kind: type[StrEnum]) -> Callable[[Any], Any]:
    known = {item.value: item for item in kind}

    def read(value: Any) -> StrEnum:
        if not isinstance(value, str) or value not in known:
            raise _DoesNotFit(f"a {kind.__name__} is not known")
        return known[value]

    return read


def _tuple_reader(item: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise _DoesNotFit("a list is missing")
        return tuple(item(part) for part in value)

    return read


def _optional_reader(arguments: tuple[Any, ...]) -> Callable[[Any], Any]:
    inner = _reader(next(kind for kind in arguments if kind is not types.NoneType))
    return lambda value: None if value is None else inner(value)


def _read_entry(value: Any) -> Any:
    kind = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in ENTRY_KINDS:
        raise _DoesNotFit("an entry is of no known kind")
    return _reader(ENTRY_KINDS[kind])({name: item for name, item in value.items() if name != "kind"})


def _dataclass_reader(kind: type[Any]) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    readers = {name: _reader(hints[name]) for name in _names(cast("type", kind))}
    required = frozenset(
        field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING
    )

    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            raise _DoesNotFit(f"{kind.__name__} is missing")
        if not required <= value.keys() <= readers.keys():
            raise _DoesNotFit(f"{kind.__name__} has other fields than are known")
        return kind(**{name: readers[name](item) for name, item in value.items()})

    return read
