"""How evenly the window beats while a CT of 512 x 512 x 300 opens and is scrolled through, and what that costs it."""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from PySide6.QtWidgets import QApplication

from desktop.pictures.loader import PictureLoader
from desktop.ui import theme
from desktop.ui.viewer.panel import ViewedPicture, ViewerPanel
from tests.bench.beats import TICK_MS, Beats, beat_until
from tests.bench.report import Figure, write_figures
from tests.fakes.viewed_pictures import ct_dataset, write_dicom

SLICES, SIDE = 300, 512
LIMIT_MS = 25.0
MEMORY_LIMIT_MB = 350.0
SCROLL_S = 6.0
IDLE_S = 3.0


@dataclass(frozen=True, slots=True)
class ViewerMeasured:
    """What opening and scrolling one CT took; times in seconds, memory in megabytes."""

    first_picture_s: float
    whole_series_s: float
    idle: Beats
    """Before anything is opened, in the same window: what this machine can do just now."""
    opening: Beats
    scrolling: Beats
    shown_while_scrolling: int
    resident_mb: float


def write_ct(folder: Path, slices: int = SLICES, side: int = SIDE) -> list[Path]:
    """Write a chest of ellipses with noise; a file for each slice."""
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    noise = np.random.default_rng(0).normal(0, 20, (side, side))
    files = []
    for number in range(1, slices + 1):
        height = (number / slices - 0.5) * 2
        values = np.where((x / 0.8) ** 2 + (y / 0.6) ** 2 < 1 - 0.3 * height**2, 40.0, -1000.0)
        for middle in (-0.35, 0.35):
            values[((x - middle) / 0.25) ** 2 + (y / (0.4 - 0.2 * abs(height))) ** 2 < 1] = -820
        files.append(write_dicom(folder / f"{number:04}.dcm", ct_dataset(values + noise, number)))
    return files


def measure_viewer(files: list[Path]) -> ViewerMeasured:
    """Open the series in a panel, then scroll through it at a picture a beat; needs a QApplication."""
    loader = PictureLoader()
    panel = ViewerPanel(loader)
    panel.resize(1200, 900)
    panel.show()
    done: dict[str, float] = {}
    loader.series_progressed.connect(
        lambda _token, read, total: done.setdefault("all", time.monotonic()) if read == total else None
    )
    panel.panes[0].picture_shown.connect(lambda: done.setdefault("first", time.monotonic()))
    idle_ends = time.monotonic() + IDLE_S
    idle = beat_until(lambda: time.monotonic() > idle_ends)
    started = time.monotonic()
    panel.show_pictures([ViewedPicture("Image 1", tuple(files))])
    opening = beat_until(lambda: "all" in done and "first" in done)
    shown = [0]
    panel.panes[0].feed.arrived.connect(lambda _picture: shown.__setitem__(0, shown[0] + 1))
    scrolling = _scroll(panel)
    resident_mb = psutil.Process().memory_info().rss / (1 << 20)
    panel.close_pictures()
    loader.stop()
    panel.close()
    panel.deleteLater()
    return ViewerMeasured(
        done["first"] - started, done["all"] - started, idle, opening, scrolling, shown[0], resident_mb
    )


def _scroll(panel: ViewerPanel) -> Beats:
    ends = time.monotonic() + SCROLL_S
    direction = [1]

    def step() -> None:
        feed = panel.panes[0].feed
        if feed.index + direction[0] not in range(feed.count):
            direction[0] = -direction[0]
        panel.panes[0].scroll_by(direction[0])

    return beat_until(lambda: time.monotonic() > ends, step)


def main() -> None:
    """Measure once and write the table."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    theme.apply(application, "dark", 100)
    with tempfile.TemporaryDirectory() as folder:
        found = measure_viewer(write_ct(Path(folder)))
    title = f"Viewer: a CT of {SIDE} x {SIDE} x {SLICES} opens and is scrolled through"
    write_figures(title, figures_of(found), [f"{found.shown_while_scrolling} pictures were shown while scrolling"])


def figures_of(found: ViewerMeasured) -> list[Figure]:
    """Return what was measured as rows of a table."""
    beats = {"opening": found.opening, "scrolling": found.scrolling}
    idle_ms = found.idle.p99_ms()
    limit = f"< {LIMIT_MS:.0f} ms"
    return [
        Figure("first picture", found.first_picture_s, "s"),
        Figure("whole series", found.whole_series_s, "s"),
        *(
            Figure(f"p99 of a {TICK_MS} ms timer while {when}", p99, "ms", idle_ms, "idle", limit, p99 < LIMIT_MS)
            for when, p99 in ((when, taken.p99_ms()) for when, taken in beats.items())
        ),
        *(Figure(f"window's work in a beat, p99, {when}", taken.work_p99_ms(), "ms") for when, taken in beats.items()),
        Figure(
            "window's memory",
            found.resident_mb,
            "MB",
            target=f"< {MEMORY_LIMIT_MB:.0f} MB",
            met=found.resident_mb < MEMORY_LIMIT_MB,
        ),
    ]


if __name__ == "__main__":
    main()
