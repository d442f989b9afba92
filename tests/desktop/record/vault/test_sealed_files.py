"""Sealed files tell nothing, cannot be exchanged, and are gone with their keys."""

from __future__ import annotations

import io
import stat
from typing import TYPE_CHECKING

import pytest

from desktop.record.disk import Disk
from desktop.record.vault.crypto import NotAuthentic, random_key
from desktop.record.vault.sealed_files import FileKey, SealedFiles, new_file_key, unwrapped
from tests.fakes.failing_disk import FailAt, PowerCut

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = b"what the patient said " * 5_000


@pytest.fixture
def files(tmp_path: Path) -> SealedFiles:
    return SealedFiles(tmp_path, Disk())


def test_what_was_sealed_is_opened(files: SealedFiles, tmp_path: Path) -> None:
    key = files.seal(io.BytesIO(CONTENT))
    assert b"".join(files.opened(key)) == CONTENT
    (path,) = tmp_path.iterdir()
    assert path == files.path(key.id)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"patient" not in path.read_bytes()


def test_the_same_content_is_never_the_same_file(files: SealedFiles) -> None:
    first, second = files.seal(io.BytesIO(CONTENT)), files.seal(io.BytesIO(CONTENT))
    assert files.path(first.id).read_bytes()[20:] != files.path(second.id).read_bytes()[20:]


def test_a_file_does_not_open_in_the_place_of_another(files: SealedFiles) -> None:
    first, second = files.seal(io.BytesIO(b"left knee")), files.seal(io.BytesIO(b"right knee"))
    files.path(first.id).write_bytes(files.path(second.id).read_bytes())
    with pytest.raises(NotAuthentic):
        list(files.opened(first))
    forged = first.head(b"BVF1") + files.path(second.id).read_bytes()[20:]
    files.path(first.id).write_bytes(forged)
    with pytest.raises(NotAuthentic):
        list(files.opened(FileKey(first.id, second.secret)))


def test_without_the_key_a_file_is_noise(files: SealedFiles) -> None:
    key = files.seal(io.BytesIO(CONTENT))
    with pytest.raises(NotAuthentic):
        list(files.opened(FileKey(key.id, random_key())))


def test_a_wrapped_key_is_bound_to_its_file_and_to_the_vault() -> None:
    vault_key, key = random_key(), new_file_key()
    wrapped = key.wrapped(vault_key)
    assert unwrapped(vault_key, key.id, wrapped) == key
    for other in ((random_key(), key.id, wrapped), (vault_key, "0" * 32, wrapped), (vault_key, key.id, wrapped[:20])):
        with pytest.raises(NotAuthentic):
            unwrapped(*other)


def test_what_a_crash_left_is_removed_and_nothing_else(files: SealedFiles, tmp_path: Path) -> None:
    kept, orphan = files.seal(io.BytesIO(b"kept")), files.seal(io.BytesIO(b"orphan"))
    (tmp_path / f"{'a' * 32}.new").write_bytes(b"half")
    (tmp_path / "a note of the doctor's").write_bytes(b"not ours")
    files.remove_all_but({kept.id})
    assert {path.name for path in tmp_path.iterdir()} == {kept.id, "a note of the doctor's"}
    assert not files.path(orphan.id).exists()


@pytest.mark.parametrize("power_cut", [False, True])
def test_sealing_that_fails_at_any_step_leaves_no_file_to_be_taken_for_whole(tmp_path: Path, power_cut: bool) -> None:
    for step in range(2):  # write, replace; after them the file is whole
        with pytest.raises(PowerCut if power_cut else OSError):
            SealedFiles(tmp_path, FailAt(step, power_cut=power_cut)).seal(io.BytesIO(CONTENT))
        assert all(path.name.endswith(".new") for path in tmp_path.iterdir())
        SealedFiles(tmp_path, Disk()).remove_all_but(set())
        assert list(tmp_path.iterdir()) == []
