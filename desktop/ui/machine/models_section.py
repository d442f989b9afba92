"""Every model: those of the catalogue and those that were added here, a row each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.ui.machine.model_row import ModelRow
from desktop.ui.machine.parts import Section, plain_label, push_button
from desktop.ui.machine.shelf import Action

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop.settings import Settings
    from desktop.ui.machine.shelf import ModelShelf, TaskEnd, TaskProgress


class ModelsSection(Section):
    """One row for each model; before the first list it says that it is read."""

    def __init__(self, shelf: ModelShelf, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shelf, self._settings = shelf, settings
        self._rows: dict[str, ModelRow] = {}
        self._note = plain_label("caption", "models-note")
        self._again = push_button("models-again")
        self._again.clicked.connect(shelf.refresh)
        self._failed = self._gone = ""
        self.body.addWidget(self._note)
        self.body.addWidget(self._again)
        shelf.cards_changed.connect(self._show_cards)
        shelf.tasks_changed.connect(self._show_note)
        shelf.progressed.connect(self._take_progress)
        shelf.ended.connect(self._take_end)
        self.retranslate()

    def row(self, model_id: str) -> ModelRow:
        """Return the row of a model."""
        return self._rows[model_id]

    def retranslate(self) -> None:
        """Set every word; the rows set their own."""
        self.heading.setText(self.tr("Models"))
        self._again.setText(self.tr("Try again"))
        self._show_note()

    def _show_note(self) -> None:
        note = self._failed or self.tr("The list of models is being read…")
        if self._rows:
            note = self.tr("{title} was removed from this machine.").format(title=self._gone) if self._gone else ""
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self._again.setVisible(bool(self._failed) and not self._rows)
        for row in self._rows.values():
            row.show_task()

    def _show_cards(self) -> None:
        self._failed = ""
        for card in self._shelf.cards:
            if card.id not in self._rows:
                self._rows[card.id] = ModelRow(card, self._shelf, self._settings)
                self.body.addWidget(self._rows[card.id])
            self._rows[card.id].show_card(card)
        for gone in self._rows.keys() - {card.id for card in self._shelf.cards}:
            row = self._rows.pop(gone)
            self.body.removeWidget(row)
            row.deleteLater()
        self._show_note()

    def _take_progress(self, progress: TaskProgress) -> None:
        if progress.task.model_id in self._rows:
            self._rows[progress.task.model_id].show_progress(progress)

    def _take_end(self, end: TaskEnd) -> None:
        if row := self._rows.get(end.task.model_id):
            row.show_end(end)
            # The row of an added model goes with it, and its message too.
            self._gone = row.title if row.is_added and end.done and end.task.action is Action.REMOVE else ""
        elif end.task.action is Action.LIST and not end.cancelled:
            self._failed = end.sentence or self.tr(
                "The list of models could not be read. What is installed is untouched: try again, or reinstall Bedside."
            )
            self._show_note()
