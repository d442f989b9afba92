"""Scores of image tokens laid over the picture: orange where the answer hangs on it, blue where it speaks against.

Blue is for occlusion alone. What a gradient says of the sign holds for the smallest changes only: deleting the image
tokens that it calls most favourable took 1.15 nats from an answer, deleting those that weigh most, whatever their
sign, 1.63 (16 held-back pictures, default decoder). So its scores are laid over without their signs.

The 8 x 8 scores belong to the encoder's square, in which the picture lies letterboxed (`multimodal.vision`); they are
interpolated bilinearly over the square, and what of it is the picture is laid over the picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from multimodal.explain import Method
from multimodal.vision import Letterbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from multimodal.picture import Region

SIGNED = frozenset({Method.OCCLUSION})
"""Methods whose signs are shown."""
FOR, AGAINST = (230, 97, 1), (33, 102, 235)
"""Colours that are told apart with every kind of colour vision."""
STRONGEST = 0.65
"""Opacity of the strongest score; the picture shows through everywhere."""


def spread(rows: Sequence[Sequence[float]], width_px: int, height_px: int) -> NDArray[np.float32]:
    """Return a score for each pixel of a picture, `(height_px, width_px)`, from those of its 8 x 8 tokens."""
    side = max(width_px, height_px)
    box = Letterbox.of(width_px, height_px, side)
    square = Image.fromarray(np.asarray(rows, np.float32)).resize((side, side), Image.Resampling.BILINEAR)
    return np.asarray(square.crop((box.left, box.top, box.left + box.width, box.top + box.height)), np.float32)


def shown_rows(method: Method, rows: Sequence[Sequence[float]]) -> tuple[tuple[float, ...], ...]:
    """Return the scores as they are shown: without signs where these say too little."""
    return tuple(tuple(score if method in SIGNED else abs(score) for score in row) for row in rows)


def square_in(width_px: int, height_px: int, region: Region) -> tuple[float, float, float, float]:
    """Return where the encoder's square lies on the whole picture whose part `region` has this size.

    Left, top, right, bottom as shares of the whole picture; the padding reaches beyond the region.
    """
    side = max(width_px, height_px)
    box = Letterbox.of(width_px, height_px, side)
    across, down = (region.right - region.left) / width_px, (region.bottom - region.top) / height_px
    left, top = region.left - box.left * across, region.top - box.top * down
    return left, top, left + side * across, top + side * down


def overlay(picture: Image.Image, rows: Sequence[Sequence[float]]) -> Image.Image:
    """Return `picture` as RGB with its scores laid over it, the strongest as opaque as any may be."""
    scores = spread(rows, picture.width, picture.height)
    strongest = float(np.abs(np.asarray(rows)).max()) or 1.0
    opacity = (np.abs(scores) / strongest * STRONGEST)[..., None]
    colours = np.where(scores[..., None] >= 0, np.array(FOR), np.array(AGAINST))
    below = np.asarray(picture.convert("RGB"), np.float32)
    return Image.fromarray((below * (1 - opacity) + colours * opacity).round().astype(np.uint8))
