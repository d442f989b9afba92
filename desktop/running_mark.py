"""Notices that the window ended by itself: a mark that only a proper end removes, and Python's fault log (no Qt).

The fault log holds names of functions and files, never texts of an encounter.
"""

from __future__ import annotations

import faulthandler
import os
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from pathlib import Path

MARK = "window.running"
LOG = "window-faults.log"
EARLIER_LOG = "window-faults.earlier.log"


class RunningMark:
    """Set it once the window is the only one of its folder; clear it as the last thing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log: TextIO | None = None
        self.ended_badly = False
        """The run before this one did not end properly: it crashed, was killed, or the machine lost power."""

    def set(self) -> None:
        """Look for the mark of the run before, set ours, and let Python write its fault log."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            mark = self._folder / MARK
            self.ended_badly = mark.exists()
            mark.write_text(str(os.getpid()), encoding="ascii")
            self._keep_earlier_log()
            self._log = (self._folder / LOG).open("w", encoding="utf-8")
        except OSError:
            return  # without a writable folder there is nothing to notice; the settings page says why
        faulthandler.enable(self._log)

    def clear(self) -> None:
        """Say that the window ended properly."""
        if self._log is not None:
            faulthandler.disable()
            self._log.close()
            self._log = None
        (self._folder / MARK).unlink(missing_ok=True)

    def write(self, text: str) -> None:
        """Add to the fault log what Python itself does not write there."""
        if self._log is not None:
            self._log.write(text)
            self._log.flush()

    def _keep_earlier_log(self) -> None:
        log = self._folder / LOG
        if log.is_file() and log.stat().st_size:
            log.replace(self._folder / EARLIER_LOG)
