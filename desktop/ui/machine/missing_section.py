"""What is missing, on top of the page: each thing with the button that mends it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop.bootstrap import missing_libraries
from desktop.ui.machine.catalogue import ModelState, missing_models
from desktop.ui.machine.parts import Section, plain_label, push_button, size_text
from desktop.ui.machine.progress import show_share
from desktop.ui.machine.shelf import Action, Task
from desktop.ui.microphone.recorder import RecorderState, Trouble
from desktop.worker.status import WorkerState

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.ui.machine.shelf import ModelShelf, TaskProgress
    from desktop.ui.microphone.recorder import Recorder
    from desktop.worker.host import WorkerHost


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing or broken, in a sentence, with the words and the deed of its button."""

    sentence: str
    button: str
    mend: Callable[[], None]


class MissingSection(Section):
    """Hidden where nothing is missing."""

    def __init__(
        self, shelf: ModelShelf, worker: WorkerHost, recorder: Recorder, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._shelf, self._worker, self._recorder = shelf, worker, recorder
        self._rows: list[QWidget] = []
        self._shown: list[tuple[str, str]] = []
        self._fetching = plain_label("", "fetching")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._cancel = push_button("fetching-cancel", "quiet")
        self._cancel.clicked.connect(self._cancel_all)
        self._progress = QWidget()
        column, line = QVBoxLayout(self._progress), QHBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self._fetching, 1)
        line.addWidget(self._cancel)
        column.addLayout(line)
        column.addWidget(self._bar)
        self.body.addWidget(self._progress)
        self.setVisible(False)
        shelf.progressed.connect(self._show_progress)
        for signal in (shelf.cards_changed, shelf.tasks_changed, recorder.devices_changed):
            signal.connect(self._show)
        for signal in (worker.state_changed, recorder.state_changed, recorder.trouble_changed):
            signal.connect(self._show)
        self.retranslate()

    def retranslate(self) -> None:
        """Set every word."""
        self.heading.setText(self.tr("What is missing"))
        self._cancel.setText(self.tr("Cancel"))
        self._cancel.setAccessibleDescription(self.tr("Stops fetching; it goes on later from where it was"))
        self._bar.setAccessibleName(self.tr("Progress"))
        self._shown = []
        self._show()

    def missing(self) -> list[Missing]:
        """Return what is missing now, the most important first."""
        return [*self._worker_trouble(), *self._models(), *self._libraries(), *self._microphone()]

    def _worker_trouble(self) -> list[Missing]:
        status = self._worker.status
        if status.state is not WorkerState.DISABLED:
            return []
        sentence = status.reason or self.tr("The models ended too often and were stopped.")
        return [Missing(sentence, self.tr("Start the models again"), self._worker.restart)]

    def _models(self) -> list[Missing]:
        busy = {task.model_id for task in self._shelf.waiting}
        if self._shelf.running:
            busy.add(self._shelf.running.model_id)
        cards = [card for card in missing_models(self._shelf.cards) if card.id not in busy]
        if not cards:
            return []
        if len(cards) > 1 and all(card.state is ModelState.ABSENT for card in cards):
            total = size_text(sum(card.download_bytes for card in cards))
            sentence = self.tr("{count} models that Bedside needs are not on this machine yet.")
            button = self.tr("Fetch all ({size})").format(size=total)
            return [
                Missing(sentence.format(count=len(cards)), button, partial(self._fetch, [card.id for card in cards]))
            ]
        sentences = {
            ModelState.ABSENT: self.tr("{title} is not on this machine yet."),
            ModelState.DAMAGED: self.tr("{title} is damaged on this machine."),
            ModelState.OUTDATED: self.tr("{title} was made by an earlier version of Bedside."),
        }
        return [
            Missing(
                sentences[card.state].format(title=card.title),
                self.tr("Fetch ({size})").format(size=size_text(card.download_bytes)),
                partial(self._fetch, [card.id]),
            )
            for card in cards
        ]

    def _libraries(self) -> list[Missing]:
        packages = sorted({library.package for library in missing_libraries()})
        if not packages:
            return []
        command = shlex.join(["sudo", "apt-get", "install", "-y", *packages])
        sentence = self.tr("The system lacks libraries that Bedside needs. Whoever looks after it types: {command}")
        copy = self.tr("Copy the command")
        return [Missing(sentence.format(command=command), copy, lambda: QGuiApplication.clipboard().setText(command))]

    def _microphone(self) -> list[Missing]:
        look = self._recorder.look_for_devices
        if self._recorder.trouble is Trouble.NO_SOUND_SYSTEM:
            sentence = self.tr("The library that reaches microphones is missing (on Linux: libpulse0).")
            return [Missing(sentence, self.tr("Look again"), look)]
        if self._recorder.state is RecorderState.NO_MICROPHONE:
            return [Missing(self.tr("No microphone is plugged in."), self.tr("Look again"), look)]
        if self._recorder.state is RecorderState.DENIED:
            sentence = self.tr("The system does not let Bedside use a microphone; its privacy settings change that.")
            return [Missing(sentence, self.tr("Look again"), look)]
        return []

    def _fetch(self, model_ids: list[str]) -> None:
        for model_id in model_ids:
            self._shelf.add(Task(Action.FETCH, model_id))

    def _tasks(self) -> list[Task]:
        """Return what is fetched or will be."""
        running = [self._shelf.running] if self._shelf.running else []
        return [task for task in (*running, *self._shelf.waiting) if task.action is Action.FETCH]

    def _cancel_all(self) -> None:
        for task in reversed(self._tasks()):
            self._shelf.cancel(task.model_id)

    def _show_progress(self, progress: TaskProgress) -> None:
        show_share(self._bar, progress)

    def _show(self, _change: object = None) -> None:
        tasks = self._tasks()
        self._progress.setVisible(bool(tasks))
        if tasks:
            titles = {card.id: card.title for card in self._shelf.cards}
            title = titles.get(tasks[0].model_id, tasks[0].model_id)
            text = self.tr("{title} is being fetched, %n more to come.", "", len(tasks) - 1)
            alone = self.tr("{title} is being fetched.")
            self._fetching.setText((text if len(tasks) > 1 else alone).format(title=title))
        self._show_rows()
        self.setVisible(bool(tasks or self._rows))

    def _show_rows(self) -> None:
        missing = self.missing()
        wanted = [(one.sentence, one.button) for one in missing]
        if wanted == self._shown:
            return
        self._shown = wanted
        for row in self._rows:
            self.body.removeWidget(row)
            row.deleteLater()
        # One primary action: the first, which is the most important.
        self._rows = [_row(one, "primary" if place == 0 else "") for place, one in enumerate(missing)]
        for row in self._rows:
            self.body.addWidget(row)


def _row(missing: Missing, role: str) -> QWidget:
    row = QWidget()
    sentence, button = plain_label(), push_button("mend", role)
    sentence.setText(missing.sentence)
    button.setText(missing.button)
    button.setAccessibleDescription(missing.sentence)
    button.clicked.connect(missing.mend)
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.addWidget(sentence, 1)
    line.addWidget(button)
    return row
