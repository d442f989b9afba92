"""DICOM pictures: one upright frame as 8-bit RGB, and what may be said about it without naming anybody.

Grey values pass the modality transform (rescale or LUT) and then a window: the header's own, its VOI table, or the
percentiles of what was found (PS3.3 C.11.1, C.11.2). MONOCHROME1 is inverted, so that bright means the same everywhere.
"""

from __future__ import annotations

import io
import logging
import warnings
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
from PIL import Image
from pydicom.errors import InvalidDicomError
from pydicom.filereader import read_file_meta_info
from pydicom.pixels import apply_color_lut, apply_modality_lut, apply_voi_lut, pixel_array
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian

from multimodal.errors import FileTooLarge, InvalidFile, NotAnImage, UnreadableFile
from multimodal.picture import Picture, Window

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

MAX_INFLATED_BYTES = 256 << 20
MAX_FRAME_BYTES = 256 << 20
PREAMBLE_BYTES = 128
DEFLATED_FRAMES = UID("1.2.840.10008.1.2.8.1")
MODALITIES = {
    "CT": "CT slice",
    "CR": "radiograph",
    "DX": "radiograph",
    "MG": "mammogram",
    "MR": "MRI slice",
    "NM": "nuclear medicine picture",
    "OT": "picture",
    "PT": "PET slice",
    "RF": "fluoroscopy picture",
    "SC": "secondary capture",
    "US": "ultrasound picture",
    "XA": "angiography picture",
}
BODY_PARTS = frozenset(
    "ABDOMEN ANKLE BRAIN BREAST CHEST ELBOW FOOT HAND HEAD HEART HIP KNEE LEG LIVER LUNG NECK PELVIS SHOULDER SKULL "
    "SPINE CSPINE TSPINE LSPINE THORAX WRIST".split()
)
"""Coded terms of PS3.16 that may be shown; any other text in that field could be somebody's name."""


def is_dicom(path: Path) -> bool:
    """Return whether the file carries the DICOM prefix (PS3.10 7.1)."""
    with path.open("rb") as file:
        return file.read(PREAMBLE_BYTES + 4)[PREAMBLE_BYTES:] == b"DICM"


def load_dicom(path: Path, frame: int | None = None) -> Picture:
    """Read one frame; `frame` counts from 0, None takes the middle one.

    Raises NotAnImage, FileTooLarge or UnreadableFile.
    """
    with quiet("pydicom"):
        try:
            return _load(path, frame)
        except InvalidFile:
            raise
        except MemoryError as error:
            raise FileTooLarge(f"{path.name} needs more memory than there is; nothing was kept.") from error
        except Exception as error:
            raise UnreadableFile(
                f"{path.name} is damaged or compressed in a way that is not supported. Export it again, uncompressed."
            ) from error


@contextmanager
def quiet(library: str) -> Iterator[None]:
    """Keep a library's remarks on a file off the screen: they hold its values, what counts is said in a sentence."""
    logger = logging.getLogger(library)
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _load(path: Path, wish: int | None) -> Picture:
    dataset = read_dataset(path)
    frames = count_frames(path, dataset)
    frame = frames // 2 if wish is None else min(max(wish, 0), frames - 1)
    values = pixel_array(dataset, index=frame)
    rgb, window = _to_rgb(dataset, np.asarray(values))
    modality, body_part = str(dataset.get("Modality", "")), str(dataset.get("BodyPartExamined", "")).upper()
    body_part = body_part if body_part in BODY_PARTS else ""
    spacing = _spacing(dataset)
    return Picture(
        rgb,
        _description(modality, body_part, rgb, (frame, frames), window, spacing),
        "dicom",
        rgb.width,
        rgb.height,
        frame,
        frames,
        modality if modality in MODALITIES else None,
        body_part or None,
        window,
        spacing,
    )


def read_dataset(path: Path, header_only: bool = False) -> Any:
    """Return the file as a pydicom Dataset, without its pixels if `header_only`; what it inflates to is bounded.

    Raises FileTooLarge, UnreadableFile, and whatever pydicom raises about damage.
    """
    meta = read_file_meta_info(path)
    syntax = meta.get("TransferSyntaxUID")
    if syntax == DEFLATED_FRAMES:
        raise UnreadableFile(f"{path.name} holds deflated frames, which are not supported. Export it uncompressed.")
    if syntax != DeflatedExplicitVRLittleEndian:
        return pydicom.dcmread(path, stop_before_pixels=header_only)
    return pydicom.dcmread(io.BytesIO(_inflated(path)), stop_before_pixels=header_only)


def _inflated(path: Path) -> bytes:
    """Return a deflated file as an uncompressed one, bounded: pydicom itself would inflate without a limit."""
    content = path.read_bytes()
    # PS3.10 7.1: the group length element is 12 bytes long and counts what follows it.
    start = PREAMBLE_BYTES + 4 + 12 + int.from_bytes(content[PREAMBLE_BYTES + 12 : PREAMBLE_BYTES + 16], "little")
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    inflated = inflater.decompress(content[start:], MAX_INFLATED_BYTES)
    if inflater.unconsumed_tail:
        raise FileTooLarge(
            f"{path.name} inflates to more than {MAX_INFLATED_BYTES >> 20} MB; it was not read. Export it uncompressed."
        )
    head = content[:start].replace(_padded(DeflatedExplicitVRLittleEndian), _padded(ExplicitVRLittleEndian))
    return bytes(head + inflated)


def _padded(uid: UID) -> bytes:
    """Return a UID padded to the deflated one's length; trailing zero bytes are no part of a UID."""
    return str(uid).encode().ljust(len(DeflatedExplicitVRLittleEndian) + len(DeflatedExplicitVRLittleEndian) % 2, b"\0")


def count_frames(path: Path, dataset: Any) -> int:
    """Return the number of frames; raises NotAnImage or FileTooLarge before any pixel is decoded."""
    if "PixelData" not in dataset and "FloatPixelData" not in dataset and "DoubleFloatPixelData" not in dataset:
        try:
            kind = UID(str(dataset.get("SOPClassUID", ""))).name
        except (ValueError, InvalidDicomError):
            kind = ""
        known = f" ({kind})" if kind and not kind[0].isdigit() else ""
        raise NotAnImage(f"{path.name} is a DICOM object without pixels{known}. Choose an image of the series.")
    frames = max(1, int(dataset.get("NumberOfFrames", 1) or 1))
    bits = int(dataset.BitsAllocated)
    needed = int(dataset.Rows) * int(dataset.Columns) * int(dataset.get("SamplesPerPixel", 1)) * max(1, bits // 8)
    if needed > MAX_FRAME_BYTES or needed <= 0:
        raise FileTooLarge(f"{path.name} has frames of {needed >> 20} MB; nothing was decoded. Export it smaller.")
    return frames


def colour_pixels(dataset: Any, values: NDArray[Any]) -> Image.Image | None:
    """Return a decoded frame of a colour picture as 8-bit RGB; None where the picture is grey."""
    if values.ndim == 3:
        depth = 255 / max(1, 2 ** int(dataset.BitsStored) - 1)
        return Image.fromarray((values[..., :3] * depth).round().astype(np.uint8)).convert("RGB")
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        coloured = apply_color_lut(values, dataset)
        deep = coloured.dtype.itemsize > 1
        return Image.fromarray((coloured >> 8 if deep else coloured).astype(np.uint8)[..., :3])
    return None


def _to_rgb(dataset: Any, values: NDArray[Any]) -> tuple[Image.Image, Window | None]:
    if (coloured := colour_pixels(dataset, values)) is not None:
        return coloured, None
    stored = np.asarray(apply_modality_lut(values, dataset), dtype=np.float64)
    grey, window = _windowed(dataset, stored)
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        grey = 1 - grey
    return Image.fromarray((grey * 255).round().astype(np.uint8)).convert("RGB"), window


def _windowed(dataset: Any, values: NDArray[np.float64]) -> tuple[NDArray[np.float64], Window]:
    """Map values to 0..1 through the header's window, its VOI table, or the percentiles of what is there."""
    center, width = _first(dataset.get("WindowCenter")), _first(dataset.get("WindowWidth"))
    if center is not None and width is not None and width >= 1:
        return linear_window(values, center, width), Window(center, width, "file")
    if "VOILUTSequence" in dataset:
        table = np.asarray(apply_voi_lut(values.astype(np.int64), dataset), dtype=np.float64)
        span = max(float(table.max()), 1.0)
        return table / span, Window(span / 2, span, "lookup table")
    low, high = (float(value) for value in np.percentile(values, (0.5, 99.5)))
    width = max(high - low, 1.0)
    return np.clip((values - low) / width, 0, 1), Window((low + high) / 2, width, "percentiles")


def linear_window(values: NDArray[np.float64], center: float, width: float) -> NDArray[np.float64]:
    """Return 0..1 by the linear VOI function of PS3.3 C.11.2.1.2.1; `width` is at least 1."""
    if width == 1:
        return (values > center - 0.5).astype(np.float64)
    return np.clip((values - (center - 0.5)) / (width - 1) + 0.5, 0, 1)


def _first(value: Any) -> float | None:
    """Return the first of one or several numbers."""
    if value is None or value == "":
        return None
    return float(value[0] if isinstance(value, pydicom.multival.MultiValue) else value)


def _spacing(dataset: Any) -> tuple[float, float] | None:
    spacing = dataset.get("PixelSpacing") or dataset.get("ImagerPixelSpacing")
    if not spacing or len(spacing) != 2:
        return None
    return float(spacing[0]), float(spacing[1])


def _description(
    modality: str,
    body_part: str,
    rgb: Image.Image,
    frame_of: tuple[int, int],
    window: Window | None,
    spacing: tuple[float, float] | None,
) -> str:
    parts = [MODALITIES.get(modality, "DICOM picture"), f"{rgb.width} x {rgb.height} pixels"]
    if body_part:
        parts.insert(1, body_part.lower())
    if frame_of[1] > 1:
        parts.append(f"frame {frame_of[0] + 1} of {frame_of[1]}")
    if window:
        parts.append(f"window {window.center:g}/{window.width:g} ({window.source})")
    if spacing:
        parts.append(f"{spacing[0]:.3g} x {spacing[1]:.3g} mm a pixel")
    return ", ".join(parts)
