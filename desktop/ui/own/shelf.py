"""A list that the command line keeps, read and changed through a child process, one command after another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.ui.machine.command_child import CommandChild

if TYPE_CHECKING:
    from collections.abc import Sequence


class OwnShelf(QObject):
    """Lists, adds and removes; after each change the list is read again."""

    changed = Signal()
    """Another list, or busy or free."""
    refused = Signal(str)
    """The sentence that says why something was not done; empty where the program said none."""

    def __init__(self, program: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: tuple[dict[str, Any], ...] = ()
        self._queue: list[tuple[str, ...]] = []
        self._listed: list[dict[str, Any]] = []
        self._sentence = ""
        self._task: tuple[str, ...] = ()
        self._child = CommandChild(program, self)
        self._child.said.connect(self._take)
        self._child.ended.connect(self._finish)

    @property
    def is_busy(self) -> bool:
        """Whether a command runs or waits."""
        return bool(self._task or self._queue)

    def refresh(self) -> None:
        """Read the list again."""
        self.run("list")

    def run(self, *arguments: str) -> None:
        """Run a command now or when its turn comes: its action with what it is about."""
        self._queue.append(arguments)
        self._next()

    def close(self) -> None:
        """End everything."""
        self._queue.clear()
        self._child.close()

    def _next(self) -> None:
        if self._task or not self._queue or not self._child.is_free:
            return
        self._task, self._listed, self._sentence = self._queue.pop(0), [], ""
        action, *subjects = self._task
        self._child.start([action, "--json", *(("--", *subjects) if subjects else ())])
        self.changed.emit()

    def _take(self, message: dict[str, Any]) -> None:
        if message.get("event") == "listed":
            self._listed.append(message)
        elif message.get("event") == "error":
            self._sentence = str(message.get("message", ""))

    def _finish(self, done: bool, _cancelled: bool) -> None:
        task, self._task = self._task, ()
        if task and task[0] == "list" and done:
            self.entries = tuple(self._listed)
        elif task and not done:
            self.refused.emit(self._sentence)
        if task and task[0] != "list":
            self._queue.insert(0, ("list",))
        self.changed.emit()
        # Not from here: the process is still in the signal of its end.
        QTimer.singleShot(0, self, self._next)
