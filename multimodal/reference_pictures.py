"""What a picture is held against: the mean of the training pictures, and another picture than the one asked about.

Both are encoder states, so they belong to no decoder: the projector in use turns them into image tokens. They ship
beside a projector (`image-reference.safetensors`, 50 KB), with the thresholds that were calibrated for it, and are
written by `bedside train projector`. Where there are none, an evenly grey picture stands in: the encoder's padding,
the mean colour of its own training pictures. It is known to be no picture, and answers held against it say so.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from multimodal.errors import AdapterError
from multimodal.fusion import PATCHES_A_SIDE, SHUFFLE, AdapterBinding
from multimodal.vision import ImageFeatures

if TYPE_CHECKING:
    from pathlib import Path

    from multimodal.fusion import ImageProjector
    from multimodal.vision import ImageEncoder

REFERENCE_FILE = "image-reference.safetensors"
PROJECTOR_FILE = "image-projector.safetensors"
_POOLED_A_SIDE = PATCHES_A_SIDE // SHUFFLE


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From how many nats a token on an answer depends on its picture weakly, and strongly."""

    weak: float
    strong: float


UNCALIBRATED = Thresholds(weak=0.05, strong=0.3)
"""Where nothing was calibrated: an answer of six tokens is a third less probable, or a sixth as probable."""


@dataclass(frozen=True, slots=True, eq=False)
class ReferencePictures:
    """The pictures and thresholds that answers are held against."""

    mean: ImageFeatures
    """One patch `(1, 1, d_encoder)` and CLS `(1, d_encoder)`: the mean over pictures and places."""
    other: ImageFeatures | None
    """Another picture, its patches averaged in blocks of 2 x 2, `(1, 64, d_encoder)`."""
    thresholds: Thresholds
    calibrated: bool
    """The thresholds were measured with the very projector in use."""
    grey: bool = False
    """The adapter ships no mean picture; an evenly grey one stands in."""

    def project(self, projector: ImageProjector) -> ReferenceTokens:
        """Return the image tokens of both."""
        device = next(projector.parameters()).device

        def tokens(states: ImageFeatures) -> torch.Tensor:
            whole = ImageFeatures(_all_patches(states.patches).to(device), states.cls.to(device))
            return projector.project(whole)[0]

        return ReferenceTokens(tokens(self.mean), tokens(self.other) if self.other else None, self)


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceTokens:
    """The references as the decoder reads them, each `(65, d_model)`."""

    mean: torch.Tensor
    other: torch.Tensor | None
    pictures: ReferencePictures


def pooled(states: ImageFeatures) -> ImageFeatures:
    """Return a picture's states as they are kept: patches averaged in blocks of 2 x 2."""
    batch, _, width = states.patches.shape
    blocks = states.patches.reshape(batch, _POOLED_A_SIDE, SHUFFLE, _POOLED_A_SIDE, SHUFFLE, width)
    return ImageFeatures(blocks.mean(dim=(2, 4)).reshape(batch, -1, width), states.cls)


def _all_patches(kept: torch.Tensor) -> torch.Tensor:
    """Return `(1, 256, d_encoder)` from one patch or from 8 x 8 blocks."""
    if kept.shape[1] == 1:
        return kept.expand(1, PATCHES_A_SIDE**2, -1)
    if kept.shape[1] == PATCHES_A_SIDE**2:
        return kept
    grid = kept.reshape(1, _POOLED_A_SIDE, _POOLED_A_SIDE, -1)
    return grid.repeat_interleave(SHUFFLE, 1).repeat_interleave(SHUFFLE, 2).reshape(1, PATCHES_A_SIDE**2, -1)


def grey_picture(encoder: ImageEncoder) -> ReferencePictures:
    """Return the stand-in for an adapter without references: there is no other picture, and nothing is calibrated."""
    side = encoder.config.img_size
    with torch.inference_mode():
        states = encoder.forward(torch.zeros(1, 3, side, side, device=encoder.device))
    return ReferencePictures(states, None, UNCALIBRATED, calibrated=False, grey=True)


def save_references(pictures: ReferencePictures, binding: AdapterBinding, folder: Path) -> None:
    """Write the references beside the projector in `folder`, bound to it by its sha256."""
    tensors = {"mean_patch": pictures.mean.patches, "mean_cls": pictures.mean.cls}
    if pictures.other is not None:
        tensors |= {"other_patches": pictures.other.patches, "other_cls": pictures.other.cls}
    metadata = {
        "binding": json.dumps(asdict(binding)),
        "thresholds": json.dumps(asdict(pictures.thresholds)),
        "projector": _sha256(folder / PROJECTOR_FILE),
    }
    partial = folder / f"{REFERENCE_FILE}.partial"
    save_file({name: t.to("cpu", torch.bfloat16).contiguous() for name, t in tensors.items()}, partial, metadata)
    partial.replace(folder / REFERENCE_FILE)


def load_references(folder: Path) -> tuple[ReferencePictures, AdapterBinding]:
    """Read what `save_references` wrote; thresholds of another projector do not count as calibrated.

    Raises AdapterError when the file is damaged or not there.
    """
    try:
        with safe_open(folder / REFERENCE_FILE, framework="pt") as opened:
            metadata = opened.metadata() or {}
            tensors = {name: opened.get_tensor(name).float() for name in opened.keys()}  # noqa: SIM118 - no iterator
        binding = AdapterBinding(**json.loads(metadata["binding"]))
        calibrated = metadata["projector"] == _sha256(folder / PROJECTOR_FILE)
        thresholds = Thresholds(**json.loads(metadata["thresholds"])) if calibrated else UNCALIBRATED
        other = ImageFeatures(tensors["other_patches"], tensors["other_cls"]) if "other_cls" in tensors else None
        mean = ImageFeatures(tensors["mean_patch"], tensors["mean_cls"])
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise AdapterError(
            f"The mean picture beside the projector in {folder.name} is damaged. Answers are held against a grey "
            f"picture instead; reinstall Bedside to mend it ({error})."
        ) from error
    return ReferencePictures(mean, other, thresholds, calibrated), binding


def find_references(adapters: Path, decoder_fingerprint: str, encoder: str) -> ReferencePictures | None:
    """Return the references that ship with the projector of this decoder and encoder, None where none do."""
    for file in sorted(adapters.glob(f"*/{REFERENCE_FILE}")):
        try:
            pictures, binding = load_references(file.parent)
        except AdapterError:
            continue  # a grey picture stands in, and every answer says so
        if (binding.decoder_fingerprint, binding.encoder) == (decoder_fingerprint, encoder):
            return pictures
    return None


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
