"""One window for each data folder: a second start raises the first one's window and ends."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from PySide6.QtCore import QLockFile, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

if TYPE_CHECKING:
    from pathlib import Path

LOCK = "window.lock"
_PATIENCE_MS = 2000
_CALL = b"come forward\n"


class SingleInstance(QObject):
    """Holds the lock of a folder and listens for later starts; its socket is local to this user."""

    called = Signal()
    """A second start asks the window to come forward."""

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = QLockFile(str(folder / LOCK))
        # Only a dead process makes a lock stale; a window may be open for days.
        self._lock.setStaleLockTime(0)
        self._name = server_name(folder)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)

    def acquire(self) -> bool:
        """Become the one instance; returns False where another one is open."""
        if not self._lock.tryLock(0):
            return False
        # A socket that a killed instance left behind is ours to take away: we hold the lock.
        QLocalServer.removeServer(self._name)
        self._server.listen(self._name)
        return True

    def call_the_other(self) -> bool:
        """Ask the open instance to come forward; returns whether it answered."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(_PATIENCE_MS):
            return False
        socket.write(_CALL)
        answered = socket.waitForBytesWritten(_PATIENCE_MS)
        socket.disconnectFromServer()
        return answered

    def release(self) -> None:
        """Let the next start be the one."""
        self._server.close()
        self._lock.unlock()

    def _answer(self) -> None:
        while self._server.hasPendingConnections():
            socket = self._server.nextPendingConnection()
            socket.disconnected.connect(socket.deleteLater)
        self.called.emit()


def server_name(folder: Path) -> str:
    """Return a socket name that is short, and the same for the same folder."""
    return f"bedside-{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}"
