"""The self-test: read aloud, recognised, and told what went wrong; the test plays the microphone and the worker."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton

from desktop.record.encounter import Utterance, Word
from desktop.ui.machine.passages import PASSAGES, SAMPLE_RECORDING, sample_passage
from desktop.ui.machine.self_test import Phase
from desktop.ui.machine.self_test_section import PassageView
from desktop.worker.protocol import (
    Cancel,
    Dictate,
    Done,
    Failed,
    FailureKind,
    FinishDictation,
    PartialWords,
    RecognisedUpTo,
    SettledUtterance,
    Transcribe,
)
from tests.fakes.microphones import BUILT_IN, FakeMicrophone, tone

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from tests.desktop.ui.machine.conftest import Bench


def press(qtbot: QtBot, bench: Bench, name: str) -> None:
    qtbot.mouseClick(bench.part(QPushButton, name), Qt.MouseButton.LeftButton)


def text(bench: Bench, name: str) -> str:
    return bench.part(QLabel, name).text()


def say(bench: Bench, job: str, words: str) -> None:
    bench.worker.emit(SettledUtterance(job, Utterance(0.0, 9.0, words)))


def test_a_passage_is_read_recorded_and_recognised(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make()
    press(qtbot, bench, "self-test-read")
    (dictation,) = bench.worker.sent_of(Dictate)
    assert isinstance(dictation, Dictate)
    assert (dictation.language, bench.microphone.opened) == ("en", BUILT_IN.id)
    with qtbot.waitSignal(bench.recorder.level_changed):
        bench.microphone.play(tone(1.0, peak=0.3))
    bench.worker.emit(PartialWords(dictation.job, (Word("The", 0, 1, 1), Word("patient", 1, 2, 1))))
    assert text(bench, "self-test-heard") == "The patient"
    press(qtbot, bench, "self-test-read")
    assert bench.worker.sent_of(FinishDictation) == [FinishDictation(dictation.job)]
    with wave.open(dictation.file) as recorded:
        assert recorded.getnframes() == 16_000
    say(bench, dictation.job, PASSAGES[0].text.replace("metformin", "met for me").replace("five hundred", "500"))
    bench.worker.emit(Done(dictation.job))
    assert bench.page.self_test.phase is Phase.FINISHED
    assert text(bench, "self-test-outcome").startswith("3 of 33 words went wrong (word error rate 9 %).")
    assert "The level is good." in text(bench, "self-test-outcome")
    assert "“metformin” was heard as “met for me”" in text(bench, "self-test-errors")
    assert not Path(dictation.file).exists()


def test_wrong_words_are_marked_in_plain_text(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make()
    press(qtbot, bench, "self-test-sample")
    (job,) = [command.job for command in bench.worker.sent_of(Transcribe)]  # type: ignore[union-attr] # all have one
    say(bench, job, sample_passage().text.replace("penicillin", "pencil lane"))
    bench.worker.emit(Done(job))
    view = bench.part(PassageView, "self-test-passage")
    assert view.toPlainText() == sample_passage().text
    marked = []
    cursor = view.textCursor()
    for place in range(len(view.toPlainText())):
        cursor.setPosition(place + 1)
        marked.append(cursor.charFormat().fontUnderline())
    first = view.toPlainText().index("penicillin")
    assert all(marked[first : first + len("penicillin")])
    assert sum(marked) == len("penicillin")


def test_the_sample_recording_needs_no_microphone(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make(microphone=FakeMicrophone())
    assert not bench.part(QPushButton, "self-test-read").isEnabled()
    press(qtbot, bench, "self-test-sample")
    assert bench.worker.sent_of(Transcribe) == [Transcribe("self-test-1", str(SAMPLE_RECORDING), "en")]
    bench.worker.emit(RecognisedUpTo("self-test-1", 21.0, 42.0))
    bar = [bar for bar in bench.page.findChildren(QProgressBar) if bar.accessibleName() == "Recognising"]
    assert bar[0].value() == 500
    say(bench, "self-test-1", sample_passage().text)
    bench.worker.emit(Done("self-test-1"))
    assert "0 of 109 words went wrong" in text(bench, "self-test-outcome")
    assert text(bench, "self-test-errors") == ""


@pytest.mark.parametrize(
    ("peak", "advice"), [(0.003, "come nearer"), (0.3, "level is good"), (1.0, "move away a little")]
)
def test_the_level_is_judged(make: Callable[..., Bench], qtbot: QtBot, peak: float, advice: str) -> None:
    bench = make()
    press(qtbot, bench, "self-test-read")
    with qtbot.waitSignal(bench.recorder.level_changed):
        bench.microphone.play(tone(0.5, peak=peak))
    press(qtbot, bench, "self-test-read")
    bench.worker.emit(Done("self-test-1"))
    assert advice in text(bench, "self-test-outcome")


def test_the_passage_is_in_the_spoken_language(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make(shown=False)
    bench.settings.set("speech_language", "zh")
    bench.page.self_test.changed.emit()
    assert bench.part(PassageView, "self-test-passage").toPlainText() == PASSAGES[1].text
    bench.recorder.look_for_devices()
    bench.page.self_test.begin()
    qtbot.waitUntil(lambda: bool(bench.worker.sent_of(Dictate)))
    assert bench.worker.sent_of(Dictate)[0].language == "zh"  # type: ignore[union-attr] # Dictate alone


def test_cancelling_stops_everything_and_keeps_nothing(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make()
    press(qtbot, bench, "self-test-read")
    file = Path(bench.worker.sent_of(Dictate)[0].file)  # type: ignore[union-attr] # Dictate alone
    press(qtbot, bench, "self-test-cancel")
    assert bench.worker.sent[-1] == Cancel("self-test-1")
    assert (bench.page.self_test.phase, bench.microphone.opened) == (Phase.READY, "")
    assert not file.parent.exists()


def test_a_worker_that_fails_is_said(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make()
    press(qtbot, bench, "self-test-sample")
    bench.worker.emit(Failed("self-test-1", FailureKind.MISSING, "Whisper base is not on this machine yet."))
    assert text(bench, "self-test-outcome") == "Whisper base is not on this machine yet."
    assert bench.part(QPushButton, "self-test-sample").isVisible()


def test_a_microphone_that_is_refused_is_said(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make()
    bench.microphone.refuses = True
    press(qtbot, bench, "self-test-read")
    assert bench.page.self_test.phase is Phase.FAILED
    assert "Nothing could be recorded" in text(bench, "self-test-outcome")


def test_a_recording_of_an_encounter_is_left_alone(make: Callable[..., Bench], tmp_path: Path) -> None:
    bench = make()
    bench.recorder.start(tmp_path / "encounter.wav")
    assert not bench.part(QPushButton, "self-test-read").isEnabled()
    bench.page.self_test.begin()
    bench.page.self_test.cancel()
    assert bench.recorder.duration_s == 0
    assert bench.microphone.opened == BUILT_IN.id
    bench.recorder.stop()
    assert bench.page.self_test.phase is Phase.READY
    assert bench.worker.sent_of(FinishDictation) == []
