"""The list of encounters with its search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QAction, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QLineEdit,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.ui import icons, theme
from desktop.ui.encounter.widgets import PlainText, button
from desktop.ui.encounter.wording import day_and_time, printable, title_of
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QPoint

    from desktop.record.encounter import EncounterSummary

SUMMARY = Qt.ItemDataRole.UserRole
SEARCH_PAUSE_MS = 150
_Index = QModelIndex | QPersistentModelIndex


class SummaryModel(QAbstractListModel):
    """The summaries, one row each."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[EncounterSummary] = []

    def show_rows(self, rows: Sequence[EncounterSummary]) -> None:
        """Show these; where only their words changed, the rows stay and nothing jumps."""
        same = [row.id for row in rows] == [row.id for row in self._rows]
        if same:
            self._rows = list(rows)
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def row_of(self, encounter_id: str) -> int:
        """Return where an encounter stands, -1 for nowhere."""
        return next((place for place, row in enumerate(self._rows) if row.id == encounter_id), -1)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and signature
        """How many encounters there are."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The title, what a screen reader says, and the summary itself."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == SUMMARY:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return printable(self.title(row))
        if role in {Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole} and row.problem:
            return f"{self.title(row)}. {row.problem}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return printable(self.title(row))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.title(row)}, {day_and_time(row.changed)}. {row.excerpt}"
        return None

    def title(self, row: EncounterSummary) -> str:
        """Return what a row is called."""
        return self.tr("Damaged encounter") if row.problem else title_of(row)


class SummaryDelegate(QStyledItemDelegate):
    """Draws a row: the title, below it the time and the last question."""

    def sizeHint(self, option: QStyleOptionViewItem, _index: _Index) -> QSize:  # noqa: N802 - Qt's name
        """Two lines and air, a target for a thumb."""
        lines = option.fontMetrics.lineSpacing() + QFontMetrics(_caption(option.font)).lineSpacing()
        return QSize(120, max(theme.TARGET, lines + 22))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw one row."""
        summary: EncounterSummary = index.data(SUMMARY)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        colours = theme.tokens()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.selection if chosen else colours.raised)
            painter.drawRoundedRect(option.rect.adjusted(4, 2, -4, -2), 8, 8)
        area = option.rect.adjusted(16, 10, -16, -10)
        text = colours.on_selection if chosen else colours.text
        small = _caption(option.font)
        self._title(painter, option, area, index)
        painter.setFont(small)
        painter.setPen(text if chosen else colours.text_muted)
        # A title that is a time needs no other below it.
        time = day_and_time(summary.changed) if summary.title or summary.problem else ""
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, time)
        excerpt = printable(summary.problem or summary.excerpt)
        if summary.problem and not chosen:
            painter.setPen(colours.danger)
        beside = area.adjusted(QFontMetrics(small).horizontalAdvance(f"{time}  ") if time else 0, 0, 0, 0)
        elided = QFontMetrics(small).elidedText(excerpt, Qt.TextElideMode.ElideRight, beside.width())
        painter.drawText(beside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, elided)
        painter.restore()

    def _title(self, painter: QPainter, option: QStyleOptionViewItem, area: QRect, index: _Index) -> None:
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        font = QFont(option.font)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(theme.tokens().on_selection if chosen else theme.tokens().text)
        title = QFontMetrics(font).elidedText(index.data(), Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, title)


class EncounterList(Retranslating, QWidget):
    """New encounter, search, and the encounters there are."""

    new_wanted = Signal()
    open_wanted = Signal(str)
    delete_wanted = Signal(str)
    search_changed = Signal(str)
    damaged_chosen = Signal(str)
    """The sentence that says why it cannot be opened."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("encounter-list")
        self.model = SummaryModel(self)
        self._new = button("new-encounter", "", self)
        self.search = QLineEdit(self)
        self.search.setObjectName("search")
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumHeight(theme.TARGET)
        self.view = QListView(self)
        self.view.setObjectName("encounters")
        self.view.setModel(self.model)
        self.view.setItemDelegate(SummaryDelegate(self.view))
        self.view.setMouseTracking(True)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._nothing = PlainText("caption", self)
        self._how = PlainText("caption", self)
        self._how.setObjectName("search-how")
        self._how.hide()
        self._pause = QTimer(self, singleShot=True, interval=SEARCH_PAUSE_MS)
        self._delete = QAction(self)
        self._delete.setShortcut("Del")
        self._delete.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.view.addAction(self._delete)
        self._connect()
        self._lay_out()
        self.retranslate()

    def _connect(self) -> None:
        self._new.clicked.connect(self.new_wanted)
        self.search.textChanged.connect(lambda _text: self._pause.start())
        self._pause.timeout.connect(lambda: self.search_changed.emit(self.search.text()))
        self.view.clicked.connect(self._open)
        self.view.activated.connect(self._open)
        self.view.customContextMenuRequested.connect(self._show_menu)
        self._delete.triggered.connect(self._ask_to_delete)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 4, 12)
        column.setSpacing(theme.SPACE)
        for widget in (self._new, self.search, self._how, self._nothing):
            column.addWidget(widget)
        column.addWidget(self.view, 1)

    def show_rows(self, rows: Sequence[EncounterSummary], chosen_id: str) -> None:
        """Show these encounters and mark the one that is open."""
        self.model.show_rows(rows)
        self._nothing.setVisible(not rows and bool(self.search.text()))
        self.choose(chosen_id)

    def show_how(self, words: str) -> None:
        """Show how a search looked, empty for no need to say so."""
        self._how.show_words(words)

    def choose(self, encounter_id: str) -> None:
        """Mark the encounter that is open."""
        row = self.model.row_of(encounter_id)
        if row < 0:
            self.view.clearSelection()
            self.view.setCurrentIndex(QModelIndex())
        elif self.view.currentIndex().row() != row:
            self.view.setCurrentIndex(self.model.index(row))

    def retranslate(self) -> None:
        """Set every word."""
        self._new.setText(self.tr("New encounter"))
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setAccessibleName(self.tr("Search the encounters"))
        self.view.setAccessibleName(self.tr("Encounters"))
        self._nothing.setText(self.tr("No encounter holds these words or comes near their meaning."))
        self._delete.setText(self.tr("Delete this encounter…"))
        self._tint()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take other colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()

    def _tint(self) -> None:
        self._new.setIcon(icons.icon("plus"))

    def _open(self, index: QModelIndex) -> None:
        summary: EncounterSummary | None = index.data(SUMMARY)
        if summary is None:
            return
        if summary.problem:
            self.damaged_chosen.emit(summary.problem)
        else:
            self.open_wanted.emit(summary.id)

    def _show_menu(self, place: QPoint) -> None:
        if self.view.indexAt(place).isValid():
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addAction(self._delete)
            menu.popup(self.view.viewport().mapToGlobal(place))

    def _ask_to_delete(self) -> None:
        summary = self.view.currentIndex().data(SUMMARY)
        if summary is not None:
            self.delete_wanted.emit(summary.id)


def _caption(font: QFont) -> QFont:
    smaller = QFont(font)
    smaller.setPointSizeF(font.pointSizeF() * 0.88)
    return smaller
