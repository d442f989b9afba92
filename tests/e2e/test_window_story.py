"""The window with its real worker and the real models: ask, be answered, lose the worker, be answered all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.app import make_services
from desktop.record.encounter import Answer, AnswerStatus, Dictation
from desktop.record.store import FolderStore
from desktop.settings import Settings
from desktop.ui.encounter.answer_card import AnswerCard
from desktop.ui.encounter.cards import DictationCard
from desktop.ui.window import MainWindow
from desktop.worker.status import WorkerState
from multimodal.catalog import models_folder

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from desktop.ui.encounter.screen import EncounterScreen
    from desktop.ui.services import Services

pytestmark = [pytest.mark.models, pytest.mark.timeout(1800)]

PATIENCE_MS = 500_000
"""A machine that has much else to do is slow, not wrong."""
Card = TypeVar("Card", bound=QWidget)
WHOLE = (AnswerStatus.COMPLETE, AnswerStatus.CUT_SHORT)


@pytest.fixture
def services(qapp: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Services:  # noqa: ARG001 - Qt must be up
    (tmp_path / "models").symlink_to(models_folder())
    monkeypatch.setenv("BEDSIDE_HOME", str(tmp_path))
    settings = Settings(tmp_path / "settings.json")
    settings.set("max_answer_tokens", 32)
    return make_services(settings, FolderStore(tmp_path / "encounters"))


def test_an_answer_survives_the_death_of_the_worker(qtbot: QtBot, services: Services) -> None:
    window = MainWindow(services)
    window.show()
    window.open_sample()
    screen: EncounterScreen = window.encounters
    _recognise(qtbot, screen)

    _ask(qtbot, screen, "Which medicine does the patient take?")
    qtbot.waitUntil(lambda: _answers(screen)[-1].status in WHOLE, timeout=PATIENCE_MS)
    first = _answers(screen)[-1]
    assert first.sentences
    assert " ".join(sentence.text for sentence in first.sentences) == " ".join(first.text.split())

    _ask(qtbot, screen, "Is the patient allergic to any medicine?")
    qtbot.waitUntil(lambda: services.worker.status.state is WorkerState.BUSY, timeout=PATIENCE_MS)
    for worker in psutil.Process().children():
        worker.kill()
    qtbot.waitUntil(lambda: services.worker.status.state is WorkerState.RESTARTING, timeout=PATIENCE_MS)
    assert _answers(screen)[-1].status is AnswerStatus.FAILED
    assert "Nothing you did is lost" in _answers(screen)[-1].reason

    _click(qtbot, _card(screen, AnswerCard), "try-again")
    qtbot.waitUntil(lambda: _answers(screen)[-1].status in WHOLE, timeout=PATIENCE_MS)
    assert [answer.status in WHOLE for answer in _answers(screen)] == [True, True]

    window.close()
    services.pictures.stop()
    assert psutil.wait_procs(psutil.Process().children(), 3)[1] == []
    assert services.store.load(screen.controller.encounter.id).entries == screen.controller.encounter.entries


def _recognise(qtbot: QtBot, screen: EncounterScreen) -> None:
    """Have the sample's recording recognised, where opening it did not begin that."""
    (dictation,) = (entry for entry in screen.controller.encounter.entries if isinstance(entry, Dictation))
    if not screen.controller.dictating.is_running(dictation.id):
        _click(qtbot, _card(screen, DictationCard), "recognise-rest")
    qtbot.waitUntil(lambda: not screen.controller.dictating.is_running(dictation.id), timeout=PATIENCE_MS)
    assert "metformin" in _card(screen, DictationCard).text.words.lower()


def _ask(qtbot: QtBot, screen: EncounterScreen, question: str) -> None:
    qtbot.keyClicks(screen.composer.field, question)
    qtbot.keyClick(screen.composer.field, Qt.Key.Key_Return)
    assert screen.controller.asking.runs_in(screen.controller.encounter.id)


def _answers(screen: EncounterScreen) -> list[Answer]:
    return [entry for entry in screen.controller.encounter.entries if isinstance(entry, Answer)]


def _card(screen: EncounterScreen, kind: type[Card]) -> Card:
    return [card for card in screen.page.timeline.cards() if isinstance(card, kind)][-1]


def _click(qtbot: QtBot, parent: QWidget, name: str) -> None:
    button = parent.findChild(QPushButton, name)
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
