"""The viewer's buttons: one table, large targets, words and keys from the table of actions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtWidgets import QFrame, QToolButton, QWidget

from desktop.ui import actions, theme
from desktop.ui.translation import Retranslating
from desktop.ui.viewer import icons
from desktop.ui.viewer.flow_layout import FlowLayout

if TYPE_CHECKING:
    from collections.abc import Iterable


class Kind(Enum):
    """How a button behaves."""

    PUSH = auto()
    STAY = auto()
    """Stays down while what it does lasts."""


@dataclass(frozen=True, slots=True)
class Button:
    """One button; `action` is an id of the table of actions and names its icon."""

    action: str
    kind: Kind = Kind.PUSH


BUTTONS = (
    Button("viewer-fit"),
    Button("viewer-actual-size"),
    Button("viewer-zoom-out"),
    Button("viewer-zoom-in"),
    Button("viewer-window", Kind.STAY),
    Button("viewer-presets"),
    Button("viewer-invert", Kind.STAY),
    Button("viewer-length", Kind.STAY),
    Button("viewer-region", Kind.STAY),
    Button("viewer-ask-region"),
    Button("viewer-clear"),
    Button("viewer-export"),
    Button("viewer-turn"),
    Button("viewer-mirror"),
    Button("viewer-side-by-side", Kind.STAY),
    Button("viewer-link", Kind.STAY),
)
CLOSE = "viewer-close"


class ViewerToolBar(Retranslating, QFrame):
    """Asks for actions; what is down and what is enabled is set from outside."""

    triggered = Signal(str)
    """An id of the table of actions, or CLOSE."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        row = FlowLayout(self, theme.SPACE // 2)
        row.setContentsMargins(theme.SPACE, theme.SPACE // 2, theme.SPACE, theme.SPACE // 2)
        self.buttons = {button.action: self._made(button.action, button.kind) for button in BUTTONS}
        self.buttons[CLOSE] = self._made(CLOSE, Kind.PUSH)
        for button in self.buttons.values():
            row.addWidget(button)
        self._draw_icons()
        self.retranslate()

    def set_down(self, action: str, down: bool) -> None:
        """Show whether what a button does lasts."""
        self.buttons[action].setChecked(down)

    def set_usable(self, ids: Iterable[str], usable: bool) -> None:
        """Enable or disable buttons."""
        for action in ids:
            self.buttons[action].setEnabled(usable)

    def retranslate(self) -> None:
        """Set every word; the key stands in the tool tip."""
        for action, button in self.buttons.items():
            row = actions.TABLE.get(action)
            text = actions.words(row.text) if row else self.tr("Close the picture")
            key = actions.keys(row) if row else ""
            button.setAccessibleName(text)
            button.setToolTip(f"{text} ({key})" if key else text)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take the colours of a new theme."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._draw_icons()
        super().changeEvent(event)

    def _made(self, action: str, kind: Kind) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(action)
        button.setProperty("role", "quiet")
        button.setIconSize(QSize(icons.SIZE, icons.SIZE))
        button.setMinimumSize(theme.TARGET, theme.TARGET)
        button.setCheckable(kind is Kind.STAY)
        button.clicked.connect(lambda: self.triggered.emit(action))
        return button

    def _draw_icons(self) -> None:
        for action, button in self.buttons.items():
            button.setIcon(icons.icon(action))
