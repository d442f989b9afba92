from __future__ import annotations

import hashlib
import stat
import sys
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest

from lm.errors import TrainingError
from multimodal.training.clips import MADE, REAL, SAID, ClipCounts, read_clips, silent_clip
from multimodal.training.spoken_sentences import WORDS, Part, made_sentences, normalized, part_of, spoken_sentences
from multimodal.training.voices import VOICES, Manner, Voice, speak
from tests.fakes.spoken_clips import write_spoken_data

if TYPE_CHECKING:
    from pathlib import Path

    from multimodal.training.clips import Clip

COUNTS = ClipCounts(train=60, dev=8, test=12)
PLAIN = Manner(1.0, 1.0, None, 0)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Clip]:
    data = tmp_path_factory.mktemp("open") / "data"
    write_spoken_data(data)
    return read_clips(data, COUNTS)


def test_the_parts_share_no_sentence_no_voice_no_recording_and_no_clip(clips: list[Clip]) -> None:
    """By hash: what is scored was never trained on, in any voice or spelling."""

    def hashes(part: Part) -> tuple[set[str], ...]:
        of_part = [clip for clip in clips if clip.part is part]
        names = (
            [normalized(clip.text) for clip in of_part],
            [f"{clip.voice.program} {clip.voice.name}" for clip in of_part if clip.voice],
            [clip.path for clip in of_part if clip.path],
            [clip.key for clip in of_part],
        )
        return tuple({hashlib.sha256(name.encode()).hexdigest() for name in some} for some in names)

    found = {part: hashes(part) for part in Part}
    assert all(found[part][0] for part in Part)
    for one, other in ((Part.TRAIN, Part.DEV), (Part.TRAIN, Part.TEST), (Part.DEV, Part.TEST)):
        for trained, held in zip(found[one], found[other], strict=True):
            assert trained.isdisjoint(held)


def test_the_table_of_voices_keeps_each_in_one_part() -> None:
    parts = {(voice.program, voice.name): {v.part for v in VOICES if v.name == voice.name} for voice in VOICES}
    assert all(len(found) == 1 for found in parts.values())
    assert {voice.part for voice in VOICES} == set(Part)


def test_clips_come_from_every_source_in_the_numbers_asked_for(clips: list[Clip]) -> None:
    counted = Counter((clip.part, clip.source) for clip in clips)
    assert counted[Part.TRAIN, MADE] == 30
    assert counted[Part.TEST, MADE] == 6
    assert counted[Part.TRAIN, REAL] == 12
    assert counted[Part.TEST, REAL] == 6
    assert counted[Part.TRAIN, SAID] > 20
    assert all("keep this" not in normalized(clip.text) for clip in clips)
    assert len({clip.key for clip in clips}) == len(clips)


def test_the_same_seed_draws_the_same_clips(clips: list[Clip], tmp_path: Path) -> None:
    write_spoken_data(tmp_path / "data")
    assert read_clips(tmp_path / "data", COUNTS) == clips
    assert read_clips(tmp_path / "data", COUNTS, seed=1) != clips


def test_without_the_open_data_a_sentence_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"audio\.jsonl"):
        read_clips(tmp_path, COUNTS)


def test_case_and_punctuation_do_not_change_the_part() -> None:
    assert part_of("He's seventy, isn't he?") is part_of("he's seventy isn't he")


def test_made_sentences_carry_the_words_they_were_made_from() -> None:
    for sentence in made_sentences()[::97]:
        assert sentence.words
        for category, word in sentence.words:
            assert word in WORDS[category]
            assert word in normalized(sentence.text).split()


def test_sentences_of_consultations_lose_who_says_them(tmp_path: Path) -> None:
    write_spoken_data(tmp_path / "data")
    assert "My throat hurts since monday after breakfast." in [s.text for s in spoken_sentences(tmp_path / "data")]


def test_in_silence_nothing_is_said(tmp_path: Path) -> None:
    samples = silent_clip().samples(tmp_path)
    assert len(samples) == 48_000
    assert not samples.any()


def test_a_missing_synthesizer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(TrainingError, match="espeak-ng is not installed"):
        speak("A cough.", Voice("espeak-ng", "en", Part.TRAIN), PLAIN)


def test_a_voice_is_brought_to_one_loudness_and_rate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _install(tmp_path, monkeypatch)
    voice = Voice("espeak-ng", "en", Part.TRAIN)
    plain = speak("A cough.", voice, PLAIN)
    assert np.sqrt(np.mean(plain**2)) == pytest.approx(0.05, rel=0.05)
    assert len(speak("A cough.", voice, Manner(1.0, 0.5, None, 0))) == pytest.approx(2 * len(plain), rel=0.01)
    noisy = Manner(1.0, 1.0, 10.0, 3)
    assert np.array_equal(speak("A cough.", voice, noisy), speak("A cough.", voice, noisy))
    assert not np.array_equal(speak("A cough.", voice, noisy), plain)


def test_a_synthesizer_that_fails_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _install(tmp_path, monkeypatch, fails=True)
    with pytest.raises(TrainingError, match="espeak-ng failed"):
        speak("A cough.", Voice("espeak-ng", "en", Part.TRAIN), PLAIN)


def _install(folder: Path, monkeypatch: pytest.MonkeyPatch, *, fails: bool = False) -> None:
    """Put a program named espeak-ng on the path that says a tone."""
    program = folder / "espeak-ng"
    program.write_text(
        f"#!{sys.executable}\n"
        "import array, math, sys, wave\n"
        f"if {fails}: sys.exit(1)\n"
        "with wave.open(sys.argv[sys.argv.index('-w') + 1], 'wb') as file:\n"
        "    file.setnchannels(1); file.setsampwidth(2); file.setframerate(16000)\n"
        "    file.writeframes(array.array('h', [int(9000 * math.sin(n / 9)) for n in range(8000)]).tobytes())\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(folder))
