"""Pictures that are not medical, made here: drawings, noise, and photographs' stand-ins (blurred colour scenes).

No photographs are among the open data, so what a doctor's wrong photo looks like is not measured: smooth random scenes
in colour and the committed screenshots stand in for them, and the figures say so.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from multimodal.vision import ImageEncoder, ImageFeatures

SIDE = 224
SCREENSHOTS = sorted((Path(__file__).resolve().parents[2] / "assets" / "screenshots").glob("*.png"))


def drawing(rng: np.random.Generator) -> Image.Image:
    """Return coloured shapes and lines on paper."""
    image = Image.new("RGB", (SIDE, SIDE), "white")
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(4, 12))):
        left, top, right, bottom = (int(place) for place in rng.integers(0, SIDE, 4))
        box = (min(left, right), min(top, bottom), max(left, right) + 4, max(top, bottom) + 4)
        colour = tuple(int(part) for part in rng.integers(0, 255, 3))
        (draw.ellipse, draw.rectangle)[int(rng.integers(2))](box, outline=colour, width=3)
        draw.line((left, top, right, bottom), fill=colour, width=2)
    return image


def noise(rng: np.random.Generator) -> Image.Image:
    """Return noise in colour."""
    return Image.fromarray(rng.integers(0, 255, (SIDE, SIDE, 3), dtype=np.uint8))


def scene(rng: np.random.Generator) -> Image.Image:
    """Return large soft patches of colour, as a photograph out of focus."""
    small = Image.fromarray(rng.integers(0, 255, (6, 6, 3), dtype=np.uint8))
    return small.resize((SIDE, SIDE), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(3))


def screenshot(rng: np.random.Generator) -> Image.Image:
    """Return a part of a screenshot."""
    whole = Image.open(SCREENSHOTS[int(rng.integers(len(SCREENSHOTS)))]).convert("RGB")
    side = int(rng.integers(SIDE, min(whole.size)))
    left, top = (int(rng.integers(0, extent - side + 1)) for extent in whole.size)
    return whole.crop((left, top, left + side, top + side)).resize((SIDE, SIDE))


KINDS: dict[str, Callable[[np.random.Generator], Image.Image]] = {
    "drawing": drawing,
    "noise": noise,
    "blurred scene": scene,
    "screenshot": screenshot,
}


class MadePictures:
    """The ViT's states of made pictures, by names such as `noise 3`; the blank picture is another store's."""

    def __init__(self, encoder: ImageEncoder, count: int, blank: ImageFeatures) -> None:
        rng = np.random.default_rng(0)
        self.paths = {kind: [f"{kind} {number}" for number in range(count)] for kind in KINDS}
        self._states = {
            path: encoder.encode([KINDS[kind](rng)]) for kind, paths in self.paths.items() for path in paths
        }
        self._blank = blank

    def get(self, paths: Sequence[str]) -> ImageFeatures:
        """Return the states of `paths`."""
        import torch

        from multimodal.vision import ImageFeatures

        states = [self._states[path] for path in paths]
        return ImageFeatures(torch.cat([one.patches for one in states]), torch.cat([one.cls for one in states]))

    def mean_picture(self) -> ImageFeatures:
        """Return the states of the blank picture."""
        return self._blank
