"""A FileReader that parses in this process: for tests of what comes after the parsing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from multimodal.audio import load_audio
from multimodal.errors import Cancelled
from multimodal.image import load_image

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from multimodal.picture import Picture
    from multimodal.sound import Recording


class FilesReadHere:
    """Reads files as the decoder's child does."""

    def load_audio(self, path: Path, *, cancelled: Callable[[], bool] = bool) -> Recording:
        return load_audio(path, cancelled=cancelled)

    def load_image(self, path: Path, frame: int | None = None, *, cancelled: Callable[[], bool] = bool) -> Picture:
        if cancelled():
            raise Cancelled("Reading the picture was stopped.")
        return load_image(path, frame)
