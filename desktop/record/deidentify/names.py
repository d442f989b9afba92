"""Names of people in text: those that the record knows, those that their surroundings announce, and words nobody knows.

Without a language model a name is recognised by what stands around it (a title, a label, a relation, a degree), by the
lists of names, and by being in no list of ordinary and medical words. What was recognised once is found everywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.record.deidentify.kinds import Kind
from desktop.record.deidentify.name_cues import CUES, DEGREES, DOES, MEDICAL_NOUNS, NOT_AFTER_TITLE, Cue
from desktop.record.deidentify.replacing import placeholder
from desktop.record.deidentify.rules import Found
from desktop.record.deidentify.vocabulary import Reading, folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from desktop.record.deidentify.vocabulary import Vocabulary

_TOKEN = re.compile(r"(?<![\w'’])[^\W\d_]+(?:['’-][^\W\d_]+)*(?![\w])")
_PARTICLES = frozenset(
    "de del della der den di da dos das du la le van von vander bin ibn al el abu ben ter st san".split()
)
_AFTER = re.compile(r",? (?:Jr|Sr|II|III|IV)\b\.?")
_BETWEEN = re.compile(r"\.?[ \t]{1,2}|\.|-|\. ?, ?|, ?")
_MOST_WORDS = 6
_LONGEST_ACRONYM = 5


_CUES = tuple((cue, re.compile(cue.pattern, 0 if cue.case else re.IGNORECASE)) for cue in CUES)
_KIN = frozenset("son sister brother mother father husband wife brain cherry violet rose ivy olive".split())


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the text; `reading` says whether it can be a name."""

    start: int
    end: int
    text: str
    reading: Reading

    @property
    def is_capitalised(self) -> bool:
        """Whether it begins with a capital and goes on in small letters."""
        return self.text[0].isupper() and not self.text.isupper()

    @property
    def is_upper(self) -> bool:
        """Whether it is of capitals only, and more than one."""
        return len(self.text) > 1 and self.text.isupper()

    @property
    def is_initial(self) -> bool:
        """Whether it is one capital letter."""
        return len(self.text) == 1 and self.text.isupper()


class NameFinder:
    """Finds names in one text; what it has learned stays for the next round over the same text."""

    def __init__(self, vocabulary: Vocabulary, known: Iterable[str] = ()) -> None:
        self._vocabulary = vocabulary
        self._known = tuple(_patterns_of_known(known, vocabulary))
        self._learned: set[str] = set()

    def find(self, text: str) -> Iterator[Found]:
        """Yield the names that a text holds."""
        words = [self._word(match) for match in _TOKEN.finditer(text)]
        for start, end in self._spans(text, words):
            yield Found(start, end, Kind.NAME, placeholder(Kind.NAME))

    def _spans(self, text: str, words: list[Word]) -> Iterator[tuple[int, int]]:
        plain = folded(text)
        for pattern in self._known:
            yield from (match.span() for match in pattern.finditer(plain))
        found = [*self._announced(text, words), *self._by_degree(text, words)]
        self._learn(text, found)
        yield from found
        yield from self._unknown(text, words)
        yield from self._again(words)

    def _word(self, match: re.Match[str]) -> Word:
        return Word(*match.span(), match[0], self._vocabulary.reading(match[0]))

    # --- what surroundings announce ----------------------------------------------------------------------------

    def _announced(self, text: str, words: list[Word]) -> Iterator[tuple[int, int]]:
        at = {word.start: index for index, word in enumerate(words)}
        for cue, pattern in _CUES:
            for match in pattern.finditer(text):
                index = at.get(match.end())
                if index is not None and self._can_begin(words[index], cue):
                    yield self._grown(text, words, index, cue.anything)

    def _can_begin(self, word: Word, cue: Cue) -> bool:
        if word.text.lower() in NOT_AFTER_TITLE or word.text.lower().rstrip(".") in _TITLES:
            return False
        if cue.anything:
            return word.text[0].isupper() or (cue.name == "a sentence that names" and self._is_lower_name(word))
        if cue.name == "a title in small letters":
            return word.reading is not Reading.HARMLESS
        if word.is_initial:
            return cue.name.startswith("a title")
        return word.text[0].isupper() and self._can_be_name(word)

    def _is_lower_name(self, word: Word) -> bool:
        return word.reading is Reading.NAME and self._vocabulary.is_listed(word.text)

    def _can_be_name(self, word: Word) -> bool:
        if word.is_upper:
            return self._vocabulary.is_listed(word.text) and word.reading is Reading.NAME
        return word.reading is not Reading.HARMLESS

    def _by_degree(self, text: str, words: list[Word]) -> Iterator[tuple[int, int]]:
        ends = {word.end: index for index, word in enumerate(words)}
        for match in DEGREES.finditer(text):
            index = ends.get(match.start())
            if index is not None and words[index].text[0].isupper() and not self._is_degree(words[index]):
                yield self._grown(text, words, index, anything=True, forward=False)

    def _is_degree(self, word: Word) -> bool:
        return DEGREES.fullmatch(f" {word.text}") is not None

    # --- words that are in no list ----------------------------------------------------------------------------

    def _unknown(self, text: str, words: list[Word]) -> Iterator[tuple[int, int]]:
        for index, word in enumerate(words):
            if self._is_upper_pair(text, words, index) or self._is_named_pair(text, words, index):
                yield word.start, words[index + 1].end
            if self._stands_for_a_name(text, words, index):
                yield self._grown(text, words, index, anything=False)
            elif self._is_somebody(text, words, index):
                yield word.start, word.end

    def _stands_for_a_name(self, text: str, words: list[Word], index: int) -> bool:
        word = words[index]
        if word.reading is not Reading.NAME or len(word.text) < 3 or _is_mixed(word.text):
            return False
        if word.is_upper:
            return self._vocabulary.is_listed(word.text) and len(word.text) >= 4
        return word.is_capitalised and not self._is_eponym(text, words, index)

    def _is_named_pair(self, text: str, words: list[Word], index: int) -> bool:
        """Return whether two words that are also ordinary ones are a given name and a surname here: Will Young."""
        if index + 1 >= len(words):
            return False
        first, second = words[index], words[index + 1]
        return (
            first.is_capitalised
            and second.is_capitalised
            and first.reading is second.reading is Reading.EITHER
            and self._vocabulary.is_given(first.text)
            and text[first.end : second.start] == " "
            and _is_inside_sentence(text, first.start)
        )

    def _is_upper_pair(self, text: str, words: list[Word], index: int) -> bool:
        """Return whether `SMITH, JOHN`: two words in capitals that are no ordinary ones and too long for acronyms."""
        pair = words[index : index + 2]
        if len(pair) < 2 or text[pair[0].end : pair[1].start] != ", ":
            return False
        if any(not word.is_upper or len(word.text) < 4 or word.reading is Reading.HARMLESS for word in pair):
            return False
        is_long = max(len(word.text) for word in pair) > _LONGEST_ACRONYM
        return is_long or any(self._vocabulary.is_listed(word.text) for word in pair)

    def _is_somebody(self, text: str, words: list[Word], index: int) -> bool:
        """Return whether a name that is also a word does what people do, or stands where only a name has a capital."""
        word = words[index]
        if not word.is_capitalised or word.reading is not Reading.EITHER:
            return False
        if DOES.match(text, word.end) and word.text.lower() not in NOT_AFTER_TITLE | _KIN:
            return True
        if self._is_no_person(word.text.lower()):
            return False
        around = [*words[index - 1 : index], *words[index + 1 : index + 2]]
        inside = _is_inside_sentence(text, word.start) and len(around) == 2
        return inside and self._vocabulary.is_given(word.text) and all(other.text.islower() for other in around)

    def _is_eponym(self, text: str, words: list[Word], index: int) -> bool:
        """Return whether a name belongs to a disease, a sign or an instrument: Parkinson's disease, Foley catheter."""
        word = words[index]
        following = words[index + 1 : index + 4]
        near = [
            after
            for after in following
            if after.start - word.end < 30 and not _ends_sentence(text[word.end : after.start])
        ]
        if near and near[0].text.lower() in MEDICAL_NOUNS:
            return True
        if len(near) > 1 and near[1].text.lower() in MEDICAL_NOUNS and not near[0].is_capitalised:
            return "-" in word.text or word.text.endswith(("'s", "’s"))
        return (
            "-" in word.text
            and all(part[:1].isupper() for part in word.text.split("-"))
            and any(after.text.lower() in MEDICAL_NOUNS for after in near)
        )

    def _is_no_person(self, word: str) -> bool:
        return word in NOT_AFTER_TITLE or word in self._vocabulary.kept or word in _KIN

    # --- around a word that is a name -------------------------------------------------------------------------

    def _grown(self, text: str, words: list[Word], index: int, anything: bool, forward: bool = True) -> tuple[int, int]:
        """Return the span of the name that a word is part of: initials, particles and other names beside it."""
        first = last = index
        while (
            first > 0
            and index - first < _MOST_WORDS
            and self._joins(text, words[first - 1], words[first], anything and not forward)
        ):
            first -= 1
        while (
            last + 1 < len(words)
            and last - index < _MOST_WORDS
            and self._joins(text, words[last], words[last + 1], anything and forward, onward=True)
        ):
            last += 1
        while last > index and words[last].text.islower():
            last -= 1  # a particle at the end belongs to what follows
        while first < index and words[first].text.islower():
            first += 1
        end = words[last].end - (2 if words[last].text.endswith(("'s", "’s")) else 0)
        if words[last].is_initial and text[end : end + 1] == ".":
            end += 1
        after = _AFTER.match(text, end)
        return words[first].start, after.end() if after else end

    def _joins(self, text: str, left: Word, right: Word, anything: bool, onward: bool = False) -> bool:
        """Return whether two neighbours belong to one name; `onward` asks about the right one, else about the left."""
        between = text[left.end : right.start]
        if not _BETWEEN.fullmatch(between) or ("." in between and len(left.text) > 2):
            return False
        word, other = (right, left) if onward else (left, right)
        if word.text.islower():
            return word.text in _PARTICLES and "," not in between and other.text[0].isupper()
        if "," in between:
            return self._is_listed_comma(left, right)
        if word.is_initial:
            return word.text != "I" or "." in between or not onward
        if not word.text[0].isupper() or word.text.lower().rstrip(".") in _TITLES:
            return False
        if self._can_be_name(word):
            return True
        return anything and word.is_upper == other.is_upper and not self._vocabulary.is_word(word.text)

    def _is_listed_comma(self, left: Word, right: Word) -> bool:
        """Return whether `Smith, John`: a surname, a comma, a given name."""
        return (
            self._vocabulary.is_given(right.text)
            and right.text[0].isupper()
            and right.is_upper == left.is_upper
            and left.reading is Reading.NAME
            and not self._vocabulary.is_given(left.text)
        )

    # --- what was recognised once -----------------------------------------------------------------------------

    def _learn(self, text: str, spans: Iterable[tuple[int, int]]) -> None:
        for start, end in spans:
            for match in _TOKEN.finditer(text, start, end):
                bare = re.sub(r"['’]s$", "", match[0])
                if len(bare) > 2 and not bare.islower():
                    self._learned.add(folded(bare).lower())

    def _again(self, words: list[Word]) -> Iterator[tuple[int, int]]:
        for word in words:
            bare = re.sub(r"['’]s$", "", folded(word.text)).lower()
            fits = word.reading is Reading.NAME or (word.reading is Reading.EITHER and not word.is_upper)
            if fits and bare in self._learned and word.text[0].isupper():
                yield word.start, word.start + len(bare)


_TITLES = frozenset("dr mr mrs ms miss mx prof doctor professor nurse dra sr sra md do rn np phd".split())


def _patterns_of_known(names: Iterable[str], vocabulary: Vocabulary) -> Iterator[re.Pattern[str]]:
    """Return patterns of the record's own names: whole, and part by part, over a text without accents."""
    for name in names:
        parts = _TOKEN.findall(folded(name))
        if parts:
            whole = r"[\s,.-]*".join(re.escape(part) for part in parts)
            yield re.compile(rf"(?<!\w){whole}(?!\w)", re.IGNORECASE)
        for part in parts:
            if len(part) > 1 and part.lower() not in _PARTICLES:
                # A name that is also a word is only one where it begins with a capital.
                forms = (
                    [part.capitalize(), part.upper(), part] if vocabulary.is_word(part) else [f"(?i:{re.escape(part)})"]
                )
                yield re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)")


def _is_inside_sentence(text: str, at: int) -> bool:
    before = text[:at].rstrip(" ")
    return bool(before) and (before[-1].isalnum() or before[-1] in ",;") and at - len(before) < 3


def _ends_sentence(between: str) -> bool:
    return any(mark in between for mark in ".;:\n")


def _is_mixed(word: str) -> bool:
    """Return whether capitals stand inside a word as they do in no name: LabCorp, EtOH."""
    for part in re.split(r"['’-]", word):
        inner = re.sub(r"^(?:Mc|Mac|De|Di|Du|La|Le|Van|Von|Fitz|St|O|D)(?=[A-Z])", "", part)
        if inner[1:] != inner[1:].lower() and not part.isupper():
            return True
    return False
