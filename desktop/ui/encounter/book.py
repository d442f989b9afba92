"""The encounters that are open, in memory and on the disk: every change is kept at once and told to the views."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.record.editing import entry_of, with_entry, without_entry
from desktop.record.encounter import Dictation
from desktop.record.errors import RecordError
from desktop.record.store import timestamp
from desktop.ui.encounter.background import Background
from desktop.ui.encounter.wording import sentence_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from desktop.record.encounter import Encounter, EncounterSummary, Entry
    from desktop.record.store import EncounterStore

NOWHERE = Path("file-that-cannot-be-read")


class EncounterBook(QObject):
    """Holds the encounter that is shown and those whose jobs still run.

    Signals about entries are sent only for the encounter that is shown.
    """

    opened = Signal(object)
    """The Encounter that is shown from now on, None for none."""
    renamed = Signal(object)
    entry_added = Signal(object)
    entry_changed = Signal(object)
    listing_changed = Signal()
    saved = Signal(str)
    """The id of an encounter that is on the disk now."""
    unsaved_changed = Signal(str)
    """The sentence that says why something is not on the disk yet; empty once everything is."""
    refused = Signal(str)
    """The sentence that says why something that was asked for cannot be done."""

    def __init__(self, store: EncounterStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._saving = Background(self)
        self._reading = Background(self)
        self._encounters: dict[str, Encounter] = {}
        self._lock = threading.Lock()
        self._to_save: dict[str, Encounter] = {}
        self._unsaved: dict[str, Encounter] = {}
        self._current_id = ""

    # --- which encounter ---------------------------------------------------------------------------------------

    @property
    def current(self) -> Encounter | None:
        """The encounter that is shown."""
        return self._encounters.get(self._current_id)

    def summaries(self, search: str = "") -> tuple[EncounterSummary, ...]:
        """Return what the list shows."""
        try:
            return self._store.summaries(search)
        except RecordError as error:
            self.refused.emit(sentence_of(error))
            return ()

    def open(self, encounter_id: str) -> bool:
        """Show an encounter; returns whether it could be read."""
        try:
            if encounter_id not in self._encounters:
                self._encounters[encounter_id] = self._store.load(encounter_id)
        except RecordError as error:
            self.refused.emit(sentence_of(error))
            return False
        self._show(encounter_id)
        return True

    def new(self, title: str = "") -> Encounter | None:
        """Make an encounter and show it; None where the disk refuses."""
        try:
            encounter = self._store.create(title)
        except RecordError as error:
            self.refused.emit(sentence_of(error))
            return None
        self._encounters[encounter.id] = encounter
        self._show(encounter.id)
        self.listing_changed.emit()
        return encounter

    def close_removed(self) -> None:
        """Show nothing where the encounter was removed by another part of the window, such as the sample."""
        if self._current_id and self._current_id not in {summary.id for summary in self.summaries()}:
            self._encounters.pop(self._current_id, None)
            self._show("")

    def delete(self, encounter_id: str) -> None:
        """Remove an encounter for good."""
        self._saving.finish()
        try:
            self._store.delete(encounter_id)
        except RecordError as error:
            self.refused.emit(sentence_of(error))
            return
        self._to_save.pop(encounter_id, None)
        self._unsaved.pop(encounter_id, None)
        self._encounters.pop(encounter_id, None)
        if encounter_id == self._current_id:
            self._show("")
        self.listing_changed.emit()

    def _show(self, encounter_id: str) -> None:
        self._current_id = encounter_id
        self.opened.emit(self.current)

    # --- what is in it -----------------------------------------------------------------------------------------

    def encounter(self, encounter_id: str) -> Encounter | None:
        """Return an open encounter; None where it was deleted meanwhile."""
        return self._encounters.get(encounter_id)

    def entry(self, encounter_id: str, entry_id: str) -> Entry | None:
        """Return an entry of an open encounter."""
        encounter = self._encounters.get(encounter_id)
        return entry_of(encounter, entry_id) if encounter else None

    def path(self, encounter_id: str, name: str) -> Path:
        """Return where a file can be read; where it cannot, say why and return a place where nothing is.

        Whoever is given that place says that there is nothing, as of any file that is gone.
        """
        try:
            return self._store.path(encounter_id, name)
        except RecordError as error:
            self.refused.emit(sentence_of(error))
            return NOWHERE / name

    def when_readable(
        self,
        encounter_id: str,
        names: Sequence[str],
        then: Callable[[tuple[Path, ...]], None],
        otherwise: Callable[[], None] = lambda: None,
    ) -> None:
        """Call `then` with where files can be read: at once where they can, else once they are decrypted.

        Where they cannot be read that is said, and `otherwise` is called instead.
        """

        def refuse(sentence: str) -> None:
            self.refused.emit(sentence)
            otherwise()

        try:
            if all(self._store.is_readable(encounter_id, name) for name in names):
                then(tuple(self._store.path(encounter_id, name) for name in names))
                return
        except RecordError as error:
            refuse(sentence_of(error))
            return
        self._reading.run(lambda: tuple(self._store.path(encounter_id, name) for name in names), then, refuse)

    def put(self, encounter_id: str, entry: Entry, *, tell: bool = True, save: bool = True) -> None:
        """Add an entry or put it in the place of the one with its id; `tell` the views, and `save`."""
        encounter = self._encounters.get(encounter_id)
        if encounter is None:
            return
        is_new = entry_of(encounter, entry.id) is None
        self._encounters[encounter_id] = with_entry(encounter, entry, timestamp())
        if save:
            self.save(encounter_id)
        if encounter_id == self._current_id and tell:
            (self.entry_added if is_new else self.entry_changed).emit(entry)

    def remove(self, encounter_id: str, entry_id: str) -> None:
        """Take an entry out; its files stay until the encounter is deleted."""
        encounter = self._encounters.get(encounter_id)
        if encounter is None:
            return
        self._encounters[encounter_id] = without_entry(encounter, entry_id, timestamp())
        self.save(encounter_id)
        if encounter_id == self._current_id:
            self.opened.emit(self.current)

    def delete_recordings(self, encounter: Encounter, names: Sequence[str]) -> None:
        """Remove recordings for good, of which `encounter` holds no entry any more."""
        self._saving.finish()
        changed = replace(encounter, changed=timestamp())
        try:
            self._store.delete_recordings(changed, names)
        except RecordError as error:
            self.refused.emit(sentence_of(error))
            return
        self._encounters[encounter.id] = changed
        self.listing_changed.emit()
        if encounter.id == self._current_id:
            self.opened.emit(changed)

    def read(self, encounter_id: str) -> Encounter | None:
        """Return an encounter as it is now, open or not; where it cannot be read that is said."""
        try:
            return self._encounters.get(encounter_id) or self._store.load(encounter_id)
        except RecordError as error:
            self.refused.emit(sentence_of(error))
            return None

    def keep_now(self, encounters: Sequence[Encounter]) -> bool:
        """Put encounters in the place of those with their ids, open or not; returns whether they are on the disk."""
        self._saving.finish()
        for encounter in encounters:
            try:
                self._store.save(encounter)
            except RecordError as error:
                self.refused.emit(sentence_of(error))
                return False
            if encounter.id in self._encounters:
                self._encounters[encounter.id] = encounter
        self.listing_changed.emit()
        return True

    def take_erased(self, encounter_ids: Sequence[str]) -> None:
        """Show of which recordings the sound was erased: the store knows, whatever is kept in memory here."""
        for encounter_id in encounter_ids:
            if encounter_id in self._encounters:
                load = partial(self._store.load, encounter_id)
                self._reading.run(load, self._mark_erased, lambda _sentence: None)

    def _mark_erased(self, found: Encounter) -> None:
        for entry in found.entries:
            mine = self.entry(found.id, entry.id)
            if isinstance(entry, Dictation) and isinstance(mine, Dictation) and entry.erased_at != mine.erased_at:
                self.put(found.id, replace(mine, erased_at=entry.erased_at), save=False)

    def rename(self, title: str) -> None:
        """Give the encounter that is shown another title; empty goes back to its time."""
        encounter = self.current
        if encounter is None or title == encounter.title:
            return
        self._encounters[encounter.id] = replace(encounter, title=title)
        self.save(encounter.id)
        self.renamed.emit(self.current)

    # --- keeping it --------------------------------------------------------------------------------------------

    def save(self, encounter_id: str) -> None:
        """Write an encounter; several wishes in a row become one."""
        with self._lock:
            is_waiting = encounter_id in self._to_save
            self._to_save[encounter_id] = self._encounters[encounter_id]
        if not is_waiting:
            self._saving.run(
                lambda: self._write(encounter_id),
                self._note_saved,
                lambda sentence: self._note_unsaved(encounter_id, sentence),
            )

    def when_kept(self, encounter_id: str, then: Callable[[], None], otherwise: Callable[[], None]) -> None:
        """Call `then` once what the encounter is now lies on the disk; `otherwise` where it does not get there."""

        def told(_nothing: None) -> None:
            (otherwise if encounter_id in self._unsaved else then)()

        self._saving.run(lambda: None, told, lambda _sentence: None)  # after the saving that was begun before

    def save_again(self) -> None:
        """Write everything that could not be written before."""
        for encounter_id in tuple(self._unsaved):
            self.save(encounter_id)

    @property
    def has_unsaved(self) -> bool:
        """Whether something could not be written, and is only here."""
        return bool(self._unsaved)

    def finish(self) -> None:
        """Wait until everything is on the disk."""
        self._saving.finish()
        self._reading.finish()

    def _write(self, encounter_id: str) -> str:
        # Runs in the background: the newest value is taken here, not when it was asked for.
        with self._lock:
            encounter = self._to_save.pop(encounter_id, None)
        if encounter is not None:
            self._store.save(encounter)
        return encounter_id

    def _note_saved(self, encounter_id: str) -> None:
        if self._unsaved.pop(encounter_id, None) and not self._unsaved:
            self.unsaved_changed.emit("")
        self.saved.emit(encounter_id)
        self.listing_changed.emit()

    def _note_unsaved(self, encounter_id: str, sentence: str) -> None:
        encounter = self._encounters.get(encounter_id)
        if encounter is not None:
            self._unsaved[encounter_id] = encounter
            self.unsaved_changed.emit(sentence)
