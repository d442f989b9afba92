"""Terms and where they stand in a text. What a lexicon holds comes from outside: from terminologies, or from a table.

A lexicon is asked once for all runs of words of a text, so that one on a disk answers in a few queries.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from lm.clinical.words import Word, words_of
from lm.grounding.words import name_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from lm.clinical.facts import Code, FactKind

LONGEST_TERM = 7
"""In words."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a run of words means."""

    kind: FactKind
    name: str
    codes: tuple[Code, ...] = ()
    confidence: float = 1.0
    lasts: bool = False
    """A disease that stays, so that a "history of" it does not put it into the past."""


class Lexicon(Protocol):
    """Knows terms by their keys."""

    def entries(self, keys: Collection[str]) -> Mapping[str, Entry]:
        """Return those of the keys (see `term_key`) that are terms."""


class TermTable:
    """A lexicon in memory."""

    def __init__(self, terms: Iterable[tuple[str, Entry]]) -> None:
        """Take names with what they mean; of two of the same key the first counts."""
        self._terms: dict[str, Entry] = {}
        for name, entry in terms:
            self._terms.setdefault(term_key(name), entry)

    def entries(self, keys: Collection[str]) -> Mapping[str, Entry]:
        """Return those of the keys that are terms."""
        return {key: self._terms[key] for key in keys if key in self._terms}


@dataclass(frozen=True, slots=True)
class Mention:
    """A term at a place of a text; `text` is verbatim."""

    entry: Entry
    text: str
    start: int
    end: int


def term_key(text: str) -> str:
    """Return what terms are compared by: small letters, no plural s, and a space for a hyphen."""
    return " ".join(name_key(text).replace("-", " ").split())


def mentions_in(text: str, lexicon: Lexicon) -> tuple[Mention, ...]:
    """Return the terms of a text in order, the longest at each place; none overlap or cross the end of a sentence."""
    words = words_of(text)
    runs = [list(_runs(text, words, first)) for first in range(len(words))]
    known = lexicon.entries({key for starting in runs for key, _ in starting})
    found: list[Mention] = []
    free = 0
    for first, starting in enumerate(runs):
        if first < free:
            continue
        for key, last in reversed(starting):
            entry = known.get(key)
            if entry is not None:
                start, end = words[first].start, words[last].end
                found.append(Mention(entry, text[start:end], start, end))
                free = last + 1
                break
    return tuple(found)


def _runs(text: str, words: Sequence[Word], first: int) -> Iterable[tuple[str, int]]:
    """Yield the keys of the runs of words that begin at a word, the shortest first, with the place of the last word."""
    parts: list[str] = []
    for last in range(first, min(first + LONGEST_TERM, len(words))):
        if last > first and text[words[last - 1].end : words[last].start].strip(" \t-/"):
            return
        if "\n" in text[words[max(first, last - 1)].end : words[last].start]:
            return
        parts.append(term_key(words[last].text))
        yield " ".join(parts), last


# --- a sign and the part of the body that it is in, said apart --------------------------------------------------------

_SIGNS = {
    "pain": r"pains?|aches?|aching|discomfort|soreness|tenderness",
    "swelling": r"swelling|edema",
    "numbness": r"numbness",
    "weakness": r"weakness",
    "stiffness": r"stiffness",
    "tingling": r"tingling",
    "cramp": r"cramps?|cramping",
    "rash": r"rash",
}
_COMPLAINTS = {
    "pain": r"hurts?|hurting|aches?|aching|achy|sore|painful|killing me|throbs|throbbing|tight",
    "swelling": r"swollen|swelling up|swells?",
    "numbness": r"numb",
    "weakness": r"weak",
    "stiffness": r"stiff",
}
_OWNERS = (
    r"(?:my|the|your|his|her|their|a|that|this|both|of|left|right|bilateral|upper|lower|whole|"
    r"entire|inner|outer|front|back|side)"
)
_LINKS = (
    r"(?:is|was|are|were|has|have|been|['’]s|started|starts|keeps?|kept|really|still|just|also|do|does|did|very|so|pretty|feels?|felt|"
    r"feeling|gets?|getting|got|a|bit|little|kind|of|super)"
)
_SIGN_OF_PART = tuple(
    (
        sign,
        re.compile(
            rf"\b(?:{words}) (?:in|of|on|around|to|at|behind|into)(?: {_OWNERS})* (?P<part>[^\W\d_]+)", re.IGNORECASE
        ),
    )
    for sign, words in _SIGNS.items()
)
_HURT_PART = (("pain", re.compile(rf"\bhurt(?: {_OWNERS})+ (?P<part>[^\W\d_]+)", re.IGNORECASE)),)
_PART_WITH_COMPLAINT = tuple(
    (sign, re.compile(rf"\b(?P<part>[^\W\d_]+)(?: {_LINKS})* (?:{words})\b", re.IGNORECASE))
    for sign, words in _COMPLAINTS.items()
)


def composed_in(text: str, lexicon: Lexicon) -> tuple[Mention, ...]:
    """Return the terms that are said apart: "pain in my left knee" and "my knee hurts" are knee pain."""
    places = [
        (term_key(f"{found['part']} {sign}"), found)
        for sign, pattern in _SIGN_OF_PART + _PART_WITH_COMPLAINT + _HURT_PART
        for found in pattern.finditer(text)
    ]
    known = lexicon.entries({key for key, _ in places})
    return tuple(Mention(known[key], found[0], found.start(), found.end()) for key, found in places if key in known)


def all_mentions(text: str, lexicon: Lexicon) -> tuple[Mention, ...]:
    """Return the terms of a text in order, said together or apart; where two overlap, the longer one."""
    found = [*mentions_in(text, lexicon), *composed_in(text, lexicon)]
    kept: list[Mention] = []
    for mention in sorted(found, key=lambda one: (one.start - one.end, one.start)):
        if all(mention.end <= other.start or other.end <= mention.start for other in kept):
            kept.append(mention)
    return tuple(sorted(kept, key=lambda one: one.start))
