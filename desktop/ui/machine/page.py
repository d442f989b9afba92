"""The models and machine page: what is missing, who answers, the library, the models, the machine, and a self-test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from desktop.ui.machine.decoder_section import DecoderSection
from desktop.ui.machine.library_section import LibrarySection
from desktop.ui.machine.library_shelf import LibraryShelf
from desktop.ui.machine.machine_section import MachineSection
from desktop.ui.machine.missing_section import MissingSection
from desktop.ui.machine.models_section import ModelsSection
from desktop.ui.machine.parts import plain_label
from desktop.ui.machine.self_test import SelfTest
from desktop.ui.machine.self_test_section import SelfTestSection
from desktop.ui.machine.shelf import ModelShelf
from desktop.ui.theme import SPACE, set_role
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from desktop.ui.services import Services

_WIDEST = 980
"""Longer lines are hard to read."""


class MachinePage(Retranslating, QScrollArea):
    """One column of sections. The list of models is read when the page is first shown, and never in this process."""

    def __init__(
        self,
        services: Services,
        parent: QWidget | None = None,
        shelf: ModelShelf | None = None,
        library_shelf: LibraryShelf | None = None,
    ) -> None:
        super().__init__(parent)
        self.shelf = shelf or ModelShelf(self)
        self.library_shelf = library_shelf or LibraryShelf(self)
        self.self_test = SelfTest(services.worker, services.settings, services.recorder, self)
        self._recorder = services.recorder
        self._title = plain_label("title")
        self.missing = MissingSection(self.shelf, services.worker, services.recorder)
        self.decoders = DecoderSection(services.worker, services.settings, self.shelf)
        self.models = ModelsSection(self.shelf, services.settings)
        self.library = LibrarySection(self.library_shelf)
        self.machine = MachineSection(services.worker)
        self._lay_out(SelfTestSection(self.self_test))
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.shelf.close)
            application.aboutToQuit.connect(self.library_shelf.close)
        self.retranslate()

    def _lay_out(self, self_test: SelfTestSection) -> None:
        page = QWidget()
        set_role(page, "page")
        column = QVBoxLayout(page)
        column.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 3 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addWidget(self._title)
        for section in (self.missing, self.decoders, self.library, self_test, self.machine, self.models):
            section.setMaximumWidth(_WIDEST)
            column.addWidget(section)
        column.addStretch(1)
        self.setWidget(page)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)

    def retranslate(self) -> None:
        """Set every word; the sections set their own."""
        self._title.setText(self.tr("Models and machine"))
        self.setAccessibleName(self._title.text())

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Look at what there is, each time: models may have been fetched in a terminal."""
        super().showEvent(event)
        self.shelf.refresh()
        self.library_shelf.refresh()
        self._recorder.look_for_devices()
