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
_MOST_WINDOWS = 12
"""Of a long utterance so many, evenly spread: more make its vector no better and cost time."""
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
        loudness = float(np.sqrt(np.mean(np.square(samples)))) if len(samples) else 0.0
        if not loudness:
            return np.zeros(VECTOR_SIZE, np.float32)
        starts = window_starts(len(samples))
        padded = np.pad(samples, (0, max(0, (starts[-1] + _WINDOW_FRAMES) * HOP_SAMPLES - len(samples))))
        with one_thread():
            mel = self._network.mel(torch.from_numpy(padded * np.float32(max(1.0, _LOUDNESS / loudness))))
            vectors = self._network(torch.stack([mel[start : start + _WINDOW_FRAMES] for start in _spread(starts)]))
        return np.asarray(F.normalize(vectors.mean(0), dim=0).numpy(), np.float32)


def window_starts(samples: int) -> list[int]:
    """Return the first frames of the windows over `samples`, as Resemblyzer lays them; at least one."""
    frames = -(-(samples + 1) // HOP_SAMPLES)
    starts = list(range(0, max(1, frames - _WINDOW_FRAMES + _STEP_FRAMES + 1), _STEP_FRAMES))
    covered = (samples / HOP_SAMPLES - starts[-1]) / _WINDOW_FRAMES
    return starts[:-1] if covered < _LEAST_COVERED and len(starts) > 1 else starts


def _spread(starts: list[int]) -> list[int]:
    if len(starts) <= _MOST_WINDOWS:
        return starts
    return [starts[round(place)] for place in np.linspace(0, len(starts) - 1, _MOST_WINDOWS)]
