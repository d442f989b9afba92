"""What a doctor checks before signing: the drugs, doses, sides, negations and numbers of a note, in a few lines.

The recording can be decoded a second time; `compare_readings` says where the two readings disagree about any of these.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from lm.clinical.claims import claims_of
from lm.clinical.extract import extract
from lm.clinical.facts import Assertion, Fact, FactKind
from lm.clinical.lexicon import mentions_in
from lm.clinical.numbers import quantities_in
from lm.grounding.answer import Citation, Sentence, Verdict
from lm.tasks.writing import Section

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lm.clinical.lexicon import Lexicon
    from lm.grounding.answer import EvidenceWord
    from lm.tasks.writing import Writing

CHECK_HEADING = "Check before signing"
MOST_LINES = 10
_AROUND = 4
"""Shared words on both sides of a difference that are compared with it: "not" and a unit keep what they belong to."""
_NEGATION = re.compile(r"\b(?:no|not|none|never|without|denies|denied|cannot|\w+n['’]t|n['’]t)\b", re.IGNORECASE)
_SIDE = re.compile(r"\b(?:left|right|bilateral(?:ly)?|both)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One line to check: `about` says what it is, `citations` where it was said."""

    about: str
    text: str
    citations: tuple[Citation, ...]
    sentences: tuple[int, ...] = ()
    """Which sentences of the note it is about, counted from 0 over all sections."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two readings of the same seconds that differ in `about`: a number, a side, a negation or a drug."""

    about: str
    first: str
    second: str
    start_s: float | None
    end_s: float | None


def with_check(writing: Writing, lines: Iterable[CheckLine]) -> Writing:
    """Return a note with what is to be checked before signing as its last section."""
    sentences = tuple(Sentence(f"{one.about}: {one.text}", Verdict.SUPPORTED, one.citations) for one in lines)
    return (
        replace(writing, sections=(*writing.sections, Section(CHECK_HEADING, sentences, is_check=True)))
        if sentences
        else writing
    )


def double_check(writing: Writing, lexicon: Lexicon) -> tuple[CheckLine, ...]:
    """Return at most ten lines; what does not fit into a line of its own stands in the last one of its kind."""
    said = (sentence for section in writing.sections for sentence in section.sentences)
    sentences = [_Numbered(number, sentence) for number, sentence in enumerate(said)]
    facts = [(fact, sentence) for sentence in sentences for fact in extract(sentence.text, lexicon)]
    drugs = list(_drug_lines(facts))
    others = [line for line in (_allergies(facts), *_lists(sentences, facts, lexicon)) if line is not None]
    return (*_fitted(drugs, MOST_LINES - len(others)), *others)


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A sentence of a note with its number."""

    number: int
    sentence: Sentence

    @property
    def text(self) -> str:
        return self.sentence.text

    def line(self, about: str, text: str) -> CheckLine:
        return CheckLine(about, text, self.sentence.citations, (self.number,))


def _drug_lines(facts: Sequence[tuple[Fact, _Numbered]]) -> Iterator[CheckLine]:
    told: set[str] = set()
    for fact, sentence in facts:
        line = " ".join(part for part in (fact.name, fact.dose.amount, fact.dose.route, fact.dose.frequency) if part)
        line += " (denied or stopped)" if fact.assertion is Assertion.ABSENT else ""
        if fact.kind is FactKind.DRUG and line.lower() not in told:
            told.add(line.lower())
            yield sentence.line("Drug", line)


def _fitted(lines: list[CheckLine], room: int) -> list[CheckLine]:
    if len(lines) <= room:
        return lines
    rest = lines[room - 1 :]
    return [*lines[: room - 1], _joined(rest[0].about, rest)]


def _joined(about: str, lines: Sequence[CheckLine]) -> CheckLine:
    citations = tuple(dict.fromkeys(citation for line in lines for citation in line.citations))
    sentences = tuple(dict.fromkeys(number for line in lines for number in line.sentences))
    return CheckLine(about, "; ".join(dict.fromkeys(line.text for line in lines)), citations, sentences)


def _allergies(facts: Sequence[tuple[Fact, _Numbered]]) -> CheckLine | None:
    found = [
        sentence.line("Allergies", f"{'no ' if fact.assertion is Assertion.ABSENT else ''}{fact.name}")
        for fact, sentence in facts
        if fact.kind is FactKind.ALLERGY
    ]
    return _joined("Allergies", found) if found else None


def _lists(
    sentences: Sequence[_Numbered], facts: Sequence[tuple[Fact, _Numbered]], lexicon: Lexicon
) -> Iterator[CheckLine | None]:
    doses = {fact.dose.amount for fact, _ in facts if fact.dose.amount}
    measured = [(fact, its) for fact, its in facts if fact.kind in {FactKind.VITAL, FactKind.LAB} and fact.value]
    told = doses | {fact.value for fact, _ in measured}
    rows: dict[str, list[CheckLine]] = {"Sides": [], "Numbers": [], "Denied": [], "Unverified": []}
    for sentence in sentences:
        claims = claims_of(sentence.text, lexicon)
        shown = sentence.text.strip(" .")
        if claims.sides:
            rows["Sides"].append(sentence.line("Sides", shown))
        rows["Numbers"] += [
            sentence.line("Numbers", f"{fact.name} {fact.value}") for fact, its in measured if its is sentence
        ]
        rows["Numbers"] += [
            sentence.line("Numbers", sentence.text[quantity.start : quantity.end])
            for quantity in quantities_in(sentence.text)
            if quantity.unit and not any(sentence.text[quantity.start : quantity.end] in known for known in told)
        ]
        if _NEGATION.search(sentence.text):
            rows["Denied"].append(sentence.line("Denied", shown))
        if sentence.sentence.verdict is Verdict.UNVERIFIED:
            rows["Unverified"].append(sentence.line("Unverified", shown))
    yield from (_joined(about, lines) if lines else None for about, lines in rows.items())


# --- a second reading ----------------------------------------------------------------------------------------------


def compare_readings(
    first: Sequence[EvidenceWord],
    second: Sequence[EvidenceWord],
    lexicon: Lexicon,
    within: tuple[float, float] | None = None,
) -> tuple[Disagreement, ...]:
    """Return where two readings of one recording disagree about a number, a side, a negation or a drug.

    The times are those of the first reading. Other words may differ as they like, and so may words of the first reading
    outside the seconds `within`: a reading that begins in the middle of a word hears another one there.
    """
    mine, theirs = [_key(word) for word in first], [_key(word) for word in second]
    found: list[Disagreement] = []
    edges = SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes()
    for at, (kind, start, end, other_start, other_end) in enumerate(edges):
        if kind == "equal" or not _touches(first, start, end, within):
            continue
        before, after = _shared(edges[at - 1 : at]), _shared(edges[at + 1 : at + 2])
        here = first[start - before : end + after]
        there = second[other_start - before : other_end + after]
        found += _disagreements(here, there, lexicon)
    return tuple(dict.fromkeys(found))


def _shared(edge: Sequence[tuple[str, int, int, int, int]]) -> int:
    """Return how many words of a neighbouring stretch both readings share and are compared with a difference."""
    return min(_AROUND, edge[0][2] - edge[0][1]) if edge and edge[0][0] == "equal" else 0


def _touches(first: Sequence[EvidenceWord], start: int, end: int, within: tuple[float, float] | None) -> bool:
    """Return whether words, or the gap before one of them, lie in some seconds; words without times lie everywhere."""
    if within is None:
        return True
    begins = first[start].start_s if start < end else first[start - 1].end_s if start else None
    ends = first[end - 1].end_s if start < end else first[start].start_s if start < len(first) else None
    return (ends is None or ends > within[0]) and (begins is None or begins < within[1])


def _key(word: EvidenceWord) -> str:
    return word.text.strip().lower().strip(".,;:?!")


def _disagreements(
    here: Sequence[EvidenceWord], there: Sequence[EvidenceWord], lexicon: Lexicon
) -> Iterator[Disagreement]:
    said, heard = _text(here), _text(there)
    start_s, end_s = (here[0].start_s, here[-1].end_s) if here else (None, None)
    # "metform in" and "metformin": the same letters, parted by another hearing of the pause between them.
    same_letters = "".join(map(_key, here)) == "".join(map(_key, there))
    for about, mine, theirs in zip(
        ("number", "side", "negation", "drug"), _facets(said, lexicon), _facets(heard, lexicon), strict=True
    ):
        if mine != theirs and not (about == "drug" and same_letters):
            yield Disagreement(about, said, heard, start_s, end_s)


def _facets(text: str, lexicon: Lexicon) -> tuple[object, ...]:
    return (
        sorted(str(quantity) for quantity in quantities_in(text)),
        sorted(found.lower() for found in _SIDE.findall(text)),
        len(_NEGATION.findall(text)) > 0,
        sorted(_drugs(text, lexicon)),
    )


def _drugs(text: str, lexicon: Lexicon) -> Iterable[str]:
    return (found.entry.name for found in mentions_in(text, lexicon) if found.entry.kind is FactKind.DRUG)


def _text(words: Sequence[EvidenceWord]) -> str:
    return " ".join(word.text.strip() for word in words)
