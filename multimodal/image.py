"""Pictures from files: what kind they really are, limits before any pixel is decoded, and upright 8-bit RGB."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from multimodal.dicom import is_dicom, load_dicom, quiet
from multimodal.errors import FileTooLarge, MissingFile, UnreadableFile
from multimodal.picture import MAX_PIXELS, Picture

if TYPE_CHECKING:
    from pathlib import Path

MAX_FILE_BYTES = 512 << 20
FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF")
_BACKGROUND = (255, 255, 255)
_MP4_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
_PICTURE_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"avif")
"""Photos in the same container as films."""
_FILM_SIGNATURES = (
    b"\x1a\x45\xdf\xa3",  # Matroska and WebM
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",  # ASF: WMV
    b"\x00\x00\x01\xba",  # MPEG programme stream
    b"FLV\x01",
)
_TS_PACKET_BYTES = 188
"""Each packet of an MPEG transport stream begins with a G."""


def load_image(path: Path, frame: int | None = None) -> Picture:
    """Read a picture or a frame of a film; `frame` counts from 0, None takes the middle one of several.

    Raises:
        MissingFile: there is no such file, or it is a folder, or it is empty.
        FileTooLarge: decoding it would need too much memory; nothing was decoded.
        NotAnImage: a DICOM object without pixels.
        NoPictures: a film without pictures.
        UnreadableFile: damaged, or of a kind that is not supported.
    """
    require_ordinary_file(path)
    if is_dicom(path):
        return load_dicom(path, frame)
    if is_film(path):
        from multimodal.video import load_still  # here: libav is loaded by those who need it

        return load_still(path, frame)
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


def is_film(path: Path) -> bool:
    """Tell a film by its first bytes, whatever it is called."""
    try:
        with path.open("rb") as file:
            head = file.read(2 * _TS_PACKET_BYTES)
    except OSError:
        return False  # its reader says why
    if head[4:8] in _MP4_BOXES:
        return head[8:12] not in _PICTURE_BRANDS
    if head[:4] == b"RIFF":
        return head[8:12] == b"AVI "
    if head[:1] == head[_TS_PACKET_BYTES : _TS_PACKET_BYTES + 1] == b"G":
        return True
    return head.startswith(_FILM_SIGNATURES)


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
            f"{path.name} is no picture that is known here. "
            "Use PNG, JPEG, TIFF, WebP, BMP, GIF, DICOM or a film such as MP4."
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
