"""From the choices to a document whose every change was seen: de-identified, with changes that can be taken back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from desktop.record.deidentify.dates import DateRule, shift_for
from desktop.record.deidentify.text import MONTH_FIRST, RESIDUAL_RISK, SHIFTED_DATES, TextOptions, deidentify
from desktop.record.export.choices import Choices, Level
from desktop.record.export.document import Document, document_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from desktop.record.deidentify.replacing import Replacement
    from desktop.record.encounter import Encounter
    from desktop.record.export.document import Translate


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document before it leaves: what is replaced in it, and what to know before it is used."""

    original: Document
    changes: tuple[Replacement, ...] = ()
    residual_risk: str = ""

    def without(self, refused: Iterable[Replacement] = ()) -> Document:
        """Return the document with every change but those that were refused."""
        return self.original.changed(set(self.changes) - set(refused))


def prepare(
    encounter: Encounter, choices: Choices, names: tuple[str, ...], key: bytes, translate: Translate
) -> Prepared:
    """Return what is exported of an encounter. `names` are those that the doctor knows.

    `key` gives by how many days dates move: the same for every export of one encounter.
    """
    document = document_of(encounter, choices.parts, translate, hashes=choices.level is Level.NAMED)
    if choices.level is Level.NAMED:
        return Prepared(document)
    rule = DateRule.SHIFT if choices.level is Level.SHIFTED else DateRule.YEAR
    # The title is read first, also where it stays here: a name that it announces is one in the text too.
    title = f"{encounter.title}\n"
    found = deidentify(title + document.patient_text, TextOptions(names, rule, shift_for(key, encounter.id)))
    shift = len(title)
    changes = (
        replace(change, start=change.start - shift, end=change.end - shift)
        for change in found.replacements
        if change.start >= shift
    )
    risk = found.residual_risk
    for sentence in (RESIDUAL_RISK, SHIFTED_DATES, MONTH_FIRST):
        risk = risk.replace(sentence, translate(sentence))
    return Prepared(document, tuple(changes), risk)
