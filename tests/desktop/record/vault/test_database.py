"""The database is encrypted, durable, whole after every fault, and never made anew."""

from __future__ import annotations

import contextlib
import sqlite3
import stat
from typing import TYPE_CHECKING

import pytest

from desktop.record.disk import Disk
from desktop.record.errors import DatabaseDamaged, DiskFailed, DiskFull, RecordError, VaultNewer
from desktop.record.vault.database import Database, check_encrypted, make_database
from desktop.record.vault.migrations import MIGRATIONS, Migration, back_up, migrate
from tests.fakes.failing_disk import FailAt, PowerCut

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
ROW = ("a" * 32, "Mrs K., bed 4", "c", "h", "", 0, "metformin", b"{}")
INSERT = "INSERT INTO encounters VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
NOW = MIGRATIONS[-1].version
NEXT = (
    *MIGRATIONS,
    Migration(
        NOW + 1,
        (
            "ALTER TABLE encounters ADD COLUMN signed TEXT",
            "UPDATE encounters SET signed = 'no'",
            "CREATE TABLE notes (id TEXT)",
        ),
    ),
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = make_database(tmp_path / "record.db", KEY, Disk())
    migrate(made, tmp_path / "backups", Disk())
    made.rows(INSERT, *ROW)
    yield made
    made.close()


def _do(database: Database, *statements: str) -> None:
    with database.transaction():
        for statement in statements:
            database.rows(statement)


def reopened(database: Database) -> Database:
    database.close()
    return Database(database.path, KEY)


def test_it_is_encrypted_private_and_durable(database: Database) -> None:
    database.forget_deleted()
    for path in database.path.parent.glob("record.db*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert b"metformin" not in path.read_bytes()
        assert b"SQLite format 3" not in path.read_bytes()
    settings = {name: database.value(f"PRAGMA {name}") for name in ("journal_mode", "synchronous", "foreign_keys")}
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    assert str(database.value("PRAGMA cipher_version")).startswith("4.")
    database.check()


def test_another_key_is_refused_and_nothing_is_written(database: Database, capfd: pytest.CaptureFixture[str]) -> None:
    database.close()
    before = database.path.read_bytes()
    with pytest.raises(DatabaseDamaged, match="kept as it is"):
        Database(database.path, OTHER_KEY)
    assert database.path.read_bytes() == before
    assert capfd.readouterr() == ("", "")  # the library's own log is off


def test_a_database_that_is_gone_is_said_and_never_made(tmp_path: Path) -> None:
    with pytest.raises(DatabaseDamaged, match="missing"):
        Database(tmp_path / "record.db", KEY)
    assert list(tmp_path.iterdir()) == []


def test_a_new_database_never_takes_the_place_of_a_file(database: Database) -> None:
    with pytest.raises(FileExistsError):
        make_database(database.path, KEY, Disk())


def test_a_plain_database_in_its_place_is_refused(tmp_path: Path) -> None:
    plain = sqlite3.connect(tmp_path / "record.db")
    plain.execute("CREATE TABLE encounters (id)")
    plain.close()
    with pytest.raises(DatabaseDamaged, match="not encrypted"):
        check_encrypted(tmp_path / "record.db")
    with pytest.raises(DatabaseDamaged):
        Database(tmp_path / "record.db", KEY)


@pytest.mark.parametrize("page", [0, 1, 3])
def test_a_changed_byte_is_found(database: Database, page: int) -> None:
    database.close()
    content = bytearray(database.path.read_bytes())
    content[page * 4_096 + 100] ^= 1
    database.path.write_bytes(content)
    with pytest.raises(DatabaseDamaged):
        _check(database.path)


def _check(path: Path) -> None:
    opened = Database(path, KEY)
    try:
        opened.check()
    finally:
        opened.close()


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(DiskFailed):
        _do(database, "DELETE FROM encounters", "NO SUCH STATEMENT")
    assert database.rows("SELECT * FROM encounters") == [ROW]


def test_a_full_disk_is_said_and_leaves_the_old_state(database: Database) -> None:
    database.rows(f"PRAGMA max_page_count = {database.value('PRAGMA page_count')}")
    with pytest.raises(DiskFull):
        _do(database, "UPDATE encounters SET title = 'new'", "UPDATE encounters SET document = zeroblob(100000)")
    found = reopened(database)
    assert found.rows("SELECT * FROM encounters") == [ROW]
    found.check()
    found.close()


def test_what_stops_at_any_step_leaves_the_old_state_or_the_new(database: Database) -> None:
    steps, titles = 0, [ROW[1]]
    while titles == [ROW[1]]:
        left = [steps]

        def stop(left: list[int] = left) -> bool:
            left[0] -= 1
            return left[0] == -1  # once: undoing it must not be stopped too

        database._connection.set_progress_handler(stop, 1)
        with contextlib.suppress(RecordError):
            _do(database, "UPDATE encounters SET title = 'new'", "INSERT INTO migrations VALUES (7, '')")
        database._connection.set_progress_handler(None, 1)
        titles = [title for (title,) in database.rows("SELECT title FROM encounters")]
        assert database.value("SELECT count(*) FROM migrations") == len(MIGRATIONS) + (titles == ["new"])
        steps += 1
    assert titles == ["new"]
    assert steps > 20


# --- versions -----------------------------------------------------------------------------------------------------


def test_a_newer_major_version_is_refused_as_it_is(database: Database, tmp_path: Path) -> None:
    database.rows("PRAGMA user_version = 2000")
    with pytest.raises(VaultNewer, match="update Bedside"):
        migrate(database, tmp_path / "backups", Disk())
    assert database.rows("SELECT * FROM encounters") == [ROW]


def test_a_newer_minor_version_is_read(database: Database, tmp_path: Path) -> None:
    database.rows("PRAGMA user_version = 1007")
    migrate(database, tmp_path / "backups", Disk())
    assert database.value("PRAGMA user_version") == 1_007


def test_another_programs_database_is_refused(database: Database, tmp_path: Path) -> None:
    database.rows("PRAGMA application_id = 7")
    with pytest.raises(DatabaseDamaged, match="another program"):
        migrate(database, tmp_path / "backups", Disk())


def test_encounters_from_before_patients_were_kept_are_of_nobody(tmp_path: Path) -> None:
    made = make_database(tmp_path / "old.db", KEY, Disk())
    migrate(made, tmp_path / "backups", Disk(), tuple(one for one in MIGRATIONS if one.version < 1_004))
    made.rows(INSERT, *ROW)
    migrate(made, tmp_path / "backups", Disk())
    assert made.rows("SELECT * FROM encounters") == [ROW]
    assert made.rows("SELECT * FROM patients") == []
    made.close()


def test_before_a_migration_there_is_a_whole_copy(database: Database, tmp_path: Path) -> None:
    migrate(database, tmp_path / "backups", Disk(), NEXT)
    assert database.rows("SELECT version FROM migrations") == [(migration.version,) for migration in NEXT]
    assert database.rows("SELECT title, signed FROM encounters") == [(ROW[1], "no")]
    (backup,) = (tmp_path / "backups").iterdir()
    assert (backup.name, stat.S_IMODE(backup.stat().st_mode)) == (f"before-{NOW + 1}.db", 0o600)
    assert b"metformin" not in backup.read_bytes()
    copy = Database(backup, KEY)
    assert (copy.value("PRAGMA user_version"), copy.rows("SELECT * FROM encounters")) == (NOW, [ROW])
    copy.close()


def test_a_migration_that_fails_changes_nothing(database: Database, tmp_path: Path) -> None:
    broken = (*MIGRATIONS, Migration(NOW + 1, (*NEXT[-1].statements, "CREATE TABLE notes (id TEXT)")))
    with pytest.raises(DiskFailed):
        migrate(database, tmp_path / "backups", Disk(), broken)
    assert database.value("PRAGMA user_version") == NOW
    assert database.rows("SELECT * FROM encounters") == [ROW]
    migrate(database, tmp_path / "backups", Disk(), NEXT)  # the backup of the first try is in nobody's way
    assert database.value("PRAGMA user_version") == NOW + 1


@pytest.mark.parametrize("power_cut", [False, True])
def test_a_backup_that_fails_at_any_step_stops_the_migration(
    database: Database, tmp_path: Path, power_cut: bool
) -> None:
    disk = FailAt(None)
    back_up(database, tmp_path / "counted" / "x.db", disk)
    assert disk.done == 7
    for step in range(disk.done):
        with pytest.raises(PowerCut if power_cut else RecordError):
            migrate(database, tmp_path / "backups", FailAt(step, power_cut=power_cut), NEXT)
        assert database.value("PRAGMA user_version") == NOW
    migrate(database, tmp_path / "backups", Disk(), NEXT)


class Rotting(Disk):
    """A disk on which a byte changes after it was written."""

    def sync_file(self, path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)


def test_a_backup_that_is_not_whole_stops_the_migration(database: Database, tmp_path: Path) -> None:
    with pytest.raises(DatabaseDamaged):
        migrate(database, tmp_path / "backups", Rotting(), NEXT)
    assert database.value("PRAGMA user_version") == NOW
    assert not (tmp_path / "backups" / f"before-{NOW + 1}.db").exists()


def test_a_backup_with_other_content_stops_the_migration(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def copy_less(self: Database, path: Path, disk: Disk) -> None:
        original(self, path, disk)
        copy = Database(path, KEY)
        copy.rows("DELETE FROM encounters")
        copy.close()

    original = Database.copy_to
    monkeypatch.setattr(Database, "copy_to", copy_less)
    with pytest.raises(DatabaseDamaged, match="not the same"):
        migrate(database, tmp_path / "backups", Disk(), NEXT)


def test_a_copy_under_another_key_is_the_same_record(database: Database, tmp_path: Path) -> None:
    database.copy_with_key(tmp_path / "rotated.db", OTHER_KEY, Disk())
    copy = Database(tmp_path / "rotated.db", OTHER_KEY)
    assert copy.rows("SELECT * FROM encounters") == [ROW]
    migrate(copy, tmp_path / "backups", Disk())
    copy.check()
    copy.close()
    with pytest.raises(DatabaseDamaged):
        Database(tmp_path / "rotated.db", KEY)


def test_a_transaction_after_the_end_is_refused_with_a_sentence(tmp_path: Path) -> None:
    database = make_database(tmp_path / "record.db", bytes(32), Disk())
    database.close()
    with pytest.raises(RecordError), database.transaction():
        pass
