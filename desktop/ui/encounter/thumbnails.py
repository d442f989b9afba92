"""Small pictures of attachments: asked of the picture loader, turned into brightness here, kept while they are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage, QPixmap

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtCore import SignalInstance

SIDE_PX = 320
"""The longer side that is asked for: sharp at 160 device-independent pixels on a dense screen."""


class Loader(Protocol):
    """What is needed of `desktop.pictures.loader.PictureLoader`."""

    loaded: SignalInstance
    failed: SignalInstance

    def request(self, file: Path, frame: int | None = None, max_side: int | None = None) -> int:
        """Ask for a picture and return the token of the answer."""


class Thumbnails(QObject):
    """Asks once for each file and frame."""

    def __init__(self, pictures: Loader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pictures = pictures
        self._waiting: dict[int, tuple[Callable[[QPixmap, str], None], Callable[[str], None]]] = {}
        pictures.loaded.connect(self._take)
        pictures.failed.connect(self._refuse)

    def show(
        self, file: Path, frame: int | None, loaded: Callable[[QPixmap, str], None], failed: Callable[[str], None]
    ) -> None:
        """Call `loaded` with the picture and what it is, or `failed` with a sentence; never before this returns."""
        self._waiting[self._pictures.request(file, frame, SIDE_PX)] = (loaded, failed)

    def forget(self) -> None:
        """Call nobody any more; the cards are gone."""
        self._waiting.clear()

    def _take(self, token: int, picture: Any) -> None:
        waiting = self._waiting.pop(token, None)
        if waiting:
            waiting[0](QPixmap.fromImage(image_of(picture)), picture.description)

    def _refuse(self, token: int, sentence: str) -> None:
        waiting = self._waiting.pop(token, None)
        if waiting:
            waiting[1](sentence)


def image_of(picture: Any) -> QImage:
    """Return a LoadedPicture as a small 8-bit image, its first window applied."""
    import numpy as np  # here: the window starts without it

    level = next((plane for plane in reversed(picture.levels) if max(plane.shape[:2]) >= SIDE_PX), picture.levels[0])
    shown = level if level.ndim == 3 else _brightness(picture, level)
    height, width = shown.shape[:2]
    form = QImage.Format.Format_RGB888 if shown.ndim == 3 else QImage.Format.Format_Grayscale8
    contiguous = np.ascontiguousarray(shown, dtype=np.uint8)
    return QImage(contiguous.data, width, height, contiguous.strides[0], form).copy()


def _brightness(picture: Any, samples: NDArray[Any]) -> NDArray[np.uint8]:
    import numpy as np  # here: the window starts without it

    if picture.table is not None:
        shown = np.asarray(picture.table, dtype=np.uint8)[samples]
    else:
        header, window = picture.header, picture.window
        values = samples.astype(np.float32) * header.slope + header.intercept
        share = (values - (window.center - window.width / 2)) / max(window.width, 1e-6)
        shown = (np.clip(share, 0, 1) * 255).astype(np.uint8)
    inverted: NDArray[np.uint8] = 255 - shown if picture.header.bright_is_low else shown
    return inverted
