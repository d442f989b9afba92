"""Voice activity: which stretches of a recording hold speech, by Silero VAD (MIT, Silero Team 2021-2026)."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

from multimodal.errors import Cancelled
from multimodal.sound import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

WINDOW_SAMPLES = 512
"""One probability for each 32 ms."""
_CONTEXT_SAMPLES = 64
_WINDOWS_AT_ONCE = 2048


@dataclass(frozen=True, slots=True)
class VadOptions:
    """How probabilities become stretches of speech; the thresholds are Silero's own."""

    speech_threshold: float = 0.5
    silence_threshold: float = 0.35
    min_silence_s: float = 0.5
    min_speech_s: float = 0.1
    pad_s: float = 0.2
    max_speech_s: float = 28.0
    """Shorter than Whisper's window, so that an utterance is recognised in one piece."""


@dataclass(frozen=True, slots=True)
class SpeechSpan:
    """Samples `[start, end)` of the recording that hold speech."""

    start: int
    end: int

    @property
    def duration_s(self) -> float:
        """The length in seconds."""
        return (self.end - self.start) / SAMPLE_RATE_HZ


class SileroVad(nn.Module):
    """Short-time spectrum, four convolutions and an LSTM over windows of 32 ms."""

    def __init__(self) -> None:
        super().__init__()
        self.stft_conv = nn.Conv1d(1, 258, kernel_size=256, stride=128, bias=False)
        self.conv1 = nn.Conv1d(129, 128, kernel_size=3, padding=1)
        self.conv2 = nn.Conv1d(128, 64, kernel_size=3, stride=2, padding=1)
        self.conv3 = nn.Conv1d(64, 64, kernel_size=3, stride=2, padding=1)
        self.conv4 = nn.Conv1d(64, 128, kernel_size=3, padding=1)
        self.lstm = nn.LSTM(128, 128)
        self.final_conv = nn.Conv1d(128, 1, kernel_size=1)

    @classmethod
    def load(cls, folder: Path) -> SileroVad:
        """Read `silero_vad_16k.safetensors`; it runs on the CPU, where an hour takes seconds."""
        tensors = load_file(folder / "silero_vad_16k.safetensors")
        cell = "lstm_cell."
        renamed = {
            f"lstm.{name.removeprefix(cell)}_l0" if name.startswith(cell) else name: tensor
            for name, tensor in tensors.items()
        }
        network = cls()
        network.load_state_dict(renamed)
        return network.eval().requires_grad_(False)

    def forward(
        self, windows: Tensor, state: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Return the speech probability of each window `(n,)` and the LSTM's state after the last.

        `windows` is `(n, 576)`: 64 samples of the window before, then the 512 of its own, consecutive in time.
        """
        spectrum = self.stft_conv(F.pad(windows.unsqueeze(1), (0, _CONTEXT_SAMPLES), mode="reflect"))
        real, imaginary = spectrum.chunk(2, dim=1)
        hidden = (real.square() + imaginary.square()).sqrt()
        for convolution in (self.conv1, self.conv2, self.conv3, self.conv4):
            hidden = F.relu(convolution(hidden))
        output, state = self.lstm(hidden.permute(2, 0, 1).flatten(0, 1).unsqueeze(1), state)
        return torch.sigmoid(self.final_conv(F.relu(output.permute(1, 2, 0)))).flatten(), state

    @torch.inference_mode()
    def probabilities(self, samples: NDArray[np.float32], cancelled: Callable[[], bool] = lambda: False) -> Tensor:
        """Return one speech probability for each 32 ms of `samples` `(n,)`, the last window zero-padded.

        Raises Cancelled once `cancelled` returns True.
        """
        if len(samples) == 0:
            return torch.empty(0)
        signal = torch.from_numpy(samples)
        tail = -len(signal) % WINDOW_SAMPLES
        signal = F.pad(signal, (_CONTEXT_SAMPLES, tail))
        windows = signal.unfold(0, _CONTEXT_SAMPLES + WINDOW_SAMPLES, WINDOW_SAMPLES)
        state, parts = None, []
        with one_thread():
            for block in torch.split(windows, _WINDOWS_AT_ONCE):
                if cancelled():
                    raise Cancelled("Listening was stopped.")
                part, state = self(block, state)
                parts.append(part)
        return torch.cat(parts)

    def speech_spans(
        self,
        samples: NDArray[np.float32],
        options: VadOptions | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> list[SpeechSpan]:
        """Return the stretches of speech in order, padded, none longer than `options.max_speech_s`."""
        options = options or VadOptions()
        probabilities = self.probabilities(samples, cancelled).tolist()
        spans = [
            piece
            for first, last in speech_windows(probabilities, options)
            for piece in split_long(first, last, probabilities, options)
        ]
        return pad_spans(spans, len(samples), options)


class VadStream:
    """The same probabilities for sound that arrives piece by piece."""

    def __init__(self, network: SileroVad) -> None:
        self._network = network
        self._state: tuple[Tensor, Tensor] | None = None
        self._rest = torch.zeros(_CONTEXT_SAMPLES)
        """The context of the next window and what has come of it."""

    @torch.inference_mode()
    def push(self, samples: NDArray[np.float32]) -> list[float]:
        """Return the probabilities of the windows that `samples` `(n,)` complete."""
        signal = torch.cat([self._rest, torch.from_numpy(samples)])
        whole = (len(signal) - _CONTEXT_SAMPLES) // WINDOW_SAMPLES
        self._rest = signal[whole * WINDOW_SAMPLES :]
        if not whole:
            return []
        windows = signal.unfold(0, _CONTEXT_SAMPLES + WINDOW_SAMPLES, WINDOW_SAMPLES)
        with one_thread():
            probabilities, self._state = self._network(windows, self._state)
        numbers: list[float] = probabilities.tolist()
        return numbers


@contextmanager
def one_thread() -> Iterator[None]:
    """Run on one CPU thread: products this small take longer to share out than to compute.

    On a machine that other programs use too, two threads took five times the processor time of one.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def window_count(seconds: float) -> int:
    """Return how many windows of the detector `seconds` are."""
    return round(seconds * SAMPLE_RATE_HZ / WINDOW_SAMPLES)


def speech_windows(probabilities: Sequence[float], options: VadOptions) -> list[tuple[int, int]]:
    """Return `[first, last)` windows of speech, by hysteresis between the two thresholds."""
    spans: list[tuple[int, int]] = []
    start: int | None = None
    silence_start: int | None = None
    for index, probability in enumerate(probabilities):
        if probability >= options.speech_threshold:
            start = index if start is None else start
            silence_start = None
        elif start is not None and (probability < options.silence_threshold or silence_start is not None):
            silence_start = index if silence_start is None else silence_start
            if index - silence_start >= window_count(options.min_silence_s):
                spans.append((start, silence_start))
                start = silence_start = None
    if start is not None:
        spans.append((start, len(probabilities) if silence_start is None else silence_start))
    shortest = window_count(options.min_speech_s)
    return [(first, last) for first, last in spans if last - first >= shortest]


def split_long(first: int, last: int, probabilities: Sequence[float], options: VadOptions) -> list[tuple[int, int]]:
    """Cut a stretch at its quietest window until every piece fits, never into slivers."""
    longest = window_count(options.max_speech_s - 2 * options.pad_s)
    if last - first <= longest:
        return [(first, last)]
    margin = min(longest, last - first) // 4
    stop = min(first + longest, last - margin)
    cut = min(range(first + margin, stop), key=lambda window: (probabilities[window], -window))
    left = split_long(first, cut, probabilities, options)
    return left + split_long(cut, last, probabilities, options)


def pad_spans(spans: Sequence[tuple[int, int]], samples: int, options: VadOptions) -> list[SpeechSpan]:
    """Widen each span by the padding, or to the middle of a pause that is too short for both sides."""
    if not spans:
        return []
    pad = int(options.pad_s * SAMPLE_RATE_HZ)
    edges = [(first * WINDOW_SAMPLES, last * WINDOW_SAMPLES) for first, last in spans]
    before = [0] + [end for _, end in edges[:-1]]
    after = [start for start, _ in edges[1:]] + [samples]
    padded = []
    for (start, end), previous_end, next_start in zip(edges, before, after, strict=True):
        room_left = start - previous_end if previous_end == 0 else (start - previous_end) // 2
        room_right = next_start - end if next_start == samples else (next_start - end) // 2
        padded.append(SpeechSpan(start - min(pad, room_left), min(samples, end + min(pad, max(0, room_right)))))
    return padded
