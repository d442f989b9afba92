"""The frozen ViT's states of every training picture, computed once and read back from disk.

The ViT is never trained, so its states are the same in every epoch; keeping them makes a training step a matter
of the projector and the decoder alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from multimodal.atomic import write_text
from multimodal.image import load_image
from multimodal.vision import ImageFeatures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from multimodal.vision import ImageEncoder

_BATCH = 16


@dataclass(frozen=True, slots=True)
class FeatureProgress:
    """How many pictures have passed the ViT."""

    done: int
    total: int


class FeatureStore:
    """Memory-mapped float16 states: patches `(pictures, 256, d_encoder)` and CLS `(pictures, d_encoder)`."""

    def __init__(self, folder: Path) -> None:
        index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        self.encoder: str = index["encoder"]
        """The configuration of the ViT that computed the states."""
        self.rows: dict[str, int] = index["pictures"]
        self._patches = np.load(folder / "patches.npy", mmap_mode="r")
        self._cls = np.load(folder / "cls.npy", mmap_mode="r")
        self.d_encoder = int(self._cls.shape[1])

    def get(self, paths: Sequence[str]) -> ImageFeatures:
        """Return the states of `paths` as float32: patches `(batch, 256, d)` and CLS `(batch, d)`."""
        rows = [self.rows[path] for path in paths]
        return ImageFeatures(torch.from_numpy(self._patches[rows]).float(), torch.from_numpy(self._cls[rows]).float())

    def mean_picture(self) -> ImageFeatures:
        """Return the states averaged over a fixed tenth of the pictures: the blank picture of the ablations."""
        every = slice(0, None, 10)
        patches = torch.from_numpy(np.array(self._patches[every])).float().mean(dim=0, keepdim=True)
        return ImageFeatures(patches, torch.from_numpy(np.array(self._cls[every])).float().mean(dim=0, keepdim=True))


def compute_features(
    data: Path,
    paths: Sequence[str],
    encoder: ImageEncoder,
    folder: Path,
    on_progress: Callable[[FeatureProgress], None],
) -> FeatureStore:
    """Encode each picture of `paths` (relative to `data`) once; what a store already holds is not computed again.

    Raises InvalidFile when a picture of the open data cannot be read.
    """
    known = _open(folder, encoder)
    missing = sorted(set(paths) - known.rows.keys()) if known else sorted(set(paths))
    if known and not missing:
        return known
    folder.mkdir(parents=True, exist_ok=True)
    kept = sorted(set(paths) & known.rows.keys()) if known else []
    order = [*kept, *missing]
    d_patches = (len(order), encoder.grid[0] * encoder.grid[1], encoder.d_model)
    patches = _create(folder / "patches.partial.npy", d_patches)
    cls = _create(folder / "cls.partial.npy", (len(order), encoder.d_model))
    for start, states in _states(data, order, known, encoder):
        end = start + states.cls.shape[0]
        patches[start:end] = states.patches.to("cpu", torch.float16).numpy()
        cls[start:end] = states.cls.to("cpu", torch.float16).numpy()
        on_progress(FeatureProgress(end, len(order)))
    patches.flush()
    cls.flush()
    _publish(folder, str(encoder.config), order)
    return FeatureStore(folder)


def _states(
    data: Path, order: Sequence[str], known: FeatureStore | None, encoder: ImageEncoder
) -> Iterator[tuple[int, ImageFeatures]]:
    """Yield `(first row, states)` of a few pictures at a time, those that are known without encoding them again."""
    for start in range(0, len(order), _BATCH):
        batch = order[start : start + _BATCH]
        if known and all(path in known.rows for path in batch):
            yield start, known.get(batch)
        else:
            yield start, encoder.encode([load_image(data / path).pixels for path in batch])


def _publish(folder: Path, encoder: str, order: Sequence[str]) -> None:
    """Put finished arrays in their place; without its index a store does not exist."""
    index = folder / "index.json"
    index.unlink(missing_ok=True)
    for name in ("patches", "cls"):
        (folder / f"{name}.partial.npy").replace(folder / f"{name}.npy")
    rows = {path: row for row, path in enumerate(order)}
    write_text(index, json.dumps({"encoder": encoder, "pictures": rows}))


def _create(file: Path, shape: tuple[int, ...]) -> np.memmap[tuple[int, ...], np.dtype[np.float16]]:
    return np.lib.format.open_memmap(file, mode="w+", dtype=np.float16, shape=shape)


def _open(folder: Path, encoder: ImageEncoder) -> FeatureStore | None:
    """Return the store in `folder` if it is whole and was computed by the same encoder."""
    try:
        store = FeatureStore(folder)
    except (OSError, ValueError, KeyError):
        return None
    return store if store.encoder == str(encoder.config) else None
