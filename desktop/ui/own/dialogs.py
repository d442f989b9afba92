"""The doctor's own words and note templates, each in a box that is opened from the settings."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.encounter.widgets import FlowingPage, PlainText, button, scrolling
from desktop.ui.encounter.wording import printable
from desktop.ui.machine.command_child import program_of
from desktop.ui.own.shelf import OwnShelf
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.settings import Settings

DRUG_NAMES = "@drug-names"
"""On the list it stands for every installed drug name."""


class OwnDialog(Retranslating, QDialog):
    """A list with a button to add and one beside each entry; what is changed is kept at once."""

    def __init__(self, shelf: OwnShelf, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        shelf.setParent(self)
        self.shelf = shelf
        self._title, self._explained = PlainText("heading", self), PlainText("caption", self)
        self._note, self._nothing = PlainText("error", self), PlainText("caption", self)
        page = FlowingPage()
        self._rows = QVBoxLayout(page)
        self._rows.addStretch(1)
        self._shown: list[QWidget] = []
        self._adding = QHBoxLayout()
        self._close = button(f"{name}-close", "", self)
        self._close.clicked.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[2 * theme.SPACE] * 4)
        column.setSpacing(theme.SPACE)
        for widget in (self._title, self._explained, self._note, self._nothing):
            column.addWidget(widget)
        column.addLayout(self._adding)
        column.addWidget(scrolling(page), 1)
        column.addWidget(self._close)
        self._note.hide()
        self.resize(560, 560)
        shelf.changed.connect(self._show)
        shelf.refused.connect(self._refuse)
        self.finished.connect(lambda _code: shelf.close())

    def begin(self) -> None:
        """Open, and read the list."""
        self.open()
        self.shelf.refresh()

    def run(self, *arguments: str) -> None:
        """Change the list."""
        self._note.hide()
        self.shelf.run(*arguments)

    def _show(self) -> None:
        for row in self._shown:
            self._rows.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._shown = [self._row(entry) for entry in self.shelf.entries]
        for place, row in enumerate(self._shown):
            self._rows.insertWidget(place, row)
        self._nothing.setVisible(not self._shown and not self.shelf.is_busy)

    def _row(self, entry: dict[str, Any]) -> QWidget:
        row = QWidget(self)
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        key, words = self.words_of(entry)
        line.addWidget(_words(words), 1)
        for name, text, act in self.actions_of(key):
            made = button(name, "quiet", row)
            made.setText(text)
            made.setAccessibleName(f"{text}: {key}")
            made.clicked.connect(act)
            line.addWidget(made)
        return row

    def words_of(self, entry: dict[str, Any]) -> tuple[str, str]:
        """Return what an entry is called, and what is shown of it."""
        raise NotImplementedError

    def actions_of(self, key: str) -> list[tuple[str, str, Callable[[], object]]]:
        """Return the buttons beside an entry: name, words, what it does."""
        return [("own-remove", self.tr("Remove"), partial(self.run, "remove", key))]

    def _refuse(self, sentence: str) -> None:
        self._note.show_words(sentence or self.tr("That did not work. Nothing was changed; try again."))

    def retranslate(self) -> None:
        """Set every word of its own."""
        self._close.setText(self.tr("Close"))
        self._show()


class WordsDialog(OwnDialog):
    """Names and terms that the doctor says, which are then recognised more readily."""

    def __init__(self, parent: QWidget | None = None, shelf: OwnShelf | None = None) -> None:
        super().__init__(shelf or OwnShelf(program_of("words")), "own-words", parent)
        self._field = QLineEdit(self)
        self._field.setObjectName("own-word")
        self._add, self._drugs = button("own-add-word", "primary", self), button("own-add-drugs", "", self)
        self._add.setDefault(True)
        self._add.clicked.connect(self._add_word)
        self._drugs.clicked.connect(partial(self.run, "add", DRUG_NAMES))
        for widget in (self._field, self._add, self._drugs):
            self._adding.addWidget(widget)
        self.retranslate()

    def _add_word(self) -> None:
        words = self._field.text().split()
        if words:
            self._field.clear()
            self.run("add", *words)

    def words_of(self, entry: dict[str, Any]) -> tuple[str, str]:
        """Return the word."""
        word = str(entry.get("word", ""))
        return word, self.tr("Every installed drug name") if word == DRUG_NAMES else printable(word)

    def retranslate(self) -> None:
        """Set every word."""
        self.setWindowTitle(self.tr("My words"))
        self._title.setText(self.tr("My words"))
        self._explained.setText(
            self.tr(
                "Names and terms that you say and that are written wrongly. They are recognised more readily; now and "
                "then one is written where another was said. The list lies on this machine unencrypted: add no "
                "patient's name."
            )
        )
        self._nothing.setText(self.tr("The list is empty."))
        self._field.setPlaceholderText(self.tr("One word, or several with spaces"))
        self._field.setAccessibleName(self.tr("Words to add"))
        self._add.setText(self.tr("Add"))
        self._drugs.setText(self.tr("Add all drug names"))
        super().retranslate()


class TemplatesDialog(OwnDialog):
    """Templates of notes that are made from the headings of an example."""

    def __init__(self, settings: Settings, parent: QWidget | None = None, shelf: OwnShelf | None = None) -> None:
        super().__init__(shelf or OwnShelf(program_of("templates")), "own-templates", parent)
        self._settings = settings
        self._add, self._shipped = button("own-add-template", "primary", self), button("own-shipped", "", self)
        self._add.clicked.connect(self._choose)
        self._shipped.clicked.connect(partial(self._use, ""))
        for widget in (self._add, self._shipped):
            self._adding.addWidget(widget)
        self.retranslate()

    def add(self, path: str) -> None:
        """Make a template from an example note."""
        if path:
            self.run("add", path)

    def words_of(self, entry: dict[str, Any]) -> tuple[str, str]:
        """Return the name, and the headings below it."""
        name, headings = str(entry.get("name", "")), entry.get("sections", [])
        used = self._settings.text("own_note_template") == name
        title = self.tr("{0} (notes are written like this)").format(name) if used else name
        return name, printable("\n".join([title, ", ".join(map(str, headings))]))

    def actions_of(self, key: str) -> list[tuple[str, str, Callable[[], object]]]:
        """Return a button that uses the template, and one that removes it."""
        if self._settings.text("own_note_template") == key:
            return [("own-stop-using", self.tr("No longer use it"), partial(self._use, ""))]
        return [("own-use", self.tr("Use it"), partial(self._use, key)), *super().actions_of(key)]

    def _use(self, name: str) -> None:
        self._settings.set("own_note_template", name)
        self.retranslate()

    def _choose(self) -> None:
        words = self.tr("Notes as text ({kinds})").format(kinds="*.txt *.md")
        path, _ = QFileDialog.getOpenFileName(self, self.tr("An example note"), "", words)
        self.add(path)

    def retranslate(self) -> None:
        """Set every word."""
        self.setWindowTitle(self.tr("My note templates"))
        self._title.setText(self.tr("My note templates"))
        self._explained.setText(
            self.tr(
                "Take an old note of yours as an example: its headings, in their order, become a template. What is "
                "written below them is not taken over."
            )
        )
        self._nothing.setText(self.tr("There is none yet."))
        self._add.setText(self.tr("Make one from an example note…"))
        self._shipped.setText(self.tr("Use the form in the settings"))
        self._shipped.setVisible(bool(self._settings.text("own_note_template")))
        super().retranslate()


def _words(text: str) -> PlainText:
    label = PlainText()
    label.setText(text)
    return label
