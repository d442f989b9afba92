"""What was done with the record: the audit trail as a list, the newest first, and how it stands in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, QSortFilterProxyModel, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from desktop.record.encounter import ConsentState
from desktop.record.errors import BACKUP_STOPPED, BackupStopped
from desktop.record.new_file import write_over
from desktop.record.vault.chain import Action, Row
from desktop.translatable import QT_TRANSLATE_NOOP
from desktop.ui import theme
from desktop.ui.encounter.background import Background
from desktop.ui.encounter.widgets import PlainText, button
from desktop.ui.encounter.wording import local, printable, sentence_of, title_of
from desktop.ui.translation import Retranslating, translated
from desktop.ui.vault.session import VaultState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desktop.record.vault.opening import OpenVault
    from desktop.ui.vault.session import VaultSession

NEWEST = 5_000
"""As many entries are listed; the CSV has all of them."""
CONTEXT = "Trail"
WORDS = {
    Action.BEGIN: QT_TRANSLATE_NOOP("Trail", "Trail begun"),
    Action.UNLOCK: QT_TRANSLATE_NOOP("Trail", "Record opened"),
    Action.FAILED_UNLOCK: QT_TRANSLATE_NOOP("Trail", "Wrong passphrase"),
    Action.CREATE: QT_TRANSLATE_NOOP("Trail", "Encounter begun"),
    Action.EDIT: QT_TRANSLATE_NOOP("Trail", "Encounter changed"),
    Action.DELETE: QT_TRANSLATE_NOOP("Trail", "Encounter deleted"),
    Action.LINK: QT_TRANSLATE_NOOP("Trail", "Said to be the same patient"),
    Action.UNLINK: QT_TRANSLATE_NOOP("Trail", "Same patient taken back"),
    Action.CONSENT: QT_TRANSLATE_NOOP("Trail", "Consent to a recording"),
    Action.RECORD: QT_TRANSLATE_NOOP("Trail", "Recording begun"),
    Action.DELETE_RECORDING: QT_TRANSLATE_NOOP("Trail", "Recording deleted"),
    Action.ANSWER: QT_TRANSLATE_NOOP("Trail", "Answer of a model"),
    Action.DRAFT: QT_TRANSLATE_NOOP("Trail", "Draft written"),
    Action.SIGN: QT_TRANSLATE_NOOP("Trail", "Note signed"),
    Action.ERASE: QT_TRANSLATE_NOOP("Trail", "Sound of a recording erased"),
    Action.EXPORT: QT_TRANSLATE_NOOP("Trail", "Encounter exported"),
    Action.EXPORT_TRAIL: QT_TRANSLATE_NOOP("Trail", "Trail saved"),
    Action.BACK_UP: QT_TRANSLATE_NOOP("Trail", "Backed up"),
    Action.RESTORE: QT_TRANSLATE_NOOP("Trail", "Restored from a backup"),
    Action.KEYRING_ON: QT_TRANSLATE_NOOP("Trail", "Opening by this computer's account switched on"),
    Action.KEYRING_OFF: QT_TRANSLATE_NOOP("Trail", "Opening by this computer's account switched off"),
    Action.ROTATE: QT_TRANSLATE_NOOP("Trail", "New data key"),
    Action.ACCEPT: QT_TRANSLATE_NOOP("Trail", "Broken trail accepted"),
}
_HEADINGS = (
    QT_TRANSLATE_NOOP("Trail", "Time"),
    QT_TRANSLATE_NOOP("Trail", "What"),
    QT_TRANSLATE_NOOP("Trail", "About"),
    QT_TRANSLATE_NOOP("Trail", "Model and prompt"),
)
_TIME, _WHAT, _ENCOUNTER, _MODEL = range(len(_HEADINGS))
_ACTION = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the list shows."""

    rows: tuple[Row, ...]
    titles: dict[str, str]
    """Of the encounters that are still there."""
    entries: int


class TrailModel(QAbstractTableModel):
    """The rows of the trail, the newest first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._loaded = Loaded((), {}, 0)

    def show_rows(self, loaded: Loaded) -> None:
        """Show other rows."""
        self.beginResetModel()
        self._loaded = loaded
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and signature
        """Return how many there are."""
        return 0 if parent.isValid() else len(self._loaded.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and signature
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(_HEADINGS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the words of a cell."""
        row = self._loaded.rows[index.row()]
        if role == _ACTION:
            return row.action
        if role == Qt.ItemDataRole.ToolTipRole and index.column() in (_ENCOUNTER, _MODEL):
            return self._words(row, index.column())
        return self._words(row, index.column()) if role == Qt.ItemDataRole.DisplayRole else None

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the words of a heading."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return translated(CONTEXT, _HEADINGS[section])
        return None

    def _words(self, row: Row, column: int) -> str:
        if column == _TIME:
            return local(row.utc).toString("yyyy-MM-dd HH:mm:ss")
        if column == _WHAT:
            return what_words(row)
        if column == _ENCOUNTER:
            encounter_id = row.object.split("/")[0]
            return printable(self._loaded.titles.get(encounter_id, encounter_id))
        return printable(" ".join(filter(None, (row.model, row.adapter, row.prompt))))


_CONSENTS = {
    ConsentState.AGREED: QT_TRANSLATE_NOOP("Trail", "Consent: the patient agreed"),
    ConsentState.DICTATION_ALONE: QT_TRANSLATE_NOOP("Trail", "Consent: dictation without a patient"),
    ConsentState.NOT_POSSIBLE: QT_TRANSLATE_NOOP("Trail", "Consent: the patient could not be asked"),
    ConsentState.IMPORTED: QT_TRANSLATE_NOOP("Trail", "Consent: a recording was imported"),
    ConsentState.WITHDRAWN: QT_TRANSLATE_NOOP("Trail", "Consent: withdrawn"),
}


def what_words(row: Row) -> str:
    """Return what was done, in the language that is shown."""
    known = {action.value: words for action, words in WORDS.items()}
    words = known.get(row.action, "")
    if row.action == Action.CONSENT:
        states = {state.value: sentence for state, sentence in _CONSENTS.items()}
        words = next((states[part] for part in row.object.split("/") if part in states), words)
    return translated(CONTEXT, words) or printable(row.action)


class _Filter(QSortFilterProxyModel):
    """The rows of one kind that hold what is searched for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._action, self._words = "", ""

    def show_only(self, action: str, words: str) -> None:
        """Show rows of one action, or of all where it is empty, that hold these words somewhere."""
        self.beginResetModel()
        self._action, self._words = action, words.casefold()
        self.endResetModel()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:  # noqa: N802 - Qt's name
        """Return whether a row is shown."""
        source = self.sourceModel()
        cells = [source.index(row, column, parent) for column in range(len(_HEADINGS))]
        if self._action and source.data(cells[0], _ACTION) != self._action:
            return False
        return not self._words or any(self._words in str(source.data(cell)).casefold() for cell in cells)


class _Roomy(QStyledItemDelegate):
    """Leaves room between one column and the next."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """Return how much room a cell needs."""
        return super().sizeHint(option, index) + QSize(2 * theme.SPACE, 0)


class TrailSheet(Retranslating, QDialog):
    """Opened from the settings; Esc closes it, and a lock does."""

    def __init__(self, session: VaultSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trail-sheet")
        self._session = session
        self._background = Background(self)
        self._loaded = Loaded((), {}, 0)
        self._altered: tuple[str, ...] | None = None
        self._works, self._stops = True, False
        self._told = ""
        self.model = TrailModel(self)
        self.shown = _Filter(self)
        self.shown.setSourceModel(self.model)
        self._make_parts()
        self._lay_out()
        self.retranslate()
        self._load()

    def retranslate(self) -> None:
        """Set every word."""
        self.setWindowTitle(self.tr("What was done with the record"))
        self._title.setText(self.windowTitle())
        self._standing.setText(self._sentence())
        self._kind.setAccessibleName(self.tr("Which entries"))
        self._kind.setItemText(0, self.tr("All entries"))
        for place, words in enumerate(WORDS.values(), 1):
            self._kind.setItemText(place, translated(CONTEXT, words))
        self._search.setAccessibleName(self.tr("Search the entries"))
        self._search.setPlaceholderText(self.tr("Search"))
        self._table.setAccessibleName(self.tr("Entries of the trail"))
        self._check.setText(self.tr("Check all of it"))
        self._save.setText(self.tr("Save as CSV…"))
        self._close.setText(self.tr("Close"))
        for control in (self._check, self._save):
            control.setEnabled(not self._works)
        self._trouble.show_words(self._told)

    def done(self, result: int) -> None:
        """End what runs and wait for it: it uses the record."""
        self._stops = True
        self._background.finish()
        super().done(result)

    # --- what it does ------------------------------------------------------------------------------------------

    def _load(self) -> None:
        vault = self._session.vault
        self._background.run(lambda: _loaded(vault), self._show, self._fail)

    def _show(self, loaded: Loaded) -> None:
        self._works, self._loaded = False, loaded
        self.model.show_rows(loaded)
        self.retranslate()

    def _check_all(self) -> None:
        vault = self._session.vault

        def work() -> tuple[str, ...]:
            with vault.at_work() as go_on:
                vault.audit.check_all(lambda: self._go_on(go_on))
                return vault.store.altered()

        self._begin()
        self._background.run(work, self._checked, self._fail)

    def _go_on(self, go_on: Callable[[], None]) -> None:
        go_on()
        if self._stops:
            raise BackupStopped(BACKUP_STOPPED)

    def _checked(self, altered: tuple[str, ...]) -> None:
        self._altered = altered
        self._load()

    def _ask_where(self) -> None:
        dialog = QFileDialog(self, self.tr("Save as CSV"), "", "CSV (*.csv)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.selectFile("audit-trail.csv")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.save_to)
        dialog.open()

    def save_to(self, file: str) -> None:
        """Save all of the trail; that it was saved is the last entry."""
        from pathlib import Path

        if self._session.state is not VaultState.OPEN:
            return
        audit = self._session.audit
        self._begin()
        self._background.run(
            lambda: write_over(Path(file), audit.exported().encode()), lambda _done: self._saved(Path(file)), self._fail
        )

    def _saved(self, file: Path) -> None:
        self._told = self.tr("Saved: {file}. It is not encrypted.").format(file=file.name)
        self._load()

    def _begin(self) -> None:
        self._works, self._told = True, ""
        self.retranslate()

    def _fail(self, sentence: str) -> None:
        self._works, self._told = False, sentence
        self.retranslate()

    # --- how it looks ------------------------------------------------------------------------------------------

    def _sentence(self) -> str:
        if self._works:
            return self.tr("The trail is being read …")
        if self._session.state is not VaultState.OPEN:
            return ""
        audit = self._session.audit
        if audit.fault is not None:
            return sentence_of(audit.fault)
        if self._altered:
            return self.tr(
                "The trail is whole, but encounters are not as they were written last: {count}. Restore them from a "
                "backup."
            ).format(count=len(self._altered))
        if not audit.checked.at:
            return self.tr("The trail is whole: {count} entries.").format(count=self._loaded.entries)
        return self.tr("The trail is whole: {count} entries. All of it was checked last {time}.").format(
            count=self._loaded.entries, time=local(audit.checked.at).toString("yyyy-MM-dd HH:mm")
        )

    def _make_parts(self) -> None:
        self._title = PlainText("title", self)
        self._standing = PlainText("", self)
        self._standing.setObjectName("trail-standing")
        self._kind = QComboBox(self)
        self._kind.setObjectName("trail-kind")
        self._kind.setItemDelegate(QStyledItemDelegate(self._kind))
        self._kind.addItem("", "")
        for action in WORDS:
            self._kind.addItem("", action.value)
        self._search = QLineEdit(self)
        self._search.setObjectName("trail-search")
        self._search.setClearButtonEnabled(True)
        self._kind.currentIndexChanged.connect(lambda _index: self._filter())
        self._search.textChanged.connect(lambda _text: self._filter())
        self._table = QTableView(self)
        self._table.setModel(self.shown)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._table.setTabKeyNavigation(False)
        self._table.setShowGrid(False)
        self._table.setWordWrap(False)
        self._table.verticalHeader().hide()
        header = self._table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setResizeContentsPrecision(50)
        header.setStretchLastSection(True)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._table.setItemDelegate(_Roomy(self._table))
        self._trouble = PlainText("caption", self)
        self._trouble.setObjectName("trail-told")
        self._check = button("trail-check", "", self)
        self._check.clicked.connect(self._check_all)
        self._save = button("trail-save", "", self)
        self._save.clicked.connect(self._ask_where)
        self._close = button("trail-close", "primary", self)
        self._close.clicked.connect(self.accept)

    def _filter(self) -> None:
        self.shown.show_only(self._kind.currentData() or "", self._search.text())

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(*[3 * theme.SPACE] * 4)
        column.setSpacing(2 * theme.SPACE)
        column.addWidget(self._title)
        column.addWidget(self._standing)
        filters = QHBoxLayout()
        filters.addWidget(self._kind)
        filters.addWidget(self._search, 1)
        column.addLayout(filters)
        column.addWidget(self._table, 1)
        column.addWidget(self._trouble)
        buttons = QHBoxLayout()
        buttons.addWidget(self._check)
        buttons.addWidget(self._save)
        buttons.addStretch()
        buttons.addWidget(self._close)
        for row in (filters, buttons):
            row.setSpacing(theme.SPACE)
        column.addLayout(buttons)
        self.resize(960, 680)


def _loaded(vault: OpenVault) -> Loaded:
    titles = {summary.id: title_of(summary) for summary in vault.store.summaries()}
    return Loaded(vault.audit.latest(NEWEST), titles, vault.audit.head.seq)
