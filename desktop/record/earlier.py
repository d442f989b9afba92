"""Encounters of earlier schemas, brought to the present one as plain JSON before they are read strictly.

Nothing here judges a document: what does not fit its schema is left for the strict reader to refuse.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_WORDS = re.compile(r"(?P<label>.*) \((?P<words>[0-9]{1,9}) words?\)", re.DOTALL)
_HEADER = re.compile(r"(?P<label>.*) \(only what its file header says\)", re.DOTALL)


def brought_up(encounter: object, schema: int) -> object:
    """Return an encounter of `schema` as one of the present schema."""
    for step in _STEPS[schema - 1 :]:
        encounter = step(encounter)
    return encounter


def _with_structured_used(encounter: object) -> object:
    """Schema 1 kept what a decoder was given as English sentences, schema 2 as kind, label and number of words.

    Schema 2 also added marked regions, which earlier encounters are read without.
    """
    if not isinstance(encounter, dict) or not isinstance(encounter.get("entries"), list):
        return encounter
    return {**encounter, "entries": [_entry_with_structured_used(entry) for entry in encounter["entries"]]}


def _entry_with_structured_used(entry: object) -> object:
    if not isinstance(entry, dict) or entry.get("kind") != "answer" or not isinstance(entry.get("used"), list):
        return entry
    return {**entry, "used": [_structured(text) for text in entry["used"]]}


def _structured(text: object) -> dict[str, Any] | None:
    """Return what a text of schema 1 meant; one of unknown form is kept as it is, as the name of a picture was."""
    if not isinstance(text, str):
        return None
    if text == "your question":
        return {"kind": "question"}
    if words := _WORDS.fullmatch(text):
        return {"kind": "words", "label": words["label"], "words": int(words["words"])}
    if header := _HEADER.fullmatch(text):
        return {"kind": "header", "label": header["label"]}
    return {"kind": "picture", "label": text}


def _with_passages(encounter: object) -> object:
    """Schema 3 cites passages by heading and page, which earlier encounters do not have."""
    return encounter


def _with_drafts_and_written_words(encounter: object) -> object:
    """Schema 4 has drafts among the entries, and beside what was said how it is written and its translation."""
    return encounter


def _with_consent(encounter: object) -> object:
    """Schema 5 has the consent to recordings among the entries, and names the prompt of answers and drafts.

    What earlier schemas kept stays without.
    """
    return encounter


def _with_signatures(encounter: object) -> object:
    """Schema 6 keeps edits, double check and signature of a note, and when the sound of a recording was erased."""
    return encounter


def _with_speakers(encounter: object) -> object:
    """Schema 7 says who speaks, where the voices were told apart; utterances of earlier schemas name nobody."""
    return encounter


def _with_patient(encounter: object) -> object:
    """Schema 8 keeps which encounters the doctor said are of the same patient; of earlier ones nobody said so."""
    return encounter


_STEPS: tuple[Callable[[object], object], ...] = (
    _with_structured_used,
    _with_passages,
    _with_drafts_and_written_words,
    _with_consent,
    _with_signatures,
    _with_speakers,
    _with_patient,
)
"""From schema 1 to 2, and so on."""
SCHEMA = 1 + len(_STEPS)
"""The present one."""
