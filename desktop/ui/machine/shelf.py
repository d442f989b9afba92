"""The models on this machine, through the command line in a child process: the window imports no catalogue.

One command runs at a time, since fetching takes a lock; what is asked for meanwhile waits its turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.ui.machine.catalogue import parse_card
from desktop.ui.machine.command_child import CommandChild, program_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.ui.machine.catalogue import ModelCard


class Action(StrEnum):
    """What is done with models, by the command line's own words."""

    LIST = "list"
    FETCH = "fetch"
    VERIFY = "verify"
    REMOVE = "remove"
    ADD = "add"


@dataclass(frozen=True, slots=True)
class Task:
    """One action on one model; LIST has none, and ADD names the folder or file that becomes one."""

    action: Action
    model_id: str = ""
    source: str = ""

    @property
    def subject(self) -> str:
        """What is given to the command, and what `ModelShelf.cancel` knows the task by."""
        return self.source or self.model_id


@dataclass(frozen=True, slots=True)
class TaskProgress:
    """How far a task is; `stage` is wait, download, verify, convert or write."""

    task: Task
    stage: str
    done_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class TaskEnd:
    """How a task ended: done, stopped by the doctor, or failed with a sentence."""

    task: Task
    done: bool
    cancelled: bool = False
    sentence: str = ""
    model_id: str = ""
    """Of a FETCH or ADD that is done: the model that is installed now."""


class ModelShelf(QObject):
    """Lists, fetches, adds, verifies and removes models."""

    cards_changed = Signal()
    tasks_changed = Signal()
    """A task began, was put into the queue, or was taken out of it."""
    progressed = Signal(object)
    """TaskProgress"""
    ended = Signal(object)
    """TaskEnd, for every task but LIST; and for LIST where it fails."""

    def __init__(self, parent: QObject | None = None, program: Sequence[str] = program_of("models")) -> None:
        super().__init__(parent)
        self._cards: dict[str, ModelCard] = {}
        self._new_cards: dict[str, ModelCard] = {}
        self._queue: list[Task] = []
        self._task: Task | None = None
        self._sentence = self._installed = ""
        self._child = CommandChild(program, self)
        self._child.said.connect(self._take)
        self._child.ended.connect(self._finish)

    @property
    def cards(self) -> tuple[ModelCard, ...]:
        """The models of the last list, in the catalogue's order; empty before the first."""
        return tuple(self._cards.values())

    @property
    def running(self) -> Task | None:
        """What is being done."""
        return self._task

    @property
    def waiting(self) -> tuple[Task, ...]:
        """What will be done afterwards."""
        return tuple(self._queue)

    def refresh(self) -> None:
        """Read the list again."""
        self.add(Task(Action.LIST))

    def add(self, task: Task) -> None:
        """Do a task now or when its turn comes; one that is under way or waits already is not doubled."""
        if task not in self._queue and (task != self.running or task.action is Action.LIST):
            self._queue.append(task)
            self.tasks_changed.emit()
            self._next()

    def cancel(self, subject: str) -> None:
        """Stop what is done with a model, or take it out of the queue; a fetch goes on later where it was."""
        self._queue = [task for task in self._queue if task.subject != subject]
        if self._task is not None and self._task.subject == subject:
            self._child.cancel()
        self.tasks_changed.emit()

    def close(self) -> None:
        """End everything, for the end of the window: no process is left."""
        self._child.close()

    def _next(self) -> None:
        if not self._queue or not self._child.is_free:
            return
        self._task = task = self._queue.pop(0)
        self._sentence, self._installed, self._new_cards = "", "", {}
        subjects = [task.subject] if task.subject else []
        self._child.start([task.action, *subjects, "--json"])
        self.tasks_changed.emit()

    def _take(self, message: dict[str, Any]) -> None:
        if message.get("event") == "error":
            self._sentence = str(message.get("message", ""))
        elif message.get("event") == "progress":
            self._tell_progress(message)
        elif message.get("event") == "installed":
            self._installed = str(message.get("id", ""))
        elif (card := parse_card(message)) is not None:
            self._new_cards[card.id] = card

    def _tell_progress(self, message: dict[str, Any]) -> None:
        done, total = message.get("done_bytes"), message.get("total_bytes")
        if self._task is not None and isinstance(done, int) and isinstance(total, int):
            self.progressed.emit(TaskProgress(self._task, str(message.get("stage", "")), done, total))

    def _finish(self, done: bool, cancelled: bool) -> None:
        task, self._task = self._task, None
        if task is None:
            return
        if task.action is Action.LIST and done:
            self._cards = self._new_cards
            self.cards_changed.emit()
        else:
            self.ended.emit(TaskEnd(task, done, cancelled, self._sentence, self._installed))
        if task.action is not Action.LIST and Task(Action.LIST) not in self._queue:
            self._queue.insert(0, Task(Action.LIST))
        self.tasks_changed.emit()
        # Not from here: the process is still in the signal of its end.
        QTimer.singleShot(0, self, self._next)
