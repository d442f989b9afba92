"""Which panes are shown in windows of every width, and the window's least size in the largest text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from desktop.ui.encounter.folding import Folded, Pane, Room, fold
from desktop.ui.looks import Looks
from desktop.ui.window import ENCOUNTERS, MACHINE, SETTINGS, MainWindow, screen_factories
from tests.desktop.ui.accessibility import clipped_texts
from tests.fakes.encounters import full_encounter
from tests.fakes.screens import FakePage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from tests.desktop.ui.encounter.conftest import ScreenBench

LIST, PAGE, SIDE = 300, 700, 450


@pytest.mark.parametrize(
    ("width", "wanted", "shown"),
    [
        (1450, Pane.SIDE, Folded(listing=True, page=True, side=True)),
        (1449, Pane.PAGE, Folded(listing=True, page=True, side=False)),
        (1449, Pane.SIDE, Folded(listing=False, page=True, side=True)),
        (999, Pane.PAGE, Folded(listing=False, page=True, side=False)),
        (999, Pane.LIST, Folded(listing=True, page=False, side=False)),
        (999, Pane.SIDE, Folded(listing=False, page=False, side=True)),
    ],
)
def test_what_is_wanted_is_shown_with_what_fits_beside_it(width: int, wanted: Pane, shown: Folded) -> None:
    assert fold(Room(width, LIST, PAGE, SIDE), wanted) == shown


@given(width=st.integers(0, 3000), side=st.sampled_from([0, SIDE]), wanted=st.sampled_from(Pane))
def test_something_is_shown_and_never_more_than_fits(width: int, side: int, wanted: Pane) -> None:
    shown = fold(Room(width, LIST, PAGE, side), wanted)
    widths = [LIST * shown.listing, PAGE * shown.page, side * shown.side]
    assert sum(widths) > 0
    assert sum(widths) <= width or sum(map(bool, widths)) == 1


@pytest.fixture
def narrow(bench: ScreenBench) -> ScreenBench:
    bench.open(full_encounter())
    bench.screen.resize(bench.screen.minimumSizeHint().width() + 40, 800)
    bench.settle()
    return bench


def test_a_narrow_screen_shows_the_page_and_leads_to_list_and_sources(narrow: ScreenBench) -> None:
    screen = narrow.screen
    assert screen.page.isVisible()
    assert not screen.listing.isVisible()
    narrow.press("show-list")
    assert screen.listing.isVisible()
    narrow.qtbot.mouseClick(
        screen.listing.view.viewport(),
        Qt.MouseButton.LeftButton,
        pos=screen.listing.view.visualRect(screen.listing.model.index(0)).center(),
    )
    assert screen.page.isVisible()
    assert not screen.listing.isVisible()
    screen.handle("next-sentence")
    assert screen.evidence.isVisible()
    assert narrow.button("show-side").hasFocus()
    screen.handle("cancel")
    assert screen.page.isVisible()
    assert screen.composer.field.hasFocus()
    assert not screen.evidence.isVisible()


def test_searching_brings_the_list_back(narrow: ScreenBench) -> None:
    narrow.screen.handle("search")
    assert narrow.screen.listing.search.hasFocus()


def test_a_wide_screen_shows_all_panes_and_no_bar_for_them(bench: ScreenBench) -> None:
    bench.open(full_encounter())
    bench.screen.resize(1600, 900)
    bench.settle()
    assert all(pane.isVisible() for pane in (bench.screen.listing, bench.screen.page, bench.screen.evidence))
    assert not bench.has_button("show-list")


@pytest.fixture
def make_window(qtbot: QtBot, qapp: QApplication, bench: ScreenBench) -> Iterator[Callable[[str, int], MainWindow]]:
    made: list[Looks] = []
    windows: list[MainWindow] = []

    def make(language: str, scale: int) -> MainWindow:
        bench.settings.set("language", language)
        bench.settings.set("font_scale", scale)
        made.append(Looks(qapp, bench.settings))
        # The machine's page would ask the system for its parts; its contents scroll.
        window = MainWindow(bench.services, screen_factories() | {MACHINE: FakePage})
        windows.append(window)
        qtbot.addWidget(window)
        (bench.folder / full_encounter().id).mkdir(parents=True, exist_ok=True)
        bench.store.save(full_encounter())
        window.open_encounter(full_encounter().id)
        window.resize(1180, 700)
        with qtbot.waitExposed(window):
            window.show()
        bench.settle()
        return window

    yield make
    for looks in made:
        looks.stop()
    for window in windows:
        window.encounters.shut_down()


@pytest.mark.parametrize("scale", [100, 200])
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_window_fits_a_small_screen_in_every_size_of_text(
    make_window: Callable[[str, int], MainWindow], language: str, scale: int
) -> None:
    window = make_window(language, scale)
    for page in (SETTINGS, ENCOUNTERS):
        window.show_page(page)
        least = window.minimumSizeHint()
        assert least.width() <= 1180, page
        assert least.height() <= 700, page
    assert window.width() == 1180
    assert window.height() == 700
    assert clipped_texts(window.encounters.composer) == []
