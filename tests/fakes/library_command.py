"""Stands in for `python -m desktop.cli library ...`: a real child process that answers from a folder of notes.

`python library_command.py FOLDER ACTION --json [-- SUBJECT...]`; FOLDER holds documents.json, and optionally fails.txt
(the sentence with which everything but `list` fails) and waits.txt (then `add` never ends by itself). What is added is
refused where its name ends in .bad.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any


def command(folder: Path) -> tuple[str, ...]:
    """Return the program for a LibraryShelf."""
    (folder / "documents.json").write_text("[]", encoding="utf-8")
    return (sys.executable, "-I", __file__, str(folder))


def _say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _add(folder: Path, documents: list[dict[str, Any]], subjects: list[str]) -> int:
    refused = 0
    for place, subject in enumerate(subjects):
        name = Path(subject).name
        _say({"event": "progress", "stage": "read", "name": name, "done": place, "total": len(subjects)})
        if (folder / "waits.txt").exists():
            time.sleep(60)
        if name.endswith(".bad"):
            refused += 1
            _say({"event": "refused", "file": name, "message": f"{name} is damaged."})
            continue
        number = 1 + max((document["id"] for document in documents), default=0)
        card = {"title": Path(subject).stem, "file": subject, "passages": 4, "embedded": 4, "is_there": place == 0}
        documents.append({"id": number, **card})
        _say({"event": "added", "id": number, "title": Path(subject).stem})
    _say({"event": "progress", "stage": "embed", "name": "", "done": 2, "total": 4})
    _say({"event": "ended", "added": len(subjects) - refused, "refused": refused})
    return 2 if refused == len(subjects) else 0


def _run(folder: Path, action: str, subjects: list[str]) -> int:
    documents = json.loads((folder / "documents.json").read_text(encoding="utf-8"))
    if action == "list":
        sys.stdout.write("a line that is no JSON\n[]\n")
        for document in documents:
            _say(document)
        return 0
    if (folder / "fails.txt").exists():
        _say({"event": "error", "message": (folder / "fails.txt").read_text(encoding="utf-8"), "exit_code": 2})
        return 2
    code = 0
    if action == "add":
        code = _add(folder, documents, subjects)
    else:
        documents = [document for document in documents if str(document["id"]) not in subjects]
    (folder / "documents.json").write_text(json.dumps(documents), encoding="utf-8")
    return code


if __name__ == "__main__":
    _folder, _action, _json, *_named = sys.argv[1:]
    sys.exit(_run(Path(_folder), _action, _named[1:]))
