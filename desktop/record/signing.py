"""Signing a note: what must be done before, the bytes that are signed, and what is wrong with a signed note.

The canonical bytes are JSON (RFC 8259) in UTF-8 with sorted names and no white space. A field that has its default is
left out, so that fields of later versions leave the bytes of an earlier note as they are; every number is written as a
float. The SHA-256 of these bytes stands in the note's signature and in a row of the audit trail, which nobody can
change unnoticed. This is no qualified electronic signature: it proves that the note is the one that was signed here.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from desktop.record.encounter import AnswerStatus, Dictation, Writing
from desktop.record.errors import (
    CHECK_FIRST,
    NAME_NEEDED,
    NOT_WHOLE,
    SIGNED_STAYS,
    NotReadyToSign,
    SignedNoteStays,
)
from desktop.record.signature import Signature

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from desktop.record.encounter import Encounter

FORMAT = "bedside signed note 1"


class FaultKind(StrEnum):
    """How a signed note is not what was signed."""

    CHANGED = "changed"
    REMOVED = "removed"
    """The audit trail tells of it, and it is not there, or not signed any more."""
    UNKNOWN = "unknown"
    """It bears a signature of which the audit trail knows nothing."""


@dataclass(frozen=True, slots=True)
class NoteFault:
    """What is wrong with one note."""

    note_id: str
    kind: FaultKind


def signed(encounter_id: str, note: Writing, by: str, at: str) -> Writing:
    """Return a note with its signature. Raises NotReadyToSign with what is to be done first, or SignedNoteStays."""
    check_ready(note)
    by = " ".join(by.split())
    if not by:
        raise NotReadyToSign(NAME_NEEDED)
    unsigned = replace(note, signature=Signature(by, at, ""))
    return replace(note, signature=Signature(by, at, sha256_of(encounter_id, unsigned)))


def check_ready(note: Writing) -> None:
    """Raise NotReadyToSign where something is to be done before a note can be signed, SignedNoteStays where it is."""
    if note.is_signed:
        raise SignedNoteStays(SIGNED_STAYS)
    if not note.is_note or note.status is not AnswerStatus.COMPLETE or not any(s.sentences for s in note.sections):
        raise NotReadyToSign(NOT_WHOLE)
    if note.check is None or not note.check.is_settled:
        raise NotReadyToSign(CHECK_FIRST)


def canonical(encounter_id: str, note: Writing) -> bytes:
    """Return the bytes of a signed note that its hash is of: all of it but the hash itself."""
    if note.signature is not None:
        note = replace(note, signature=replace(note.signature, sha256=""))
    document = {"format": FORMAT, "encounter": encounter_id, "note": _plain(note)}
    return json.dumps(document, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()


def sha256_of(encounter_id: str, note: Writing) -> str:
    """Return the SHA-256 of a note's canonical bytes, in hexadecimal."""
    return hashlib.sha256(canonical(encounter_id, note)).hexdigest()


def signed_notes(encounter: Encounter) -> tuple[Writing, ...]:
    """Return the signed notes of an encounter with their addenda, in order."""
    return tuple(entry for entry in encounter.entries if isinstance(entry, Writing) and entry.is_signed)


def addenda_of(encounter: Encounter, note_id: str) -> tuple[Writing, ...]:
    """Return what was added to a note, signed or not, in order."""
    return tuple(
        entry for entry in encounter.entries if isinstance(entry, Writing) and entry.is_note and entry.about == note_id
    )


def faults_of(encounter: Encounter, told: Mapping[str, str] | None) -> tuple[NoteFault, ...]:
    """Return which signed notes are not what was signed.

    `told` is what the audit trail tells: the hash of each note by its id; None where there is no trail.
    """
    return tuple(_faults(encounter, told))


def _faults(encounter: Encounter, told: Mapping[str, str] | None) -> Iterator[NoteFault]:
    notes = {note.id: note for note in signed_notes(encounter)}
    for note in notes.values():
        found = sha256_of(encounter.id, note)
        if told is not None and note.id not in told:
            yield NoteFault(note.id, FaultKind.UNKNOWN)
        elif note.signature is None or found != note.signature.sha256 or (told is not None and told[note.id] != found):
            yield NoteFault(note.id, FaultKind.CHANGED)
    for note_id in told or ():
        if note_id not in notes:
            yield NoteFault(note_id, FaultKind.REMOVED)


# --- what a store must keep ------------------------------------------------------------------------------------------


def kept(before: Encounter, after: Encounter) -> Encounter:
    """Return what may take the place of an encounter: its signed notes are as they were, erased sound stays erased.

    Raises SignedNoteStays where a signed note is missing or another one.
    """
    now = {entry.id: entry for entry in after.entries}
    if any(now.get(note.id) != note for note in signed_notes(before)):
        raise SignedNoteStays(SIGNED_STAYS)
    erased = {entry.id: entry.erased_at for entry in before.entries if isinstance(entry, Dictation) and entry.erased_at}
    entries = tuple(
        replace(entry, erased_at=erased[entry.id]) if isinstance(entry, Dictation) and entry.id in erased else entry
        for entry in after.entries
    )
    return replace(after, entries=entries) if erased else after


def newly_signed(before: Encounter | None, after: Encounter) -> tuple[Writing, ...]:
    """Return the notes that are signed now and were not."""
    known = {note.id for note in signed_notes(before)} if before else set()
    return tuple(note for note in signed_notes(after) if note.id not in known)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        kept_fields = ((part.name, getattr(value, part.name)) for part in fields(value) if _is_told(part, value))
        return {name: _plain(inner) for name, inner in kept_fields}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, StrEnum):
        return value.value
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _is_told(part: Field[Any], value: Any) -> bool:
    return part.default is MISSING or getattr(value, part.name) != part.default
