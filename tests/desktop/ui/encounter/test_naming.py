"""Who speaks, without any widget: when voices are told apart, corrections, and what the worker tells anew."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from desktop.record.encounter import ConsentState, Speaker
from desktop.worker.protocol import (
    Cancel,
    Done,
    Failed,
    FailureKind,
    SettledUtterance,
)
from desktop.worker.speaker_messages import SpeakersTold, TellSpeakers
from tests.fakes.encounter_services import EncounterBench, recording_in
from tests.fakes.encounters import dictation, utterance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DOCTOR, PATIENT, UNKNOWN = Speaker.DOCTOR, Speaker.PATIENT, Speaker.UNKNOWN
ASKED, TOLD = utterance("Any pain?", 0.0), utterance("No pain at all.", 5.0)
NAMED = (replace(ASKED, speaker=DOCTOR), replace(TOLD, speaker=PATIENT))


@pytest.fixture
def bench(qapp: object, tmp_path: Path) -> Iterator[EncounterBench]:
    assert qapp is not None  # objects with signals need the application
    made = EncounterBench(tmp_path)
    made.make_controller()
    yield made
    if made.controller:
        made.controller.shut_down()


def speakers(bench: EncounterBench) -> list[tuple[Speaker, bool]]:
    return [(one.speaker, one.speaker_corrected) for one in recording_in(bench.on_disk()).utterances]


def open_named(bench: EncounterBench) -> None:
    made = bench.store.create()
    bench.store.save(replace(made, entries=(replace(dictation(), utterances=NAMED),)))
    bench.make_controller().open(made.id)


def test_voices_are_told_apart_where_a_patient_is_heard(bench: EncounterBench) -> None:
    bench.speak()
    assert bench.dictated().speakers


@pytest.mark.parametrize(("setting", "value"), [("tell_speakers", False), ("written_form", "dictation")])
def test_a_setting_and_dictating_with_commands_turn_it_off(
    bench: EncounterBench, setting: str, value: str | bool
) -> None:
    bench.settings.set(setting, value)
    bench.speak()
    assert not bench.dictated().speakers


def test_a_doctor_who_dictates_alone_is_not_named(bench: EncounterBench) -> None:
    controller = bench.make_controller()
    controller.speak()
    controller.consenting.answer(ConsentState.DICTATION_ALONE)
    controller.book.finish()
    assert not bench.dictated().speakers


def test_who_speaks_comes_after_the_words_and_is_kept(bench: EncounterBench) -> None:
    bench.speak()
    job = bench.dictated().job
    bench.worker.emit(SettledUtterance(job, ASKED))
    bench.worker.emit(SettledUtterance(job, TOLD))
    assert speakers(bench) == [(UNKNOWN, False), (UNKNOWN, False)]
    bench.worker.emit(SpeakersTold(job, 0.0, NAMED))
    assert speakers(bench) == [(DOCTOR, False), (PATIENT, False)]


def test_a_correction_while_it_is_recognised_holds_and_is_heard_of_at_the_end(bench: EncounterBench) -> None:
    bench.speak()
    controller, job = bench.make_controller(), bench.dictated().job
    bench.worker.emit(SettledUtterance(job, ASKED))
    bench.worker.emit(SpeakersTold(job, 0.0, NAMED[:1]))
    controller.turn_speaker(recording_in(bench.on_disk()).id, 0)
    assert bench.worker.sent_of(TellSpeakers) == []
    bench.worker.emit(SettledUtterance(job, TOLD))
    bench.worker.emit(SpeakersTold(job, 0.0, NAMED))
    assert speakers(bench) == [(PATIENT, True), (PATIENT, False)]
    controller.dictating.stop()
    bench.worker.emit(Done(job))
    (asked,) = bench.worker.sent_of(TellSpeakers)
    assert isinstance(asked, TellSpeakers)
    assert asked.recording.utterances[0].speaker_corrected


def test_a_correction_is_kept_at_once_and_the_rest_follows(bench: EncounterBench) -> None:
    open_named(bench)
    bench.make_controller().turn_speaker("d1", 1)
    assert speakers(bench) == [(DOCTOR, False), (DOCTOR, True)]
    (asked,) = bench.worker.sent_of(TellSpeakers)
    assert isinstance(asked, TellSpeakers)
    assert asked.recording.file.endswith("recording-1.wav")
    anew = (replace(NAMED[0], speaker=PATIENT), NAMED[1])
    bench.worker.emit(SpeakersTold(asked.job, 0.0, anew))
    bench.worker.emit(Done(asked.job))
    assert speakers(bench) == [(PATIENT, False), (DOCTOR, True)]


def test_the_next_correction_takes_the_place_of_the_one_that_is_worked_on(bench: EncounterBench) -> None:
    open_named(bench)
    controller = bench.make_controller()
    controller.turn_speaker("d1", 1)
    (first,) = bench.worker.sent_of(TellSpeakers)
    assert isinstance(first, TellSpeakers)
    controller.turn_speaker("d1", 0)
    assert Cancel(first.job) in bench.worker.sent
    bench.worker.emit(SpeakersTold(first.job, 0.0, NAMED))
    assert speakers(bench) == [(PATIENT, True), (DOCTOR, True)]


def test_a_recording_that_is_sealed_is_decrypted_away_from_the_window(
    bench: EncounterBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_named(bench)
    monkeypatch.setattr(bench.store, "is_readable", lambda _encounter, _name: False)
    asked_in: list[threading.Thread] = []
    path = bench.store.path

    def noted_path(encounter_id: str, name: str) -> Path:
        asked_in.append(threading.current_thread())
        return path(encounter_id, name)

    monkeypatch.setattr(bench.store, "path", noted_path)
    controller = bench.make_controller()
    controller.turn_speaker("d1", 1)
    controller.book.finish()
    assert len(bench.worker.sent_of(TellSpeakers)) == 1
    assert threading.main_thread() not in asked_in


@pytest.mark.parametrize("delete", ["delete", "delete_recordings"])
def test_what_is_deleted_is_not_listened_to_any_more(bench: EncounterBench, delete: str) -> None:
    open_named(bench)
    controller = bench.make_controller()
    controller.turn_speaker("d1", 1)
    (asked,) = bench.worker.sent_of(TellSpeakers)
    assert isinstance(asked, TellSpeakers)
    assert controller.encounter is not None
    if delete == "delete":
        controller.delete(controller.encounter.id)
    else:
        controller.delete_recordings()
    assert Cancel(asked.job) in bench.worker.sent


def test_where_the_worker_fails_the_correction_alone_holds(bench: EncounterBench) -> None:
    open_named(bench)
    bench.make_controller().turn_speaker("d1", 1)
    (asked,) = bench.worker.sent_of(TellSpeakers)
    assert isinstance(asked, TellSpeakers)
    bench.worker.emit(Failed(asked.job, FailureKind.FAULT, "The models stopped."))
    assert speakers(bench) == [(DOCTOR, False), (DOCTOR, True)]


def test_doctor_and_patient_are_swapped_throughout(bench: EncounterBench) -> None:
    open_named(bench)
    bench.make_controller().swap_speakers("d1")
    assert speakers(bench) == [(PATIENT, False), (DOCTOR, False)]
    assert bench.worker.sent_of(TellSpeakers) == []


def test_a_recording_whose_sound_is_erased_is_corrected_by_hand_alone(bench: EncounterBench) -> None:
    made = bench.store.create()
    erased = replace(dictation(), utterances=NAMED, erased_at="2026-11-26T10:00:00.000+00:00")
    bench.store.save(replace(made, entries=(erased,)))
    bench.make_controller().open(made.id)
    bench.make_controller().turn_speaker("d1", 0)
    assert speakers(bench) == [(PATIENT, True), (PATIENT, False)]
    assert bench.worker.sent_of(TellSpeakers) == []
