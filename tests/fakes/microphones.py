"""Stand-ins for the sound system: microphones that a test plugs, plays and unplugs, and a loudspeaker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from desktop.ui.microphone.audio_input import (
    AudioInput,
    MicrophoneDevice,
    MicrophoneRefused,
    Permission,
    SoundBlock,
    SoundSystemMissing,
)
from desktop.ui.microphone.player import AudioOutput

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

BUILT_IN = MicrophoneDevice("built-in", "Built-in microphone", default=True)
HEADSET = MicrophoneDevice("headset", "USB headset", default=False)
STEP_S = 0.02


class FakeMicrophone(AudioInput):
    """A sound system whose every event a test makes happen; what it plays is heard at once, in steps of 20 ms."""

    def __init__(self, *devices: MicrophoneDevice, permission: Permission = Permission.GRANTED) -> None:
        super().__init__()
        self.plugged = list(devices)
        self.answer = permission
        self.opened = ""
        """The id of the device that is open."""
        self.refuses = False
        """Another program holds every device."""
        self.library_missing = False
        self.asked = 0
        """How often the doctor was asked for permission."""

    def devices(self) -> tuple[MicrophoneDevice, ...]:
        if self.library_missing:
            raise SoundSystemMissing("libpulse.so.0: cannot open shared object file")
        return tuple(self.plugged)

    def permission(self) -> Permission:
        return self.answer

    def request_permission(self) -> None:
        self.asked += 1

    def open(self, device_id: str) -> None:
        if self.refuses or device_id not in {device.id for device in self.plugged}:
            raise MicrophoneRefused("busy")
        self.opened = device_id

    def close(self) -> None:
        self.opened = ""

    def decide(self, granted: bool) -> None:
        """Answer the question for permission as the doctor."""
        self.answer = Permission.GRANTED if granted else Permission.DENIED
        self.permission_answered.emit(granted)

    def plug(self, device: MicrophoneDevice) -> None:
        """Plug a microphone in."""
        self.plugged.append(device)
        self.devices_changed.emit()

    def unplug(self, device: MicrophoneDevice) -> None:
        """Pull a microphone out, also the one that is open."""
        self.plugged.remove(device)
        if self.opened == device.id:
            self.opened = ""
            self.vanished.emit()
        self.devices_changed.emit()

    def play(self, samples: NDArray[np.float32], rate_hz: int = 16_000, channels: int = 1) -> None:
        """Let the open device hear `samples`, shape `(n,)`, the same on every channel."""
        step = round(rate_hz * STEP_S)
        for start in range(0, len(samples), step):
            if self.opened:
                block = np.repeat(samples[start : start + step, None], channels, axis=1)
                self.sound_received.emit(SoundBlock(block.astype(np.float32), rate_hz))


def tone(seconds: float, rate_hz: int = 16_000, hz: float = 440.0, peak: float = 0.5) -> NDArray[np.float32]:
    """Return a sine, shape `(n,)`, float32."""
    return (peak * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz)).astype(np.float32)


class FakeSpeaker(AudioOutput):
    """A loudspeaker whose clock a test moves."""

    def __init__(self, available: bool = True) -> None:
        super().__init__()
        self.available = available
        self.playing: Path | None = None
        self.now_s = 0.0

    def is_available(self) -> bool:
        return self.available

    def play(self, file: Path, start_s: float, end_s: float | None) -> None:
        self.playing, self.now_s = file, start_s

    def position_s(self) -> float:
        return self.now_s

    def stop(self) -> None:
        self.playing = None
