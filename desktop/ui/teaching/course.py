"""A round of questions: what is asked, how it was answered, and when it comes again; no widget is known here."""

from __future__ import annotations

import threading
import unicodedata
import uuid
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.record.repetition import Memory, Recall, after, due_and_later
from desktop.record.study import progress_file, take_over
from desktop.record.study_cases import study_cases
from desktop.record.study_items import CaseNote
from desktop.ui.encounter.background import Background
from desktop.worker.protocol import Done, Failed, Stopped, Taught, Teach

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desktop.record.store import EncounterStore
    from desktop.record.study_cases import StudyCase
    from desktop.record.study_items import StudyHint, StudyItem
    from desktop.ui.services import Services
    from desktop.worker.protocol import Event

COUNT = 10
"""Questions of a round: some minutes."""


class Source(StrEnum):
    """Where the questions come from."""

    QUIZ = "quiz"
    """The terminologies and the doctor's library."""
    CASES = "cases"
    """Notes of the record, without names."""


class Stage(StrEnum):
    """What is shown."""

    START = "start"
    LOOKING = "looking"
    ASKED = "asked"
    TO_JUDGE = "to judge"
    """The answer is seen; only the doctor can say whether it was known."""
    ANSWERED = "answered"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Round:
    """How a round stands."""

    stage: Stage = Stage.START
    source: Source = Source.QUIZ
    about: str = ""
    items: tuple[StudyItem, ...] = ()
    place: int = 0
    """Of the item that is shown."""
    hints: int = 0
    """How many of its hints are shown."""
    said: str = ""
    """What was chosen or typed."""
    is_right: bool = False
    again_in_days: int = 0
    known: int = 0
    answered: int = 0
    missed: tuple[StudyItem, ...] = ()
    found_nothing: bool = False
    trouble: str = ""
    """The sentence that says what could not be done."""

    @property
    def item(self) -> StudyItem:
        """The item that is shown; there is one from ASKED to ANSWERED."""
        return self.items[self.place]

    @property
    def shown_hints(self) -> tuple[StudyHint, ...]:
        """The hints that are shown."""
        return self.item.hints[: self.hints]


@dataclass(slots=True)
class _Schedule:
    """How each item stands."""

    progress: dict[str, Memory] = field(default_factory=dict)
    is_known: bool = False


class Course(QObject):
    """Asks one question after another. `today` stands in for the calendar in tests."""

    changed = Signal()

    def __init__(
        self, services: Services, parent: QObject | None = None, today: Callable[[], date] = date.today
    ) -> None:
        super().__init__(parent)
        self._services, self._today = services, today
        self._background = Background(self)
        self._schedule = _Schedule()
        self._job = ""
        self._left = threading.Event()
        self.round = Round()
        services.worker.event_received.connect(self._take)

    @property
    def due(self) -> int | None:
        """How many questions are due today; None while that is not known."""
        return len(due_and_later(self._schedule.progress, self._today())[0]) if self._schedule.is_known else None

    # --- before ------------------------------------------------------------------------------------------------

    def look_up_schedule(self) -> None:
        """Read how each item stands."""
        store = self._services.store
        earlier = progress_file(self._services.settings.file.parent) if self._services.keeping else None
        self._background.run(lambda: _schedule_of(store, earlier), self._take_schedule, self._tell)

    def begin(self, source: Source, about: str = "") -> None:
        """Look for questions."""
        self._put(Round(Stage.LOOKING, source, about.strip()))
        if source is Source.CASES:
            store = self._services.store
            self._background.run(lambda: study_cases(store, self._left.is_set), self._send_cases, self._tell)
        else:
            self._send(())

    def _send_cases(self, cases: tuple[StudyCase, ...]) -> None:
        if self.round.stage is not Stage.LOOKING or self._left.is_set():
            return
        if cases:
            self._send(tuple(CaseNote("", case.text) for case in cases))
        else:
            self._put(replace(self.round, stage=Stage.START, found_nothing=True))

    def _send(self, cases: tuple[CaseNote, ...]) -> None:
        today = self._today()
        due, later = due_and_later(self._schedule.progress, today)
        self._job = uuid.uuid4().hex
        self._services.worker.send(Teach(self._job, COUNT, today.toordinal(), self.round.about, due, later, cases))

    # --- during ------------------------------------------------------------------------------------------------

    def hint(self) -> None:
        """Show one hint more."""
        if self.round.stage is Stage.ASKED and self.round.hints < len(self.round.item.hints):
            self._put(replace(self.round, hints=self.round.hints + 1))

    def answer(self, said: str = "") -> None:
        """Take an answer, empty for none: one that was chosen is right or wrong, another wording the doctor judges."""
        if self.round.stage is not Stage.ASKED:
            return
        item = self.round.item
        right = is_right(item, said)
        shown = replace(self.round, said=said.strip(), is_right=right)
        if right:
            self._note(shown, Recall.HINT if shown.hints else Recall.KNEW)
        elif item.options:
            self._note(shown, Recall.NOT)
        else:
            self._put(replace(shown, stage=Stage.TO_JUDGE))

    def judge(self, recall: Recall) -> None:
        """Take the doctor's own judgement and go on."""
        if self.round.stage is Stage.TO_JUDGE:
            limit = Recall.HINT if self.round.hints else Recall.AT_ONCE
            self._note(self.round, min(recall, limit))
            self.go_on()

    def go_on(self) -> None:
        """Show the next question, or how the round went."""
        if self.round.stage is not Stage.ANSWERED:
            return
        if self.round.place + 1 == len(self.round.items):
            self._put(replace(self.round, stage=Stage.ENDED))
        else:
            place = self.round.place + 1
            self._put(replace(self.round, stage=Stage.ASKED, place=place, hints=0, said="", is_right=False))

    def stop(self) -> bool:
        """End the round, or stop looking for questions; returns whether there was anything to end."""
        if self.round.stage is Stage.LOOKING:
            self._cancel()
            self._put(replace(self.round, stage=Stage.START))
        elif self.round.stage in {Stage.ASKED, Stage.TO_JUDGE, Stage.ANSWERED}:
            self._put(replace(self.round, stage=Stage.ENDED))
        elif self.round.stage is Stage.ENDED:
            self.back()
        else:
            return False
        return True

    def back(self) -> None:
        """Show the beginning."""
        self._put(Round(source=self.round.source, about=self.round.about))
        self.look_up_schedule()

    def leave(self) -> None:
        """Wait until everything is kept and hear no more of the worker: the record is locked or the window closes."""
        self._left.set()
        self._cancel()
        self._background.finish()

    def _cancel(self) -> None:
        job, self._job = self._job, ""
        if job:
            self._services.worker.cancel(job)

    # --- within ------------------------------------------------------------------------------------------------

    def _note(self, shown: Round, recall: Recall) -> None:
        """Keep how well an item was known; what was answered is kept at once, so that nothing is lost."""
        item, store = shown.item, self._services.store
        memory = after(self._schedule.progress.get(item.id, Memory()), recall, self._today())
        self._schedule.progress[item.id] = memory
        known = recall is not Recall.NOT
        self._background.run(lambda: store.keep_study(item.id, memory), lambda _nothing: None, self._tell)
        self._put(
            replace(
                shown,
                stage=Stage.ANSWERED,
                again_in_days=memory.interval_days,
                known=shown.known + known,
                answered=shown.answered + 1,
                missed=shown.missed if known else (*shown.missed, item),
            )
        )

    def _take(self, event: Event) -> None:
        if not self._job or getattr(event, "job", "") != self._job:
            return
        match event:
            case Taught():
                stage = Stage.ASKED if event.items else Stage.START
                self._put(replace(self.round, stage=stage, items=event.items, found_nothing=not event.items))
            case Failed():
                self._job = ""
                self._put(replace(self.round, stage=Stage.START, trouble=event.sentence))
            case Done() | Stopped():
                self._job = ""
            case _:
                pass

    def _take_schedule(self, progress: dict[str, Memory]) -> None:
        self._schedule = _Schedule(progress, is_known=True)
        self.changed.emit()

    def _tell(self, sentence: str) -> None:
        stage = Stage.START if self.round.stage is Stage.LOOKING else self.round.stage
        self._put(replace(self.round, stage=stage, trouble=sentence))

    def _put(self, shown: Round) -> None:
        self.round = shown
        self.changed.emit()


def is_right(item: StudyItem, said: str) -> bool:
    """Return whether an answer is one of the right ones, whatever its capitals and punctuation."""
    if item.options:
        return said == item.hidden
    return _key(said) != "" and _key(said) in {_key(right) for right in (item.hidden, *item.also_right)}


def _key(text: str) -> str:
    letters = "".join(c if c.isalnum() else " " for c in unicodedata.normalize("NFKC", text).casefold())
    return " ".join(letters.split())


def _schedule_of(store: EncounterStore, earlier: Path | None) -> dict[str, Memory]:
    """Read how each item stands; what was kept in a file before there was a vault is taken over first."""
    if earlier is not None:
        take_over(earlier, store)
    return store.study()
