"""Backups: whole or absent whatever fails, nothing in them readable, and a drill: what comes back is what was there."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from desktop.record.encounter import Attachment, Question
from desktop.record.errors import (
    BackupDamaged,
    BackupFailed,
    BackupMissing,
    BackupPlaceMissing,
    BackupStopped,
    RecordError,
    RecordReadOnly,
    VaultInUse,
    WrongPassphrase,
)
from desktop.record.vault.backing_up import Due, back_up, due
from desktop.record.vault.backups import Backups, name_of, names_in, place_of
from desktop.record.vault.database import Database
from desktop.record.vault.opening import Means, open_vault
from desktop.record.vault.restoring import Restored, keys_of, restore
from tests.fakes.encounters import AT, agreed
from tests.fakes.failing_disk import FailAt, PowerCut
from tests.fakes.vaults import ANOTHER, PASSPHRASE, VaultRecord, cheap_means

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desktop.record.disk import Disk
    from desktop.record.vault.manifest import Manifest

CANARY = "Zwetschgenkuchen"
PICTURE = b"\x89PNG\r\n\x1a\n" + f"the left knee of {CANARY} ".encode() * 4_000
NOW = datetime.now(UTC)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "other disk"
    folder.mkdir()
    return folder


def fill(record: VaultRecord) -> str:
    source = record.folder.parent / "picture.png"
    source.write_bytes(PICTURE)
    made = record.store.create(f"Mrs {CANARY}")
    name = record.store.add_file(made.id, source)
    entries = (Attachment("p1", AT, "Image 1", (name,)), Question("q1", AT, f"Why {CANARY}?"))
    agreed(record.store, replace(made, entries=entries))
    _, path = record.store.new_file(made.id, "wav")
    recording = record.store.open_recording(path)
    recording.append(bytes(range(256)) * 500)
    recording.close()
    return made.id


def hashes_of(record: VaultRecord) -> dict[str, str]:
    """What is in a record, encounter by encounter and file by file."""
    found = {}
    for summary in record.store.summaries():
        found[summary.id] = hashlib.sha256(repr(record.store.load(summary.id)).encode()).hexdigest()
        for name, content in record.store.contents(summary.id).items():
            found[f"{summary.id}/{name}"] = hashlib.sha256(b"".join(content)).hexdigest()
    return found


def backups_of(record: VaultRecord, place: Path, disk: Disk | None = None) -> Backups:
    return Backups(place, record.vault.keys, disk or record.means.disk)


def made(record: VaultRecord, place: Path) -> Manifest:
    return back_up(record.vault.source, backups_of(record, place))


def brought_back(record: VaultRecord, place: Path, name: str, means: Means | None = None) -> Restored:
    means = means or record.means
    home = backups_of(record, place).home
    keys = keys_of(home, name, lambda file: file.unlock(PASSPHRASE), means)
    return restore(place, name, keys, record.folder, means)


# --- the drill ----------------------------------------------------------------------------------------------------


def test_the_drill_what_comes_back_from_a_backup_is_what_was_there(record: VaultRecord, place: Path) -> None:
    encounter_id = fill(record)
    before = hashes_of(record)
    assert len(before) == 3
    manifest = made(record, place)
    record.close()
    shutil.rmtree(record.folder)
    restored = brought_back(record, place, manifest.name)
    record.open()
    assert restored.replaced is None
    assert hashes_of(record) == before
    assert b"".join(record.store.contents(encounter_id)["image-1.png"]) == PICTURE
    assert record.vault.audit.check_all() is None
    assert record.vault.restored_from == manifest.name
    record.store.create("and it goes on")
    record.reopen()
    assert record.vault.restored_from == ""
    assert [row.action for row in record.vault.audit.rows()][-4:] == ["restore", "unlock", "create", "unlock"]


def test_an_older_backup_takes_the_place_of_a_newer_record_which_is_kept(record: VaultRecord, place: Path) -> None:
    fill(record)
    manifest = made(record, place)
    before = hashes_of(record)
    record.store.create("written afterwards")
    after = hashes_of(record)
    record.close()
    restored = brought_back(record, place, manifest.name)
    record.open()
    assert record.vault.audit.fault is None  # what lies beside the folder knows more; the trail says why
    assert hashes_of(record) == before
    record.reopen()
    assert record.vault.audit.fault is None
    assert restored.replaced is not None
    record.close()
    replaced = open_vault(restored.replaced, PASSPHRASE, record.means)
    assert {summary.id for summary in replaced.store.summaries()} == {key for key in after if "/" not in key}
    replaced.close()


def test_a_backup_that_somebody_copies_over_the_vault_is_told(record: VaultRecord, place: Path) -> None:
    manifest = made(record, place)
    record.store.create("afterwards")
    record.close()
    for file in (backups_of(record, place).home / manifest.name).iterdir():
        shutil.copy(file, record.folder)
    for left in record.folder.glob("record-1.db-*"):
        left.unlink()
    record.open()
    assert record.vault.audit.fault is not None
    assert "older than the one" in str(record.vault.audit.fault)


def test_a_backup_opens_with_the_passphrase_of_its_time_alone(record: VaultRecord, place: Path) -> None:
    manifest = made(record, place)
    record.vault.keys.change_passphrase(PASSPHRASE, ANOTHER)
    home = backups_of(record, place).home
    with pytest.raises(WrongPassphrase):
        keys_of(home, manifest.name, lambda file: file.unlock(ANOTHER), record.means)
    opened = keys_of(home, manifest.name, lambda file: file.unlock_with_recovery_key(record.recovery_key), record.means)
    assert opened.vault_id == record.vault.keys.vault_id


def test_nothing_is_restored_over_an_open_vault(record: VaultRecord, place: Path) -> None:
    manifest = made(record, place)
    with pytest.raises(VaultInUse):
        brought_back(record, place, manifest.name)
    assert sorted(path.name for path in record.folder.parent.glob("vault*")) == [
        "vault",
        f"vault-{record.vault.keys.vault_id[:12]}.seen.json",
        "vault-working",
    ]


# --- what is in it, and when it is made ---------------------------------------------------------------------------


def test_nothing_in_a_backup_can_be_read(record: VaultRecord, place: Path) -> None:
    encounter_id = fill(record)
    made(record, place)
    files = [path for path in place.rglob("*") if path.is_file()]
    assert len(files) == 5 + 2
    for path in files:
        for word in (CANARY, "picture.png", "image-1", encounter_id):
            assert word.encode() not in path.read_bytes()
            assert word not in path.name
        assert path.stat().st_mode & 0o077 == 0


def test_each_backup_is_told_with_the_hash_of_its_database(record: VaultRecord, place: Path) -> None:
    manifest = made(record, place)
    row = record.vault.audit.rows()[-1]
    assert (row.action, row.object, row.content) == ("back up", manifest.name, manifest.database_sha256)
    assert manifest.head_seq == row.seq - 1


def test_one_is_due_once_something_was_changed(record: VaultRecord, place: Path) -> None:
    backups = backups_of(record, place)
    assert due(record.vault.source, backups, NOW) is Due.MAKE
    manifest = made(record, place)
    record.reopen()
    backups = backups_of(record, place)
    later = datetime.fromisoformat(manifest.made) + timedelta(days=2)
    assert due(record.vault.source, backups, later) is Due.NOTHING
    fill(record)
    assert due(record.vault.source, backups, later - timedelta(days=2)) is Due.NOTHING
    assert due(record.vault.source, backups, later) is Due.MAKE


def test_one_that_nobody_changed_since_is_proven_whole_again_after_six_days(record: VaultRecord, place: Path) -> None:
    manifest = made(record, place)
    backups = backups_of(record, place)
    later = manifest.verified_at + timedelta(days=6)
    assert due(record.vault.source, backups, later) is Due.VERIFY
    assert backups.verify(manifest.name).verified_at >= manifest.verified_at


def test_a_file_is_kept_once_for_all_backups(record: VaultRecord, place: Path) -> None:
    fill(record)
    made(record, place)
    stamps = {path: path.stat().st_mtime_ns for path in (backups_of(record, place).home / "files").iterdir()}
    record.store.create("another")
    made(record, place)
    assert stamps == {path: path.stat().st_mtime_ns for path in (backups_of(record, place).home / "files").iterdir()}


def test_older_ones_go_and_with_them_the_files_that_only_they_name(record: VaultRecord, place: Path) -> None:
    encounter_id = fill(record)
    made(record, place)
    record.store.delete(encounter_id)
    newest = made(record, place)
    backups = backups_of(record, place)
    assert names_in(backups.home) == (newest.name,)
    assert list((backups.home / "files").iterdir()) == []


def test_while_a_list_cannot_be_read_no_file_goes(record: VaultRecord, place: Path) -> None:
    encounter_id = fill(record)
    backups = backups_of(record, place)
    first = made(record, place)
    old = backups.home / name_of(NOW - timedelta(days=3))
    (backups.home / first.name).rename(old)
    (old / "manifest.json").write_text("{")
    record.store.delete(encounter_id)
    made(record, place)
    assert len(list((backups.home / "files").iterdir())) == 2


def test_a_chosen_folder_that_is_not_there_is_never_made(tmp_path: Path, record: VaultRecord) -> None:
    with pytest.raises(BackupPlaceMissing, match="connect its disk"):
        place_of(str(tmp_path / "usb"), tmp_path, record.means.disk)
    assert not (tmp_path / "usb").exists()
    assert place_of("", tmp_path, record.means.disk) == tmp_path / "backups"
    assert (tmp_path / "backups").is_dir()


def test_a_broken_trail_is_not_backed_up(record: VaultRecord, place: Path) -> None:
    record.close()
    (record.folder / "audit-1.json").unlink()
    record.open()
    with pytest.raises(RecordReadOnly):
        made(record, place)
    assert names_in(backups_of(record, place).home) == ()


# --- what can happen to it ----------------------------------------------------------------------------------------


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


DAMAGES: dict[str, Callable[[Path, Path], object]] = {
    "database changed": lambda one, _pool: _flip(one / "record-1.db"),
    "database gone": lambda one, _pool: (one / "record-1.db").unlink(),
    "key file changed": lambda one, _pool: _flip(one / "vault.json"),
    "anchor gone": lambda one, _pool: (one / "audit-1.json").unlink(),
    "list changed": lambda one, _pool: _forge(one / "manifest.json", verified="2030-01-01T00:00:00+00:00"),
    "list leads out of the folder": lambda one, _pool: _forge(one / "manifest.json", name="../../x"),
    "list garbled": lambda one, _pool: (one / "manifest.json").write_bytes(b"\xff{"),
    "list gone": lambda one, _pool: (one / "manifest.json").unlink(),
    "file changed": lambda _one, pool: _flip(next(pool.iterdir())),
    "file gone": lambda _one, pool: next(pool.iterdir()).unlink(),
}


def _forge(path: Path, **values: str) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


@pytest.mark.parametrize("done", DAMAGES)
def test_whatever_is_done_to_a_backup_is_told_and_nothing_is_restored_from_it(
    record: VaultRecord, place: Path, done: str
) -> None:
    fill(record)
    manifest = made(record, place)
    backups = backups_of(record, place)
    assert backups.verify(manifest.name).files
    DAMAGES[done](backups.home / manifest.name, backups.home / "files")
    with pytest.raises(BackupDamaged, match="The record itself is untouched"):
        backups.verify(manifest.name)
    record.close()
    with pytest.raises(BackupDamaged):
        restore(place, manifest.name, record.vault.keys, record.folder, record.means)
    record.open()
    assert len(hashes_of(record)) == 3


def test_a_name_that_is_none_leads_nowhere(record: VaultRecord, place: Path) -> None:
    for name in ("../vault", "2026-01-01T00-00-00.000Z", ""):
        with pytest.raises(BackupMissing):
            backups_of(record, place).read(name)


def test_a_file_that_rotted_in_the_backups_is_taken_again(
    record: VaultRecord, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(record)
    made(record, place)
    backups = backups_of(record, place)
    _flip(next((backups.home / "files").iterdir()))
    monkeypatch.setattr("desktop.record.vault.backing_up._AGAIN_AFTER", timedelta(0))
    backups.verify(made(record, place).name)


def test_a_file_that_is_damaged_in_the_record_does_not_keep_the_rest_from_being_backed_up(
    record: VaultRecord, place: Path
) -> None:
    fill(record)
    sealed = sorted((record.folder / "files").iterdir(), key=lambda path: path.stat().st_size)
    _flip(sealed[0])
    sealed[1].unlink()
    manifest = made(record, place)
    assert manifest.damaged == 2
    backups_of(record, place).verify(manifest.name)


def test_a_file_that_is_deleted_meanwhile_begins_it_again(
    record: VaultRecord, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encounter_id = fill(record)
    copied = Backups.newest

    def delete_once(self: Backups) -> Manifest | None:
        if record.store.has(encounter_id):
            record.store.delete(encounter_id)
        return copied(self)

    monkeypatch.setattr(Backups, "newest", delete_once)
    manifest = made(record, place)
    assert manifest.files == ()
    assert [path.name for path in backups_of(record, place).home.iterdir() if path.name.endswith(".making")] == []


def test_closing_the_vault_ends_a_backup_and_leaves_nothing(record: VaultRecord, place: Path) -> None:
    fill(record)
    with record.vault.at_work() as go_on:
        record.vault._stops.set()
        with pytest.raises(BackupStopped):
            back_up(record.vault.source, backups_of(record, place), go_on)
    assert [path.name for path in backups_of(record, place).home.iterdir()] == ["files"]


def test_a_record_that_is_written_meanwhile_is_backed_up_as_it_was_at_one_moment(
    record: VaultRecord, place: Path
) -> None:
    record.store.create("before")
    written: list[str] = []

    def write() -> None:
        if len(written) < 20:
            written.append(record.store.create(f"meanwhile {len(written)}").id)

    manifest = back_up(record.vault.source, backups_of(record, place), write)
    assert len(written) > 3
    backups_of(record, place).verify(manifest.name)


def test_a_copy_with_other_words_is_no_backup(
    record: VaultRecord, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(record)
    before = made(record, place)
    whole = Database.snapshot_to

    def with_other_words(self: Database, path: Path, disk: Disk, go_on: Callable[[], None]) -> dict[str, str]:
        digests = whole(self, path, disk, go_on)
        copy = Database(path, self._key)
        copy.rows("UPDATE encounters SET title = 'other'")
        copy.close()
        return digests

    monkeypatch.setattr(Database, "snapshot_to", with_other_words)
    with pytest.raises(BackupDamaged, match="not the same"):
        made(record, place)
    assert names_in(backups_of(record, place).home) == (before.name,)


# --- faults -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("power_cut", [False, True])
def test_a_backup_that_fails_at_any_step_leaves_the_old_ones_or_the_new(
    record: VaultRecord, place: Path, power_cut: bool
) -> None:
    fill(record)
    first = made(record, place)
    step, done = 0, False
    while not done:
        record.store.create(f"change {step}")
        disk = FailAt(step, power_cut=power_cut)
        before = names_in(backups_of(record, place).home)
        try:
            back_up(record.vault.source, backups_of(record, place, disk))
            done = disk.left is not None and disk.left >= 0
        except (BackupFailed, PowerCut):
            pass
        whole = backups_of(record, place)
        names = names_in(whole.home)
        assert names[-1] >= before[-1]
        for name in names:
            whole.verify(name)
        step += 1
    assert step > 15
    assert first.name not in names_in(backups_of(record, place).home)
    assert not [path for path in backups_of(record, place).home.iterdir() if path.suffix in {".making", ".old"}]


@pytest.mark.parametrize("power_cut", [False, True])
def test_restoring_that_fails_at_any_step_leaves_the_old_record_or_the_restored_one(
    record: VaultRecord, place: Path, tmp_path: Path, power_cut: bool
) -> None:
    fill(record)
    manifest = made(record, place)
    restored = hashes_of(record)
    record.store.create("afterwards")
    old = hashes_of(record)
    record.close()
    shutil.copytree(record.folder, tmp_path / "kept")
    step, done = 0, False
    while not done:
        disk = FailAt(step, power_cut=power_cut)
        try:
            brought_back(record, place, manifest.name, cheap_means(record.folder, disk))
            done = disk.left is not None and disk.left >= 0
        except (RecordError, PowerCut):
            pass
        record.open()
        assert hashes_of(record) in (old, restored)
        assert record.vault.audit.fault is None
        record.close()
        shutil.rmtree(record.folder)
        for seen in tmp_path.glob("*.seen.json"):
            seen.unlink()
        shutil.copytree(tmp_path / "kept", record.folder)
        step += 1
    assert step > 15


def test_a_full_disk_is_told_as_one(record: VaultRecord, place: Path) -> None:
    with pytest.raises(BackupFailed, match="the disk is full"):
        back_up(record.vault.source, backups_of(record, place, FailAt(3)))
