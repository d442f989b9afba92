from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QPushButton, QToolButton

from desktop.settings import Settings
from desktop.ui.looks import Looks
from desktop.ui.window import MACHINE, SETTINGS, MainWindow
from desktop.worker.protocol import Failed, FailureKind
from desktop.worker.status import WorkerState, WorkerStatus
from tests.desktop.ui.accessibility import clipped_texts, faults_of
from tests.fakes.screens import FakeEncounterScreen, fake_screens, fake_services

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from desktop.ui.services import Services


@pytest.fixture
def services(tmp_path: Path) -> Services:
    settings = Settings(tmp_path / "settings.json")
    settings.set("language", "en")
    settings.set("theme", "light")
    return fake_services(settings)


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, services: Services) -> Iterator[MainWindow]:
    looks = Looks(qapp, services.settings)
    window = MainWindow(services, fake_screens())
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield window
    looks.stop()


def _encounters(window: MainWindow) -> FakeEncounterScreen:
    screen = window.findChild(FakeEncounterScreen)
    assert isinstance(screen, FakeEncounterScreen)
    return screen


def _words(window: MainWindow) -> str:
    return str(window.findChild(QLabel, "status-words").text())  # type: ignore[union-attr]


def test_everyone_can_use_it(window: MainWindow) -> None:
    assert faults_of(window) == []


@pytest.mark.parametrize("scale", [80, 100, 200])
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_no_word_is_clipped(window: MainWindow, services: Services, scale: int, language: str) -> None:
    services.settings.set("language", language)
    services.settings.set("font_scale", scale)
    window.resize(1024, 768)

    assert clipped_texts(window) == []


@pytest.mark.parametrize("page", [MACHINE, SETTINGS])
def test_the_rail_leads_to_every_page(qtbot: QtBot, window: MainWindow, services: Services, page: str) -> None:
    qtbot.mouseClick(window.findChild(QToolButton, f"rail-{page}"), Qt.MouseButton.LeftButton)

    assert services.settings.value("window_state") == page


def test_the_last_page_and_the_geometry_come_back(qtbot: QtBot, window: MainWindow, services: Services) -> None:
    window.show_page(SETTINGS)
    window.resize(760, 560)
    window.close()
    again = MainWindow(services, fake_screens())
    qtbot.addWidget(again)

    assert (again.width(), again.height()) == (760, 560)
    assert again.findChild(QToolButton, f"rail-{SETTINGS}").isChecked()  # type: ignore[union-attr]


def test_a_shortcut_of_the_encounter_leads_there(window: MainWindow) -> None:
    window.show_page(SETTINGS)
    QTest.keyClick(window, Qt.Key.Key_F2)

    assert _encounters(window).handled == ["speak"]
    assert _encounters(window).isVisible()


def test_esc_on_the_settings_does_not_stop_an_answer(window: MainWindow) -> None:
    window.show_page(SETTINGS)
    QTest.keyClick(window, Qt.Key.Key_Escape)

    assert _encounters(window).handled == []


def test_the_text_grows_and_shrinks_by_the_keyboard_within_its_limits(window: MainWindow, services: Services) -> None:
    for _ in range(12):
        window.run_action("text-larger")
    assert services.settings.value("font_scale") == 200
    window.run_action("text-smaller")
    assert services.settings.value("font_scale") == 190


def test_the_worker_s_state_is_told_in_words(window: MainWindow, services: Services) -> None:
    services.worker.set_status(WorkerStatus(WorkerState.STARTING, what="Whisper base", share=0.4))
    assert _words(window) == "Loading Whisper base …"
    services.worker.become_ready()
    assert _words(window) == "Ready: smollm2-135m-instruct, on the processor"


def test_a_worker_that_gave_up_is_started_by_the_button(qtbot: QtBot, window: MainWindow, services: Services) -> None:
    services.worker.set_status(WorkerStatus(WorkerState.DISABLED, reason="The models stopped three times."))
    button = window.findChild(QPushButton, "status-mend")

    assert _words(window) == "The models stopped three times."
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert services.worker.calls == ["restart"]


def test_a_missing_model_leads_to_the_models_page(qtbot: QtBot, window: MainWindow, services: Services) -> None:
    services.worker.emit(Failed("", FailureKind.MISSING, "Whisper base is not on this machine yet."))
    assert _words(window) == "Whisper base is not on this machine yet."
    qtbot.mouseClick(window.findChild(QPushButton, "status-mend"), Qt.MouseButton.LeftButton)
    assert services.settings.value("window_state") == MACHINE
    services.worker.become_ready()
    assert not window.findChild(QPushButton, "status-mend").isVisible()  # type: ignore[union-attr]


def test_closing_ends_the_worker(window: MainWindow, services: Services) -> None:
    assert window.close()
    assert services.worker.calls == ["stop"]


@pytest.mark.parametrize(("answer", "closes"), [("Stop and close", True), ("Keep recording", False)])
def test_closing_asks_while_a_recording_runs(
    qtbot: QtBot, window: MainWindow, services: Services, answer: str, closes: bool
) -> None:
    services.recorder.state_changed.emit("recording")
    assert not window.close()
    question = window.findChild(QMessageBox, "stop-recording")
    assert isinstance(question, QMessageBox)
    assert services.worker.calls == []

    qtbot.mouseClick(next(b for b in question.buttons() if b.text() == answer), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.isVisible() is not closes)
    assert _encounters(window).handled == (["shut-down"] if closes else [])
    assert services.worker.calls == (["stop"] if closes else [])


def test_the_title_names_no_one(window: MainWindow) -> None:
    assert window.windowTitle() == "Bedside"


def test_help_opens_the_sheet(window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_F1)
    sheet = QApplication.activeModalWidget()

    assert sheet is not None
    assert faults_of(sheet) == []


def test_the_banner_says_one_thing_and_goes(qtbot: QtBot, window: MainWindow) -> None:
    done: list[str] = []
    window.banner.tell(lambda: "Everything is here.", lambda: "Open", lambda: done.append("opened"))

    assert window.banner.isVisible()
    assert faults_of(window) == []
    qtbot.mouseClick(window.findChild(QPushButton, "banner-act"), Qt.MouseButton.LeftButton)
    assert done == ["opened"]
    assert not window.banner.isVisible()


def test_news_waits_behind_what_was_asked_for_and_goes_with_the_record(qtbot: QtBot, window: MainWindow) -> None:
    banner = window.banner
    words, close = window.findChild(QLabel, "banner-text"), window.findChild(QToolButton, "banner-close")
    assert isinstance(words, QLabel)
    banner.tell(lambda: "A recording was not ended.")
    banner.tell_in_turn(lambda: "Sound was erased.")
    assert words.text() == "A recording was not ended."
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert (banner.isVisible(), words.text()) == (True, "Sound was erased.")
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert not banner.isVisible()
    banner.tell(lambda: "Of this record.")
    banner.tell_in_turn(lambda: "Of this record, too.")
    banner.clear()
    banner.tell_in_turn(lambda: "Of the next one.")
    assert words.text() == "Of the next one."


def test_decoders_are_offered_also_to_a_screen_that_is_made_later(qtbot: QtBot, services: Services) -> None:
    services.settings.set("window_state", SETTINGS)
    window = MainWindow(services, fake_screens())
    qtbot.addWidget(window)
    window.offer_decoders((("qwen", "Qwen"),))
    window.run_action("page-encounters")

    assert _encounters(window).offered == (("qwen", "Qwen"),)
