"""Consent: asked once for each encounter and kept before a sample is, by one press or one key, and taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMessageBox

from desktop.record.encounter import Attachment, Consent, ConsentManner, ConsentState, Dictation, RecordingSource
from desktop.record.store import FolderStore
from desktop.ui.encounter.consent_card import ConsentCard
from desktop.ui.microphone.bar import SPEAK_HEIGHT
from desktop.ui.microphone.recorder import RecorderState
from desktop.ui.theme import TARGET
from desktop.worker.protocol import Cancel, Forget, SettledUtterance
from tests.fakes.encounter_services import recording_in
from tests.fakes.encounters import utterance
from tests.fakes.microphones import tone

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from tests.desktop.ui.encounter.conftest import ScreenBench


def consents(bench: ScreenBench) -> list[Consent]:
    return [entry for entry in bench.on_disk().entries if isinstance(entry, Consent)]


def started(bench: ScreenBench) -> None:
    """Wait until what was answered is on the disk and the recording runs."""
    bench.qtbot.waitUntil(lambda: bench.recorder.state is RecorderState.RECORDING)


def agreed(bench: ScreenBench) -> None:
    bench.press("speak")
    bench.press("consent-agrees")
    started(bench)


def cards(bench: ScreenBench) -> list[ConsentCard]:
    return [card for card in bench.screen.page.timeline.cards() if isinstance(card, ConsentCard)]


@pytest.fixture
def open_bench(bench: ScreenBench) -> ScreenBench:
    bench.screen.new_encounter()
    bench.settle()
    return bench


def test_the_first_press_asks_and_hears_nothing(open_bench: ScreenBench) -> None:
    bench = open_bench
    bench.press("speak")
    assert bench.screen.consent.isVisible()
    assert not bench.has_button("speak")
    assert bench.microphone.opened == ""
    assert bench.recorder.state is RecorderState.IDLE
    assert bench.on_disk().entries == ()


@pytest.mark.parametrize(
    ("name", "state", "manner"),
    [
        ("consent-agrees", ConsentState.AGREED, ConsentManner.SPOKEN),
        ("consent-written", ConsentState.AGREED, ConsentManner.WRITTEN),
        ("consent-alone", ConsentState.DICTATION_ALONE, ConsentManner.NONE),
    ],
)
def test_one_more_press_records_and_says_who_was_asked_when_and_how(
    open_bench: ScreenBench, name: str, state: ConsentState, manner: ConsentManner, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = open_bench
    monkeypatch.setattr("getpass.getuser", lambda: "doctor")
    bench.press("speak")
    bench.press(name)
    started(bench)
    (consent,) = consents(bench)
    assert (consent.state, consent.manner, consent.asked_by, consent.reason) == (state, manner, "doctor", "")
    assert consent.at <= recording_in(bench.on_disk()).at
    assert bench.has_button("speak")


def test_the_answer_is_on_the_disk_before_the_microphone_is_opened(
    open_bench: ScreenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = open_bench
    found: list[int] = []
    encounter = bench.controller.encounter
    assert encounter is not None
    opens = bench.microphone.open

    def look_then_open(device_id: str) -> None:
        found.append(len(FolderStore(bench.folder).load(encounter.id).entries))
        opens(device_id)

    monkeypatch.setattr(bench.microphone, "open", look_then_open)
    agreed(bench)
    assert found == [1]


def test_it_is_asked_once_for_each_encounter(open_bench: ScreenBench) -> None:
    bench = open_bench
    agreed(bench)
    bench.press("speak")
    assert bench.recorder.state is RecorderState.IDLE
    bench.press("speak")
    assert bench.recorder.state is RecorderState.RECORDING
    assert not bench.screen.consent.isVisible()
    bench.screen.new_encounter()
    bench.press("speak")
    assert bench.screen.consent.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_the_keyboard_alone_does(open_bench: ScreenBench, key: Qt.Key) -> None:
    bench = open_bench
    before = QApplication.focusWidget()
    bench.screen.handle("speak")
    focused = QApplication.focusWidget()
    assert focused is not None
    assert focused.objectName() == "consent-agrees"
    QTest.keyClick(focused, key)
    started(bench)
    assert consents(bench)[0].state is ConsentState.AGREED
    assert QApplication.focusWidget() is before


def test_the_second_half_of_a_double_press_on_speak_answers_nothing(open_bench: ScreenBench) -> None:
    bench = open_bench
    bench.press("speak")
    bench.settle()
    agrees = bench.button("consent-agrees")
    for kind in (QEvent.Type.MouseButtonDblClick, QEvent.Type.MouseButtonRelease):
        where, left = QPointF(agrees.rect().center()), Qt.MouseButton.LeftButton
        everywhere = QPointF(agrees.mapToGlobal(where))
        QApplication.sendEvent(agrees, QMouseEvent(kind, where, everywhere, left, left, Qt.KeyboardModifier.NoModifier))
    assert bench.screen.consent.isVisible()
    bench.press("consent-agrees")
    assert not bench.screen.consent.isVisible()


def test_answers_can_be_hit_with_gloves(open_bench: ScreenBench) -> None:
    bench = open_bench
    bench.press("speak")
    bench.settle()
    assert bench.button("consent-agrees").height() >= SPEAK_HEIGHT
    for name in ("consent-alone", "consent-written", "consent-cannot", "consent-later"):
        assert bench.button(name).height() >= TARGET


@pytest.mark.parametrize("way", ["button", "escape", "another encounter"])
def test_asking_later_records_and_keeps_nothing(open_bench: ScreenBench, way: str) -> None:
    bench = open_bench
    bench.press("speak")
    match way:
        case "button":
            bench.press("consent-later")
        case "escape":
            assert bench.screen.handle("cancel")
        case _:
            bench.screen.new_encounter()
    bench.settle()
    assert not bench.screen.consent.isVisible()
    assert bench.has_button("speak")
    assert bench.recorder.state is RecorderState.IDLE
    assert bench.on_disk().entries == ()


def test_who_cannot_be_asked_needs_a_reason(open_bench: ScreenBench) -> None:
    bench = open_bench
    bench.press("speak")
    bench.press("consent-cannot")
    assert not bench.button("consent-record-anyway").isEnabled()
    reason = bench.screen.findChild(QLineEdit, "consent-reason")
    assert reason is not None
    bench.qtbot.keyClick(reason, Qt.Key.Key_Return)
    assert bench.screen.consent.isVisible()
    reason.setText("unconscious {after} a fall")
    bench.press("consent-record-anyway")
    started(bench)
    (consent,) = consents(bench)
    assert (consent.state, consent.reason) == (ConsentState.NOT_POSSIBLE, "unconscious {after} a fall")
    assert bench.controller.book.summaries("unconscious")


def test_what_cannot_be_kept_is_not_recorded(open_bench: ScreenBench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = open_bench

    def refuse(*_values: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(bench.store._disk, "write", refuse)
    bench.press("speak")
    bench.press("consent-agrees")
    bench.controller.book.finish()
    bench.settle()
    assert bench.recorder.state is RecorderState.IDLE
    assert "disk is full" in bench.screen.page.notice.text


def test_closing_the_window_right_after_the_answer_begins_nothing(open_bench: ScreenBench) -> None:
    bench = open_bench
    bench.press("speak")
    bench.press("consent-agrees")
    bench.screen.shut_down()
    bench.settle()
    assert bench.recorder.state is RecorderState.IDLE


def test_withdrawing_ends_the_recording_and_asks_before_another(open_bench: ScreenBench) -> None:
    bench = open_bench
    agreed(bench)
    bench.microphone.play(tone(1.0))
    bench.press("withdraw-consent")
    assert bench.recorder.state is RecorderState.IDLE
    bench.settle()
    assert [consent.state for consent in consents(bench)] == [ConsentState.AGREED, ConsentState.WITHDRAWN]
    assert recording_in(bench.on_disk()).duration_s == pytest.approx(1.0, abs=0.1)
    assert not bench.has_button("withdraw-consent")
    bench.press("speak")
    assert bench.screen.consent.isVisible()


def test_what_was_recorded_so_far_can_be_deleted_with_its_words(open_bench: ScreenBench) -> None:
    bench = open_bench
    bench.worker.become_ready()
    agreed(bench)
    job = bench.dictated().job
    bench.microphone.play(tone(1.0))
    bench.worker.emit(SettledUtterance(job, utterance("a secret")))
    bench.press("withdraw-consent")
    file = bench.folder / bench.on_disk().id / recording_in(bench.on_disk()).file
    assert file.exists()
    bench.press("delete-recordings")
    box = bench.screen.findChild(QMessageBox)
    assert box is not None
    assert box.defaultButton().text() == "Keep"
    (delete,) = (button for button in box.buttons() if button.text() == "Delete")
    bench.qtbot.mouseClick(delete, Qt.MouseButton.LeftButton)
    bench.settle()
    assert [type(entry) for entry in bench.on_disk().entries] == [Consent, Consent]
    assert not file.exists()
    assert not bench.controller.book.summaries("secret")
    assert bench.worker.sent_of(Cancel)
    assert bench.worker.sent_of(Forget)
    bench.worker.emit(SettledUtterance(job, utterance("a late word")))
    assert [type(entry) for entry in bench.on_disk().entries] == [Consent, Consent]
    assert not bench.has_button("delete-recordings")


def test_a_patient_who_comes_to_a_dictation_is_asked(open_bench: ScreenBench) -> None:
    bench = open_bench
    bench.press("speak")
    bench.press("consent-alone")
    started(bench)
    bench.press("ask-consent")
    assert bench.recorder.state is RecorderState.IDLE
    bench.press("consent-agrees")
    started(bench)
    assert [consent.state for consent in consents(bench)] == [ConsentState.DICTATION_ALONE, ConsentState.AGREED]


def test_an_imported_recording_is_told_and_does_not_answer_for_the_microphone(
    open_bench: ScreenBench, qtbot: QtBot, tmp_path: Path
) -> None:
    bench = open_bench
    for name in ("visit.mp3", "another.mp3"):
        (tmp_path / name).write_bytes(b"ID3 sound")
        bench.controller.attach([tmp_path / name])
    qtbot.waitUntil(lambda: len(bench.on_disk().entries) == 3)
    kinds = [entry.state if isinstance(entry, Consent) else entry.source for entry in _heard(bench)]
    assert kinds == [ConsentState.IMPORTED, RecordingSource.FILE, RecordingSource.FILE]
    bench.press("speak")
    assert bench.screen.consent.isVisible()
    assert not bench.has_button("withdraw-consent")


def _heard(bench: ScreenBench) -> list[Consent | Dictation]:
    entries = bench.on_disk().entries
    assert not any(isinstance(entry, Attachment) for entry in entries)
    return [entry for entry in entries if isinstance(entry, Consent | Dictation)]


def test_only_the_last_answer_can_be_changed(open_bench: ScreenBench) -> None:
    bench = open_bench
    agreed(bench)
    bench.press("withdraw-consent")
    bench.press("speak")
    bench.press("consent-agrees")
    started(bench)
    bench.settle()
    shown = [bench.has_button("withdraw-consent", card) for card in cards(bench)]
    assert shown == [False, False, True]
    assert not any(bench.has_button("delete-recordings", card) for card in cards(bench))
