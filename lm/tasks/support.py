"""Below the findings of an encounter: how soon somebody should be seen, and by whom, as support and no part of them.

The rules are those of `lm.clinical.urgency`. Each line cites the words that met it; where no rule is met nothing is
added, since that says nothing about the patient being safe.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lm.clinical.urgency import Urgency, triage
from lm.grounding.answer import Sentence, Verdict
from lm.tasks.writing import Section

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lm.clinical.facts import Fact
    from lm.clinical.urgency import RedFlagMet, Suggestion, Triage
    from lm.grounding.answer import Citation
    from lm.tasks.findings import FoundFact
    from lm.tasks.writing import Writing

HEADING = "To weigh"
MOST_WARNINGS, MOST_SPECIALTIES = 3, 3
"""Shown; the most urgent and the ones with most findings come first."""
_SOON = {Urgency.IMMEDIATE: "Now", Urgency.SAME_DAY: "Today", Urgency.ROUTINE: "Routine"}


def with_support(writing: Writing, found: Sequence[FoundFact]) -> Writing:
    """Return the findings with what the rules of urgency and specialty say of them."""
    said = triage([one.fact for one in found])
    sentences = _sentences(said, found)
    if not sentences:
        return writing
    section = Section(HEADING, sentences, is_check=True)
    return replace(writing, sections=(*writing.sections, section), notices=(*writing.notices, said.disclaimer))


def _sentences(said: Triage, found: Sequence[FoundFact]) -> tuple[Sentence, ...]:
    warnings = (_warning(one, found) for one in said.warnings[:MOST_WARNINGS])
    specialties = (_specialty(one, found) for one in said.suggestions[:MOST_SPECIALTIES])
    return (*warnings, *specialties)


def _warning(met: RedFlagMet, found: Sequence[FoundFact]) -> Sentence:
    text = f"{_SOON[met.urgency]}: {met.title}. {met.reason}"
    return Sentence(text, Verdict.SUPPORTED, _citations(met.facts, found))


def _specialty(suggestion: Suggestion, found: Sequence[FoundFact]) -> Sentence:
    names = ", ".join(dict.fromkeys(fact.name for fact in suggestion.facts))
    text = f"A specialty to consider: {suggestion.specialty} ({names})."
    return Sentence(text, Verdict.SUPPORTED, _citations(suggestion.facts, found))


def _citations(facts: Iterable[Fact], found: Sequence[FoundFact]) -> tuple[Citation, ...]:
    sources = [(one, next(place for place in found if place.fact is one)) for one in facts]
    return tuple(dict.fromkeys(place.source.cite_sentence(one.start, one.end) for one, place in sources))
