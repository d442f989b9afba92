"""The projectors: pictures and sound become embeddings that the decoder reads like words.

An image passes `ImageEncoder` (a ViT) as 16 x 16 patch tokens and a CLS token. Four neighbouring patches are
folded into one (pixel shuffle, Shi et al. 2016), and a small MLP maps each to the width of the decoder:

    patches (batch, 256, d_vision) -> (batch, 64, 4 * d_vision) -> LayerNorm -> Linear -> GELU -> Linear
    CLS     (batch, d_vision)      -> Linear                                                        -> prepended
    -> RMSNorm whose gain starts at the spread of the decoder's own word embeddings -> + modality vector (their mean)

Sound passes Whisper's encoder as 50 frames a second; eight neighbouring frames are stacked, 6.25 tokens a second, of
which those that say nothing new are left out.

Each set of projectors is trained for one decoder and bound to it by its fingerprint: with any other decoder
Bedside answers from text alone and says so.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from multimodal.errors import AdapterError

if TYPE_CHECKING:
    from collections.abc import Collection

    from multimodal.vision import ImageFeatures

SHIPPED_ADAPTERS = Path(__file__).resolve().parent.parent / "assets" / "adapters"

PATCHES_A_SIDE = 16
SHUFFLE = 2
IMAGE_TOKENS = (PATCHES_A_SIDE // SHUFFLE) ** 2 + 1
"""64 tokens of 28 x 28 pixels each, and the CLS token before them."""
AUDIO_STACK = 8
AUDIO_TOKENS_PER_S = 50 / AUDIO_STACK


@dataclass(frozen=True, slots=True)
class ProjectorShape:
    """The widths of a projector; `gain` is the root mean square of the decoder's word embeddings around their mean."""

    d_encoder: int
    d_hidden: int
    d_model: int
    gain: float


class ImageProjector(nn.Module):
    """Map the ViT's tokens to the decoder's embeddings."""

    kind = "image"

    def __init__(self, shape: ProjectorShape) -> None:
        super().__init__()
        self.shape = shape
        d_folded = shape.d_encoder * SHUFFLE**2
        self.mlp = nn.Sequential(
            nn.LayerNorm(d_folded),
            nn.Linear(d_folded, shape.d_hidden),
            nn.GELU(),
            nn.Linear(shape.d_hidden, shape.d_model),
        )
        self.cls = nn.Linear(shape.d_encoder, shape.d_model)
        self.norm = _output_norm(shape)
        self.modality = nn.Parameter(torch.zeros(shape.d_model))

    def forward(self, patches: torch.Tensor, cls: torch.Tensor) -> torch.Tensor:
        """Project `patches` `(batch, 256, d_encoder)` and `cls` `(batch, d_encoder)`.

        Returns `(batch, 65, d_model)`: the CLS token, then 8 x 8 picture tokens in reading order.
        """
        return self.place(self.mapped(patches, cls))

    def mapped(self, patches: torch.Tensor, cls: torch.Tensor) -> torch.Tensor:
        """Return the tokens `(batch, 65, d_model)` as the MLP gives them, of any length."""
        return torch.cat([self.cls(cls).unsqueeze(1), self.mlp(pixel_shuffle(patches))], dim=1)

    def place(self, mapped: torch.Tensor) -> torch.Tensor:
        """Put mapped tokens where the decoder's word embeddings lie: as long as those, around their mean."""
        placed: torch.Tensor = self.norm(mapped) + self.modality
        return placed

    @torch.inference_mode()
    def project(self, features: ImageFeatures) -> torch.Tensor:
        """Return the image tokens `(batch, 65, d_model)` of encoded pictures on any device, without gradients."""
        device = self.modality.device
        return self.forward(features.patches.to(device), features.cls.to(device))


class AudioProjector(nn.Module):
    """Map Whisper's encoder states to the decoder's embeddings: what is said, and silence in between.

    Frames are stacked after Ultravox; two convolutions then let a token of 160 ms know what is said around it. Most
    words are shorter than the sound of them has tokens, so the projector also tells which tokens say nothing new, as
    the blank of CTC does (Graves et al. 2006); those are not shown to the decoder (Gaido et al. 2021,
    arXiv:2102.01578), which reads about as many tokens of sound as it would read of text.
    """

    kind = "audio"

    def __init__(self, shape: ProjectorShape) -> None:
        super().__init__()
        self.shape = shape
        d_stacked = shape.d_encoder * AUDIO_STACK
        self.stack = nn.Sequential(nn.LayerNorm(d_stacked), nn.Linear(d_stacked, shape.d_hidden), nn.GELU())
        self.around = nn.ModuleList(nn.Conv1d(shape.d_hidden, shape.d_hidden, 3, padding=1) for _ in range(2))
        self.dropout = nn.Dropout(0.2)
        self.out = nn.Linear(shape.d_hidden, shape.d_model)
        self.blank = nn.Linear(shape.d_hidden, 1)
        self.norm = _output_norm(shape)
        self.modality = nn.Parameter(torch.zeros(shape.d_model))

    def forward(self, frames: torch.Tensor, lengths: torch.Tensor | None = None) -> SoundTokens:
        """Project encoder states `(batch, frames, d_encoder)` to ceil(frames / 8) tokens each.

        `lengths` `(batch,)` int64 tells how many frames of each row are sound; None is all of them.
        """
        stacked = stack_frames(frames)
        count = stacked.shape[1]
        tokens = torch.full((len(frames),), count) if lengths is None else (lengths + AUDIO_STACK - 1) // AUDIO_STACK
        is_sound = (torch.arange(count) < tokens.unsqueeze(1)).to(stacked.device)
        hidden = self.dropout(self.stack(stacked))
        for convolution in self.around:
            heard = (hidden * is_sound.unsqueeze(-1)).transpose(1, 2)
            hidden = hidden + self.dropout(nn.functional.gelu(convolution(heard).transpose(1, 2)))
        placed = self.norm(self.out(hidden).float()) + self.modality
        return SoundTokens(placed, self.blank(hidden).squeeze(-1).float(), is_sound)

    @torch.inference_mode()
    def project(self, frames: torch.Tensor) -> torch.Tensor:
        """Return the tokens `(1, said, d_model)` of one recording's states `(1, frames, d_encoder)`, at least one.

        The states may be on any device.
        """
        return self.forward(frames.to(self.modality.device)).said()[0].unsqueeze(0)


@dataclass(frozen=True, slots=True, eq=False)
class SoundTokens:
    """Recordings as tokens of 160 ms, before those that say nothing are left out."""

    embeddings: torch.Tensor
    """`(batch, tokens, d_model)`."""
    blank: torch.Tensor
    """`(batch, tokens)`: the log odds that a token says nothing new."""
    is_sound: torch.Tensor
    """`(batch, tokens)` bool: False where a row is only filled up."""

    def said(self) -> list[torch.Tensor]:
        """Return for each recording the tokens `(said, d_model)` that say something, the likeliest where none does."""
        return [row[kept] for row, kept in zip(self.embeddings, self.says_something(), strict=True)]

    def says_something(self) -> torch.Tensor:
        """Return `(batch, tokens)` bool, at least one True a row."""
        odds = self.blank.masked_fill(~self.is_sound, float("inf"))
        likeliest = nn.functional.one_hot(odds.argmin(dim=1), odds.shape[1]).bool()
        return (odds < 0) | likeliest


Projector = ImageProjector | AudioProjector


def pixel_shuffle(patches: torch.Tensor) -> torch.Tensor:
    """Fold each 2 x 2 block of patches into one token.

    `patches` is `(batch, 256, d)` in reading order; returns `(batch, 64, 4 * d)` in reading order.
    """
    batch, count, width = patches.shape
    if count != PATCHES_A_SIDE**2:
        raise AdapterError(
            f"the picture encoder gave {count} patches where the projector reads {PATCHES_A_SIDE**2}; "
            "use a ViT with 16 x 16 patches"
        )
    side = PATCHES_A_SIDE // SHUFFLE
    blocks = patches.reshape(batch, side, SHUFFLE, side, SHUFFLE, width).transpose(2, 3)
    return blocks.reshape(batch, side * side, SHUFFLE * SHUFFLE * width)


def stack_frames(frames: torch.Tensor) -> torch.Tensor:
    """Stack 8 neighbouring frames: `(batch, frames, d)` to `(batch, ceil(frames / 8), 8 * d)`, zero-padded."""
    batch, count, width = frames.shape
    missing = -count % AUDIO_STACK
    padded = nn.functional.pad(frames, (0, 0, 0, missing))
    return padded.reshape(batch, (count + missing) // AUDIO_STACK, AUDIO_STACK * width)


def _output_norm(shape: ProjectorShape) -> nn.RMSNorm:
    norm = nn.RMSNorm(shape.d_model, eps=1e-6)
    nn.init.constant_(norm.weight, shape.gain)
    return norm


@dataclass(frozen=True, slots=True)
class AdapterBinding:
    """What a projector file was trained with: it is used with nothing else."""

    decoder: str
    """Name of the decoder, for people."""
    decoder_fingerprint: str
    encoder: str
    """Identifier of the picture or speech encoder in the catalogue."""


def save_projector(projector: Projector, binding: AdapterBinding, file: Path) -> None:
    """Write the projector as bf16 safetensors with its shape and binding in the header."""
    tensors = {name: tensor.detach().to("cpu", torch.bfloat16) for name, tensor in projector.state_dict().items()}
    metadata = {
        "kind": projector.kind,
        "shape": json.dumps(asdict(projector.shape)),
        "binding": json.dumps(asdict(binding)),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    save_file(tensors, partial, metadata)
    partial.replace(file)


def load_projector(file: Path, decoder_fingerprint: str) -> tuple[Projector, AdapterBinding]:
    """Read a projector in float32, refusing one that was trained for another decoder.

    Raises AdapterError when the file is damaged or does not belong to this decoder.
    """
    try:
        with safe_open(file, framework="pt") as opened:
            metadata = opened.metadata() or {}
            tensors = {name: opened.get_tensor(name).float() for name in opened.keys()}  # noqa: SIM118 - no iterator
        shape = ProjectorShape(**json.loads(metadata["shape"]))
        binding = AdapterBinding(**json.loads(metadata["binding"]))
        projector = _PROJECTORS[metadata["kind"]](shape)
        projector.load_state_dict(tensors)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise AdapterError(
            f"The projector {file.name} is damaged and is not used; answers come from text alone. "
            f"Reinstall Bedside to mend it ({error})."
        ) from error
    if binding.decoder_fingerprint != decoder_fingerprint:
        raise AdapterError(f"The projector {file.name} was trained for {binding.decoder}, not for this decoder.")
    return projector.eval(), binding


_PROJECTORS: dict[str, type[ImageProjector] | type[AudioProjector]] = {
    ImageProjector.kind: ImageProjector,
    AudioProjector.kind: AudioProjector,
}


def find_projectors(
    adapters: Path, decoder_fingerprint: str, encoders: Collection[str] | None = None
) -> dict[str, Projector]:
    """Return the projectors in `adapters` (one folder a decoder) that fit this decoder, by kind.

    `encoders` are the encoders in use, by name: a projector that was trained for another one is left out.
    """
    found: dict[str, Projector] = {}
    for file in sorted(adapters.glob("*/*-projector.safetensors")):
        if _bound_fingerprint(file) == decoder_fingerprint:
            projector, binding = load_projector(file, decoder_fingerprint)
            if encoders is None or binding.encoder in encoders:
                found[projector.kind] = projector
    return found


def _bound_fingerprint(file: Path) -> str | None:
    try:
        with safe_open(file, framework="pt") as opened:
            fingerprint: str = json.loads((opened.metadata() or {})["binding"])["decoder_fingerprint"]
            return fingerprint
    except (OSError, SafetensorError, KeyError, ValueError):
        # Let load_projector name the damage only where the file would be used; an unknown file is nobody's.
        return None
