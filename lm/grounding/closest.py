"""The closest words that were said or written, beside a sentence that they do not bear out.

A decoder that says something nobody said is not answered by a warning alone: the doctor wants what was said instead.
It is found as literally as the gate finds its passages, sentence of the source by sentence.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from lm.grounding.answer import Citation, Evidence, EvidenceWord, Sentence, Verdict
from lm.grounding.gate import cite, content_stems
from lm.sequence import SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MIN_SHARED = 2
"""Content words that a sentence and its question must share with what was said."""

_QUOTED = frozenset({SourceKind.TRANSCRIPT, SourceKind.PASSAGE})
_ENDS = (".", "?", "!", "。", "？", "！")
_ASKS = ("?", "？")


class _Said(NamedTuple):
    source: Evidence
    words: Sequence[EvidenceWord]
    stems: set[str]


def with_closest_words(
    sentences: Sequence[Sentence], question: str, evidence: Sequence[Evidence]
) -> tuple[Sentence, ...]:
    """Let unverified sentences without a source cite the words of recordings and passages that are closest to them.

    The question counts as well: what answers it may be what the decoder should have said. Of two places that are as
    close, the one with the rarer words is taken.
    """
    said = [part for source in evidence if source.kind in _QUOTED for part in _parts(source)]
    rarity = _rarity(said)
    return tuple(
        replace(sentence, citations=(closest,))
        if sentence.verdict is Verdict.UNVERIFIED
        and not sentence.citations
        and (closest := _closest(content_stems(sentence.text), content_stems(question), said, rarity))
        else sentence
        for sentence in sentences
    )


def _closest(claimed: set[str], asked: set[str], said: Sequence[_Said], rarity: dict[str, float]) -> Citation | None:
    def closeness(part: _Said) -> float:
        return sum(rarity[stem] for stem in part.stems & (claimed | asked))

    near = [part for part in said if len(part.stems & (claimed | asked)) >= MIN_SHARED]
    if not near:
        return None
    best = max(near, key=closeness)
    return cite(best.source, best.words)


def _parts(source: Evidence) -> Iterator[_Said]:
    """Part a source into its sentences; a question goes with the sentence that answers it."""
    start = 0
    for place, word in enumerate(source.words):
        text = word.text.rstrip()
        is_last = place == len(source.words) - 1
        if is_last or (text.endswith(_ENDS) and not text.endswith(_ASKS)):
            words = source.words[start : place + 1]
            yield _Said(source, words, content_stems(" ".join(word.text for word in words)))
            start = place + 1


def _rarity(said: Sequence[_Said]) -> dict[str, float]:
    """Return for each word how much it tells of a place: its inverse document frequency over the sentences."""
    found = Counter(stem for part in said for stem in part.stems)
    return {stem: math.log(1 + len(said) / count) for stem, count in found.items()}
