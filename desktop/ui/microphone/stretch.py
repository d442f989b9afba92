"""A stretch of a recording as samples: a confined child decodes it, the window adds a header of its own."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from desktop.confined.starting import command, environment

if TYPE_CHECKING:
    from pathlib import Path

RATE_HZ, SAMPLE_BYTES = 16_000, 2
LONGEST_S = 600.0
"""What is heard in one piece at most: 19 MB of samples."""
WAIT_MS = 60_000


class Stretch(QObject):
    """Decodes one stretch at a time, of LONGEST_S at most; asking for another forgets the one before."""

    ready = Signal(bytes)
    """The samples as a WAV file."""
    failed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._samples = bytearray()
        self._wanted = 0
        self._clock = QTimer(self, singleShot=True, interval=WAIT_MS)
        self._clock.timeout.connect(self._give_up)

    def decode(self, file: Path, start_s: float, end_s: float | None) -> None:
        """Begin; `ready` or `failed` follows, unless `stop` comes first."""
        self.stop()
        seconds = LONGEST_S if end_s is None else min(max(end_s - start_s, 0.0), LONGEST_S)
        self._samples, self._wanted = bytearray(), int(seconds * RATE_HZ) * SAMPLE_BYTES
        process = QProcess(self)
        kept = QProcessEnvironment()
        for name, value in environment().items():
            kept.insert(name, value)
        process.setProcessEnvironment(kept)
        process.setStandardInputFile(QProcess.nullDevice())
        process.setStandardErrorFile(QProcess.nullDevice())
        process.readyReadStandardOutput.connect(self._take)
        process.finished.connect(self._end)
        process.errorOccurred.connect(self._take_error)
        self._process = process
        self._clock.start()
        program, *arguments = command("desktop.confined.decoder", "stretch", str(file.absolute()), str(start_s))
        process.start(program, arguments)

    def stop(self) -> None:
        """End the child; nothing more is told."""
        self._clock.stop()
        process, self._process = self._process, None
        if process is not None:
            process.readyReadStandardOutput.disconnect(self._take)
            process.finished.disconnect(self._end)
            process.errorOccurred.disconnect(self._take_error)
            process.kill()
            process.waitForFinished(1_000)
            process.deleteLater()

    def _take(self) -> None:
        if self._process is not None:
            self._samples += self._process.readAllStandardOutput().data()
            if len(self._samples) >= self._wanted:
                self._end()

    def _take_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:  # every other one is followed by `finished`
            self._end()

    def _give_up(self) -> None:
        self._samples.clear()
        self._end()

    def _end(self) -> None:
        if self._process is not None and self._process.isOpen():
            self._samples += self._process.readAllStandardOutput().data()
        self.stop()
        samples = bytes(self._samples[: min(self._wanted, len(self._samples) // SAMPLE_BYTES * SAMPLE_BYTES)])
        self._samples.clear()
        if samples:
            self.ready.emit(as_wav(samples))
        else:
            self.failed.emit()


def seconds_of(wav: bytes) -> float:
    """Return how long a stretch is that was made by `as_wav`."""
    return (len(wav) - len(as_wav(b""))) / (RATE_HZ * SAMPLE_BYTES)


def as_wav(samples: bytes) -> bytes:
    """Return 16-bit mono samples with the header of a WAV file (RIFF, PCM)."""
    rate = RATE_HZ * SAMPLE_BYTES
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE_HZ, rate, SAMPLE_BYTES, 8 * SAMPLE_BYTES)
    data = struct.pack("<4sI", b"data", len(samples)) + samples
    return struct.pack("<4sI4s", b"RIFF", 4 + len(form) + len(data), b"WAVE") + form + data
