"""Planes of numbers as pictures for the screen: window and level as one table of brightness, applied with numpy.

The functions of a window are those of DICOM PS3.3 C.11.2.1.2 and C.11.2.1.3. Colour pictures go through the same
table, channel by channel, so that window and level brighten a photo too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtGui import QImage

from desktop.pictures.planes import TABLE_ENTRIES, PlaneKind, WindowFunction, WindowSource

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from desktop.pictures.planes import DisplayWindow, LoadedPicture


def window_share(values: NDArray[Any], window: DisplayWindow) -> NDArray[Any]:
    """Return the brightness, 0 to 1, of values in the picture's own units."""
    if window.function is WindowFunction.SIGMOID:
        # Beyond this the exponential overflows and the brightness is 0 or 1 anyway.
        steepness = np.clip(-4 * (values - window.center) / window.width, -60, 60)
        return np.asarray(1 / (1 + np.exp(steepness)))
    center, width = window.center, window.width
    if window.function is WindowFunction.LINEAR:
        center, width = center - 0.5, max(width, 1.0) - 1
    if width <= 0:
        return np.asarray(values > center, np.float64)
    return np.clip((values - center) / width + 0.5, 0, 1)


def brightness_table(picture: LoadedPicture, window: DisplayWindow, inverted: bool = False) -> NDArray[np.uint8]:
    """Return the brightness 0..255 of every sample that a plane can hold: 65,536 of a grey one, 256 of a colour one."""
    header = picture.header
    if window.source is WindowSource.TABLE and picture.table is not None:
        brightness = np.asarray(picture.table, np.uint8)
    else:
        samples = np.arange(256 if header.kind is PlaneKind.COLOUR else TABLE_ENTRIES, dtype=np.float32)
        share = window_share(samples * header.slope + header.intercept, window)
        brightness = (share * 255).round().astype(np.uint8)
    return 255 - brightness if inverted != header.bright_is_low else brightness


def to_image(samples: NDArray[Any], table: NDArray[np.uint8]) -> QImage:
    """Return samples of a plane (any rows and columns of it) as an 8-bit picture of its own memory."""
    pixels = np.ascontiguousarray(table[samples])
    rows, columns = pixels.shape[:2]
    depth = QImage.Format.Format_RGB888 if pixels.ndim == 3 else QImage.Format.Format_Grayscale8
    return QImage(pixels.data, columns, rows, pixels.strides[0], depth).copy()


def to_screen_image(samples: NDArray[Any], table: NDArray[np.uint8]) -> QImage:
    """Return samples of a plane in the format of the screen, so that Qt has nothing to convert."""
    if samples.ndim == 3:
        red, green, blue = (table[samples[..., channel]].astype(np.uint32) for channel in range(3))
        pixels = np.uint32(0xFF000000) | (red << 16) | (green << 8) | blue
    else:
        pixels = (table.astype(np.uint32) * np.uint32(0x010101) | np.uint32(0xFF000000))[samples]
    pixels = np.ascontiguousarray(pixels)
    rows, columns = pixels.shape
    return QImage(pixels.data, columns, rows, pixels.strides[0], QImage.Format.Format_RGB32).copy()


def picture_image(picture: LoadedPicture) -> QImage:
    """Return the whole picture with the window that it begins with: what a thumbnail shows."""
    return to_image(picture.levels[0], brightness_table(picture, picture.window))
