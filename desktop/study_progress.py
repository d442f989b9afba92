"""How well the doctor knows what was asked before: one small file, whole or absent, with no word of a patient in it.

Items are kept by their identifiers alone, a hash for those made from the doctor's own texts.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from desktop.files import data_folder, write_atomically

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lm.tasks.repetition import Memory

VERSION = 1


def progress_file() -> Path:
    """Return where the progress is kept, whether or not it is there yet."""
    return data_folder() / "study" / "progress.json"


def load_progress(path: Path) -> dict[str, Memory]:
    """Return how each item stands; nothing where nothing was asked yet. Raises InvalidInput for a damaged file."""
    from lm.errors import InvalidInput

    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["version"] != VERSION:
            raise ValueError(content["version"])
        return {item: _memory(row) for item, row in content["items"].items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(
            f"What you learned so far cannot be read ({path}: {error!r}). Nothing was changed: move that file away to "
            "begin anew."
        ) from error


def save_progress(path: Path, progress: Mapping[str, Memory]) -> None:
    """Write the whole state. Raises InvalidInput where the disk refuses; the earlier state is then as it was."""
    from lm.errors import InvalidInput

    rows = {
        item: [memory.repetitions, round(memory.ease, 3), memory.interval_days, memory.due.isoformat()]
        for item, memory in progress.items()
    }
    try:
        write_atomically(path, json.dumps({"version": VERSION, "items": rows}, indent=1).encode())
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written ({error.strerror}): what you learned now is not kept.") from error


def _memory(row: Any) -> Memory:
    from lm.tasks.repetition import Memory

    repetitions, ease, interval_days, due = row
    return Memory(int(repetitions), float(ease), int(interval_days), date.fromisoformat(due))
