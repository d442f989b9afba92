"""`bedside models`: which models there are, and fetching, adding, checking and removing them."""

from __future__ import annotations

import json
import signal
import sys
from typing import TYPE_CHECKING, Any

from desktop.commands.consulting import existing_file
from desktop.commands.progress_line import ProgressLine
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
  bedside models add /models/my-decoder   # a Hugging Face folder with safetensors
  bedside models add my-decoder.gguf --as ward-decoder
  bedside models add small.pt             # a Whisper checkpoint that OpenAI publishes
  bedside models add vit.safetensors --architecture vit_base_patch16_224
  bedside models verify
"""
_SUMMARIES = {
    "list": "list the models with their licences, sizes and limits",
    "fetch": "download, check and convert models; goes on where it was interrupted",
    "add": "add a model of your own: a folder with safetensors, a GGUF file, a Whisper checkpoint, a timm ViT",
    "verify": "read every file of models and compare its sha256",
    "remove": "remove models from this machine",
}
_USES = {"decoder": "--decoder", "speech": "--speech", "vision": "--vision"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    for name, summary in _SUMMARIES.items():
        action = actions.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        if name == "add":
            _add_source_arguments(action)
        elif name == "remove":
            action.add_argument("ids", metavar="ID", nargs="+", help="a model's name in the list")
        elif name != "list":
            action.add_argument("ids", metavar="ID", nargs="*", help="default: the models needed by default")
        action.add_argument("--json", action="store_true", help="print JSON instead of text")


def _add_source_arguments(action: argparse.ArgumentParser) -> None:
    action.add_argument("source", metavar="FILE|FOLDER", type=existing_file, help="the model; it is only read")
    action.add_argument("--as", metavar="ID", dest="id", help="its name here (default: made of the file's name)")
    action.add_argument(
        "--architecture", metavar="NAME", help="timm's name of a vision transformer that has no config.json beside it"
    )


def run(args: argparse.Namespace) -> int:
    """Do one action on each model named; returns the exit code. SIGTERM stops it as Ctrl-C does, with its children."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if args.action == "list":
        return _list(args.json)
    if args.action == "add":
        return _add(args)
    from multimodal.catalog import load_catalog

    names = args.ids or [entry.id for entry in load_catalog().defaults()]
    for model_id in names:
        if args.action == "fetch" or not _is_added(model_id):
            load_catalog().entry(model_id)  # an unknown name is told before anything is done
    for model_id in names:
        _ACTIONS[args.action](model_id, args.json)
    return 0


def _is_added(model_id: str) -> bool:
    from multimodal.catalog import added_models

    return model_id in added_models()


def _list(as_json: bool) -> int:
    from multimodal.catalog import added_models, load_catalog

    cards = [_catalog_card(entry) for entry in load_catalog()] + [_added_card(name) for name in added_models()]
    for card in cards:
        sys.stdout.write(json.dumps(card) + "\n" if as_json else _card_text(card))
    return 0


def _projectors(model_id: str) -> list[str]:
    """Return which projectors are shipped for a decoder: image, audio (by name; loading compares fingerprints)."""
    files = (CATALOG_FILE.parent / "adapters" / model_id).glob("*-projector.safetensors")
    return sorted(file.name.removesuffix("-projector.safetensors") for file in files)


def _catalog_card(entry: ModelEntry) -> dict[str, Any]:
    from multimodal.catalog import state

    return {
        "id": entry.id,
        "title": entry.title,
        "state": str(state(entry.id)),
        "kind": str(entry.kind),
        "default": entry.default,
        "added": False,
        "download_bytes": entry.download_bytes,
        "installed_bytes": entry.installed_bytes,
        "projectors": _projectors(entry.id),
        "licence": entry.licence,
        "source": entry.source,
        "purpose": entry.purpose,
        "limits": list(entry.limits),
    }


def _added_card(model_id: str) -> dict[str, Any]:
    from multimodal.catalog import manifest_of, models_folder, state

    manifest = manifest_of(models_folder() / model_id) or {}
    kind = str(manifest.get("kind") or "")
    installed_bytes = sum(int(record["bytes"]) for record in manifest.get("files", {}).values())
    return {
        "id": model_id,
        "title": model_id,
        "state": str(state(model_id)),
        "kind": kind,
        "default": False,
        "added": True,
        "download_bytes": 0,
        "installed_bytes": installed_bytes,
        "projectors": _projectors(model_id),
        "licence": str(manifest.get("licence") or ""),
        "source": str(manifest.get("source") or ""),
        "purpose": f"Added on this machine as {kind}: bedside ask {_USES.get(kind, '')} {model_id}",
        "limits": ["Nobody but you has checked this model."],
    }


def _card_text(card: dict[str, Any]) -> str:
    needed = "needed" if card["default"] else "optional"
    size = f"{needed}, {card['download_bytes'] / 1e6:.0f} MB"
    if card["added"]:
        size = f"added by you, {card['installed_bytes'] / 1e6:.0f} MB"
    licence = card["licence"] or "licence as its owner says"
    lines = [f"{card['id']}  ({card['state']}, {size}, {licence})", f"  {card['purpose']}"]
    lines.append(f"  from {card['source']}")
    lines += [f"  limit: {limit}" for limit in card["limits"]]
    return "\n".join(lines) + "\n\n"


def _add(args: argparse.Namespace) -> int:
    from multimodal.own_models import add, recognise

    added = add(recognise(args.source, args.architecture), args.id, _progress(args.json))
    text = "is here already" if added.was_here else "is added"
    _tell(added.id, "installed", args.json, f"{added.id} {text}: bedside ask {_USES[added.kind]} {added.id}")
    return 0


def _fetch(model_id: str, as_json: bool) -> None:
    from multimodal.catalog import ModelState, load_catalog, state
    from multimodal.fetch import fetch

    entry = load_catalog().entry(model_id)
    if state(model_id) is ModelState.INSTALLED:
        _tell(model_id, "installed", as_json, f"{entry.title} is here already")
        return
    fetch(entry, _progress(as_json))
    _tell(model_id, "installed", as_json, f"{entry.title} is ready in {entry.folder}")


def _verify(model_id: str, as_json: bool) -> None:
    from multimodal.fetch import verify_installed

    verify_installed(model_id, _progress(as_json))
    text = f"{model_id} is whole: every file has the sha256 it was installed with"
    _tell(model_id, "verified", as_json, text)


def _remove(model_id: str, as_json: bool) -> None:
    from multimodal.fetch import remove_installed

    freed_bytes = remove_installed(model_id)
    text = f"{model_id} is removed, {freed_bytes / 1e6:.0f} MB are free again"
    _tell(model_id, "removed", as_json, text if freed_bytes else f"{model_id} was not here")


def _tell(model_id: str, outcome: str, as_json: bool, text: str) -> None:
    sys.stdout.write((json.dumps({"event": outcome, "id": model_id}) if as_json else text) + "\n")
    sys.stdout.flush()


def _progress(as_json: bool) -> Callable[[Progress], None]:
    """Return what shows how far a fetch is."""
    line = ProgressLine(as_json)

    def show(progress: Progress) -> None:
        done, total = progress.done_bytes, progress.total_bytes
        share = f" {done / total:4.0%}" if total else ""
        text = f"{progress.model}: {progress.stage}{share} of {total / 1e6:.0f} MB"
        line.say(str(progress.stage), text, id=progress.model, done_bytes=done, total_bytes=total)

    return show


_ACTIONS: dict[str, Callable[[str, bool], None]] = {"fetch": _fetch, "verify": _verify, "remove": _remove}
