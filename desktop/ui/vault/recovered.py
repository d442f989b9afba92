"""Recordings that were not ended by the doctor, put into their encounters once the vault is open."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from desktop.record.editing import next_number, with_entry
from desktop.record.encounter import Dictation, RecordingSource
from desktop.record.errors import RecordError
from desktop.record.store import timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from desktop.record.encounter import Encounter
    from desktop.record.store import EncounterStore
    from desktop.record.vault.store import Recovered


def take_in(store: EncounterStore, recovered: Iterable[Recovered]) -> tuple[str, ...]:
    """Let each recording stand in its encounter as one whose words can be recognised; returns those encounters.

    One whose encounter cannot be read is left for another start: the recording itself is not touched.
    """
    changed: dict[str, None] = {}
    for recording in recovered:
        try:
            encounter = store.load(recording.encounter_id)
            store.save(with_entry(encounter, _entry(encounter, recording), timestamp()))
        except RecordError:
            continue
        changed[encounter.id] = None
    return tuple(changed)


def _entry(encounter: Encounter, recording: Recovered) -> Dictation:
    for entry in encounter.entries:
        if isinstance(entry, Dictation) and entry.file == recording.name:
            return replace(entry, duration_s=recording.duration_s)
    # It was ended before its entry was on the disk.
    label = QCoreApplication.translate("Dictating", "Recording {0}").format(next_number(encounter, Dictation))
    source = RecordingSource.MICROPHONE
    return Dictation(uuid.uuid4().hex, timestamp(), label, recording.name, source, duration_s=recording.duration_s)
