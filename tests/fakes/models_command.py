"""Stands in for `python -m desktop.cli models ...`: a real child process that answers from a folder of notes.

`python models_command.py FOLDER ACTION [ID|PATH] --json`; FOLDER holds states.json (id -> state), and optionally
fails.txt (the sentence with which everything but `list` fails) and waits.txt (then `fetch` never ends by itself).
Whatever is not in CARDS was added: a recogniser where its name says so, else a decoder.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

CARDS: dict[str, dict[str, Any]] = {
    "smollm2-135m-instruct": {"title": "SmolLM2 135M Instruct", "kind": "decoder", "projectors": ["image"]},
    "whisper-base": {"title": "Whisper base", "kind": "speech", "projectors": []},
    "qwen2.5-coder-0.5b-instruct": {"title": "Qwen2.5 Coder", "kind": "decoder", "projectors": []},
}


def command(folder: Path, **states: str) -> tuple[str, ...]:
    """Return the program for a ModelShelf; `states` are the last words of ids: smollm2="installed", ..."""
    chosen = {model_id: _state_of(model_id, states) for model_id in CARDS}
    (folder / "states.json").write_text(json.dumps(chosen), encoding="utf-8")
    return (sys.executable, "-I", __file__, str(folder))


def _state_of(model_id: str, states: dict[str, str]) -> str:
    return next((state for name, state in states.items() if model_id.startswith(name)), "installed")


def _say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _card(model_id: str, state: str) -> dict[str, Any]:
    common = {
        "download_bytes": 92_871_040,
        "installed_bytes": 542_000_000,
        "licence": "Apache-2.0",
        "source": "somewhere public",
        "purpose": "Writes the answers.",
        "limits": ["Small.", "English only."],
        "default": not model_id.startswith("qwen"),
        "added": False,
    }
    if model_id not in CARDS:
        kind = "speech" if "whisper" in model_id else "decoder"
        mine = {"title": model_id, "kind": kind, "projectors": [], "default": False, "added": True}
        return {"id": model_id, "state": state, **common, **mine, "licence": "", "download_bytes": 0, "limits": []}
    return {"id": model_id, "state": state, **CARDS[model_id], **common}


def _run(folder: Path, action: str, model_id: str) -> int:
    states = json.loads((folder / "states.json").read_text(encoding="utf-8"))
    if action == "list":
        sys.stdout.write("a line that is no JSON\n")
        for name, state in states.items():
            _say(_card(name, state))
        return 0
    for done in (0, 46_000_000):
        _say({"event": "progress", "id": model_id, "stage": "download", "done_bytes": done, "total_bytes": 92_000_000})
    if (folder / "waits.txt").exists():
        time.sleep(60)
    if (folder / "fails.txt").exists():
        _say({"event": "error", "message": (folder / "fails.txt").read_text(encoding="utf-8"), "exit_code": 3})
        return 3
    if action == "add":
        model_id = Path(model_id).stem
    done = {"fetch": "installed", "add": "installed", "verify": states.get(model_id), "remove": "absent"}
    states[model_id] = done[action]
    if action == "remove" and model_id not in CARDS:
        del states[model_id]
    if action in {"fetch", "add"}:
        _say({"event": "installed", "id": model_id})
    (folder / "states.json").write_text(json.dumps(states), encoding="utf-8")
    return 0


if __name__ == "__main__":
    _folder, _action, *_ids = (argument for argument in sys.argv[1:] if argument != "--json")
    sys.exit(_run(Path(_folder), _action, _ids[0] if _ids else ""))
