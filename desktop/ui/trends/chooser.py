"""The one question "same patient as…": earlier encounters with a search, and nothing chosen beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QListView, QVBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.encounter.listing import SEARCH_PAUSE_MS, SUMMARY, SummaryDelegate, SummaryModel
from desktop.ui.encounter.widgets import IconButton, PlainText
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.record.encounter import EncounterSummary


class PatientChooser(Retranslating, QWidget):
    """A list to choose from. The order is that of the list of encounters; no row stands out."""

    chosen = Signal(str)
    """The id of the encounter that the doctor chose."""
    search_changed = Signal(str)
    left = Signal()
    """Nothing was chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("patient-chooser")
        self._back = IconButton("leave-chooser", "close", self)
        self._title, self._line = PlainText("heading", self), PlainText("caption", self)
        self.search = QLineEdit(self)
        self.search.setObjectName("patient-search")
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumHeight(theme.TARGET)
        self.model = SummaryModel(self)
        self.view = QListView(self)
        self.view.setObjectName("patient-encounters")
        self.view.setModel(self.model)
        self.view.setItemDelegate(SummaryDelegate(self.view))
        self.view.setMouseTracking(True)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._nothing = PlainText("caption", self)
        self._pause = QTimer(self, singleShot=True, interval=SEARCH_PAUSE_MS)
        self._connect()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(theme.SPACE)
        for widget in (self._title, self._line, self.search, self._nothing):
            column.addWidget(widget)
        column.addWidget(self.view, 1)
        column.addWidget(self._back)
        self.retranslate()

    def _connect(self) -> None:
        self._back.clicked.connect(self.left)
        self.search.textChanged.connect(lambda _text: self._pause.start())
        self._pause.timeout.connect(lambda: self.search_changed.emit(self.search.text().strip()))
        self.view.clicked.connect(self._take)
        self.view.activated.connect(self._take)

    def begin(self, rows: Sequence[EncounterSummary]) -> None:
        """Offer these encounters, and put the keyboard into the search."""
        self.search.clear()
        self._pause.stop()
        self.show_rows(rows)
        self.search.setFocus()

    def show_rows(self, rows: Sequence[EncounterSummary]) -> None:
        """Offer these encounters."""
        self.model.show_rows(rows)
        self.view.setCurrentIndex(QModelIndex())
        self._nothing.setVisible(not rows)

    def retranslate(self) -> None:
        """Set every word."""
        self._title.setText(self.tr("Same patient as…"))
        self._line.setText(
            self.tr("Choose an earlier encounter of this patient. Only you can know: nothing is suggested.")
        )
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setAccessibleName(self.tr("Search for an encounter of the same patient"))
        self.view.setAccessibleName(self.tr("Encounters that may be of the same patient"))
        self._nothing.setText(self.tr("There is no other encounter that could be chosen."))
        self._back.setText(self.tr("Choose none"))

    def _take(self, index: QModelIndex) -> None:
        summary: EncounterSummary | None = index.data(SUMMARY)
        if summary is not None:
            self.chosen.emit(summary.id)
