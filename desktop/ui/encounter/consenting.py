"""Consent to recordings: nothing is recorded before somebody said whether it may be, and that is on the disk."""

from __future__ import annotations

import getpass
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.record.editing import consent_of, may_record
from desktop.record.encounter import Consent, ConsentManner, ConsentState, Dictation, RecordingSource
from desktop.record.store import timestamp
from desktop.ui.encounter.jobs import new_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.record.encounter import Encounter
    from desktop.ui.encounter.book import EncounterBook
    from desktop.ui.encounter.dictating import Dictating


class Consenting(QObject):
    """Asks once for each encounter, and begins the recording that waits for the answer once the answer is kept."""

    question_changed = Signal(bool)
    """Whether the doctor is asked now."""

    def __init__(self, book: EncounterBook, dictating: Dictating, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._book = book
        self._dictating = dictating
        self._asked_for = ""
        """The encounter that a recording was wanted for while nobody had answered."""
        self._starting = ""
        """The encounter whose answer is on its way to the disk."""
        book.opened.connect(lambda _encounter: self.leave())

    @property
    def asks(self) -> bool:
        """Whether the doctor is asked now."""
        return bool(self._asked_for)

    # --- before a recording ------------------------------------------------------------------------------------

    def record(self, encounter_id: str) -> None:
        """Begin a recording, or ask whether it may be: nothing is heard before the answer."""
        encounter = self._book.encounter(encounter_id)
        if encounter is None or self._starting:
            return
        if may_record(encounter):
            self._dictating.start(encounter_id)
        else:
            self.ask(encounter_id)

    def ask(self, encounter_id: str) -> None:
        """Ask whether may be recorded, also where it was answered before."""
        self._asked_for = encounter_id
        self.question_changed.emit(True)

    def answer(self, state: ConsentState, manner: ConsentManner = ConsentManner.NONE, reason: str = "") -> None:
        """Keep what was answered, then record."""
        encounter_id, self._asked_for = self._asked_for, ""
        if not encounter_id:
            return
        self.question_changed.emit(False)
        self._starting = encounter_id
        self._book.put(encounter_id, _consent(state, manner, reason))
        self._book.when_kept(encounter_id, lambda: self._start(encounter_id), self.leave)

    def leave(self) -> None:
        """Neither ask nor record: somebody turned to something else, or wants to ask later."""
        self._starting = ""
        if self._asked_for:
            self._asked_for = ""
            self.question_changed.emit(False)

    def _start(self, encounter_id: str) -> None:
        wanted, self._starting = self._starting, ""
        if wanted == encounter_id:
            self._dictating.start(encounter_id)

    # --- what came from elsewhere ------------------------------------------------------------------------------

    def note_import(self, encounter_id: str) -> None:
        """Keep, once for each encounter, that recordings which were made elsewhere are in it."""
        encounter = self._book.encounter(encounter_id)
        if encounter and not any(_is_import(entry) for entry in encounter.entries):
            self._book.put(encounter_id, _consent(ConsentState.IMPORTED))

    # --- taken back --------------------------------------------------------------------------------------------

    def withdraw(self, encounter_id: str) -> None:
        """End a recording that runs and let nothing more be recorded; what there is stays until it is deleted."""
        encounter = self._book.encounter(encounter_id)
        if encounter is None or consent_of(encounter) is None:
            return
        self.leave()
        if self._dictating.speaks_in(encounter_id):
            self._dictating.stop()
        self._book.put(encounter_id, _consent(ConsentState.WITHDRAWN))

    def delete_recordings(self, encounter_id: str, forget: Callable[[], None]) -> None:
        """Delete what was recorded here, sound and words; `forget` makes the models forget what they heard."""
        encounter = self._book.encounter(encounter_id)
        if encounter is None or self._dictating.speaks_in(encounter_id):
            return
        recordings = recorded_here(encounter)
        for recording in recordings:
            self._dictating.cancel(recording.id)
        forget()
        entries = tuple(entry for entry in encounter.entries if entry not in recordings)
        self._book.delete_recordings(replace(encounter, entries=entries), [recording.file for recording in recordings])


def recorded_here(encounter: Encounter) -> tuple[Dictation, ...]:
    """Return the recordings that the microphone made."""
    dictations = (entry for entry in encounter.entries if isinstance(entry, Dictation))
    return tuple(entry for entry in dictations if entry.source is RecordingSource.MICROPHONE)


def account() -> str:
    """Return the account of this machine, empty where the system names none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _consent(state: ConsentState, manner: ConsentManner = ConsentManner.NONE, reason: str = "") -> Consent:
    return Consent(new_id(), timestamp(), state, manner, account(), reason)


def _is_import(entry: object) -> bool:
    return isinstance(entry, Consent) and entry.state is ConsentState.IMPORTED
