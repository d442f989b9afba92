"""Files that unpack to far more than they are, read while a window's clock ticks: memory, time, and what the clock saw.

A tick is wanted every 10 ms; the figure is by how much 99 of 100 came late at most.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer

from desktop.burned_in.asking import find_words
from desktop.confined.reading import ConfinedFileReader
from desktop.library.errors import LibraryError
from desktop.library.reading import read
from desktop.record.errors import RecordError
from multimodal.errors import MultimodalError
from tests.e2e.test_bad_input import deflated_bomb_in, huge_picture, write_silence
from tests.fakes.documents import paragraph, write_docx

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_MEMORY_MB, MOST_S, MOST_LATE_MS = 1024, 120.0, 50.0
TICK_MS = 10
LEAST_TICKS = 200


def _silence(folder: Path) -> Path:
    """Three hours of it: more than may be heard."""
    write_silence(folder / "silence.flac", seconds=3 * 3600)
    return folder / "silence.flac"


def _docx(folder: Path) -> Path:
    return write_docx(folder / "bomb.docx", paragraph("a" * (200 << 20)))


BOMBS: dict[str, tuple[Callable[[Path], Path], Callable[[Path], object]]] = {
    "PNG of 169 megapixels": (huge_picture, ConfinedFileReader().load_image),
    "the same, words looked for": (huge_picture, find_words),
    "DICOM that inflates to 300 MB": (deflated_bomb_in, ConfinedFileReader().load_image),
    "FLAC of three hours of silence": (_silence, ConfinedFileReader().load_audio),
    "DOCX that unpacks to 200 MB": (_docx, read),
}


@dataclass(slots=True)
class Seen:
    """What one bomb cost."""

    outcome: str = ""
    peak_bytes: int = 0
    seconds: float = 0.0
    late_ms: float = 0.0

    @property
    def is_within(self) -> bool:
        """Whether every limit held."""
        within = self.peak_bytes < MOST_MEMORY_MB << 20 and self.seconds < MOST_S and self.late_ms < MOST_LATE_MS
        return within and self.outcome != "read"


def run(title: str) -> int:
    """Read every bomb; returns how many passed a limit."""
    application = QCoreApplication.instance() or QCoreApplication([])
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, (make, open_it) in BOMBS.items():
            rows.append((name, _measured(make(Path(folder)), open_it)))
    del application
    for name, seen in sorted(rows, key=lambda row: row[1].is_within):
        sys.stdout.write(
            f"  {name}: {seen.outcome}; child's peak {seen.peak_bytes >> 20} MB, {seen.seconds:.1f} s, "
            f"clock late by {seen.late_ms:.1f} ms (99 of 100)\n"
        )
    beyond = sum(not seen.is_within for _, seen in rows)
    sys.stdout.write(
        f"{title}: {beyond} of {len(rows)} passed {MOST_MEMORY_MB} MB, {MOST_S:.0f} s or {MOST_LATE_MS:.0f} ms\n"
    )
    return beyond


def _measured(bomb: Path, open_it: Callable[[Path], object]) -> Seen:
    seen, ticks, loop = Seen(), [time.monotonic()], QEventLoop()
    clock = QTimer(interval=TICK_MS)
    clock.timeout.connect(lambda: ticks.append(time.monotonic()))
    work = threading.Thread(target=_open, args=(bomb, open_it, seen))
    ending = QTimer(interval=TICK_MS)
    ending.timeout.connect(lambda: loop.quit() if not work.is_alive() and len(ticks) > LEAST_TICKS else None)
    clock.start()
    ending.start()
    work.start()
    loop.exec()
    late = sorted(1000 * (after - before) - TICK_MS for before, after in pairwise(ticks))
    seen.late_ms = max(0.0, late[int(0.99 * len(late))])
    return seen


def _open(bomb: Path, open_it: Callable[[Path], object], seen: Seen) -> None:
    over = threading.Event()
    watch = threading.Thread(target=_watch_children, args=(seen, over))
    watch.start()
    began = time.monotonic()
    try:
        open_it(bomb)
        seen.outcome = "read"
    except (MultimodalError, LibraryError, RecordError) as error:
        seen.outcome = f"refused ({type(error).__name__})"
    seen.seconds = time.monotonic() - began
    over.set()
    watch.join()


def _watch_children(seen: Seen, over: threading.Event) -> None:
    while not over.wait(0.01):
        for child in psutil.Process().children():
            try:
                seen.peak_bytes = max(seen.peak_bytes, child.memory_info().rss)
            except psutil.Error:
                continue  # it has just ended
