"""Bringing a record back from a backup: built beside the vault, proven whole, and then put in its place.

The record that was there is kept, renamed. The audit trail says from which backup the record came and which state it
took the place of, so that the note beside the vault's folder, which knows a later one, is explained.
"""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from desktop.record.disk import FILE_MODE
from desktop.record.errors import (
    BACKUP_DAMAGED,
    VAULT_IN_USE,
    BackupDamaged,
    RecordError,
    VaultInUse,
    disk_errors,
)
from desktop.record.vault.anchor import ANCHOR
from desktop.record.vault.audit import AuditTrail
from desktop.record.vault.backups import Backups, read_manifest, sha256_of
from desktop.record.vault.chain import Action
from desktop.record.vault.keys import COPY, FILE, KeyFile
from desktop.record.vault.migrations import BACKUPS, migrate
from desktop.record.vault.opening import (
    FILES,
    LOCK,
    RESTORED,
    Means,
    anchor_file,
    finish_restoring,
    opened_database,
    seen_file,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from desktop.record.disk import Disk
    from desktop.record.vault.keys import VaultKeys
    from desktop.record.vault.manifest import Manifest

BUILDING = ".restoring"
REPLACED = "{}.replaced-{}"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back."""

    manifest: Manifest
    replaced: Path | None
    """Where the record is that was there before; None where there was none."""


def keys_of(home: Path, name: str, unlock: Callable[[KeyFile], VaultKeys], means: Means) -> VaultKeys:
    """Open the keys of a backup, by a passphrase or the recovery key of that time.

    Raises BackupMissing, BackupDamaged, HeaderDamaged, or what `unlock` does.
    """
    manifest = read_manifest(home, name)
    data = b""
    with contextlib.suppress(OSError):
        data = (home / name / FILE).read_bytes()
    if hashlib.sha256(data).hexdigest() != manifest.key_file_sha256:
        raise BackupDamaged(BACKUP_DAMAGED, name, f"{FILE} is not what was written")
    return unlock(KeyFile(home / name, means.disk, means.policy))


def restore(
    place: Path,
    name: str,
    keys: VaultKeys,
    folder: Path,
    means: Means,
    go_on: Callable[[], None] = lambda: None,
) -> Restored:
    """Put a backup in the place of the vault in `folder`; interrupted, there is the old record or the restored one.

    Raises BackupDamaged with nothing changed, VaultInUse, or what the disk refuses.
    """
    disk = means.disk
    backups = Backups(place, keys, disk)
    manifest = backups.verify(name, go_on)
    finish_restoring(folder, disk)
    with _nobody_in(folder), disk_errors():
        beside = folder.with_name(f"{folder.name}{BUILDING}")
        ready = folder.with_name(f"{folder.name}{RESTORED}")
        for left in (beside, ready):
            if left.exists():
                disk.remove_folder(left)
        try:
            _build(beside, backups, manifest, go_on)
            _tell(beside, keys, manifest, seen_file(folder, keys, disk).mark(), disk)
        except (OSError, RecordError):
            with contextlib.suppress(OSError):
                disk.remove_folder(beside)
            raise
        disk.replace(beside, ready)
        disk.sync_folder(folder.parent)
    with disk_errors():
        replaced = _take_away(folder, disk)
        disk.replace(ready, folder)
        disk.sync_folder(folder.parent)
    return Restored(manifest, replaced)


def _build(beside: Path, backups: Backups, manifest: Manifest, go_on: Callable[[], None]) -> None:
    disk = backups.disk
    source = backups.home / manifest.name
    disk.make_folder(beside)
    disk.make_folder(beside / FILES)
    names = (FILE, COPY, f"record-{manifest.generation}.db", ANCHOR.format(manifest.generation))
    copies = [(source / name, beside / name) for name in names]
    copies += [(backups.pool_path(file.sha256), beside / FILES / file.id) for file in manifest.files if file.sha256]
    for original, copy in copies:
        go_on()
        with original.open("rb") as opened:
            disk.copy(opened, copy)
        if sha256_of(copy, go_on) != sha256_of(original, go_on):
            raise BackupDamaged(BACKUP_DAMAGED, manifest.name, f"{original.name} is not what is written from it")
    for folder in (beside / FILES, beside):
        disk.sync_folder(folder)


def _tell(beside: Path, keys: VaultKeys, manifest: Manifest, mark: str, disk: Disk) -> None:
    """Open what was built, and add to its trail from where it comes and what it takes the place of."""
    database = opened_database(beside, keys)
    try:
        migrate(database, beside / BACKUPS, disk)
        audit = AuditTrail(database, keys.key_for("audit"), anchor_file(beside, keys, disk), keys.opened_by)
        audit.add(Action.RESTORE, manifest.name, mark)
        audit.anchor()
        database.check()
    finally:
        database.close()


def _take_away(folder: Path, disk: Disk) -> Path | None:
    if not folder.exists():
        return None
    replaced = folder.with_name(REPLACED.format(folder.name, datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S.%f")))
    disk.replace(folder, replaced)
    return replaced


@contextlib.contextmanager
def _nobody_in(folder: Path) -> Iterator[None]:
    """Hold the vault that is there, if there is one. Raises VaultInUse."""
    if not folder.is_dir():
        yield
        return
    lock = FileLock(folder / LOCK, timeout=0, mode=FILE_MODE, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise VaultInUse(VAULT_IN_USE) from error
    try:
        yield
    finally:
        lock.release()
