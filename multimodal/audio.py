"""Any sound or video file to mono 16 kHz samples, block by block, trusting nothing that a header claims."""

from __future__ import annotations

import io
import struct
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import av
import numpy as np

from multimodal.containers import open_container
from multimodal.errors import Cancelled, FileTooLarge, MissingFile, NoSound, UnreadableFile
from multimodal.sound import DEFAULT_MAX_SECONDS, SAMPLE_RATE_HZ, Recording

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

_MOST_CHUNKS = 64
"""Before the sound of a WAV; more are not looked at."""
_BLOCK_BYTES = 256 << 10
"""Four seconds: few enough to be passed on, small enough to bound memory."""
_LOWEST_RATE_HZ, _HIGHEST_RATE_HZ = 4_000, 768_000


def _never() -> bool:
    return False


def load_audio(
    path: Path | str, *, max_seconds: float = DEFAULT_MAX_SECONDS, cancelled: Callable[[], bool] = _never
) -> Recording:
    """Decode the first sound track of a file in this process; see `decode_blocks` for what it raises."""
    # A bytearray grows in place, so the peak is one copy of the samples.
    pcm = bytearray()
    decoding = decode_blocks(path, max_seconds=max_seconds, cancelled=cancelled)
    while True:
        try:
            pcm += next(decoding)
        except StopIteration as end:
            return Recording.of(pcm, end.value)


def decode_blocks(
    path: Path | str,
    *,
    start_s: float = 0.0,
    max_seconds: float = DEFAULT_MAX_SECONDS,
    cancelled: Callable[[], bool] = _never,
) -> Generator[bytes, None, int]:
    """Decode the first sound track of a file, block by block; return how many packets could not be decoded.

    It begins at `start_s`, as exactly as the file keeps its times.
    A block is float32 samples, mono, 16 kHz, in the machine's byte order; `Recording.of` brings them into range.
    Memory is bounded whatever the header says or the compression hides.
    Raises MissingFile, UnreadableFile, NoSound or FileTooLarge, each with one sentence for the reader, and
    Cancelled once `cancelled` returns True.
    """
    path = Path(path)
    _require_ordinary_file(path)
    decoder = _Decoder(path.name, int(max_seconds * SAMPLE_RATE_HZ), cancelled)
    try:
        with path.open("rb") as file, _open(file, path.name) as container:
            yield from decoder.decode(container, start_s)
    except OSError as error:
        raise UnreadableFile(f"{path.name} cannot be read: {error.strerror or error}.") from error
    return decoder.damaged_packets


def _require_ordinary_file(path: Path) -> None:
    if path.is_dir():
        raise MissingFile(f"{path.name} is a folder; choose a sound or video file in it.")
    if not path.is_file():
        raise MissingFile(f"There is no file {path.name}; it may have been moved or renamed.")
    if path.stat().st_size == 0:
        raise MissingFile(f"{path.name} is empty; nothing was recorded in it.")


def _open(file: BinaryIO, name: str) -> Any:
    # libav believes the header of a WAV that was cut off while it was recorded, and drops what follows.
    options = {"ignore_length": "1"} if _length_is_wrong(file) else {}
    try:
        return open_container(file, options)
    except (av.FFmpegError, ValueError) as error:
        raise UnreadableFile(
            f"{name} is not a sound or video file that can be read, or it is damaged at its start."
        ) from error


def _length_is_wrong(file: BinaryIO) -> bool:
    """Tell whether a RIFF WAVE file goes on behind its `data` chunk with something that is no chunk."""
    try:
        riff, _, wave = struct.unpack("<4sI4s", file.read(12))
        for _ in range(_MOST_CHUNKS if (riff, wave) == (b"RIFF", b"WAVE") else 0):
            name, size = struct.unpack("<4sI", file.read(8))
            file.seek(size + size % 2, io.SEEK_CUR)
            if name == b"data":
                following = file.read(4)
                return bool(following) and not (len(following) == 4 and following.isascii() and following.isalnum())
    except struct.error:
        pass  # shorter than a header, or its end: libav decides what it is
    finally:
        file.seek(0)
    return False


class _Decoder:
    """Decodes one container block by block, counting what it had to leave out."""

    def __init__(self, name: str, max_samples: int, cancelled: Callable[[], bool]) -> None:
        self.damaged_packets = 0
        self._name = name
        self._cancelled = cancelled
        self._max_samples = max_samples
        self._samples = 0
        self._start_s = 0.0
        self._resampler = _new_resampler()

    def decode(self, container: Any, start_s: float) -> Iterator[bytes]:
        waiting = bytearray()
        self._start_s = max(0.0, start_s)
        if start_s > 0:
            _seek(container, start_s)
        for frames in self._resampled(container):
            waiting += self._mono(frames)
            if len(waiting) >= _BLOCK_BYTES:
                yield bytes(waiting)
                waiting.clear()
        if not self._samples:
            raise self._nothing_decoded()
        yield bytes(waiting)

    def _resampled(self, container: Any) -> Iterator[list[Any]]:
        for frame in self._frames(_sound_track(container, self._name), container):
            # What lies before the start is left out: a file is entered at an earlier place, or not gone through at all.
            if self._start_s and frame.time is not None and frame.time < self._start_s:
                continue
            yield self._resample(frame)
        yield self._resampler.resample(None)

    def _frames(self, track: Any, container: Any) -> Iterator[Any]:
        try:
            for packet in container.demux(track):
                if self._cancelled():
                    raise Cancelled("Reading the sound was stopped.")
                try:
                    yield from packet.decode()
                except av.InvalidDataError:
                    self.damaged_packets += 1
        except av.FFmpegError:
            # The container ends in the middle of a packet: what came before it is good.
            self.damaged_packets += 1

    def _resample(self, frame: Any) -> list[Any]:
        if not _LOWEST_RATE_HZ <= frame.sample_rate <= _HIGHEST_RATE_HZ:
            raise UnreadableFile(
                f"{self._name} claims {frame.sample_rate} samples a second, which no sound recorder writes; "
                "the file is damaged."
            )
        # Timestamps of damaged files jump; the resampler would fill the jumps with hours of silence.
        frame.pts = None
        try:
            return list(self._resampler.resample(frame))
        except ValueError:
            # The format changed in mid-stream, as in chained Ogg files.
            rest = list(self._resampler.resample(None))
            self._resampler = _new_resampler()
            return rest + list(self._resampler.resample(frame))

    def _mono(self, frames: list[Any]) -> bytes:
        self._samples += sum(frame.samples for frame in frames)
        if self._samples > self._max_samples:
            raise FileTooLarge(
                f"{self._name} is longer than {_duration(self._max_samples)}; cut it into shorter files."
            )
        # Channels are averaged: libav's own down-mix makes stereo 1.4 times too loud.
        channels = (frame.to_ndarray().reshape(frame.samples, -1) for frame in frames)
        return b"".join(samples.mean(axis=1, dtype=np.float32).tobytes() for samples in channels)

    def _nothing_decoded(self) -> UnreadableFile | NoSound:
        if self.damaged_packets:
            return UnreadableFile(f"{self._name} is damaged: none of its sound can be decoded.")
        return NoSound(f"{self._name} holds no sound: its track is empty.")


def _sound_track(container: Any, name: str) -> Any:
    if not container.streams.audio:
        raise NoSound(f"{name} has no sound track.")
    track = container.streams.audio[0]
    if track.codec_context is None:
        raise UnreadableFile(f"{name} is written with a sound codec that is not supported.")
    return track


def _seek(container: Any, start_s: float) -> None:
    """Go to a place at or before `start_s`; stay at the beginning where the file cannot be gone through like that."""
    with suppress(av.FFmpegError):
        container.seek(int(start_s * av.time_base))


def _new_resampler() -> Any:
    # WORKAROUND PyAV 18.1: planar frames of eight or more channels crash the interpreter; packed ones do not.
    return av.AudioResampler(format="flt", rate=SAMPLE_RATE_HZ)


def _duration(samples: int) -> str:
    minutes = samples / SAMPLE_RATE_HZ / 60
    return f"{minutes:.0f} minutes" if minutes >= 1 else f"{minutes * 60:.0f} seconds"
