"""Files and folders are whole or absent, whatever interrupts their writing."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest

from multimodal import atomic
from multimodal.atomic import CHUNK_BYTES, sha256_of, swap_folder, write_chunks, write_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class PowerCut(BaseException):
    """Stands for anything that ends a write, Ctrl-C included."""


def interrupted() -> Iterator[bytes]:
    yield b"half"
    raise PowerCut


def test_the_hash_is_that_of_the_whole_file_and_its_progress_is_told(tmp_path: Path) -> None:
    content = os.urandom(2 * CHUNK_BYTES + 7)
    (tmp_path / "file").write_bytes(content)
    told: list[int] = []
    assert sha256_of(tmp_path / "file", told.append) == hashlib.sha256(content).hexdigest()
    assert told == [CHUNK_BYTES, 2 * CHUNK_BYTES, len(content)]


def test_an_interrupted_write_leaves_the_earlier_file(tmp_path: Path) -> None:
    file = tmp_path / "reports" / "report.txt"
    write_text(file, "earlier: 37 °C")
    with pytest.raises(PowerCut):
        write_chunks(file, interrupted())
    assert file.read_text(encoding="utf-8") == "earlier: 37 °C"
    assert [path.name for path in file.parent.iterdir()] == ["report.txt"]


def test_a_file_is_flushed_before_it_takes_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, seen = tmp_path / "file", []
    real = os.fsync

    def fsync(handle: int) -> None:
        seen.append(file.exists())
        real(handle)

    monkeypatch.setattr(atomic.os, "fsync", fsync)
    write_text(file, "text")
    # The content first, while the name is still free; the folder last.
    assert seen == [False, True]


def folder_with(path: Path, content: str) -> Path:
    (path / "inner").mkdir(parents=True)
    (path / "inner" / "file").write_text(content)
    return path


def test_a_folder_takes_the_place_of_another(tmp_path: Path) -> None:
    ready, target = folder_with(tmp_path / "ready", "new"), folder_with(tmp_path / "models" / "ward", "old")
    swap_folder(ready, target, tmp_path / "old")
    assert (target / "inner" / "file").read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["models"]


def test_a_swap_that_is_interrupted_leaves_the_target_absent_or_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready, target = folder_with(tmp_path / "ready", "new"), folder_with(tmp_path / "ward", "old")

    def cut(_path: Path) -> None:
        raise PowerCut

    monkeypatch.setattr(atomic, "_flush_file", cut)
    with pytest.raises(PowerCut):
        swap_folder(ready, target, tmp_path / "old")
    assert (target / "inner" / "file").read_text() == "old"
