"""What a consultation reads its files through. Who makes one decides where files of unknown origin are parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from multimodal.picture import Picture
    from multimodal.sound import Recording


def _never() -> bool:
    return False


class FileReader(Protocol):
    """Reads sound and pictures. Bedside's own is `desktop.confined.reading`: a limited child for each file.

    What both raise is InvalidFile with one sentence for the doctor, and Cancelled once `cancelled` returns True.
    """

    def load_audio(self, path: Path, *, cancelled: Callable[[], bool] = _never) -> Recording:
        """Return the first sound track of a file."""

    def load_image(self, path: Path, frame: int | None = None, *, cancelled: Callable[[], bool] = _never) -> Picture:
        """Return a picture or a frame of a film; `frame` counts from 0, None takes the middle one of several."""
