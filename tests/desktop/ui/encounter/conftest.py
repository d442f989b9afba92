"""The encounter screen with everything around it, for tests of what is seen and pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QWidget

from desktop.ui.encounter.answer_card import AnswerCard
from desktop.ui.encounter.cards import AttachmentCard, DictationCard
from desktop.ui.encounter.screen import EncounterScreen
from desktop.ui.microphone.player import AudioPlayer
from tests.fakes.encounter_services import EncounterBench
from tests.fakes.microphones import FakeSpeaker
from tests.fakes.voices import FakeVoice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from desktop.record.encounter import Encounter


class ScreenBench(EncounterBench):
    """A screen that is shown, and hands to press its controls."""

    def __init__(self, folder: Path, qtbot: QtBot) -> None:
        super().__init__(folder)
        self.qtbot = qtbot
        self.speaker = FakeSpeaker()
        self.voice = FakeVoice()
        self.screen = EncounterScreen(self.services, player=AudioPlayer(self.speaker), voice=self.voice)
        self.controller = self.screen.controller
        self.screen.resize(1200, 800)

    def show(self) -> None:
        """Show the screen and wait until it stands."""
        self.qtbot.addWidget(self.screen)
        with self.qtbot.waitExposed(self.screen):
            self.screen.show()

    def open(self, encounter: Encounter) -> None:
        """Keep an encounter as an earlier start of the window did, and open it."""
        (self.folder / encounter.id).mkdir(parents=True, exist_ok=True)
        self.store.save(encounter)
        self.screen.open_encounter(encounter.id)
        self.settle()

    def settle(self) -> None:
        """Let layouts and queued calls happen."""
        self.qtbot.wait(20)

    def button(self, name: str, inside: QWidget | None = None) -> QAbstractButton:
        """Return the last button with this name that is not hidden."""
        found = (inside or self.screen).findChildren(QAbstractButton, name)
        shown = [button for button in found if button.isVisibleTo(inside or self.screen)]
        assert shown, f"no button {name} is shown"
        return shown[-1]

    def has_button(self, name: str, inside: QWidget | None = None) -> bool:
        """Return whether a button with this name is shown."""
        found = (inside or self.screen).findChildren(QAbstractButton, name)
        return any(button.isVisibleTo(inside or self.screen) for button in found)

    def press(self, name: str, inside: QWidget | None = None) -> None:
        """Press a button as a finger does."""
        self.qtbot.mouseClick(self.button(name, inside), Qt.MouseButton.LeftButton)

    def ask(self, text: str) -> None:
        """Type a question and press Return."""
        field = self.screen.composer.field
        field.setPlainText(text)
        self.qtbot.keyClick(field, Qt.Key.Key_Return)

    def answers(self) -> list[AnswerCard]:
        """Return the answers that are shown."""
        return [card for card in self.screen.page.timeline.cards() if isinstance(card, AnswerCard)]

    def dictations(self) -> list[DictationCard]:
        """Return the recordings that are shown."""
        return [card for card in self.screen.page.timeline.cards() if isinstance(card, DictationCard)]

    def attachments(self) -> list[AttachmentCard]:
        """Return the pictures that are shown."""
        return [card for card in self.screen.page.timeline.cards() if isinstance(card, AttachmentCard)]


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Iterator[ScreenBench]:
    made = ScreenBench(tmp_path, qtbot)
    made.show()
    yield made
    made.screen.shut_down()
