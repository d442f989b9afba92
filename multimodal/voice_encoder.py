"""How a voice sounds, as a vector: the d-vectors of "Generalized End-to-End Loss for Speaker Verification".

Wan, Wang, Papir, Lopez Moreno 2018, arXiv 1710.10467; the weights are Resemblyzer's (Apache-2.0, Resemble AI). Voices
that are alike have a cosine near to 1. A vector can tell a person again, so none is ever written anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from lm.errors import DamagedCheckpoint
from multimodal.sound import SAMPLE_RATE_HZ
from multimodal.vad import one_thread

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

WEIGHTS = "model.safetensors"
FFT_SAMPLES, HOP_SAMPLES, MEL_CHANNELS = 400, 160, 40
VECTOR_SIZE = 256
_STEP_FRAMES, _WINDOW_FRAMES = 77, 160
"""The network hears windows of 1.6 s, one every 0.77 s."""
_LEAST_COVERED = 0.75
"""Of the last window; a shorter rest is left out."""
SLIDING_FRAMES, SLIDING_STEP_FRAMES = 120, 20
"""To find where one voice follows another: windows of 1.2 s, one every 0.2 s."""
_AT_ONCE = 64
_LOUDNESS = 10 ** (-30 / 20)
"""Root mean square, full scale being 1: quieter sound is made as loud as what the network was trained on."""


class VoiceNetwork(nn.Module):
    """Three LSTM layers over 40 mel channels; the last state, through a linear layer and ReLU, is the voice."""

    mel_filters: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mel_filters", torch.empty(MEL_CHANNELS, FFT_SAMPLES // 2 + 1))
        self.lstm = nn.LSTM(MEL_CHANNELS, VECTOR_SIZE, num_layers=3, batch_first=True)
        self.linear = nn.Linear(VECTOR_SIZE, VECTOR_SIZE)

    def mel(self, samples: Tensor) -> Tensor:
        """Return the mel power spectrum `(1 + n // 160, 40)` of `samples` `(n,)`, without a logarithm."""
        window = torch.hann_window(FFT_SAMPLES)
        spectrum = torch.stft(
            samples, FFT_SAMPLES, HOP_SAMPLES, window=window, pad_mode="constant", return_complex=True
        )
        return (self.mel_filters @ spectrum.abs().square()).T

    def forward(self, windows: Tensor) -> Tensor:
        """Return vectors `(n, 256)` of unit length for mel windows `(n, 160, 40)`."""
        _, (states, _) = self.lstm(windows)
        return F.normalize(F.relu(self.linear(states[-1])), dim=-1)


class VoiceEncoder:
    """The network with what goes before and after it; it runs on the CPU, on one thread."""

    def __init__(self, network: VoiceNetwork) -> None:
        self._network = network.eval().requires_grad_(False)

    @classmethod
    def load(cls, folder: Path) -> VoiceEncoder:
        """Read `model.safetensors`. Raises DamagedCheckpoint where it does not hold the network."""
        network = VoiceNetwork()
        try:
            network.load_state_dict(load_file(folder / WEIGHTS))
        except (SafetensorError, RuntimeError, OSError) as error:
            raise DamagedCheckpoint(f"{folder / WEIGHTS} holds no voice encoder ({error}).") from error
        return cls(network)

    @torch.inference_mode()
    def vector(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the voice in `samples` `(n,)`, mono 16 kHz, as `(256,)` of unit length; all zero for silence.

        Of less than 1.6 s it knows little.
        """
        loudness = _loudness(samples)
        if not loudness:
            return np.zeros(VECTOR_SIZE, np.float32)
        vectors = self._heard(samples, loudness, window_starts(len(samples)), _WINDOW_FRAMES)
        return np.asarray(F.normalize(vectors.mean(0), dim=0).numpy(), np.float32)

    @torch.inference_mode()
    def sliding(self, samples: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the middles `(k,)` in seconds and the vectors `(k, 256)` of windows of 1.2 s over `samples` `(n,)`.

        At least one, over shorter sound; none for silence.
        """
        loudness = _loudness(samples)
        if not loudness:
            return np.empty(0, np.float32), np.empty((0, VECTOR_SIZE), np.float32)
        starts = list(range(0, max(1, len(samples) // HOP_SAMPLES - SLIDING_FRAMES + 1), SLIDING_STEP_FRAMES))
        vectors = self._heard(samples, loudness, starts, SLIDING_FRAMES).numpy()
        length_s = len(samples) / SAMPLE_RATE_HZ
        middles = (np.array(starts, np.float32) + SLIDING_FRAMES / 2) * (HOP_SAMPLES / SAMPLE_RATE_HZ)
        return np.minimum(middles, max(length_s / 2, length_s - float(middles[0]))), vectors

    def _heard(self, samples: NDArray[np.float32], loudness: float, starts: list[int], frames: int) -> Tensor:
        padded = np.pad(samples, (0, max(0, (starts[-1] + frames) * HOP_SAMPLES - len(samples))))
        with one_thread():
            mel = self._network.mel(torch.from_numpy(padded * np.float32(max(1.0, _LOUDNESS / loudness))))
            groups = (starts[first : first + _AT_ONCE] for first in range(0, len(starts), _AT_ONCE))
            return torch.cat([self._network(torch.stack([mel[s : s + frames] for s in group])) for group in groups])


def window_starts(samples: int) -> list[int]:
    """Return the first frames of the windows over `samples`, as Resemblyzer lays them; at least one."""
    frames = -(-(samples + 1) // HOP_SAMPLES)
    starts = list(range(0, max(1, frames - _WINDOW_FRAMES + _STEP_FRAMES + 1), _STEP_FRAMES))
    covered = (samples / HOP_SAMPLES - starts[-1]) / _WINDOW_FRAMES
    return starts[:-1] if covered < _LEAST_COVERED and len(starts) > 1 else starts


def _loudness(samples: NDArray[np.float32]) -> float:
    return float(np.sqrt(np.mean(np.square(samples)))) if len(samples) else 0.0
