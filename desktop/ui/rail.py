"""The rail at the left: one large button for each part of the window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from desktop.translatable import QT_TRANSLATE_NOOP
from desktop.ui import actions, icons, theme
from desktop.ui.translation import Retranslating, translated

if TYPE_CHECKING:
    from collections.abc import Iterable

CONTEXT = "Rail"


@dataclass(frozen=True, slots=True)
class RailEntry:
    """One button: the action that it triggers, its drawing and its short word."""

    action_id: str
    icon: str
    word: str
    is_page: bool = True


ENTRIES = (
    RailEntry("page-encounters", "encounters", QT_TRANSLATE_NOOP("Rail", "Encounters")),
    RailEntry("page-machine", "machine", QT_TRANSLATE_NOOP("Rail", "Models")),
    RailEntry("page-settings", "settings", QT_TRANSLATE_NOOP("Rail", "Settings")),
    RailEntry("page-teaching", "teaching", QT_TRANSLATE_NOOP("Rail", "Learn")),
    RailEntry("lock", "lock", QT_TRANSLATE_NOOP("Rail", "Lock"), is_page=False),
    RailEntry("help", "help", QT_TRANSLATE_NOOP("Rail", "Help"), is_page=False),
)


class Rail(Retranslating, QFrame):
    """Shows ENTRIES; pages stay pressed while they are shown, the others stand apart at the bottom."""

    chosen = Signal(str)
    """The action id of the button that was pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self._group = QButtonGroup(self)
        self._buttons = {entry.action_id: self._button(entry) for entry in ENTRIES}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.SPACE, 2 * theme.SPACE, theme.SPACE, 2 * theme.SPACE)
        layout.setSpacing(theme.SPACE)
        self._fill(layout, (entry for entry in ENTRIES if entry.is_page))
        layout.addStretch()
        self._fill(layout, (entry for entry in ENTRIES if not entry.is_page))
        self._tint()
        self.retranslate()

    def retranslate(self) -> None:
        """Set every word."""
        for entry in ENTRIES:
            action = actions.TABLE[entry.action_id]
            button = self._buttons[entry.action_id]
            button.setText(translated(CONTEXT, entry.word))
            button.setAccessibleName(actions.words(action.text))
            button.setToolTip(f"{actions.words(action.text)}  {actions.keys(action)}")

    def show_words(self, shown: bool) -> None:
        """Show the words below the drawings, or the drawings alone where the window is narrow."""
        style = Qt.ToolButtonStyle
        for button in self._buttons.values():
            button.setToolButtonStyle(style.ToolButtonTextUnderIcon if shown else style.ToolButtonIconOnly)

    def show_chosen(self, action_id: str) -> None:
        """Mark the page that is shown."""
        self._buttons[action_id].setChecked(True)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take new colours."""
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()
        super().changeEvent(event)

    def _button(self, entry: RailEntry) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"rail-{entry.action_id}")
        button.setProperty("role", "rail")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(QSize(icons.SIZE, icons.SIZE))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setCheckable(entry.is_page)
        if entry.is_page:
            self._group.addButton(button)
        button.clicked.connect(lambda: self.chosen.emit(entry.action_id))
        return button

    def _fill(self, layout: QVBoxLayout, entries: Iterable[RailEntry]) -> None:
        for entry in entries:
            button = self._buttons[entry.action_id]
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            layout.addWidget(button)

    def _tint(self) -> None:
        colours = theme.tokens()
        for entry in ENTRIES:
            drawing = icons.icon(entry.icon, colours.text_muted, checked=colours.on_selection)
            self._buttons[entry.action_id].setIcon(drawing)
