"""The pages of the first start. Each says when the doctor may go on by `ready_changed`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from desktop.settings import CONTEXT as SETTINGS_CONTEXT
from desktop.settings import TABLE
from desktop.ui import theme
from desktop.ui.encounter.widgets import CheckRow
from desktop.ui.first_start import notice
from desktop.ui.settings_controls import control_for
from desktop.ui.translation import Retranslating, translated

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.settings import Settings


class Step(Retranslating, QWidget):
    """A title, a line below it, and what the page itself adds to `column`."""

    ready_changed = Signal()
    forward_wanted = Signal()
    """The doctor pressed Return where that means to go on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self._words: list[tuple[QLabel, Callable[[], str]]] = []
        self.footer: QWidget | None = None
        """What stays in sight below the page while it scrolls."""
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, theme.SPACE, 0)
        self.column.setSpacing(2 * theme.SPACE)
        self.title = plain_label("title")
        self.line = plain_label("")
        self.column.addWidget(self.title)
        self.column.addWidget(self.line)

    @property
    def is_ready(self) -> bool:
        """Whether the doctor may go on."""
        return True

    @property
    def has_way_back(self) -> bool:
        """Whether the doctor may go back from here."""
        return True

    @property
    def place(self) -> object:
        """Return which part of the step is shown, where it has several."""
        return None

    def begin(self) -> None:
        """Do what this step does when it is shown."""

    def go_on(self) -> bool:
        """Do what going on from here asks for; returns False where the step itself goes on for a while."""
        return True

    def take_keyboard(self) -> QWidget | None:
        """Return what is to be used next on this page, None for the button that goes on."""
        return None if self.is_ready else self.footer

    def add_words(self, label: QLabel, words: Callable[[], str]) -> QLabel:
        """Keep a label's words in the language that is shown."""
        self._words.append((label, words))
        return label

    def retranslate(self) -> None:
        """Set every word that was added."""
        for label, words in self._words:
            label.setText(words())


class LooksStep(Step):
    """Language, colours and text size, each taking effect at once."""

    KEYS = ("language", "theme", "font_scale")

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.add_words(self.title, lambda: self.tr("Welcome to Bedside"))
        self.add_words(self.line, lambda: self.tr("Choose how it looks. Everything can be changed later."))
        card = QFrame(self)
        card.setProperty("role", "card")
        grid = QGridLayout(card)
        grid.setContentsMargins(*[3 * theme.SPACE] * 4)
        grid.setVerticalSpacing(2 * theme.SPACE)
        grid.setColumnStretch(0, 1)
        for row, key in enumerate(self.KEYS):
            label = self._name_of(key)
            control = control_for(TABLE[key], settings, card)
            label.setBuddy(control)
            grid.addWidget(label, row, 0)
            grid.addWidget(control, row, 1, Qt.AlignmentFlag.AlignRight)
        self.column.addWidget(card)
        self.column.addStretch()
        self.retranslate()

    def _name_of(self, key: str) -> QLabel:
        return self.add_words(plain_label(""), lambda: translated(SETTINGS_CONTEXT, TABLE[key].label))


class NoticeStep(Step):
    """The intended-use notice; it must be accepted once."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.add_words(self.title, lambda: self.tr("What Bedside is for"))
        self.add_words(self.line, lambda: self.tr("Please read this once."))
        card = QFrame(self)
        card.setProperty("role", "card")
        text = QVBoxLayout(card)
        text.setContentsMargins(*[3 * theme.SPACE] * 4)
        text.setSpacing(theme.SPACE)
        for passage in notice.PASSAGES:
            self._add_passage(text, passage)
        self.accepted = CheckRow(self)
        self.accepted.setObjectName("accept-notice")
        self.accepted.setChecked(settings.is_on("notice_accepted"))
        self.accepted.toggled.connect(self._take)
        self.column.addWidget(card)
        self.column.addStretch()
        # Below what scrolls: where to accept is always in sight.
        self.footer = self.accepted
        self.retranslate()

    @property
    def is_ready(self) -> bool:
        """Whether the notice was accepted."""
        return self._settings.is_on("notice_accepted")

    def retranslate(self) -> None:
        """Set every word."""
        super().retranslate()
        self.accepted.setText(self.tr("I have read this, and I check every answer."))

    def _add_passage(self, layout: QVBoxLayout, passage: notice.Passage) -> None:
        if passage.heading:
            heading = self.add_words(plain_label("heading"), lambda: translated(notice.CONTEXT, passage.heading))
            layout.addWidget(heading)
        layout.addWidget(self.add_words(plain_label(""), lambda: translated(notice.CONTEXT, passage.text)))

    def _take(self, accepted: bool) -> None:
        self._settings.set("notice_accepted", accepted)
        self.ready_changed.emit()


def plain_label(role: str) -> QLabel:
    """Return a label for running text in a role of the stylesheet, empty for none."""
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if role:
        label.setProperty("role", role)
    return label
