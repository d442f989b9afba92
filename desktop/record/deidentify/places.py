"""Cities in text, from a list: their names, unless they are ordinary words that stand alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from desktop.record.deidentify.kinds import Kind
from desktop.record.deidentify.replacing import placeholder
from desktop.record.deidentify.rules import Found
from desktop.record.deidentify.vocabulary import Reading, folded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desktop.record.deidentify.vocabulary import Vocabulary

_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?")
_MOST_WORDS = 4
_WHERE = re.compile(r"\b(?:in|from|near|of|to|at|outside|downtown)\s$", re.IGNORECASE)
_STATES_TOO = frozenset({"new york", "washington"})


def find_cities(text: str, vocabulary: Vocabulary) -> Iterator[Found]:
    """Yield cities that begin with a capital, the longest name first."""
    plain = folded(text)
    words = list(_WORD.finditer(plain))
    index = 0
    while index < len(words):
        length = _city_at(plain, words, index, vocabulary)
        if length:
            start, end = words[index].start(), words[index + length - 1].end()
            end -= plain[end - 1] == "."
            yield Found(start, end, Kind.PLACE, placeholder(Kind.PLACE))
        index += max(1, length)


def _city_at(text: str, words: list[re.Match[str]], index: int, vocabulary: Vocabulary) -> int:
    """Return how many words the city takes that begins at a word; 0 where none does."""
    if not words[index][0][0].isupper():
        return 0
    for length in range(min(_MOST_WORDS, len(words) - index), 0, -1):
        start, end = words[index].start(), words[index + length - 1].end()
        name = text[start:end].rstrip(".")
        if name.lower() not in vocabulary.cities or name.lower() in _STATES_TOO or name.isupper():
            continue
        if length > 1 or _WHERE.search(text, 0, start) or _is_only_a_city(name, vocabulary):
            return length
    return 0


def _is_only_a_city(name: str, vocabulary: Vocabulary) -> bool:
    return vocabulary.reading(name) is Reading.NAME and not vocabulary.is_listed(name)
