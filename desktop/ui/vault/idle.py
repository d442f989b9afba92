"""Locks when nobody has touched the window for as long as the settings say, also where the machine slept meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from desktop.settings import NEVER
from desktop.ui.vault.sleep_watch import seconds_also_asleep

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QWindow

    from desktop.settings import Settings, Value

KEY = "lock_after"
LOOK_S = 5.0
"""The machine may have slept since the last look: so late the window is locked after waking up, at most."""
_TOUCHES = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.TabletPress,
        QEvent.Type.TabletMove,
    }
)


class IdleWatch(QObject):
    """Tells when the time is over; `begin` when there is something to lock, `end` when there is not."""

    idle = Signal()

    def __init__(
        self, settings: Settings, parent: QObject | None = None, clock: Callable[[], float] = seconds_also_asleep
    ) -> None:
        super().__init__(parent)
        self._settings, self._clock = settings, clock
        self._touched_s = clock()
        self._runs = False
        self._look_again = QTimer(self, singleShot=True)
        self._look_again.timeout.connect(self.look)
        self._watched: set[QWindow] = set()
        self._leave = settings.subscribe(self._follow)

    def begin(self) -> None:
        """Count from now."""
        if not self._runs:
            self._runs = True
            application = QGuiApplication.instance()
            if isinstance(application, QGuiApplication):
                application.focusWindowChanged.connect(self._watch)
            self._watch(QGuiApplication.focusWindow())
        self.note_touch()
        self.look()

    def end(self) -> None:
        """Count no longer."""
        self._look_again.stop()
        if self._runs:
            self._runs = False
            application = QGuiApplication.instance()
            if isinstance(application, QGuiApplication):
                application.focusWindowChanged.disconnect(self._watch)

    def stop(self) -> None:
        """Let go of the settings too; for the end of the program."""
        self.end()
        self._leave()

    def note_touch(self) -> None:
        """Somebody is there."""
        self._touched_s = self._clock()

    def look(self) -> None:
        """Tell that the time is over, or look again later."""
        wanted = self._settings.text(KEY)
        if not self._runs or wanted == NEVER:
            self._look_again.stop()
            return
        left_s = 60.0 * int(wanted) - (self._clock() - self._touched_s)
        if left_s <= 0:
            self.end()
            self.idle.emit()
        else:
            self._look_again.start(round(1000 * min(left_s, LOOK_S)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """See keys, pointer and fingers before the widgets do; nothing is kept from them."""
        if event.type() in _TOUCHES:
            self.note_touch()
        return super().eventFilter(watched, event)

    def _watch(self, window: QWindow | None) -> None:
        # Windows and not the application: a filter there would see every event of every object.
        if window is not None and window not in self._watched:
            self._watched.add(window)
            window.destroyed.connect(lambda: self._watched.discard(window))
            window.installEventFilter(self)

    def _follow(self, key: str, _value: Value) -> None:
        if key == KEY:
            self.note_touch()
            self.look()
