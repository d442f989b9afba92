"""The reader as a child process of the window: starting, lines in and out, ending without a trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

from desktop.confined.starting import command, environment
from desktop.pictures.errors import MessageDamaged
from desktop.pictures.messages import MAX_EVENT_BYTES, decode_event, encode

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.pictures.messages import Command

STOP_MS = 1000


class ReaderProcess(QObject):
    """Starts the reader when something is to be sent and tells when it ends."""

    event_received = Signal(object)
    """One Event of `messages.py`."""
    died = Signal(bool)
    """The process has ended; True where it was asked to."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self.killed_for_time = False

    @property
    def is_running(self) -> bool:
        """Whether there is a process."""
        return self._process is not None

    @property
    def pid(self) -> int:
        """The process's number, 0 where there is none."""
        return self._process.processId() if self._process else 0

    def send(self, command: Command, folder: Path) -> None:
        """Send a command; starts the process, which writes into `folder`, where none is running."""
        if self._process is None:
            self._start(folder)
        self.send_if_running(command)

    def send_if_running(self, command: Command) -> None:
        """Send a command to the process that runs, if one does."""
        if self._process:
            self._process.write(encode(command))

    def stop(self) -> None:
        """End the process and wait for that; it ends by itself when its input closes."""
        process = self._let_go()
        if process is None:
            return
        process.closeWriteChannel()
        if not process.waitForFinished(STOP_MS):
            process.kill()
            process.waitForFinished(STOP_MS)
        process.deleteLater()
        self.died.emit(True)

    def kill_for_time(self) -> None:
        """End a process that does not answer; `died` follows."""
        if self._process:
            self.killed_for_time = True
            self._process.kill()

    def _start(self, folder: Path) -> None:
        self.killed_for_time = False
        process = QProcess(self)
        process.setProcessEnvironment(_environment())
        # What libraries print about a file may hold its values: it goes nowhere.
        process.setStandardErrorFile(QProcess.nullDevice())
        process.readyReadStandardOutput.connect(self._read_lines)
        process.finished.connect(self._on_finished)
        process.errorOccurred.connect(self._on_error)
        self._process = process
        program, *arguments = command("desktop.pictures.reader", str(folder))
        process.start(program, arguments)

    def _let_go(self) -> QProcess | None:
        process, self._process = self._process, None
        if process is not None:
            process.readyReadStandardOutput.disconnect(self._read_lines)
            process.finished.disconnect(self._on_finished)
            process.errorOccurred.disconnect(self._on_error)
        return process

    def _read_lines(self) -> None:
        while self._process is not None and self._process.canReadLine():
            line = bytes(self._process.readLine(MAX_EVENT_BYTES + 2).data())
            try:
                event = decode_event(line)
            except MessageDamaged:
                self._process.kill()
                return
            self.event_received.emit(event)
        if self._process is not None and self._process.bytesAvailable() > MAX_EVENT_BYTES:
            self._process.kill()

    def _on_finished(self) -> None:
        self._read_lines()
        if process := self._let_go():
            process.deleteLater()
            self.died.emit(False)

    def _on_error(self, error: QProcess.ProcessError) -> None:
        # Every other error is followed by `finished`.
        if error is QProcess.ProcessError.FailedToStart and (process := self._let_go()):
            process.deleteLater()
            self.died.emit(False)


def _environment() -> QProcessEnvironment:
    made = QProcessEnvironment()
    for name, value in environment().items():
        made.insert(name, value)
    return made
