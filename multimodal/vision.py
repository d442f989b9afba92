"""The picture encoder: a timm vision transformer from a local folder, and how a picture is laid out for it.

A picture is never cropped and never stretched: a finding at the border must reach the encoder, and the shape
of a heart or a mole is itself a finding. So the longer side is resized to the encoder's (bicubic,
antialiased), and the rest is padding that is exactly 0 after normalisation, the mean colour of the training
pictures, as in LLaVA-1.5 (arXiv 2310.03744, "pad"). Where the picture lies in the square is a `Letterbox`.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import timm
import torch
from PIL import Image
from safetensors import SafetensorError, safe_open
from timm.models.vision_transformer import VisionTransformer

from lm.errors import DamagedCheckpoint, UnsupportedCheckpoint
from lm.interruption import Interrupted, interruptible_layers
from multimodal.errors import Cancelled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from torch import Tensor

MAX_CONFIG_BYTES = 1 << 20
MAX_IMAGE_SIDE_PX = 1024
PICTURES_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class VisionConfig:
    """An encoder's config.json: a timm architecture and its normalisation (RGB, values 0 to 1)."""

    architecture: str
    img_size: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Where a picture lies inside the encoder's square, in pixels of the square."""

    left: int
    top: int
    width: int
    height: int

    @classmethod
    def of(cls, width_px: int, height_px: int, side_px: int) -> Letterbox:
        """Centre a picture in a square of `side_px`, its longer side filling it."""
        scale = side_px / max(width_px, height_px)
        width = max(1, round(width_px * scale))
        height = max(1, round(height_px * scale))
        return cls(left=(side_px - width) // 2, top=(side_px - height) // 2, width=width, height=height)


@dataclass(frozen=True, slots=True, eq=False)
class ImageFeatures:
    """The encoder's final, layer-normed states, float32 on its device.

    `patches` is `(batch, rows * columns, d_model)`, row by row; `cls`, the class token, `(batch, d_model)`.
    """

    patches: Tensor
    cls: Tensor


class ImageEncoder:
    """A frozen vision transformer in float32; `forward` lets gradients reach the pixels, not the weights."""

    def __init__(self, model: VisionTransformer, config: VisionConfig, device: torch.device) -> None:
        self.config = config
        self.device = device
        self._model = model.to(device).eval().requires_grad_(False)
        stats = torch.tensor([config.mean, config.std], device=device)
        self._mean, self._std = stats.view(2, 3, 1, 1)

    @classmethod
    def load(cls, folder: Path, device: str | torch.device = "cpu") -> ImageEncoder:
        """Read config.json and model.safetensors from `folder`; nothing is downloaded.

        Raises:
            UnsupportedCheckpoint: the folder lacks a file or names no vision transformer of timm's.
            DamagedCheckpoint: the configuration is out of range or the tensors do not fit it.
        """
        config = read_config(folder / "config.json")
        return cls(_load_model(folder / "model.safetensors", config), config, torch.device(device))

    @property
    def d_model(self) -> int:
        """Width of the patch and class states."""
        return int(self._model.embed_dim)

    @property
    def grid(self) -> tuple[int, int]:
        """Patch rows and columns of the square."""
        rows, columns = self._model.patch_embed.grid_size
        return int(rows), int(columns)

    def encode(self, pictures: Sequence[Image.Image], cancelled: Callable[[], bool] = lambda: False) -> ImageFeatures:
        """Encode RGB pictures of any size, a few at a time so that memory stays bounded.

        Raises Cancelled between two layers once `cancelled` returns True.
        """
        if not pictures:
            raise ValueError("encode needs at least one picture")
        chunks = [pictures[i : i + PICTURES_AT_ONCE] for i in range(0, len(pictures), PICTURES_AT_ONCE)]
        try:
            with torch.inference_mode(), interruptible_layers(self._model.blocks, cancelled):
                parts = [self.forward(self.prepare(chunk)) for chunk in chunks]
        except Interrupted as interrupted:
            raise Cancelled("Looking was stopped.") from interrupted
        return ImageFeatures(torch.cat([p.patches for p in parts]), torch.cat([p.cls for p in parts]))

    def prepare(self, pictures: Sequence[Image.Image]) -> Tensor:
        """Letterbox and normalise: `(batch, 3, img_size, img_size)` float32 on the encoder's device."""
        return torch.stack([self._prepare_one(picture) for picture in pictures])

    def _prepare_one(self, picture: Image.Image) -> Tensor:
        side = self.config.img_size
        box = Letterbox.of(picture.width, picture.height, side)
        resized = picture.convert("RGB").resize((box.width, box.height), Image.Resampling.BICUBIC)
        values = torch.from_numpy(np.array(resized)).to(self.device).permute(2, 0, 1).float() / 255
        square = torch.zeros(3, side, side, device=self.device)
        inside = square[:, box.top : box.top + box.height, box.left : box.left + box.width]
        inside.copy_((values - self._mean) / self._std)
        return square

    def forward(self, pixels: Tensor) -> ImageFeatures:
        """Run the transformer on `(batch, 3, img_size, img_size)`; differentiable in the pixels."""
        model = self._model
        # Average-pooled variants keep their last norm in fc_norm; where there is none, it is the identity.
        states = model.fc_norm(model.forward_features(pixels)).float()
        patches = states[:, model.num_prefix_tokens :]
        return ImageFeatures(patches, states[:, 0] if model.has_class_token else patches.mean(dim=1))


def read_config(path: Path) -> VisionConfig:
    """Read and range-check an encoder's config.json before anything is allocated.

    Raises:
        UnsupportedCheckpoint: no such file, or an architecture that is not one of timm's.
        DamagedCheckpoint: a value is missing, of the wrong type or out of range.
    """
    settings = _read_settings(path)
    architecture, img_size = settings.get("architecture"), settings.get("img_size")
    if not isinstance(architecture, str) or not timm.is_model(architecture):
        raise UnsupportedCheckpoint(
            f"{path} names no timm architecture ({_shown(architecture)}). Set 'architecture' to a vision "
            "transformer such as vit_small_patch14_dinov2."
        )
    if type(img_size) is not int or not 1 <= img_size <= MAX_IMAGE_SIDE_PX:
        raise DamagedCheckpoint(
            f"{path} gives img_size {_shown(img_size)}; a whole number up to {MAX_IMAGE_SIDE_PX} is needed."
        )
    mean, std = _channel_values(path, settings, "mean"), _channel_values(path, settings, "std")
    if min(std) <= 0:
        raise DamagedCheckpoint(f"{path} gives a standard deviation of 0 or less; copy the encoder's folder again.")
    return VisionConfig(architecture, img_size, mean, std)


def _read_settings(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_CONFIG_BYTES:
            raise DamagedCheckpoint(f"{path} is too large to be an encoder's configuration; copy the folder again.")
        settings = json.loads(path.read_bytes())
    except OSError as error:
        raise UnsupportedCheckpoint(
            f"{path} cannot be read ({error.strerror}). An encoder's folder holds config.json and model.safetensors."
        ) from error
    except (ValueError, RecursionError) as error:
        raise DamagedCheckpoint(f"{path} is not valid JSON; copy the encoder's folder again.") from error
    if not isinstance(settings, dict):
        raise DamagedCheckpoint(f"{path} holds no settings; copy the encoder's folder again.")
    return settings


def _channel_values(path: Path, settings: dict[str, Any], key: str) -> tuple[float, float, float]:
    values = settings.get(key)
    numbers = isinstance(values, list) and len(values) == 3 and all(type(v) in (int, float) for v in values)
    if not numbers or not all(math.isfinite(v) and abs(v) <= 10 for v in cast("list[float]", values)):
        raise DamagedCheckpoint(f"{path} gives {key} {_shown(values)}; three numbers for red, green, blue are needed.")
    red, green, blue = (float(v) for v in cast("list[float]", values))
    return red, green, blue


def _shown(value: object) -> str:
    """Show a value of a file that may be hostile: short and printable."""
    return ascii(value)[:60]


def _load_model(path: Path, config: VisionConfig) -> VisionTransformer:
    """Build the architecture without memory, compare it with the file's header, and only then read tensors."""
    model = _build_without_memory(config)
    expected = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    try:
        with safe_open(path, framework="pt") as file:
            found = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118 - no mapping
            _check_same(path, config, expected, found)
            tensors = {name: file.get_tensor(name).float() for name in found}
    except OSError as error:
        raise UnsupportedCheckpoint(f"{path} cannot be read; fetch or copy the encoder's folder again.") from error
    except SafetensorError as error:
        raise DamagedCheckpoint(f"{path} is damaged ({error}); fetch or copy the encoder's folder again.") from error
    model.load_state_dict(tensors, strict=True, assign=True)
    if any(tensor.is_meta for tensor in [*model.parameters(), *model.buffers()]):
        raise UnsupportedCheckpoint(f"{config.architecture} computes tensors at start-up that the file cannot give.")
    return model


def _build_without_memory(config: VisionConfig) -> VisionTransformer:
    try:
        with torch.device("meta"):
            model = timm.create_model(config.architecture, pretrained=False, num_classes=0, img_size=config.img_size)
    except (TypeError, ValueError, AssertionError, RuntimeError) as error:
        # timm reports a size or an option that an architecture does not take through any of these four.
        raise UnsupportedCheckpoint(
            f"{config.architecture} cannot be built for {config.img_size} px pictures. Use a vision "
            "transformer and the size that its weights were exported with."
        ) from error
    if not isinstance(model, VisionTransformer):
        raise UnsupportedCheckpoint(f"{config.architecture} is not a vision transformer, so it has no patches to show.")
    return model


def _check_same(
    path: Path, config: VisionConfig, expected: dict[str, tuple[int, ...]], found: dict[str, tuple[int, ...]]
) -> None:
    if found == expected:
        return
    wrong = sorted(n for n in expected.keys() | found.keys() if expected.get(n) != found.get(n))
    name = wrong[0]
    raise DamagedCheckpoint(
        f"{path} does not fit {config.architecture} at {config.img_size} px: {len(wrong)} tensors differ, "
        f"first {_shown(name)} (needed {expected.get(name, 'none')}, found {found.get(name, 'none')}). "
        "Fetch or copy the encoder's folder again."
    )
