"""Which weights stand behind the name of a decoder: their hashes, as its folder and our adapters have them.

The hash is that of the manifest, which was compared with the weights when they were fetched (`bedside models verify`
does it again); nothing is hashed while somebody waits for an answer. No Qt, no torch.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

from desktop.files import data_folder
from desktop.record.vault.chain import Stamp

ADAPTERS = Path(__file__).resolve().parent.parent / "assets" / "adapters"
_WEIGHTS = (".safetensors", ".gguf", ".bin")


def stamp_of(decoder: str) -> Stamp:
    """Return the name of a decoder with the hash of its weights, and the hash of its adapter.

    The name alone stands where the weights have no manifest: a folder that was named by its path.
    """
    return Stamp(f"{decoder} {_weights_of(decoder)}".strip(), _adapter_of(decoder))


def _weights_of(decoder: str) -> str:
    folder = data_folder() / "models" / decoder
    try:
        files = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
        hashes = [str(files[name]["sha256"]) for name in sorted(files) if name.endswith(_WEIGHTS)]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return _sha256(hashes)


@cache
def _adapter_of(decoder: str) -> str:
    if not decoder or Path(decoder).name != decoder:
        return ""
    folder = ADAPTERS / decoder
    files = [*sorted(folder.glob("*-projector.safetensors")), *folder.glob("decoder-lora.safetensors")]
    return _sha256([hashlib.sha256(file.read_bytes()).hexdigest() for file in files])


def _sha256(hashes: list[str]) -> str:
    """Return the hash of one file as it is, of several the hash of theirs."""
    if not hashes:
        return ""
    whole = hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()
    return f"sha256:{whole}"
