"""What leaves the record and what keeps it: an export that is read first, a backup, and the trail of what was done."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.record.export.choices import Format

if TYPE_CHECKING:
    from tests.gui.user import User

DONE_S = 120


def export(user: User) -> None:
    """Export the encounter without what names a person: nothing can be saved before it was read."""
    user.press("ctrl+e")
    user.wait_for("export-wizard")
    user.choose(list(Format).index(Format.TEXT), "export-format")
    user.photograph("export-choices")
    user.click("export-next")
    user.wait_for("export-text")
    assert not _is_enabled(user, "export-save"), "it can be saved unread"
    user.click("export-read")
    user.photograph("export-preview")
    user.click("export-save")
    user.wait_for("QFileDialog")
    user.take_keyboard("QFileDialog")
    file = Path(os.environ["BEDSIDE_HOME"]) / "export.txt"
    user.press("ctrl+a")
    user.type(str(file))
    user.press("Return")
    user.wait_until("the file is there", lambda: file.is_file() and "metformin" in file.read_text(), DONE_S)
    user.wait_for_words("It is not encrypted.")
    user.click("export-close")
    user.wait_until("the wizard is closed", lambda: not user.eyes.is_seen("export-wizard"))


def export_picture(user: User) -> None:
    """Save the marked picture as DICOM: its words are looked for, and nothing leaves before it was looked at."""
    user.click("viewer-export")
    user.wait_for("picture-sheet")
    user.take_keyboard("picture-sheet")
    user.wait_until("it can be looked at", lambda: _is_enabled(user, "picture-looked"), DONE_S)
    assert not _is_enabled(user, "picture-save"), "it can be saved without having been looked at"
    user.photograph("picture-leaves")
    user.click("picture-looked")
    user.click("picture-save")
    user.wait_for("QFileDialog")
    user.take_keyboard("QFileDialog")
    file = Path(os.environ["BEDSIDE_HOME"]) / "marked.dcm"
    user.press("ctrl+a")
    user.type(str(file))
    user.press("Return")
    user.wait_for_words("Saved: marked.dcm, marked-measurements.dcm", DONE_S)
    assert file.read_bytes()[128:132] == b"DICM"
    user.click("picture-close")
    user.wait_until("the sheet is closed", lambda: not user.eyes.is_seen("picture-sheet"))
    user.take_keyboard("main-window")


def look_after(user: User) -> None:
    """Back the record up by hand, then see in the trail what was done with it."""
    user.take_keyboard("main-window")
    user.press("ctrl+3")
    user.click("back-up-now")
    user.wait_for_words("Last verified backup", DONE_S)
    user.photograph("backup")
    user.click("show-trail")
    user.wait_for("trail-sheet")
    user.click("trail-check")
    user.photograph("trail")
    user.click("trail-close")
    user.wait_until("the trail is closed", lambda: not user.eyes.is_seen("trail-sheet"))
    user.take_keyboard("main-window")
    user.press("ctrl+1")


def _is_enabled(user: User, *names: str) -> bool:
    return bool(user.eyes.property_of(lambda widget: widget.isEnabled(), *names))
