from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from desktop.pictures.planes import DisplayWindow
from desktop.ui.viewer.panel import ViewedPicture
from desktop.ui.viewer.view_state import Marks, Tool
from tests.desktop.ui.accessibility import clipped_texts, faults_of
from tests.fakes.viewed_pictures import AXIAL, ramp_picture, series_info

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.ui.viewer.pane import PicturePane
    from desktop.ui.viewer.panel import ViewerPanel
    from desktop.ui.viewer.view import PictureView
    from tests.desktop.ui.viewer.conftest import Shown
    from tests.fakes.viewed_pictures import FakePictureLoader

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


def _drag(qtbot: QtBot, view: PictureView, button: Qt.MouseButton, start: QPoint, end: QPoint) -> None:
    qtbot.mousePress(view, button, pos=start)
    qtbot.mouseMove(view, (start + end) / 2)
    qtbot.mouseMove(view, end)
    qtbot.mouseRelease(view, button, pos=end)


def _wheel(view: PictureView, notches: float, control: bool = False) -> None:
    keys = Qt.KeyboardModifier.ControlModifier if control else Qt.KeyboardModifier.NoModifier
    middle = QPointF(view.rect().center())
    turn = QPoint(0, round(notches * 120))
    event = QWheelEvent(
        middle,
        QPointF(view.mapToGlobal(middle)),
        QPoint(),
        turn,
        LEFT & RIGHT,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


# --- states ---


def test_an_empty_panel_says_so_and_asks_for_nothing(panel: ViewerPanel, loader: FakePictureLoader) -> None:
    assert "No picture is open" in panel.panes[0].message.sentence
    assert not loader.requests
    assert not panel.bar.buttons["viewer-invert"].isEnabled()


def test_opening_is_said_with_a_way_out(panel: ViewerPanel, loader: FakePictureLoader, qtbot: QtBot) -> None:
    panel.show_pictures([ViewedPicture("Image 1", (Path("a.dcm"), Path("b.dcm")))])
    pane = panel.panes[0]
    qtbot.waitUntil(pane.message.bar.isVisible)
    loader.series_progressed.emit(loader.last_token, 20, 300)
    assert (pane.message.bar.value(), pane.message.bar.maximum()) == (20, 300)
    qtbot.mouseClick(pane.message.button, LEFT)
    assert loader.cancelled == [1]
    assert "No picture is open" in pane.message.sentence


def test_a_failure_is_said_and_can_be_tried_again(panel: ViewerPanel, loader: FakePictureLoader, qtbot: QtBot) -> None:
    panel.show_pictures([ViewedPicture("Image 1", (Path("a.dcm"),))])
    loader.failed.emit(loader.last_token, "a.dcm is damaged. Copy it again.")
    pane = panel.panes[0]
    assert pane.message.sentence == "a.dcm is damaged. Copy it again."
    qtbot.mouseClick(pane.message.button, LEFT)
    loader.answer(ramp_picture())
    assert pane.view.isVisible()


def test_answers_for_what_is_no_longer_open_are_left_alone(panel: ViewerPanel, loader: FakePictureLoader) -> None:
    panel.show_pictures([ViewedPicture("Image 1", (Path("a.dcm"),))])
    old = loader.last_token
    panel.show_pictures([ViewedPicture("Image 2", (Path("b.dcm"),))])
    assert old in loader.cancelled
    loader.answer(ramp_picture(), old)
    loader.failed.emit(old, "old")
    assert panel.panes[0].view.picture is None
    assert panel.panes[0].message.sentence != "old"


def test_pictures_of_other_series_are_told(panel: ViewerPanel, loader: FakePictureLoader) -> None:
    panel.show_pictures([ViewedPicture("Image 1", (Path("a"), Path("b")))])
    loader.series_opened.emit(loader.last_token, series_info(9, other_series=2, other_pictures=4, left_out=1))
    notice = panel.panes[0].notice
    assert notice.isVisible()
    assert notice.text().startswith("4 pictures of another series")


def test_the_keyboard_rests_on_the_picture_and_never_on_close(shown: Shown, qtbot: QtBot) -> None:
    shown.panel.bar.buttons["viewer-close"].setFocus()
    shown.panel.show_pictures([ViewedPicture("Image 1", (Path("a.dcm"),))])
    assert shown.panel.panes[0].message.hasFocus()
    shown.loader.answer(ramp_picture())
    qtbot.waitUntil(shown.panel.panes[0].view.hasFocus)


# --- window and level ---


def test_the_right_button_drags_window_and_level(shown: Shown, qtbot: QtBot) -> None:
    view = shown.picture().view
    before = view.window_shown
    _drag(qtbot, view, RIGHT, QPoint(200, 200), QPoint(300, 260))
    after = view.window_shown
    assert before is not None
    assert after is not None
    assert after.width > before.width
    assert after.center > before.center


def test_presets_are_chosen_by_digit(shown: Shown, qtbot: QtBot) -> None:
    view = shown.picture().view
    view.setFocus()
    for key, expected in ((Qt.Key.Key_2, (-600, 1500)), (Qt.Key.Key_5, (40, 80)), (Qt.Key.Key_1, (40, 400))):
        qtbot.keyClick(view, key)
        assert view.window_shown is not None
        assert (view.window_shown.center, view.window_shown.width) == expected


def test_ct_windows_are_offered_for_ct_alone(shown: Shown) -> None:
    shown.picture()
    assert "lung" in [entry.objectName() for entry in shown.panel.preset_menu().actions()]
    shown.picture(modality="MR")
    names = [entry.objectName() for entry in shown.panel.preset_menu().actions()]
    assert names == ["stored-1"]


def test_inverting_by_key_and_button_agree(shown: Shown, qtbot: QtBot) -> None:
    view = shown.picture().view
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_I)
    assert view.state.inverted
    assert shown.panel.bar.buttons["viewer-invert"].isChecked()
    qtbot.mouseClick(shown.panel.bar.buttons["viewer-invert"], LEFT)
    assert not view.state.inverted


# --- place ---


def test_control_and_wheel_zoom_at_the_pointer(shown: Shown) -> None:
    view = shown.picture().view
    _wheel(view, 2, control=True)
    assert view.state.magnification == pytest.approx(1.25**2)


def test_dragging_moves_and_zero_shows_all(shown: Shown, qtbot: QtBot) -> None:
    view = shown.picture().view
    left, top = view.placement.origin
    _drag(qtbot, view, LEFT, QPoint(200, 200), QPoint(260, 230))
    assert view.placement.origin == pytest.approx((left + 60, top + 30))
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    qtbot.keyClick(view, Qt.Key.Key_0)
    assert (view.state.magnification, view.state.centre) == (1.0, (0.5, 0.5))


def test_turning_turns_the_letters(shown: Shown, qtbot: QtBot) -> None:
    view = shown.picture(directions=AXIAL).view
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_T)
    qtbot.keyClick(view, Qt.Key.Key_M)
    assert (view.state.orientation.turns, view.state.orientation.flipped) == (3, True)


# --- series ---


def test_wheel_keys_and_slider_scroll(shown: Shown, loader: FakePictureLoader, qtbot: QtBot) -> None:
    pane = shown.series()
    pane.view.setFocus()
    _wheel(pane.view, -1)
    assert pane.feed.index == 16
    qtbot.keyClick(pane.view, Qt.Key.Key_Down)
    qtbot.keyClick(pane.view, Qt.Key.Key_PageUp)
    assert pane.feed.index == 7
    qtbot.keyClick(pane.view, Qt.Key.Key_End)
    assert pane.feed.index == 29
    pane.slices.slider.setValue(3)
    assert pane.feed.index == 3
    assert loader.slices[loader.last_token] == (1, 3)
    assert pane.slices.place.text() == "4 / 30"


def test_a_scroll_waits_for_no_old_picture(shown: Shown, loader: FakePictureLoader) -> None:
    pane = shown.series()
    pane.scroll_by(1)
    passed = loader.last_token
    pane.scroll_by(1)
    assert passed in loader.cancelled
    before = pane.view.picture
    loader.answer(ramp_picture(), passed)
    assert pane.view.picture is before


def test_scrolling_keeps_window_and_place(shown: Shown, loader: FakePictureLoader) -> None:
    pane = shown.series()
    shown.panel.handle("viewer-preset-2")
    shown.panel.handle("viewer-zoom-in")
    state = pane.view.state
    pane.scroll_by(3)
    loader.answer(ramp_picture(windows=(DisplayWindow(0, 10),)))
    assert pane.view.state == state


def test_a_scroll_that_rests_chooses_its_frame(shown: Shown, qtbot: QtBot) -> None:
    pane = shown.series()
    with qtbot.waitSignal(shown.panel.frame_chosen) as chosen:
        pane.scroll_by(2)
    assert chosen.args == ["Image 1", 17]


def test_the_frame_that_was_chosen_before_is_shown_first(panel: ViewerPanel, loader: FakePictureLoader) -> None:
    panel.show_pictures([ViewedPicture("Image 1", tuple(Path(f"{n}") for n in range(9)), frame=7)])
    info = replace(series_info(9), origins=tuple(reversed(range(9))))
    loader.series_opened.emit(loader.last_token, info)
    assert loader.slices[loader.last_token] == (1, 1)


def test_a_film_opens_its_frames_and_plays(panel: ViewerPanel, loader: FakePictureLoader, qtbot: QtBot) -> None:
    panel.show_pictures([ViewedPicture("Image 1", (Path("film.dcm"),))])
    loader.answer(ramp_picture(frames=8))
    info = series_info(8, is_clip=True, frames_per_s=50.0)
    loader.series_opened.emit(loader.last_token, info)
    loader.answer(ramp_picture(frames=8))
    pane = panel.panes[0]
    pane.view.setFocus()
    qtbot.keyClick(pane.view, Qt.Key.Key_Space)
    assert pane.slices.is_playing
    before = pane.feed.index
    qtbot.waitUntil(lambda: pane.feed.index != before)
    assert pane.feed.index == (before + 1) % 8
    qtbot.keyClick(pane.view, Qt.Key.Key_Space)
    assert not pane.slices.is_playing


def test_a_broken_slice_is_said_and_the_next_is_shown(shown: Shown, loader: FakePictureLoader) -> None:
    pane = shown.series()
    pane.scroll_by(1)
    loader.failed.emit(loader.last_token, "This picture is damaged.")
    assert pane.message.sentence == "This picture is damaged."
    pane.scroll_by(1)
    loader.answer(ramp_picture(frames=30))
    assert pane.view.isVisible()


# --- measuring and marking ---


def test_a_length_is_measured_by_dragging(shown: Shown, qtbot: QtBot) -> None:
    view = shown.picture(spacing_mm=(0.5, 0.5)).view
    shown.panel.handle("viewer-length")
    start, end = (QPointF(*view.placement.to_view(pixel)).toPoint() for pixel in ((10, 10), (40, 50)))
    _drag(qtbot, view, LEFT, start, end)
    ((first, second),) = view.marks.lengths
    assert first == pytest.approx((10, 10), abs=0.2)
    assert second == pytest.approx((40, 50), abs=0.2)


def test_a_region_is_marked_by_keys_alone(shown: Shown, qtbot: QtBot) -> None:
    view = shown.picture().view
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_R)
    assert view.tool is Tool.REGION
    qtbot.keyClick(view, Qt.Key.Key_Return)
    qtbot.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    with qtbot.waitSignal(shown.panel.region_marked) as marked:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    label, region = marked.args
    assert (label, region.frame) == ("Image 1", 0)
    # From the middle ten pixels to the right and down, of 80 x 60.
    assert region.box == pytest.approx((0.5, 0.5, 0.625, 0.5 + 10 / 60), abs=0.01)
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.tool is Tool.MOVE


def test_a_touch_marks_nothing(shown: Shown, qtbot: QtBot) -> None:
    view = shown.picture().view
    shown.panel.handle("viewer-region")
    with qtbot.assertNotEmitted(shown.panel.region_marked):
        qtbot.mouseClick(view, LEFT, pos=QPoint(200, 200))
    assert view.marks == Marks()


def test_marks_belong_to_their_slice_and_can_be_removed(shown: Shown, loader: FakePictureLoader, qtbot: QtBot) -> None:
    pane = shown.series()
    shown.panel.handle("viewer-length")
    _drag(qtbot, pane.view, LEFT, QPoint(200, 200), QPoint(300, 300))
    pane.scroll_by(1)
    loader.answer(ramp_picture(frames=30))
    assert pane.view.marks == Marks()
    pane.scroll_by(-1)
    loader.answer(ramp_picture(frames=30))
    assert len(pane.view.marks.lengths) == 1
    shown.panel.handle("viewer-clear")
    assert pane.view.marks == Marks()


# --- two panes ---


def _states(panes: tuple[PicturePane, PicturePane]) -> list[tuple[float, tuple[float, float]]]:
    return [(pane.view.state.magnification, pane.view.state.centre) for pane in panes]


def test_linked_panes_zoom_move_and_window_together(shown: Shown, qtbot: QtBot) -> None:
    panes = shown.pair()
    _wheel(panes[0].view, 3, control=True)
    _drag(qtbot, panes[0].view, LEFT, QPoint(100, 100), QPoint(120, 110))
    _drag(qtbot, panes[1].view, RIGHT, QPoint(100, 100), QPoint(150, 130))
    first, second = _states(panes)
    assert first == second
    assert panes[0].view.window_shown == panes[1].view.window_shown


def test_the_link_can_be_switched_off(shown: Shown) -> None:
    panes = shown.pair()
    shown.panel.handle("viewer-link")
    _wheel(panes[0].view, 3, control=True)
    first, second = _states(panes)
    assert first != second


def test_windows_of_pictures_with_other_values_stay_apart(panel: ViewerPanel, loader: FakePictureLoader) -> None:
    panel.show_pictures([ViewedPicture("Image 1", (Path("1"),)), ViewedPicture("Image 2", (Path("2"),))])
    loader.answer(ramp_picture())
    panel.handle("viewer-side-by-side")
    loader.answer(ramp_picture(modality="MR"))
    before = panel.panes[1].view.window_shown
    panel.handle("viewer-preset-2")
    assert panel.panes[1].view.window_shown == before


def test_linked_series_scroll_together(panel: ViewerPanel, loader: FakePictureLoader) -> None:
    files = tuple(Path(f"{number}") for number in range(9))
    panel.show_pictures([ViewedPicture("Image 1", files), ViewedPicture("Image 2", files)])
    for _ in range(2):
        loader.series_opened.emit(max(loader.series), series_info(9))
        loader.answer(ramp_picture(frames=9))
        if not panel.is_side_by_side:
            panel.handle("viewer-side-by-side")
    panel.panes[0].scroll_by(2)
    assert panel.panes[1].feed.index == panel.panes[0].feed.index == 6


def test_one_picture_has_no_second_pane(shown: Shown) -> None:
    shown.picture()
    shown.panel.handle("viewer-side-by-side")
    assert not shown.panel.is_side_by_side


# --- words and access ---


def test_everything_has_a_name_and_is_large_enough(shown: Shown) -> None:
    shown.series()
    assert faults_of(shown.panel) == []
    assert clipped_texts(shown.panel) == []


def test_what_is_seen_is_said_without_identifiers(shown: Shown, qtbot: QtBot) -> None:
    pane = shown.series()
    pane.scroll_by(1)
    qtbot.waitUntil(lambda: pane.view.accessibleDescription() != "")
    assert pane.view.accessibleDescription().startswith(
        "slice 17 of 30, CT slice, 80 × 60 pixels, window 400, level 40 HU"
    )
    assert pane.view.accessibleName() == "Picture Image 1"


def test_what_the_viewer_is_not_for_is_always_said(shown: Shown) -> None:
    shown.picture()
    assert "Not for diagnosis" in shown.panel._purpose.text()
    assert shown.panel._purpose.isVisible()


def test_closing_is_asked_for_and_lets_everything_go(shown: Shown, loader: FakePictureLoader, qtbot: QtBot) -> None:
    shown.series()
    with qtbot.waitSignal(shown.panel.close_wanted):
        qtbot.mouseClick(shown.panel.bar.buttons["viewer-close"], LEFT)
    shown.panel.close_pictures()
    assert 1 in loader.cancelled
