"""Making a backup of an open vault: the database as it is at one moment, then every sealed file that it names.

It is written into a folder of its own, flushed, opened, compared, and only then given its name. Whoever writes into the
record meanwhile is not held back: the database is read through a connection of its own.
"""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, BinaryIO, cast

from desktop.record.errors import BACKUP_DAMAGED, BACKUP_FAILED, BackupDamaged, BackupFailed
from desktop.record.vault.backups import MAKING, Backups, backup_errors, is_kept, name_of, sha256_of
from desktop.record.vault.chain import Action, Link
from desktop.record.vault.crypto import NotAuthentic
from desktop.record.vault.database import Database
from desktop.record.vault.keys import COPY as KEY_COPY
from desktop.record.vault.keys import FILE as KEY_FILE
from desktop.record.vault.manifest import VERSION, KeptFile, Manifest
from desktop.record.vault.reading import sealed_content
from desktop.record.vault.records import Records, SealedFile, SealedKind
from desktop.record.vault.sealed_files import SealedFiles
from desktop.record.vault.thinning import VERIFIED_FOR

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desktop.record.vault.audit import AuditTrail
    from desktop.record.vault.keys import VaultKeys

EVERY = timedelta(hours=1)
"""A record in which something is changed again and again is backed up no more often."""
_AGAIN_AFTER = VERIFIED_FOR - timedelta(days=1)
_TRIES = 3
_CHANGES = (
    Action.BEGIN,
    Action.CREATE,
    Action.EDIT,
    Action.DELETE,
    Action.RECORD,
    Action.ANSWER,
    Action.ROTATE,
    Action.ACCEPT,
    Action.RESTORE,
)
"""What makes a record another one: opening it, exporting from it and backing it up do not."""


class Due(StrEnum):
    """What is to be done for the backups now."""

    NOTHING = "nothing"
    MAKE = "make"
    VERIFY = "verify"
    """Nothing was changed, and the newest one was proven whole long ago."""


@dataclass(frozen=True, slots=True)
class Source:
    """What of an open vault is backed up."""

    folder: Path
    files: Path
    """Where the sealed files lie."""
    keys: VaultKeys
    database: Database
    audit: AuditTrail


class _Gone(Exception):
    """A file was deleted from the record while it was backed up: the copy of the database still names it."""


def due(source: Source, backups: Backups, now: datetime) -> Due:
    """Return what is to be done; it reads two rows and a list where nothing is."""
    newest = backups.newest()
    if newest is None:
        return Due.MAKE
    if newest.state != _state_of(source.database, _key_file(source)):
        return Due.NOTHING if timedelta(0) <= now - datetime.fromisoformat(newest.made) < EVERY else Due.MAKE
    return Due.NOTHING if timedelta(0) <= now - newest.verified_at < _AGAIN_AFTER else Due.VERIFY


def back_up(source: Source, backups: Backups, go_on: Callable[[], None] = lambda: None) -> Manifest:
    """Make a backup and prove it whole, tell the trail, and remove older ones that need not stay.

    `go_on` is called again and again from within; what it raises ends it, and nothing of it is kept.
    Raises RecordReadOnly, BackupFailed or BackupDamaged: then the backups are as they were.
    """
    source.audit.check_writable()
    backups.begin()
    manifest = _made(source, backups, go_on)
    source.audit.add(Action.BACK_UP, manifest.name, manifest.database_sha256)
    with contextlib.suppress(BackupFailed):  # what could not be removed now is the next time
        backups.thin()
    return manifest


def _made(source: Source, backups: Backups, go_on: Callable[[], None]) -> Manifest:
    for _ in range(_TRIES):
        name = name_of(datetime.now(UTC))
        beside = backups.home / f"{name}{MAKING}"
        try:
            with backup_errors():
                backups.disk.make_folder(beside)
                manifest = _written(source, backups, beside, go_on)
                backups.disk.replace(beside, backups.home / name)
                backups.disk.sync_folder(backups.home)
        except BaseException as error:
            with contextlib.suppress(OSError):
                backups.disk.remove_folder(beside)
            if not isinstance(error, _Gone):
                raise
        else:
            return manifest
    raise BackupFailed(BACKUP_FAILED, "files were deleted again and again meanwhile")


def _written(source: Source, backups: Backups, beside: Path, go_on: Callable[[], None]) -> Manifest:
    """Write everything of a backup into its folder; its manifest comes last."""
    name = beside.name.removesuffix(MAKING)
    disk, keys = backups.disk, source.keys
    path = beside / f"record-{keys.generation}.db"
    live = source.database.beside()
    try:
        digests = live.snapshot_to(path, disk, go_on)
    finally:
        live.close()
    source.database.forget_deleted()  # while it was read, the log could not let go of what was deleted meanwhile
    copy = Database(path, keys.key_for("database"), unchanging=True)
    try:
        copy.check()
        if copy.digests(go_on) != digests:
            raise BackupDamaged(BACKUP_DAMAGED, name, "its database is not the same")
        key_file = _key_file(source)
        keeper = _Keeper(source, backups, go_on)
        files = tuple(map(keeper.keep, Records(copy, keys.key_for("file keys"), source.audit).all_files()))
        head, state = _head_of(copy), _state_of(copy, key_file)
    finally:
        copy.close()
    for file in (KEY_FILE, KEY_COPY):
        disk.write(beside / file, key_file)
    if not backups.anchor_of(beside).write(head.seq, head.mac):
        raise BackupFailed(BACKUP_FAILED, "the end of the audit trail could not be noted")
    now = _now()
    manifest = Manifest(
        VERSION,
        keys.vault_id,
        keys.generation,
        name,
        made=now,
        verified=now,
        state=state,
        head_seq=head.seq,
        head_mac=head.mac,
        database_sha256=sha256_of(path, go_on),
        key_file_sha256=hashlib.sha256(key_file).hexdigest(),
        files=files,
    )
    backups.keep_manifest(beside, manifest)
    return manifest


class _Keeper:
    """Brings the sealed files of a copied database into the folder of backups: each once, and proven whole there."""

    def __init__(self, source: Source, backups: Backups, go_on: Callable[[], None]) -> None:
        self._source, self._backups, self._go_on = source, backups, go_on
        newest = backups.newest()
        self._known = {file.id: file for file in (newest.files if newest else ())}
        self._file_key = source.keys.key_for("file keys")

    def keep(self, file: SealedFile) -> KeptFile:
        """Return how a file is kept, after it is."""
        self._go_on()
        known = self._known.get(file.file)
        if known and known.is_final and known.whole and is_kept(self._backups, known):
            if datetime.now(UTC) - datetime.fromisoformat(known.checked) < _AGAIN_AFTER:
                return known
            if sha256_of(self._backups.pool_path(known.sha256), self._go_on) == known.sha256:
                return replace(known, checked=_now())
            self._backups.disk.remove(self._backups.pool_path(known.sha256))  # it is taken again
        return self._taken(file)

    def _taken(self, file: SealedFile) -> KeptFile:
        is_final = file.kind is SealedKind.WHOLE or file.frames is not None
        try:
            source = (self._source.files / file.file).open("rb")
        except FileNotFoundError:
            if self._source.database.value("SELECT 1 FROM files WHERE file = ?", file.file) is None:
                raise _Gone from None
            return KeptFile(file.file, "", 0, whole=False, is_final=is_final, checked=_now())
        beside = self._backups.pool_path(f"{file.file}{MAKING}")
        disk = self._backups.disk
        with source:
            reading = _Hashing(source, self._go_on)
            disk.copy(cast("BinaryIO", reading), beside)
        sha256 = reading.digest.hexdigest()
        if sha256_of(beside, self._go_on) != sha256:
            raise BackupFailed(BACKUP_FAILED, "a file that was written is not what is read again")
        disk.replace(beside, self._backups.pool_path(sha256))
        disk.sync_folder(self._backups.pool_path(sha256).parent)
        whole = not is_final or self._opens(file, sha256)
        return KeptFile(file.file, sha256, reading.bytes, whole, is_final, _now())

    def _opens(self, file: SealedFile, sha256: str) -> bool:
        """Return whether what was copied is what was once sealed."""
        pool = _Pool({file.file: self._backups.pool_path(sha256)}, self._backups)
        try:
            for _ in sealed_content(pool, file, self._file_key):
                self._go_on()
        except NotAuthentic:
            return False
        return True


class _Pool(SealedFiles):
    """Sealed files that lie under other names."""

    def __init__(self, paths: dict[str, Path], backups: Backups) -> None:
        super().__init__(backups.home, backups.disk)
        self._paths = paths

    def path(self, file_id: str) -> Path:
        """Return where one lies."""
        return self._paths[file_id]


class _Hashing:
    """Reads a file and hashes what it read."""

    def __init__(self, file: BinaryIO, go_on: Callable[[], None]) -> None:
        self.digest = hashlib.sha256()
        self.bytes = 0
        self._file, self._go_on = file, go_on

    def read(self, size: int) -> bytes:
        """Return what is read."""
        self._go_on()
        data = self._file.read(size)
        self.digest.update(data)
        self.bytes += len(data)
        return data


def _state_of(database: Database, key_file: bytes) -> str:
    """Return what is the same for a record in which nothing was changed meanwhile."""
    places = ", ".join("?" * len(_CHANGES))
    change = database.value(
        f"SELECT mac FROM audit WHERE action IN ({places}) ORDER BY seq DESC LIMIT 1",  # noqa: S608 - no value in it
        *(action.value for action in _CHANGES),
    )
    ((count, frames),) = database.rows("SELECT count(*), total(frames) FROM files")
    parts = (change or "", str(count), str(int(frames)), hashlib.sha256(key_file).hexdigest())
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()


def _head_of(database: Database) -> Link:
    found = database.rows("SELECT seq, mac FROM audit ORDER BY seq DESC LIMIT 1")
    return Link(*found[0]) if found else Link()


def _key_file(source: Source) -> bytes:
    with backup_errors():
        return (source.folder / KEY_FILE).read_bytes()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
