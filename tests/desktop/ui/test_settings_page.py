from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QPushButton

from desktop.settings import NOT_KEPT, SETTINGS, Group, Settings
from desktop.ui.looks import Looks
from desktop.ui.settings_page import SettingsPage
from tests.desktop.ui.accessibility import clipped_texts, faults_of
from tests.fakes.screens import fake_services

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(tmp_path / "settings.json")
    settings.set("language", "en")
    return settings


@pytest.fixture
def page(qtbot: QtBot, qapp: QApplication, settings: Settings) -> Iterator[SettingsPage]:
    looks = Looks(qapp, settings)
    page = SettingsPage(fake_services(settings))
    qtbot.addWidget(page)
    page.resize(900, 700)
    page.show()
    yield page
    looks.stop()


def test_everyone_can_use_it(page: SettingsPage) -> None:
    assert faults_of(page) == []


@pytest.mark.parametrize("scale", [80, 200])
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_no_word_is_clipped(page: SettingsPage, settings: Settings, scale: int, language: str) -> None:
    settings.set("language", language)
    settings.set("font_scale", scale)

    assert clipped_texts(page) == []


def test_every_setting_of_the_table_is_on_the_page(page: SettingsPage) -> None:
    shown = {control.objectName() for kind in (QComboBox, QCheckBox) for control in page.findChildren(kind)}
    shown |= {widget.parentWidget().objectName() for widget in page.findChildren(QPushButton, "less")}

    assert shown >= {f"setting-{setting.key}" for setting in SETTINGS if setting.group is not Group.HIDDEN}


def test_a_choice_takes_effect_at_once(page: SettingsPage, settings: Settings, qapp: QApplication) -> None:
    colours = page.findChild(QComboBox, "setting-theme")
    assert colours is not None
    before = qapp.palette().window().color()
    colours.setCurrentIndex(colours.findData("dark"))
    colours.activated.emit(colours.currentIndex())

    assert settings.value("theme") == "dark"
    assert qapp.palette().window().color() != before


def test_the_language_changes_every_word_while_the_page_is_open(
    qtbot: QtBot, page: SettingsPage, settings: Settings
) -> None:
    def titles() -> list[str]:
        return [label.text() for label in page.findChildren(QLabel)]

    settings.set("language", "zh_CN")
    qtbot.waitUntil(lambda: "设置" in titles())
    settings.set("language", "en")
    qtbot.waitUntil(lambda: "Settings" in titles())


def test_a_number_stops_at_its_ends(qtbot: QtBot, page: SettingsPage, settings: Settings) -> None:
    more = next(
        b for b in page.findChildren(QPushButton, "more") if b.parentWidget().objectName() == "setting-font_scale"
    )
    for _ in range(15):
        qtbot.mouseClick(more, Qt.MouseButton.LeftButton)

    assert settings.value("font_scale") == 200
    assert not more.isEnabled()


def test_a_change_from_elsewhere_shows(page: SettingsPage, settings: Settings) -> None:
    settings.set("device", "cpu")
    control = page.findChild(QComboBox, "setting-device")

    assert control is not None
    assert control.currentData() == "cpu"


@pytest.mark.usefixtures("qapp")
def test_a_page_that_was_closed_no_longer_listens(qtbot: QtBot, settings: Settings) -> None:
    page = SettingsPage(fake_services(settings))
    gone: list[bool] = []
    page.destroyed.connect(lambda: gone.append(True))
    page.deleteLater()
    qtbot.waitUntil(lambda: gone == [True])

    settings.set("device", "cpu")


def test_settings_that_cannot_be_written_say_so(page: SettingsPage, settings: Settings) -> None:
    settings.file.unlink()
    settings.file.mkdir()
    settings.set("device", "cpu")

    assert NOT_KEPT in [label.text() for label in page.findChildren(QLabel) if label.isVisible()]
