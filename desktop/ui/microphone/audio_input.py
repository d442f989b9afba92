"""What the recorder needs of a sound system: the microphones there are, permission to use one, and its sound.

`QtAudioInput` (qt_audio_input.py) implements it on QtMultimedia; tests bring a written stand-in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class MicrophoneDevice:
    """A microphone of this machine; `id` stays the same when it is plugged in again."""

    id: str
    name: str
    default: bool


@dataclass(frozen=True, slots=True, eq=False)
class SoundBlock:
    """A stretch of sound as the device gives it: `samples` of shape `(frames, channels)`, float32 in [-1, 1]."""

    samples: NDArray[np.float32]
    rate_hz: int


class Permission(StrEnum):
    """What the system says about our use of microphones."""

    GRANTED = "granted"
    DENIED = "denied"
    NOT_ASKED = "not asked"


class SoundSystemMissing(Exception):
    """This machine lacks the library that reaches its microphones."""


class MicrophoneRefused(Exception):
    """The device is there but cannot be opened: another program holds it, or its driver fails."""


class AudioInput(QObject):
    """The microphones of a machine; one of them can be open at a time."""

    devices_changed = Signal()
    sound_received = Signal(object)
    """SoundBlock, some tens of milliseconds each, while a device is open."""
    vanished = Signal()
    """The open device was unplugged or failed; it is closed."""
    permission_answered = Signal(bool)

    def devices(self) -> tuple[MicrophoneDevice, ...]:
        """Return the microphones there are; raises SoundSystemMissing."""
        raise NotImplementedError

    def permission(self) -> Permission:
        """Say whether microphones may be used, without asking the doctor."""
        raise NotImplementedError

    def request_permission(self) -> None:
        """Let the system ask the doctor; `permission_answered` follows."""
        raise NotImplementedError

    def open(self, device_id: str) -> None:
        """Begin to deliver sound of one device; raises MicrophoneRefused or SoundSystemMissing."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop delivering sound and let go of the device, so that the system's own light goes out."""
        raise NotImplementedError
