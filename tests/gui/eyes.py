"""What a user sees: widgets by their names, where they are on the screen, and the words on them."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QScrollArea, QTextEdit, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")
ANSWER_S = 60
"""So long the window may take to say where something is; a window that is held up longer has frozen."""


class NotSeen(AssertionError):
    """Nothing on the screen is called so."""


class Eyes(QObject):
    """Lets the story's thread look at the window: every look is done by the window's own thread."""

    _wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._wanted.connect(self._look, Qt.ConnectionType.QueuedConnection)

    def ask(self, look: Callable[[], T]) -> T:
        """Have the window's thread call `look`, and return what it returned; for any other thread."""
        answer: Future[T] = Future()
        self._wanted.emit((look, answer))
        return answer.result(ANSWER_S)

    def _look(self, wanted: tuple[Callable[[], Any], Future[Any]]) -> None:
        look, answer = wanted
        try:
            answer.set_result(look())
        except Exception as error:  # noqa: BLE001 - handed to the thread that asked
            answer.set_exception(error)

    # --- asked from the story ----------------------------------------------------------------------------------

    def is_seen(self, *names: str) -> bool:
        """Whether a widget with these names, each inside the one before, is shown."""
        return bool(self.ask(lambda: list(_named(names))))

    def says(self, words: str) -> bool:
        """Whether these words stand anywhere on what is shown."""
        return self.ask(lambda: any(words in text for text in _texts()))

    def count(self, *names: str) -> int:
        """How many such widgets are shown."""
        return self.ask(lambda: len(list(_named(names))))

    def property_of(self, look: Callable[[QWidget], T], *names: str, at: int = -1) -> T:
        """Return what `look` finds out about the widget; `at` chooses among several in the order they were made."""
        return self.ask(lambda: look(_one(names, at)))

    def place_of(self, *names: str, at: int = -1) -> QPoint | int:
        """Return the middle of the widget on the screen, or which way to turn the wheel until it is seen."""
        return self.ask(lambda: _place(_one(names, at)))

    def scroll_area_of(self, *names: str, at: int = -1) -> QPoint:
        """Return the middle of what scrolls around the widget."""
        return self.ask(lambda: _middle(_scrolling_parent(_one(names, at)).viewport()))


def _windows() -> Iterator[QWidget]:
    windows = [window for window in QApplication.topLevelWidgets() if shiboken6.isValid(window) and window.isVisible()]
    modal = QApplication.activeModalWidget()
    # A dialog stands above the window: what is below it cannot be touched.
    yield from [modal] if modal is not None else windows


def _named(names: tuple[str, ...]) -> Iterator[QWidget]:
    for window in _windows():
        for widget in (window, *window.findChildren(QWidget)):
            if widget.isVisible() and _is_called(widget, names[-1]) and _is_inside(widget, names[:-1]):
                yield widget


def _is_called(widget: QWidget, name: str) -> bool:
    return name in (widget.objectName(), type(widget).__name__)


def _is_inside(widget: QWidget, names: tuple[str, ...]) -> bool:
    for name in reversed(names):
        parent = widget.parentWidget()
        while parent is not None and not _is_called(parent, name):
            parent = parent.parentWidget()
        if parent is None:
            return False
        widget = parent
    return True


def _one(names: tuple[str, ...], at: int) -> QWidget:
    found = list(_named(names))
    if not found:
        raise NotSeen(f"nothing that is shown is called {' > '.join(names)}")
    return found[at]


def _place(widget: QWidget) -> QPoint | int:
    seen = widget.visibleRegion().boundingRect()
    screen = widget.screen().availableGeometry()
    whole = widget.rect()
    if seen.height() * 2 > min(whole.height(), 60) and seen.width() * 2 > min(whole.width(), 60):
        place = widget.mapToGlobal(seen.center())
        if screen.contains(place):
            return place
        raise NotSeen(f"{widget.objectName()} stands outside the screen at {place.x()}, {place.y()}")
    area = _scrolling_parent(widget)
    top = widget.mapTo(area.viewport(), QPoint(0, 0)).y()
    return 1 if top > area.viewport().height() // 2 else -1


def _scrolling_parent(widget: QWidget) -> QScrollArea:
    parent = widget.parentWidget()
    while parent is not None and not (isinstance(parent, QScrollArea) and parent.verticalScrollBar().maximum()):
        parent = parent.parentWidget()
    if parent is None:
        raise NotSeen(f"{widget.objectName()} is hidden by something and nothing scrolls")
    return parent


def _middle(widget: QWidget) -> QPoint:
    return widget.mapToGlobal(widget.rect().center())


def _texts() -> Iterator[str]:
    for window in _windows():
        for widget in window.findChildren(QWidget):
            if not widget.isVisible():
                continue
            if isinstance(widget, QLabel | QAbstractButton | QLineEdit):
                yield widget.text()
            elif isinstance(widget, QTextEdit):
                yield widget.toPlainText()
