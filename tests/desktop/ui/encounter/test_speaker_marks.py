"""Who speaks, as it is shown beside the words: pressed, reached by keyboard, named, and never in the way."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop.record.encounter import Speaker, Utterance
from desktop.ui.encounter.cards import DictationCard
from desktop.ui.encounter.speaker_marks import SpeakerMark
from desktop.ui.theme import TARGET
from tests.desktop.ui.accessibility import clipped_texts, faults_of
from tests.fakes.encounters import dictation, utterance

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

DOCTOR, PATIENT, UNKNOWN = Speaker.DOCTOR, Speaker.PATIENT, Speaker.UNKNOWN


def said(*turns: tuple[str, Speaker]) -> tuple[Utterance, ...]:
    return tuple(replace(utterance(text, 10.0 * place), speaker=speaker) for place, (text, speaker) in enumerate(turns))


TALK = said(("Any pain?", DOCTOR), ("And fever?", DOCTOR), ("No.", PATIENT), ("Mhm.", UNKNOWN))


def card_of(qtbot: QtBot, utterances: tuple[Utterance, ...]) -> DictationCard:
    card = DictationCard(replace(dictation(), utterances=utterances))
    qtbot.addWidget(card)
    card.resize(600, 400)
    card.show()
    QApplication.processEvents()
    return card


def marks_of(card: DictationCard) -> list[SpeakerMark]:
    marks = [mark for mark in card.findChildren(SpeakerMark) if mark.isVisibleTo(card)]
    return sorted(marks, key=lambda mark: mark.y())


def test_each_utterance_has_a_mark_beside_its_words(qtbot: QtBot) -> None:
    card = card_of(qtbot, TALK)
    marks = marks_of(card)
    assert [mark.accessibleName() for mark in marks] == [
        "Doctor, 0:00, Recording 1",
        "Doctor, 0:10, Recording 1",
        "Patient, 0:20, Recording 1",
        "Unclear, 0:30, Recording 1",
    ]
    assert "can be wrong" in marks[0].accessibleDescription()
    assert marks[2].accessibleDescription().endswith("Doctor")
    assert card.text.toPlainText().startswith("0:00\tAny pain?")


def test_marks_are_as_large_as_a_finger_and_never_overlap(qtbot: QtBot) -> None:
    card = card_of(qtbot, TALK)
    marks = marks_of(card)
    assert all(mark.height() == TARGET and mark.width() >= TARGET for mark in marks)
    assert all(below.y() >= above.y() + TARGET - 1 for above, below in pairwise(marks))
    assert marks[0].y() >= -1


def test_a_screen_reader_a_keyboard_and_a_finger_can_use_them(qtbot: QtBot) -> None:
    card = card_of(qtbot, TALK)
    assert faults_of(card) == []
    assert clipped_texts(card) == []


def test_a_lone_voice_has_no_marks(qtbot: QtBot) -> None:
    card = card_of(qtbot, dictation().utterances)
    assert marks_of(card) == []
    swap = card.findChild(object, "swap-speakers")
    assert not swap.isVisibleTo(card)  # type: ignore[attr-defined]


def test_a_press_tells_which_utterance_somebody_else_says(qtbot: QtBot) -> None:
    card = card_of(qtbot, TALK)
    with qtbot.waitSignal(card.speaker_turned) as turned:
        qtbot.mouseClick(marks_of(card)[2], Qt.MouseButton.LeftButton)
    assert turned.args == ["d1", 2]


def test_arrows_go_from_mark_to_mark_and_enter_presses(qtbot: QtBot) -> None:
    card = card_of(qtbot, TALK)
    card.activateWindow()
    first, second, *_ = marks_of(card)
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Down)
    assert card.focusWidget() is second
    qtbot.keyClick(second, Qt.Key.Key_Up)
    qtbot.keyClick(first, Qt.Key.Key_Up)
    assert card.focusWidget() is first
    with qtbot.waitSignal(card.speaker_turned) as turned:
        qtbot.keyClick(first, Qt.Key.Key_Return)
    assert turned.args == ["d1", 0]


def test_nothing_moves_when_a_speaker_changes(qtbot: QtBot) -> None:
    card = card_of(qtbot, TALK)
    before, height = [mark.geometry() for mark in marks_of(card)], card.text.height()
    words = card.text.toPlainText()
    changed = (*TALK[:2], replace(TALK[2], speaker=DOCTOR, speaker_corrected=True), TALK[3])
    card.show_entry(replace(dictation(), utterances=changed))
    assert [mark.geometry() for mark in marks_of(card)] == before
    assert (card.text.height(), card.text.toPlainText()) == (height, words)
    assert marks_of(card)[2].accessibleName().startswith("Doctor")
    assert "You said so" in marks_of(card)[2].accessibleDescription()


def test_an_utterance_that_comes_apart_leaves_those_before_it(qtbot: QtBot) -> None:
    card = card_of(qtbot, said(("Any pain?", DOCTOR), ("And fever? No. Nothing.", UNKNOWN)))
    first = marks_of(card)[0]
    apart = said(("Any pain?", DOCTOR), ("And fever?", DOCTOR), ("No. Nothing.", PATIENT))
    card.show_entry(replace(dictation(), utterances=apart))
    assert marks_of(card)[0] is first
    assert card.text.toPlainText().splitlines() == ["0:00\tAny pain?", "0:10\tAnd fever?", "0:20\tNo. Nothing."]
    assert len(marks_of(card)) == 3


def test_words_that_are_still_spoken_come_after_the_named_ones(qtbot: QtBot) -> None:
    card = card_of(qtbot, TALK)
    card.show_partial(utterance("and then", 40.0).words)
    assert card.text.toPlainText().endswith("0:40\tand then")
    card.show_entry(replace(dictation(), utterances=(*TALK, utterance("And then?", 40.0))))
    assert card.text.toPlainText().endswith("0:40\tAnd then?")
    assert len(marks_of(card)) == 5


@pytest.mark.parametrize("speaking", [True, False])
def test_doctor_and_patient_can_be_swapped_once_the_recording_is_whole(qtbot: QtBot, *, speaking: bool) -> None:
    card = card_of(qtbot, TALK)
    card.show_state(speaking=speaking, running=speaking, failure="")
    swap = card.findChild(object, "swap-speakers")
    assert swap.isVisibleTo(card) is not speaking  # type: ignore[attr-defined]
    with qtbot.waitSignal(card.speakers_swapped) as swapped:
        swap.click()  # type: ignore[attr-defined]
    assert swapped.args == ["d1"]
