"""A machine page with a microphone and a worker that the test plays, and a child process that knows three models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import pytest
from PySide6.QtWidgets import QWidget

from desktop.settings import Settings
from desktop.ui.machine.library_shelf import LibraryShelf
from desktop.ui.machine.page import MachinePage
from desktop.ui.machine.shelf import ModelShelf
from desktop.ui.microphone.recorder import Recorder
from desktop.ui.prepared import follow_settings
from desktop.ui.services import Services
from tests.fakes.library_command import command as library_command
from tests.fakes.microphones import BUILT_IN, FakeMicrophone
from tests.fakes.models_command import command
from tests.fakes.worker_host import FakeWorkerHost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

Part = TypeVar("Part", bound=QWidget)


@dataclass
class Bench:
    """The page with everything around it."""

    page: MachinePage
    worker: FakeWorkerHost
    microphone: FakeMicrophone
    recorder: Recorder
    settings: Settings
    folder: Path

    def part(self, kind: type[Part], name: str, within: QWidget | None = None) -> Part:
        """Return a part of the page by its object name."""
        found = (within or self.page).findChild(kind, name)
        assert found is not None, name
        return found


@pytest.fixture
def make(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    benches: list[Bench] = []

    def build(*, microphone: FakeMicrophone | None = None, shown: bool = True, **states: str) -> Bench:
        microphone = microphone or FakeMicrophone(BUILT_IN)
        worker, recorder = FakeWorkerHost(), Recorder(microphone)
        settings = Settings(tmp_path / "settings.json")
        follow_settings(worker, settings)  # type: ignore[arg-type] # a stand-in
        services = Services(None, worker, settings, recorder, None)  # type: ignore[arg-type] # neither is used here
        shelf = ModelShelf(program=command(tmp_path, **states))
        library = LibraryShelf(program=library_command(tmp_path))
        page = MachinePage(services, shelf=shelf, library_shelf=library)
        benches.append(Bench(page, worker, microphone, recorder, settings, tmp_path))
        qtbot.addWidget(page)
        if shown:
            page.resize(900, 900)
            with qtbot.waitSignal(shelf.cards_changed):
                page.show()
            qtbot.waitUntil(lambda: page.models.row("whisper-base").isVisible())
        return benches[-1]

    yield build
    for bench in benches:
        bench.recorder.stop()
        bench.page.shelf.close()
        bench.page.library_shelf.close()
