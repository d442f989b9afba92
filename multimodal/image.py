"""Pictures from files: what kind they really are, limits before any pixel is decoded, and upright 8-bit RGB."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from multimodal.dicom import is_dicom, load_dicom, quiet
from multimodal.errors import FileTooLarge, MissingFile, UnreadableFile
from multimodal.picture import Picture

if TYPE_CHECKING:
    from pathlib import Path

MAX_FILE_BYTES = 512 << 20
MAX_PIXELS = 50_000_000
FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF")
_BACKGROUND = (255, 255, 255)


def load_image(path: Path, frame: int | None = None) -> Picture:
    """Read a picture; `frame` counts from 0, None takes the middle one of several.

    Raises:
        MissingFile: there is no such file, or it is a folder, or it is empty.
        FileTooLarge: decoding it would need too much memory; nothing was decoded.
        NotAnImage: a DICOM object without pixels.
        UnreadableFile: damaged, or of a kind that is not supported.
    """
    require_ordinary_file(path)
    if is_dicom(path):
        return load_dicom(path, frame)
    with quiet("PIL"):
        return _load_picture(path, frame)


def require_ordinary_file(path: Path) -> None:
    """Raise MissingFile or FileTooLarge unless this is a file of a size that may be read."""
    try:
        found = path.stat()
    except OSError as error:
        raise MissingFile(f"{path.name} cannot be opened ({error.strerror}). Check the name and try again.") from error
    if not stat.S_ISREG(found.st_mode):
        raise MissingFile(f"{path.name} is a folder or a device, not a file. Choose one picture.")
    if not found.st_size:
        raise MissingFile(f"{path.name} is empty. Copy the picture again from where it came.")
    if found.st_size > MAX_FILE_BYTES:
        raise FileTooLarge(f"{path.name} is larger than {MAX_FILE_BYTES >> 20} MB; nothing was read. Save it smaller.")


def _load_picture(path: Path, frame: int | None) -> Picture:
    try:
        with Image.open(path, formats=FORMATS) as image:
            _check_size(path, image)
            frames = getattr(image, "n_frames", 1)
            chosen = frames // 2 if frame is None else min(max(frame, 0), frames - 1)
            image.seek(chosen)
            _check_size(path, image)
            rgb = _as_rgb(ImageOps.exif_transpose(image))
    except (Image.DecompressionBombError, MemoryError) as error:
        raise FileTooLarge(
            f"{path.name} is too large to be decoded safely; nothing was kept. Save it smaller."
        ) from error
    except UnidentifiedImageError as error:
        raise UnreadableFile(
            f"{path.name} is no picture that is known here. Use PNG, JPEG, TIFF, WebP, BMP, GIF or DICOM."
        ) from error
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        KeyError,
        IndexError,
        TypeError,
        NotImplementedError,
        AttributeError,
        OverflowError,
        ZeroDivisionError,
        RuntimeError,
    ) as error:
        # Pillow's decoders report damage through all of these.
        raise UnreadableFile(
            f"{path.name} is damaged and cannot be shown. Copy it again from where it came."
        ) from error
    which = f", frame {chosen + 1} of {frames}" if frames > 1 else ""
    description = f"Picture, {rgb.width} x {rgb.height} pixels{which}"
    return Picture(rgb, description, "photo", rgb.width, rgb.height, chosen, frames)


def _check_size(path: Path, image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise FileTooLarge(
            f"{path.name} has {image.width} x {image.height} pixels, more than {MAX_PIXELS // 1_000_000} million; "
            "nothing was decoded. Save it smaller."
        )
    if not image.width or not image.height:
        raise UnreadableFile(f"{path.name} has no pixels. Copy it again from where it came.")


def _as_rgb(image: Image.Image) -> Image.Image:
    """Return 8-bit RGB: deep greys scaled by their own range, transparency on white."""
    if image.mode in {"I", "F"} or image.mode.startswith("I;"):
        return _scaled(np.asarray(image, dtype=np.float64))
    if image.has_transparency_data:
        overlay = image.convert("RGBA")
        background = Image.new("RGBA", overlay.size, (*_BACKGROUND, 255))
        return Image.alpha_composite(background, overlay).convert("RGB")
    return image.convert("RGB")


def _scaled(values: np.ndarray) -> Image.Image:
    low, high = float(values.min()), float(values.max())
    grey = np.zeros(values.shape) if high <= low else (values - low) * (255 / (high - low))
    return Image.fromarray(grey.round().astype(np.uint8)).convert("RGB")
