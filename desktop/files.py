"""Where Bedside keeps a user's files, and writing one so that it is either whole or absent (no Qt, no torch)."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

VAULT = "vault"
"""The folder of the encrypted record within the user's data folder."""
BACKUPS = "backups"
"""Beside it, where no other folder was chosen for backups."""


def data_folder() -> Path:
    """Return the user's data folder; BEDSIDE_HOME names another one. The same folder as `multimodal.catalog` uses."""
    home = os.environ.get("BEDSIDE_HOME")
    return Path(home).expanduser().absolute() if home else platformdirs.user_data_path("bedside", appauthor=False)


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside `path`, flush to the disk, then rename: a killed window leaves the old file or the new one.

    Raises:
        OSError: the folder is read-only, or the disk is full; `path` is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
