"""The vault's database: SQLCipher 4 with a raw key, durable at every commit, never made anew where it cannot be opened.

Only this file knows SQLCipher. Its errors become the sentences of `desktop.record.errors`.
"""

from __future__ import annotations

import hashlib
import threading
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from sqlcipher3 import dbapi2

from desktop.record.errors import (
    DATABASE_DAMAGED,
    FAILED,
    FULL,
    REFUSED,
    DatabaseDamaged,
    DiskFailed,
    DiskFull,
    DiskRefused,
    RecordError,
    disk_errors,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from desktop.record.disk import Disk

APPLICATION_ID = 0x42445356
"""b"BDSV", so that other programs can tell whose file it is once it is decrypted."""
_PLAINTEXT = b"SQLite format 3\0"
_FULL, _DAMAGED, _NOT_OURS, _READ_ONLY, _CANNOT_OPEN = 13, 11, 26, 8, 14
"""SQLite's primary result codes: https://www.sqlite.org/rescode.html"""
_BUSY_S = 5.0
_SNAPSHOT_PAGES = 256
"""Copied at a time; between two of them a copy can be given up."""
_READING = ("PRAGMA temp_store = MEMORY", "PRAGMA query_only = ON")
_SETTINGS = (
    "PRAGMA temp_store = MEMORY",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    # Only macOS knows them: there a plain flush leaves the data in the drive's cache.
    "PRAGMA fullfsync = ON",
    "PRAGMA checkpoint_fullfsync = ON",
)


def _nothing() -> None:
    """Do nothing."""


class Database:
    """One open database. Its methods may be called from any thread; each raises a RecordError."""

    def __init__(self, path: Path, key: bytes, *, unchanging: bool = False) -> None:
        """Open a database that is there. Raises DatabaseDamaged where it is gone, damaged, or of another key.

        One that is `unchanging` is only read, and nothing is made beside it: nobody may write it meanwhile.
        """
        self.path = path
        self._key = key
        self._settings = _READING if unchanging else _SETTINGS
        self._lock = threading.RLock()
        self.after_commit: Callable[[], None] = _nothing
        """Called once a transaction is on the disk."""
        if not path.is_file():
            raise DatabaseDamaged(DATABASE_DAMAGED, "it is missing")
        with database_errors():
            self._connection = dbapi2.connect(
                f"{path.absolute().as_uri()}?{'mode=ro&immutable=1' if unchanging else 'mode=rw'}",
                uri=True,
                timeout=_BUSY_S,
                isolation_level=None,
                check_same_thread=False,
            )
        try:
            self._unlock()
        except BaseException:
            self._connection.close()
            raise

    def _unlock(self) -> None:
        with database_errors():
            self._connection.execute("PRAGMA cipher_log_level = NONE")  # it would write to the terminal
            self._connection.execute(f"PRAGMA key = \"x'{self._key.hex()}'\"")
            self._connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            for setting in self._settings:
                self._connection.execute(setting).fetchall()

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return what a statement finds."""
        with self._lock, database_errors():
            return list(self._connection.execute(sql, values).fetchall())

    def value(self, sql: str, *values: Any) -> Any:
        """Return the first column of the first row, None where there is no row."""
        rows = self.rows(sql, *values)
        return rows[0][0] if rows else None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is on the disk when this ends, or nothing of it where it raises."""
        with self._lock, database_errors():
            try:
                self.rows("BEGIN IMMEDIATE")
                yield
                self.rows("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk rolls back by itself
                    self.rows("ROLLBACK")
                raise
            self.after_commit()

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Join the transaction that is under way, or make one."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            with self.transaction():
                yield

    def forget_deleted(self) -> None:
        """Take what was deleted out of the write-ahead log too; where something reads it, the next time does."""
        self.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def check(self) -> None:
        """Read every page. Raises DatabaseDamaged."""
        for pragma in ("cipher_integrity_check", "integrity_check", "foreign_key_check"):
            faults = [row for row in self.rows(f"PRAGMA {pragma}") if row[0] != "ok"]
            if faults:
                raise DatabaseDamaged(DATABASE_DAMAGED, faults[0][0])

    def copy_to(self, path: Path, disk: Disk) -> None:
        """Write the whole database to a new file under the same key, and flush it. Raises FileExistsError."""
        with disk_errors():
            disk.reserve(path)  # private from its first moment; SQLite writes into an empty file
            self.rows("VACUUM INTO ?", str(path))
            disk.sync_file(path)
            disk.sync_folder(path.parent)

    def check_copy(self, path: Path) -> None:
        """Open a copy, read every page, and compare its tables with these. Raises DatabaseDamaged."""
        copy = Database(path, self._key)
        try:
            copy.check()
            if copy.digests() != self.digests():
                raise DatabaseDamaged(DATABASE_DAMAGED, "its copy is not the same")
        finally:
            copy.close()

    def digest(self, table: str) -> bytes:
        """Return the SHA-256 of the rows of a table."""
        digest = hashlib.sha256()
        with self._lock, database_errors():
            for row in self._connection.execute(f'SELECT * FROM "{table}" ORDER BY rowid'):  # noqa: S608 - our own names
                digest.update(repr(row).encode())
        return digest.digest()

    def beside(self) -> Database:
        """Return another connection to the same database: what it reads holds nobody back who writes here."""
        return Database(self.path, self._key)

    def snapshot_to(self, path: Path, disk: Disk, go_on: Callable[[], None] = _nothing) -> dict[str, str]:
        """Write how the database is at one moment to a new file under the same key, and flush it.

        Returns the digest of each table at that moment, in hexadecimal. `go_on` is called again and again; what it
        raises ends the copying. Raises FileExistsError.
        """
        with disk_errors():
            disk.reserve(path)  # private from its first moment
            with self._at_one_moment(), database_errors(), closing(dbapi2.connect(str(path))) as copy:
                copy.execute(f"PRAGMA key = \"x'{self._key.hex()}'\"")
                self._connection.backup(copy, pages=_SNAPSHOT_PAGES, progress=lambda *_pages: go_on())
                digests = self.digests(go_on)
            disk.sync_file(path)
            disk.sync_folder(path.parent)
        return digests

    @contextmanager
    def _at_one_moment(self) -> Iterator[None]:
        """Whatever is read inside is of the same moment."""
        with self._lock:
            self.rows("BEGIN")
            try:
                self.rows("SELECT count(*) FROM sqlite_schema")  # the moment is that of the first reading
                yield
            finally:
                self.rows("ROLLBACK")

    def digests(self, go_on: Callable[[], None] = _nothing) -> dict[str, str]:
        """Return the digest of each table, in hexadecimal."""
        found = {}
        for (table,) in self.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"):
            go_on()
            found[table] = self.digest(table).hex()
        return found

    def copy_with_key(self, path: Path, key: bytes, disk: Disk) -> None:
        """Write the whole database to a new file under another key."""
        version = self.value("PRAGMA user_version")
        with disk_errors():
            disk.reserve(path)
            self.rows(f"ATTACH DATABASE ? AS copy KEY \"x'{key.hex()}'\"", str(path))
            try:
                self.rows("SELECT sqlcipher_export('copy')")
                self.rows(f"PRAGMA copy.user_version = {int(version)}")
                self.rows(f"PRAGMA copy.application_id = {APPLICATION_ID}")
            finally:
                self.rows("DETACH DATABASE copy")
            disk.sync_file(path)
            disk.sync_folder(path.parent)

    def close(self) -> None:
        """Write the log into the database and let go of the key; a second call does nothing."""
        with self._lock, database_errors():
            self._connection.close()


def make_database(path: Path, key: bytes, disk: Disk) -> Database:
    """Make a new empty database and prove that it is encrypted. Raises FileExistsError through no RecordError."""
    disk.reserve(path)
    database = Database(path, key)
    try:
        database.rows(f"PRAGMA application_id = {APPLICATION_ID}")
        database.forget_deleted()
        check_encrypted(path)
    except BaseException:
        database.close()
        raise
    return database


def check_encrypted(path: Path) -> None:
    """Raise DatabaseDamaged where a file is a database that anybody can read."""
    with path.open("rb") as file:
        head = file.read(len(_PLAINTEXT))
    if len(head) < len(_PLAINTEXT) or head == _PLAINTEXT:
        raise DatabaseDamaged(DATABASE_DAMAGED, "it is not encrypted")


@contextmanager
def database_errors() -> Iterator[None]:
    """Turn what SQLCipher reports into the record's errors."""
    try:
        yield
    except dbapi2.Error as error:
        raise _sentence(error) from error


def _sentence(error: dbapi2.Error) -> RecordError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == _FULL:
        return DiskFull(FULL)
    if code == _READ_ONLY:
        return DiskRefused(REFUSED)
    if code in {_DAMAGED, _NOT_OURS, _CANNOT_OPEN}:
        return DatabaseDamaged(DATABASE_DAMAGED, str(error))
    return DiskFailed(FAILED, str(error))
