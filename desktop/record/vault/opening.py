"""Making a vault, opening it, and giving it another data key: each leaves the old state or the new, never a third.

A vault is one folder: `vault.json` and its copy (keys), `record-N.db` (words; N counts the data keys), `files` (sealed
attachments and recordings), `backups` (before migrations). It is never made anew where it cannot be opened.
"""

from __future__ import annotations

import contextlib
import re
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from desktop.record.disk import FILE_MODE, Disk
from desktop.record.errors import (
    BACKUP_STOPPED,
    DATABASE_DAMAGED,
    VAULT_EXISTS,
    VAULT_IN_USE,
    VAULT_MISSING,
    BackupStopped,
    DatabaseDamaged,
    DiskFailed,
    DiskFull,
    DiskRefused,
    RecordError,
    VaultExists,
    VaultInUse,
    VaultMissing,
    WrongPassphrase,
    WrongRecoveryKey,
    disk_errors,
)
from desktop.record.vault.anchor import ANCHOR, AnchorFile, failed_unlocks, forget_failed_unlocks, note_failed_unlock
from desktop.record.vault.audit import AuditTrail
from desktop.record.vault.backing_up import Source
from desktop.record.vault.chain import Action, Link, Outcome, Stamp
from desktop.record.vault.database import Database, check_encrypted, make_database
from desktop.record.vault.kdf import STANDARD, KdfPolicy
from desktop.record.vault.keys import COPY, FILE, KeyFile, VaultKeys
from desktop.record.vault.migrations import BACKUPS, forget_backups, migrate
from desktop.record.vault.records import Records
from desktop.record.vault.sealed_files import SealedFiles, unwrapped
from desktop.record.vault.store import VaultStore
from desktop.record.vault.system_keyring import Seen
from desktop.record.vault.working import WorkingFolder, working_place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from desktop.record.vault.live_recording import LiveRecording
    from desktop.record.vault.system_keyring import SystemKeyring

LOCK = "vault.lock"
RESTORED = ".restored"
"""The ending of a folder that is whole, and waits to be brought into the place of the vault."""
FILES, WORKING = "files", "working"
_DATABASE = re.compile(r"(?:record|audit)-(\d+)\.(?:db(?:-wal|-shm|-journal)?|json)")


@dataclass(frozen=True, slots=True)
class Means:
    """What opening a vault uses; tests put cheap or failing ones in its place."""

    disk: Disk = field(default_factory=Disk)
    policy: KdfPolicy = STANDARD
    working: Path | None = None
    """Where readable copies go; None lets the system's memory be looked for."""
    stamp_of: Callable[[str], Stamp] = Stamp
    """Which weights and which adapter stand behind the name of a decoder."""


class OpenVault:
    """A vault that is open in this process and in no other."""

    def __init__(
        self,
        folder: Path,
        keys: VaultKeys,
        means: Means,
        lock: FileLock,
        running: tuple[LiveRecording, ...] = (),
        keyring: SystemKeyring | None = None,
    ) -> None:
        """Open the database and the files. Raises DatabaseDamaged, VaultNewer, or what the disk refuses."""
        self.folder = folder
        self.keys = keys
        self.means = means
        self._lock = lock
        self._keyring = keyring
        """The system's store of secrets where it opened the vault: then it answers."""
        self._working_on = threading.Lock()
        self._stops = threading.Event()
        self.restored_from = ""
        """The backup that the record was brought back from since it was open last."""
        self._database = database = opened_database(folder, keys)
        try:
            migrate(database, folder / BACKUPS, means.disk)
            anchor, seen = anchor_file(folder, keys, means.disk), seen_file(folder, keys, means.disk)
            self.audit = AuditTrail(database, keys.key_for("audit"), anchor, keys.opened_by, seen)
            self._compare_with_keyring()
            self.store = self._make_store(self._records(database), running)
            self._tell_of_opening(database)
        except BaseException:
            database.close()
            raise

    def _records(self, database: Database) -> Records:
        return Records(database, self.keys.key_for("file keys"), self.audit, self.means.stamp_of)

    def _make_store(self, records: Records, running: tuple[LiveRecording, ...]) -> VaultStore:
        disk = self.means.disk
        sealed = SealedFiles(self.folder / FILES, disk)
        working = WorkingFolder(self._working_place(), disk)
        with disk_errors():
            working.begin()
            if not self.audit.fault:  # an older database would not know the newest files
                sealed.remove_all_but({file.file for file in records.all_files()})
        if not self.audit.fault:
            _remove_databases(self.folder, self.keys.generation, disk)
        return VaultStore(records, sealed, working, disk, running)

    def _tell_of_opening(self, database: Database) -> None:
        """Add to the trail that the vault was opened, and who failed to before."""
        database.after_commit = self.audit.anchor
        if self.audit.fault:
            return
        newest = self.audit.newest
        self.restored_from = newest.object if newest and newest.action == Action.RESTORE else ""
        failed = failed_unlocks(self.folder)
        # A disk that takes nothing must not keep the record from being read; it takes no change of it either.
        with contextlib.suppress(DiskFull, DiskRefused, DiskFailed):
            with database.transaction():
                if self.audit.is_empty:
                    self.audit.begin()
                for utc in failed:
                    self.audit.add(Action.FAILED_UNLOCK, outcome=Outcome.REFUSED, utc=utc)
                self.audit.add(Action.UNLOCK)
            self._note_seen()
            if failed:
                forget_failed_unlocks(self.folder, self.means.disk)

    # --- the system's store of secrets -------------------------------------------------------------------------

    def add_keyring(self, keyring: SystemKeyring) -> None:
        """Let the system's store open the vault too. Raises KeyringUnavailable, TooManySlots or RecordReadOnly."""
        self.audit.check_writable()
        self.keys.add_keyring(keyring)
        self.audit.add(Action.KEYRING_ON)

    def remove_keyring(self, keyring: SystemKeyring) -> None:
        """Let it open the vault no longer. Raises RecordReadOnly."""
        self.audit.check_writable()
        self.keys.remove_keyring(keyring)
        self._keyring = None
        self.audit.add(Action.KEYRING_OFF)

    def _compare_with_keyring(self) -> None:
        """Tell where the system's store knows of rows that are not here: an older record was put back."""
        seen = self._keyring.seen(self.keys.vault_id) if self._keyring else None
        if seen is None or seen.generation < self.keys.generation:
            return  # nobody knows, or it was before the rows were signed with this key
        if self.audit.is_behind(Link(seen.seq, seen.mac), seen.at):
            self.audit.tell_older()

    def _note_seen(self) -> None:
        """Keep where the trail ends outside the vault's folder."""
        self.audit.note_seen()
        if self._keyring is not None and not self.audit.fault:
            head, now = self.audit.head, datetime.now(UTC).isoformat(timespec="milliseconds")
            self._keyring.keep_seen(self.keys.vault_id, Seen(self.keys.generation, head.seq, head.mac, now))

    @property
    def source(self) -> Source:
        """What a backup copies."""
        return Source(self.folder, self.folder / FILES, self.keys, self._database, self.audit)

    @contextlib.contextmanager
    def at_work(self) -> Iterator[Callable[[], None]]:
        """Do something that takes long, from another thread: closing the vault waits for its end.

        Hands over what is to be called again and again: it raises BackupStopped once the vault is to be closed.
        """
        with self._working_on:
            self._go_on()
            yield self._go_on

    def _go_on(self) -> None:
        if self._stops.is_set():
            raise BackupStopped(BACKUP_STOPPED)

    def _working_place(self) -> Path:
        return self.means.working or working_place(self.keys.vault_id, self.folder / WORKING)

    def rotate_data_key(self, passphrase: str) -> str:
        """Give the vault a new data key and return the new recovery key; every other passphrase is void afterwards.

        The words are encrypted anew; a file keeps the key that was made for it alone, wrapped anew.
        Raises WrongPassphrase, DatabaseDamaged, or what the disk refuses: then the vault is as it was.
        """
        keys, recovery_key = self.keys.rotated(passphrase)
        disk = self.means.disk
        with self._working_on, self.store.exchanging() as old:
            path = database_path(self.folder, keys.generation)
            with disk_errors():
                for leftover in self.folder.glob(f"{path.name}*"):
                    disk.remove(leftover)
            old.database.copy_with_key(path, keys.key_for("database"), disk)
            database = opened_database(self.folder, keys)
            try:
                anchor, seen = anchor_file(self.folder, keys, disk), seen_file(self.folder, keys, disk)
                with database.transaction():
                    audit = self.audit.resigned(database, keys.key_for("audit"), anchor, seen)
                    audit.add(Action.ROTATE)
                audit.anchor()
                new = Records(database, keys.key_for("file keys"), audit, self.means.stamp_of)
                _rewrap(old, new)
                keys.write()
            except BaseException:
                database.close()
                raise
            database.after_commit = audit.anchor
            self.audit = audit
            self._database = database
            self.store.use(new)
            self.keys = keys
            audit.note_seen()
            old.database.close()
        self._forget_old_key()
        return recovery_key

    def _forget_old_key(self) -> None:
        _remove_databases(self.folder, self.keys.generation, self.means.disk)
        with contextlib.suppress(OSError):
            forget_backups(self.folder, self.means.disk)  # nothing opens them any more

    def let_recordings_go(self) -> None:
        """Part from the recordings that run, at once: closing may wait for the end of a backup."""
        self.store.let_recordings_go()

    def close(self) -> tuple[LiveRecording, ...]:
        """Let go of the keys and of everything that is readable; returns the recordings that go on all the same."""
        self._stops.set()
        try:
            with self._working_on:
                with contextlib.suppress(RecordError):
                    self._note_seen()
                return self.store.close()
        finally:
            self._lock.release()


def make_vault(folder: Path, passphrase: str, means: Means | None = None) -> str:
    """Make a vault in a new or empty folder and return its recovery key, which must be printed: it is kept nowhere.

    It is made beside and moved there whole. Raises VaultExists, PassphraseTooShort, or what the disk refuses.
    """
    means = means or Means()
    disk = means.disk
    beside = folder.with_name(f"{folder.name}.new")
    with disk_errors():
        if folder.exists() and any(folder.iterdir()):
            raise VaultExists(VAULT_EXISTS)
        if beside.exists():
            disk.remove_folder(beside)
        disk.make_folder(beside)
        disk.make_folder(beside / FILES)
    keys, recovery_key = KeyFile(beside, disk, means.policy).make(passphrase)
    with disk_errors():
        database = make_database(database_path(beside, keys.generation), keys.key_for("database"), disk)
        try:
            migrate(database, beside / BACKUPS, disk)
        finally:
            database.close()
        check_encrypted(database.path)
        keys.write()
        if folder.exists():
            folder.rmdir()  # it is empty; not every system moves a folder onto another
        disk.replace(beside, folder)
        disk.sync_folder(folder.parent)
    return recovery_key


def open_vault(
    folder: Path, passphrase: str, means: Means | None = None, running: tuple[LiveRecording, ...] = ()
) -> OpenVault:
    """Open a vault. Raises VaultMissing, VaultInUse, WrongPassphrase, HeaderDamaged, VaultNewer or DatabaseDamaged.

    `running` are the recordings that went on since the same process closed it.
    """
    return _open(folder, means or Means(), running, lambda file: file.unlock(passphrase))


def open_vault_with_recovery_key(
    folder: Path, recovery_key: str, means: Means | None = None, running: tuple[LiveRecording, ...] = ()
) -> OpenVault:
    """Open a vault by its printed key; raises also RecoveryKeyMistyped and WrongRecoveryKey."""
    return _open(folder, means or Means(), running, lambda file: file.unlock_with_recovery_key(recovery_key))


def open_vault_with_keyring(
    folder: Path, keyring: SystemKeyring, means: Means | None = None, running: tuple[LiveRecording, ...] = ()
) -> OpenVault:
    """Open a vault by what the system's store of secrets holds; raises also KeyringGone and KeyringUnavailable."""
    return _open(folder, means or Means(), running, lambda file: file.unlock_with_keyring(keyring), keyring)


def _open(
    folder: Path,
    means: Means,
    running: tuple[LiveRecording, ...],
    unlock: Callable[[KeyFile], VaultKeys],
    keyring: SystemKeyring | None = None,
) -> OpenVault:
    finish_restoring(folder, means.disk)
    if not any((folder / name).exists() for name in (FILE, COPY)):
        raise VaultMissing(VAULT_MISSING)
    lock = FileLock(folder / LOCK, timeout=0, mode=FILE_MODE, thread_local=False)
    with disk_errors():
        try:
            lock.acquire()
        except Timeout as error:
            raise VaultInUse(VAULT_IN_USE) from error
    try:
        return OpenVault(folder, unlock(KeyFile(folder, means.disk, means.policy)), means, lock, running, keyring)
    except (WrongPassphrase, WrongRecoveryKey):
        note_failed_unlock(folder, means.disk)
        lock.release()
        raise
    except BaseException:
        lock.release()
        raise


def finish_restoring(folder: Path, disk: Disk) -> None:
    """Bring a restored record into its place, where that was interrupted between taking the old one away and this."""
    restored = folder.with_name(f"{folder.name}{RESTORED}")
    if restored.is_dir() and not folder.exists():
        with disk_errors():
            disk.replace(restored, folder)
            disk.sync_folder(folder.parent)


def anchor_file(folder: Path, keys: VaultKeys, disk: Disk) -> AnchorFile:
    """Return where the trail's head is anchored within a vault's folder."""
    path = folder / ANCHOR.format(keys.generation)
    return AnchorFile(path, keys.key_for("audit anchor"), keys.generation, disk)


def seen_file(folder: Path, keys: VaultKeys, disk: Disk) -> AnchorFile:
    """Return where the trail's head is kept beside a vault's folder."""
    path = folder.with_name(f"{folder.name}-{keys.vault_id[:12]}.seen.json")
    return AnchorFile(path, keys.key_for("audit seen"), keys.generation, disk)


def opened_database(folder: Path, keys: VaultKeys) -> Database:
    """Open a vault's database. Raises DatabaseDamaged."""
    path = database_path(folder, keys.generation)
    if path.is_file():
        check_encrypted(path)
    return Database(path, keys.key_for("database"))


def database_path(folder: Path, generation: int) -> Path:
    """Return where the database of one data key lies."""
    return folder / f"record-{generation}.db"


def _remove_databases(folder: Path, but: int, disk: Disk) -> None:
    """Remove what a rotation left: databases of other data keys than the current one."""
    for path in folder.iterdir():
        found = _DATABASE.fullmatch(path.name)
        if found and int(found.group(1)) != but:
            with contextlib.suppress(OSError):
                disk.remove(path)


def _rewrap(old: Records, new: Records) -> None:
    """Wrap the keys of all files under the new data key, and prove that nothing else is different."""
    with new.database.transaction():
        for file in old.all_files():
            key = unwrapped(old.file_key, file.file, file.secret)
            new.database.rows("UPDATE files SET secret = ? WHERE file = ?", key.wrapped(new.file_key), file.file)
    new.database.check()
    if old.database.digest("encounters") != new.database.digest("encounters"):
        raise DatabaseDamaged(DATABASE_DAMAGED, "its copy is not the same")
    if [file.file for file in old.all_files()] != [file.file for file in new.all_files()]:
        raise DatabaseDamaged(DATABASE_DAMAGED, "its copy is not the same")
    new.database.forget_deleted()
