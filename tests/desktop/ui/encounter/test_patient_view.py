from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from desktop.ui.encounter.patient_view import PatientView
from desktop.ui.speech.voice import VoiceState
from tests.desktop.ui.accessibility import faults_of
from tests.fakes.voices import FakeVoice

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

WORDS = "Take one tablet twice a day."


def shown(qtbot: QtBot, voice: FakeVoice) -> PatientView:
    view = PatientView(WORDS, voice)
    view.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(view)
    view.resize(900, 600)
    view.show()
    return view


def reading_button(view: PatientView) -> QPushButton:
    return view.findChild(QPushButton, "patient-read")  # type: ignore[return-value]


def note(view: PatientView) -> str:
    found = view.findChild(QLabel, "patient-voice")
    return found.text() if found.isVisibleTo(view) else ""  # type: ignore[union-attr]


def test_nothing_is_read_until_it_is_asked_for(qtbot: QtBot) -> None:
    voice = FakeVoice()
    view = shown(qtbot, voice)
    view.change_ground()
    assert voice.read_texts == []
    assert note(view) == ""
    qtbot.mouseClick(reading_button(view), Qt.MouseButton.LeftButton)
    assert voice.read_texts == [WORDS]


def test_the_button_stops_what_is_read_and_reads_again(qtbot: QtBot) -> None:
    voice = FakeVoice()
    view = shown(qtbot, voice)
    button = reading_button(view)
    assert button.text() == "Read aloud"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert button.text() == "Stop reading"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert voice.stops == 1
    assert button.text() == "Read aloud"


def test_closing_falls_silent(qtbot: QtBot) -> None:
    voice = FakeVoice()
    view = shown(qtbot, voice)
    view.read_or_stop()
    with qtbot.waitSignal(view.closed):
        qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert voice.now is VoiceState.READY
    voice.become(VoiceState.FAILED)  # nobody listens any more


def test_without_a_voice_it_says_what_to_do(qtbot: QtBot) -> None:
    view = shown(qtbot, FakeVoice(VoiceState.NO_VOICE))
    assert not reading_button(view).isEnabled()
    assert "No voice is installed on this machine" in note(view)
    assert "speech-dispatcher" in note(view)


@pytest.mark.parametrize(
    ("state", "words"),
    [(VoiceState.NO_LANGUAGE, "No voice for this language"), (VoiceState.FAILED, "The voice stopped by itself")],
)
def test_what_went_wrong_is_said_and_can_be_tried_again(qtbot: QtBot, state: VoiceState, words: str) -> None:
    voice = FakeVoice()
    view = shown(qtbot, voice)
    voice.become(state)
    assert words in note(view)
    assert reading_button(view).isEnabled()


@pytest.mark.parametrize("state", list(VoiceState))
def test_every_state_can_be_used_by_everybody(qtbot: QtBot, state: VoiceState) -> None:
    assert faults_of(shown(qtbot, FakeVoice(state))) == []
