"""Who speaks, in the worker: told after the words, parted, told again from corrections, and forgotten."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, cast

import numpy as np

from desktop.record.encounter import Speaker
from desktop.worker.known import KnownRecording
from desktop.worker.protocol import SpeakersTold, TellSpeakers, WrittenForm
from desktop.worker.schedule import Pause, Rank, Schedule, Work
from desktop.worker.voices import VoiceMemory, Voices, told_again
from multimodal.sound import SAMPLE_RATE_HZ, Recording
from tests.fakes.consultations import utterance
from tests.fakes.sounding_voices import SoundingVoices

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from desktop.record import encounter
    from multimodal.files import FileReader
    from multimodal.voice_encoder import VoiceEncoder

DOCTOR, PATIENT, UNKNOWN = Speaker.DOCTOR, Speaker.PATIENT, Speaker.UNKNOWN
LOUD, QUIET = 0.9, 0.1
ASKED = utterance("What brings you in to see me?", 0.0)
TOLD = utterance("I have had a bad cough.", 10.0)


def sound(*stretches: tuple[float, float]) -> NDArray[np.float32]:
    """Return stretches of so many seconds at a level."""
    return np.concatenate([np.full(int(s * SAMPLE_RATE_HZ), level, np.float32) for s, level in stretches])


def voices_of(encoder: SoundingVoices, memory: VoiceMemory, file: str = "/r.wav") -> Voices:
    return Voices("j", file, cast("VoiceEncoder", encoder), memory, WrittenForm.NUMBERS)


def heard_visit(voices: Voices) -> SpeakersTold:
    assert voices.take(ASKED, sound((3.5, LOUD))) is None
    told = voices.take(TOLD, sound((3.5, QUIET)))
    assert told is not None
    return told


class Sounds:
    """Reads the same sound from every file, and counts."""

    def __init__(self, samples: NDArray[np.float32]) -> None:
        self.samples, self.read = samples, 0

    def load_audio(self, path: Path, *, cancelled: object = None) -> Recording:
        self.read += 1
        return Recording(self.samples)


def told_for(
    utterances: tuple[encounter.Utterance, ...], encoder: SoundingVoices, memory: VoiceMemory, sounds: Sounds
) -> tuple[encounter.Utterance, ...]:
    command = TellSpeakers("k", KnownRecording("Recording 1", "/r.wav", utterances))
    schedule = Schedule(lambda _work: iter(()), lambda _event: None, lambda error: None)  # type: ignore[arg-type, return-value]
    work = Work(command, Rank.FILE, schedule)
    steps = told_again(command, work, cast("VoiceEncoder", encoder), memory, cast("FileReader", sounds))
    (told,) = (step for step in steps if not isinstance(step, Pause))
    assert isinstance(told, SpeakersTold)
    return told.utterances


def test_nobody_is_named_before_a_second_voice_is_heard_and_then_both_are() -> None:
    told = heard_visit(voices_of(SoundingVoices(), VoiceMemory()))
    assert told.from_s == 0.0
    assert [(one.text, one.speaker) for one in told.utterances] == [(ASKED.text, DOCTOR), (TOLD.text, PATIENT)]


def test_only_what_changes_is_told() -> None:
    voices = voices_of(SoundingVoices(), VoiceMemory())
    heard_visit(voices)
    told = voices.take(utterance("Any fever?", 20.0), sound((1.5, LOUD)))
    assert told is not None
    assert told.from_s == 20.0
    assert [one.speaker for one in told.utterances] == [DOCTOR]


def test_an_utterance_of_both_comes_apart_and_each_part_is_written_for_itself() -> None:
    voices = voices_of(SoundingVoices(), VoiceMemory())
    heard_visit(voices)
    said = utterance("How much do you take? Five hundred milligrams.", 30.0)
    told = voices.take(said, sound((2.5, LOUD), (1.5, QUIET)))
    assert told is not None
    asked, answered = told.utterances
    assert (asked.text, asked.speaker) == ("How much do you take?", DOCTOR)
    assert (answered.text, answered.speaker) == ("Five hundred milligrams.", PATIENT)
    assert [word.text for word in answered.written] == ["500 mg."]
    assert (asked.start_s, asked.end_s, answered.start_s, answered.end_s) == (30.0, 32.5, 32.5, 34.0)


def test_a_correction_is_heard_of_in_the_rest_without_reading_the_sound_again() -> None:
    encoder, memory = SoundingVoices(), VoiceMemory()
    told = heard_visit(voices_of(encoder, memory)).utterances
    sounds = Sounds(sound((3.5, LOUD), (6.5, LOUD), (3.5, QUIET)))
    corrected = (dataclasses.replace(told[0], speaker=PATIENT, speaker_corrected=True), told[1])
    again = told_for(corrected, encoder, memory, sounds)
    assert [(one.speaker, one.speaker_corrected) for one in again] == [(PATIENT, True), (PATIENT, False)]
    assert (sounds.read, encoder.listened) == (0, 2)


def test_after_another_recording_or_forgetting_the_sound_is_read_once() -> None:
    encoder, memory = SoundingVoices(), VoiceMemory()
    told = heard_visit(voices_of(encoder, memory)).utterances
    sounds = Sounds(sound((9.9, LOUD), (3.6, QUIET)))
    heard_visit(voices_of(encoder, memory, "/another.wav"))
    again = told_for(told, encoder, memory, sounds)
    assert [one.speaker for one in again] == [DOCTOR, PATIENT]
    assert sounds.read == 1
    assert told_for(told, encoder, memory, sounds) == again
    assert sounds.read == 1
    memory.forget()
    assert told_for(told, encoder, memory, sounds) == again
    assert sounds.read == 2
