"""Making, opening and rotating a vault: old or new, never a third, and never over something that is there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from desktop.record.encounter import Attachment
from desktop.record.errors import (
    DatabaseDamaged,
    DiskFull,
    PassphraseTooShort,
    RecordError,
    VaultExists,
    VaultInUse,
    VaultMissing,
    VaultNewer,
    WrongPassphrase,
    WrongRecoveryKey,
)
from desktop.record.vault import working
from desktop.record.vault.opening import make_vault, open_vault, open_vault_with_recovery_key
from desktop.record.vault.working import working_place
from tests.fakes.encounters import AT
from tests.fakes.failing_disk import FailAt, PowerCut
from tests.fakes.vaults import ANOTHER, PASSPHRASE, VaultRecord, cheap_means

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.record.encounter import Encounter

PICTURE = b"\x89PNG\r\n\x1a\n" + b"the left knee " * 4_000


def _filled(record: VaultRecord, tmp_path: Path) -> Encounter:
    (tmp_path / "picture.png").write_bytes(PICTURE)
    made = record.store.create("Mrs Miller")
    name = record.store.add_file(made.id, tmp_path / "picture.png")
    saved = replace(made, entries=(Attachment("p1", AT, "Image 1", (name,)),))
    record.store.save(saved)
    return saved


def _is_whole(record: VaultRecord, saved: Encounter) -> bool:
    return record.store.load(saved.id) == saved and record.store.path(saved.id, "image-1.png").read_bytes() == PICTURE


def test_the_recovery_key_opens_what_the_passphrase_closed(record: VaultRecord, tmp_path: Path) -> None:
    saved = _filled(record, tmp_path)
    record.close()
    record.vault = open_vault_with_recovery_key(record.folder, record.recovery_key, record.means)
    assert _is_whole(record, saved)


def test_one_window_at_a_time(record: VaultRecord) -> None:
    with pytest.raises(VaultInUse, match="close it there"):
        open_vault(record.folder, PASSPHRASE, record.means)
    record.reopen()


def test_a_wrong_passphrase_lets_go_of_the_vault(record: VaultRecord) -> None:
    record.close()
    with pytest.raises(WrongPassphrase):
        open_vault(record.folder, ANOTHER, record.means)
    record.open()


def test_no_vault_is_made_by_opening(tmp_path: Path) -> None:
    with pytest.raises(VaultMissing):
        open_vault(tmp_path / "nowhere", PASSPHRASE, cheap_means(tmp_path / "nowhere"))
    assert list(tmp_path.iterdir()) == []


def test_a_vault_without_its_database_is_kept_as_it_is(record: VaultRecord, tmp_path: Path) -> None:
    _filled(record, tmp_path)
    record.close()
    database = record.folder / "record-1.db"
    content = database.read_bytes()
    database.unlink()
    with pytest.raises(DatabaseDamaged, match="missing"):
        record.open()
    assert not database.exists()
    database.write_bytes(content)
    record.open()
    assert len(list((record.folder / "files").iterdir())) == 1


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + bytes(4_080), bytes(8_192)])
def test_a_database_that_was_exchanged_is_refused_as_it_is(record: VaultRecord, content: bytes) -> None:
    record.close()
    database = record.folder / "record-1.db"
    whole = database.read_bytes()
    database.write_bytes(content)
    with pytest.raises(DatabaseDamaged):
        record.open()
    assert database.read_bytes() == content
    database.write_bytes(whole)
    record.open()


def test_a_newer_vault_is_refused_as_it_is(record: VaultRecord) -> None:
    record.store._records.database.rows("PRAGMA user_version = 2000")
    record.close()
    with pytest.raises(VaultNewer, match="update Bedside"):
        record.open()
    with pytest.raises(VaultNewer):  # and it was let go of: this is not "in use"
        record.open()


# --- making -------------------------------------------------------------------------------------------------------


def test_a_vault_is_never_made_over_anything(record: VaultRecord, tmp_path: Path) -> None:
    with pytest.raises(VaultExists):
        make_vault(record.folder, ANOTHER, record.means)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").touch()
    with pytest.raises(VaultExists, match="empty folder"):
        make_vault(tmp_path / "notes", PASSPHRASE, record.means)


def test_a_short_passphrase_makes_no_vault(tmp_path: Path) -> None:
    with pytest.raises(PassphraseTooShort):
        make_vault(tmp_path / "vault", "short", cheap_means(tmp_path / "vault"))
    assert not (tmp_path / "vault").exists()


@pytest.mark.parametrize("power_cut", [False, True])
def test_making_that_fails_at_any_step_leaves_a_whole_vault_or_none(tmp_path: Path, power_cut: bool) -> None:
    folder = tmp_path / "vault"
    folder.mkdir()
    counted = FailAt(None)
    make_vault(tmp_path / "counted", PASSPHRASE, cheap_means(tmp_path / "counted", counted))
    for step in range(counted.done):
        try:
            make_vault(folder, PASSPHRASE, cheap_means(folder, FailAt(step, power_cut=power_cut)))
        except (RecordError, PowerCut):
            if (folder / "vault.json").exists():
                assert step == counted.done - 1  # in its place, only the folder around it was not flushed
                open_vault(folder, PASSPHRASE, cheap_means(folder)).close()
                return
    make_vault(folder, PASSPHRASE, cheap_means(folder))


# --- another data key ---------------------------------------------------------------------------------------------


def test_after_rotation_all_is_there_and_the_old_keys_are_void(record: VaultRecord, tmp_path: Path) -> None:
    saved = _filled(record, tmp_path)
    record.vault.keys.add_passphrase(ANOTHER)
    before = (record.folder / "record-1.db").read_bytes()
    new_recovery_key = record.vault.rotate_data_key(PASSPHRASE)
    assert _is_whole(record, saved)
    later = record.store.create("after it")
    record.reopen()
    assert _is_whole(record, saved)
    assert record.store.load(later.id) == later
    record.close()
    assert [path.name for path in sorted(record.folder.glob("record-*"))] == ["record-2.db"]
    assert (record.folder / "record-2.db").read_bytes()[:4_096] != before[:4_096]
    with pytest.raises(WrongPassphrase):
        open_vault(record.folder, ANOTHER, record.means)
    with pytest.raises(WrongRecoveryKey):
        open_vault_with_recovery_key(record.folder, record.recovery_key, record.means)
    record.vault = open_vault_with_recovery_key(record.folder, new_recovery_key, record.means)
    assert _is_whole(record, saved)


def test_rotation_needs_the_passphrase(record: VaultRecord, tmp_path: Path) -> None:
    saved = _filled(record, tmp_path)
    with pytest.raises(WrongPassphrase):
        record.vault.rotate_data_key(ANOTHER)
    record.reopen()
    assert _is_whole(record, saved)


@pytest.mark.parametrize("power_cut", [False, True])
def test_rotation_that_fails_at_any_step_leaves_the_old_keys_or_the_new(tmp_path: Path, power_cut: bool) -> None:
    disk = FailAt(None, power_cut=power_cut)
    record = VaultRecord(tmp_path / "vault", disk)
    saved = _filled(record, tmp_path)
    step, failed = 0, True
    while failed:
        generation = record.vault.keys.generation
        disk.left = step
        try:
            record.vault.rotate_data_key(PASSPHRASE)
            failed = record.vault.keys.generation == generation
        except (DiskFull, PowerCut):
            disk.left = None
            record.crash()
            record.open()
        disk.left = None
        assert _is_whole(record, saved)
        record.reopen()
        assert _is_whole(record, saved)
        assert len(list(record.folder.glob("record-*.db"))) == 1
        step += 1
    assert step > 3
    record.close()


def test_a_rotation_with_other_words_is_no_rotation(
    record: VaultRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = _filled(record, tmp_path)
    monkeypatch.setattr("desktop.record.vault.records.Records.all_files", lambda self: self.database.rows("BROKEN"))
    with pytest.raises(RecordError):
        record.vault.rotate_data_key(PASSPHRASE)
    monkeypatch.undo()
    record.reopen()
    assert record.vault.keys.generation == 1
    assert _is_whole(record, saved)


# --- where readable copies go -------------------------------------------------------------------------------------


def test_readable_copies_go_into_memory_that_is_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    (tmp_path / "run").mkdir()
    place = working_place("ab" * 16, tmp_path / "vault" / "working")
    assert place.parent == tmp_path / "run"
    assert place.stat().st_mode & 0o077 == 0
    assert working_place("ab" * 16, tmp_path) == place


def test_readable_copies_never_go_into_a_folder_that_others_see(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setattr(working, "_SHARED_MEMORY", tmp_path / "run")
    prepared = tmp_path / "run" / f"bedside-{'ab' * 16}"
    prepared.mkdir(parents=True)
    prepared.chmod(0o777)
    fallback = tmp_path / "vault" / "working"
    assert working_place("ab" * 16, fallback) == fallback
    prepared.rmdir()
    prepared.symlink_to(tmp_path)
    assert working_place("ab" * 16, fallback) == fallback
