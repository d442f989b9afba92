"""Runs `bedside models` as a child and turns its JSON lines into signals: the window itself knows no models."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

if TYPE_CHECKING:
    from collections.abc import Sequence

_PROGRAM = ("-m", "desktop.cli", "models")
_LONGEST_LINE_BYTES = 1 << 20
_PATIENCE_MS = 4000


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What the first start shows of a model."""

    id: str
    title: str
    state: str
    default: bool
    download_bytes: int

    @property
    def is_missing(self) -> bool:
        """Bedside needs it and it is not here, or not whole."""
        return self.default and self.state != "installed"


@dataclass(frozen=True, slots=True)
class FetchProgress:
    """How far one model is; `total_bytes` is 0 while it is unknown."""

    model_id: str
    stage: str
    done_bytes: int
    total_bytes: int


class ModelCommand(QObject):
    """One command at a time; `ended` comes exactly once for each."""

    card = Signal(object)
    progress = Signal(object)
    installed = Signal(str)
    ended = Signal(bool, str)
    """Whether it succeeded, and the sentence of the command where it did not."""

    def __init__(self, parent: QObject | None = None, program: Sequence[str] = ()) -> None:
        super().__init__(parent)
        self._program = list(program) or [sys.executable, *_PROGRAM]
        self._process: QProcess | None = None
        self._rest = b""
        self._sentence = ""
        self._killing = QTimer(self, interval=_PATIENCE_MS, singleShot=True)
        self._killing.timeout.connect(self._kill)

    @property
    def is_running(self) -> bool:
        """Whether a command is at work."""
        return self._process is not None

    def run(self, *arguments: str) -> None:
        """Start a command such as "list"; does nothing while one is at work."""
        if self._process is not None:
            return
        self._rest, self._sentence = b"", ""
        self._process = QProcess(self)
        self._process.setProgram(self._program[0])
        self._process.setArguments([*self._program[1:], *arguments, "--json"])
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.finished.connect(self._finish)
        self._process.errorOccurred.connect(self._note_error)
        self._process.start()

    def stop(self) -> None:
        """End the command; what was downloaded stays, and the next fetch goes on from there."""
        if self._process is not None:
            self._process.terminate()
            self._killing.start()

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()

    def _read(self) -> None:
        if self._process is None:
            return
        *lines, self._rest = (self._rest + self._process.readAllStandardOutput().data()).split(b"\n")
        self._rest = self._rest[-_LONGEST_LINE_BYTES:]
        for line in lines:
            self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            said = json.loads(line)
        except ValueError:
            return  # a library's own words between ours
        if not isinstance(said, dict):
            return
        event = said.get("event")
        if event == "progress":
            numbers = (int(said.get("done_bytes", 0)), int(said.get("total_bytes", 0)))
            self.progress.emit(FetchProgress(str(said.get("id")), str(said.get("stage")), *numbers))
        elif event == "installed":
            self.installed.emit(str(said.get("id")))
        elif event == "error":
            self._sentence = str(said.get("message"))
        elif event is None and "id" in said:
            self.card.emit(_card(said))

    def _note_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._finish(1, QProcess.ExitStatus.CrashExit)

    def _finish(self, code: int, status: QProcess.ExitStatus) -> None:
        if self._process is None:
            return
        self._read()
        self._killing.stop()
        self._process.deleteLater()
        self._process = None
        self.ended.emit(code == 0 and status is QProcess.ExitStatus.NormalExit, self._sentence)


def _card(said: dict[str, object]) -> ModelCard:
    return ModelCard(
        str(said["id"]),
        str(said.get("title")),
        str(said.get("state")),
        bool(said.get("default")),
        int(str(said.get("download_bytes", 0))),
    )
