"""The findings of an encounter as a table in sentences: problems, drugs, allergies, measurements, each with its words.

Nothing is inferred: a finding is a `Fact` that a rule found in what was said or typed. Findings that were named more
than once stand once, with the last thing that was said of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lm.clinical.facts import Assertion, Course, Fact, FactKind
from lm.grounding.answer import Sentence, Verdict
from lm.tasks.writing import Section, Writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lm.clinical.spoken_text import SpokenText

TITLE = "Findings"
NOTHING = "No finding was recognised in what was said and typed. Rules look for it; they miss what is paraphrased."
RULES = "Found by rules in what was said and typed. Check each against its source; what was paraphrased may be missing."


@dataclass(frozen=True, slots=True)
class FoundFact:
    """A fact with the source that it was found in."""

    fact: Fact
    source: SpokenText


@dataclass(frozen=True, slots=True)
class _Group:
    heading: str
    holds: Callable[[Fact], bool]


def _is_own(fact: Fact) -> bool:
    return fact.assertion in {Assertion.PRESENT, Assertion.POSSIBLE}


_MEASURED = frozenset({FactKind.VITAL, FactKind.LAB})
_OF_NOBODY_HERE = frozenset({Assertion.FAMILY, Assertion.HYPOTHETICAL})
"""A relative's blood pressure and one that is feared are not the patient's."""
_OF_FAMILY = _MEASURED | {FactKind.PROBLEM}
GROUPS = (
    _Group("Allergies", lambda fact: fact.kind is FactKind.ALLERGY),
    _Group("Problems", lambda fact: fact.kind is FactKind.PROBLEM and _is_own(fact) and fact.course is Course.CURRENT),
    _Group("Drugs", lambda fact: fact.kind is FactKind.DRUG),
    _Group("Measurements", lambda fact: fact.kind in _MEASURED and fact.assertion not in _OF_NOBODY_HERE),
    _Group("Denied", lambda fact: fact.kind is FactKind.PROBLEM and fact.assertion is Assertion.ABSENT),
    _Group("Past", lambda fact: fact.kind is FactKind.PROBLEM and _is_own(fact) and fact.course is Course.PAST),
    _Group("Family", lambda fact: fact.kind in _OF_FAMILY and fact.assertion is Assertion.FAMILY),
    _Group("Procedures", lambda fact: fact.kind is FactKind.PROCEDURE),
)
"""In the order in which a doctor looks: what can harm first."""


def findings(facts: Iterable[FoundFact]) -> Writing:
    """Return the findings by kind; groups without any are left out."""
    newest = _newest(facts)
    sections = tuple(
        Section(group.heading, tuple(map(_sentence, chosen)))
        for group in GROUPS
        if (chosen := [found for found in newest if group.holds(found.fact)])
    )
    return Writing(TITLE, sections, (RULES if sections else NOTHING,))


def _newest(facts: Iterable[FoundFact]) -> list[FoundFact]:
    """Return each finding once, where it was first named, as it was last spoken of."""
    kept: dict[tuple[str, ...], FoundFact] = {}
    for found in facts:
        kept[_identity(found.fact)] = found
    return list(kept.values())


def _identity(fact: Fact) -> tuple[str, ...]:
    of_family = str(fact.assertion is Assertion.FAMILY)
    value = fact.value if fact.kind in _MEASURED else ""
    return (fact.kind, fact.name.casefold(), fact.side, of_family, value)


def _sentence(found: FoundFact) -> Sentence:
    fact = found.fact
    return Sentence(described(fact), Verdict.SUPPORTED, (found.source.cite_sentence(fact.start, fact.end),))


def described(fact: Fact) -> str:
    """Return a finding in a line: "Cough, left, since three days (HP:0012735)"."""
    dose = (fact.dose.amount, fact.dose.route, fact.dose.frequency, fact.dose.duration)
    since = f"since {fact.onset}" if fact.onset else ""
    doubt = "possible" if fact.assertion is Assertion.POSSIBLE else ""
    planned = "planned" if fact.course is Course.PLANNED else ""
    parts = [_capital(fact.name or fact.text), fact.value, fact.side, *dose, since, doubt, planned]
    codes = ", ".join(code.code for code in fact.codes if code.code)
    line = ", ".join(filter(None, parts))
    return f"{line} ({codes})" if codes else line


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def found_in(sources: Sequence[SpokenText], extract: Callable[[str], Iterable[Fact]]) -> tuple[FoundFact, ...]:
    """Return what a rule finds in each source, in order."""
    return tuple(FoundFact(fact, source) for source in sources for fact in extract(source.text))
