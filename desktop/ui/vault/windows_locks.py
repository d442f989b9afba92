"""Hears from Windows that the session was locked, left for another user, or that the machine is about to sleep.

WM_WTSSESSION_CHANGE: https://learn.microsoft.com/windows/win32/termserv/wm-wtssession-change
WM_POWERBROADCAST: https://learn.microsoft.com/windows/win32/power/wm-powerbroadcast
"""

from __future__ import annotations

import ctypes
import sys
from ctypes import wintypes
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractNativeEventFilter, QByteArray, QCoreApplication

if TYPE_CHECKING:
    from collections.abc import Callable

SESSION_CHANGE, POWER = 0x02B1, 0x0218
LEFT = {
    SESSION_CHANGE: frozenset({0x2, 0x4, 0x6, 0x7}),
    POWER: frozenset({0x4}),
}
"""What in the message's `wParam` says that nobody is there: the console or the remote session is disconnected (another
user has the screen), somebody signs out, the session is locked; the system is about to be suspended."""
_THIS_SESSION = 0
_KINDS = (b"windows_generic_MSG", b"windows_dispatcher_MSG")


class WindowsLocks(QAbstractNativeEventFilter):
    """Sees the messages of this thread's windows before Qt does, and keeps none from it."""

    def __init__(self, left: Callable[[], None]) -> None:
        super().__init__()
        self._left = left
        self._window_id = 0

    def listen(self, window_id: int) -> None:
        """Ask Windows to tell a window of changes of its session; sleep is told to every window."""
        application = QCoreApplication.instance()
        if application is not None:
            application.installNativeEventFilter(self)
        if sys.platform == "win32" and window_id:
            if ctypes.windll.wtsapi32.WTSRegisterSessionNotification(wintypes.HWND(window_id), _THIS_SESSION):
                self._window_id = window_id

    def stop(self) -> None:
        """Hear nothing more."""
        application = QCoreApplication.instance()
        if application is not None:
            application.removeNativeEventFilter(self)
        if sys.platform == "win32" and self._window_id:
            ctypes.windll.wtsapi32.WTSUnRegisterSessionNotification(wintypes.HWND(self._window_id))
            self._window_id = 0

    def nativeEventFilter(  # noqa: N802 - Qt's name
        self, event_type: QByteArray | bytes | bytearray | memoryview, message: int
    ) -> Any:
        """Look at a message; it goes on to the window in any case."""
        kind = event_type.data() if isinstance(event_type, QByteArray) else bytes(event_type)
        if kind in _KINDS and int(message):
            found = wintypes.MSG.from_address(int(message))
            if (found.wParam or 0) in LEFT.get(found.message, ()):
                self._left()
        return False, 0
