"""The gate of a note: a sentence may claim no drug, amount, side, date or negation that its own words do not hold.

What fails is not mended: the words themselves are shown, as they were said, unverified.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lm.clinical.claims import unborne
from lm.clinical.dialogue import Speaker
from lm.grounding.answer import Citation, Sentence, Verdict
from lm.grounding.gate import cite
from lm.sequence import SourceKind
from lm.tasks.statements import without_bare_answer
from lm.tasks.wording import cleaned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lm.clinical.lexicon import Lexicon
    from lm.tasks.statements import Statement
    from lm.tasks.talk import Said

WIDEST_CITATION = 60
"""Words: a question and its answer are cited as one passage where they stand this close together."""
_SPOKEN_BY = {Speaker.CLINICIAN: "Doctor", Speaker.PATIENT: "Patient", Speaker.COMPANION: "Guest"}
_MONTHS = frozenset(
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday".split()
)
_NEGATION = re.compile(r"\b(?:no|not|none|never|without|nor|neither|cannot|denies|denied|nobody|nothing)\b")


def gated(statement: Statement, lexicon: Lexicon) -> Sentence:
    """Return a statement as a sentence of the note with its verdict, or the raw quote where it fails."""
    citations = citations_of(statement.said)
    if any(one.source.kind is SourceKind.IMAGE for one in statement.said):
        return Sentence(statement.text, Verdict.UNVERIFIED, citations)
    if is_borne_out(statement, lexicon):
        return Sentence(statement.text, Verdict.SUPPORTED, citations)
    quote = " … ".join(citation.quote for citation in citations)
    return Sentence(quote, Verdict.UNVERIFIED, citations)


def is_borne_out(statement: Statement, lexicon: Lexicon) -> bool:
    """Return whether everything that a statement claims stands in the words that it comes from."""
    source = "\n".join(f"{_SPOKEN_BY.get(one.speaker, 'Guest')}: {_asked(one)}" for one in statement.said)
    if unborne(statement.text, source, lexicon):
        return False
    if not _dates(statement.text) <= _dates(source):
        return False
    if statement.is_answer:
        return True  # its negation is that of the answer, which `unborne` has read
    said = " ".join(without_bare_answer(cleaned(one.text)) for one in statement.said)
    return bool(_NEGATION.search(statement.text.lower())) == bool(_NEGATION.search(said.lower()))


def _asked(one: Said) -> str:
    return one.text.rstrip(" .,?") + "?" if one.asks else one.text


def _dates(text: str) -> set[str]:
    return set(_MONTHS.intersection(re.findall(r"[a-z]+", text.lower())))


def citations_of(said: Sequence[Said]) -> tuple[Citation, ...]:
    """Return where sentences stand, those of one passage as one citation."""
    spans: list[tuple[Said, int]] = []
    for one in said:
        if spans and spans[-1][0].source is one.source and 0 <= one.last - spans[-1][0].first <= WIDEST_CITATION:
            spans[-1] = (spans[-1][0], max(spans[-1][1], one.last))
        else:
            spans.append((one, one.last))
    return tuple(dict.fromkeys(cite(one.source, one.source.words[one.first : last]) for one, last in spans))
