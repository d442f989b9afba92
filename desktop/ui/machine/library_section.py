"""The doctor's own documents, which answers can cite: adding them, seeing how far that is, taking them out again."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop.ui.encounter.wording import printable
from desktop.ui.machine.library_shelf import LibraryAction, LibraryTask
from desktop.ui.machine.parts import Section, plain_label, push_button

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.ui.machine.library_shelf import LibraryDocument, LibraryEnd, LibraryProgress, LibraryShelf

MOST_SENTENCES = 5
"""Why documents were refused; the rest is counted."""
_FINENESS = 1_000


class LibrarySection(Section):
    """One row for each document, and two buttons that add more."""

    def __init__(self, shelf: LibraryShelf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self._rows: list[QWidget] = []
        self._explanation = plain_label("caption", "library-explanation")
        self._folder, self._files = push_button("library-folder"), push_button("library-files")
        self._cancel = push_button("library-cancel", "quiet")
        self._stage, self._note = plain_label("", "library-stage"), plain_label("", "library-note")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._list = QVBoxLayout()
        self._folder.clicked.connect(self._choose_folder)
        self._files.clicked.connect(self._choose_files)
        self._cancel.clicked.connect(shelf.cancel)
        self._lay_out()
        shelf.documents_changed.connect(self._show_documents)
        shelf.tasks_changed.connect(self._show_tasks)
        shelf.progressed.connect(self._show_progress)
        shelf.ended.connect(self._take_end)
        self.retranslate()

    def _lay_out(self) -> None:
        buttons, progress = QHBoxLayout(), QHBoxLayout()
        for button in (self._folder, self._files):
            buttons.addWidget(button)
        buttons.addStretch(1)
        progress.addWidget(self._stage, 1)
        progress.addWidget(self._cancel)
        self.body.addWidget(self._explanation)
        self.body.addLayout(buttons)
        self.body.addLayout(progress)
        self.body.addWidget(self._bar)
        self.body.addWidget(self._note)
        self.body.addLayout(self._list)

    def retranslate(self) -> None:
        """Set every word; a note of something past goes."""
        self.heading.setText(self.tr("My library"))
        self._explanation.setText(
            self.tr(
                "Guidelines and papers as PDF, DOCX, Markdown, text or saved web pages. Answers cite them with page "
                "and heading. Your files are only read, and what is read stays on this machine, unencrypted: add no "
                "patient's papers."
            )
        )
        self._folder.setText(self.tr("Add a folder of documents…"))
        self._files.setText(self.tr("Add documents…"))
        self._cancel.setText(self.tr("Stop"))
        self._cancel.setAccessibleDescription(self.tr("Documents that were added whole stay"))
        self._bar.setAccessibleName(self.tr("Progress"))
        self._say("")
        self._show_tasks()
        self._show_documents()

    def add(self, paths: Sequence[str]) -> None:
        """Add files and folders."""
        if paths:
            self._say("")
            self._bar.setRange(0, 0)
            self._stage.setText(self.tr("Documents are being looked for…"))
            self._shelf.add(LibraryTask(LibraryAction.ADD, tuple(paths)))

    def _show_tasks(self) -> None:
        busy = self._shelf.is_changing
        for part in (self._stage, self._bar, self._cancel):
            part.setVisible(busy)
        for button in (self._folder, self._files):
            button.setEnabled(not busy)

    def _show_progress(self, progress: LibraryProgress) -> None:
        self._bar.setRange(0, _FINENESS)
        self._bar.setValue(round(_FINENESS * progress.done / max(progress.total, 1)))
        if progress.stage == "embed":
            words = self.tr("Making passages findable by their meaning: {done} of {total}")
        else:
            words = self.tr("Reading {name} ({done} of {total})")
        done = progress.done + int(progress.stage != "embed")
        name = printable(progress.name)
        self._stage.setText(words.format(name=name, done=done, total=progress.total))

    def _show_documents(self) -> None:
        for row in self._rows:
            self._list.removeWidget(row)
            row.deleteLater()
        self._rows = [self._row(document) for document in self._shelf.documents]
        for row in self._rows:
            self._list.addWidget(row)

    def _row(self, document: LibraryDocument) -> QWidget:
        row = QWidget()
        words, remove = plain_label("", "library-document"), push_button("library-remove", "quiet")
        facts = self._counted(document.passages, self.tr("1 passage"), self.tr("{count} passages"))
        if not document.is_there:
            facts = self.tr("{facts}; the file itself is gone").format(facts=facts)
        words.setText(f"{printable(document.title)}\n{printable(Path(document.file).name)} · {facts}")
        words.setToolTip(printable(document.file))
        remove.setText(self.tr("Remove"))
        remove.setAccessibleDescription(printable(document.title))
        task = LibraryTask(LibraryAction.REMOVE, (str(document.id),))
        remove.clicked.connect(partial(self._shelf.add, task))
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(words, 1)
        line.addWidget(remove)
        return row

    def _take_end(self, end: LibraryEnd) -> None:
        lines = []
        if end.task.action is LibraryAction.LIST:
            lines = [self.tr("The library could not be read. Your documents are untouched.")]
        elif end.cancelled:
            lines = [self.tr("Stopped. What was added whole stays; adding the same again goes on from there.")]
        elif end.task.action is LibraryAction.REMOVE and end.done:
            lines = [self.tr("It is no longer in the library. The file itself stays.")]
        elif end.added:
            one = self.tr("1 document of these is in the library.")
            lines = [self._counted(end.added, one, self.tr("{count} documents of these are in the library."))]
        elif end.done and not end.sentences:
            lines = [self.tr("No document that can be read was found there. Nothing was changed.")]
        elif not end.sentences:
            lines = [self.tr("That did not work. The library is as it was; try again.")]
        more = len(end.sentences) - MOST_SENTENCES
        lines += [printable(sentence) for sentence in end.sentences[:MOST_SENTENCES]]
        lines += [self.tr("And {count} more could not be read.").format(count=more)] if more > 0 else []
        self._say("\n".join(lines))

    @staticmethod
    def _counted(count: int, one: str, many: str) -> str:
        return one if count == 1 else many.format(count=count)

    def _say(self, text: str) -> None:
        self._note.setText(text)
        self._note.setVisible(bool(text))

    def _choose_folder(self) -> None:
        if path := QFileDialog.getExistingDirectory(self, self.tr("A folder with documents")):
            self.add([path])

    def _choose_files(self) -> None:
        kinds = "*.pdf *.docx *.md *.markdown *.txt *.html *.htm"
        words = self.tr("Documents ({kinds})").format(kinds=kinds)
        paths, _ = QFileDialog.getOpenFileNames(self, self.tr("Documents for the library"), "", words)
        self.add(paths)
