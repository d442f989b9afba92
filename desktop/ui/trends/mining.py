"""Has the values of a patient's encounters found in the worker, one encounter after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.record.encounter import Dictation, Question
from desktop.record.trends import Point, moment_of, trends_of
from desktop.ui.encounter.background import Background
from desktop.ui.encounter.jobs import new_id
from desktop.worker.known import KnownWords
from desktop.worker.mining_messages import MineValues, ValuesMined
from desktop.worker.protocol import Done, Failed, Stopped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.record.encounter import Encounter, Entry
    from desktop.record.values import SaidValue
    from desktop.ui.encounter.book import EncounterBook
    from desktop.ui.services import Services
    from desktop.worker.protocol import Event

_Values = dict[str, tuple["SaidValue", ...]]
"""By the entry in which they were said."""


class ValueMining(QObject):
    """Mines what was not mined since it was last changed. What was found is kept in memory alone, until the lock."""

    progressed = Signal(int, int)
    """How many encounters are done, of how many."""
    found = Signal(object)
    """The Trends of all encounters."""
    stopped = Signal(str)
    """The sentence that says why there is nothing to show; empty where the doctor stopped it."""

    def __init__(self, services: Services, book: EncounterBook, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store, self._worker, self._book = services.store, services.worker, book
        self._background = Background(self)
        self._mined: dict[tuple[KnownWords, ...], _Values] = {}
        self._wanted = self._left = 0
        """Which wish this is, so that nothing of an earlier one is shown; how many encounters are to be done."""
        self._encounters: list[Encounter] = []
        self._job, self._collected = "", _Values()
        services.worker.event_received.connect(self._take)

    @property
    def is_running(self) -> bool:
        """Whether encounters are being read."""
        return self._left > 0

    @property
    def has_other_languages(self) -> bool:
        """Whether anything was said that the rules do not read."""
        said = (words for encounter in self._encounters for words in words_of(encounter))
        return any(utterance.language not in {"", "en"} for words in said for utterance in words.utterances)

    def mine(self, encounter_ids: Sequence[str]) -> None:
        """Find the values of these encounters; `found` or `stopped` follows."""
        self._end()
        self._wanted += 1
        self._left, self._encounters = len(encounter_ids), []
        wish, store = self._wanted, self._store
        open_now = {one: encounter for one in encounter_ids if (encounter := self._book.encounter(one))}

        def begin(loaded: list[Encounter]) -> None:
            if wish == self._wanted:
                self._encounters = loaded
                self._go_on()

        self._background.run(
            lambda: [open_now.get(one) or store.load(one) for one in encounter_ids],
            begin,
            lambda sentence: self._stop(sentence) if wish == self._wanted else None,
        )
        self.progressed.emit(0, self._left)

    def stop(self) -> None:
        """Let it be; `stopped` follows where anything ran."""
        if self.is_running:
            self._stop("")

    def leave(self) -> None:
        """End: the record is locked, or the window closes."""
        self._worker.event_received.disconnect(self._take)
        self._end()
        self._wanted += 1
        self._mined.clear()
        self._background.finish()

    # --- one after another -------------------------------------------------------------------------------------

    def _go_on(self) -> None:
        """Take the next encounter that was not mined as it stands."""
        total = len(self._encounters)
        for place, encounter in enumerate(self._encounters):
            words = words_of(encounter)
            if words and words not in self._mined:
                self.progressed.emit(place, total)
                self._job, self._collected = new_id(), {}
                self._worker.send(MineValues(self._job, words))
                return
        self._left = 0
        self.found.emit(trends_of(point for encounter in self._encounters for point in self._points(encounter)))

    def _points(self, encounter: Encounter) -> list[Point]:
        values = self._mined.get(words_of(encounter), {})
        return [
            Point(encounter.id, entry.id, moment_of(entry.at, value.citation.start_s or 0.0), value, value.numbers)
            for entry in encounter.entries
            for value in values.get(entry.id, ())
        ]

    def _take(self, event: Event) -> None:
        if not self._job or getattr(event, "job", "") != self._job:
            return
        if isinstance(event, ValuesMined):
            self._collected[event.entry_id] = event.values
        elif isinstance(event, Done):
            at_work = next(one for one in map(words_of, self._encounters) if one and one not in self._mined)
            self._job, self._mined[at_work] = "", self._collected
            self._go_on()
        elif isinstance(event, Failed | Stopped):
            self._job = ""
            self._stop(event.sentence if isinstance(event, Failed) else "")

    def _stop(self, sentence: str) -> None:
        self._end()
        self._wanted += 1
        self.stopped.emit(sentence)

    def _end(self) -> None:
        job, self._job, self._left = self._job, "", 0
        if job:
            self._worker.cancel(job)


def words_of(encounter: Encounter) -> tuple[KnownWords, ...]:
    """Return what was said and typed in an encounter; what a model answered or wrote is no measurement."""
    return tuple(words for entry in encounter.entries if (words := _words(entry)))


def _words(entry: Entry) -> KnownWords | None:
    if isinstance(entry, Dictation) and entry.utterances:
        return KnownWords(entry.id, entry.label, entry.utterances)
    return KnownWords(entry.id, text=entry.text) if isinstance(entry, Question) else None
