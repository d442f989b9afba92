"""The whole story in a real window: `python -m tests.gui`, which is what `make test-gui` runs.

    python -m tests.gui [--folder build/gui] [--readme]

It starts a display of its own, opens Bedside there with the real worker and the real models, and is the user: mouse
and keyboard through xdotool. Every step is asserted and photographed; the folder with the photographs is printed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from multimodal.catalog import ModelState, load_catalog, models_folder, state
from tests.gui import readme_pictures
from tests.gui.display import VirtualDisplay, install_missing_programs

if TYPE_CHECKING:
    from collections.abc import Sequence

REPOSITORY = Path(__file__).resolve().parents[2]
VISITS = ("first", "second")
VISIT_S = 3600
"""A visit that takes longer hangs, also on a machine that has much else to do."""
FAILED, MISSING = 1, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the story; returns the exit code."""
    options = _options(arguments)
    models = _installed_models()
    if models is None or not install_missing_programs():
        return MISSING
    folder = options.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("*.png"), *folder.glob("*.log")):
        old.unlink()
    with tempfile.TemporaryDirectory(prefix="bedside-gui-") as home, VirtualDisplay() as display:
        (Path(home) / "models").symlink_to(models)
        faults = _visits(Path(home), display.name, folder)
    if options.readme and not faults:
        readme_pictures.write(folder, REPOSITORY / "assets" / "screenshots")
    _say(f"{len(list(folder.glob('*.png')))} photographs are in {folder}")
    for fault in faults:
        _say(fault)
    return FAILED if faults else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.gui", description="The whole story in a real window.")
    parser.add_argument("--folder", type=Path, default=REPOSITORY / "build" / "gui", help="where the photographs go")
    parser.add_argument("--readme", action="store_true", help="also write the README's photographs")
    return parser.parse_args(arguments)


def _installed_models() -> Path | None:
    missing = [entry.id for entry in load_catalog().defaults() if state(entry.id) is not ModelState.INSTALLED]
    if missing:
        _say(f"These models are not on this machine: {', '.join(missing)}. Type this, then start again: make models")
        return None
    return models_folder()


def _visits(home: Path, display: str, folder: Path) -> list[str]:
    """Open Bedside one time after another, until something is wrong; returns what was."""
    for visit in VISITS:
        faults = _visit(visit, home, display, folder)
        if faults:
            return faults
    return []


def _visit(visit: str, home: Path, display: str, folder: Path) -> list[str]:
    """Open Bedside once, as one process; returns what was wrong."""
    environment = os.environ | {
        "BEDSIDE_HOME": str(home),
        "DISPLAY": display,
        "QT_QPA_PLATFORM": "xcb",
        "QT_QPA_PLATFORMTHEME": "",
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(REPOSITORY),
        "PYTHONFAULTHANDLER": "1",
    }
    log = folder / f"{visit}-visit.log"
    command = [sys.executable, "-m", "tests.gui.visit", visit, str(folder)]
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(command, env=environment, cwd=REPOSITORY, stderr=errors)
        try:
            code = process.wait(VISIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
    faults = [] if code == 0 else [f"the {visit} visit ended with {code}; {log} says why"]
    left = _still_running(home)
    for straggler in left:
        faults.append(f"the {visit} visit left a process behind: {' '.join(straggler.cmdline())}")
        straggler.kill()
    return faults


def _still_running(home: Path) -> list[psutil.Process]:
    """Return the processes that were started for this data folder and have not ended."""
    found = []
    for process in psutil.process_iter():
        try:
            is_ours = process.environ().get("BEDSIDE_HOME") == str(home)
        except psutil.Error:
            continue  # another user's, or it has just ended
        if is_ours and process.status() != psutil.STATUS_ZOMBIE:
            found.append(process)
    return psutil.wait_procs(found, 3)[1]


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
