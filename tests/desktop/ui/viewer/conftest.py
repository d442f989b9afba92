"""A panel on a loader that the test drives by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from desktop.ui.viewer.panel import ViewedPicture, ViewerPanel
from tests.fakes.viewed_pictures import FakePictureLoader, ramp_picture, series_info

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from desktop.ui.viewer.pane import PicturePane


@pytest.fixture
def loader(qapp: object) -> FakePictureLoader:
    assert qapp
    return FakePictureLoader()


@pytest.fixture
def panel(qtbot: QtBot, loader: FakePictureLoader) -> Iterator[ViewerPanel]:
    made = ViewerPanel(loader)  # type: ignore[arg-type]  # it has the loader's signals and methods
    made.resize(800, 600)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close_pictures()
    made.close()
    made.deleteLater()


class Shown:
    """Opens pictures and series in panes and answers for the loader."""

    def __init__(self, panel: ViewerPanel, loader: FakePictureLoader) -> None:
        self.panel = panel
        self.loader = loader

    def picture(self, **known: object) -> PicturePane:
        self.panel.show_pictures([ViewedPicture("Image 1", (Path("a.dcm"),))])
        self.loader.answer(ramp_picture(**known))
        return self.panel.panes[0]

    def series(self, length: int = 30, **known: object) -> PicturePane:
        files = tuple(Path(f"{number}.dcm") for number in range(length))
        self.panel.show_pictures([ViewedPicture("Image 1", files)])
        self.loader.series_opened.emit(self.loader.last_token, series_info(length, **known))
        self.loader.answer(ramp_picture(frames=length))
        return self.panel.panes[0]

    def pair(self) -> tuple[PicturePane, PicturePane]:
        pictures = [ViewedPicture(f"Image {number}", (Path(f"{number}.dcm"),)) for number in (1, 2)]
        self.panel.show_pictures(pictures)
        self.loader.answer(ramp_picture())
        self.panel.handle("viewer-side-by-side")
        self.loader.answer(ramp_picture())
        return self.panel.panes[0], self.panel.panes[1]


@pytest.fixture
def shown(panel: ViewerPanel, loader: FakePictureLoader) -> Shown:
    return Shown(panel, loader)
