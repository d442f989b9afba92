"""Recordings without any widget: files, words on the disk, and commands to the worker."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from desktop.record.encounter import Consent, RecordingSource
from desktop.record.store import FolderStore
from desktop.ui.microphone.recorder import RecorderState
from desktop.worker.protocol import (
    Done,
    Failed,
    FailureKind,
    FinishDictation,
    PartialWords,
    RecognisedUpTo,
    SettledUtterance,
)
from tests.fakes.encounter_services import EncounterBench, recording_in
from tests.fakes.encounters import dictation, utterance
from tests.fakes.microphones import BUILT_IN, FakeMicrophone, tone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from desktop.ui.encounter.controller import EncounterController


@pytest.fixture
def bench(qapp: object, tmp_path: Path) -> Iterator[EncounterBench]:
    assert qapp is not None  # objects with signals need the application
    made = EncounterBench(tmp_path)
    yield made
    if made.controller:
        made.controller.shut_down()


@pytest.fixture
def controller(bench: EncounterBench) -> EncounterController:
    return bench.make_controller()


def test_speaking_makes_an_encounter_a_file_and_a_job(bench: EncounterBench, controller: EncounterController) -> None:
    bench.speak()
    entry = recording_in(bench.on_disk())
    assert (entry.label, entry.file, entry.source) == ("Recording 1", "recording-1.wav", RecordingSource.MICROPHONE)
    encounter = controller.encounter
    assert encounter is not None
    assert bench.dictated().file == str(bench.store.path(encounter.id, "recording-1.wav"))
    assert bench.dictated().language is None
    assert controller.dictating.is_speaking(entry.id)


def test_words_settle_onto_the_disk_and_partial_ones_do_not(
    bench: EncounterBench, controller: EncounterController, qtbot: QtBot
) -> None:
    bench.speak()
    job = bench.dictated().job
    words = utterance("I have had").words
    with qtbot.waitSignal(controller.dictating.words_came) as came:
        bench.worker.emit(PartialWords(job, words))
    assert came.args[1] == words
    settled = utterance("I have had a cough.")
    bench.worker.emit(SettledUtterance(job, settled))
    bench.microphone.play(tone(1.0))
    controller.dictating.stop()
    assert bench.worker.sent[-1] == FinishDictation(job)
    bench.worker.emit(Done(job))
    kept = recording_in(bench.on_disk())
    assert (kept.utterances, kept.finished) == ((settled,), True)
    assert kept.duration_s == pytest.approx(1.0, abs=0.1)


def test_a_worker_that_dies_while_someone_speaks_loses_nothing(
    bench: EncounterBench, controller: EncounterController
) -> None:
    bench.speak()
    job = bench.dictated().job
    bench.worker.emit(SettledUtterance(job, utterance("I have had a cough.")))
    bench.worker.emit(Failed(job, FailureKind.FAULT, "The models stopped."))
    assert controller.dictating.is_speaking()
    bench.microphone.play(tone(1.0))
    controller.dictating.stop()
    kept = recording_in(bench.on_disk())
    assert not kept.finished
    assert controller.dictating.failure_of(kept.id) == "The models stopped."
    assert not bench.worker.sent_of(FinishDictation)
    controller.recognise_rest(kept.id)
    assert bench.transcribed().resume_s == kept.utterances[-1].end_s
    assert controller.dictating.failure_of(kept.id) == ""


@pytest.mark.usefixtures("qapp")
def test_without_a_microphone_nothing_is_left(tmp_path: Path) -> None:
    bench = EncounterBench(tmp_path, microphone=FakeMicrophone())
    controller = bench.make_controller()
    bench.speak()
    kept = bench.on_disk()
    assert [type(entry) for entry in kept.entries] == [Consent]
    assert [path.name for path in (bench.folder / kept.id).iterdir()] == ["encounter.json"]
    bench.microphone.plug(BUILT_IN)
    bench.speak()
    assert recording_in(bench.on_disk())
    controller.shut_down()


def test_another_encounter_ends_the_recording_first(
    bench: EncounterBench, controller: EncounterController, qtbot: QtBot
) -> None:
    bench.speak()
    first = controller.encounter
    bench.microphone.play(tone(0.5))
    with qtbot.waitSignal(controller.told):
        controller.new()
    assert bench.recorder.state is RecorderState.IDLE
    assert first is not None
    controller.book.finish()
    kept = recording_in(FolderStore(bench.folder).load(first.id))
    assert kept.duration_s > 0.3
    assert controller.encounter
    assert controller.encounter.entries == ()


def test_an_unfinished_recording_of_an_earlier_start_can_be_taken_up(
    bench: EncounterBench, controller: EncounterController
) -> None:
    made = bench.store.create()
    bench.store.save(replace(made, entries=(dictation(finished=False),)))
    controller.open(made.id)
    controller.recognise_rest("d1")
    asked = bench.transcribed()
    assert (asked.resume_s, asked.file) == (9.9, str(bench.store.path(made.id, "recording-1.wav")))
    bench.worker.emit(RecognisedUpTo(asked.job, 12.0, 30.0))
    bench.worker.emit(Done(asked.job))
    kept = recording_in(bench.on_disk())
    assert (kept.finished, kept.duration_s) == (True, 30.0)


def test_the_spoken_language_is_asked_for(bench: EncounterBench) -> None:
    bench.settings.set("speech_language", "zh")
    bench.speak()
    assert bench.dictated().language == "zh"
