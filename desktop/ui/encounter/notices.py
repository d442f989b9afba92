"""One calm line above the timeline: what could not be done or saved, what is safe, and the button that mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.encounter.widgets import IconButton, PlainText, button
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from collections.abc import Callable


class NoticeLine(Retranslating, QFrame):
    """Hidden until something is to be said; a later sentence replaces an earlier one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self.setProperty("role", "banner")
        self._act: Callable[[], object] | None = None
        self._words = PlainText("", self)
        self._button = button("notice-act", "", self)
        self._close = IconButton("notice-close", "close", self)
        self._close.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self._button.clicked.connect(self._run)
        self._close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * theme.SPACE, 6, 6, 6)
        row.addWidget(self._words, 1)
        row.addWidget(self._button)
        row.addWidget(self._close)
        self.hide()
        self.retranslate()

    @property
    def text(self) -> str:
        """What is said, empty while hidden."""
        return "" if self.isHidden() else self._words.text()

    def tell(self, sentence: str, act_words: str = "", act: Callable[[], object] | None = None) -> None:
        """Say a sentence, with a button where something can be done; an empty one takes the line away."""
        self._act = act
        self._button.setText(act_words)
        self._button.setVisible(act is not None)
        self._words.show_words(sentence)
        self.setVisible(bool(sentence))
        if sentence:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, sentence))

    def retranslate(self) -> None:
        """Set every word of its own."""
        self._close.setAccessibleName(self.tr("Close this message"))
        self._close.setToolTip(self.tr("Close this message"))

    def _run(self) -> None:
        act, self._act = self._act, None
        self.hide()
        if act:
            act()
