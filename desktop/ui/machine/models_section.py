"""The catalogue: what each model is for, what it weighs and may not do, and fetching, checking and removing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop.ui.machine.catalogue import ModelState
from desktop.ui.machine.parts import Section, plain_label, push_button, size_text
from desktop.ui.machine.shelf import Action, Task
from desktop.ui.theme import SPACE, set_role
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from desktop.ui.machine.catalogue import ModelCard
    from desktop.ui.machine.shelf import ModelShelf, TaskEnd, TaskProgress


class ModelsSection(Section):
    """One row for each model; before the first list it says that it is read."""

    def __init__(self, shelf: ModelShelf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self._rows: dict[str, ModelRow] = {}
        self._note = plain_label("caption", "models-note")
        self._again = push_button("models-again")
        self._again.clicked.connect(shelf.refresh)
        self._failed = ""
        self.body.addWidget(self._note)
        self.body.addWidget(self._again)
        shelf.cards_changed.connect(self._show_cards)
        shelf.tasks_changed.connect(self._show_note)
        shelf.progressed.connect(self._take_progress)
        shelf.ended.connect(self._take_end)
        self.retranslate()

    def row(self, model_id: str) -> ModelRow:
        """Return the row of a model."""
        return self._rows[model_id]

    def retranslate(self) -> None:
        """Set every word; the rows set their own."""
        self.heading.setText(self.tr("Models"))
        self._again.setText(self.tr("Try again"))
        self._show_note()

    def _show_note(self) -> None:
        note = ""
        if not self._rows:
            note = self._failed or self.tr("The list of models is being read…")
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self._again.setVisible(bool(self._failed) and not self._rows)
        for row in self._rows.values():
            row.show_task()

    def _show_cards(self) -> None:
        self._failed = ""
        for card in self._shelf.cards:
            if card.id not in self._rows:
                self._rows[card.id] = ModelRow(card, self._shelf)
                self.body.addWidget(self._rows[card.id])
            self._rows[card.id].show_card(card)
        self._show_note()

    def _take_progress(self, progress: TaskProgress) -> None:
        if progress.task.model_id in self._rows:
            self._rows[progress.task.model_id].show_progress(progress)

    def _take_end(self, end: TaskEnd) -> None:
        if end.task.model_id in self._rows:
            self._rows[end.task.model_id].show_end(end)
        elif end.task.action is Action.LIST and not end.cancelled:
            self._failed = end.sentence or self.tr(
                "The list of models could not be read. What is installed is untouched: try again, or reinstall Bedside."
            )
            self._show_note()


class ModelRow(Retranslating, QFrame):
    """One model with what can be done with it."""

    def __init__(self, card: ModelCard, shelf: ModelShelf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "banner")
        self._card, self._shelf = card, shelf
        self._end: TaskEnd | None = None
        self._asking = False
        self._build()
        self._lay_out()
        self.retranslate()

    def _build(self) -> None:
        self._title, self._state = plain_label(), plain_label("caption", "model-state")
        font = self._title.font()
        font.setBold(True)
        self._title.setFont(font)
        self._purpose, self._facts = plain_label(), plain_label("caption")
        self._details = plain_label("caption", "model-details")
        self._message = plain_label("", "model-message")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._fetch, self._verify = push_button("fetch"), push_button("verify", "quiet")
        self._remove, self._cancel = push_button("remove", "quiet"), push_button("cancel")
        self._yes, self._no = push_button("remove-yes", "danger"), push_button("remove-no")
        self._more = push_button("details", "quiet")
        self._more.setCheckable(True)
        self._more.toggled.connect(self._details.setVisible)
        self._details.setVisible(False)
        self._fetch.clicked.connect(lambda: self._do(Action.FETCH))
        self._verify.clicked.connect(lambda: self._do(Action.VERIFY))
        self._yes.clicked.connect(lambda: self._do(Action.REMOVE))
        self._remove.clicked.connect(lambda: self._ask(True))
        self._no.clicked.connect(lambda: self._ask(False))
        self._cancel.clicked.connect(lambda: self._shelf.cancel(self._card.id))

    def _lay_out(self) -> None:
        head, buttons = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._state)
        self._state.setWordWrap(False)
        for button in (self._fetch, self._cancel, self._yes, self._no, self._verify, self._remove, self._more):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setSpacing(SPACE // 2)
        column.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        column.addLayout(head)
        for part in (self._purpose, self._facts, self._details, self._bar, self._message):
            column.addWidget(part)
        column.addLayout(buttons)

    def retranslate(self) -> None:
        """Set every word."""
        self._verify.setText(self.tr("Verify"))
        self._remove.setText(self.tr("Remove"))
        self._yes.setText(self.tr("Remove it"))
        self._no.setText(self.tr("Keep it"))
        self._cancel.setText(self.tr("Cancel"))
        self._more.setText(self.tr("Source and limits"))
        for button in (self._verify, self._remove, self._cancel, self._more, self._fetch):
            button.setAccessibleDescription(self._card.title)
        self._bar.setAccessibleName(self.tr("Progress"))
        self.show_card(self._card)

    def show_card(self, card: ModelCard) -> None:
        """Show what is known of the model now."""
        self._card = card
        self._title.setText(card.title)
        self._purpose.setText(card.purpose)
        self._state.setText(self._state_word())
        kind = self.tr("needed") if card.default else self.tr("optional")
        size = size_text(card.download_bytes)
        facts = self.tr("{kind} · {size} to download · licence: {licence}")
        self._facts.setText(facts.format(kind=kind, size=size, licence=card.licence))
        source = self.tr("From: {source}").format(source=card.source)
        self._details.setText("\n".join([source, *(f"• {limit}" for limit in card.limits)]))
        self.show_task()

    def show_task(self) -> None:
        """Show what can be done, or what is being done."""
        running = self._shelf.running
        mine = [task for task in self._shelf.waiting if task.model_id == self._card.id]
        is_running = running is not None and running.model_id == self._card.id
        busy = is_running or bool(mine)
        installed = self._card.state is ModelState.INSTALLED
        self._fetch.setText(self.tr("Fetch") if self._card.state is ModelState.ABSENT else self.tr("Fetch again"))
        on_disk = self._card.state is not ModelState.ABSENT
        self._fetch.setVisible(not busy and not installed and not self._asking)
        self._verify.setVisible(not busy and installed and not self._asking)
        self._remove.setVisible(not busy and on_disk and not self._asking)
        self._yes.setVisible(self._asking and not busy)
        self._no.setVisible(self._asking and not busy)
        self._cancel.setVisible(busy)
        self._bar.setVisible(is_running)
        if not is_running:
            self._say(self.tr("Waits for the other models.") if mine else self._end_text())

    def show_progress(self, progress: TaskProgress) -> None:
        """Move the bar and say what is being done."""
        self._bar.setRange(0, 1_000 if progress.total_bytes else 0)
        if progress.total_bytes:
            self._bar.setValue(round(1_000 * min(progress.done_bytes / progress.total_bytes, 1)))
        stages = {
            "wait": self.tr("Waits for another program that fetches models"),
            "download": self.tr("Downloading"),
            "verify": self.tr("Checking every byte"),
            "convert": self.tr("Converting"),
            "write": self.tr("Writing"),
        }
        word = stages.get(progress.stage, "")
        done, total = size_text(progress.done_bytes), size_text(progress.total_bytes)
        self._say(self.tr("{stage}: {done} of {total}").format(stage=word, done=done, total=total))

    def show_end(self, end: TaskEnd) -> None:
        """Say how a task ended."""
        self._end = end
        self.show_task()

    def _end_text(self) -> str:
        if self._asking:
            text = self.tr("Remove {title} from this machine? It can be fetched again ({size}).")
            return text.format(title=self._card.title, size=size_text(self._card.download_bytes))
        if self._end is None:
            return ""
        if self._end.cancelled:
            return self.tr("Stopped. What is downloaded is kept: Fetch goes on from there.")
        if not self._end.done:
            return self._end.sentence or self.tr("That did not work. Nothing was changed: try again.")
        done = {
            Action.FETCH: self.tr("Fetched and ready."),
            Action.VERIFY: self.tr("Every file is as it was when it was installed."),
            Action.REMOVE: self.tr("Removed."),
        }
        return done.get(self._end.task.action, "")

    def _say(self, text: str) -> None:
        self._message.setText(text)
        self._message.setVisible(bool(text))
        failed = self._end is not None and not self._end.done and not self._end.cancelled and not self._asking
        if (role := "error" if failed else "") != (self._message.property("role") or ""):
            set_role(self._message, role)

    def _state_word(self) -> str:
        words = {
            ModelState.ABSENT: self.tr("not on this machine"),
            ModelState.INSTALLED: self.tr("ready"),
            ModelState.OUTDATED: self.tr("made by an earlier version"),
            ModelState.DAMAGED: self.tr("damaged"),
        }
        return words[self._card.state]

    def _ask(self, asking: bool) -> None:
        self._asking = asking
        self.show_task()

    def _do(self, action: Action) -> None:
        self._asking = False
        self._end = None
        self._bar.setRange(0, 0)
        self._say("")
        self._shelf.add(Task(action, self._card.id))
