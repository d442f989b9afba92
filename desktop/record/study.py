"""How well the doctor knows what was asked before: one small file, whole or absent, with no word of a patient in it.

Where there is a vault the same values are kept in its database instead, and such a file is taken over once. Items are
kept by their identifiers alone, a hash for those made from the doctor's own texts.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from desktop.files import write_atomically
from desktop.record.errors import STUDY_DAMAGED, StudyDamaged, disk_errors
from desktop.record.repetition import Memory

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from desktop.record.store import EncounterStore

VERSION = 1


def progress_file(folder: Path) -> Path:
    """Return where the progress is kept in a data folder where there is no vault, whether or not it is there yet."""
    return folder / "study" / "progress.json"


def load_progress(path: Path) -> dict[str, Memory]:
    """Return how each item stands; nothing where nothing was asked yet. Raises StudyDamaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["version"] != VERSION:
            raise ValueError(content["version"])
        return {item: _memory(row) for item, row in content["items"].items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StudyDamaged(STUDY_DAMAGED, path, repr(error)) from error


def save_progress(path: Path, progress: Mapping[str, Memory]) -> None:
    """Write the whole state. Raises DiskFull, DiskRefused or DiskFailed; the earlier state is then as it was."""
    rows = {
        item: [memory.repetitions, round(memory.ease, 3), memory.interval_days, memory.due.isoformat()]
        for item, memory in progress.items()
    }
    with disk_errors():
        write_atomically(path, json.dumps({"version": VERSION, "items": rows}, indent=1).encode())


def take_over(path: Path, store: EncounterStore) -> None:
    """Move what a file kept into a vault that was made later; what the vault knows already is newer and stays.

    Raises StudyDamaged, or what the record refuses; the file is then as it was.
    """
    if not path.is_file():
        return
    known = store.study()
    for item, memory in load_progress(path).items():
        if item not in known:
            store.keep_study(item, memory)
    with disk_errors():
        path.unlink()


def _memory(row: Any) -> Memory:
    repetitions, ease, interval_days, due = row
    return Memory(int(repetitions), float(ease), int(interval_days), date.fromisoformat(due))
