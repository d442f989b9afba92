"""A window as narrow as a telephone: titles end with an ellipsis, rows of buttons keep their order without words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from desktop.ui import theme
from desktop.ui.encounter.folding import Pane
from desktop.ui.looks import Looks
from tests.fakes.encounters import full_encounter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication, QWidget

    from tests.desktop.ui.encounter.conftest import ScreenBench

WIDTH = 414
"""Of a window of 480 pixels, beside its rail."""
TITLE = "Mrs Katharina Wiedenbrueck-Hohenstein, bed 4, after the fall on the stairs"
ROW = ("copy-answer", "copy-with-sources", "answer-again", "show-patient")
ICONS, WORDS = Qt.ToolButtonStyle.ToolButtonIconOnly, Qt.ToolButtonStyle.ToolButtonTextBesideIcon


@pytest.fixture(params=[100, 200])
def narrow(request: pytest.FixtureRequest, bench: ScreenBench, qapp: QApplication) -> Iterator[ScreenBench]:
    bench.settings.set("language", "en")
    bench.settings.set("font_scale", request.param)
    looks = Looks(qapp, bench.settings)
    bench.open(replace(full_encounter(), title=TITLE))
    bench.screen.resize(WIDTH, 700)
    bench.settle()
    yield bench
    looks.stop()


def _row(bench: ScreenBench) -> list[QToolButton]:
    found = [bench.button(name) for name in ROW]
    return [button for button in found if isinstance(button, QToolButton)]


def test_every_pane_is_as_narrow_as_the_window_and_nothing_in_it_is_wider(narrow: ScreenBench) -> None:
    screen = narrow.screen
    assert screen.minimumSizeHint().width() <= WIDTH
    assert screen.width() == WIDTH
    inside: QWidget = screen.page.timeline.widget()
    # The rows of buttons give their words up one turn after the page became narrow.
    narrow.qtbot.waitUntil(lambda: inside.width() <= screen.page.timeline.viewport().width())


def test_the_row_below_an_answer_is_one_row_of_pictograms_with_names(narrow: ScreenBench) -> None:
    row = _row(narrow)
    assert [button.toolButtonStyle() for button in row] == [ICONS] * 4
    assert len({button.y() for button in row}) == 1
    assert [button.x() for button in row] == sorted(button.x() for button in row)
    assert all(min(button.width(), button.height()) >= theme.TARGET for button in row)
    names = ["Copy", "Copy with sources", "Answer again", "Patient view"]
    assert [button.accessibleName() for button in row] == names
    assert [button.toolTip() for button in row] == names


@pytest.mark.parametrize("narrow", [100], indirect=True)  # in the largest text the words need more than a page's width
def test_the_words_come_back_with_the_room(narrow: ScreenBench) -> None:
    narrow.screen.resize(2400, 900)
    narrow.settle()
    copy, with_sources, again, patient = _row(narrow)
    assert [button.toolButtonStyle() for button in (copy, again, patient)] == [WORDS] * 3
    assert with_sources.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonTextOnly
    assert len({button.y() for button in (copy, with_sources, again, patient)}) == 1


def test_a_title_that_is_too_long_is_cut_and_said_in_full(narrow: ScreenBench) -> None:
    title = narrow.screen.page.title
    assert title.is_cut
    assert title.toolTip() == title.text() == TITLE
    model = narrow.screen.listing.model
    assert model.index(0).data(Qt.ItemDataRole.ToolTipRole) == TITLE
    assert TITLE in model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    title.setText("Bed 4")
    title.show_title("Bed 4")
    assert title.toolTip() == "Type a title"


def test_a_cut_title_shows_its_beginning(bench: ScreenBench) -> None:
    bench.open(replace(full_encounter(), title="Bed 4, " + "W" * 80))
    bench.screen.resize(WIDTH, 700)
    bench.settle()
    title = bench.screen.page.title
    title.clearFocus()
    shown = title.grab().toImage()
    title.show_title("Bed 4, " + "W" * 70 + "i" * 10)
    assert title.grab().toImage() == shown
    title.show_title("Bed 5, " + "W" * 80)
    assert title.grab().toImage() != shown


def test_the_bar_of_folded_panes_keeps_its_names(narrow: ScreenBench) -> None:
    narrow.screen.panes.want(Pane.LIST)
    narrow.settle()
    listing, side = narrow.button("show-list"), narrow.button("show-side")
    assert (listing.accessibleName(), side.accessibleName()) == ("Show the list of encounters", "Show the sources")
    assert side.geometry().right() <= WIDTH
    assert min(listing.width(), side.width(), listing.height()) >= theme.TARGET
