"""The database's schema as numbered steps: each is done wholly or not at all, after a copy that was proven whole.

`user_version` is 1000 * major + minor. A newer minor version only adds, so an older Bedside still reads it; a newer
major version is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.record.errors import DATABASE_DAMAGED, VAULT_NEWER, DatabaseDamaged, VaultNewer, disk_errors
from desktop.record.store import timestamp
from desktop.record.vault.audit import SIGNED_INDEX
from desktop.record.vault.audit import STATEMENTS as AUDIT_STATEMENTS
from desktop.record.vault.database import APPLICATION_ID, Database, check_encrypted
from desktop.record.vault.meanings import STATEMENTS as MEANING_STATEMENTS
from desktop.record.vault.patients import STATEMENTS as PATIENT_STATEMENTS
from desktop.record.vault.study import STATEMENTS as STUDY_STATEMENTS

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.record.disk import Disk

_MAJOR = 1_000


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: the `user_version` that it leads to, and what it does."""

    version: int
    statements: tuple[str, ...]


MIGRATIONS = (
    Migration(
        1_000,
        (
            "CREATE TABLE migrations (version INTEGER PRIMARY KEY, applied TEXT NOT NULL) STRICT",
            # The long columns come last: listing encounters reads none of their pages.
            """CREATE TABLE encounters (
                id TEXT PRIMARY KEY, title TEXT NOT NULL, created TEXT NOT NULL, changed TEXT NOT NULL,
                excerpt TEXT NOT NULL, sample INTEGER NOT NULL, words TEXT NOT NULL, document BLOB NOT NULL
            ) STRICT""",
            """CREATE TABLE files (
                encounter TEXT NOT NULL REFERENCES encounters ON DELETE CASCADE, name TEXT NOT NULL,
                file TEXT NOT NULL UNIQUE, secret BLOB NOT NULL, kind TEXT NOT NULL, frames INTEGER,
                PRIMARY KEY (encounter, name)
            ) STRICT""",
        ),
    ),
    Migration(1_001, AUDIT_STATEMENTS),
    Migration(1_002, (SIGNED_INDEX,)),
    Migration(1_003, (*STUDY_STATEMENTS, *MEANING_STATEMENTS)),
    Migration(1_004, PATIENT_STATEMENTS),
)


def migrate(database: Database, backups: Path, disk: Disk, migrations: tuple[Migration, ...] = MIGRATIONS) -> None:
    """Bring a database to the newest version that this Bedside knows.

    Raises:
        VaultNewer: it is of a newer major version; nothing is changed.
        DatabaseDamaged: it is another program's, or its backup is not whole; nothing is changed.
    """
    if database.value("PRAGMA application_id") != APPLICATION_ID:
        raise DatabaseDamaged(DATABASE_DAMAGED, "it is of another program")
    version = database.value("PRAGMA user_version")
    if version // _MAJOR > migrations[-1].version // _MAJOR:
        raise VaultNewer(VAULT_NEWER)
    is_new = not version  # there is nothing to copy yet
    for migration in migrations:
        if migration.version > version:
            if not is_new:
                back_up(database, backups / f"before-{migration.version}.db", disk)
            _apply(database, migration)
            version = migration.version


def back_up(database: Database, path: Path, disk: Disk) -> None:
    """Copy the database under its own key and prove the copy; an earlier one of that name was not needed after all.

    Raises DatabaseDamaged, or what the disk refuses.
    """
    beside = path.with_name(f"{path.name}.new")
    with disk_errors():
        disk.make_folder(path.parent)
        disk.remove(beside)
        database.copy_to(beside, disk)
        check_encrypted(beside)
        database.check_copy(beside)
        disk.replace(beside, path)
        disk.sync_folder(path.parent)


def _apply(database: Database, migration: Migration) -> None:
    with database.transaction():
        for statement in migration.statements:
            database.rows(statement)
        database.rows("INSERT INTO migrations VALUES (?, ?)", migration.version, timestamp())
        database.rows(f"PRAGMA user_version = {migration.version}")
