"""Encounters as JSON and back: versioned, strict, and derived from the dataclasses, so that no field is forgotten.

A file is `{"schema": 5, "encounter": {...}}`, one of an earlier schema is brought up to date first; each entry also
carries its `kind`. Reading refuses what does not fit the types exactly: an unknown field, a missing one, a number that
is not finite, a file name that leaves the folder.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from desktop.record.earlier import SCHEMA, brought_up
from desktop.record.editing import file_names
from desktop.record.encounter import Answer, Attachment, Consent, Dictation, Encounter, Question, Writing
from desktop.record.errors import DAMAGED, NEWER, EncounterDamaged, EncounterNewer
from desktop.record.written import spans_fit
from desktop.strict_json import DoesNotFit, StrictJson

if TYPE_CHECKING:
    from desktop.record.encounter import Entry, Region

MAX_BYTES = 64 << 20
ENTRY_KINDS: dict[str, type] = {
    "dictation": Dictation,
    "attachment": Attachment,
    "question": Question,
    "answer": Answer,
    "writing": Writing,
    "consent": Consent,
}
_JSON = StrictJson(tags=ENTRY_KINDS)
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
    document = {"schema": SCHEMA, "encounter": _JSON.plain(encounter)}
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def encode_entry(entry: Entry) -> bytes:
    """Return one entry as UTF-8 JSON."""
    return json.dumps(_JSON.plain(entry), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


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
    schema = _schema_of(document)
    try:
        encounter = _JSON.read(Encounter, brought_up(document.get("encounter"), schema))
        _check(encounter, encounter_id)
    except DoesNotFit as fault:
        raise EncounterDamaged(DAMAGED, str(fault)) from None
    return encounter


def _schema_of(document: object) -> int:
    schema = document.get("schema") if isinstance(document, dict) else None
    if type(schema) is not int or schema < 1:
        raise EncounterDamaged(DAMAGED, "it names no version")
    if schema > SCHEMA:
        raise EncounterNewer(NEWER)
    return schema


def _check(encounter: Encounter, encounter_id: str) -> None:
    if encounter.id != encounter_id:
        raise DoesNotFit("it belongs to another folder")
    if encounter.patient and not is_id(encounter.patient):
        raise DoesNotFit("it names a patient otherwise than by a random id")
    ids = [entry.id for entry in encounter.entries]
    if len(set(ids)) != len(ids):
        raise DoesNotFit("two entries have the same id")
    for entry in encounter.entries:
        if not all(is_file_name(name) for name in file_names(entry)):
            raise DoesNotFit("it names a file outside its folder")
        if not all(region.is_within for region in _regions(entry)):
            raise DoesNotFit("a region lies outside its picture")
        if isinstance(entry, Dictation) and not all(map(spans_fit, entry.utterances)):
            raise DoesNotFit("a written word stands for words that were not said")


def _regions(entry: Entry) -> tuple[Region, ...]:
    if isinstance(entry, Attachment):
        return entry.regions
    return (entry.marked.region,) if isinstance(entry, Question) and entry.marked else ()
