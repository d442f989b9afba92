"""`bedside check`: what this machine has, what will run where, and what is missing."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
example:
  bedside check --json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")


def run(args: argparse.Namespace) -> int:
    """Look and print; returns 0 when all that is needed is there, else 3."""
    found = look()
    sys.stdout.write(json.dumps(found) + "\n" if args.json else _text(found))
    return 3 if found["missing"] else 0


def look() -> dict[str, Any]:
    """Return the machine, the models by state, and a sentence for each thing that is missing."""
    from desktop.bootstrap import missing_libraries
    from lm.hardware import describe
    from multimodal.catalog import ModelState, data_folder, load_catalog, state

    states = {entry.id: str(state(entry.id)) for entry in load_catalog()}
    missing = [
        f"{entry.title} is {states[entry.id]}: bedside models fetch {entry.id}"
        for entry in load_catalog().defaults()
        if states[entry.id] != ModelState.INSTALLED
    ]
    missing += [
        f"{library.soname}, needed by {library.needed_by}: sudo apt-get install -y {library.package}"
        for library in missing_libraries()
    ]
    folder = data_folder()
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return {
        "machine": asdict(describe()),
        "models": states,
        "data_folder": str(folder),
        "free_bytes": shutil.disk_usage(existing).free,
        "missing": missing,
    }


def _text(found: dict[str, Any]) -> str:
    machine = found["machine"]
    gpu = f"{machine['gpu']}, {machine['gpu_memory_bytes'] / 1e9:.0f} GB" if machine["gpu"] else "none that can be used"
    lines = [
        f"Processor  {machine['cpu']}, {machine['cores']} cores, {machine['memory_bytes'] / 1e9:.0f} GB memory",
        f"GPU        {gpu}",
        f"Models run on {machine['device']} in {machine['dtype']}",
        f"Data       {found['data_folder']}, {found['free_bytes'] / 1e9:.0f} GB free",
        *(f"Model      {model_id}: {state}" for model_id, state in found["models"].items()),
        *(f"Missing    {sentence}" for sentence in found["missing"]),
    ]
    return "\n".join([*lines, "" if found["missing"] else "All that is needed is here.\n"])
