"""Two voices told apart: made-up voices as vectors, then the sample consultation through the real encoder."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lm.clinical.dialogue import Speaker
from multimodal.audio import load_audio
from multimodal.sound import SAMPLE_RATE_HZ
from multimodal.speakers import SpeakersSoFar, Spoken, SpokenWord, tell_apart
from multimodal.voice_encoder import VECTOR_SIZE, VoiceEncoder

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLE = Path(__file__).resolve().parents[2] / "assets" / "sample"
DOCTOR, PATIENT, UNKNOWN = Speaker.CLINICIAN, Speaker.PATIENT, Speaker.UNKNOWN
VOICES = np.abs(np.random.default_rng(5).standard_normal((3, VECTOR_SIZE))) ** 3


def windows_of(voice: int, count: int, seed: int) -> NDArray[np.float32]:
    noise = np.random.default_rng(seed).standard_normal((count, VECTOR_SIZE)) * 0.3
    vectors = VOICES[voice] + noise
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def spoken(*stretches: tuple[int, str], start_s: float = 0.0) -> Spoken:
    """Make an utterance: each stretch is a voice and its words, half a second a word."""
    words, middles, vectors, now = [], [], [], start_s
    for number, (voice, text) in enumerate(stretches):
        said = text.split()
        words += [SpokenWord(word, now + 0.5 * at, now + 0.5 * at + 0.45) for at, word in enumerate(said)]
        times = np.arange(now + 0.1, now + 0.5 * len(said), 0.2)
        middles.append(times)
        vectors.append(windows_of(voice, len(times), seed=int(10 * now) + number))
        now += 0.5 * len(said)
    return Spoken(tuple(words), np.concatenate(middles).astype(np.float32), np.concatenate(vectors))


def speakers(said: list[Spoken]) -> list[list[Speaker]]:
    return [[part.speaker for part in parts] for parts in tell_apart(said)]


ASKS = "What brings you in to see me today?"
TELLS = "I have had a cough and I feel very tired."
PLANS = "Let me examine your chest and then we'll order an x-ray."


def visit() -> list[Spoken]:
    return [spoken((0, ASKS)), spoken((1, TELLS), start_s=10), spoken((0, PLANS), start_s=20)]


def test_who_asks_and_plans_is_the_doctor() -> None:
    assert speakers(visit()) == [[DOCTOR], [PATIENT], [DOCTOR]]


def test_the_patient_may_begin() -> None:
    assert speakers([spoken((1, TELLS), start_s=50), *visit()]) == [[PATIENT], [DOCTOR], [PATIENT], [DOCTOR]]


def test_where_the_words_tell_nothing_the_doctor_is_who_begins() -> None:
    said = [spoken((0, "uno dos tres cuatro cinco seis")), spoken((1, "siete ocho nueve diez once doce"), start_s=10)]
    assert speakers(said) == [[DOCTOR], [PATIENT]]


def test_a_lone_voice_is_not_named() -> None:
    assert speakers([spoken((0, ASKS)), spoken((0, TELLS), start_s=10)]) == [[UNKNOWN], [UNKNOWN]]
    assert speakers([]) == []


def test_a_cough_is_no_second_voice() -> None:
    assert (
        speakers([spoken((0, ASKS)), spoken((2, "ahem"), start_s=9), spoken((0, PLANS), start_s=10)]) == [[UNKNOWN]] * 3
    )


def test_a_cough_does_not_take_the_place_of_a_voice() -> None:
    told = speakers([*visit(), spoken((2, "ahem"), start_s=40)])
    assert told[:3] == [[DOCTOR], [PATIENT], [DOCTOR]]


def test_an_utterance_comes_apart_where_the_speaker_changes() -> None:
    said = [*visit(), spoken((0, "Any pain in your chest?"), (1, "No pain at all, doctor."), start_s=40)]
    *_, last = tell_apart(said)
    assert [tuple(part) for part in last] == [(0, 5, DOCTOR), (5, 10, PATIENT)]


def test_an_utterance_that_must_stay_whole_does_not_come_apart() -> None:
    changing = spoken((0, "Any pain in your chest?"), (1, "No pain at all, doctor."), start_s=40)
    *_, last = tell_apart([*visit(), replace(changing, whole=True)])
    assert len(last) == 1


def test_an_utterance_without_sound_or_words_is_nobodys() -> None:
    silent = Spoken((), np.empty(0, np.float32), np.empty((0, VECTOR_SIZE), np.float32))
    wordless = replace(spoken((0, ASKS), start_s=30), words=())
    assert speakers([*visit(), silent, wordless])[3:] == [[UNKNOWN], [DOCTOR]]


def test_a_correction_stays_and_moves_nothing_else() -> None:
    believed = [replace(one, believed=who) for one, who in zip(visit(), (DOCTOR, PATIENT, DOCTOR), strict=True)]
    believed[1] = replace(believed[1], told=DOCTOR)
    assert speakers([*believed, spoken((1, TELLS), start_s=40)]) == [[DOCTOR], [DOCTOR], [DOCTOR], [PATIENT]]


def test_roles_that_were_swapped_stay_swapped() -> None:
    swapped = [replace(one, believed=who) for one, who in zip(visit(), (PATIENT, DOCTOR, PATIENT), strict=True)]
    assert speakers(swapped) == [[PATIENT], [DOCTOR], [PATIENT]]


def test_corrections_decide_for_the_rest() -> None:
    """Two corrections name a voice that the clustering had taken for the other one."""
    said = [*visit(), spoken((1, TELLS), start_s=40), spoken((0, PLANS), start_s=50)]
    told = [replace(said[0], told=PATIENT), replace(said[1], told=DOCTOR), *said[2:]]
    assert speakers(told) == [[PATIENT], [DOCTOR], [PATIENT], [DOCTOR], [PATIENT]]


def test_a_recording_that_goes_on_is_told_as_the_whole_one() -> None:
    said = [spoken((at % 2, (ASKS, TELLS)[at % 2]), start_s=10 * at) for at in range(50)]
    so_far = SpeakersSoFar()
    grown = [so_far.add(one) for one in said]
    assert [part.speaker for parts in grown[0] for part in parts] == [UNKNOWN]
    assert grown[-1] == tell_apart(said)


@given(
    st.lists(st.tuples(st.integers(0, 2), st.lists(st.sampled_from(["yes.", "you", "pain"]), max_size=6)), max_size=6),
    st.lists(st.sampled_from([None, DOCTOR, PATIENT, UNKNOWN]), min_size=6, max_size=6),
)
def test_every_word_is_in_one_part_and_a_person_is_never_overruled(
    stretches: list[tuple[int, list[str]]], told: list[Speaker | None]
) -> None:
    said = [
        replace(spoken((voice, " ".join(words) or "a"), start_s=10 * at), told=told[at])
        for at, (voice, words) in enumerate(stretches)
    ]
    for one, parts in zip(said, tell_apart(said), strict=True):
        edges = [part.first for part in parts] + [parts[-1].stop]
        assert edges == sorted(set(edges))
        assert edges[0] == 0
        assert edges[-1] == len(one.words)
        if one.told is not None:
            assert [part.speaker for part in parts] == [one.told]


@pytest.mark.models
def test_the_voices_of_the_sample_consultation(voice_folder: Path) -> None:
    encoder = VoiceEncoder.load(voice_folder)
    samples = load_audio(SAMPLE / "consultation.flac").samples
    turns = json.loads((SAMPLE / "script.json").read_text(encoding="utf-8"))["turns"]
    said = []
    for turn in turns:
        words = turn["text"].split()
        step = (turn["end_s"] - turn["start_s"]) / len(words)
        timed = [
            SpokenWord(word, turn["start_s"] + at * step, turn["start_s"] + (at + 1) * step)
            for at, word in enumerate(words)
        ]
        first, last = (int(turn[edge] * SAMPLE_RATE_HZ) for edge in ("start_s", "end_s"))
        said.append(Spoken.heard(encoder, samples[first:last], turn["start_s"], timed))
    expected = [[DOCTOR if turn["speaker"] == "doctor" else PATIENT] for turn in turns]
    assert speakers(said) == expected
