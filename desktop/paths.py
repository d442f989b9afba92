"""Where Bedside keeps the user's data; the same folder as the model catalogue's, without importing it."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def data_folder() -> Path:
    """Return the user's data folder; BEDSIDE_HOME names another one."""
    home = os.environ.get("BEDSIDE_HOME")
    return Path(home).expanduser().absolute() if home else platformdirs.user_data_path("bedside", appauthor=False)


def encounters_folder() -> Path:
    """Return the folder that holds one folder for each encounter."""
    return data_folder() / "encounters"
