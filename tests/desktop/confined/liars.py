"""A Python that says the same whatever it is asked: a confined child that a file has taken over."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.confined.frames import Frames


def liar(folder: Path, frames: Frames, *said: object) -> str:
    """Return a program that writes these notes and blocks."""
    with (folder / "frames").open("wb") as output:
        for part in said:
            if isinstance(part, bytes):
                frames.write_bytes(output, part)
            else:
                frames.write_note(output, part)
    return saying(folder, (folder / "frames").read_bytes())


def saying(folder: Path, written: bytes) -> str:
    """Return a program that writes these bytes."""
    return _program(folder, f"import sys\nsys.stdout.buffer.write({written!r})\n")


def sleeping(folder: Path, seconds: float = 60) -> str:
    """Return a program that says nothing for so long."""
    return _program(folder, f"import time\ntime.sleep({seconds})\n")


def _program(folder: Path, source: str) -> str:
    script = folder / "liar"
    script.write_text(f"#!{sys.executable}\n{source}", encoding="utf-8")
    script.chmod(0o700)
    return str(script)
