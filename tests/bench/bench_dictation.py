"""What dictation finds and invents: drug names in synthetic speech, and words where nobody speaks.

    python -m tests.bench.bench_dictation [--limit 40] [--tuning]

Drug names: sentences of open clinical notes (MTS-Dialog and ACI-BENCH, training and validation), one for each drug
name that Whisper's vocabulary does not hold whole, spoken by machines (flite), every second clip under white noise at
20 dB. The names are split by their hash: `--tuning` takes those on which the strength was chosen, else those held out.
All 25,000 installed names compete, not those that are spoken. A name counts only where it is spelt right.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import jiwer
import numpy as np
import torch

from multimodal.catalog import installed_path
from multimodal.models import DICTATION
from multimodal.sound import SAMPLE_RATE_HZ, Recording
from multimodal.speech import DecodingChoices, SpeechRecognizer
from multimodal.word_list import drug_names
from tests.bench.bench_speech import normalise
from tests.bench.report import Figure, write_figures
from tests.bench.synthetic_speech import installed_voices, with_noise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

REQUIRED_RECALL, REQUIRED_GAIN = 0.85, 0.15
BOOTSTRAPS = 2_000
NOISE_DB = 20.0
SILENT_S = 10 * 60
_NOT_DRUGS = frozenset(
    "hemoglobin creatinine nsaid cortisone peroxide cardiolipin phosphatase diuretic sulfate herbicide narcotic "
    "anesthetic antihistamine immunosuppressant contraceptive androgen bilirubin ferritin".split()
)
"""On the list of drugs, and in these notes said of something else."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One sentence with a drug name."""

    name: str
    text: str
    recording: Recording


@dataclass(slots=True)
class Heard:
    """What one system made of all of them."""

    found: list[bool] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    seconds: float = 0.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write the figures to stdout."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bench_dictation", description="Names and silence.")
    parser.add_argument("--limit", type=int, default=0, help="this many names; 0 is all")
    parser.add_argument("--tuning", action="store_true", help="the names on which the strength was chosen")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    plain = _recognizer(DecodingChoices())
    _report_silence(plain)
    _report_names(plain, options)
    return 0


def _recognizer(choices: DecodingChoices) -> SpeechRecognizer:
    return SpeechRecognizer.load(installed_path("whisper-base"), installed_path("silero-vad"), decoding=choices)


# --- where nobody speaks ---------------------------------------------------------------------------------------------


def _report_silence(recognizer: SpeechRecognizer) -> None:
    kinds = unspoken(SILENT_S / 5)
    words = {kind: len(recognizer.transcribe_all(Recording(samples)).words) for kind, samples in kinds.items()}
    total = float(sum(words.values()))
    figure = Figure("words invented", total, "words", None, "", "0", total == 0)
    notes = [", ".join(f"{kind}: {count}" for kind, count in words.items())]
    write_figures(f"Where nobody speaks: {SILENT_S // 60} minutes, {len(kinds)} kinds of sound", [figure], notes)


def unspoken(seconds: float) -> dict[str, NDArray[np.float32]]:
    """Return sounds without speech, `(n,)` float32 at 16 kHz, each so long."""
    generator = np.random.default_rng(0)
    count = int(seconds * SAMPLE_RATE_HZ)
    clock = np.arange(count) / SAMPLE_RATE_HZ
    white = generator.standard_normal(count)
    spectrum = np.fft.rfft(white) / np.sqrt(np.maximum(1, np.arange(count // 2 + 1)))
    pink = np.fft.irfft(spectrum, count)
    sounds = {
        "muted microphone": np.zeros(count),
        "white noise": 0.05 * white,
        "pink noise": 0.1 * pink / np.abs(pink).max(),
        "mains hum": 0.1 * np.sin(2 * np.pi * 50 * clock) + 0.05 * np.sin(2 * np.pi * 150 * clock),
        "music": _music(clock, generator),
    }
    return {kind: samples.astype(np.float32) for kind, samples in sounds.items()}


def _music(clock: NDArray[np.float64], generator: np.random.Generator) -> NDArray[np.float64]:
    """Return plucked chords, two a second, with five overtones each."""
    beat = (clock * 2).astype(np.int64)
    notes = 220 * 2 ** (generator.integers(0, 24, (int(beat[-1]) + 1, 3)) / 12)
    decay = np.exp(-4 * (clock * 2 - beat))
    tones = [
        np.sin(2 * np.pi * overtone * notes[beat, voice] * clock) / overtone
        for voice in range(3)
        for overtone in range(1, 6)
    ]
    return 0.08 * decay * np.sum(tones, axis=0)


# --- drug names ------------------------------------------------------------------------------------------------------


def _report_names(plain: SpeechRecognizer, options: argparse.Namespace) -> None:
    data = Path(os.environ.get("BEDSIDE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
    voices = [voice for voice in installed_voices((1.0, 1.15)) if voice.name.startswith("flite")]
    names = drug_names()
    if not voices or not names or not (data / "notes.jsonl").is_file():
        sys.stderr.write(
            "Drug names need flite (libflite1), the installed drug names and the open notes: not measured.\n"
        )
        return
    sentences = _sentences(data / "notes.jsonl", names, tuning=options.tuning)
    chosen = list(sentences.items())[: options.limit or None]
    spoken = []
    for place, (name, text) in enumerate(chosen):
        said = voices[place % len(voices)].say(text)
        spoken.append(Spoken(name, text, with_noise(said, NOISE_DB, place) if place % 2 else said))
    systems = {
        "greedy": plain,
        "beams": _recognizer(DecodingChoices(beams=DICTATION.beams)),
        "biased": _recognizer(DecodingChoices(DICTATION.beams, names, DICTATION.strength)),
    }
    heard = {system: _hear(recognizer, spoken) for system, recognizer in systems.items()}
    _write_names(spoken, heard, len(names), tuning=options.tuning)


def _sentences(notes: Path, names: frozenset[str], *, tuning: bool) -> dict[str, str]:
    """Return the first short sentence of the notes with each drug name that is more than one token."""
    from whisper.tokenizer import get_tokenizer

    tokenizer = get_tokenizer(multilingual=True, language="en", task="transcribe")
    found: dict[str, str] = {}
    for row in map(json.loads, notes.read_text(encoding="utf-8").splitlines()):
        if row["split"] not in {"train", "valid"}:
            continue
        for sentence in re.split(r"(?<=[.!?])\s+", row["note"].replace("\n", " ")):
            words = re.findall(r"[a-z]+", sentence.lower())
            if not 4 <= len(words) <= 14 or not sentence.isascii():
                continue
            for word in sorted(set(words) & names - _NOT_DRUGS):
                if word not in found and len(tokenizer.encode(f" {word}")) > 1:
                    found[word] = sentence
    return {name: text for name, text in found.items() if _is_tuning(name) == tuning}


def _is_tuning(name: str) -> bool:
    return hashlib.sha256(name.encode()).digest()[0] % 2 == 1


def _hear(recognizer: SpeechRecognizer, spoken: Sequence[Spoken]) -> Heard:
    heard = Heard()
    started = time.perf_counter()
    for clip in spoken:
        text = recognizer.transcribe_all(clip.recording, language="en").text
        heard.texts.append(normalise(text))
        heard.found.append(clip.name in re.findall(r"[a-z]+", text.lower()))
    heard.seconds = time.perf_counter() - started
    return heard


def _write_names(spoken: Sequence[Spoken], heard: dict[str, Heard], names: int, *, tuning: bool) -> None:
    biased, plain = np.array(heard["biased"].found), np.array(heard["greedy"].found)
    recall, before = float(biased.mean()), float(plain.mean())
    draws = np.random.default_rng(0).integers(0, len(plain), (BOOTSTRAPS, len(plain)))
    low, high = np.percentile((biased[draws].astype(float) - plain[draws]).mean(axis=1), [2.5, 97.5])
    references = [normalise(clip.text) for clip in spoken]
    rates = {system: 100 * jiwer.wer(references, result.texts) for system, result in heard.items()}
    figures = [
        Figure("recall with biasing", recall, "", before, "without", f"{REQUIRED_RECALL}", recall >= REQUIRED_RECALL),
        Figure("gain by biasing", recall - before, "", None, "", f"{REQUIRED_GAIN}", recall - before >= REQUIRED_GAIN),
        Figure("word error rate of these sentences", rates["biased"], "%", rates["greedy"], "without"),
        Figure("seconds", heard["biased"].seconds, "s", heard["greedy"].seconds, "without"),
    ]
    notes = [
        f"gain {recall - before:+.3f}, 95% interval {low:+.3f} to {high:+.3f}",
        f"{DICTATION.beams} beams without names: recall {np.mean(heard['beams'].found):.3f}, "
        f"word error rate {rates['beams']:.1f} %",
        f"synthetic speech (flite), {names} names compete, {'tuning' if tuning else 'held-out'} names",
    ]
    write_figures(f"Drug names: {len(spoken)} sentences, synthetic speech", figures, notes)


if __name__ == "__main__":
    raise SystemExit(main())
