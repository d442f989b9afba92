"""Hearing the second of a recording that a sentence came from."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QTimer, Signal

from desktop.ui.microphone.audio_input import SoundSystemMissing
from desktop.ui.microphone.qt_sound import load_multimedia, without_expected_warnings
from desktop.ui.microphone.stretch import LONGEST_S, Stretch, seconds_of

LOOK_INTERVAL_MS = 30
"""How late a stretch may end; a word lasts ten times as long."""


class PlayerState(StrEnum):
    """What the player is doing."""

    IDLE = "idle"
    PLAYING = "playing"
    NO_OUTPUT = "no output"
    """This machine has no loudspeaker or headphones, or lacks the library that reaches them."""
    FAILED = "failed"
    """The file cannot be played."""


class AudioOutput(QObject):
    """What the player needs of a sound system; `QtAudioOutput` implements it, tests bring a written stand-in."""

    ended = Signal()
    failed = Signal()

    def is_available(self) -> bool:
        """Return whether anybody would hear something."""
        raise NotImplementedError

    def play(self, file: Path, start_s: float, end_s: float | None) -> None:
        """Begin to play a file at a second; `ended` or `failed` follows, unless `stop` comes first.

        It need not go on beyond `end_s`; None is the end of the file.
        """
        raise NotImplementedError

    def position_s(self) -> float:
        """Return the second that is heard now."""
        raise NotImplementedError

    def stop(self) -> None:
        """Fall silent and let go of the file."""
        raise NotImplementedError


class AudioPlayer(QObject):
    """Plays one stretch of one file at a time; beginning another one ends the first."""

    state_changed = Signal(object)
    """PlayerState"""
    position_changed = Signal(float)
    """The second that is heard now, while playing."""

    def __init__(self, output: AudioOutput | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._output = output or QtAudioOutput(self)
        self._state = PlayerState.IDLE
        self._end_s: float | None = None
        self._look = QTimer(self)
        self._look.setInterval(LOOK_INTERVAL_MS)
        self._look.timeout.connect(self._follow)
        self._output.ended.connect(self.stop)
        self._output.failed.connect(lambda: self._end(PlayerState.FAILED))

    @property
    def state(self) -> PlayerState:
        """What it is doing now."""
        return self._state

    def play(self, file: Path, start_s: float = 0.0, end_s: float | None = None) -> None:
        """Play from `start_s` to `end_s` seconds; None plays to the end."""
        self.stop()
        if not self._output.is_available():
            self._set_state(PlayerState.NO_OUTPUT)
            return
        self._end_s = end_s
        self._set_state(PlayerState.PLAYING)
        self._look.start()
        self._output.play(file, start_s, end_s)

    def stop(self) -> None:
        """Fall silent."""
        self._end(PlayerState.IDLE)

    def _follow(self) -> None:
        position_s = self._output.position_s()
        self.position_changed.emit(position_s)
        if self._end_s is not None and position_s >= self._end_s:
            self.stop()

    def _end(self, state: PlayerState) -> None:
        self._look.stop()
        if self._state is PlayerState.PLAYING:
            self._output.stop()
        self._set_state(state)

    def _set_state(self, state: PlayerState) -> None:
        if state is not self._state:
            self._state = state
            self.state_changed.emit(state)


class QtAudioOutput(AudioOutput):
    """The system's default loudspeaker through QMediaPlayer, which is given nothing but samples under our own header.

    A recording may be a file of unknown origin: `stretch.py` has a confined child decode it.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._player: Any = None
        self._file = Path()
        self._start_s = self._piece_s = 0.0
        self._end_s: float | None = None
        self._is_next = False
        """Whether a piece was heard to its end, and what follows it is decoded now."""
        self._stretch = Stretch(self)
        self._stretch.ready.connect(self._begin)
        self._stretch.failed.connect(self._take_nothing)

    def is_available(self) -> bool:
        """Ask the system; the first call loads QtMultimedia."""
        try:
            multimedia = load_multimedia()
        except SoundSystemMissing:
            return False
        with without_expected_warnings():
            return not multimedia.QMediaDevices.defaultAudioOutput().isNull()

    def play(self, file: Path, start_s: float, end_s: float | None) -> None:
        """Have the stretch decoded; it is heard once it is there, a long one piece after piece."""
        self._file, self._start_s, self._end_s, self._is_next = file, start_s, end_s, False
        self._stretch.decode(file, start_s, end_s)

    def position_s(self) -> float:
        """Return where the player is."""
        return self._start_s + (self._player.position() / 1_000 if self._player is not None else 0.0)

    def stop(self) -> None:
        """Fall silent and forget the stretch."""
        self._stretch.stop()
        self._forget_piece()

    def _forget_piece(self) -> None:
        player, self._player = self._player, None
        if player is not None:
            player.stop()
            player.deleteLater()

    def _begin(self, wav: bytes) -> None:
        self._piece_s = seconds_of(wav)
        multimedia = load_multimedia()
        player = multimedia.QMediaPlayer(self)
        player.setAudioOutput(multimedia.QAudioOutput(player))
        player.mediaStatusChanged.connect(self._take_status)
        player.errorOccurred.connect(self._take_error)
        buffer = QBuffer(player)
        buffer.setData(QByteArray(wav))
        buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self._player = player
        player.setSourceDevice(buffer)

    def _take_nothing(self) -> None:
        """No samples: a fault at the beginning, and the end of the file behind a piece that was heard."""
        (self.ended if self._is_next else self.failed).emit()

    def _go_on(self) -> None:
        """Have decoded what follows the piece that was heard."""
        self._start_s += LONGEST_S
        self._forget_piece()
        if self._end_s is not None and self._start_s >= self._end_s:
            self.ended.emit()
            return
        self._is_next = True
        self._stretch.decode(self._file, self._start_s, self._end_s)

    def _take_error(self, *_error: object) -> None:
        if self._player is not None:  # what is stopped has nothing more to say
            self.failed.emit()

    def _take_status(self, status: Any) -> None:
        if self._player is None:
            return
        statuses = load_multimedia().QMediaPlayer.MediaStatus
        if status == statuses.LoadedMedia:
            self._player.play()
        elif status == statuses.EndOfMedia and self._piece_s >= LONGEST_S:
            self._go_on()
        elif status == statuses.EndOfMedia:
            self.ended.emit()
