"""Blacking out marks in the pixels of a copy. Runs in the reader only.

A photo or a still of a film becomes a new PNG that holds pixels and nothing else; a DICOM object keeps its kind, its
pixels are decompressed and stay as deep as they were (PS3.15 E.3.1).
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image
from pydicom.pixels import pixel_array, set_pixel_data

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from desktop.burned_in.marks import Mark

MOST_BYTES = 1 << 30
"""Of a copy's pixels, all frames together."""


def as_png(pixels: Image.Image, marks: Iterable[Mark]) -> bytes:
    """Return RGB pixels with the marks black, as a PNG without anything else."""
    picture = np.array(pixels)
    black_out(picture, marks, 0)
    written = io.BytesIO()
    Image.fromarray(picture).save(written, "PNG")
    return written.getvalue()


def black_out(frames: NDArray[Any], marks: Iterable[Mark], value: Any) -> None:
    """Write `value` into the marks of one frame (rows, columns, ...), in place."""
    for mark in marks:
        frames[mark.top : mark.bottom, mark.left : mark.right] = value


def black_out_dicom(dataset: Any, marks: tuple[Mark, ...]) -> bool:
    """Blacken the marks in every frame of a data set, in place; False where its pixels can stay as they are.

    Raises what pydicom raises about damage, MemoryError for more than MOST_BYTES, NotImplementedError for pixels that
    are neither 8 nor 16 bits deep.
    """
    if not marks and not _has_spare_bits(dataset):
        return False
    frames = int(dataset.get("NumberOfFrames", 1) or 1)
    bits = int(dataset.BitsAllocated)
    if bits not in {8, 16}:
        raise NotImplementedError(f"pixels of {bits} bits")
    if (
        int(dataset.Rows) * int(dataset.Columns) * int(dataset.get("SamplesPerPixel", 1)) * frames * bits // 8
        > MOST_BYTES
    ):
        raise MemoryError
    stored = _without_spare_bits(np.array(pixel_array(dataset)), dataset)
    for frame in stored if frames > 1 else (stored,):
        black_out(frame, marks, _blackest(frame, dataset))
    interpretation = "RGB" if int(dataset.get("SamplesPerPixel", 1)) == 3 else dataset.PhotometricInterpretation
    set_pixel_data(dataset, stored, interpretation, int(dataset.BitsStored), generate_instance_uid=False)
    kind = list(dataset.get("ImageType") or ["DERIVED", "SECONDARY"])
    dataset.ImageType = ["DERIVED", *kind[1:]]
    return True


def _has_spare_bits(dataset: Any) -> bool:
    """Whether values have room beside the picture's own bits: drawings were once kept there (PS3.3 C.9.2)."""
    return (
        "PixelData" in dataset
        and not dataset.file_meta.TransferSyntaxUID.is_compressed
        and int(dataset.BitsStored) < int(dataset.BitsAllocated)
    )


def _without_spare_bits(stored: NDArray[Any], dataset: Any) -> NDArray[Any]:
    spare = stored.dtype.itemsize * 8 - int(dataset.BitsStored)
    if spare <= 0 or stored.ndim == 0:
        return stored
    # Moved up and down again: of signed values the sign is carried back.
    return (stored << spare) >> spare


def _blackest(frame: NDArray[Any], dataset: Any) -> Any:
    interpretation = dataset.PhotometricInterpretation
    if interpretation == "MONOCHROME1":
        return frame.max()
    if interpretation == "MONOCHROME2":
        return frame.min()
    if interpretation == "PALETTE COLOR":
        return _darkest_entry(dataset)
    return 0


def _darkest_entry(dataset: Any) -> int:
    """Return the index of a palette's darkest colour."""
    from pydicom.pixels import apply_color_lut

    _, first, _ = dataset.RedPaletteColorLookupTableDescriptor
    depth = 1 << int(dataset.BitsStored)
    indices = np.arange(int(first), depth, dtype=np.uint16)[None]
    return int(first) + int(np.asarray(apply_color_lut(indices, dataset), np.int64).sum(axis=-1).argmin())
