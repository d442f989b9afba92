"""Stand-ins for the screens and services that a window is given: they note what they are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop.ui.services import Services
from tests.fakes.worker_host import FakeWorkerHost

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.settings import Settings


class FakeEncounterScreen(QWidget):
    """Has the interface of `desktop.ui.encounter.screen.EncounterScreen`."""

    models_wanted = Signal()

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.handled: list[str] = []
        self.opened: list[str] = []
        self.offered: tuple[tuple[str, str], ...] = ()
        QVBoxLayout(self).addWidget(QLabel("Encounters"))

    def handle(self, action_id: str) -> bool:
        self.handled.append(action_id)
        return True

    def open_encounter(self, encounter_id: str) -> None:
        self.opened.append(encounter_id)

    def offer_decoders(self, decoders: tuple[tuple[str, str], ...]) -> None:
        self.offered = decoders

    def shut_down(self) -> None:
        self.handled.append("shut-down")

    def new_encounter(self) -> None:
        self.handled.append("new-encounter")


class FakePage(QWidget):
    """Any other screen."""

    def handle(self, action_id: str) -> bool:
        return False

    def leave(self) -> None:
        return

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        QVBoxLayout(self).addWidget(QLabel("Page"))


class FakeRecorder(QObject):
    """Says what the test tells it to say."""

    state_changed = Signal(object)


def fake_services(settings: Settings, store: Any = None) -> Services:
    """Return services that touch nothing but `settings`."""
    return Services(store, FakeWorkerHost(), settings, FakeRecorder(), None)  # type: ignore[arg-type]


def fake_screens() -> dict[str, Callable[[Services], QWidget]]:
    """Return a factory for each page."""
    others = ("page-machine", "page-settings", "page-teaching")
    return {"page-encounters": FakeEncounterScreen, **dict.fromkeys(others, FakePage)}
