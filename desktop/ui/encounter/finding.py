"""Search over the encounters by words and meaning, and the vectors that it needs: made while nothing else is to do."""

from __future__ import annotations

import base64
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.record.errors import EncounterMissing
from desktop.record.meaning import Meaning, MeantPassage, Sought, find, passages_of
from desktop.ui.encounter.background import Background
from desktop.worker.protocol import Done, Embed, Embedded, Failed, Stopped
from desktop.worker.status import WorkerState

if TYPE_CHECKING:
    from desktop.record.encounter import EncounterSummary
    from desktop.record.store import EncounterStore
    from desktop.ui.encounter.book import EncounterBook
    from desktop.ui.services import Services
    from desktop.worker.protocol import Event
    from desktop.worker.status import WorkerStatus

QUIET_MS = 3_000
"""After an encounter was written: an answer that streams in is written often."""
MOST_PASSAGES = 200
"""Of one encounter: half an hour of dense speech. The rest is found by its words."""


class Finding(QObject):
    """Looks through the record in the background. Only what the models are free for is sent to them."""

    found = Signal(object)
    """The EncounterSummary of each encounter, the best first, with the passage that was found as its excerpt."""
    how_changed = Signal(str)
    """The sentence that says what the search cannot do now; empty for nothing."""

    def __init__(self, services: Services, book: EncounterBook, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services, self._store, self._worker = services, services.store, services.worker
        self._background = Background(self)
        self._sought = Sought("")
        self._search_job, self._meaning_job = "", ""
        self._waiting: dict[str, None] = {}
        """The encounters whose meaning is not kept yet, in order."""
        self._at_work: tuple[str, tuple[str, ...]] = ("", ())
        self._has_encoder: bool | None = None
        self._left = False
        self._quiet = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._quiet.timeout.connect(self._look_for_more)
        self._quiet.start()
        self._looked = False
        book.saved.connect(self._note_saved)
        self._worker.event_received.connect(self._take)
        self._worker.state_changed.connect(self._note_state)

    # --- searching ---------------------------------------------------------------------------------------------

    def search(self, text: str) -> None:
        """Look for words and their meaning; `found` follows, once by words and again by meaning where that can be.

        Sought again, as after a save, words and meaning are looked for at once: rows keep their places.
        """
        if text.strip() != self._sought.text:
            self._sought, self._search_job = Sought(text.strip()), ""
        self.how_changed.emit(self._how())
        if not self._sought.text:
            return
        self._look(self._sought)
        if not self._sought.vector and not self._search_job and self._is_free and self._has_encoder is not False:
            self._search_job = uuid.uuid4().hex
            self._worker.send(Embed(self._search_job, (self._sought.text,)))

    def leave(self) -> None:
        """End: the record is locked, or the window closes."""
        self._left = True
        self._quiet.stop()
        self._waiting.clear()
        self._background.finish()

    def _look(self, sought: Sought) -> None:
        store = self._store

        def show(rows: tuple[EncounterSummary, ...]) -> None:
            if sought == self._sought and not self._left:
                self.found.emit(rows)

        self._background.run(lambda: find(store, sought), show, lambda _sentence: None)

    def _how(self) -> str:
        if not self._sought.text:
            return ""
        if self._has_encoder is False:
            return self.tr("Found by words alone: the text encoder is not on this machine. The models page adds it.")
        if not self._is_free:
            return self.tr("Found by words alone while the models are busy or not loaded.")
        return ""

    @property
    def _is_free(self) -> bool:
        return self._worker.status.state is WorkerState.READY

    # --- what encounters are about -----------------------------------------------------------------------------

    def _note_state(self, status: WorkerStatus) -> None:
        if status.state is WorkerState.STARTING:
            self._has_encoder = None  # one may have been added
        is_open = self._sought.text and not (self._sought.vector or self._search_job)
        if is_open and status.state is WorkerState.READY and self._has_encoder is not False:
            self.search(self._sought.text)  # what the models were not free for
        self._go_on()

    def _note_saved(self, encounter_id: str) -> None:
        if not self._left:
            self._waiting[encounter_id] = None
            self._quiet.start()

    def _look_for_more(self) -> None:
        """Once: find the encounters of earlier days whose meaning was never kept."""
        if self._looked or self._left:
            self._go_on()
            return
        self._looked = True
        store = self._store
        self._background.run(lambda: _unmeant(store), self._add, lambda _sentence: None)

    def _add(self, encounter_ids: tuple[str, ...]) -> None:
        self._waiting |= dict.fromkeys(encounter_ids)
        self._go_on()

    def _go_on(self) -> None:
        """Take the next encounter, where the models are free and nobody writes."""
        busy = self._quiet.isActive() or self._meaning_job or self._at_work[0]
        if busy or self._left or not self._waiting or not self._is_free or self._has_encoder is False:
            return
        encounter_id = next(iter(self._waiting))
        del self._waiting[encounter_id]
        self._at_work, store = (encounter_id, ()), self._store
        self._background.run(lambda: _new_passages(store, encounter_id), self._send, lambda _sentence: self._end())

    def _send(self, passages: tuple[str, ...]) -> None:
        if not passages or self._left:
            self._end()
            return
        self._at_work = (self._at_work[0], passages)
        self._meaning_job = uuid.uuid4().hex
        self._worker.send(Embed(self._meaning_job, passages))

    def _end(self) -> None:
        self._at_work, self._meaning_job = ("", ()), ""
        self._go_on()

    def _take(self, event: Event) -> None:
        job = getattr(event, "job", "")
        if self._left or not job or job not in {self._search_job, self._meaning_job}:
            return
        if isinstance(event, Embedded):
            self._has_encoder = bool(event.encoder)
            self.how_changed.emit(self._how())
            if event.encoder:
                self._use(event)
        elif isinstance(event, Done | Failed | Stopped) and job == self._meaning_job:
            self._end()

    def _use(self, event: Embedded) -> None:
        vectors = tuple(base64.b64decode(vector) for vector in event.vectors)
        if event.job == self._search_job:
            self._search_job, self._sought = "", replace(self._sought, encoder=event.encoder, vector=vectors[0])
            self._look(self._sought)
            return
        encounter_id, passages = self._at_work
        meant = tuple(MeantPassage(*one) for one in zip(passages, vectors, strict=True))
        meaning, store = Meaning(encounter_id, event.encoder, meant), self._store
        # What cannot be kept is made again another day: nothing that the doctor did depends on it.
        self._background.run(lambda: store.keep_meaning(meaning), lambda _nothing: None, lambda _sentence: None)


def _unmeant(store: EncounterStore) -> tuple[str, ...]:
    meant = store.meant_encounters()
    return tuple(one.id for one in store.summaries() if one.id not in meant and not one.problem)


def _new_passages(store: EncounterStore, encounter_id: str) -> tuple[str, ...]:
    """Return the passages of an encounter; nothing where they are those whose meaning is kept, or it is gone."""
    try:
        passages = passages_of(store.load(encounter_id))[:MOST_PASSAGES]
    except EncounterMissing:
        return ()
    kept = store.meanings(encounter_id)
    return () if kept and tuple(one.text for one in kept[0].passages) == passages else passages
