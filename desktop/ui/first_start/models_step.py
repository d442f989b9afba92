"""The step of the models: which Bedside needs are here, and fetching those that are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QProgressBar, QPushButton, QWidget

from desktop.ui import theme
from desktop.ui.first_start.model_command import FetchProgress, ModelCard, ModelCommand
from desktop.ui.first_start.steps import Step, plain_label

if TYPE_CHECKING:
    from collections.abc import Sequence


class ModelsStep(Step):
    """Lists the models when it is shown; fetching can be left for later."""

    def __init__(self, parent: QWidget | None = None, program: Sequence[str] = ()) -> None:
        super().__init__(parent)
        self.command = ModelCommand(self, program)
        self._cards: dict[str, ModelCard] = {}
        self._rows: dict[str, tuple[QLabel, QLabel]] = {}
        self._fetches = False
        self._looked = False
        self._stopped = False
        self._sentence = ""
        self.add_words(self.title, lambda: self.tr("The models"))
        self.add_words(self.line, self._summary)
        self._make_parts()
        self.command.card.connect(self._take_card)
        self.command.progress.connect(self._take_progress)
        self.command.installed.connect(self._take_installed)
        self.command.ended.connect(self._take_end)
        self.retranslate()

    def look(self) -> None:
        """Ask which models are here."""
        if not self._looked:
            self.command.run("list")

    def stop(self) -> None:
        """End what is running."""
        self._stopped = True
        self.command.stop()

    @property
    def missing(self) -> tuple[ModelCard, ...]:
        """The models that Bedside needs and does not have."""
        return tuple(card for card in self._cards.values() if card.is_missing)

    def retranslate(self) -> None:
        """Set every word."""
        super().retranslate()
        for model_id, (name, state) in self._rows.items():
            card = self._cards[model_id]
            name.setText(card.title)
            state.setText(self.tr("missing, {size}").format(size=_size(card)) if card.is_missing else self.tr("here"))
        total = QLocale().formattedDataSize(sum(card.download_bytes for card in self.missing), 0)
        self.button.setText(self.tr("Stop") if self._fetches else self.tr("Fetch them ({size})").format(size=total))
        self.button.setVisible(bool(self.missing) and self._looked)
        self._progress.setAccessibleName(self.tr("Progress of the download"))
        self._progress.setVisible(self._fetches)
        self._stage.setVisible(self._fetches)
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
        if self._fetches:
            self.stop()
            return
        self._fetches, self._stopped, self._sentence = True, False, ""
        self._progress.setRange(0, 0)
        self.command.run("fetch", *(card.id for card in self.missing))
        self.retranslate()

    def _take_card(self, card: ModelCard) -> None:
        if not card.default:
            return
        if card.id not in self._rows:
            labels = (plain_label(""), plain_label("caption"))
            for column, label in enumerate(labels):
                self._grid.addWidget(label, len(self._rows), column)
            self._rows[card.id] = labels
        self._cards[card.id] = card
        self.retranslate()

    def _take_progress(self, progress: FetchProgress) -> None:
        self._progress.setRange(0, 1000 if progress.total_bytes else 0)
        if progress.total_bytes:
            self._progress.setValue(round(1000 * progress.done_bytes / progress.total_bytes))
        card = self._cards.get(progress.model_id)
        done, total = (QLocale().formattedDataSize(n, 0) for n in (progress.done_bytes, progress.total_bytes))
        title = card.title if card else progress.model_id
        self._stage.setText(self.tr("{model}: {done} of {total}").format(model=title, done=done, total=total))

    def _take_installed(self, model_id: str) -> None:
        card = self._cards.get(model_id)
        if card is not None:
            self._take_card(ModelCard(card.id, card.title, "installed", card.default, card.download_bytes))

    def _take_end(self, succeeded: bool, sentence: str) -> None:
        self._looked, self._fetches = True, False
        if not succeeded and not self._stopped:
            self._sentence = sentence or self.tr(
                "The models could not be asked for. Go on; the models page helps later."
            )
        self.retranslate()
        self.ready_changed.emit()


def _size(card: ModelCard) -> str:
    return QLocale().formattedDataSize(card.download_bytes, 0)
