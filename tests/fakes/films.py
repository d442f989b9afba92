"""Films that are written for a test: picture `n` of a film is grey of brightness `LEVEL * n`, so that each is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import av
import numpy as np

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

LEVEL = 5
RATE = 10


def write_film(
    path: Path,
    pictures: int = 40,
    *,
    codec: str = "mpeg4",
    size: tuple[int, int] = (64, 48),
    sound: bool = False,
    aspect: Fraction | None = None,
) -> Path:
    """Write a film of `size` (width, height) with ten pictures a second."""
    with av.open(str(path), "w") as container:
        film = container.add_stream(codec, rate=25 if codec == "mpeg2video" else RATE)
        film.width, film.height = size
        film.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        if aspect:
            film.codec_context.sample_aspect_ratio = aspect
        tone = container.add_stream("aac", rate=16_000, layout="mono") if sound else None
        for number in range(pictures):
            plane = np.full((size[1], size[0], 3), LEVEL * number, np.uint8)
            container.mux(film.encode(av.VideoFrame.from_ndarray(plane, "rgb24")))
        container.mux(film.encode(None))
        if tone:
            _write_tone(container, tone, pictures / RATE)
    return path


def write_sound(path: Path, seconds: float = 1.0) -> Path:
    """Write a file that is called a film and holds sound alone."""
    with av.open(str(path), "w") as container:
        _write_tone(container, container.add_stream("aac", rate=16_000, layout="mono"), seconds)
    return path


def _write_tone(container: Any, stream: Any, seconds: float) -> None:
    samples = np.sin(np.arange(int(seconds * 16_000)) * 0.1).astype(np.float32) * 0.1
    for start in range(0, len(samples) - 1024, 1024):
        frame = av.AudioFrame.from_ndarray(samples[None, start : start + 1024], "fltp", "mono")
        frame.sample_rate, frame.pts = 16_000, start
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
