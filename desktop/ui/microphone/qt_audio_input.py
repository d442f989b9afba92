"""The microphones of this machine through QtMultimedia, in whatever format the device prefers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QMicrophonePermission, QObject, Qt, Slot

from desktop.ui.microphone.audio_input import AudioInput, MicrophoneDevice, MicrophoneRefused, Permission, SoundBlock
from desktop.ui.microphone.qt_sound import load_multimedia, without_expected_warnings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BUFFER_US = 1_000_000
"""What the system keeps for us while the window is busy; then sound would be lost."""
_PERMISSIONS = {
    Qt.PermissionStatus.Granted: Permission.GRANTED,
    Qt.PermissionStatus.Denied: Permission.DENIED,
    Qt.PermissionStatus.Undetermined: Permission.NOT_ASKED,
}


class QtAudioInput(AudioInput):
    """QMediaDevices and a QAudioSource that is read whenever it has sound."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._watcher: Any = None
        self._source: Any = None
        self._stream: Any = None
        self._open_id = ""
        self._left_over = b""

    def devices(self) -> tuple[MicrophoneDevice, ...]:
        """Return the microphones there are; the first call loads QtMultimedia."""
        return tuple(
            MicrophoneDevice(_id(device), device.description(), device.isDefault()) for device in self._inputs()
        )

    def permission(self) -> Permission:
        """Ask the system, not the doctor; only macOS and phones know anything but granted."""
        return _PERMISSIONS[_application().checkPermission(QMicrophonePermission())]

    def request_permission(self) -> None:
        """Let the system ask."""
        _application().requestPermission(QMicrophonePermission(), self, self._answered)

    def open(self, device_id: str) -> None:
        """Open one device in its preferred format and read it until `close`."""
        self.close()
        multimedia = load_multimedia()
        device = next((one for one in self._inputs() if _id(one) == device_id), None)
        if device is None:
            raise MicrophoneRefused("it is not there any more")
        sound_format = device.preferredFormat()
        if not sound_format.isValid() or sound_format.bytesPerFrame() <= 0:
            raise MicrophoneRefused("it offers no format")
        source = multimedia.QAudioSource(device, sound_format, self)
        source.setBufferSize(sound_format.bytesForDuration(_BUFFER_US))
        stream = source.start()
        if stream is None or source.error() != multimedia.QtAudio.Error.NoError:
            source.deleteLater()
            raise MicrophoneRefused("the system could not open it")
        self._source, self._stream, self._open_id, self._left_over = source, stream, device_id, b""
        stream.readyRead.connect(self._read)
        source.stateChanged.connect(self._look_at_state)

    def close(self) -> None:
        """Stop reading and let go of the device."""
        source, self._source, self._stream, self._open_id = self._source, None, None, ""
        if source is not None:
            source.stateChanged.disconnect(self._look_at_state)
            source.stop()
            source.deleteLater()

    def _inputs(self) -> list[Any]:
        multimedia = load_multimedia()
        with without_expected_warnings():
            if self._watcher is None:
                self._watcher = multimedia.QMediaDevices(self)
                self._watcher.audioInputsChanged.connect(self._look_at_devices)
            return list(multimedia.QMediaDevices.audioInputs())

    def _look_at_devices(self) -> None:
        if self._open_id and all(_id(device) != self._open_id for device in self._inputs()):
            self._lose()
        self.devices_changed.emit()

    @Slot()  # without an argument: PySide cannot convert QAudio::State for a Python slot (TypeError, 6.11.3)
    def _look_at_state(self) -> None:
        if self._source is not None and self._source.error() in _fatal_errors():
            self._lose()

    def _lose(self) -> None:
        self.close()
        self.vanished.emit()

    def _read(self) -> None:
        if self._stream is None:
            return
        sound_format = self._source.format()
        content = self._left_over + self._stream.readAll().data()
        whole = len(content) - len(content) % sound_format.bytesPerFrame()
        self._left_over = content[whole:]
        if whole:
            samples = samples_of(content[:whole], sound_format.sampleFormat().name, sound_format.channelCount())
            self.sound_received.emit(SoundBlock(samples, sound_format.sampleRate()))

    def _answered(self, permission: Any) -> None:
        self.permission_answered.emit(permission.status() == Qt.PermissionStatus.Granted)


def samples_of(content: bytes, sample_format: str, channels: int) -> NDArray[np.float32]:
    """Return interleaved samples of one of Qt's formats (UInt8, Int16, Int32, Float) as `(frames, channels)`."""
    import numpy as np  # here: the window starts without it

    dtype, middle, full_scale = _LAYOUTS[sample_format]
    wide = np.frombuffer(content, dtype).astype(np.float32)
    return ((wide - middle) / full_scale).reshape(-1, channels).astype(np.float32)


_LAYOUTS = {
    "UInt8": ("u1", 128.0, 128.0),
    "Int16": ("<i2", 0.0, 32_768.0),
    "Int32": ("<i4", 0.0, 2_147_483_648.0),
    "Float": ("<f4", 0.0, 1.0),
}


def _fatal_errors() -> tuple[Any, ...]:
    errors = load_multimedia().QtAudio.Error
    return errors.OpenError, errors.IOError, errors.FatalError


def _id(device: Any) -> str:
    return bytes(device.id().data()).decode("utf-8", errors="replace")


def _application() -> QCoreApplication:
    application = QCoreApplication.instance()
    if application is None:
        raise RuntimeError("microphones need a running application")
    return application
