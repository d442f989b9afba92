"""Films in the viewer: the frame that is asked about is the one that is seen, and its time is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from desktop.ui.viewer.panel import ViewedPicture
from tests.fakes.viewed_pictures import ramp_picture, series_info

if TYPE_CHECKING:
    from typing import Any

    from pytestqt.qtbot import QtBot

    from desktop.ui.viewer.pane import PicturePane
    from desktop.ui.viewer.panel import ViewerPanel
    from tests.fakes.viewed_pictures import FakePictureLoader


def _still(frame: int) -> Any:
    return ramp_picture(
        frame=frame, frames=8, time_s=1.5 * frame, is_dicom=False, modality="", description="Picture of a film"
    )


def _open(panel: ViewerPanel, loader: FakePictureLoader) -> PicturePane:
    panel.show_pictures([ViewedPicture("Image 1", (Path("gait.mp4"),))])
    loader.answer(_still(4))
    loader.series_opened.emit(loader.last_token, replace(series_info(8, is_clip=True, frames_per_s=50.0), start=0))
    loader.answer(_still(4))
    return panel.panes[0]


def test_the_middle_that_is_asked_about_is_what_is_seen_first(panel: ViewerPanel, loader: FakePictureLoader) -> None:
    pane = _open(panel, loader)
    assert (pane.feed.index, pane.feed.origin, pane.slices.slider.value()) == (4, 4, 4)


def test_kind_and_time_of_a_frame_are_shown_and_read_out(panel: ViewerPanel, loader: FakePictureLoader) -> None:
    pane = _open(panel, loader)
    assert "Picture of a film" in pane.view.corners.top_left
    assert pane.view.corners.top_right == ("5 / 8", "at 0:06.0")
    assert pane.status().startswith("frame 5 of 8, at 0:06.0, Picture of a film")


def test_the_frame_at_which_a_clip_is_paused_is_asked_about(
    panel: ViewerPanel, loader: FakePictureLoader, qtbot: QtBot
) -> None:
    pane = _open(panel, loader)
    pane.view.setFocus()
    qtbot.keyClick(pane.view, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: pane.feed.index == 5)
    with qtbot.waitSignal(panel.frame_chosen) as chosen:
        qtbot.keyClick(pane.view, Qt.Key.Key_Space)
        loader.answer(_still(5))
    assert chosen.args == ["Image 1", 5]
