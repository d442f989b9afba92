from __future__ import annotations

import pytest
import shiboken6
from PySide6.QtCore import QTimer, qWarning
from PySide6.QtWidgets import QApplication, QWidget

from desktop.ui import theme
from tests import gui_guards


@pytest.mark.usefixtures("qapp")
def test_a_timer_without_an_owner_is_found_and_stopped() -> None:
    timer = QTimer()
    timer.start(60_000)

    assert timer in gui_guards.running_timers()
    assert not timer.isActive()


@pytest.mark.usefixtures("qapp")
def test_an_open_window_and_its_timers_are_deleted() -> None:
    window = QWidget()
    QTimer(window).start(60_000)
    window.show()
    gui_guards.close_top_level_widgets()

    assert not shiboken6.isValid(window)
    assert gui_guards.running_timers() == []


def test_only_the_noise_of_a_machine_without_sound_is_let_through(request: pytest.FixtureRequest) -> None:
    ignored = request.config.getini("qt_log_ignore")
    messages = ["PulseAudioService: pa_context_connect() failed", "QObject::connect: No such signal"]

    assert gui_guards.unexpected(messages, ignored) == ["QObject::connect: No such signal"]


def test_a_warning_while_a_test_is_taken_down_is_noted(request: pytest.FixtureRequest) -> None:
    def warn() -> None:
        qWarning("from the finaliser")
        said.extend(gui_guards._messages)
        gui_guards._messages.clear()
        assert said == ["from the finaliser"]

    said: list[str] = []
    request.addfinalizer(warn)


def test_the_looks_are_put_back(qapp: QApplication) -> None:
    theme.apply(qapp, "dark", 150)
    gui_guards.restore_looks()

    assert qapp.styleSheet() == ""
    assert theme.tokens() == theme.load("light").tokens
