"""Pictures of a vault are decrypted away from the window's thread, and what is not wanted any more is not shown."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from desktop.record.errors import FILE_DAMAGED, FileDamaged
from desktop.ui.viewer.panel import ViewerPanel
from tests.fakes.encounters import full_encounter

if TYPE_CHECKING:
    from pathlib import Path

    from tests.desktop.ui.encounter.conftest import ScreenBench


class SealedPictures:
    """Holds the pictures of a folder back until the test lets them be decrypted."""

    def __init__(self, bench: ScreenBench, monkeypatch: pytest.MonkeyPatch) -> None:
        self._path = bench.store.path
        self._opened = threading.Event()
        self.threads: list[str] = []
        self.damaged = False
        monkeypatch.setattr(bench.store, "is_readable", lambda _encounter, _name: self._opened.is_set())
        monkeypatch.setattr(bench.store, "path", self.path)

    def path(self, encounter_id: str, name: str) -> Path:
        self.threads.append(threading.current_thread().name)
        assert self._opened.wait(10)
        if self.damaged:
            raise FileDamaged(FILE_DAMAGED, name, "a chunk is not authentic")
        return self._path(encounter_id, name)

    def decrypt(self) -> None:
        self._opened.set()


@pytest.fixture
def sealed(bench: ScreenBench, monkeypatch: pytest.MonkeyPatch) -> SealedPictures:
    bench.open(full_encounter())
    bench.pictures.asked.clear()
    return SealedPictures(bench, monkeypatch)


def panel(bench: ScreenBench) -> ViewerPanel:
    return bench.screen.viewing.findChildren(ViewerPanel)[0]


def test_the_window_waits_for_no_picture(bench: ScreenBench, sealed: SealedPictures) -> None:
    bench.press("open-picture")
    assert "Opening" in panel(bench).panes[0].message.sentence
    assert not bench.pictures.asked
    sealed.decrypt()
    bench.qtbot.waitUntil(lambda: bool(bench.pictures.asked))
    assert set(sealed.threads) == {"encounter-disk"}


def test_a_picture_that_comes_after_another_encounter_was_opened_is_not_shown(
    bench: ScreenBench, sealed: SealedPictures
) -> None:
    bench.press("open-picture")
    bench.screen.new_encounter()
    sealed.decrypt()
    bench.controller.book.finish()
    assert not bench.pictures.asked


def test_a_damaged_picture_is_said(bench: ScreenBench, sealed: SealedPictures) -> None:
    sealed.damaged = True
    bench.press("open-picture")
    sealed.decrypt()
    bench.controller.book.finish()
    assert "image-1.png" in bench.screen.page.notice.text
