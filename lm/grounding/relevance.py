"""Whether a passage that was found bears on a question at all: the nearest may still be about something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lm.grounding.gate import content_stems
from lm.grounding.words import searched_words, spaced

if TYPE_CHECKING:
    from lm.grounding.knowledge import Found

MIN_SIMILARITY = 0.55
"""The cosine from which a passage counts by its meaning. On MedQuAD (150 diseases, none of those that are reported) the
nearest passage reaches it for over 99 % of the questions whose answer is there, and for about a third of those about
diseases of which the library holds nothing."""
MIN_SHARED_WORDS = 0.6
"""The share of the question's searched words from which one without a vector counts."""


def bears_on(found: Found, question: str) -> bool:
    """Return whether a passage is near enough to a question to be given as a source for its answer."""
    if found.similarity is not None:
        return found.similarity >= MIN_SIMILARITY
    passage = found.passage
    text = f"{passage.title} {passage.heading} {passage.text}"
    wanted = searched_words(question)
    held = content_stems(text)
    read = " ".join(spaced(text).split())
    shared = sum(content_stems(word) <= held if word.isascii() else word in read for word in wanted)
    return bool(wanted) and shared / len(wanted) >= MIN_SHARED_WORDS
