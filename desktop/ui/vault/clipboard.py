"""Empties the clipboard a while after something was copied in Bedside, where it still holds just that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QClipboard, QGuiApplication

from desktop.settings import NEVER

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.settings import Settings

KEY = "clear_clipboard_after"
_MODES = (QClipboard.Mode.Clipboard, QClipboard.Mode.Selection)
"""On X11 what is selected can be pasted too."""


class ClipboardWatch(QObject):
    """Follows the clipboard; what another program put there is never touched.

    `owns` tells whether what a mode holds is ours, as the system says.
    """

    def __init__(
        self,
        settings: Settings,
        parent: QObject | None = None,
        owns: Callable[[QClipboard.Mode], bool] | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._clipboard = QGuiApplication.clipboard()
        self._owns = owns or self._is_ours
        self._timers = {mode: self._timer(mode) for mode in _MODES}
        self._follows = True
        self._clipboard.changed.connect(self._take)

    def stop(self) -> None:
        """Empty at once what would have been emptied later; for the end of the program. A second call does nothing."""
        if not self._follows:
            return
        self._follows = False
        self._clipboard.changed.disconnect(self._take)
        for mode, timer in self._timers.items():
            if timer.isActive():
                timer.stop()
                self._empty(mode)

    def _take(self, mode: QClipboard.Mode) -> None:
        timer = self._timers.get(mode)
        wanted = self._settings.text(KEY)
        if timer is None:
            return
        if wanted == NEVER or not self._owns(mode):
            timer.stop()
        else:
            timer.start(1_000 * int(wanted))

    def _empty(self, mode: QClipboard.Mode) -> None:
        if self._owns(mode):
            self._clipboard.clear(mode)

    def _timer(self, mode: QClipboard.Mode) -> QTimer:
        timer = QTimer(self, singleShot=True)
        timer.timeout.connect(lambda: self._empty(mode))
        return timer

    def _is_ours(self, mode: QClipboard.Mode) -> bool:
        return self._clipboard.ownsClipboard() if mode is QClipboard.Mode.Clipboard else self._clipboard.ownsSelection()
