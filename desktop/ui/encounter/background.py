"""Work on the disk away from the window's thread: one piece after another, its result handed back to the window."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal

from desktop.record.errors import CONTEXT, UNEXPECTED, RecordError, disk_errors
from desktop.ui.encounter.wording import sentence_of
from desktop.ui.translation import translated

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Background(QObject):
    """Runs work in order on a thread that is there only while there is any: nothing to stop, nothing left behind."""

    _ended = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: deque[tuple[Callable[[], Any], Callable[[Any], None], Callable[[str], None]]] = deque()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ended.connect(self._hand_back, Qt.ConnectionType.QueuedConnection)

    def run(self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[str], None]) -> None:
        """Do `work`; in the window call `done` with its result, or `failed` with the sentence of its RecordError."""
        with self._lock:
            self._waiting.append((work, done, failed))
            if self._thread is None:
                self._begin()

    def finish(self) -> None:
        """Wait until all work is done and handed back, and all that its results ask for in turn."""
        while (thread := self._thread) is not None:
            thread.join()
            QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall)
        QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall)

    def _begin(self) -> None:
        self._thread = threading.Thread(target=self._work, name="encounter-disk")
        self._thread.start()

    def _work(self) -> None:
        try:
            self._work_off()
        finally:
            # After a fault of ours as well: whoever waits for this thread, or for work behind it, must not for ever.
            with self._lock:
                if self._thread is threading.current_thread():
                    self._thread = None
                    if self._waiting:
                        self._begin()

    def _work_off(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
                work, done, failed = self._waiting.popleft()
            # What stays where a fault of ours ends this thread: it is told too, or somebody would wait for it.
            ending: tuple[Callable[[Any], None], Any] = (failed, translated(CONTEXT, UNEXPECTED))
            try:
                with disk_errors():
                    ending = (done, work())
            except RecordError as error:
                ending = (failed, sentence_of(error))
            finally:
                self._tell(*ending)

    def _tell(self, callback: Callable[[Any], None], result: object) -> None:
        try:
            self._ended.emit(callback, result)
        except RuntimeError:
            return  # the window was taken down meanwhile; what was to be written is written

    def _hand_back(self, callback: Callable[[Any], None], result: object) -> None:
        callback(result)
