"""Which decoder writes the answers: one of the catalogue, or one of the hospital's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from desktop.ui.machine.adding import OwnModelAdder
from desktop.ui.machine.catalogue import ModelState, successor
from desktop.ui.machine.parts import Section, plain_label
from desktop.ui.machine.shelf import Action
from desktop.worker.status import WorkerState

if TYPE_CHECKING:
    from desktop.settings import Settings
    from desktop.ui.machine.catalogue import ModelCard
    from desktop.ui.machine.shelf import ModelShelf
    from desktop.worker.host import WorkerHost
    from desktop.worker.protocol import Ready


class DecoderSection(Section):
    """A choice that is remembered in the settings, which the worker follows."""

    def __init__(
        self, worker: WorkerHost, settings: Settings, shelf: ModelShelf, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._worker, self._settings, self._shelf = worker, settings, shelf
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self._take_click)
        self._values: list[str] = []
        self._choices = QVBoxLayout()
        self.adder = OwnModelAdder(shelf)
        self.adder.decoder_added.connect(self.use)
        self._in_use, self._senses = plain_label("", "decoder-in-use"), plain_label("caption", "decoder-senses")
        self.body.addWidget(self._in_use)
        self.body.addWidget(self._senses)
        self.body.addLayout(self._choices)
        self.body.addWidget(self.adder)
        shelf.tasks_changed.connect(self._leave_removed)
        shelf.cards_changed.connect(self._show_choices)
        worker.state_changed.connect(self._show_use)
        worker.event_received.connect(self._show_use)
        self.retranslate()

    def retranslate(self) -> None:
        """Set every word."""
        self.heading.setText(self.tr("Who writes the answers"))
        self._show_choices()
        self._show_use()

    def use(self, decoder: str) -> None:
        """Take the id of a model."""
        if decoder != self._settings.text("decoder"):
            self._settings.set("decoder", decoder)
        self._show_choices()

    def _show_choices(self) -> None:
        chosen = self._settings.text("decoder")
        cards = [card for card in self._shelf.cards if card.is_decoder]
        known = [card.id for card in cards]
        values = known if chosen in known or not cards else [*known, chosen]
        if values != self._values:
            self._rebuild(values)
        for row, value in enumerate(values):
            button = self._group.button(row)
            card = next((card for card in cards if card.id == value), None)
            button.setText(self._words_of(card) if card else self._words_of_path(value))
            button.setToolTip(value)
            button.setEnabled(card is None or card.state is ModelState.INSTALLED or value == chosen)
            button.setChecked(value == chosen)

    def _words_of(self, card: ModelCard) -> str:
        if card.state is ModelState.DAMAGED:
            return self.tr("{title} (damaged)").format(title=card.title)
        if card.state is not ModelState.INSTALLED:
            return self.tr("{title} (not fetched)").format(title=card.title)
        return self.tr("{title} (added by you)").format(title=card.title) if card.added else card.title

    def _words_of_path(self, value: str) -> str:
        return self.tr("Own decoder: {name}").format(name=Path(value).name)

    def _rebuild(self, values: list[str]) -> None:
        for button in self._group.buttons():
            self._group.removeButton(button)
            self._choices.removeWidget(button)
            button.deleteLater()
        self._values = values
        for row, value in enumerate(values):
            button = QRadioButton()
            button.setObjectName(f"decoder-{row}")
            self._group.addButton(button, row)
            self._choices.addWidget(button)
            button.setAccessibleDescription(value)

    def _leave_removed(self) -> None:
        """Let another decoder answer before the chosen one is removed."""
        running = [self._shelf.running] if self._shelf.running else []
        doomed = {task.model_id for task in (*running, *self._shelf.waiting) if task.action is Action.REMOVE}
        if (chosen := self._settings.text("decoder")) in doomed:
            heir = successor((card for card in self._shelf.cards if card.id not in doomed), chosen)
            if heir is not None:
                self.use(heir.id)

    def _show_use(self, _change: object = None) -> None:
        ready, status = self._worker.ready, self._worker.status
        self._senses.setVisible(ready is not None)
        if ready is not None:
            self._in_use.setText(
                self.tr("{name} answers, on {device} in {dtype}.").format(
                    name=self._title_of(ready.decoder), device=ready.device, dtype=ready.dtype
                )
            )
            self._senses.setText(self._senses_of(ready))
        elif status.state in {WorkerState.STARTING, WorkerState.RESTARTING}:
            what = status.what or self.tr("the models")
            loading = self.tr("Being loaded: {what} ({percent} %)")
            self._in_use.setText(loading.format(what=what, percent=round(100 * status.share)))
        else:
            self._in_use.setText(
                status.reason or self.tr("Nothing is loaded yet; it is loaded with the first question.")
            )

    def _title_of(self, decoder: str) -> str:
        titles = {card.id: card.title for card in self._shelf.cards}
        return titles.get(decoder) or Path(decoder).name

    def _senses_of(self, ready: Ready) -> str:
        if ready.sees and ready.hears:
            return self.tr("It sees pictures and hears recordings.")
        if ready.sees:
            return self.tr("It sees pictures. It has no projector for sound: of a recording it reads the words.")
        if ready.hears:
            return self.tr("It hears recordings. It has no projector for pictures, so it does not see them.")
        return self.tr(
            "It has no projectors: it reads words alone. Pictures are shown to you, but it does not see them, and of a "
            "recording it reads the words."
        )

    def _take_click(self, row: int) -> None:
        self.use(self._values[row])
