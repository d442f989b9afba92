"""What no test of the window may do unnoticed: Qt's own warnings, timers left running, widgets left open.

pytest-qt fails a test during which Qt warns (`qt_log_level_fail` in pyproject.toml; the few lines of a machine without
sound are listed there with their reason). This plugin adds what happens while a test is taken down, closes and deletes
every top-level widget, and puts language, colours and text size back.
"""

from __future__ import annotations

import gc
import re
from typing import TYPE_CHECKING

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QWidget

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PySide6.QtCore import QMessageLogContext, QObject

SHARED = "shared by several tests"
"""The name of the property of a thing that a fixture of a module keeps, whose timers may outlive a test."""

_BAD = (QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg)
_messages: list[str] = []
_first_fonts: list[QFont] = []
"""The font that the application began with, before any test chose another size."""


def pytest_sessionstart() -> None:
    # pytest-qt puts its own handler before this one for set-up and call, and takes it away before a test is taken down.
    qInstallMessageHandler(_note)


def _note(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    if kind in _BAD:
        _messages.append(message)


@pytest.fixture(autouse=True)
def _leaves_no_qt_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    # Tests of models must not pay for looking through all of torch's objects.
    is_gui = "qapp" in request.fixturenames
    _messages.clear()
    if is_gui and not _first_fonts:
        request.getfixturevalue("qapp")
        _first_fonts.append(QFont(QApplication.font()))
    if not is_gui:
        yield
        return
    # As in the window itself (`desktop.ui.collecting`): no other thread takes widgets apart.
    gc.disable()
    yield
    gc.enable()
    close_top_level_widgets()
    restore_looks()
    faults = [f"it left a timer of {timer.interval()} ms running" for timer in running_timers()]
    faults += [f"Qt said: {message}" for message in unexpected(_messages, request.config.getini("qt_log_ignore"))]
    if faults:
        pytest.fail("; ".join(faults))


def unexpected(messages: Sequence[str], ignored: Sequence[str]) -> list[str]:
    """Return the messages that no pattern of the allow-list matches."""
    return [message for message in messages if not any(re.search(pattern, message) for pattern in ignored)]


def close_top_level_widgets() -> None:
    """Close and delete every window now, instead of whenever the garbage collector comes by."""
    for widget in QApplication.topLevelWidgets():
        if shiboken6.isValid(widget) and isinstance(widget, QWidget):
            widget.close()
            widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def restore_looks() -> None:
    """Put English, Qt's own looks and the standard text size back, so that no test sees another one's."""
    app = QApplication.instance()
    if isinstance(app, QApplication) and app.styleSheet():
        from desktop.ui import theme, translation

        translation.use_language(app, translation.SOURCE_LANGUAGE)
        app.setStyleSheet("")
        app.setFont(_first_fonts[0])
        theme.forget()


def running_timers() -> list[QTimer]:
    """Stop and return the timers that outlived their test."""
    running = _active_timers()
    if running:
        # Objects that nobody holds any more are no fault; collecting them takes long, so only where it matters.
        del running
        gc.collect()
        running = _active_timers()
    for timer in running:
        timer.stop()
    return running


def _active_timers() -> list[QTimer]:
    timers = (thing for thing in gc.get_objects() if issubclass(type(thing), QTimer))
    return [timer for timer in timers if shiboken6.isValid(timer) and timer.isActive() and not _is_shared(timer)]


def _is_shared(thing: QObject | None) -> bool:
    """Tell whether a fixture that several tests share owns it, and said so by the property SHARED."""
    while thing is not None and not thing.property(SHARED):
        thing = thing.parent()
    return thing is not None
