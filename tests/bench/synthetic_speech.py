"""Speech made by machines from text, for what no open recording holds: labelled synthetic wherever it is reported.

`flite` (BSD-like licence) is spoken through its shared library, `espeak-ng` through its command; what this machine does
not have is left out. Debian: apt-get install libflite1 espeak-ng.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from multimodal.audio import load_audio
from multimodal.sound import Recording

if TYPE_CHECKING:
    from collections.abc import Callable

_FLITE_VOICES = ("slt", "rms", "awb")
_ESPEAK_VOICES = ("en-us+f3", "en-gb+m3", "en-us+m1")


@dataclass(frozen=True, slots=True)
class Voice:
    """One voice; `speak` writes what it says of a text to a WAV file."""

    name: str
    speak: Callable[[str, Path], None]

    def say(self, text: str) -> Recording:
        """Return the text as spoken."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "said.wav"
            self.speak(text, file)
            return load_audio(file)


def installed_voices(speeds: tuple[float, ...] = (1.0,)) -> tuple[Voice, ...]:
    """Return every voice of this machine at each speed, 1.0 being its own; empty where there is no synthesiser."""
    return (*_flite(speeds), *_espeak(speeds))


def with_noise(recording: Recording, snr_db: float, seed: int) -> Recording:
    """Return a recording under white noise, `snr_db` below its mean power."""
    samples = recording.samples
    noise = np.random.default_rng(seed).standard_normal(len(samples)).astype(np.float32)
    level = float(np.sqrt(np.mean(samples**2))) * 10 ** (-snr_db / 20)
    return Recording(np.clip(samples + level * noise, -1, 1).astype(np.float32))


def _espeak(speeds: tuple[float, ...]) -> list[Voice]:
    program = shutil.which("espeak-ng")
    if program is None:
        return []

    def voice(name: str, speed: float) -> Voice:
        def speak(text: str, file: Path) -> None:
            rate = str(round(165 * speed))
            subprocess.run([program, "-v", name, "-s", rate, "-w", str(file), "--", text], check=True)

        return Voice(f"espeak-ng {name} x{speed:g}", speak)

    return [voice(name, speed) for name in _ESPEAK_VOICES for speed in speeds]


def _flite(speeds: tuple[float, ...]) -> list[Voice]:
    try:
        flite = ctypes.CDLL("libflite.so.1", ctypes.RTLD_GLOBAL)
        for library in ("usenglish", "cmulex"):
            ctypes.CDLL(f"libflite_{library}.so.1", ctypes.RTLD_GLOBAL)
        makers = {name: ctypes.CDLL(f"libflite_cmu_us_{name}.so.1") for name in _FLITE_VOICES}
    except OSError:
        return []
    flite.flite_init()
    flite.flite_text_to_speech.restype = ctypes.c_float
    flite.flite_text_to_speech.argtypes = [ctypes.c_char_p, ctypes.c_void_p, ctypes.c_char_p]
    flite.flite_feat_set_float.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_float]

    def voice(name: str, speed: float) -> Voice:
        register = getattr(makers[name], f"register_cmu_us_{name}")
        register.restype, register.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
        handle = register(None)
        # `cst_voice` begins with its name and its features.
        features = ctypes.cast(handle, ctypes.POINTER(ctypes.c_void_p))[1]

        def speak(text: str, file: Path) -> None:
            flite.flite_feat_set_float(features, b"duration_stretch", 1 / speed)
            flite.flite_text_to_speech(text.encode(), handle, str(file).encode())

        return Voice(f"flite {name} x{speed:g}", speak)

    return [voice(name, speed) for name in _FLITE_VOICES for speed in speeds]
