"""The doctor's library, through the command line in a child process: the window reads no document and no index.

One command runs at a time; what is asked for meanwhile waits its turn.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = (sys.executable, "-P", "-m", "desktop.cli", "library")
"""-P: a folder named desktop beside the doctor's files must not be taken for ours."""
_KILL_MS = 3_000
_MOST_LINE_BYTES = 1 << 20


class LibraryAction(StrEnum):
    """What is done with the library, by the command line's own words."""

    LIST = "list"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class LibraryTask:
    """One action; `subjects` are paths to add, or the numbers of documents to remove."""

    action: LibraryAction
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LibraryDocument:
    """A document of the library as it is listed."""

    id: int
    title: str
    file: str
    passages: int
    embedded: int
    is_there: bool
    """The file that it was read from still exists."""


@dataclass(frozen=True, slots=True)
class LibraryProgress:
    """How far adding is: documents while `stage` is read, passages while it is embed."""

    stage: str
    name: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class LibraryEnd:
    """How a task ended; `sentences` are for the doctor: why a document was refused, or why all of it failed."""

    task: LibraryTask
    done: bool
    cancelled: bool
    added: int
    sentences: tuple[str, ...]


class LibraryShelf(QObject):
    """Lists, adds and removes documents."""

    documents_changed = Signal()
    tasks_changed = Signal()
    progressed = Signal(object)
    """LibraryProgress"""
    ended = Signal(object)
    """LibraryEnd, for every task but LIST; and for LIST where it fails."""

    def __init__(self, parent: QObject | None = None, program: Sequence[str] = PROGRAM) -> None:
        super().__init__(parent)
        self._program = tuple(program)
        self._documents: tuple[LibraryDocument, ...] = ()
        self._listed: list[LibraryDocument] = []
        self._queue: list[LibraryTask] = []
        self._task: LibraryTask | None = None
        self._sentences: list[str] = []
        self._added = 0
        self._cancelled = self._closed = False
        # One process object for all tasks: one that is deleted from its own signal crashes now and then.
        self._process = QProcess(self)
        self._process.setStandardErrorFile(QProcess.nullDevice())
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.finished.connect(self._take_finish)
        self._process.errorOccurred.connect(self._take_error)
        self._kill_timer = QTimer(self, singleShot=True, interval=_KILL_MS)
        self._kill_timer.timeout.connect(self._process.kill)

    @property
    def documents(self) -> tuple[LibraryDocument, ...]:
        """The documents of the last list."""
        return self._documents

    @property
    def is_changing(self) -> bool:
        """Whether documents are being added or removed, or will be."""
        running = [self._task] if self._task else []
        return any(task.action is not LibraryAction.LIST for task in (*running, *self._queue))

    def refresh(self) -> None:
        """Read the list again."""
        self.add(LibraryTask(LibraryAction.LIST))

    def add(self, task: LibraryTask) -> None:
        """Do a task now or when its turn comes."""
        if task not in self._queue:
            self._queue.append(task)
            self.tasks_changed.emit()
            self._next()

    def cancel(self) -> None:
        """Stop what is being added and what waits; documents that were added whole stay."""
        self._queue.clear()
        if self._task is not None and self._task.action is not LibraryAction.LIST:
            self._cancelled = True
            self._process.terminate()
            self._kill_timer.start()
        self.tasks_changed.emit()

    def close(self) -> None:
        """End everything, for the end of the window: no process is left."""
        self._closed = True
        if self._process.state() is not QProcess.ProcessState.NotRunning:
            self._process.terminate()
            if not self._process.waitForFinished(_KILL_MS):
                self._process.kill()
                self._process.waitForFinished(_KILL_MS)

    def _next(self) -> None:
        if self._task is not None or not self._queue or self._closed:
            return
        self._task = task = self._queue.pop(0)
        self._cancelled, self._added, self._sentences, self._listed = False, 0, [], []
        # -- before what is named: a document may be called anything. Alone, Python 3.11 takes it for an argument.
        named = ["--", *task.subjects] if task.subjects else []
        self._process.start(self._program[0], [*self._program[1:], task.action, "--json", *named])
        self.tasks_changed.emit()

    def _read(self) -> None:
        while self._process.canReadLine():
            self._take(bytes(self._process.readLine(_MOST_LINE_BYTES).data()))

    def _take(self, line: bytes) -> None:
        try:
            message: Any = json.loads(line)
        except ValueError:
            return
        if not isinstance(message, dict):
            return
        match message.get("event"):
            case "error" | "refused" | "notice":
                self._sentences.append(str(message.get("message", "")))
            case "added":
                self._added += 1
            case "progress":
                if (progress := _progress_of(message)) is not None:
                    self.progressed.emit(progress)
            case None:
                if (document := _document_of(message)) is not None:
                    self._listed.append(document)
            case _:
                pass

    def _take_finish(self, code: int, status: QProcess.ExitStatus) -> None:
        self._finish(code == 0 and status is QProcess.ExitStatus.NormalExit)

    def _take_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._finish(False)

    def _finish(self, done: bool) -> None:
        self._read()
        self._kill_timer.stop()
        task, self._task = self._task, None
        if task is None:
            return
        if task.action is LibraryAction.LIST and done:
            self._documents = tuple(self._listed)
            self.documents_changed.emit()
        else:
            cancelled = self._cancelled and not done
            self.ended.emit(LibraryEnd(task, done, cancelled, self._added, tuple(self._sentences)))
        if task.action is not LibraryAction.LIST:
            self._queue.insert(0, LibraryTask(LibraryAction.LIST))
        self.tasks_changed.emit()
        # Not from here: the process is still in the signal of its end.
        QTimer.singleShot(0, self, self._next)


def _progress_of(message: dict[str, Any]) -> LibraryProgress | None:
    done, total = message.get("done"), message.get("total")
    if not isinstance(done, int) or not isinstance(total, int):
        return None
    return LibraryProgress(str(message.get("stage", "")), str(message.get("name", "")), done, total)


def _document_of(message: dict[str, Any]) -> LibraryDocument | None:
    try:
        return LibraryDocument(
            int(message["id"]),
            str(message["title"]),
            str(message["file"]),
            int(message["passages"]),
            int(message["embedded"]),
            bool(message["is_there"]),
        )
    except (KeyError, TypeError, ValueError):
        return None
