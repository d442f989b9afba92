"""Encounters move from the folder into the vault one by one, and nothing is removed before it was compared."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from desktop.record.disk import Disk
from desktop.record.encounter import Attachment
from desktop.record.errors import RecordError
from desktop.record.store import FolderStore
from desktop.record.vault.importing import import_folder
from desktop.record.vault.store import VaultStore
from tests.fakes.encounters import AT, full_encounter
from tests.fakes.failing_disk import FailAt, PowerCut
from tests.fakes.vaults import VaultRecord

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.record.encounter import Encounter

PICTURE = b"\x89PNG\r\n\x1a\n" + b"the left knee " * 4_000
SOUND = b"RIFF0000WAVE" + bytes(9_000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "encounters"


def _filled(folder: Path, tmp_path: Path) -> Encounter:
    store = FolderStore(folder)
    made = store.create()
    for name, content in (("picture.png", PICTURE), ("voice.wav", SOUND)):
        (tmp_path / name).write_bytes(content)
        store.add_file(made.id, tmp_path / name)
    saved = replace(
        full_encounter(), id=made.id, entries=(*full_encounter().entries, Attachment("p9", AT, "2", ("image-1.png",)))
    )
    store.save(saved)
    return saved


def _is_whole(store: VaultStore | FolderStore, saved: Encounter) -> bool:
    return (
        store.load(saved.id) == saved
        and store.path(saved.id, "image-1.png").read_bytes() == PICTURE
        and store.path(saved.id, "recording-1.wav").read_bytes() == SOUND
    )


def test_everything_that_can_be_read_is_moved(record: VaultRecord, folder: Path, tmp_path: Path) -> None:
    saved = [_filled(folder, tmp_path) for _ in range(2)]
    (folder / ".deleted-0123").mkdir()
    (folder / ".deleted-0123" / "encounter.json").write_text("what an interrupted deletion left")
    told: list[tuple[int, int]] = []
    imported = import_folder(folder, record.store, Disk(), lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]
    assert imported.moved == tuple(sorted(encounter.id for encounter in saved))
    assert imported.left == ()
    assert list(folder.iterdir()) == []
    record.reopen()
    assert all(_is_whole(record.store, encounter) for encounter in saved)
    assert import_folder(folder, record.store, Disk()).moved == ()


def test_no_folder_is_nothing_to_move(record: VaultRecord, folder: Path) -> None:
    assert import_folder(folder, record.store, Disk()).moved == ()


def test_what_cannot_be_read_stays_and_is_named(record: VaultRecord, folder: Path, tmp_path: Path) -> None:
    good, damaged, newer = (_filled(folder, tmp_path) for _ in range(3))
    (folder / damaged.id / "encounter.json").write_text("{")
    (folder / newer.id / "encounter.json").write_text('{"schema": 99}')
    (folder / "a doctor's own folder").mkdir()
    imported = import_folder(folder, record.store, Disk())
    assert imported.moved == (good.id,)
    assert {left.encounter_id for left in imported.left} == {damaged.id, newer.id}
    assert all("kept as it is" in str(left.reason) for left in imported.left)
    assert (folder / damaged.id / "image-1.png").read_bytes() == PICTURE
    assert (folder / "a doctor's own folder").is_dir()


def test_what_was_set_aside_comes_along(record: VaultRecord, folder: Path, tmp_path: Path) -> None:
    saved = _filled(folder, tmp_path)
    (folder / saved.id / "encounter.damaged-1.json").write_bytes(b"half an encounter")
    (folder / saved.id / "encounter.json.new").write_bytes(b"an interrupted writing")
    assert import_folder(folder, record.store, Disk()).moved == (saved.id,)
    assert record.store.path(saved.id, "aside-1").read_bytes() == b"half an encounter"


def test_a_folder_inside_is_not_moved(record: VaultRecord, folder: Path, tmp_path: Path) -> None:
    saved = _filled(folder, tmp_path)
    (folder / saved.id / "more").mkdir()
    (left,) = import_folder(folder, record.store, Disk()).left
    assert "stays where it is" in str(left.reason)
    assert _is_whole(FolderStore(folder), saved)


def test_a_copy_that_is_not_the_same_removes_nothing(
    record: VaultRecord, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = _filled(folder, tmp_path)
    original = VaultStore.contents
    changed = {"image-1.png": iter([PICTURE[:-1]])}
    monkeypatch.setattr(VaultStore, "contents", lambda self, encounter_id: original(self, encounter_id) | changed)
    (left,) = import_folder(folder, record.store, Disk()).left
    assert "another one in the vault" in str(left.reason)
    assert _is_whole(FolderStore(folder), saved)


@pytest.mark.parametrize("change", ["words", "a file more"])
def test_an_encounter_that_went_on_in_the_vault_is_never_removed_here(
    record: VaultRecord, folder: Path, tmp_path: Path, change: str
) -> None:
    saved = _filled(folder, tmp_path)
    record.store.add_encounter(
        replace(saved, title="went on") if change == "words" else saved,
        {} if change == "a file more" else {"image-1.png": tmp_path / "picture.png"},
    )
    (left,) = import_folder(folder, record.store, Disk()).left
    assert "the vault holds other" in str(left.reason)
    assert _is_whole(FolderStore(folder), saved)


@pytest.mark.parametrize("power_cut", [False, True])
def test_interrupted_at_any_step_nothing_is_lost_and_the_next_run_ends_it(tmp_path: Path, power_cut: bool) -> None:
    disk = FailAt(None, power_cut=power_cut)
    record = VaultRecord(tmp_path / "vault", disk)
    folder = tmp_path / "encounters"
    for step in range(9):  # two files of three steps each, then the three steps of the removal
        saved = _filled(folder, tmp_path)
        disk.left = step
        try:
            imported = import_folder(folder, record.store, disk)
            assert [left.encounter_id for left in imported.left] == [saved.id]
        except (RecordError, PowerCut):
            assert power_cut
        disk.left = None
        record.crash()
        record.open()
        assert _is_whole(record.store, saved) if step >= 6 else _is_whole(FolderStore(folder), saved)
        import_folder(folder, record.store, disk)
        assert _is_whole(record.store, saved)
        assert list(folder.iterdir()) == []
    record.close()
