"""Regions that were marked on an earlier day: drawn where they were, asked about again, removed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt

from desktop.record.encounter import Region
from desktop.ui.viewer.panel import ViewedPicture
from desktop.ui.viewer.view_state import Marks
from tests.fakes.viewed_pictures import ramp_picture, series_info

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.ui.viewer.pane import PicturePane
    from desktop.ui.viewer.panel import ViewerPanel
    from tests.fakes.viewed_pictures import FakePictureLoader

KEPT = Region(0.25, 0.5, 0.75, 1.0, 2)
CORNERS = ((20.0, 30.0), (60.0, 60.0))
"""Of KEPT, on 80 x 60 pixels."""


def _open_series(panel: ViewerPanel, loader: FakePictureLoader) -> PicturePane:
    files = tuple(Path(f"{number}.dcm") for number in range(5))
    panel.show_pictures([ViewedPicture("Image 1", files, 2, (KEPT,))])
    loader.series_opened.emit(loader.last_token, series_info(5))
    loader.answer(ramp_picture(frames=5))
    return panel.panes[0]


def test_a_kept_region_is_drawn_on_its_picture_alone(panel: ViewerPanel, loader: FakePictureLoader) -> None:
    pane = _open_series(panel, loader)
    assert pane.view.marks.region == CORNERS
    pane.scroll_by(1)
    loader.answer(ramp_picture(frames=5))
    assert pane.view.marks == Marks()
    assert not panel.bar.buttons["viewer-ask-region"].isEnabled()
    pane.scroll_by(-1)
    loader.answer(ramp_picture(frames=5))
    assert pane.view.marks.region == CORNERS


def test_a_kept_region_is_asked_about_again_by_key_and_button(
    panel: ViewerPanel, loader: FakePictureLoader, qtbot: QtBot
) -> None:
    pane = _open_series(panel, loader)
    pane.view.setFocus()
    with qtbot.waitSignal(panel.region_marked) as marked:
        qtbot.keyClick(pane.view, Qt.Key.Key_A)
    label, region = marked.args
    assert (label, region.frame) == ("Image 1", 2)
    assert region.box == pytest.approx(KEPT.box)
    with qtbot.waitSignal(panel.region_marked):
        qtbot.mouseClick(panel.bar.buttons["viewer-ask-region"], Qt.MouseButton.LeftButton)


def test_removing_a_kept_region_is_told_and_lasts(panel: ViewerPanel, loader: FakePictureLoader, qtbot: QtBot) -> None:
    pane = _open_series(panel, loader)
    with qtbot.waitSignal(panel.region_cleared) as cleared:
        panel.handle("viewer-clear")
    assert cleared.args == ["Image 1", 2]
    assert not panel.bar.buttons["viewer-ask-region"].isEnabled()
    pane.scroll_by(1)
    loader.answer(ramp_picture(frames=5))
    pane.scroll_by(-1)
    loader.answer(ramp_picture(frames=5))
    assert pane.view.marks == Marks()
    with qtbot.assertNotEmitted(panel.region_cleared):
        panel.handle("viewer-clear")


def test_a_region_with_nothing_in_it_is_not_marked(panel: ViewerPanel, loader: FakePictureLoader, qtbot: QtBot) -> None:
    panel.show_pictures([ViewedPicture("Image 1", (Path("a.dcm"),))])
    loader.answer(ramp_picture())
    view = panel.panes[0].view
    panel.handle("viewer-region")
    with qtbot.assertNotEmitted(panel.region_marked):
        qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
        qtbot.mouseMove(view, QPoint(300, 200))
        qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    assert view.marks == Marks()
