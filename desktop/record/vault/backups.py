"""The backups of one vault in one folder: which there are, whether each is whole, and which of them stay.

    bedside-VAULT/
      2026-11-28T13-16-39.120Z/   manifest.json, vault.json and its copy, record-N.db, audit-N.json
      files/                      sealed files under the SHA-256 of their sealed bytes, shared by all backups

Everything in it is encrypted as the vault itself is. A backup has its name only once it was proven whole; what a crash
leaves has another ending and is removed the next time.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from desktop.files import BACKUPS
from desktop.record.errors import (
    BACKUP_DAMAGED,
    BACKUP_FAILED,
    BACKUP_MISSING,
    BACKUP_PLACE_MISSING,
    BackupDamaged,
    BackupFailed,
    BackupMissing,
    BackupPlaceMissing,
    DatabaseDamaged,
    DiskFailed,
    DiskFull,
    DiskRefused,
)
from desktop.record.vault.anchor import ANCHOR, AnchorFile
from desktop.record.vault.audit import AuditTrail
from desktop.record.vault.database import Database
from desktop.record.vault.keys import FILE as KEY_FILE
from desktop.record.vault.manifest import FILE, KeptFile, Manifest, decode, encode, is_authentic
from desktop.record.vault.thinning import kept_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from desktop.record.disk import Disk
    from desktop.record.vault.keys import VaultKeys

POOL = "files"
MAKING, OLD = ".making", ".old"
_NAME = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z")
_NAME_FORMAT = "%Y-%m-%dT%H-%M-%S.%fZ"
_HOME = "bedside-{}"
_READ_BYTES = 1 << 20
_MOST_MANIFEST_BYTES = 256 << 20


def place_of(chosen: str, beside: Path, disk: Disk) -> Path:
    """Return the folder for backups: the chosen one, or one beside the vault.

    Raises BackupPlaceMissing where the chosen one is not there: it is never made, its disk may not be connected.
    """
    from pathlib import Path

    if not chosen:
        with backup_errors():
            disk.make_folder(beside / BACKUPS)
        return beside / BACKUPS
    if not Path(chosen).is_dir():
        raise BackupPlaceMissing(BACKUP_PLACE_MISSING, chosen)
    return Path(chosen)


def homes_in(place: Path) -> tuple[Path, ...]:
    """Return the folders of backups in a place, one for each vault."""
    with backup_errors():
        return tuple(sorted(place.glob(_HOME.format("*")))) if place.is_dir() else ()


def names_in(home: Path) -> tuple[str, ...]:
    """Return the names of the backups in a vault's folder of backups, the oldest first."""
    with backup_errors():
        found = home.iterdir() if home.is_dir() else ()
        return tuple(sorted(path.name for path in found if _NAME.fullmatch(path.name)))


def read_manifest(home: Path, name: str) -> Manifest:
    """Read what a backup says of itself, without the key. Raises BackupMissing or BackupDamaged."""
    if not _NAME.fullmatch(name) or not (home / name).is_dir():
        raise BackupMissing(BACKUP_MISSING, name)
    try:
        with (home / name / FILE).open("rb") as file:
            data = file.read(_MOST_MANIFEST_BYTES)
    except OSError as error:
        raise BackupDamaged(BACKUP_DAMAGED, name, error.strerror) from error
    return decode(data, name)


def name_of(time: datetime) -> str:
    """Return the name of a backup that is made at a time, to the millisecond."""
    text = time.astimezone(UTC).strftime(_NAME_FORMAT)
    return f"{text[:-4]}Z"


def time_of(name: str) -> datetime:
    """Return when a backup was begun."""
    return datetime.strptime(name, _NAME_FORMAT).replace(tzinfo=UTC)


class Backups:
    """The backups of the vault that these keys open. Methods raise BackupFailed where the disk refuses."""

    def __init__(self, place: Path, keys: VaultKeys, disk: Disk, newest: Manifest | None = None) -> None:
        """`newest` is what `newest()` returned before: a long list need not be read again."""
        self.home = place / _HOME.format(keys.vault_id[:12])
        self.keys = keys
        self.disk = disk
        self._key = keys.key_for("backup")
        self._newest = newest

    def pool_path(self, sha256: str) -> Path:
        """Return where a sealed file of this hash lies."""
        return self.home / POOL / sha256

    def read(self, name: str) -> Manifest:
        """Read a backup of this data key. Raises BackupMissing, or BackupDamaged where somebody changed its list."""
        manifest = read_manifest(self.home, name)
        if not is_authentic(manifest, self._key):
            raise BackupDamaged(BACKUP_DAMAGED, name, "its list was changed, or is of another key")
        return manifest

    def newest(self) -> Manifest | None:
        """Return the newest backup of this data key whose list is what was written."""
        for name in reversed(names_in(self.home)):
            if self._newest and self._newest.name == name and self._newest.generation == self.keys.generation:
                return self._newest
            with contextlib.suppress(BackupDamaged, BackupMissing):
                self._newest = self.read(name)
                return self._newest
        return None

    def begin(self) -> None:
        """Make the folders, and remove what a crash left."""
        with backup_errors():
            self.disk.make_folder(self.home)
            self.disk.make_folder(self.home / POOL)
            for left in self.home.iterdir():
                if left.name.removesuffix(MAKING).removesuffix(OLD) != left.name:
                    self.disk.remove_folder(left)

    def keep_manifest(self, folder: Path, manifest: Manifest) -> None:
        """Write what a backup says of itself, in one step, and read it again."""
        beside = folder / f"{FILE}.new"
        self.disk.write(beside, encode(manifest, self._key))
        self.disk.replace(beside, folder / FILE)
        self.disk.sync_folder(folder)
        written = decode((folder / FILE).read_bytes(), manifest.name)
        if replace(written, mac="") != replace(manifest, mac="") or not is_authentic(written, self._key):
            raise BackupDamaged(BACKUP_DAMAGED, manifest.name, "its list is not what was written")

    # --- whether it is whole -----------------------------------------------------------------------------------

    def verify(self, name: str, go_on: Callable[[], None] = lambda: None) -> Manifest:
        """Prove a backup whole: open its database, follow its trail, compare every hash; and keep when that was.

        `go_on` is called again and again; what it raises ends it. Raises BackupMissing or BackupDamaged.
        """
        manifest = self.read(name)
        folder = self.home / name
        with backup_errors():
            self._check_hash(manifest, folder / f"record-{manifest.generation}.db", manifest.database_sha256, go_on)
            self._check_hash(manifest, folder / KEY_FILE, manifest.key_file_sha256, go_on)
            self._check_database(manifest, folder)
            for file in manifest.files:
                if file.sha256:
                    self._check_hash(manifest, self.pool_path(file.sha256), file.sha256, go_on)
            now = datetime.now(UTC).isoformat(timespec="seconds")
            files = tuple(replace(file, checked=now) for file in manifest.files)
            verified = replace(manifest, verified=now, files=files, mac="")
            with contextlib.suppress(OSError):  # a disk that can only be read holds a whole backup all the same
                self.keep_manifest(folder, verified)
            self._newest = None
        return verified

    def _check_hash(self, manifest: Manifest, path: Path, sha256: str, go_on: Callable[[], None]) -> None:
        try:
            found = sha256_of(path, go_on)
        except FileNotFoundError as error:
            raise BackupDamaged(BACKUP_DAMAGED, manifest.name, f"{path.name} is missing") from error
        if found != sha256:
            raise BackupDamaged(BACKUP_DAMAGED, manifest.name, f"{path.name} is not what was written")

    def _check_database(self, manifest: Manifest, folder: Path) -> None:
        try:
            path = folder / f"record-{manifest.generation}.db"
            database = Database(path, self.keys.key_for("database"), unchanging=True)
        except DatabaseDamaged as error:
            raise BackupDamaged(BACKUP_DAMAGED, manifest.name, "its database does not open") from error
        try:
            database.check()
            trail = AuditTrail(database, self.keys.key_for("audit"), self.anchor_of(folder), "")
            named = {row[0] for row in database.rows("SELECT file FROM files")}
        except DatabaseDamaged as error:
            raise BackupDamaged(BACKUP_DAMAGED, manifest.name, "its database is damaged") from error
        finally:
            database.close()
        if trail.fault:
            raise BackupDamaged(BACKUP_DAMAGED, manifest.name, "its audit trail is broken")
        if named != {file.id for file in manifest.files}:
            raise BackupDamaged(BACKUP_DAMAGED, manifest.name, "its files are not those of its database")

    def anchor_of(self, folder: Path) -> AnchorFile:
        """Return where a backup anchors its trail."""
        generation = self.keys.generation
        return AnchorFile(folder / ANCHOR.format(generation), self.keys.key_for("audit anchor"), generation, self.disk)

    # --- which stay --------------------------------------------------------------------------------------------

    def thin(self) -> None:
        """Remove the backups that need not stay any more, and the files that none of those that stay names."""
        with backup_errors():
            names = names_in(self.home)
            kept = {name_of(time) for time in kept_of(time_of(name) for name in names)}
            for name in names:
                if name not in kept:
                    self.disk.replace(self.home / name, self.home / f"{name}{OLD}")
                    self.disk.remove_folder(self.home / f"{name}{OLD}")
            self._remove_unnamed()

    def _remove_unnamed(self) -> None:
        named: set[str] = set()
        for name in names_in(self.home):
            try:
                named |= {file.sha256 for file in read_manifest(self.home, name).files}
            except BackupDamaged:
                return  # what it names is not known, so that everything stays
        for path in (self.home / POOL).iterdir():
            if path.name not in named:
                self.disk.remove(path)


def sha256_of(path: Path, go_on: Callable[[], None] = lambda: None) -> str:
    """Return the SHA-256 of a file in hexadecimal, read from its beginning."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_READ_BYTES):
            go_on()
            digest.update(piece)
    return digest.hexdigest()


def is_kept(backups: Backups, file: KeptFile) -> bool:
    """Return whether a file that an earlier backup has lies there with its length."""
    with contextlib.suppress(OSError):
        return bool(file.sha256) and backups.pool_path(file.sha256).stat().st_size == file.bytes
    return False


@contextlib.contextmanager
def backup_errors() -> Iterator[None]:
    """Turn what the system reports about the folder of backups into one sentence about backups."""
    try:
        yield
    except OSError as error:
        raise BackupFailed(BACKUP_FAILED, error.strerror or type(error).__name__) from error
    except (DiskFull, DiskRefused, DiskFailed) as error:
        raise BackupFailed(BACKUP_FAILED, _REASONS.get(type(error), *error.values)) from error


_REASONS = {DiskFull: "the disk is full", DiskRefused: "the folder cannot be written"}
