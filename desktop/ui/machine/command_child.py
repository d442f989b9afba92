"""A child process of the command line whose lines of JSON the window reads, one command after another."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

if TYPE_CHECKING:
    from collections.abc import Sequence

_KILL_MS = 3_000
_MOST_LINE_BYTES = 1 << 20


def program_of(command: str) -> tuple[str, ...]:
    """Return what starts a command; -P: a folder named desktop beside the doctor's files must not be taken for ours."""
    return (sys.executable, "-P", "-m", "desktop.cli", command)


class CommandChild(QObject):
    """Runs a command at a time; whoever uses it keeps the queue."""

    said = Signal(object)
    """A line of the command, as a dictionary."""
    ended = Signal(bool, bool)
    """Whether the command did all that it was asked, and whether it was stopped before."""

    def __init__(self, program: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.program = tuple(program)
        self._running = self._cancelled = self._closed = False
        # One process object for all commands: one that is deleted from its own signal crashes now and then.
        self._process = QProcess(self)
        self._process.setStandardErrorFile(QProcess.nullDevice())
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.finished.connect(self._take_finish)
        self._process.errorOccurred.connect(self._take_error)
        self._kill_timer = QTimer(self, singleShot=True, interval=_KILL_MS)
        self._kill_timer.timeout.connect(self._process.kill)

    @property
    def is_free(self) -> bool:
        """Whether a command can be started: not while one runs, and never again once it was closed."""
        return not self._running and not self._closed

    def start(self, arguments: Sequence[str]) -> None:
        """Start the program with these arguments; `ended` follows."""
        self._running, self._cancelled = True, False
        self._process.start(self.program[0], [*self.program[1:], *arguments])

    def cancel(self) -> None:
        """Stop the command, by force where it does not end by itself."""
        if self._running:
            self._cancelled = True
            self._process.terminate()
            self._kill_timer.start()

    def close(self) -> None:
        """End everything, for the end of the window: no process is left."""
        self._closed = True
        if self._process.state() is not QProcess.ProcessState.NotRunning:
            self._cancelled = True
            self._process.terminate()
            if not self._process.waitForFinished(_KILL_MS):
                self._process.kill()
                self._process.waitForFinished(_KILL_MS)

    def _read(self) -> None:
        while self._process.canReadLine():
            line = bytes(self._process.readLine(_MOST_LINE_BYTES).data())
            try:
                message: Any = json.loads(line)
            except ValueError:
                continue
            if isinstance(message, dict):
                self.said.emit(message)

    def _take_finish(self, code: int, status: QProcess.ExitStatus) -> None:
        self._finish(code == 0 and status is QProcess.ExitStatus.NormalExit)

    def _take_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._finish(False)

    def _finish(self, done: bool) -> None:
        self._read()
        self._kill_timer.stop()
        if self._running:
            self._running = False
            self.ended.emit(done, self._cancelled and not done)
