"""The record while nobody may use it: the vault is locked, or there is none yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from desktop.record.errors import LOCKED, RecordLocked

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from desktop.record.encounter import Encounter, EncounterSummary
    from desktop.record.meaning import Meaning
    from desktop.record.repetition import Memory
    from desktop.record.signing import NoteFault
    from desktop.record.wav import RecordingWriter


class ClosedStore:
    """EncounterStore that holds no key and no word; every method raises RecordLocked."""

    def summaries(self, search: str = "") -> tuple[EncounterSummary, ...]:
        """Raise RecordLocked."""
        _refuse(search)

    def create(self, title: str = "", sample: bool = False) -> Encounter:
        """Raise RecordLocked."""
        _refuse(title, sample)

    def load(self, encounter_id: str) -> Encounter:
        """Raise RecordLocked."""
        _refuse(encounter_id)

    def save(self, encounter: Encounter) -> None:
        """Raise RecordLocked."""
        _refuse(encounter)

    def delete(self, encounter_id: str) -> None:
        """Raise RecordLocked."""
        _refuse(encounter_id)

    def delete_recordings(self, encounter: Encounter, names: Collection[str]) -> None:
        """Raise RecordLocked."""
        _refuse(encounter, names)

    def add_file(self, encounter_id: str, source: Path) -> str:
        """Raise RecordLocked."""
        _refuse(encounter_id, source)

    def new_file(self, encounter_id: str, suffix: str) -> tuple[str, Path]:
        """Raise RecordLocked."""
        _refuse(encounter_id, suffix)

    def path(self, encounter_id: str, name: str) -> Path:
        """Raise RecordLocked."""
        _refuse(encounter_id, name)

    def is_readable(self, encounter_id: str, name: str) -> bool:
        """Raise RecordLocked."""
        _refuse(encounter_id, name)

    def open_recording(self, path: Path) -> RecordingWriter:
        """Raise RecordLocked."""
        _refuse(path)

    def signing_faults(self, encounter_id: str) -> tuple[NoteFault, ...]:
        """Raise RecordLocked."""
        _refuse(encounter_id)

    def study(self) -> dict[str, Memory]:
        """Raise RecordLocked."""
        _refuse()

    def keep_study(self, item: str, memory: Memory) -> None:
        """Raise RecordLocked."""
        _refuse(item, memory)

    def meanings(self, encounter_id: str = "") -> tuple[Meaning, ...]:
        """Raise RecordLocked."""
        _refuse(encounter_id)

    def meant_encounters(self) -> frozenset[str]:
        """Raise RecordLocked."""
        _refuse()

    def keep_meaning(self, meaning: Meaning) -> None:
        """Raise RecordLocked."""
        _refuse(meaning)


def _refuse(*_wanted: object) -> NoReturn:
    raise RecordLocked(LOCKED)
