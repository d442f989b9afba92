"""Voices that read sentences aloud: the speech synthesizers espeak-ng and flite, run as programs of their own.

Neither is part of Bedside: they are installed for a training run (`apt-get install espeak-ng flite`) and what they
say is never kept in the repository. Every voice belongs to one part, and what a test voice says is never trained on.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lm.errors import TrainingError
from multimodal.audio import load_audio
from multimodal.training.spoken_sentences import Part

if TYPE_CHECKING:
    import random

    from numpy.typing import NDArray

_TIMEOUT_S = 60
_NOISY_SHARE = 0.5
_SIGNAL_TO_NOISE_DB = (8.0, 30.0)
_SPEEDS = (0.85, 1.25)
"""How fast, as a multiple of the voice's own speed."""
_PITCHES = (0.92, 1.09)
"""Played so much faster or slower, which changes the voice itself."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of a synthesizer, by the program's own name for it."""

    program: str
    name: str
    part: Part


def _espeak(part: Part, *names: str) -> tuple[Voice, ...]:
    return tuple(Voice("espeak-ng", name, part) for name in names)


VOICES = (
    *(Voice("flite", name, Part.TRAIN) for name in ("rms", "awb", "kal16") for _ in range(3)),
    *_espeak(Part.TRAIN, "en-us", "en-us+f2", "en-us+m3", "en-us+m7", "en-us+f5", "en-gb", "en-gb+f1", "en-gb+m2"),
    *_espeak(Part.TRAIN, "en-gb-x-rp+f4", "en-gb-x-gbcwmd", "en-029+m1", "en-gb-x-gbclan+f3"),
    *_espeak(Part.DEV, "en-gb-x-rp+m4"),
    Voice("flite", "slt", Part.TEST),
    *_espeak(Part.TEST, "en-gb-scotland", "en-gb-scotland+f2", "en-us+m5"),
)
"""flite's three are drawn three times as often as one of espeak-ng's: they are made from recorded people."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a sentence is read; noise is None where there is none."""

    speed: float
    pitch: float
    noise_db: float | None
    seed: int


def draw_manner(rng: random.Random) -> Manner:
    """Return a speed, a pitch and perhaps some noise."""
    noise = rng.uniform(*_SIGNAL_TO_NOISE_DB) if rng.random() < _NOISY_SHARE else None
    return Manner(rng.uniform(*_SPEEDS), rng.uniform(*_PITCHES), noise, rng.randrange(2**31))


def speak(text: str, voice: Voice, manner: Manner) -> NDArray[np.float32]:
    """Return mono 16 kHz samples `(n,)` of a sentence read aloud.

    Raises TrainingError when the synthesizer is not installed or fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "said.wav"
        _run(_command(text, voice, manner, file))
        samples = load_audio(file).samples
    return _with_noise(_played(samples, manner.pitch), manner)


def _command(text: str, voice: Voice, manner: Manner, file: Path) -> list[str]:
    if voice.program == "flite":
        stretch = f"duration_stretch={1 / manner.speed:.3f}"
        return ["flite", "-voice", voice.name, "--setf", stretch, "-t", text, "-o", str(file)]
    return ["espeak-ng", "-v", voice.name, "-s", str(round(165 * manner.speed)), "-w", str(file), "--", text]


def _run(command: list[str]) -> None:
    if shutil.which(command[0]) is None:
        raise TrainingError(
            f"The speech synthesizer {command[0]} is not installed. Install it (apt-get install espeak-ng flite) "
            "and start the training again."
        )
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=_TIMEOUT_S)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise TrainingError(f"The speech synthesizer {command[0]} failed: {error}.") from error


def _played(samples: NDArray[np.float32], pitch: float) -> NDArray[np.float32]:
    places = np.arange(0, len(samples) - 1, pitch)
    played: NDArray[np.float32] = np.interp(places, np.arange(len(samples)), samples).astype(np.float32)
    return played


def _with_noise(samples: NDArray[np.float32], manner: Manner) -> NDArray[np.float32]:
    """Return the samples at a common loudness, with white noise where the manner has some."""
    level = float(np.sqrt(np.mean(samples**2))) or 1.0
    even = samples * (0.05 / level)
    if manner.noise_db is not None:
        noise = np.random.default_rng(manner.seed).standard_normal(len(even)) * 0.05 * 10 ** (-manner.noise_db / 20)
        even = even + noise
    clipped: NDArray[np.float32] = np.clip(even, -1.0, 1.0).astype(np.float32)
    return clipped
