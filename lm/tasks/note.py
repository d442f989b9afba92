"""A note from what was said, typed and seen: every sentence is what somebody said, reworded by rules, with its place.

Extractive on purpose. A small decoder invents drug names even where a grammar holds it; here nothing is written that
was not said, the gate checks the wording, and what it refuses is shown as the raw quote.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lm.clinical.dialogue import Speaker
from lm.clinical.extract import extract
from lm.clinical.facts import Course, FactKind
from lm.clinical.lexicon import mentions_in
from lm.clinical.numbers import quantities_in
from lm.grounding.gate import content_stems
from lm.sequence import SourceKind
from lm.tasks.note_gate import gated
from lm.tasks.placing import Part, Placed, Placer
from lm.tasks.statements import Statement, statements_of, verbatim
from lm.tasks.talk import sentences_said, with_guessed_speakers
from lm.tasks.wording import person_in, sentence
from lm.tasks.writing import Section, Writing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lm.clinical.lexicon import Lexicon
    from lm.grounding.answer import Evidence
    from lm.tasks.talk import Said
    from lm.tasks.templates import Template

KEEP = 0.08
"""How surely a statement must belong into a note to be in it; chosen on the split "valid"."""
KEEP_CLINICAL = 0.02
"""The same for a statement that names a drug, an allergy, a procedure or a measured amount: left out, it is missed."""
_MEASURED = frozenset("mg mcg g mL L units mEq % puffs tablets drops sprays mmHg bpm °F °C".split())
_ORDERED = frozenset({FactKind.PROCEDURE, FactKind.DRUG})
_PART_OF = {
    FactKind.ALLERGY: Part.ALLERGIES,
    FactKind.VITAL: Part.EXAM,
    FactKind.LAB: Part.RESULTS,
    FactKind.DRUG: Part.MEDICATIONS,
}
"""Where a sentence stands by the first of these kinds that it tells."""
MOST_DENIED = 8
"""Denials that are told in one sentence."""

SPEAKERS_GUESSED = "The recording does not say who speaks: doctor and patient were told apart by their words."
NOTHING_TO_WRITE = "Nothing was said that belongs into a note."


@dataclass(frozen=True, slots=True)
class NoteOptions:
    """How a note is chosen; `keep` 0 to 1 lets less in the higher it is."""

    keep: float = KEEP
    keep_clinical: float = KEEP_CLINICAL


def write_note(
    evidence: Sequence[Evidence], template: Template, lexicon: Lexicon, options: NoteOptions | None = None
) -> Writing:
    """Write a note section by section. Transcripts are reworded; typed text and what was said of pictures stays."""
    chosen = options or NoteOptions()
    spoken = [_spoken(source) for source in evidence if source.kind is SourceKind.TRANSCRIPT]
    person = person_in(" ".join(one.text for said in spoken for one in said))
    placed = [place for said in spoken for place in Placer.shipped().place(statements_of(said, person))]
    kept = [_by_its_facts(place, lexicon) for place in _without_repetition(_chosen(placed, lexicon, chosen))]
    kept += [_typed(one) for source in evidence for one in _other(source)]
    sections = _sections(kept, template, lexicon)
    return Writing(template.title, sections, tuple(_notices(evidence, kept)))


def _chosen(placed: Sequence[Placed], lexicon: Lexicon, options: NoteOptions) -> Iterable[Placed]:
    for place in placed:
        if place.weight >= options.keep or (
            place.weight >= options.keep_clinical and _is_clinical(place.statement.text, lexicon)
        ):
            yield place


def _is_clinical(text: str, lexicon: Lexicon) -> bool:
    if any(quantity.unit in _MEASURED for quantity in quantities_in(text)):
        return True
    kinds = (FactKind.DRUG, FactKind.ALLERGY, FactKind.PROCEDURE, FactKind.LAB)
    return any(found.entry.kind in kinds for found in mentions_in(text, lexicon))


def _by_its_facts(place: Placed, lexicon: Lexicon) -> Placed:
    """Put a statement where its facts belong, whatever its words are like; without such facts it stays.

    What was measured is an examination or a result, what is to be done is a plan, what is taken at a dose is a
    medication, in a note of any length.
    """
    facts = extract(" ".join(one.text for one in place.statement.said), lexicon)
    if any(fact.course is Course.PLANNED and fact.kind in _ORDERED for fact in facts):
        return replace(place, part=Part.PLAN)
    telling = {fact.kind for fact in facts if fact.value or fact.dose.amount or fact.kind is FactKind.ALLERGY}
    part = next((part for kind, part in _PART_OF.items() if kind in telling), place.part)
    return replace(place, part=part)


def _spoken(source: Evidence) -> tuple[Said, ...]:
    return with_guessed_speakers(sentences_said(source))


def _other(source: Evidence) -> tuple[Said, ...]:
    return () if source.kind is SourceKind.TRANSCRIPT else sentences_said(source)


def _typed(one: Said) -> Placed:
    """Place a sentence that needs no rewording: of a picture among the results, the doctor's own by its words."""
    statement = verbatim(replace(one, speaker=Speaker.CLINICIAN))
    if one.source.kind is SourceKind.IMAGE:
        return Placed(statement, Part.RESULTS, 1.0)
    return replace(Placer.shipped().place((statement,))[0], weight=1.0)


def _without_repetition(placed: Iterable[Placed]) -> list[Placed]:
    """Leave out statements whose content an earlier one of the same kind has said already."""
    kept: list[Placed] = []
    told: list[frozenset[str]] = []
    for place in placed:
        stems = frozenset(content_stems(place.statement.text))
        denied = "denies" if place.statement.denies else ""
        key = stems | {denied}
        if stems and not any(key <= earlier for earlier in told):
            kept.append(place)
            told.append(key)
    return kept


def _sections(kept: Sequence[Placed], template: Template, lexicon: Lexicon) -> tuple[Section, ...]:
    found: list[list[Statement]] = [[] for _ in template.sections]
    for place in kept:
        at = template.section_of(place.part, place.statement.text)
        if at is not None:
            found[at].append(place.statement)
    return tuple(
        Section(section.heading, tuple(gated(statement, lexicon) for statement in _with_denials_joined(statements)))
        for section, statements in zip(template.sections, found, strict=True)
    )


def _with_denials_joined(statements: Sequence[Statement]) -> list[Statement]:
    """Tell denials that follow each other in one sentence: "Denies fever, chills, cough."."""
    joined: list[Statement] = []
    for statement in statements:
        before = joined[-1] if joined else None
        if before and before.denies and statement.denies and before.denies.count(",") < MOST_DENIED:
            denied = f"{before.denies}, {statement.denies}"
            joined[-1] = Statement(sentence(f"denies {denied}"), before.said + statement.said, denied)
        else:
            joined.append(statement)
    return joined


def _notices(evidence: Sequence[Evidence], kept: Sequence[Placed]) -> Iterable[str]:
    spoken = [source for source in evidence if source.kind is SourceKind.TRANSCRIPT]
    if any(one.speaker is Speaker.UNKNOWN for source in spoken for one in sentences_said(source)):
        yield SPEAKERS_GUESSED
    if not kept:
        yield NOTHING_TO_WRITE
