"""Changes to an encounter as functions from value to value (no Qt, no disk)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from desktop.record.encounter import (
    Answer,
    AnswerStatus,
    Attachment,
    CitedKind,
    Consent,
    ConsentState,
    Dictation,
    Encounter,
    Question,
    Verdict,
    Writing,
)

if TYPE_CHECKING:
    from desktop.record.encounter import Entry, Region, Sentence

_LAST_NUMBER = re.compile(r"(\d+)\D*$")
ANSWERED = frozenset({AnswerStatus.COMPLETE, AnswerStatus.CUT_SHORT})
_LETS_RECORD = frozenset({ConsentState.AGREED, ConsentState.DICTATION_ALONE, ConsentState.NOT_POSSIBLE})


def entry_of(encounter: Encounter, entry_id: str) -> Entry | None:
    """Return the entry with that id."""
    return next((entry for entry in encounter.entries if entry.id == entry_id), None)


def with_entry(encounter: Encounter, entry: Entry, now: str) -> Encounter:
    """Return the encounter with `entry` in the place of the one with its id, else at the end."""
    if entry_of(encounter, entry.id) is None:
        return replace(encounter, entries=(*encounter.entries, entry), changed=now)
    entries = tuple(entry if other.id == entry.id else other for other in encounter.entries)
    return replace(encounter, entries=entries, changed=now)


def without_entry(encounter: Encounter, entry_id: str, now: str) -> Encounter:
    """Return the encounter without one entry."""
    entries = tuple(entry for entry in encounter.entries if entry.id != entry_id)
    return replace(encounter, entries=entries, changed=now)


def file_names(entry: Entry) -> tuple[str, ...]:
    """Return the files that an entry names inside its encounter's folder."""
    if isinstance(entry, Dictation):
        return (entry.file,)
    return entry.files if isinstance(entry, Attachment) else ()


def consent_of(encounter: Encounter) -> Consent | None:
    """Return what holds about recording at this bedside; what is said of imported recordings holds for these alone."""
    answered = (entry for entry in reversed(encounter.entries) if isinstance(entry, Consent))
    return next((consent for consent in answered if consent.state is not ConsentState.IMPORTED), None)


def may_record(encounter: Encounter) -> bool:
    """Return whether a sample may be kept: somebody answered, and it was not withdrawn."""
    consent = consent_of(encounter)
    return consent is not None and consent.state in _LETS_RECORD


def next_number(encounter: Encounter, kind: type[Dictation] | type[Attachment]) -> int:
    """Return the number for the next label of a kind; one that was given away is not used again while it is seen."""
    labels = [entry.label for entry in encounter.entries if isinstance(entry, kind)]
    numbers = [int(found.group(1)) for label in labels if (found := _LAST_NUMBER.search(label))]
    return max([len(labels), *numbers]) + 1


def attachment_labelled(encounter: Encounter, label: str) -> Attachment | None:
    """Return the attachment that citations call `label`."""
    found = (entry for entry in encounter.entries if isinstance(entry, Attachment) and entry.label == label)
    return next(found, None)


def file_of_frame(picture: Attachment, frame: int | None) -> tuple[str, int | None]:
    """Return which file of a picture holds a frame, the middle one for None, and which frame of that file it is."""
    if len(picture.files) == 1:
        return picture.files[0], frame
    # A series: its frames are its files.
    place = len(picture.files) // 2 if frame is None else min(frame, len(picture.files) - 1)
    return picture.files[place], None


def with_region(picture: Attachment, region: Region) -> Attachment:
    """Return the picture with `region` in the place of the one on its frame."""
    others = (other for other in picture.regions if other.frame != region.frame)
    return replace(picture, regions=(*others, region))


def without_region(picture: Attachment, frame: int) -> Attachment:
    """Return the picture with nothing marked on one of its frames."""
    return replace(picture, regions=tuple(region for region in picture.regions if region.frame != frame))


def dictation_labelled(encounter: Encounter, label: str) -> Dictation | None:
    """Return the recording that citations call `label`."""
    found = (entry for entry in encounter.entries if isinstance(entry, Dictation) and entry.label == label)
    return next(found, None)


def turns_before(encounter: Encounter, question_id: str) -> tuple[tuple[Question, Answer], ...]:
    """Return the questions before one with the last answer that each of them got."""
    answers = {
        entry.question_id: entry
        for entry in encounter.entries
        if isinstance(entry, Answer) and entry.status in ANSWERED and entry.text
    }
    turns = []
    for entry in encounter.entries:
        if entry.id == question_id:
            break
        if isinstance(entry, Question) and entry.id in answers:
            turns.append((entry, answers[entry.id]))
    return tuple(turns)


def sentences_of(entry: Entry | None) -> tuple[Sentence, ...]:
    """Return the sentences of an answer or of a draft's text, in order; other entries have none."""
    if isinstance(entry, Writing):
        return tuple(sentence for part in entry.sections if not part.is_check for sentence in part.sentences)
    return entry.sentences if isinstance(entry, Answer) else ()


def said_of_pictures(encounter: Encounter, before: str) -> tuple[Sentence, ...]:
    """Return what the answers before an entry say of pictures; what was withheld is not said."""
    return tuple(
        sentence
        for _, answer in turns_before(encounter, before)
        for sentence in answer.sentences
        if sentence.verdict is not Verdict.WITHHELD
        and any(citation.kind is CitedKind.IMAGE for citation in sentence.citations)
    )


def settled_until(dictation: Dictation) -> float:
    """Return up to which second the words of a recording are settled."""
    return dictation.utterances[-1].end_s if dictation.utterances else 0.0
