"""Whisper's states of every training clip, computed once and read back from disk.

Whisper's encoder is never trained, so its states are the same in every epoch. They are kept as bf16 in one file that
only grows, with a line for each clip in the index: a run that is stopped goes on where it was.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from multimodal.training.clips import Clip

_STATES, _INDEX = "states.bf16", "index.jsonl"


class SoundEncoder(Protocol):
    """What gives encoder states `(frames, d_encoder)`; SpeechRecognizer does."""

    def encode(self, samples: NDArray[np.float32]) -> torch.Tensor:
        """Return 50 states a second of the samples' own length."""
        ...


@dataclass(frozen=True, slots=True)
class SoundProgress:
    """How many clips have passed Whisper's encoder."""

    clips_done: int
    clips: int


class SoundFeatures:
    """Memory-mapped bf16 states of clips, each `(frames, d_encoder)`."""

    def __init__(self, folder: Path) -> None:
        self._rows: dict[str, tuple[int, int]] = {}
        self.d_encoder = 0
        for line in _lines(folder / _INDEX):
            self._rows[line["clip"]] = (line["first"], line["frames"])
            self.d_encoder = line["width"]
        size = (folder / _STATES).stat().st_size if self._rows else 0
        self._states = np.memmap(folder / _STATES, np.int16, "r", shape=(size // 2,)) if size else np.empty(0, np.int16)

    def __contains__(self, key: str) -> bool:
        return key in self._rows

    def get(self, key: str) -> torch.Tensor:
        """Return the states `(frames, d_encoder)` of a clip as float32."""
        first, frames = self._rows[key]
        raw = self._states[first * self.d_encoder : (first + frames) * self.d_encoder]
        return torch.from_numpy(raw.copy()).view(torch.bfloat16).view(frames, self.d_encoder).float()


def compute_sound_features(
    data: Path,
    clips: Sequence[Clip],
    encoder: SoundEncoder,
    folder: Path,
    on_progress: Callable[[SoundProgress], None],
) -> SoundFeatures:
    """Encode each clip once; what the store in `folder` holds already is not encoded again.

    Raises InvalidFile when a recording cannot be read, TrainingError when a voice is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = list(_lines(folder / _INDEX))
    done = {line["clip"] for line in known}
    first = max((line["first"] + line["frames"] for line in known), default=0)
    with (folder / _STATES).open("ab") as states, (folder / _INDEX).open("a", encoding="utf-8") as index:
        states.truncate(first * known[0]["width"] * 2 if known else 0)
        index.truncate(_whole_bytes(folder / _INDEX))
        for number, clip in enumerate(clips, 1):
            if clip.key in done:
                continue
            encoded = encoder.encode(clip.samples(data)).to("cpu", torch.bfloat16)
            states.write(encoded.contiguous().view(torch.int16).numpy().tobytes())
            states.flush()
            frames, width = encoded.shape
            index.write(json.dumps({"clip": clip.key, "first": first, "frames": frames, "width": width}) + "\n")
            index.flush()
            done.add(clip.key)
            first += frames
            on_progress(SoundProgress(number, len(clips)))
    return SoundFeatures(folder)


def _lines(index: Path) -> list[dict[str, Any]]:
    """Return the whole lines of an index, none where there is no index; a line cut off by a stop does not count."""
    whole = index.read_bytes()[: _whole_bytes(index)] if index.exists() else b""
    return [json.loads(line) for line in whole.splitlines()]


def _whole_bytes(index: Path) -> int:
    return index.read_bytes().rfind(b"\n") + 1
