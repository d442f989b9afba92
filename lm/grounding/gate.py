"""The gate: ties each sentence of an answer to the passage that says it, or marks it as unverified.

It is deliberately literal. A decoder of any size can write a fluent sentence that nobody said; whether its words,
numbers and negation stand in a source can be decided without a model, the same way every time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lm.grounding.answer import Citation, Evidence, EvidenceWord, Sentence, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WINDOW_WORDS = 30
"""A citation spans at most this many words of its source: what a reader takes in at a glance."""
MIN_COVERAGE = 0.6
"""The share of a sentence's content words that the cited passage must hold."""
CLAUSE_WORDS = 6
"""How far before the matching words a negation of theirs is looked for."""

_CLAUSE_ENDS = (".", "?", "!", ",", ";", ":")
_BOUNDARY = re.compile(r"(?<=[.!?。！？])\s+|\n+|(?<=[。！？])")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+(?:[.,/]\d+)*")
_NEGATIONS = frozenset(
    "no not none never without denies denied deny nor neither cannot can't don't doesn't didn't isn't wasn't "
    "aren't hasn't haven't negative absent".split()
)
_STOP_WORDS = frozenset(
    "a an the and or of to in on at for with by from is are was were be been being has have had do does did it its "
    "this that these those there he she they his her their you your i me my we our as if then than so but also "
    "patient doctor says said yes".split()
)


def split_sentences(text: str) -> list[str]:
    """Split an answer at sentence ends and line breaks; "2.5 mg" stays whole."""
    return [part.strip() for part in _BOUNDARY.split(text) if part.strip()]


def ground(answer: str, evidence: Sequence[Evidence]) -> tuple[Sentence, ...]:
    """Give each sentence of `answer` its verdict and its source; what no text bears out is unverified."""
    return tuple(_ground_sentence(sentence, evidence) for sentence in split_sentences(answer))


def _ground_sentence(text: str, evidence: Sequence[Evidence]) -> Sentence:
    passages = [passage for source in evidence if (passage := _best_passage(text, source)) is not None]
    if passages:
        _, citation = max(passages, key=lambda passage: passage[0])
        return Sentence(text, Verdict.SUPPORTED, (citation,))
    return Sentence(text, Verdict.UNVERIFIED, ())


def _best_passage(sentence: str, source: Evidence) -> tuple[float, Citation] | None:
    """Return the shortest best-covering passage of `source` with its coverage, None when none bears it out."""
    wanted = content_stems(sentence)
    if not wanted:
        return None
    stems = [[_stem(word) for word in _words(word.text)] for word in source.words]
    hits = [place for place, word_stems in enumerate(stems) if wanted.intersection(word_stems)]
    best: tuple[float, int, int, int] | None = None
    for first_hit, start in enumerate(hits):
        for end in hits[first_hit:]:
            if end - start >= WINDOW_WORDS:
                break
            found = {stem for word_stems in stems[start : end + 1] for stem in word_stems}
            rank = (len(wanted & found) / len(wanted), start - end, start, end)
            if best is None or rank > best:
                best = rank
    if best is None or best[0] < MIN_COVERAGE:
        return None
    coverage, _, start, end = best
    passage = _with_negation(source.words, start, end)
    return (coverage, cite(source, passage)) if _facts_agree(sentence, passage) else None


def _with_negation(words: Sequence[EvidenceWord], start: int, end: int) -> Sequence[EvidenceWord]:
    """Widen a passage back towards the start of its clause, so that the "no" before it is not cut off."""
    earliest = max(0, start - CLAUSE_WORDS)
    while start > earliest and not words[start - 1].text.rstrip().endswith(_CLAUSE_ENDS):
        start -= 1
    return words[start : end + 1]


def _facts_agree(sentence: str, passage: Sequence[EvidenceWord]) -> bool:
    """Return whether every number of the sentence stands in the passage and neither negates what the other says."""
    said = _words(" ".join(word.text for word in passage))
    claimed = _words(sentence)
    numbers_kept = {word for word in claimed if word[0].isdigit()} <= set(said)
    return numbers_kept and _is_negated(claimed) == _is_negated(said)


def _is_negated(words: Iterable[str]) -> bool:
    return not _NEGATIONS.isdisjoint(words)


def _words(text: str) -> list[str]:
    return [word.replace("’", "'") for word in _WORD.findall(text.lower())]


def content_stems(text: str) -> set[str]:
    """Return the stems of the words that carry the meaning of a text; numbers count, negations do not."""
    return {_stem(word) for word in _words(text) if word not in _STOP_WORDS and word not in _NEGATIONS}


def _stem(word: str) -> str:
    """Fold the commonest English endings, so that "takes" meets "taking" and "tablets" meets "tablet"."""
    for ending in ("ing", "es", "ed", "s"):
        if len(word) > len(ending) + 3 and word.endswith(ending):
            return word.removesuffix(ending)
    return word.removesuffix("e") if len(word) > 4 else word


def cite(source: Evidence, passage: Sequence[EvidenceWord]) -> Citation:
    """Return the citation of some words of a source, in their order."""
    quote = " ".join(word.text.strip() for word in passage)
    start_s, end_s = passage[0].start_s, passage[-1].end_s
    return Citation(source.kind, source.label, quote, start_s, end_s, heading=source.heading, page=source.page)
