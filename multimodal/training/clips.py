"""The clips that a decoder learns to hear from: sentences read by synthetic voices, and real recordings.

A clip of a synthetic voice is in a part only where its voice and its sentence both are, so a test clip shares neither
with any that was trained on. Real recordings are parted by their speaker.
"""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from lm.errors import TrainingError
from multimodal.audio import load_audio
from multimodal.sound import SAMPLE_RATE_HZ
from multimodal.training.spoken_sentences import Part, made_sentences, normalized, spoken_sentences
from multimodal.training.voices import VOICES, Manner, Voice, draw_manner, speak

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from multimodal.training.spoken_sentences import Category, Sentence

REAL_PARTS = {
    "ljspeech": Part.TRAIN,
    "librivox-ps": Part.TRAIN,
    "cards-ps": Part.TRAIN,
    "jfk": Part.TRAIN,
    "asterisk": Part.TEST,
}
"""One speaker a source, none of them in two sources. The largest is scored, since few clips prove nothing."""
LONGEST_REAL_S = 15.0
SILENCE_S = 3.0
MADE = "clinical words, synthetic voices"
SAID = "consultations, synthetic voices"
REAL = "real recordings"


@dataclass(frozen=True, slots=True)
class ClipCounts:
    """How many sentences are read aloud for each part, half of them made from clinical words."""

    train: int = 2400
    dev: int = 120
    test: int = 320

    def of(self, part: Part) -> int:
        """Return the number for a part."""
        counts = {Part.TRAIN: self.train, Part.DEV: self.dev, Part.TEST: self.test}
        return counts[part]


@dataclass(frozen=True, slots=True)
class Clip:
    """A sentence as it is heard: read by a voice in a manner, or a recording at `path` relative to the data."""

    text: str
    part: Part
    source: str
    words: tuple[tuple[Category, str], ...] = ()
    voice: Voice | None = None
    manner: Manner | None = None
    path: str = ""

    @property
    def key(self) -> str:
        """Return a name that tells this clip from every other."""
        made_of = json.dumps([self.text, self.path, asdict(self.manner) if self.manner else None, str(self.voice)])
        return hashlib.sha256(made_of.encode()).hexdigest()[:24]

    def samples(self, data: Path) -> NDArray[np.float32]:
        """Return mono 16 kHz samples `(n,)`; raises InvalidFile or TrainingError when there are none."""
        if self.voice is not None and self.manner is not None:
            return speak(self.text, self.voice, self.manner)
        if self.path:
            return load_audio(data / self.path).samples
        return np.zeros(int(SILENCE_S * SAMPLE_RATE_HZ), np.float32)


def silent_clip() -> Clip:
    """Return a clip in which nothing is said."""
    return Clip("", Part.TEST, "silence")


def read_clips(data: Path, counts: ClipCounts, seed: int = 0) -> list[Clip]:
    """Return the clips of every part in an order of chance, the same for the same seed.

    Raises TrainingError when the open data is not there.
    """
    for name in ("audio.jsonl", "notes.jsonl"):
        if not (data / name).is_file():
            raise TrainingError(
                f"There is no {name} in {data}. Name the folder of the open data with --data or BEDSIDE_DATA."
            )
    rng = random.Random(seed)  # noqa: S311 - a reproducible draw, not a secret
    made = made_sentences()
    said = spoken_sentences(data)
    clips = _recordings(data)
    for part in Part:
        for source, sentences in ((MADE, made), (SAID, said)):
            clips += _read_aloud(source, sentences, part, counts.of(part) // 2, rng)
    rng.shuffle(clips)
    return clips


def _read_aloud(source: str, sentences: Sequence[Sentence], part: Part, count: int, rng: random.Random) -> list[Clip]:
    of_part = [sentence for sentence in sentences if sentence.part is part]
    voices = [voice for voice in VOICES if voice.part is part]
    chosen = rng.sample(of_part, min(count, len(of_part)))
    return [Clip(s.text, part, source, s.words, rng.choice(voices), draw_manner(rng)) for s in chosen]


def _recordings(data: Path) -> list[Clip]:
    """Return the English recordings of at most `LONGEST_REAL_S` whose words were not read aloud in another part."""
    found: dict[str, Clip] = {}
    with (data / "audio.jsonl").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            short = (row.get("seconds") or 0.0) <= LONGEST_REAL_S
            if row["lang"] == "en" and row["source"] in REAL_PARTS and short and normalized(row["text"]):
                clip = Clip(" ".join(row["text"].split()), REAL_PARTS[row["source"]], REAL, path=row["path"])
                found.setdefault(normalized(clip.text), clip)
    return list(found.values())
