"""Adding a decoder of the hospital's own, as `bedside models add` does: it is copied, checked and listed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop.ui.machine.parts import plain_label, push_button
from desktop.ui.machine.progress import progress_text, show_share
from desktop.ui.machine.shelf import Action, Task
from desktop.ui.theme import SPACE, set_role
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from desktop.ui.machine.shelf import ModelShelf, TaskEnd, TaskProgress


class OwnModelAdder(Retranslating, QWidget):
    """Two buttons that pick a folder or a file, and what becomes of it."""

    decoder_added = Signal(str)
    """The id of a decoder that is installed and listed now."""

    def __init__(self, shelf: ModelShelf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self._came = ""
        self._folder, self._file = push_button("choose-folder"), push_button("choose-file")
        self._cancel = push_button("adding-cancel", "quiet")
        self._explanation = plain_label("caption", "adding-explanation")
        self._stage, self._note = plain_label("", "adding"), plain_label("", "adding-note")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._folder.clicked.connect(self._choose_folder)
        self._file.clicked.connect(self._choose_file)
        self._cancel.clicked.connect(self._stop)
        self._lay_out()
        shelf.tasks_changed.connect(self._show_tasks)
        shelf.progressed.connect(self._take_progress)
        shelf.ended.connect(self._take_end)
        shelf.cards_changed.connect(self._take_cards)
        self.retranslate()

    def _lay_out(self) -> None:
        buttons, progress, column = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        for button in (self._folder, self._file):
            buttons.addWidget(button)
        buttons.addStretch(1)
        progress.addWidget(self._stage, 1)
        progress.addWidget(self._cancel)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addLayout(buttons)
        column.addWidget(self._explanation)
        column.addLayout(progress)
        column.addWidget(self._bar)
        column.addWidget(self._note)

    def retranslate(self) -> None:
        """Set every word; a note of something past goes."""
        self._folder.setText(self.tr("Add a folder…"))
        self._file.setText(self.tr("Add a GGUF file…"))
        self._cancel.setText(self.tr("Cancel"))
        self._explanation.setText(
            self.tr("A decoder of your own is copied to this machine's models and checked; yours is only read.")
        )
        self._bar.setAccessibleName(self.tr("Progress"))
        self._say("")
        self._show_tasks()

    def add(self, path: Path) -> None:
        """Add a folder or a file, or say at once why it cannot be a decoder."""
        refusal = self._refusal_of(path)
        self._say(refusal, "error")
        if not refusal:
            self._bar.setRange(0, 0)
            self._stage.setText(self.tr("{name} is being added.").format(name=path.name))
            self._shelf.add(Task(Action.ADD, source=str(path)))

    def _refusal_of(self, path: Path) -> str:
        if path.is_dir():
            names = {file.name for file in path.iterdir()}
            if "config.json" in names and any(name.endswith(".safetensors") for name in names):
                return ""
            return self.tr(
                "{name} holds no decoder: a folder needs config.json and weights in safetensors. Nothing was changed."
            ).format(name=path.name)
        if path.suffix.lower() == ".gguf" and path.is_file():
            return ""
        return self.tr("{name} is no GGUF file. Nothing was changed.").format(name=path.name)

    def _tasks(self) -> list[Task]:
        """Return what is added or will be."""
        running = [self._shelf.running] if self._shelf.running else []
        return [task for task in (*running, *self._shelf.waiting) if task.action is Action.ADD]

    def _stop(self) -> None:
        for task in reversed(self._tasks()):
            self._shelf.cancel(task.subject)

    def _show_tasks(self) -> None:
        busy = bool(self._tasks())
        for part in (self._stage, self._bar, self._cancel):
            part.setVisible(busy)
        for button in (self._folder, self._file):
            button.setEnabled(not busy)

    def _take_progress(self, progress: TaskProgress) -> None:
        if progress.task.action is Action.ADD:
            show_share(self._bar, progress)
            self._stage.setText(f"{Path(progress.task.source).name}: {progress_text(progress)}")

    def _take_end(self, end: TaskEnd) -> None:
        if end.task.action is not Action.ADD:
            return
        if end.done:
            self._came = end.model_id
        elif end.cancelled:
            self._say(self.tr("Stopped. Nothing was added, and yours is as it was."))
        else:
            failed = self.tr("{name} could not be added. Nothing was changed, and yours is as it was.")
            self._say(end.sentence or failed.format(name=Path(end.task.source).name), "error")

    def _take_cards(self) -> None:
        """Hand on what was added once it is in the list, which says what it is."""
        card = next((card for card in self._shelf.cards if card.id == self._came), None)
        if card is None:
            return
        self._came = ""
        if card.is_decoder:
            self._say(self.tr("{name} is added and writes the answers from now on.").format(name=card.title))
            self.decoder_added.emit(card.id)
        else:
            words = self.tr("{name} is added and listed under Models. It writes no answers, so the decoder stays.")
            self._say(words.format(name=card.title))

    def _say(self, text: str, role: str = "") -> None:
        self._note.setText(text)
        self._note.setVisible(bool(text))
        if role != (self._note.property("role") or ""):
            set_role(self._note, role)

    def _choose_folder(self) -> None:
        if path := QFileDialog.getExistingDirectory(self, self.tr("A folder with a decoder")):
            self.add(Path(path))

    def _choose_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, self.tr("A decoder as a GGUF file"), "", "GGUF (*.gguf)")
        if path:
            self.add(Path(path))
