"""The recorder: one microphone into one growing WAV file, through pauses, unplugged devices and full disks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.record.wav import DiskFull, RecordingStorageError, RecordingTooLong, WavWriter
from desktop.ui.microphone.audio_input import (
    AudioInput,
    MicrophoneDevice,
    MicrophoneRefused,
    Permission,
    SoundBlock,
    SoundSystemMissing,
)
from desktop.ui.microphone.conversion import SILENCE_S, Level, RecordingConverter, SilenceWatch, level_of
from desktop.ui.microphone.qt_audio_input import QtAudioInput

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from desktop.record.wav import RecordingWriter

LEVEL_INTERVAL_MS = 50
GRACE_MS = 300
"""For sound that waits behind a window that was busy, or a machine that has just woken up."""


class RecorderState(StrEnum):
    """What the recorder is doing."""

    IDLE = "idle"
    RECORDING = "recording"
    PAUSED = "paused"
    """The file is open and goes on with `resume`; the microphone is let go."""
    NO_MICROPHONE = "no microphone"
    DENIED = "denied"
    """The system does not let Bedside use a microphone."""
    FAILED = "failed"
    """`trouble` says why; `start` may be tried again."""


class Trouble(StrEnum):
    """What the doctor should know about the microphone or the recording; the bar has a sentence for each."""

    NONE = ""
    UNPLUGGED = "unplugged"
    """The microphone vanished while it recorded; what it heard is kept."""
    ANOTHER_MICROPHONE = "another microphone"
    """The chosen one is not plugged in, so the system's default one records."""
    REFUSED = "refused"
    """The device could not be opened."""
    DISK_FULL = "disk full"
    DISK_FAULT = "disk fault"
    TOO_LONG = "too long"
    NO_SOUND_SYSTEM = "no sound system"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A finished recording."""

    file: Path
    duration_s: float


class Recorder(QObject):
    """Records what one microphone hears.

    Nothing is asked of the sound system before `look_for_devices` or `start`: loading it takes time that the start
    of the window has no need of.
    """

    state_changed = Signal(object)
    """RecorderState"""
    trouble_changed = Signal(object)
    """Trouble"""
    level_changed = Signal(float)
    """0 to 1, about 20 a second while recording."""
    silence_changed = Signal(bool)
    """The microphone has delivered nothing but silence for a while, or has just been heard again."""
    devices_changed = Signal()
    stopped = Signal(object)
    """Recorded, exactly one for each `start` that began a file, also where the disk ended it."""

    def __init__(
        self,
        audio_input: AudioInput | None = None,
        parent: QObject | None = None,
        open_writer: Callable[[Path], RecordingWriter] = WavWriter,
    ) -> None:
        super().__init__(parent)
        self._input = audio_input or QtAudioInput(self)
        self._open_writer = open_writer
        self._state = RecorderState.IDLE
        self._trouble = Trouble.NONE
        self._device_id = ""
        self._devices: tuple[MicrophoneDevice, ...] = ()
        self._writer: RecordingWriter | None = None
        self._converter: RecordingConverter | None = None
        self._silence = SilenceWatch()
        self._is_silent = False
        self._wanted: tuple[Path, Callable[[Path], RecordingWriter]] | None = None
        self._unheard: list[Level] = []
        self._level_timer = QTimer(self, interval=LEVEL_INTERVAL_MS)
        self._level_timer.timeout.connect(self._tell_level)
        self._flow_timer = QTimer(self, interval=round(SILENCE_S * 1_000), singleShot=True)
        self._flow_timer.timeout.connect(self._miss_sound)
        self._grace_timer = QTimer(self, interval=GRACE_MS, singleShot=True)
        self._grace_timer.timeout.connect(self._lose_microphone)
        self._input.devices_changed.connect(self.look_for_devices)
        self._input.sound_received.connect(self._hear)
        self._input.vanished.connect(self._lose_microphone)
        self._input.permission_answered.connect(self._take_permission)

    # --- what the window asks --------------------------------------------------------------------------------

    @property
    def state(self) -> RecorderState:
        """What it is doing now."""
        return self._state

    @property
    def trouble(self) -> Trouble:
        """What the doctor should know."""
        return self._trouble

    @property
    def is_silent(self) -> bool:
        """The last of `silence_changed`."""
        return self._is_silent

    @property
    def duration_s(self) -> float:
        """How much is recorded in the file that is open, 0 without one."""
        return self._writer.duration_s if self._writer else 0.0

    @property
    def device_id(self) -> str:
        """The chosen microphone; empty is the system's default one."""
        return self._device_id

    @device_id.setter
    def device_id(self, device_id: str) -> None:
        if device_id == self._device_id:
            return
        self._device_id = device_id
        if self._state is RecorderState.RECORDING:
            self._let_go()
            self._listen()
        self.look_for_devices()

    def devices(self) -> tuple[MicrophoneDevice, ...]:
        """Return the microphones of the last look."""
        return self._devices

    def used_device(self) -> MicrophoneDevice | None:
        """Return the microphone that records now or would: the chosen one, else the default one."""
        by_wish = sorted(self._devices, key=lambda device: (device.id != self._device_id, not device.default))
        return by_wish[0] if by_wish else None

    def look_for_devices(self) -> None:
        """Ask the system which microphones there are; `devices_changed` follows."""
        try:
            self._devices = self._input.devices()
        except SoundSystemMissing:
            self._devices = ()
            self._set_trouble(Trouble.NO_SOUND_SYSTEM)
        self._settle()
        self.devices_changed.emit()

    def start(self, file: Path, open_writer: Callable[[Path], RecordingWriter] | None = None) -> None:
        """Record into the new `file`; where the system must ask the doctor first, recording begins with the answer.

        `open_writer` says how this one is written; the record of the encounters gives it.
        """
        if self._writer is not None:
            raise ValueError("a recording is open already")
        self._wanted = file, open_writer or self._open_writer
        match self._input.permission():
            case Permission.NOT_ASKED:
                self._input.request_permission()
            case answer:
                self._take_permission(answer is Permission.GRANTED)

    def pause(self) -> None:
        """Let go of the microphone and keep the file open."""
        if self._state is RecorderState.RECORDING:
            self._let_go()
            self._wait(Trouble.NONE)

    def resume(self) -> None:
        """Go on with the same file, on whichever microphone there is now."""
        if self._state is RecorderState.PAUSED:
            self.look_for_devices()
            self._listen()

    def stop(self) -> None:
        """Finish the file; `stopped` follows. Without one, a start that waits for permission is forgotten."""
        self._wanted = None
        if self._writer is not None:
            self._let_go()
        if self._writer is not None:  # the disk may have ended it at its last samples
            self._set_trouble(Trouble.NONE)
            self._finish(RecorderState.IDLE)

    # --- the microphone --------------------------------------------------------------------------------------

    def _take_permission(self, granted: bool) -> None:
        wanted, self._wanted = self._wanted, None
        if not granted:
            self._set_state(RecorderState.DENIED)
            return
        self._set_state(RecorderState.IDLE)
        self._set_trouble(Trouble.NONE)
        self.look_for_devices()
        if wanted is not None and self.used_device() is not None and self._begin(*wanted):
            self._listen()

    def _begin(self, file: Path, open_writer: Callable[[Path], RecordingWriter]) -> bool:
        try:
            self._writer = open_writer(file)
        except RecordingStorageError as error:
            self._fail(_trouble_of(error))
            return False
        return True

    def _listen(self) -> None:
        """Open the microphone for the file that is open."""
        device = self.used_device()
        if self._writer is None:
            return  # the disk ended it at the last samples of another microphone
        if device is None:
            self._wait(Trouble.UNPLUGGED)
            return
        try:
            self._input.open(device.id)
        except (MicrophoneRefused, SoundSystemMissing):
            self._wait(Trouble.REFUSED)
            return
        self._silence = SilenceWatch()
        self._level_timer.start()
        self._flow_timer.start()
        self._set_trouble(self._trouble_of_choice(device))
        self._set_state(RecorderState.RECORDING)

    def _wait(self, trouble: Trouble) -> None:
        """Pause the recording; one in which nothing was said yet is ended instead."""
        self._sync()
        if self._writer is None:
            return
        self._set_trouble(trouble)
        if trouble is not Trouble.NONE and self._writer.duration_s == 0:
            self._finish(RecorderState.FAILED)
        else:
            self._set_state(RecorderState.PAUSED)

    def _trouble_of_choice(self, used: MicrophoneDevice) -> Trouble:
        return Trouble.ANOTHER_MICROPHONE if self._device_id not in {"", used.id} else Trouble.NONE

    def _lose_microphone(self) -> None:
        if self._state is RecorderState.RECORDING:
            self._let_go()
            self._wait(Trouble.UNPLUGGED)

    def _miss_sound(self) -> None:
        """Take note that the open device delivers nothing, not even zeros.

        One that never did may be waking up (a headset without a cable takes seconds), so it is only called silent.
        One that did is gone: PulseAudio's backend tells of an unplugged device neither by an error nor by its list
        (seen with Qt 6.11.3).
        """
        if self._converter is None:
            self._set_silent(True)
        else:
            self._grace_timer.start()

    def _let_go(self) -> None:
        """Close the microphone and keep what its converter still holds."""
        self._input.close()
        self._level_timer.stop()
        self._flow_timer.stop()
        self._grace_timer.stop()
        converter, self._converter = self._converter, None
        if converter is not None:
            self._keep(converter.finish())
        self._unheard.clear()
        self._set_silent(False)
        self.level_changed.emit(0.0)

    # --- the sound -------------------------------------------------------------------------------------------

    def _hear(self, block: SoundBlock) -> None:
        if self._state is not RecorderState.RECORDING:
            return
        if self._converter is not None and self._converter.rate_hz != block.rate_hz:
            converter, self._converter = self._converter, None
            self._keep(converter.finish())
        if self._converter is None:
            self._converter = RecordingConverter(block.rate_hz)
        self._flow_timer.start()
        self._grace_timer.stop()
        samples = self._converter.convert(block)
        level = level_of(samples)
        self._unheard.append(level)
        self._silence.hear(len(samples), level)
        self._set_silent(self._silence.is_silent)
        self._keep(samples)

    def _keep(self, samples: NDArray[np.int16]) -> None:
        if self._writer is None:
            return
        try:
            self._writer.append(samples.astype("<i2").tobytes())
        except RecordingStorageError as error:
            self._fail(_trouble_of(error))

    def _sync(self) -> None:
        if self._writer is not None:
            try:
                self._writer.flush()
            except RecordingStorageError as error:
                self._fail(_trouble_of(error))

    def _tell_level(self) -> None:
        levels, self._unheard = self._unheard, []
        if levels:
            self.level_changed.emit(max(level.share for level in levels))

    def _set_silent(self, silent: bool) -> None:
        if silent != self._is_silent:
            self._is_silent = silent
            self.silence_changed.emit(silent)

    # --- the end ---------------------------------------------------------------------------------------------

    def _fail(self, trouble: Trouble) -> None:
        """End the recording because the disk does; what it holds is handed over all the same."""
        self._converter = None
        self._set_trouble(trouble)
        self._let_go()
        self._finish(RecorderState.FAILED)

    def _finish(self, state: RecorderState) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            try:
                writer.close()
            except RecordingStorageError as error:
                self._set_trouble(_trouble_of(error))
                state = RecorderState.FAILED
        self._set_state(state)
        self._settle()
        if writer is not None:
            self.stopped.emit(Recorded(writer.file, writer.duration_s))

    def _settle(self) -> None:
        """Between recordings: say whether there is a microphone to begin with."""
        if self._state in {RecorderState.IDLE, RecorderState.NO_MICROPHONE}:
            self._set_state(RecorderState.IDLE if self._devices else RecorderState.NO_MICROPHONE)
            device = self.used_device()
            if device is not None:
                self._set_trouble(self._trouble_of_choice(device))

    def _set_state(self, state: RecorderState) -> None:
        if state is not self._state:
            self._state = state
            self.state_changed.emit(state)

    def _set_trouble(self, trouble: Trouble) -> None:
        if trouble is not self._trouble:
            self._trouble = trouble
            self.trouble_changed.emit(trouble)


def _trouble_of(error: RecordingStorageError) -> Trouble:
    if isinstance(error, DiskFull):
        return Trouble.DISK_FULL
    return Trouble.TOO_LONG if isinstance(error, RecordingTooLong) else Trouble.DISK_FAULT
