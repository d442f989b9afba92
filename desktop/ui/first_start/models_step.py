"""The step of the models: which Bedside needs are here, and fetching those that are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QProgressBar, QPushButton, QWidget

from desktop.ui import theme
from desktop.ui.first_start.steps import Step, plain_label
from desktop.ui.machine.catalogue import missing_models
from desktop.ui.machine.shelf import Action, ModelShelf, Task, TaskEnd, TaskProgress

if TYPE_CHECKING:
    from desktop.ui.machine.catalogue import ModelCard


class ModelsStep(Step):
    """Lists the models when it is shown; fetching can be left for later."""

    def __init__(self, parent: QWidget | None = None, shelf: ModelShelf | None = None) -> None:
        super().__init__(parent)
        self.shelf = shelf or ModelShelf(self)
        self._rows: dict[str, tuple[QLabel, QLabel]] = {}
        self._looked = False
        self._sentence = ""
        self.add_words(self.title, lambda: self.tr("The models"))
        self.add_words(self.line, self._summary)
        self._make_parts()
        self.shelf.cards_changed.connect(self._take_cards)
        self.shelf.tasks_changed.connect(self.retranslate)
        self.shelf.progressed.connect(self._take_progress)
        self.shelf.ended.connect(self._take_end)
        self.retranslate()

    def begin(self) -> None:
        """Ask which models are here."""
        self.shelf.refresh()

    def stop(self) -> None:
        """End what is running; what was downloaded stays, and a later fetch goes on from there."""
        self.shelf.close()

    @property
    def missing(self) -> tuple[ModelCard, ...]:
        """The models that Bedside needs and does not have."""
        return missing_models(self.shelf.cards)

    @property
    def fetches(self) -> bool:
        """Whether models are being fetched."""
        running = self.shelf.running
        return running is not None and running.action is Action.FETCH

    def retranslate(self) -> None:
        """Set every word."""
        super().retranslate()
        for card in self._needed():
            name, state = self._row(card)
            name.setText(card.title)
            state.setText(
                self.tr("missing, {size}").format(size=_size(card.download_bytes))
                if card.is_missing
                else self.tr("here")
            )
        total = _size(sum(card.download_bytes for card in self.missing))
        self.button.setText(self.tr("Stop") if self.fetches else self.tr("Fetch them ({size})").format(size=total))
        self.button.setVisible(bool(self.missing) or self.fetches)
        self._progress.setAccessibleName(self.tr("Progress of the download"))
        self._progress.setVisible(self.fetches)
        self._stage.setVisible(self.fetches)
        self._trouble.setText(self._sentence)
        self._trouble.setVisible(bool(self._sentence))

    def _make_parts(self) -> None:
        card = QFrame(self)
        card.setProperty("role", "card")
        self._grid = QGridLayout(card)
        self._grid.setContentsMargins(*[3 * theme.SPACE] * 4)
        self._grid.setVerticalSpacing(theme.SPACE)
        self._grid.setColumnStretch(0, 1)
        self._progress = QProgressBar(self)
        self._progress.setTextVisible(False)
        self._stage = plain_label("caption")
        self._trouble = plain_label("error")
        self.button = QPushButton(self)
        self.button.setObjectName("fetch-models")
        self.button.clicked.connect(self._fetch_or_stop)
        for part in (card, self._progress, self._stage, self._trouble, self.button):
            self.column.addWidget(part)
        self.column.addStretch()

    def _summary(self) -> str:
        if not self._looked:
            return self.tr("Looking for the models on this machine …")
        if not self.missing:
            return self.tr("Everything that Bedside needs is on this machine.")
        return self.tr("They run on this machine alone and are fetched once. You can also do this later.")

    def _fetch_or_stop(self) -> None:
        self._sentence = ""
        if self.fetches:
            for card in self.missing:
                self.shelf.cancel(card.id)
            return
        self._progress.setRange(0, 0)
        for card in self.missing:
            self.shelf.add(Task(Action.FETCH, card.id))

    def _needed(self) -> tuple[ModelCard, ...]:
        return tuple(card for card in self.shelf.cards if card.default)

    def _row(self, card: ModelCard) -> tuple[QLabel, QLabel]:
        if card.id not in self._rows:
            labels = (plain_label(""), plain_label("caption"))
            for column, label in enumerate(labels):
                self._grid.addWidget(label, len(self._rows), column)
            self._rows[card.id] = labels
        return self._rows[card.id]

    def _take_cards(self) -> None:
        self._looked = True
        self.retranslate()
        self.ready_changed.emit()

    def _take_progress(self, progress: TaskProgress) -> None:
        self._progress.setRange(0, 1000 if progress.total_bytes else 0)
        if progress.total_bytes:
            self._progress.setValue(round(1000 * progress.done_bytes / progress.total_bytes))
        titles = {card.id: card.title for card in self.shelf.cards}
        title = titles.get(progress.task.model_id, progress.task.model_id)
        done, total = _size(progress.done_bytes), _size(progress.total_bytes)
        self._stage.setText(self.tr("{model}: {done} of {total}").format(model=title, done=done, total=total))

    def _take_end(self, end: TaskEnd) -> None:
        self._looked = True
        if not end.done and not end.cancelled:
            self._sentence = end.sentence or self.tr("This did not succeed. Go on; the models page helps later.")
        self.retranslate()
        self.ready_changed.emit()


def _size(count: int) -> str:
    """Return a number of bytes as the command line and the models page write it: in MB of a million bytes."""
    return QLocale().formattedDataSize(count, 0, QLocale.DataSizeFormat.DataSizeSIFormat)
