"""From the choices to a document whose every change was seen: de-identified, with changes that can be taken back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from desktop.record.deidentify.dates import DateRule, shift_for
from desktop.record.deidentify.text import MONTH_FIRST, RESIDUAL_RISK, SHIFTED_DATES, TextOptions, deidentify
from desktop.record.encounter import Writing
from desktop.record.export.choices import Choices, Format, Level, Part
from desktop.record.export.document import Document, document_of
from desktop.record.export.text import as_text
from desktop.record.fhir.bundle import BundleMaker, Wish
from desktop.record.fhir.document import FhirDocument
from desktop.record.fhir.releases import Release
from desktop.record.fhir.times import times_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from desktop.record.deidentify.replacing import Replacement
    from desktop.record.encounter import Encounter
    from desktop.record.export.document import Translate

Leaving = Document | FhirDocument
"""What leaves the record."""


def shown(document: Leaving) -> str:
    """Return a document as it is looked at before it leaves."""
    return document.preview() if isinstance(document, FhirDocument) else as_text(document)


_RELEASES = {Format.FHIR_R4: Release.R4, Format.FHIR_R5: Release.R5}


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document before it leaves: what is replaced in it, and what to know before it is used."""

    original: Leaving
    changes: tuple[Replacement, ...] = ()
    residual_risk: str = ""

    def without(self, refused: Iterable[Replacement] = ()) -> Leaving:
        """Return the document with every change but those that were refused."""
        return self.original.changed(set(self.changes) - set(refused))


@dataclass(frozen=True, slots=True)
class Preparing:
    """What preparing an export needs beside the choices."""

    key: bytes
    """It gives by how many days dates move, and the ids: the same for every export of one encounter."""
    names: tuple[str, ...] = ()
    """Names that the doctor knows."""
    translate: Translate = str
    clock: Callable[[], datetime] = _now
    version: str = ""
    """Of Bedside."""


def prepare(encounter: Encounter, choices: Choices, given: Preparing) -> Prepared:
    """Return what is exported of an encounter."""
    document = _document(encounter, choices, given)
    if choices.level is Level.NAMED:
        return Prepared(document)
    rule = DateRule.SHIFT if choices.level is Level.SHIFTED else DateRule.YEAR
    # The title is read first, also where it stays here: a name that it announces is one in the text too.
    title = f"{encounter.title}\n"
    names = (*given.names, *_doctors(encounter))
    options = TextOptions(names, rule, shift_for(given.key, encounter.id), today=given.clock().date())
    found = deidentify(title + document.patient_text, options)
    shift = len(title)
    changes = (
        replace(change, start=change.start - shift, end=change.end - shift)
        for change in found.replacements
        if change.start >= shift
    )
    risk = found.residual_risk
    for sentence in (RESIDUAL_RISK, SHIFTED_DATES, MONTH_FIRST):
        risk = risk.replace(sentence, given.translate(sentence))
    return Prepared(document, tuple(changes), risk)


def _doctors(encounter: Encounter) -> tuple[str, ...]:
    """Return who signed or edited a note, as they typed their names: nothing around these need tell that they are."""
    notes = [entry for entry in encounter.entries if isinstance(entry, Writing)]
    signed = [note.signature.by for note in notes if note.signature]
    return tuple(dict.fromkeys(filter(None, (*signed, *(edit.by for note in notes for edit in note.edits)))))


def _document(encounter: Encounter, choices: Choices, given: Preparing) -> Leaving:
    release = _RELEASES.get(choices.format)
    if release is None:
        return document_of(encounter, choices.parts, given.translate, hashes=choices.level is Level.NAMED)
    parts = choices.parts if choices.takes_files else choices.parts - {Part.FILES}
    times = times_of(choices.level, given.key, encounter.id, given.clock)
    wish = Wish(release, parts, choices.purpose, choices.level, times, given.key, given.version)
    return FhirDocument(release, BundleMaker(encounter, wish, given.translate).made())
