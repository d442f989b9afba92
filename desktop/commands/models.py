"""`bedside models`: which models there are, and fetching, checking and removing them."""

from __future__ import annotations

import json
import signal
import sys
import time
from typing import TYPE_CHECKING

from multimodal.catalog import CATALOG_FILE

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from multimodal.catalog import ModelEntry
    from multimodal.fetch import Progress

EXAMPLES = """\
examples:
  bedside models list
  bedside models fetch                    # what Bedside needs out of the box
  bedside models fetch qwen2.5-coder-0.5b-instruct
  bedside models verify
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    for name, summary in _SUMMARIES.items():
        action = actions.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        if name != "list":
            action.add_argument(
                "ids",
                metavar="ID",
                nargs="+" if name == "remove" else "*",
                help="default: the models needed by default",
            )
        action.add_argument("--json", action="store_true", help="print JSON instead of text")


def run(args: argparse.Namespace) -> int:
    """Do one action on each model named; returns the exit code. SIGTERM stops it as Ctrl-C does, with its children."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if args.action == "list":
        return _list(args.json)
    from multimodal.catalog import load_catalog

    catalog = load_catalog()
    entries = [catalog.entry(model_id) for model_id in args.ids] or list(catalog.defaults())
    for entry in entries:
        _ACTIONS[args.action](entry, args.json)
    return 0


def _list(as_json: bool) -> int:
    from multimodal.catalog import load_catalog, state

    for entry in load_catalog():
        card = {
            "id": entry.id,
            "title": entry.title,
            "state": str(state(entry.id)),
            "kind": str(entry.kind),
            "default": entry.default,
            "download_bytes": entry.download_bytes,
            "installed_bytes": entry.installed_bytes,
            "projectors": _projectors(entry.id),
            "licence": entry.licence,
            "source": entry.source,
            "purpose": entry.purpose,
            "limits": list(entry.limits),
        }
        sys.stdout.write(json.dumps(card) + "\n" if as_json else _card_text(card))
    return 0


def _projectors(model_id: str) -> list[str]:
    """Return which projectors are shipped for a decoder: image, audio (by name; loading compares fingerprints)."""
    files = (CATALOG_FILE.parent / "adapters" / model_id).glob("*-projector.safetensors")
    return sorted(file.name.removesuffix("-projector.safetensors") for file in files)


def _card_text(card: dict[str, object]) -> str:
    size_mb = int(str(card["download_bytes"])) / 1e6
    needed = "needed" if card["default"] else "optional"
    limits = card["limits"]
    lines = [f"{card['id']}  ({card['state']}, {needed}, {size_mb:.0f} MB, {card['licence']})", f"  {card['purpose']}"]
    lines.append(f"  from {card['source']}")
    lines += [f"  limit: {limit}" for limit in (limits if isinstance(limits, list) else [])]
    return "\n".join(lines) + "\n\n"


def _fetch(entry: ModelEntry, as_json: bool) -> None:
    from multimodal.catalog import ModelState, state
    from multimodal.fetch import fetch

    if state(entry.id) is ModelState.INSTALLED:
        _tell(entry, "installed", as_json, "is here already")
        return
    fetch(entry, ProgressLine(as_json))
    _tell(entry, "installed", as_json, f"is ready in {entry.folder}")


def _verify(entry: ModelEntry, as_json: bool) -> None:
    from multimodal.fetch import verify

    verify(entry, ProgressLine(as_json))
    _tell(entry, "verified", as_json, "is whole: every file has the sha256 it was installed with")


def _remove(entry: ModelEntry, as_json: bool) -> None:
    from multimodal.fetch import remove

    freed_bytes = remove(entry)
    _tell(entry, "removed", as_json, f"is removed, {freed_bytes / 1e6:.0f} MB are free again")


def _tell(entry: ModelEntry, outcome: str, as_json: bool, text: str) -> None:
    line = json.dumps({"event": outcome, "id": entry.id}) if as_json else f"{entry.title} {text}"
    sys.stdout.write(line + "\n")


class ProgressLine:
    """Shows a fetch: a bar that redraws itself in a terminal, a line now and then elsewhere."""

    QUIET_S = 5.0
    JSON_S = 0.2
    """The window draws a bar from these lines."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._in_place = sys.stderr.isatty() and not as_json
        self._pause_s = self.JSON_S if as_json else 0.1 if self._in_place else self.QUIET_S
        self._stage = ""
        self._said_at = 0.0

    def __call__(self, progress: Progress) -> None:
        """Take one report."""
        now = time.monotonic()
        is_new = progress.stage != self._stage
        if not is_new and now - self._said_at < self._pause_s:
            return
        self._stage, self._said_at = str(progress.stage), now
        if self._as_json:
            sys.stdout.write(
                json.dumps(
                    {
                        "event": "progress",
                        "id": progress.model,
                        "stage": self._stage,
                        "done_bytes": progress.done_bytes,
                        "total_bytes": progress.total_bytes,
                    }
                )
                + "\n"
            )
            sys.stdout.flush()  # a pipe would keep the lines back until the fetch is over
            return
        share = f" {progress.done_bytes / progress.total_bytes:4.0%}" if progress.total_bytes else ""
        text = f"{progress.model}: {self._stage}{share} of {progress.total_bytes / 1e6:.0f} MB"
        sys.stderr.write(f"\r\x1b[K{text}" if self._in_place else f"{text}\n")
        sys.stderr.flush()


_SUMMARIES = {
    "list": "list the models with their licences, sizes and limits",
    "fetch": "download, check and convert models; goes on where it was interrupted",
    "verify": "read every file of the installed models and compare its sha256",
    "remove": "remove models from this machine",
}
_ACTIONS: dict[str, Callable[[ModelEntry, bool], None]] = {"fetch": _fetch, "verify": _verify, "remove": _remove}
