"""The published CTranslate2 Whisper that ours was converted from, checked again, for the peer that reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from multimodal.atomic import sha256_of
from multimodal.catalog import load_catalog
from multimodal.errors import HashMismatch

if TYPE_CHECKING:
    from pathlib import Path


def ct2_folder(model_id: str = "whisper-base") -> Path:
    """Return the folder with model.bin, config.json, tokenizer.json and vocabulary.json, as faster-whisper loads it.

    It is where `bedside models fetch` keeps the verified source files. Raises HashMismatch where one is absent
    or has changed.
    """
    entry = load_catalog().entry(model_id)
    for file in entry.files:
        path = entry.source_folder / file.name
        if not path.is_file() or sha256_of(path) != file.sha256:
            raise HashMismatch(f"The source files of {entry.title} are not whole. Remove it and fetch it again.")
    return entry.source_folder
