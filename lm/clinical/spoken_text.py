"""A source as one text with places: what rules find at characters is cited as words, with their seconds of sound."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lm.grounding.gate import cite

if TYPE_CHECKING:
    from lm.grounding.answer import Citation, Evidence


@dataclass(frozen=True, slots=True)
class SpokenText:
    """The words of a source joined by blanks; `starts` and `ends` are the characters of each word."""

    source: Evidence
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, source: Evidence) -> SpokenText:
        """Join the words of a source."""
        starts, ends, at = [], [], 0
        words = [word.text.strip() for word in source.words]
        for word in words:
            starts.append(at)
            ends.append(at + len(word))
            at += len(word) + 1
        return cls(source, " ".join(words), tuple(starts), tuple(ends))

    def cite(self, start: int, end: int) -> Citation:
        """Return the citation of the words that the characters `start` to `end` touch.

        Raises ValueError where they touch none.
        """
        first, last = bisect_right(self.ends, start), bisect_left(self.starts, end)
        if first >= last:
            raise ValueError(f"no word stands at characters {start} to {end}")
        return cite(self.source, self.source.words[first:last])

    def cite_sentence(self, start: int, end: int, most_words: int = 40) -> Citation:
        """Return the citation of the whole sentence around some characters, at most `most_words` words of it."""
        first, last = bisect_right(self.ends, start), bisect_left(self.starts, end) - 1
        words = self.source.words
        while first > 0 and last - first < most_words and not _ends(words[first - 1].text):
            first -= 1
        while last < len(words) - 1 and last - first < most_words - 1 and not _ends(words[last].text):
            last += 1
        return cite(self.source, words[first : last + 1])


def _ends(word: str) -> bool:
    return word.rstrip().endswith((".", "?", "!", "。", "？", "！"))
