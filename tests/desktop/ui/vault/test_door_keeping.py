"""What the window says of backups and of the audit trail, and what may leave the record."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QPlainTextEdit, QPushButton

from desktop.record.vault.backing_up import back_up
from desktop.record.vault.backups import Backups, names_in
from desktop.record.vault.opening import open_vault
from desktop.record.vault.restoring import keys_of, restore
from tests.fakes.vaults import PASSPHRASE, cheap_means

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.houses import House


NAME = "Mrs Okafor"


def dialog(name: str) -> QDialog:
    found = QApplication.activeModalWidget()
    assert isinstance(found, QDialog)
    assert found.objectName() == name
    return found


def test_a_backup_that_is_too_old_is_told_with_what_to_do(house: House, tmp_path: Path) -> None:
    house.unlock()
    house.settings.set("back_up", False)
    house.keeping.look()
    house.qtbot.waitUntil(lambda: "no verified backup" in house.banner())
    house.act()
    house.qtbot.waitUntil(lambda: not house.keeping.is_overdue)
    backups = Backups(tmp_path / "backups", house.session.vault.keys, house.session.vault.means.disk)
    assert len(names_in(backups.home)) == 1


def test_a_restored_record_says_from_when_it_is_once(house: House, folder: Path, tmp_path: Path) -> None:
    vault = open_vault(folder, PASSPHRASE, cheap_means(folder))
    backups = Backups(tmp_path / "backups", vault.keys, vault.means.disk)
    name = back_up(vault.source, backups).name
    vault.close()
    keys = keys_of(backups.home, name, lambda file: file.unlock(PASSPHRASE), cheap_means(folder))
    restore(tmp_path / "backups", name, keys, folder, cheap_means(folder))
    house.unlock()
    assert "brought back from the backup of" in house.banner()
    house.lock()
    house.unlock()
    assert house.banner() == ""


def test_a_restoring_that_was_interrupted_is_finished_before_anybody_is_asked(house: House, folder: Path) -> None:
    vault = open_vault(folder, PASSPHRASE, cheap_means(folder))
    vault.close()
    shutil.move(folder, folder.with_name("vault.restored"))
    again = type(house.session)(folder, cheap_means(folder), house.session)
    assert again.state == "locked"


def test_a_trail_that_is_found_broken_while_the_record_is_open_is_told(house: House) -> None:
    house.unlock()
    database = house.session.vault.source.database
    database.rows("DROP TRIGGER audit_no_update")
    database.rows("UPDATE audit SET object = 'x' WHERE seq = 1")
    house.keeping.look()
    house.qtbot.waitUntil(lambda: "Entry 1 of the audit trail" in house.banner())
    house.act()
    house.session.store.create("it goes on")


def test_the_settings_open_the_trail_and_a_lock_closes_it(house: House) -> None:
    house.unlock()
    button = house.window.show_page("page-settings").findChild(QPushButton, "show-trail")
    assert button is not None
    button.click()
    sheet = dialog("trail-sheet")
    assert sheet.isVisible()
    house.window.run_action("lock")
    assert house.window.is_locked
    assert QApplication.activeModalWidget() is None


def test_the_encounter_that_is_shown_is_exported_and_a_lock_takes_it_away(house: House) -> None:
    house.unlock()
    QTest.keyClick(house.window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert "no encounter to export" in house.banner()
    house.screen.controller.new(NAME)
    house.screen.controller.ask("Is metformin right for Mrs Okafor?")
    QTest.keyClick(house.window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    wizard = dialog("export-wizard")
    next_ = wizard.findChild(QPushButton, "export-next")
    assert next_ is not None
    next_.click()
    shown = wizard.findChild(QPlainTextEdit, "export-text")
    assert shown is not None
    assert "Is metformin right for Mrs [NAME]?" in shown.toPlainText()
    house.window.run_action("lock")
    assert house.window.is_locked
    assert QApplication.activeModalWidget() is None
