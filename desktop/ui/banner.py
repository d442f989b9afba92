"""A calm line across the top of the window: what happened, what is safe, and at most one thing to do."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from desktop.ui import icons, theme
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from collections.abc import Callable


class Banner(Retranslating, QFrame):
    """Hidden until it is told something. What answers an act replaces what stands there; other news waits behind it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "banner")
        self._words: Callable[[], str] = str
        self._act_words: Callable[[], str] | None = None
        self._do: Callable[[], object] = str
        self._waiting: deque[Callable[[], str]] = deque()
        self._label = QLabel(self)
        self._label.setObjectName("banner-text")
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(True)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._sign = QLabel(self)
        self._act = QPushButton(self)
        self._act.setObjectName("banner-act")
        self._act.clicked.connect(self._run)
        self._close = QToolButton(self)
        self._close.setObjectName("banner-close")
        self._close.setProperty("role", "quiet")
        self._close.clicked.connect(self._go_on)
        self._lay_out()
        self.hide()
        self.retranslate()
        self._tint()

    def tell(
        self, words: Callable[[], str], act_words: Callable[[], str] | None = None, act: Callable[[], object] = str
    ) -> None:
        """Show a sentence, and a button that does `act`; the words are functions, since the language can change."""
        self._words, self._act_words, self._do = words, act_words, act
        self._act.setVisible(act_words is not None)
        self.retranslate()
        self.show()

    def tell_in_turn(self, words: Callable[[], str]) -> None:
        """Show a sentence once nothing else stands there: it was not waited for, and must not push away what was."""
        self._waiting.append(words)
        if not self.isVisible():
            self._go_on()

    def clear(self) -> None:
        """Hide, and forget what waits: it is of a record that is locked now."""
        self._waiting.clear()
        self.hide()

    def retranslate(self) -> None:
        """Set every word."""
        self._label.setText(self._words())
        self._act.setText(self._act_words() if self._act_words else "")
        self._close.setAccessibleName(self.tr("Close this message"))
        self._close.setToolTip(self.tr("Close this message"))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take new colours."""
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()
        super().changeEvent(event)

    def _run(self) -> None:
        do = self._do
        self._go_on()
        do()

    def _go_on(self) -> None:
        self.hide()
        if self._waiting:
            self.tell(self._waiting.popleft())

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * theme.SPACE, theme.SPACE, theme.SPACE, theme.SPACE)
        layout.setSpacing(2 * theme.SPACE)
        layout.addWidget(self._sign)
        layout.addWidget(self._label, 1)
        layout.addWidget(self._act)
        layout.addWidget(self._close)

    def _tint(self) -> None:
        self._sign.setPixmap(icons.pixmap("information", icons.SIZE, theme.tokens().accent))
        self._close.setIcon(icons.icon("close"))
        self._close.setIconSize(QSize(icons.SIZE, icons.SIZE))
