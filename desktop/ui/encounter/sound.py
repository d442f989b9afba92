"""Playing a stretch of a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer, QUrl, Signal

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtCore import SignalInstance
    from PySide6.QtMultimedia import QMediaPlayer

BEFORE_S = 0.3
AFTER_S = 0.4
"""Words that begin at once are not understood, and a recogniser's ends come a little early."""


class SoundPlayer(Protocol):
    """Plays one stretch at a time."""

    playing_changed: SignalInstance
    """Whether it plays."""
    failed: SignalInstance
    """The sentence that says why it cannot."""

    def play(self, file: Path, start_s: float, end_s: float | None) -> None:
        """Play from `start_s` to `end_s`, None to the end; what played before stops."""

    def stop(self) -> None:
        """Be silent."""


class MediaSoundPlayer(QObject):
    """SoundPlayer on QtMultimedia, which is loaded when something is played: a machine may have no sound at all."""

    playing_changed = Signal(bool)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._player: QMediaPlayer | None = None
        self._start_ms = 0
        self._pending = False
        self._end = QTimer(self, singleShot=True)
        self._end.timeout.connect(self.stop)
        self._end_s: float | None = None

    def play(self, file: Path, start_s: float, end_s: float | None) -> None:
        """Play from a little before `start_s` to a little after `end_s`, None to the end of the recording."""
        self.stop()
        player = self._made_player()
        if player is None:
            self.failed.emit(self.tr("This machine has no sound output. Connect one and try again."))
            return
        self._start_ms = max(0, round((start_s - BEFORE_S) * 1000))
        self._end_s = end_s
        self._pending = True
        source = QUrl.fromLocalFile(str(file))
        if player.source() == source:
            self._begin()
        else:
            player.setSource(source)

    def stop(self) -> None:
        """Be silent."""
        self._end.stop()
        self._pending = False
        if self._player is not None and self._player.isPlaying():
            self._player.stop()

    def _made_player(self) -> QMediaPlayer | None:
        from PySide6.QtMultimedia import QAudioOutput, QMediaDevices, QMediaPlayer

        device = QMediaDevices.defaultAudioOutput()
        if device.isNull():
            return None
        if self._player is None:
            self._player = QMediaPlayer(self)
            self._player.setAudioOutput(QAudioOutput(device, self))
            self._player.mediaStatusChanged.connect(self._begin_when_loaded)
            self._player.playingChanged.connect(self.playing_changed)
            self._player.errorOccurred.connect(self._tell_failure)
        return self._player

    def _begin_when_loaded(self, status: QMediaPlayer.MediaStatus) -> None:
        if self._pending and status in {status.LoadedMedia, status.BufferedMedia}:
            self._begin()

    def _begin(self) -> None:
        if self._player is None:
            return
        self._pending = False
        self._player.setPosition(self._start_ms)
        self._player.play()
        if self._end_s is not None:
            self._end.start(round((self._end_s + AFTER_S) * 1000) - self._start_ms)

    def _tell_failure(self) -> None:
        self.stop()
        self.failed.emit(self.tr("The recording cannot be played. Its words and its file are intact."))
