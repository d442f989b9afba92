"""Python's garbage is collected in the window's thread alone, and between two events.

Python collects in whichever thread happens to allocate. A cycle may hold a widget, and the destructor of one waits for
Qt's locks: in a thread that holds Python's own lock, while the window's thread holds Qt's and waits for Python's, both
wait for ever (seen: a window stood still while an encounter was read in the background). Other Qt programs in Python
collect by a timer for the same reason.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_LOOK_MS = 1_000


class Collecting(QObject):
    """Takes Python's own collecting over until `stop`; the thresholds of its generations stay Python's."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_on = gc.isenabled()
        gc.disable()
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self.collect_what_is_due)
        self._look.start()

    def collect_what_is_due(self) -> None:
        """Collect the oldest generation whose threshold was passed; those that are younger go with it."""
        passed = [count > most for count, most in zip(gc.get_count(), gc.get_threshold(), strict=True)]
        for generation in (2, 1, 0):
            if passed[generation]:
                gc.collect(generation)
                return

    def stop(self) -> None:
        """Leave collecting to Python again."""
        self._look.stop()
        if self._was_on:
            gc.enable()
