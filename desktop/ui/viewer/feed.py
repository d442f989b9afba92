"""The pictures of one pane: which one is wanted, which one is there, and what came in the way.

Always at most one request is open: a scroll does not wait for the pictures that it passed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.pictures.loader import PictureLoader
    from desktop.pictures.planes import LoadedPicture, SeriesInfo
    from desktop.record.encounter import Region


@dataclass(frozen=True, slots=True)
class ViewedPicture:
    """What a screen asks to see; `frame` counts frames of one file, or the files of several, from 0.

    `regions` are those that were marked on it before, at most one for each frame.
    """

    label: str
    files: tuple[Path, ...]
    frame: int | None = None
    regions: tuple[Region, ...] = ()


class PictureFeed(QObject):
    """Opens a ViewedPicture and follows a scroll through it."""

    opened = Signal()
    """A first picture, or a whole series, is there: `count` and `index` are right now."""
    arrived = Signal(object)
    """The LoadedPicture that is wanted."""
    failed = Signal(str)
    """The picture that is wanted cannot be shown, and why."""
    progressed = Signal(int, int)
    """Done and total while a series is being opened."""

    def __init__(self, loader: PictureLoader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loader = loader
        self.viewed: ViewedPicture | None = None
        self.series: SeriesInfo | None = None
        self.index = 0
        self._series_token = 0
        self._token = 0
        loader.loaded.connect(self._on_loaded)
        loader.failed.connect(self._on_failed)
        loader.series_opened.connect(self._on_series)
        loader.series_progressed.connect(self._on_progress)

    @property
    def count(self) -> int:
        """How many pictures can be scrolled through."""
        return self.series.count if self.series else 1

    @property
    def origin(self) -> int:
        """The frame of the file, or which of several files, is wanted now."""
        return self.series.origins[self.index] if self.series else self.index

    @property
    def kept_region(self) -> Region | None:
        """The region that was marked before on the picture that is wanted now."""
        regions = self.viewed.regions if self.viewed else ()
        return next((region for region in regions if region.frame == self.origin), None)

    def open(self, viewed: ViewedPicture) -> None:
        """Begin with this picture; what was open before is closed."""
        self.close()
        self.viewed = viewed
        if len(viewed.files) == 1 and not viewed.files[0].is_dir():
            self._token = self._loader.request(viewed.files[0], viewed.frame)
        else:
            self._series_token = self._loader.open_series(viewed.files)

    def close(self) -> None:
        """Wait for nothing and hold nothing open."""
        for token in (self._token, self._series_token):
            if token:
                self._loader.cancel(token)
        self._token = self._series_token = self.index = 0
        self.series = self.viewed = None

    def go_to(self, index: int) -> bool:
        """Want another picture of the series, the nearest there is; False where it is wanted already."""
        wish = min(max(index, 0), self.count - 1)
        if self.series is None or wish == self.index:
            return False
        self.index = wish
        self._ask()
        return True

    def is_ready(self, index: int) -> bool:
        """Whether a picture of the series can be shown at once."""
        return bool(self._series_token) and self._loader.is_slice_ready(self._series_token, index)

    @property
    def is_waiting(self) -> bool:
        """Whether the picture that is wanted is still to come."""
        return bool(self._token)

    def _ask(self) -> None:
        if self._token:
            self._loader.cancel(self._token)
        self._token = self._loader.request_slice(self._series_token, self.index)

    def _on_loaded(self, token: int, picture: LoadedPicture) -> None:
        if token != self._token or not token or self.viewed is None:
            return
        self._token = 0
        if self.series is None:
            if picture.frames > 1:
                self.index = picture.header.frame
                self._series_token = self._loader.open_series(self.viewed.files)
            self.opened.emit()
        self.arrived.emit(picture)

    def _on_failed(self, token: int, sentence: str) -> None:
        if not token or token not in (self._token, self._series_token):
            return
        if token == self._token:
            self._token = 0
        else:
            self._series_token = 0
        self.failed.emit(sentence)

    def _on_series(self, token: int, info: SeriesInfo) -> None:
        if token != self._series_token or not token:
            return
        again = self.series is not None
        self.series = info
        if not again:
            # Where no frame was chosen, the one that is seen stays: it is also the one that is asked about.
            wish = self.viewed.frame if self.viewed and self.viewed.frame is not None else self.index or None
            self.index = info.origins.index(wish) if wish in info.origins else info.start
        self._ask()
        self.opened.emit()

    def _on_progress(self, token: int, done: int, total: int) -> None:
        if token == self._series_token and token:
            self.progressed.emit(done, total)
