"""How well two voices are told apart: real speech in conversations of two, through the detector and the recogniser.

    python -m tests.bench.bench_voices [--ami FOLDER] [--conversations 3]

Conversations are built of the clips of two readers of the open data: turns change with a probability of 0.8, after
pauses of which most are too short for the voice activity detector to part the turns; both voices are equally loud,
under one noise 20 dB below them. The readers stand before different microphones, which makes it easier than a bedside:
with `--ami` there are meetings of four people on their own microphones too, two people of one meeting at a time, and
three real stretches as they were spoken (the test files of the AMI corpus inside the sources of pyannote.audio 4.0.1:
`pip download --no-deps --no-binary :all: pyannote.audio==4.0.1`, then unpack; FOLDER is what came out of it).

A recognised word counts for the speaker whose turn its middle lies in; the two voices are matched to the two readers
in the better of both ways. The options of `multimodal.speakers` were chosen on other people: AMI's training files and
the Spanish reader. Which voice is the doctor's is asked of written dialogues, as if the voices were parted perfectly.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table

from lm.clinical.dialogue import Speaker
from multimodal.audio import load_audio
from multimodal.catalog import installed_path
from multimodal.sound import SAMPLE_RATE_HZ, Recording
from multimodal.speakers import Spoken, SpokenWord, tell_apart
from multimodal.speech import SpeechRecognizer
from multimodal.vad import SileroVad, VadOptions
from multimodal.voice_encoder import VECTOR_SIZE, VoiceEncoder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from multimodal.speakers import Part

READERS = {
    ("asterisk", "en"): "f",
    ("asterisk", "fr"): "f",
    ("ljspeech", "en"): "f",
    ("librivox-ps", "en"): "m",
    ("cards-ps", "en"): "m",
    ("jfk", "en"): "m",
}
"""Who reads which source, by ear; the Spanish reader of `asterisk` is left to choosing options."""
TURNS, SNR_DB, LOUDNESS, BOOTSTRAPS = 10, 20.0, 0.05, 2_000
REAL = ("dev00", "dev01", "sample")


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """A voice with its clips, each `(n,)` at 16 kHz."""

    name: str
    sex: str
    clips: tuple[NDArray[np.float32], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Conversation:
    """Sound with who speaks from when to when, in seconds; 0 and 1 are the two readers."""

    kind: str
    recording: Recording
    turns: tuple[tuple[float, float, int], ...]


@dataclass(slots=True)
class Score:
    """Seconds of recognised words in one conversation."""

    kind: str
    total_s: float = 0.0
    right_s: float = 0.0
    unsure_s: float = 0.0
    one_s: float = 0.0
    """Right where all words are given to one speaker."""
    alternating_s: float = 0.0
    """Right where utterances are given to both in turn."""
    utterances: int = 0
    right_utterances: int = 0
    """More than half of their seconds are right."""


@dataclass(slots=True)
class Cost:
    """What listening took beside the recogniser."""

    voices_s: float = 0.0
    words_s: float = 0.0
    sound_s: float = 0.0
    lone: list[bool] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark and write its tables to stdout."""
    options = _options(arguments)
    data = Path(os.environ.get("BEDSIDE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
    if not (data / "audio.jsonl").is_file():
        sys.stderr.write(f"The open data is not at {data}: set BEDSIDE_DATA. Nothing was measured.\n")
        return 3
    ears = _Ears()
    readers = _readers(data)
    meetings = _meetings(options.ami) if options.ami else []
    built = list(_conversations(readers, meetings, options.conversations))
    real = [_real(options.ami, name) for name in REAL] if options.ami else []
    scores = [ears.score(conversation) for conversation in [*real, *built]]
    for reader in readers:
        ears.lone(reader)
    _report(scores, ears.cost)
    _report_roles(data)
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bench_voices", description="Two voices told apart.")
    parser.add_argument("--ami", type=Path, help="the unpacked sources of pyannote.audio 4.0.1")
    parser.add_argument("--conversations", type=int, default=1, help="so many of each pair of readers")
    return parser.parse_args(arguments)


# --- conversations -----------------------------------------------------------------------------------------------


def _readers(data: Path) -> list[Reader]:
    clips: dict[tuple[str, str], list[NDArray[np.float32]]] = defaultdict(list)
    for line in (data / "audio.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        key = row["source"], row["lang"]
        if key in READERS and len(clips[key]) < TURNS:
            samples = load_audio(data / row["path"]).samples
            spans = _vad().speech_spans(samples, VadOptions(min_silence_s=0.25, pad_s=0.1, max_speech_s=8.0))
            clips[key] += [samples[span.start : span.end] for span in spans]
    return [Reader(" ".join(key), READERS[key], tuple(clips[key][: 2 * TURNS])) for key in READERS if clips[key]]


@cache
def _vad() -> SileroVad:
    return SileroVad.load(installed_path("silero-vad"))


def _meetings(folder: Path) -> list[list[Reader]]:
    """Return the people of each meeting of AMI's development and test files, with what they say alone."""
    people: dict[tuple[str, str], list[NDArray[np.float32]]] = defaultdict(list)
    for name in ("dev00", "dev01", "tst00", "tst01"):
        samples, turns = _annotated(folder, name)
        for start, end, who in _alone(turns):
            if end - start >= 0.4:
                people[name[:3], who].append(samples[int(start * SAMPLE_RATE_HZ) : int(end * SAMPLE_RATE_HZ)])
    made = {meeting: [] for meeting, _ in people}  # type: dict[str, list[Reader]]
    for (meeting, who), clips in people.items():
        made[meeting].append(Reader(f"AMI {who}", who[0].lower(), tuple(clips)))
    return list(made.values())


def _annotated(folder: Path, name: str) -> tuple[NDArray[np.float32], list[tuple[float, float, str]]]:
    sample = folder / "src" / "pyannote" / "audio" / "sample"
    parts = {"dev": "development", "tst": "test"}
    tests = folder / "tests" / "data"
    wav, rttm = (
        (sample / "sample.wav", sample / "sample.rttm")
        if name == "sample"
        else (tests / f"{name}.wav", tests / f"debug.{parts[name[:3]]}.rttm")
    )
    rows = [line.split() for line in rttm.read_text(encoding="utf-8").splitlines()]
    turns = [(float(row[3]), float(row[3]) + float(row[4]), row[7]) for row in rows if row[1] == name]
    return load_audio(wav).samples, turns


def _alone(turns: Sequence[tuple[float, float, str]]) -> Iterator[tuple[float, float, str]]:
    """Yield the stretches in which one person speaks and nobody else does."""
    edges = sorted({edge for start, end, _ in turns for edge in (start, end)})
    for first, last in zip(edges, edges[1:], strict=False):
        who = {name for start, end, name in turns if start <= first and end >= last}
        if len(who) == 1:
            yield first, last, who.pop()


def _conversations(
    readers: Sequence[Reader], meetings: Sequence[Sequence[Reader]], each: int
) -> Iterator[Conversation]:
    for place, (kind, group) in enumerate([("read", readers), *(("meeting", meeting) for meeting in meetings)]):
        for number, (first, second) in enumerate(combinations(group, 2)):
            sexes = "same sex" if first.sex == second.sex else "man and woman"
            for again in range(each):
                generator = random.Random(10_000 * place + 100 * number + again)
                yield _conversation(f"{kind}, {sexes}", (first, second), generator)


def _conversation(kind: str, pair: tuple[Reader, Reader], generator: random.Random) -> Conversation:
    clips = [generator.sample(reader.clips, len(reader.clips)) for reader in pair]
    pieces: list[NDArray[np.float32]] = []
    turns, now, speaker = [], 0, generator.randrange(2)
    while len(turns) < TURNS and clips[speaker]:
        clip = clips[speaker].pop()
        clip = clip * np.float32(LOUDNESS / max(1e-6, float(np.sqrt(np.mean(clip**2)))))
        turns.append((now / SAMPLE_RATE_HZ, (now + len(clip)) / SAMPLE_RATE_HZ, speaker))
        pause_s = generator.uniform(0.05, 0.4) if generator.random() < 0.6 else generator.uniform(0.6, 1.2)
        pause = np.zeros(int(pause_s * SAMPLE_RATE_HZ), np.float32)
        pieces += [clip, pause]
        now += len(clip) + len(pause)
        speaker = 1 - speaker if generator.random() < 0.8 else speaker
    samples = np.concatenate(pieces)
    noise = np.random.default_rng(len(samples)).standard_normal(len(samples)) * LOUDNESS * 10 ** (-SNR_DB / 20)
    return Conversation(kind, Recording(np.clip(samples + noise, -1, 1).astype(np.float32)), tuple(turns))


def _real(folder: Path, name: str) -> Conversation:
    samples, turns = _annotated(folder, name)
    people = sorted({who for _, _, who in turns})
    alone = tuple((start, end, people.index(who)) for start, end, who in _alone(turns))
    return Conversation(f"as spoken: {name}", Recording(samples), alone)


# --- listening and scoring ---------------------------------------------------------------------------------------


class _Ears:
    """The recogniser and the voice encoder, as the worker uses them."""

    def __init__(self) -> None:
        self._speech = SpeechRecognizer.load(installed_path("whisper-base"), installed_path("silero-vad"))
        self._voices = VoiceEncoder.load(installed_path("ge2e-voice"))
        self.cost = Cost()

    def listen(self, recording: Recording) -> list[Spoken]:
        """Recognise a recording and listen to each of its utterances."""
        started = time.process_time()
        heard = list(self._speech.transcribe(recording, language="en"))
        self.cost.words_s += time.process_time() - started
        self.cost.sound_s += recording.duration_s
        started = time.process_time()
        said = []
        for one in heard:
            sound = recording.samples[int(one.start_s * SAMPLE_RATE_HZ) : int(one.end_s * SAMPLE_RATE_HZ)]
            words = [SpokenWord(word.text, word.start_s, word.end_s) for word in one.words]
            said.append(Spoken.heard(self._voices, sound, one.start_s, words))
            tell_apart(said)
        self.cost.voices_s += time.process_time() - started
        return said

    def score(self, conversation: Conversation) -> Score:
        """Hear a conversation and count."""
        said = self.listen(conversation.recording)
        return scored(conversation.kind, said, tell_apart(said), conversation.turns)

    def lone(self, reader: Reader) -> None:
        """Hear one reader alone: nobody may be named."""
        clips = [part for clip in reader.clips for part in (clip, np.zeros(SAMPLE_RATE_HZ, np.float32))]
        parts = tell_apart(self.listen(Recording(np.concatenate(clips)[: 20 * SAMPLE_RATE_HZ])))
        self.cost.lone.append(all(part.speaker is Speaker.UNKNOWN for told in parts for part in told))


def scored(
    kind: str, said: Sequence[Spoken], told: Sequence[Sequence[Part]], turns: Sequence[tuple[float, float, int]]
) -> Score:
    """Hold who was named against who spoke, in seconds of words."""
    score = Score(kind)
    seconds: dict[tuple[Speaker, int], float] = defaultdict(float)
    turn_by_turn: dict[tuple[int, int], float] = defaultdict(float)
    parts: list[dict[tuple[Speaker, int], float]] = []
    for number, (one, named) in enumerate(zip(said, told, strict=True)):
        for part in named:
            counted: dict[tuple[Speaker, int], float] = defaultdict(float)
            for word in one.words[part.first : part.stop]:
                spoke = _spoke((word.start_s + word.end_s) / 2, turns)
                if spoke is not None:
                    counted[part.speaker, spoke] += max(0.05, word.end_s - word.start_s)
                    turn_by_turn[number % 2, spoke] += max(0.05, word.end_s - word.start_s)
            parts.append(counted)
            for key, value in counted.items():
                seconds[key] += value
    score.total_s = sum(seconds.values())
    ways = [{Speaker.CLINICIAN: first, Speaker.PATIENT: 1 - first} for first in (0, 1)]
    way = max(ways, key=lambda way: sum(seconds[who, spoke] for who, spoke in way.items()))
    score.right_s = sum(seconds[who, spoke] for who, spoke in way.items())
    score.unsure_s = seconds[Speaker.UNKNOWN, 0] + seconds[Speaker.UNKNOWN, 1]
    score.one_s = max(sum(value for (_, spoke), value in seconds.items() if spoke == side) for side in (0, 1))
    score.alternating_s = max(turn_by_turn[0, 0] + turn_by_turn[1, 1], turn_by_turn[0, 1] + turn_by_turn[1, 0])
    spoken = [counted for counted in parts if counted]
    score.utterances = len(spoken)
    score.right_utterances = sum(
        2 * sum(counted[who, spoke] for who, spoke in way.items()) > sum(counted.values()) for counted in spoken
    )
    return score


def _spoke(at_s: float, turns: Sequence[tuple[float, float, int]]) -> int | None:
    return next((who for start, end, who in turns if start <= at_s <= end), None)


# --- which voice is the doctor's ---------------------------------------------------------------------------------


def _report_roles(data: Path) -> None:
    """Ask of written dialogues which side is the doctor, its voices being two vectors that are parted perfectly."""
    right = total = first = 0
    for line in (data / "notes.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        said = list(_written(row.get("dialogue", ""))) if row["split"] == "valid" else []
        if {speaker for speaker, _ in said} != {Speaker.CLINICIAN, Speaker.PATIENT}:
            continue
        parts = tell_apart([replace(_vector_of(speaker, at), words=words) for at, (speaker, words) in enumerate(said)])
        total += 1
        first += said[0][0] is Speaker.CLINICIAN
        right += parts[0][0].speaker is said[0][0]
    Console().print(
        f"Which of two perfectly parted voices is the doctor's (written dialogues, split valid): {right} of {total} "
        f"({100 * right / max(1, total):.1f} %); whoever speaks first: {first} ({100 * first / max(1, total):.1f} %)"
    )


def _written(dialogue: str) -> Iterator[tuple[Speaker, tuple[SpokenWord, ...]]]:
    names = {"doctor": Speaker.CLINICIAN, "patient": Speaker.PATIENT}
    for line in dialogue.splitlines():
        label, _, text = line.replace("[", "").replace("]", ":").partition(":")
        speaker, words = names.get(label.strip().lower()), text.split()
        if speaker and words:
            yield speaker, tuple(SpokenWord(word, 0.3 * at, 0.3 * at + 0.25) for at, word in enumerate(words))


def _vector_of(speaker: Speaker, at: int) -> Spoken:
    """Return an utterance of three seconds in a voice that is like no other one."""
    vectors = np.zeros((15, VECTOR_SIZE), np.float32)
    vectors[:, 0 if speaker is Speaker.CLINICIAN else 1] = 1.0
    return Spoken((), np.full(15, float(at), np.float32), vectors)


# --- report --------------------------------------------------------------------------------------------------------


def _report(scores: Sequence[Score], cost: Cost) -> None:
    console = Console(width=150)
    table = Table("conversations", "n", "words, s", "right % (95 %)", "unsure %", "one %", "in turn %", "parts right %")
    kinds = list(dict.fromkeys(score.kind for score in scores))
    worst_first = sorted(kinds, key=lambda kind: _share([s for s in scores if s.kind == kind], "right_s"))
    for kind in [*worst_first, "all"]:
        chosen = [score for score in scores if kind in {score.kind, "all"}]
        low, high = _interval(chosen)
        table.add_row(
            kind,
            str(len(chosen)),
            f"{sum(score.total_s for score in chosen):.0f}",
            f"{_share(chosen, 'right_s'):.1f} ({low:.1f} to {high:.1f})",
            *(f"{_share(chosen, name):.1f}" for name in ("unsure_s", "one_s", "alternating_s")),
            f"{100 * sum(s.right_utterances for s in chosen) / max(1, sum(s.utterances for s in chosen)):.1f}",
        )
    console.print(table)
    console.print(f"One reader alone, nobody named: {sum(cost.lone)} of {len(cost.lone)}")
    console.print(
        f"Processor time a second of sound: voices {1e3 * cost.voices_s / cost.sound_s:.1f} ms, "
        f"words {1e3 * cost.words_s / cost.sound_s:.1f} ms ({100 * cost.voices_s / cost.words_s:.1f} %)"
    )


def _share(scores: Sequence[Score], name: str) -> float:
    return 100 * float(sum(getattr(score, name) for score in scores)) / max(1e-9, sum(s.total_s for s in scores))


def _interval(scores: Sequence[Score]) -> tuple[float, float]:
    """Return the 95 % interval of the share of right seconds, by drawing conversations with replacement."""
    right, total = (np.array([getattr(score, name) for score in scores]) for name in ("right_s", "total_s"))
    draws = np.random.default_rng(0).integers(0, len(scores), (BOOTSTRAPS, len(scores)))
    shares = 100 * right[draws].sum(1) / np.maximum(1e-9, total[draws].sum(1))
    low, high = np.percentile(shares, [2.5, 97.5])
    return float(low), float(high)


if __name__ == "__main__":
    raise SystemExit(main())
