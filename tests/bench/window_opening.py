"""Opens the window once as a doctor does and says on one line when it could be used: `bench_window` runs this."""

from __future__ import annotations

import json
import sys
import time

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

HEAVY = ("torch", "transformers", "timm", "whisper", "multimodal", "lm", "numba")
"""What the window's process must never import."""
_MB = 1 << 20


class Watch(QObject):
    """Waits for the event loop, then for the first frame, then tells and closes the window."""

    looping = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.looping.connect(self._look, Qt.ConnectionType.QueuedConnection)
        self.looping.emit()

    def _look(self) -> None:
        (window,) = (widget for widget in QApplication.topLevelWidgets() if widget.objectName() == "main-window")
        if not window.windowHandle().isExposed():
            QTimer.singleShot(1, self._look)
            return
        window.repaint()
        # One turn of the loop later the window takes what is pressed.
        QTimer.singleShot(0, self._tell)

    def _tell(self) -> None:
        found: dict[str, object] = {"visible_at": time.time(), "processor_s": time.process_time()}
        import psutil

        found |= {
            "resident_mb": psutil.Process().memory_info().rss / _MB,
            "imported": [name for name in HEAVY if name in sys.modules],
        }
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
        QApplication.closeAllWindows()


if __name__ == "__main__":
    from desktop.app import main

    watch = Watch()
    sys.exit(main())
