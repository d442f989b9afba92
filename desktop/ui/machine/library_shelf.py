"""The doctor's library, through the command line in a child process: the window reads no document and no index.

One command runs at a time; what is asked for meanwhile waits its turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.ui.machine.command_child import CommandChild, program_of

if TYPE_CHECKING:
    from collections.abc import Sequence


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

    def __init__(self, parent: QObject | None = None, program: Sequence[str] = program_of("library")) -> None:
        super().__init__(parent)
        self._documents: tuple[LibraryDocument, ...] = ()
        self._listed: list[LibraryDocument] = []
        self._queue: list[LibraryTask] = []
        self._task: LibraryTask | None = None
        self._sentences: list[str] = []
        self._added = 0
        self._child = CommandChild(program, self)
        self._child.said.connect(self._take)
        self._child.ended.connect(self._finish)

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
            self._child.cancel()
        self.tasks_changed.emit()

    def close(self) -> None:
        """End everything, for the end of the window: no process is left."""
        self._child.close()

    def _next(self) -> None:
        if not self._queue or not self._child.is_free:
            return
        self._task = task = self._queue.pop(0)
        self._added, self._sentences, self._listed = 0, [], []
        # -- before what is named: a document may be called anything. Alone, Python 3.11 takes it for an argument.
        named = ["--", *task.subjects] if task.subjects else []
        self._child.start([task.action, "--json", *named])
        self.tasks_changed.emit()

    def _take(self, message: dict[str, Any]) -> None:
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

    def _finish(self, done: bool, cancelled: bool) -> None:
        task, self._task = self._task, None
        if task is None:
            return
        if task.action is LibraryAction.LIST and done:
            self._documents = tuple(self._listed)
            self.documents_changed.emit()
        else:
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
