"""Hears that nobody is at the screen any more: the session was locked or left for another user, the machine sleeps.

On Linux over D-Bus, on Windows from the messages to the window (`windows_locks.py`). Elsewhere, and where nobody tells
of it, sleep shows once the machine wakes up, by the clocks (`sleep_watch.py`).

systemd-logind: https://www.freedesktop.org/software/systemd/man/latest/org.freedesktop.login1.html
The screen savers' interface: `ActiveChanged(b)` of org.freedesktop.ScreenSaver and its relatives.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import SLOT, QObject, Signal, Slot

from desktop.ui.vault.sleep_watch import SleepWatch
from desktop.ui.vault.windows_locks import WindowsLocks

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusConnection

_LOGIN = "org.freedesktop.login1"
_PATIENCE_MS = 300


@dataclass(frozen=True, slots=True)
class Heard:
    """One D-Bus signal: which bus, where it comes from, and which of our slots takes it."""

    on_system_bus: bool
    service: str
    path: str
    interface: str
    name: str
    slot: str


SIGNALS = (
    Heard(True, _LOGIN, "/org/freedesktop/login1", f"{_LOGIN}.Manager", "PrepareForSleep", "take_active(bool)"),
    Heard(True, _LOGIN, "", f"{_LOGIN}.Session", "Lock", "take_lock()"),
    Heard(
        True,
        _LOGIN,
        "",
        "org.freedesktop.DBus.Properties",
        "PropertiesChanged",
        "take_properties(QString,QVariantMap,QStringList)",
    ),
    *(
        Heard(False, name, path, name, "ActiveChanged", "take_active(bool)")
        for name, path in (
            ("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"),
            ("org.freedesktop.ScreenSaver", "/ScreenSaver"),
            ("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver"),
            ("org.cinnamon.ScreenSaver", "/org/cinnamon/ScreenSaver"),
            ("org.mate.ScreenSaver", "/org/mate/ScreenSaver"),
        )
    ),
)
"""An empty path is that of this login session."""
_LEFT_WHERE: dict[str, bool] = {"Active": False, "LockedHint": True}
"""Properties of a login session: it is in the background while another user has the screen, or it is locked."""


class SystemLocks(QObject):
    """Tells that nobody is at the screen any more."""

    left = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.heard: tuple[Heard, ...] = ()
        """What D-Bus can tell on this system."""
        self._sleep = SleepWatch(self)
        self._sleep.woke.connect(self.left)
        self._windows = WindowsLocks(self.left.emit) if sys.platform == "win32" else None

    def stop(self) -> None:
        """Listen no longer; for the end of the program."""
        self._sleep.end()
        if self._windows is not None:
            self._windows.stop()

    def begin_anew(self) -> None:
        """Forget a sleep that was not looked for yet: somebody came back and unlocked the record since."""
        self._sleep.begin()

    def listen(self, window_id: int = 0) -> None:
        """Subscribe to what there is; a bus that is missing is passed over.

        `window_id` is the native handle of a window, to which Windows tells it.
        """
        self._sleep.begin()
        if self._windows is not None:
            self._windows.listen(window_id)
            return
        try:
            from PySide6.QtDBus import QDBusConnection
        except ImportError:  # not built for every system
            return
        buses = {True: QDBusConnection.systemBus(), False: QDBusConnection.sessionBus()}
        self.heard = tuple(one for one in SIGNALS if self._subscribe(buses[one.on_system_bus], one))

    def _subscribe(self, bus: QDBusConnection, one: Heard) -> bool:
        path = one.path or _session_path(bus)
        if not bus.isConnected() or not path:
            return False
        slot = SLOT(one.slot)
        # The stubs want bytes, Qt takes a string alone.
        return bool(bus.connect(one.service, path, one.interface, one.name, self, slot))  # type: ignore[call-overload]

    @Slot(bool)
    def take_active(self, active: bool) -> None:
        """A screen saver begins, or the machine is about to sleep; the end of either changes nothing here."""
        if active:
            self.left.emit()

    @Slot(str, "QVariantMap", "QStringList")
    def take_properties(self, _interface: str, changed: dict[str, Any], _unknown: list[str]) -> None:
        """The login session went into the background, or was locked."""
        if any(name in changed and bool(changed[name]) is left for name, left in _LEFT_WHERE.items()):
            self.left.emit()

    @Slot()
    def take_lock(self) -> None:
        """The session is to be locked."""
        self.left.emit()


def _session_path(bus: QDBusConnection) -> str:
    """Return the object of this login session, empty where logind knows of none or does not answer at once."""
    from PySide6.QtDBus import QDBus, QDBusMessage, QDBusObjectPath

    if not bus.isConnected():
        return ""
    question = QDBusMessage.createMethodCall(_LOGIN, "/org/freedesktop/login1", f"{_LOGIN}.Manager", "GetSessionByPID")
    question.setArguments([os.getpid()])
    answer = bus.call(question, QDBus.CallMode.Block, _PATIENCE_MS).arguments()
    return str(answer[0].path()) if answer and isinstance(answer[0], QDBusObjectPath) else ""
