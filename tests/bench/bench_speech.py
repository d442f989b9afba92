"""How well and how fast speech is written down: ours, faster-whisper int8 and openai-whisper, same weights.

    python -m tests.bench.bench_speech [--limit 60] [--ct2 FOLDER] [--skip-openai]

All three decode greedily with word times and without the previous text as context, in the language that is given,
on the same number of threads; ours also with the beams of dictation. Every clip goes through all systems before the
next one, so that a busy machine slows
them alike. Word error rates are of the text in lower case, accents folded (the Spanish references lack them),
apostrophes dropped, other punctuation to spaces, numbers up to ten and single digits in a row as digits.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
import unicodedata
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

# A machine that others use too stalls every thread that spins while it waits for the next.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import jiwer
import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from lm.hardware import choose_dtype
from multimodal.audio import load_audio
from multimodal.catalog import installed_path
from multimodal.models import DICTATION
from multimodal.sound import SAMPLE_RATE_HZ, Recording
from multimodal.speech import DecodingChoices, SpeechRecognizer
from multimodal.whisper_encoding import SpeechEncoder
from multimodal.whisper_layers import load_checkpoint
from tests.bench.ct2_folder import ct2_folder
from tests.bench.report import Figure, write_figures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

OURS, FASTER, OPENAI = "bedside", "faster-whisper int8", "openai-whisper"
REQUIRED_SPEED = 0.6
"""Of faster-whisper's."""
BOOTSTRAPS = 2_000
_NUMBER_WORDS = (
    "zero one two three four five six seven eight nine ten",
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez",
    "zero un deux trois quatre cinq six sept huit neuf dix",
)
_NUMBERS = {word: str(value) for words in _NUMBER_WORDS for value, word in enumerate(words.split())}


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording with its reference text."""

    source: str
    language: str
    text: str
    recording: Recording


@dataclass(slots=True)
class Result:
    """What one system wrote, and what it took."""

    texts: list[str] = field(default_factory=list)
    wall_s: float = 0.0
    cpu_s: float = 0.0

    def hear(self, transcribe: Callable[[Clip], str], clip: Clip) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        self.texts.append(transcribe(clip))
        self.wall_s += time.perf_counter() - wall
        self.cpu_s += time.process_time() - cpu


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparison and write its tables to stdout."""
    options = _options(arguments)
    data = Path(os.environ.get("BEDSIDE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
    if not (data / "audio.jsonl").is_file():
        sys.stderr.write(f"The open data is not at {data}: set BEDSIDE_DATA. Nothing was measured.\n")
        return 3
    torch.set_num_threads(options.threads)
    clips = _clips(data, options.limit)
    systems = _systems(options)
    results = {name: Result() for name in systems}
    for clip in clips:
        for name, transcribe in systems.items():
            results[name].hear(transcribe, clip)
    _report(clips, results, options.threads)
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bench_speech", description="Speech to text, compared.")
    parser.add_argument("--limit", type=int, default=0, help="this many clips, spread over all sources; 0 is all")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--beams", type=int, default=DICTATION.beams, help="also ours with so many")
    parser.add_argument("--ct2", type=Path, help="CTranslate2 model (default: the catalogue's source files)")
    parser.add_argument("--skip-openai", action="store_true", help="leave out the slowest system")
    return parser.parse_args(arguments)


def _clips(data: Path, limit: int) -> list[Clip]:
    rows = [json.loads(line) for line in (data / "audio.jsonl").read_text(encoding="utf-8").splitlines()]
    if limit:
        rows = [rows[index] for index in np.linspace(0, len(rows) - 1, min(limit, len(rows))).round().astype(int)]
    return [Clip(row["source"], row["lang"], row["text"], load_audio(data / row["path"])) for row in rows]


def _systems(options: argparse.Namespace) -> dict[str, Callable[[Clip], str]]:
    systems = {OURS: _bedside(), FASTER: _faster_whisper(options)}
    if options.beams > 1:
        systems[f"{OURS}, {options.beams} beams"] = _bedside(DecodingChoices(beams=options.beams))
    if not options.skip_openai:
        systems[OPENAI] = _openai_whisper()
    warm_up = Clip("warm-up", "en", "", Recording(_noise(2.0)))
    for transcribe in systems.values():
        transcribe(warm_up)
    return systems


def _noise(seconds: float) -> NDArray[np.float32]:
    samples = np.random.default_rng(0).standard_normal(int(seconds * SAMPLE_RATE_HZ))
    return (0.05 * samples).astype(np.float32)


def _bedside(decoding: DecodingChoices | None = None) -> Callable[[Clip], str]:
    recognizer = SpeechRecognizer.load(installed_path("whisper-base"), installed_path("silero-vad"), decoding=decoding)
    return lambda clip: recognizer.transcribe_all(clip.recording, language=clip.language).text


def _faster_whisper(options: argparse.Namespace) -> Callable[[Clip], str]:
    from faster_whisper import WhisperModel

    folder = str(options.ct2 or ct2_folder())
    model = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=options.threads)

    def transcribe(clip: Clip) -> str:
        segments, _ = model.transcribe(
            clip.recording.samples,
            language=clip.language,
            beam_size=1,
            word_timestamps=True,
            condition_on_previous_text=False,
            vad_filter=True,
        )
        return " ".join(segment.text for segment in segments)

    return transcribe


def _openai_whisper() -> Callable[[Clip], str]:
    checkpoint = load_checkpoint(installed_path("whisper-base"), torch.device("cpu"))
    model = checkpoint.model
    heads = torch.zeros(model.dims.n_text_layer, model.dims.n_text_head, dtype=torch.bool)
    heads[tuple(torch.tensor(checkpoint.alignment_heads).T)] = True
    model.register_buffer("alignment_heads", heads.to_sparse(), persistent=False)

    def transcribe(clip: Clip) -> str:
        result: dict[str, Any] = model.transcribe(
            clip.recording.samples,
            language=clip.language,
            fp16=False,
            word_timestamps=True,
            condition_on_previous_text=False,
        )
        return str(result["text"])

    return transcribe


def normalise(text: str) -> str:
    """Lower case, accents folded, apostrophes dropped, other punctuation to spaces, small numbers as digits.

    "1, 2, 3, 4", "one two three four" and "1234" are the same to a listener, and the references mix them.
    """
    letters = unicodedata.normalize("NFKD", text.lower())
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = re.sub(r"[^\w\s]", " ", re.sub(r"['\N{RIGHT SINGLE QUOTATION MARK}]", "", letters)).split()
    digits = " ".join(_NUMBERS.get(word, word) for word in words)
    return re.sub(r"(?<=\b\d) (?=\d\b)", "", digits)


def _errors(clips: Sequence[Clip], result: Result) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the word errors and the reference words of every clip, `(clips,)` each."""
    errors, words = [], []
    for clip, text in zip(clips, result.texts, strict=True):
        outcome = jiwer.process_words(normalise(clip.text), normalise(text))
        errors.append(outcome.substitutions + outcome.deletions + outcome.insertions)
        words.append(outcome.hits + outcome.substitutions + outcome.deletions)
    return np.array(errors), np.array(words)


def _report(clips: Sequence[Clip], results: dict[str, Result], threads: int) -> None:
    console = Console(width=118, highlight=False)
    errors = {name: _errors(clips, result) for name, result in results.items()}
    seconds = sum(clip.recording.duration_s for clip in clips)
    title = f"Speech: {len(clips)} clips, {seconds:.0f} s, {threads} threads, ours in {_dtype_name()}"
    write_figures(title, list(_figures(results, errors, seconds)), _intervals(results, errors))
    console.print(_speed_table(results, errors, seconds))
    console.print(_source_table(clips, errors))
    console.print(_encoder_table())


def _dtype_name() -> str:
    return str(choose_dtype(torch.device("cpu"))).removeprefix("torch.")


def _figures(results: dict[str, Result], errors: dict[str, tuple[Any, Any]], seconds: float) -> Iterator[Figure]:
    ours, faster = results[OURS], results[FASTER]
    yield Figure(
        "speech heard in a second, by the clock",
        seconds / ours.wall_s,
        "s",
        seconds / faster.wall_s,
        FASTER,
        f"ratio {REQUIRED_SPEED} or more",
        faster.wall_s >= REQUIRED_SPEED * ours.wall_s,
    )
    yield Figure("speech heard in a processor second", seconds / ours.cpu_s, "s", seconds / faster.cpu_s, FASTER)
    for name in list(results)[1:]:
        mine, theirs = (_rate(*errors[system]) for system in (OURS, name))
        yield Figure("word error rate", mine, "%", theirs, name, "not above", mine <= theirs)


def _intervals(results: dict[str, Result], errors: dict[str, tuple[Any, Any]]) -> list[str]:
    notes = []
    for name in list(results)[1:]:
        low, middle, high = _difference(errors[OURS], errors[name])
        notes.append(f"WER minus that of {name}: {middle:+.2f} points, 95% interval {low:+.2f} to {high:+.2f}")
    return notes


def _rate(wrong: NDArray[np.int64], words: NDArray[np.int64]) -> float:
    return float(100 * wrong.sum() / words.sum())


def _difference(ours: tuple[Any, Any], theirs: tuple[Any, Any]) -> tuple[float, float, float]:
    """Return the WER difference in points with its paired bootstrap interval over clips."""
    generator = np.random.default_rng(0)
    draws = generator.integers(0, len(ours[0]), (BOOTSTRAPS, len(ours[0])))
    delta, words = ours[0] - theirs[0], ours[1]
    samples = 100 * delta[draws].sum(axis=1) / words[draws].sum(axis=1)
    low, high = np.percentile(samples, [2.5, 97.5])
    return float(low), float(100 * delta.sum() / words.sum()), float(high)


def _speed_table(results: dict[str, Result], errors: dict[str, tuple[Any, Any]], seconds: float) -> Table:
    table = Table("system", "WER %", "seconds", "real-time factor", "processor s", "its time over ours")
    for name, result in results.items():
        wrong, words = errors[name]
        table.add_row(
            name,
            f"{_rate(wrong, words):.2f}",
            f"{result.wall_s:.1f}",
            f"{result.wall_s / seconds:.4f}",
            f"{result.cpu_s:.1f}",
            f"{result.wall_s / results[OURS].wall_s:.2f}",
        )
    return table


def _source_table(clips: Sequence[Clip], errors: dict[str, tuple[Any, Any]]) -> Table:
    table = Table("source", "clips", "words", *(f"WER % {name}" for name in errors))
    kinds = [f"{clip.source} {clip.language}" for clip in clips]
    for kind in dict.fromkeys(kinds):
        chosen = np.array([other == kind for other in kinds])
        words = next(iter(errors.values()))[1][chosen].sum()
        rates = [f"{100 * wrong[chosen].sum() / words:.2f}" for wrong, _ in errors.values()]
        table.add_row(kind, str(chosen.sum()), str(words), *rates)
    return table


def _encoder_table() -> Table:
    """Time the encoder stage alone: what the sparse tail saves."""
    checkpoint = load_checkpoint(installed_path("whisper-base"), torch.device("cpu"))
    encoder = SpeechEncoder(checkpoint.model, choose_dtype(torch.device("cpu")))
    table = Table("encoder", "ours, sparse tail, ms", "ours, whole window, ms", "openai-whisper, ms")
    for seconds in (2.0, 5.0, 10.0, 28.0):
        samples = _noise(seconds)
        mel = torch.zeros(1, checkpoint.model.dims.n_mels, 3_000)
        with torch.inference_mode():
            times = [
                _median_ms(partial(encoder.encode, samples)),
                _median_ms(partial(encoder.encode, samples, whole_window=True)),
                _median_ms(partial(checkpoint.model.encoder, mel)),
            ]
        table.add_row(f"{seconds:.0f} s of sound", *(f"{value:.0f}" for value in times))
    return table


def _median_ms(action: Callable[[], object], repeats: int = 5) -> float:
    times = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        action()
        times.append(1e3 * (time.perf_counter() - start))
    return float(np.median(times[1:]))


if __name__ == "__main__":
    raise SystemExit(main())
