from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.settings import Settings
from desktop.ui import theme
from desktop.ui.looks import Looks

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot


def test_a_step_of_the_text_is_shown_at_once_and_many_in_a_row_as_one(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(tmp_path / "settings.json")
    looks = Looks(qapp, settings)
    shown: list[int] = []
    monkeypatch.setattr(theme, "apply", lambda _app, _theme, scale: shown.append(scale))

    for scale in (110, 120, 130, 140):
        settings.set("font_scale", scale)
    assert shown == [110]
    qtbot.waitUntil(lambda: shown == [110, 140])

    qtbot.wait(200)  # nothing more comes after the last one
    settings.set("font_scale", 100)
    assert shown == [110, 140, 100]
    looks.stop()
