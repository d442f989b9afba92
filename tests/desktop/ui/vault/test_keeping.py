from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from desktop.record.errors import BackupPlaceMissing
from desktop.record.vault.backups import Backups, names_in
from desktop.ui.looks import Looks
from desktop.ui.settings_page import SettingsPage
from desktop.ui.vault.backup_card import BackupRows
from desktop.ui.vault.keeping import LAST, Keeping
from tests.desktop.ui.accessibility import clipped_texts, faults_of
from tests.fakes.screens import fake_services
from tests.fakes.vaults import PASSPHRASE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from desktop.settings import Settings
    from desktop.ui.vault.session import VaultSession


@pytest.fixture
def keeping(qtbot: QtBot, session: VaultSession, recovery_key: str, settings: Settings) -> Iterator[Keeping]:
    assert recovery_key
    made = Keeping(session, settings, session)
    with qtbot.waitSignal(session.opened):
        session.unlock(PASSPHRASE)
    session.store.create("A")
    yield made
    session.close()
    made.stop()


def names(keeping: Keeping, folder: Path) -> tuple[str, ...]:
    vault = keeping._session.vault
    return names_in(Backups(folder, vault.keys, vault.means.disk).home)


def looked(qtbot: QtBot, keeping: Keeping) -> None:
    keeping.look()
    qtbot.waitUntil(lambda: not keeping.runs)


def test_an_open_record_is_backed_up_once_something_was_changed(
    qtbot: QtBot, keeping: Keeping, tmp_path: Path, settings: Settings
) -> None:
    assert keeping._soon.isActive()
    assert keeping.sentence() == "There is no verified backup yet."
    looked(qtbot, keeping)
    (first,) = names(keeping, tmp_path / "backups")
    assert keeping.sentence().startswith("Last verified backup: ")
    assert settings.text(LAST) == keeping.kept.verified
    assert not keeping.is_overdue
    looked(qtbot, keeping)
    assert names(keeping, tmp_path / "backups") == (first,)


def test_the_whole_trail_is_followed_once_a_day(qtbot: QtBot, keeping: Keeping) -> None:
    audit = keeping._session.audit
    assert not audit.checked.at
    looked(qtbot, keeping)
    assert audit.checked.seq > 0
    at = audit.checked.at
    looked(qtbot, keeping)
    assert audit.checked.at == at


def test_a_trail_that_is_found_broken_is_told_and_not_backed_up(qtbot: QtBot, keeping: Keeping, tmp_path: Path) -> None:
    database = keeping._session.vault.source.database
    database.rows("DROP TRIGGER audit_no_update")
    database.rows("UPDATE audit SET object = 'x' WHERE seq = 1")
    with qtbot.waitSignal(keeping.trail_broken):
        keeping.look()
    assert not (tmp_path / "backups").exists()


def test_none_is_made_by_itself_where_the_doctor_does_not_want_it(
    qtbot: QtBot, keeping: Keeping, settings: Settings, tmp_path: Path
) -> None:
    settings.set("back_up", False)
    with qtbot.waitSignal(keeping.overdue):
        keeping.look()
    assert names(keeping, tmp_path / "backups") == ()
    assert keeping.warning() == "This record has no verified backup yet."
    keeping.back_up_now()
    qtbot.waitUntil(lambda: not keeping.runs)
    assert len(names(keeping, tmp_path / "backups")) == 1


def test_a_disk_that_is_not_there_is_told_once_the_last_backup_is_too_old(
    qtbot: QtBot, keeping: Keeping, settings: Settings, tmp_path: Path
) -> None:
    looked(qtbot, keeping)
    settings.set("backup_folder", str(tmp_path / "usb"))
    with qtbot.assertNotEmitted(keeping.overdue):
        looked(qtbot, keeping)
    assert isinstance(keeping.kept.trouble, BackupPlaceMissing)
    assert "connect its disk" in keeping.sentence()
    keeping.kept = type(keeping.kept)((datetime.now(UTC) - timedelta(days=8)).isoformat(timespec="seconds"))
    with qtbot.waitSignal(keeping.overdue):
        keeping.look()
    assert "older than 7 days" in keeping.warning()
    assert "connect its disk" in keeping.warning()


def test_a_lock_ends_a_backup_and_says_nothing(
    qtbot: QtBot, keeping: Keeping, session: VaultSession, tmp_path: Path
) -> None:
    source = tmp_path / "picture.png"
    source.write_bytes(b"\x89PNG" + bytes(3_000_000))
    encounter = session.store.create("B")
    session.store.add_file(encounter.id, source)
    before = keeping.kept
    keeping.look()
    session.lock()
    qtbot.waitUntil(lambda: not keeping.runs)
    assert not keeping._soon.isActive()
    assert keeping.kept == before
    assert list((tmp_path / "backups").glob("*/*.making")) == []


def test_the_settings_say_how_it_stands_and_back_up_into_a_chosen_folder(
    qtbot: QtBot, keeping: Keeping, settings: Settings, tmp_path: Path
) -> None:
    rows = BackupRows(keeping, settings)
    qtbot.addWidget(rows)
    standing, now = rows.findChild(QLabel, "backup-standing"), rows.findChild(QPushButton, "back-up-now")
    path = rows.findChild(QLineEdit, "backup-folder")
    assert standing is not None
    assert now is not None
    assert path is not None
    assert path.text() == str(tmp_path / "backups")
    (tmp_path / "usb").mkdir()
    rows.take_folder(str(tmp_path / "usb"))
    assert standing.text() == "Backing up …"
    assert not now.isEnabled()
    qtbot.waitUntil(lambda: standing.text().startswith("Last verified backup"))
    assert path.text() == str(tmp_path / "usb")
    assert len(names(keeping, tmp_path / "usb")) == 1


@pytest.mark.parametrize(("language", "scale"), [("en", 100), ("en", 200), ("zh_CN", 200)])
def test_everyone_can_use_the_settings_with_it(
    qtbot: QtBot, qapp: QApplication, keeping: Keeping, settings: Settings, language: str, scale: int
) -> None:
    looks = Looks(qapp, settings)
    page = SettingsPage(replace(fake_services(settings), keeping=keeping))
    qtbot.addWidget(page)
    page.resize(900, 700)
    settings.set("language", language)
    settings.set("font_scale", scale)
    assert faults_of(page) == []
    assert clipped_texts(page) == []
    looks.stop()


@pytest.mark.parametrize("kept", ["yesterday", "2026-01-01", "2026-01-01T00:00:00", "\x00"])
def test_a_time_that_is_none_is_no_backup(session: VaultSession, settings: Settings, kept: str) -> None:
    settings.set(LAST, kept)
    keeping = Keeping(session, settings, session)
    assert keeping.is_overdue
    assert keeping.sentence() == "There is no verified backup yet."


def test_a_backup_that_knows_more_than_the_record_tells_that_it_is_older(
    qtbot: QtBot, keeping: Keeping, folder: Path, tmp_path: Path
) -> None:
    session = keeping._session
    session.lock()
    session._background.finish()
    older = tmp_path / "older"
    shutil.copytree(folder, older / "vault")
    (note,) = tmp_path.glob("*.seen.json")
    shutil.copy(note, older)
    with qtbot.waitSignal(session.opened):
        session.unlock(PASSPHRASE)
    session.store.create("what was written since")
    keeping.back_up_now()
    qtbot.waitUntil(lambda: not keeping.runs)
    backups = names(keeping, tmp_path / "backups")
    session.lock()
    session._background.finish()
    shutil.rmtree(folder)
    shutil.copytree(older / "vault", folder)
    shutil.copy(older / note.name, note)

    with qtbot.waitSignal(session.opened):
        session.unlock(PASSPHRASE)
    assert session.audit.fault is None  # beside the record nothing knows of it
    with qtbot.waitSignal(keeping.trail_broken):
        keeping.look()
    assert "older than the one" in str(session.audit.fault)
    assert names(keeping, tmp_path / "backups") == backups  # it takes the place of none
    session.audit.accept()
    looked(qtbot, keeping)
    assert session.audit.fault is None
