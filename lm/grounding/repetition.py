"""Answers that go round in circles: small decoders, decoded greedily, say the same again and again.

Two kinds of circles: whole sentences, and a few words inside a sentence that never ends.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from lm.grounding.gate import split_sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

REPEATS = 3
"""What is said twice may be meant; three times in a row it is not."""
LONGEST_CIRCLE = 4
"""Sentences in one round."""
SHORTEST_PHRASE, LONGEST_PHRASE = 3, 16
"""Words in one round inside a sentence: "no, no, no" is no circle."""

_WORD = re.compile(r"\S+")
_ENDINGS = (".", "!", "?", "。", "！", "？", '"', "”", ")")


def before_repetition(text: str) -> str | None:
    """Return `text` with one round of what its end only repeats; None where it does not."""
    sentences = split_sentences(text)
    circle = _circle(sentences, range(1, LONGEST_CIRCLE + 1))
    if circle:
        return _until(text, sentences[: len(sentences) - circle * (REPEATS - 1)])
    words = list(_WORD.finditer(text))
    phrase = _circle([word.group() for word in words], range(SHORTEST_PHRASE, LONGEST_PHRASE + 1))
    return _whole(text[: words[-1 - phrase * (REPEATS - 1)].end()]) if phrase else None


def _whole(text: str) -> str:
    """Return `text` without a sentence that was cut off at its end, if there is another before it."""
    sentences = split_sentences(text)
    cut_off = len(sentences) > 1 and not text.rstrip().endswith(_ENDINGS)
    return _until(text, sentences[:-1]) if cut_off else text


def _circle(parts: Sequence[str], sizes: range) -> int:
    """Return how many parts make one round of the end of `parts`, 0 where the end is no circle."""
    for size in sizes:
        tail = parts[-size * REPEATS :]
        rounds = [tail[start : start + size] for start in range(0, len(tail), size)]
        if len(tail) == size * REPEATS and all(said == again for said, again in pairwise(rounds)):
            return size
    return 0


def _until(text: str, sentences: Sequence[str]) -> str:
    """Return the beginning of `text` that holds `sentences`, its spaces and line breaks as they were."""
    end = 0
    for sentence in sentences:
        end = text.index(sentence, end) + len(sentence)
    return text[:end]
