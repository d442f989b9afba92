"""A copy of a picture leaves the record without the words that were to become black, told in the audit trail first."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from desktop.burned_in.asking import copy_without
from desktop.record.deidentify.words_in_pixels import PixelWords
from desktop.record.export.choices import Format, Level
from desktop.record.new_file import write_new, write_over

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desktop.burned_in.marks import Task
    from desktop.record.export.choices import Choices
    from desktop.record.vault.store import VaultStore


def save_copy(
    task: Task, choices: Choices, encounter_id: str, store: VaultStore, file: Path, cancelled: Callable[[], bool]
) -> tuple[str, ...]:
    """Make the copy that `task` describes and write it; returns the name of its file.

    Raises NotDeidentifiable, TargetExists, RecordReadOnly with nothing written, what the disk refuses, and Stopped once
    `cancelled` returns True.
    """
    copy = copy_without(task, cancelled)
    level = Level.NAMED if task.words is PixelWords.SOME_LEFT else Level.YEARS
    how = replace(choices, format=Format(copy.suffix), level=level).how
    store.note_export(encounter_id, f"{how}/sha256:{hashlib.sha256(copy.content).hexdigest()}", copy.content)
    if file.suffix.lower() == f".{copy.suffix}":
        write_over(file, copy.content)
        return (file.name,)
    other = file.with_suffix(f".{copy.suffix}")  # of it nobody was asked whether it may be written over
    write_new(other, copy.content)
    return (other.name,)
