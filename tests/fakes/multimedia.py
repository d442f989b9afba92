"""A stand-in for QtMultimedia: a player that is through a piece in the next turn of the event loop."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from PySide6.QtCore import QBuffer


class MediaStatus(Enum):
    LoadedMedia = 1
    EndOfMedia = 2


class QMediaPlayer(QObject):
    """Has the signals and methods of PySide6.QtMultimedia.QMediaPlayer that we use."""

    MediaStatus = MediaStatus
    mediaStatusChanged = Signal(object)  # noqa: N815 - Qt's name
    errorOccurred = Signal(object)  # noqa: N815 - Qt's name
    heard: ClassVar[list[int]] = []
    """How many bytes each piece had."""

    def setAudioOutput(self, output: QObject) -> None:  # noqa: N802 - Qt's name
        """It sounds nowhere."""

    def setSourceDevice(self, buffer: QBuffer) -> None:  # noqa: N802 - Qt's name
        self.heard.append(buffer.size())
        QTimer.singleShot(0, self, lambda: self.mediaStatusChanged.emit(MediaStatus.LoadedMedia))

    def play(self) -> None:
        QTimer.singleShot(0, self, lambda: self.mediaStatusChanged.emit(MediaStatus.EndOfMedia))

    def stop(self) -> None:
        """It is silent already."""

    def position(self) -> int:
        return 0


class QAudioOutput(QObject):
    """A loudspeaker."""
