"""Answers that go round in circles: small decoders, decoded greedily, say the same sentences again and again."""

from __future__ import annotations

from lm.grounding.gate import split_sentences

REPEATS = 3
"""A sentence said twice may be meant; three times in a row it is not."""
LONGEST_CIRCLE = 4
"""Sentences in one round."""


def before_repetition(text: str) -> str | None:
    """Return `text` with one round of the sentences that its end only repeats; None where it does not."""
    sentences = split_sentences(text)
    for circle in range(1, LONGEST_CIRCLE + 1):
        tail = sentences[-circle * REPEATS :]
        rounds = [tail[start : start + circle] for start in range(0, len(tail), circle)]
        if len(tail) == circle * REPEATS and all(said == rounds[0] for said in rounds):
            kept = len(sentences) - circle * (REPEATS - 1)
            return _until(text, sentences[:kept])
    return None


def _until(text: str, sentences: list[str]) -> str:
    """Return the beginning of `text` that holds `sentences`, its spaces and line breaks as they were."""
    end = 0
    for sentence in sentences:
        end = text.index(sentence, end) + len(sentence)
    return text[:end]
