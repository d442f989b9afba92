"""Three of the photographs for the README, small enough for a repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

CHOSEN = {"answer.png": "evidence", "picture.png": "viewer-region", "dark.png": "encounters-dark"}
"""The file for the README, and the name of the photograph."""
WIDEST_PX = 1280
MOST_BYTES = 200_000


def write(photographs: Path, folder: Path) -> None:
    """Write them; RuntimeError where one is too large for a repository."""
    folder.mkdir(parents=True, exist_ok=True)
    for file, name in CHOSEN.items():
        (source,) = photographs.glob(f"[0-9]*-{name}.png")
        with Image.open(source) as image:
            image.thumbnail((WIDEST_PX, WIDEST_PX))
            image.convert("RGB").quantize(192, dither=Image.Dither.NONE).save(folder / file, optimize=True)
        if (size := (folder / file).stat().st_size) > MOST_BYTES:
            raise RuntimeError(f"{file} has {size} bytes, more than {MOST_BYTES}")
