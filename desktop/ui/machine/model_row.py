"""One model on the page: what it is for, what it weighs and may not do, and fetching, checking and removing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop.ui.machine.catalogue import ModelState, successor
from desktop.ui.machine.parts import plain_label, push_button, size_text
from desktop.ui.machine.progress import progress_text, show_share
from desktop.ui.machine.shelf import Action, Task
from desktop.ui.theme import SPACE, set_role
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from desktop.settings import Settings
    from desktop.ui.machine.catalogue import ModelCard
    from desktop.ui.machine.shelf import ModelShelf, TaskEnd, TaskProgress


class ModelRow(Retranslating, QFrame):
    """One model with what can be done with it."""

    def __init__(self, card: ModelCard, shelf: ModelShelf, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "banner")
        self._card, self._shelf, self._settings = card, shelf, settings
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
        self._purpose, self._facts = plain_label("", "model-purpose"), plain_label("caption", "model-facts")
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

    @property
    def title(self) -> str:
        """The model's name as people read it."""
        return self._card.title

    @property
    def is_added(self) -> bool:
        """Whether the user brought the model."""
        return self._card.added

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
        self._purpose.setText(self._purpose_of_added() if card.added else card.purpose)
        self._state.setText(self._state_word())
        self._facts.setText(self._facts_of_added() if card.added else self._facts_of_catalogue())
        source = self.tr("From: {source}").format(source=card.source)
        limits = (self.tr("Nobody but you has checked this model."),) if card.added else card.limits
        self._details.setText("\n".join([source, *(f"• {limit}" for limit in limits)]))
        self.show_task()

    def _facts_of_catalogue(self) -> str:
        kind = self.tr("needed") if self._card.default else self.tr("optional")
        facts = self.tr("{kind} · {size} to download · licence: {licence}")
        return facts.format(kind=kind, size=size_text(self._card.download_bytes), licence=self._card.licence)

    def _facts_of_added(self) -> str:
        licence = self._card.licence or self.tr("as its owner says")
        facts = self.tr("added by you · {size} on this machine · licence: {licence}")
        return facts.format(size=size_text(self._card.installed_bytes), licence=licence)

    def _purpose_of_added(self) -> str:
        purposes = {
            "decoder": self.tr("Writes the answers once it is chosen above."),
            "speech": self.tr("Recognises speech; it is chosen on the command line."),
            "vision": self.tr("Encodes pictures; it is chosen on the command line."),
        }
        return purposes.get(self._card.kind, "")

    def show_task(self) -> None:
        """Show what can be done, or what is being done."""
        running = self._shelf.running
        mine = [task for task in self._shelf.waiting if task.model_id == self._card.id]
        is_running = running is not None and running.model_id == self._card.id
        busy = is_running or bool(mine)
        installed = self._card.state is ModelState.INSTALLED
        self._fetch.setText(self.tr("Fetch") if self._card.state is ModelState.ABSENT else self.tr("Fetch again"))
        on_disk = self._card.state is not ModelState.ABSENT
        self._fetch.setVisible(not busy and not installed and not self._asking and not self._card.added)
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
        show_share(self._bar, progress)
        self._say(progress_text(progress))

    def show_end(self, end: TaskEnd) -> None:
        """Say how a task ended."""
        self._end = end
        self.show_task()

    def _end_text(self) -> str:
        if self._asking:
            return self._question()
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

    def _question(self) -> str:
        card = self._card
        if card.added:
            text = self.tr(
                "Remove {title} from this machine? {size} become free; the copy that you added it from is not touched."
            )
        else:
            text = self.tr("Remove {title} from this machine? It can be fetched again ({size}).")
        size = card.installed_bytes if card.added else card.download_bytes
        return " ".join(filter(None, (text.format(title=card.title, size=size_text(size)), self._consequence())))

    def _consequence(self) -> str:
        """Return what becomes of the answers when the decoder that writes them is removed."""
        if self._settings.text("decoder") != self._card.id:
            return ""
        heir = successor(self._shelf.cards, self._card.id)
        if heir is None:
            return self.tr("It writes the answers, and no other decoder is here: without it there are none.")
        return self.tr("It writes the answers now; {title} takes its place.").format(title=heir.title)

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
