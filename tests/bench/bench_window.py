"""The window as a doctor feels it: how soon it is there, whether it stutters while everything runs, what it takes.

    python -m tests.bench.bench_window

Every figure is taken in a fresh process: without the models for the start, with the real worker for the rest.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from desktop.display import has_display
from desktop.settings import Settings
from multimodal.audio import load_audio
from multimodal.catalog import models_folder
from multimodal.sound import SAMPLE_RATE_HZ
from tests.bench.beats import TICK_MS
from tests.bench.bench_viewer import SIDE, SLICES, write_ct
from tests.bench.report import Figure, write_figures
from tests.gui.display import VirtualDisplay

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLE = REPOSITORY / "assets" / "sample" / "consultation.flac"
OPENINGS = 5
VISIBLE_LIMIT_S, BEAT_LIMIT_MS, MEMORY_LIMIT_MB, CANCEL_LIMIT_S = 1.0, 25.0, 350.0, 0.3
MOST_S = 1800


def main() -> None:
    """Measure and print."""
    figures, imported = [], set()
    for screen, environment in _screens():
        _open(environment)  # compiles what is new: an installed program is compiled already
        opened = [_open(environment) for _ in range(OPENINGS)]
        figures += _opening_figures(screen, opened)
        imported |= {name for found in opened for name in found["imported"]}
    found = _at_work()
    imported |= set(found["imported"])
    figures += _work_figures(found)
    figures.append(Figure("libraries of models in the window", len(imported), "", target="0", met=not imported))
    notes = [f"{', '.join(sorted(imported))} was imported by the window"] if imported else []
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    notes.append(f"{found['beats']} beats; the machine had {load:.1f} times as much to do as it has processors")
    write_figures(f"The window: it opens, and a CT of {SIDE} x {SIDE} x {SLICES} loads meanwhile", figures, notes)


def _screens() -> Iterator[tuple[str, dict[str, str]]]:
    yield "in memory", {"QT_QPA_PLATFORM": "offscreen"}
    real = {key: value for key, value in os.environ.items() if key in {"DISPLAY", "WAYLAND_DISPLAY"}}
    with contextlib.ExitStack() as stack:
        if not has_display(os.environ | {"QT_QPA_PLATFORM": ""}):
            if shutil.which("Xvfb") is None:
                return
            real = {"DISPLAY": stack.enter_context(VirtualDisplay()).name}
        yield "on a display", real | {"QT_QPA_PLATFORM": ""}


def _open(environment: dict[str, str]) -> dict[str, Any]:
    """Open the window once, for someone who has been here before; adds `visible_s` to what it tells of itself."""
    with tempfile.TemporaryDirectory() as home:
        _settle_in(Path(home))
        started = time.time()
        found = _run("tests.bench.window_opening", home, environment)
    return found | {"visible_s": found["visible_at"] - started}


def _at_work() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as folder:
        _settle_in(Path(home))
        (Path(home) / "models").symlink_to(models_folder())
        series, speech = Path(folder) / "series", Path(folder) / "speech.wav"
        series.mkdir()
        write_ct(series)
        _write_speech(speech)
        return _run("tests.bench.window_at_work", home, {"QT_QPA_PLATFORM": "offscreen"}, str(series), str(speech))


def _settle_in(home: Path) -> None:
    settings = Settings(home / "settings.json")
    settings.set("notice_accepted", True)
    settings.set("first_start_done", True)


def _run(module: str, home: str, environment: dict[str, str], *arguments: str) -> dict[str, Any]:
    paths = {"BEDSIDE_HOME": home, "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": ""}
    command = [sys.executable, "-m", module, *arguments]
    run = subprocess.run(
        command, env=os.environ | environment | paths, check=True, stdout=subprocess.PIPE, text=True, timeout=MOST_S
    )
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return found


def _write_speech(path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes((load_audio(SAMPLE).samples * 32767).astype(np.int16).tobytes())


def _opening_figures(screen: str, opened: list[dict[str, Any]]) -> list[Figure]:
    visible = statistics.median(found["visible_s"] for found in opened)
    processor = statistics.median(found["processor_s"] for found in opened)
    resident = statistics.median(found["resident_mb"] for found in opened)
    return [
        _limited(f"window visible {screen}, median of {OPENINGS}", visible, "s", VISIBLE_LIMIT_S),
        Figure(f"processor time of that {screen}", processor, "s"),
        Figure(f"memory of the empty window {screen}", resident, "MB"),
    ]


def _work_figures(found: dict[str, Any]) -> list[Figure]:
    beat, work, memory = found["busy_p99_ms"], found["busy_work_p99_ms"], found["resident_mb"]
    shown, stopped = found["cancel_shown_s"], found["cancel_stopped_s"]
    return [
        Figure(
            f"p99 of a {TICK_MS} ms timer: decoding, dictating, a CT loading",
            beat,
            "ms",
            found["idle_p99_ms"],
            "at rest",
            f"< {BEAT_LIMIT_MS:.0f} ms",
            beat < BEAT_LIMIT_MS,
        ),
        Figure("window's own work in a beat, p99", work, "ms", found["idle_work_p99_ms"], "at rest"),
        Figure("window's own work in a beat, longest", found["busy_longest_work_ms"], "ms"),
        _limited("window's memory", memory, "MB", MEMORY_LIMIT_MB),
        _limited("from Esc to Stopping on the screen", shown, "s", CANCEL_LIMIT_S),
        _limited("from Esc to the end of the answer", stopped, "s", CANCEL_LIMIT_S),
    ]


def _limited(name: str, value: float, unit: str, limit: float) -> Figure:
    return Figure(name, value, unit, target=f"< {limit:g} {unit}", met=value < limit)


if __name__ == "__main__":
    main()
