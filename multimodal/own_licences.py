"""The licence that a model of the user's own names itself: a claim of its files, which nobody has checked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .+_-]{0,63}")
_MOST_BYTES = 64 << 10


def licence_of_folder(folder: Path) -> str:
    """Return `license` of the front matter of README.md, as Hugging Face's model cards have it; empty for none."""
    try:
        with (folder / "README.md").open("rb") as file:
            lines = file.read(_MOST_BYTES).decode("utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    if not lines or lines[0].strip() != "---":
        return ""
    for line in lines[1:]:
        if line.strip() == "---":
            break
        key, _, value = line.partition(":")
        if key == "license":
            return licence_name(value.strip().strip("\"'"))
    return ""


def licence_name(claim: str) -> str:
    """Return `claim` where it looks like the name of a licence, else nothing: it is shown to people."""
    return claim if _NAME.fullmatch(claim) else ""
