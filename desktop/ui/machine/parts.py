"""Small parts that the sections of the page share."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.ui.theme import SPACE, TARGET, set_role
from desktop.ui.translation import Retranslating


def plain_label(role: str = "", name: str = "") -> QLabel:
    """Return a wrapping label that takes every text literally."""
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setObjectName(name)
    if role:
        set_role(label, role)
    return label


def push_button(name: str, role: str = "") -> QPushButton:
    """Return a button that a finger can hit."""
    button = QPushButton()
    button.setObjectName(name)
    button.setMinimumHeight(TARGET)
    if role:
        set_role(button, role)
    return button


class Section(Retranslating, QFrame):
    """A card with a heading; `body` takes what it shows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.heading = plain_label("heading")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        self.body.setSpacing(SPACE)
        self.body.addWidget(self.heading)

    def retranslate(self) -> None:
        """Set every word."""
        raise NotImplementedError


def size_text(size_bytes: int) -> str:
    """Return a size as people read it: 98 MB, 2.5 GB."""
    if size_bytes >= 1_000_000_000:
        return QCoreApplication.translate("MachinePage", "{size} GB").format(size=f"{size_bytes / 1e9:.1f}")
    return QCoreApplication.translate("MachinePage", "{size} MB").format(size=f"{size_bytes / 1e6:.0f}")
