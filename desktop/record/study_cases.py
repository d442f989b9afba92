"""Notes of the record as cases to learn from: without what names a person, as far as rules find it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.record.deidentify.text import TextOptions, deidentify
from desktop.record.encounter import AnswerStatus, Verdict, Writing, WritingForm
from desktop.record.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from desktop.record.encounter import Encounter
    from desktop.record.store import EncounterStore

MOST = 50
"""Encounters that are looked through, the last changed first."""


@dataclass(frozen=True, slots=True)
class StudyCase:
    """The last note of one encounter, de-identified."""

    encounter_id: str
    text: str


def _never() -> bool:
    return False


def study_cases(store: EncounterStore, cancelled: Callable[[], bool] = _never) -> tuple[StudyCase, ...]:
    """Return the notes that can be asked about, fewer once `cancelled`; one that cannot be read is passed over."""
    return tuple(_cases(store, cancelled))


def _cases(store: EncounterStore, cancelled: Callable[[], bool]) -> Iterator[StudyCase]:
    for summary in store.summaries()[:MOST]:
        if cancelled():
            return
        try:
            encounter = store.load(summary.id)
        except RecordError:  # the list of encounters tells it
            continue
        note = note_text(encounter)
        if note:
            yield StudyCase(encounter.id, _without_names(encounter.title, note))


def note_text(encounter: Encounter) -> str:
    """Return the last whole note as headings with what stands below them; empty where there is none."""
    notes = [entry for entry in encounter.entries if isinstance(entry, Writing) and _is_note(entry)]
    if not notes:
        return ""
    blocks = []
    for section in notes[-1].sections:
        said = [sentence.text for sentence in section.sentences if sentence.verdict is not Verdict.WITHHELD]
        if said and not section.is_check:
            blocks.append("\n".join([section.heading, *said]))
    return "\n\n".join(blocks)


def _is_note(writing: Writing) -> bool:
    return writing.form is WritingForm.NOTE and writing.status is AnswerStatus.COMPLETE


def _without_names(title: str, note: str) -> str:
    """Return a note without identifiers. The title is read first: a name that it announces is one in the note too."""
    found = deidentify(f"{title}\n{note}", TextOptions())
    return found.text.partition("\n")[2]
