"""What the story knows of the running window beyond its pixels: the worker's state and the newest answer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QApplication

from desktop.record.encounter import Answer
from desktop.ui.encounter.answer_card import AnswerCard

if TYPE_CHECKING:
    from desktop.record.encounter import Entry
    from desktop.worker.status import WorkerState, WorkerStatus
    from tests.gui.user import User


class Bedside:
    """Asks the window's objects, always in the window's thread; changes nothing."""

    def __init__(self, user: User) -> None:
        self._user, self._eyes = user, user.eyes
        self._states: list[tuple[float, WorkerState]] = []

    def worker_state(self) -> WorkerState:
        """How the worker stands."""
        state: WorkerState = self._eyes.ask(lambda: _screen().controller.services.worker.status.state)
        return state

    def watch_worker(self) -> None:
        """Note from now on when the worker's state changes."""
        self._states.clear()
        self._eyes.ask(lambda: _screen().controller.services.worker.state_changed.connect(self._note))

    def seconds_until(self, state: WorkerState, since: float) -> float:
        """Return how long after `since` (time.monotonic) the worker came into a state; AssertionError for never."""
        times = [at - since for at, reached in self._states if reached is state]
        assert times, f"the worker never was {state}"
        return times[0]

    def last_answer(self) -> Answer:
        """The newest answer of the encounter that is shown, as it is kept."""

        def find() -> Answer:
            entries = _screen().controller.encounter.entries
            return next(entry for entry in reversed(entries) if isinstance(entry, Answer))

        return self._eyes.ask(find)

    def last_entry(self) -> Entry:
        """The newest entry of the encounter that is shown, as it is kept."""
        return self._eyes.ask(lambda: _screen().controller.encounter.entries[-1])

    def entries(self) -> tuple[Entry, ...]:
        """The entries of the encounter that is shown, as they are kept."""
        return self._eyes.ask(lambda: tuple(_screen().controller.encounter.entries))

    def open_evidence(self, place: int) -> None:
        """Click the sentence at this place of the last answer; the words of its first source are shown beside it."""
        answer = self.last_answer()
        self._user.click("answer", "sentence", "PlainText", at=place - len(answer.sentences))
        self._user.wait_for("evidence", "citation")
        self._user.wait_for_words(answer.sentences[place].citations[0].quote)

    def words_shown(self) -> str:
        """The words of the newest answer that stand on the screen."""

        def find() -> str:
            cards = [card for card in _screen().page.timeline.cards() if isinstance(card, AnswerCard)]
            return cards[-1].sentences.text if cards else ""

        return self._eyes.ask(find)

    def _note(self, status: WorkerStatus) -> None:
        self._states.append((time.monotonic(), status.state))


def _screen() -> Any:
    for window in QApplication.topLevelWidgets():
        if window.objectName() == "main-window":
            return window.encounters
    raise AssertionError("there is no window")
