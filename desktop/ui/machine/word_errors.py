"""How many words a recogniser got wrong, and which: the word error rate of a passage that was read aloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.ui.machine.spoken_words import spoken_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.ui.machine.spoken_words import SpokenWord


@dataclass(frozen=True, slots=True)
class WordError:
    """One place that went wrong: `expected` is empty for an added word, `heard` for a missing one."""

    expected: str
    heard: str
    start: int
    end: int
    """The place in the passage, in characters; for an added word both are where it would stand."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was read against what was recognised."""

    words: int
    """Of the passage."""
    errors: tuple[WordError, ...]
    phrases: tuple[WordError, ...]
    """The same errors, neighbours joined: "met for men" for "metformin" is one thing to a reader."""

    @property
    def rate(self) -> float:
        """Word error rate: substitutions, insertions and deletions over the words of the passage."""
        return len(self.errors) / self.words if self.words else 0.0


def compare(passage: str, recognised: str) -> Comparison:
    """Align both texts word by word with as few errors as possible."""
    expected, heard = spoken_words(passage), spoken_words(recognised)
    groups: list[list[WordError]] = [[]]
    reached = 0
    for one, other in _alignment(expected, heard):
        start, end = (one.start, one.end) if one else (reached, reached)
        reached = end
        if one is not None and other is not None and one.form == other.form:
            groups.append([])
        else:
            said = recognised[other.start : other.end] if other else ""
            groups[-1].append(WordError(passage[start:end], said, start, end))
    errors = tuple(error for group in groups for error in group)
    return Comparison(len(expected), errors, tuple(_joined(passage, group) for group in groups if group))


def _joined(passage: str, group: list[WordError]) -> WordError:
    """Return the neighbours `group` as one error."""
    said = [error for error in group if error.expected]
    start, end = (said[0].start, said[-1].end) if said else (group[0].start, group[0].end)
    return WordError(passage[start:end], " ".join(error.heard for error in group if error.heard), start, end)


def _alignment(
    expected: Sequence[SpokenWord], heard: Sequence[SpokenWord]
) -> list[tuple[SpokenWord | None, SpokenWord | None]]:
    """Return pairs of words in order; None stands for a word that is missing or was added."""
    costs = _costs([word.form for word in expected], [word.form for word in heard])
    row, column = len(expected), len(heard)
    pairs: list[tuple[SpokenWord | None, SpokenWord | None]] = []
    while row or column:
        cost = costs[row][column]
        differs = row and column and expected[row - 1].form != heard[column - 1].form
        if row and column and cost == costs[row - 1][column - 1] + int(differs):
            row, column = row - 1, column - 1
            pairs.append((expected[row], heard[column]))
        elif row and cost == costs[row - 1][column] + 1:
            row -= 1
            pairs.append((expected[row], None))
        else:
            column -= 1
            pairs.append((None, heard[column]))
    return pairs[::-1]


def _costs(expected: list[str], heard: list[str]) -> list[list[int]]:
    """Return the Levenshtein distances of all beginnings, `[len(expected) + 1][len(heard) + 1]`."""
    costs = [list(range(len(heard) + 1))]
    for row, word in enumerate(expected, start=1):
        above = costs[-1]
        line = [row]
        for column, other in enumerate(heard, start=1):
            line.append(min(above[column] + 1, line[-1] + 1, above[column - 1] + (word != other)))
        costs.append(line)
    return costs
