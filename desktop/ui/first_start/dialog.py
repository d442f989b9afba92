"""The dialog of the first start: four steps forward and back, then the sample encounter or an empty page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.ui import theme
from desktop.ui.first_start.models_step import ModelsStep
from desktop.ui.first_start.steps import LooksStep, NoticeStep, Step, plain_label
from desktop.ui.first_start.vault_step import VaultStep
from desktop.ui.translation import Retranslating
from desktop.ui.vault.session import VaultState

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent

    from desktop.ui.machine.shelf import ModelShelf
    from desktop.ui.services import Services
    from desktop.ui.vault.session import VaultSession


class FirstStart(Retranslating, QDialog):
    """Ends accepted once all steps are done, rejected where it was closed before."""

    sample_wanted = Signal()
    """The doctor would like to try the sample encounter."""

    def __init__(
        self,
        services: Services,
        session: VaultSession,
        parent: QWidget | None = None,
        shelf: ModelShelf | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("first-start")
        self._services = services
        self._place: tuple[Step, object] | None = None
        """Where the keyboard was put last: a step goes on within itself too."""
        self.models = ModelsStep(shelf=shelf)
        self._steps = self._steps_left(session)
        self._pages = QStackedWidget(self)
        for step in self._steps:
            self._pages.addWidget(_page(step))
            step.ready_changed.connect(self._show_step)
            step.forward_wanted.connect(self._go_forward)
        self._make_buttons()
        self._lay_out()
        self._step.begin()
        self._show_step()
        self.retranslate()

    def retranslate(self) -> None:
        """Set every word."""
        self.setWindowTitle(self.tr("First steps"))
        number, total = self._pages.currentIndex() + 1, len(self._steps)
        self._count.setText(self.tr("Step {number} of {total}").format(number=number, total=total))
        self._count.setVisible(total > 1)
        self._back.setText(self.tr("Back"))
        self._next.setText(self.tr("Open Bedside") if self._ends_here else self.tr("Next"))
        self._empty.setText(self.tr("Start empty"))
        self._sample.setText(self.tr("Try the sample encounter"))
        self._hint.setText(
            self.tr("The sample is a made-up consultation with a CT picture. No patient is in it; delete it any time.")
        )

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Leave no download running."""
        self.models.stop()
        super().closeEvent(event)

    def done(self, result: int) -> None:
        """Leave no download running, whichever way it ends."""
        self.models.stop()
        super().done(result)

    def _steps_left(self, session: VaultSession) -> tuple[Step, ...]:
        """Return what was not done yet: all of it, or only the vault where an earlier version had none."""
        settings = self._services.settings
        has_vault = session.state is not VaultState.ABSENT and settings.is_on("recovery_key_noted")
        vault = () if has_vault else (VaultStep(settings, session),)
        if settings.is_on("first_start_done"):
            return vault
        return LooksStep(settings), NoticeStep(settings), *vault, self.models

    @property
    def _step(self) -> Step:
        return self._steps[self._pages.currentIndex()]

    @property
    def _ends_here(self) -> bool:
        return self._step is self._steps[-1] and self._step is not self.models

    def _make_buttons(self) -> None:
        self._count = plain_label("caption")
        self._hint = plain_label("caption")
        self._back = _button("back", self, lambda: self._go(-1))
        self._next = _button("next", self, self._go_forward, "primary")
        self._empty = _button("start-empty", self, self._finish)
        self._sample = _button("start-sample", self, self._finish_with_sample, "primary")

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[3 * theme.SPACE] * 4)
        layout.setSpacing(2 * theme.SPACE)
        layout.addWidget(self._count)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self._hint)
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE)
        row.addWidget(self._back)
        row.addStretch()
        for button in (self._next, self._empty, self._sample):
            row.addWidget(button)
        layout.addLayout(row)
        self.resize(760, 720)

    def _go_forward(self) -> None:
        if not self._step.go_on():
            return
        if self._ends_here:
            self._finish()
        elif self._step is not self.models:
            self._go(1)

    def _go(self, direction: int) -> None:
        self._pages.setCurrentIndex(self._pages.currentIndex() + direction)
        self._step.begin()
        self._show_step()
        self.retranslate()

    def _take_keyboard_on(self) -> None:
        """Put the keyboard where this step goes on; a button that has gone would leave it on Back."""
        onward = self._sample if self._step is self.models else self._next
        goes_on = self._step.take_keyboard() or (onward if self._step.is_ready else None)
        if goes_on is not None:
            goes_on.setFocus()

    def _show_step(self) -> None:
        """Show the buttons of this step: one primary action, never two."""
        is_models = self._step is self.models
        self._back.setVisible(self._pages.currentIndex() > 0 and self._step.has_way_back)
        self._next.setVisible(not is_models)
        self._next.setEnabled(self._step.is_ready)
        self._next.setDefault(not is_models)
        for part in (self._empty, self._sample, self._hint):
            part.setVisible(is_models)
        place = (self._step, self._step.place)
        if place != self._place:
            self._place = place
            self._take_keyboard_on()

    def _finish(self) -> None:
        self._services.settings.set("first_start_done", True)
        self.accept()

    def _finish_with_sample(self) -> None:
        self._finish()
        self.sample_wanted.emit()


def _page(step: Step) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(_scrolling(step), 1)
    if step.footer is not None:
        column.addWidget(step.footer)
    return page


def _scrolling(step: Step) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(step)
    return area


def _button(name: str, parent: QWidget, act: object, role: str = "") -> QPushButton:
    button = QPushButton(parent)
    button.setObjectName(name)
    button.setAutoDefault(False)
    if role:
        button.setProperty("role", role)
    button.clicked.connect(act)
    return button
