"""Medical words in the words of a layperson, replaced in a sentence where that leaves the sentence whole.

Two lists: our own (`assets/plain_words`), and what people say for a term in a terminology (HPO marks such synonyms
"layperson"), which is handed in. The longest name wins, and a name for which nobody has plain words stands as it is:
"renal cell carcinoma" never becomes "kidney cell cancer". Doubt leaves the word as it was.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from lm.clinical.reading_level import syllables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OWN_LIST = Path(__file__).resolve().parents[2] / "assets" / "plain_words" / "plain_words.txt"
LONGEST_TERM = 7
"""In words."""
EASIER_BY = 0.75
"""In syllables per word: by how much a synonym must be shorter to be worth another word."""
_NOT_PLAIN = frozenset(
    "abnormal abnormality atypical congenital decreased defect defects deficiency deformity disease retardation "
    "hyperpigmented impaired impairment imbecile increased limb mental no not previous secretion squint syndrome "
    "vascular without".split()
)
"""No layperson's words, words that hurt, or such as would add a denial."""
_EXACT_GROUPS = frozenset({"dosing", "abbreviations"})
"""Read as they are written, capitals and all: "MI" is not "mi"."""
_KEPT = "kept"
_TOKEN = re.compile(r"[^\s()\[\],;:\"“”]+")
_EDGE = ".!?'’*"
_OPEN = (
    "a an the and or of to in on at for with by from is are was were be been being has have had having get gets got "
    "getting cause causes caused causing your my our his her their its this that these those any some no not without "
    "severe mild moderate very bad sudden new more less if as than like such include includes including than called "
    "develop develops treat treats treating prevent prevents preventing low high other all both either neither nor "
    "endorses endorsed reported denied because may can could will would should might must do does did show shows between during after before "
    "about against into over under denies deny reports report untreated uncontrolled worsening chronic acute when"
).split()
_BEFORE_NOUN = frozenset(_OPEN)
_NAMED = re.compile(
    r"(?:called|termed|named|known as|referred to as|means?|term|word|abbreviated)\s+(?:an?\s+)?$", re.IGNORECASE
)
_PART_OF_NAME = frozenset(
    "virus type syndrome disease disorder vaccine vaccines stage grade nervosa gravis areata totalis universalis "
    "congenita vulgaris simplex multiplex major minor".split()
)
_TECHNICAL = re.compile(
    r"\w+(?:emia|uria|osis|itis|oma|pathy|algia|ectomy|plasty|scopy|tomy|gram|graphy|plasia|trophy)s?$"
)

_NO_ARTICLE = frozenset("swelling bleeding vomiting itching pain trouble".split())
"""Words that stand without one, when they begin what is said."""
_VOWEL_SOUND = re.compile(r"(?:[aeiou](?!ni|se|ro)|hour|X-ray)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PlainWord:
    """One term with its plain words; `group` is the list's own heading, or the terminology that says so."""

    term: str
    plain: str
    group: str

    @property
    def is_exact(self) -> bool:
        """Whether capitals count."""
        return self.group in _EXACT_GROUPS or self.term != self.term.lower()

    @property
    def is_name(self) -> bool:
        """Whether it may be a part of a longer name: such a term is left alone beside words that could belong to it."""
        return not self.is_exact and self.group not in {"everyday", "treatment and words of the clinic"}


@dataclass(frozen=True, slots=True)
class Replacement:
    """A term that was replaced: `start` to `end` of the original sentence held `word.term` as `original`."""

    start: int
    end: int
    original: str
    plain: str
    word: PlainWord


class PlainWords:
    """Finds terms in a sentence and says them in plain words."""

    def __init__(self, words: Iterable[PlainWord], kept: Iterable[str] = ()) -> None:
        """`kept` are names that stand as they are; a word of the list wins over a kept name that is the same."""
        self._words: dict[str, PlainWord | None] = {name.lower(): None for name in kept}
        for word in words:
            self._words[word.term if word.is_exact else word.term.lower()] = word

    def __len__(self) -> int:
        return len(self._words)

    def find(self, term: str) -> PlainWord | None:
        """Return the plain words of exactly this term."""
        return self._words.get(term) or self._words.get(term.lower())

    def replacements(self, sentence: str) -> tuple[Replacement, ...]:
        """Return what would be replaced, in order, without overlap."""
        tokens = [(m.start(), m.end()) for m in _TOKEN.finditer(sentence)]
        found: list[Replacement] = []
        place = 0
        while place < len(tokens):
            length, replacement = self._longest(sentence, tokens, place)
            if replacement is not None and not _is_said_already(sentence, replacement):
                found.append(replacement)
            place += length
        return tuple(found)

    def rewrite(self, sentence: str) -> tuple[str, tuple[Replacement, ...]]:
        """Return the sentence in plain words, and what was replaced."""
        found = self.replacements(sentence)
        return apply(sentence, found), found

    def spelled_out(self, sentence: str) -> str:
        """Return the sentence with nothing but its abbreviations and dosing terms written out."""
        return apply(sentence, [one for one in self.replacements(sentence) if one.word.group in _EXACT_GROUPS])

    def _longest(self, sentence: str, tokens: list[tuple[int, int]], place: int) -> tuple[int, Replacement | None]:
        """Return how many tokens the longest known name takes here, 1 where there is none, with its replacement."""
        for length in range(min(LONGEST_TERM, len(tokens) - place), 0, -1):
            start, end = tokens[place][0], tokens[place + length - 1][1]
            for stop in _ends(sentence, start, end):
                text = sentence[start:stop]
                if text not in self._words and text.lower() not in self._words:
                    continue
                word = self._words.get(text, self._words.get(text.lower()))
                if word is None or not _fits(sentence, start, stop, word):
                    return length, None
                return length, Replacement(start, stop, text, _cased(text, word) + _stop(sentence, stop, text), word)
        return 1, None


def apply(sentence: str, found: Iterable[Replacement]) -> str:
    """Return the sentence with its replacements, and with "a" or "an" as the new word needs it."""
    parts: list[str] = []
    at = 0
    for one in found:
        before = sentence[at : one.start]
        parts += [_with_article(before, one), one.plain]
        at = one.end
    plain = "".join([*parts, sentence[at:]])
    return plain[:1].upper() + plain[1:] if sentence[:1].isupper() else plain


@cache
def own_words() -> tuple[tuple[PlainWord, ...], tuple[str, ...]]:
    """Read our own list: the words, and the names that stand as they are."""
    words: list[PlainWord] = []
    kept: list[str] = []
    group = ""
    for line in OWN_LIST.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            group = line.strip("[]")
        elif group == _KEPT and line:
            kept.append(line)
        elif line:
            terms, _, plains = line.partition(" = ")
            words += [PlainWord(t, p, group) for t, p in zip(_forms(terms), _forms(plains), strict=True)]
    return tuple(words), tuple(kept)


def _forms(text: str) -> list[str]:
    return [form.strip() for form in text.split(" | ")]


def from_terminology(
    layperson: Mapping[str, Iterable[str]], source: str
) -> tuple[tuple[PlainWord, ...], tuple[str, ...]]:
    """Choose the plain words of a terminology's terms: the easiest synonym that is easier than the term itself.

    Returns the words, and the terms for which there is none: these stand as they are.
    """
    words: list[PlainWord] = []
    kept: list[str] = []
    for term, synonyms in layperson.items():
        easier = [synonym for synonym in synonyms if is_easier(synonym, term)]
        if easier:
            words.append(PlainWord(term.lower(), _lowered(min(easier, key=_length)), source))
        else:
            kept.append(term)
    return tuple(words), tuple(kept)


def is_easier(plain: str, term: str) -> bool:
    """Return whether plain words are worth having: clearly shorter words, no brackets, nothing that hurts."""
    words = plain.lower().split()
    is_short = len(words) <= min(6, len(term.split()) + 4) and not re.search(r"[()\d,;/]", plain + term)
    is_easy = max(map(syllables, words)) <= 3 and _hardness(plain)[0] + EASIER_BY <= _hardness(term)[0]
    return is_short and is_easy and _NOT_PLAIN.isdisjoint(words)


def _hardness(text: str) -> tuple[float, int]:
    words = text.split()
    return sum(map(syllables, words)) / len(words), len(words)


def _length(text: str) -> tuple[int, int]:
    words = text.split()
    return sum(map(syllables, words)), len(words)


def _lowered(text: str) -> str:
    first, _, rest = text.partition(" ")
    return text if len(first) > 1 and first[1:] != first[1:].lower() else f"{first.lower()} {rest}".strip()


def _ends(sentence: str, start: int, end: int) -> list[int]:
    """Return where a term may end: with its last stop ("b.i.d."), before it, or after a comma ("However,")."""
    ends = [end]
    while end > start and sentence[end - 1] in _EDGE:
        end -= 1
        ends.append(end)
    if sentence[ends[0] : ends[0] + 1] == ",":
        ends.insert(0, ends[0] + 1)
    return ends


def _fits(sentence: str, start: int, end: int, word: PlainWord) -> bool:
    """Return whether the term stands here as itself, and not as a name that is being told or a part of one."""
    before, after = sentence[:start].rstrip(), sentence[end:].lstrip()
    alone = before.endswith(("(", "“", '"', "[")) and after.startswith((")", "”", '"', "]"))
    if alone or _NAMED.search(sentence[:start]):
        return False
    if not word.is_name:
        return True
    previous = before.rsplit(maxsplit=1)[-1].lower() if before else ""
    following = after.split(maxsplit=1)[0].strip(".,;:()") if after else ""
    names_more = (
        following.lower() in _PART_OF_NAME
        or _TECHNICAL.match(following.lower()) is not None
        or re.fullmatch(r"[A-Z]|[IVX]+|\d+", following) is not None
    )
    starts = not previous or not previous[-1].isalnum() or previous in _BEFORE_NOUN
    return starts and not (names_more and sentence[end : end + 1] == " ")


def _is_said_already(sentence: str, replacement: Replacement) -> bool:
    """Return whether the sentence says the plain words itself, beside the term."""
    return re.search(rf"\b{re.escape(replacement.plain)}\b", sentence, re.IGNORECASE) is not None


def _stop(sentence: str, end: int, term: str) -> str:
    """Return the stop that ends the sentence where the term's own last one did ("b.i.d.")."""
    return "." if term.endswith(".") and not sentence[end:].strip() else ""


def _cased(original: str, word: PlainWord) -> str:
    is_first_capital = original[:1].isupper() and not word.is_exact
    return word.plain[0].upper() + word.plain[1:] if is_first_capital else word.plain


def _with_article(before: str, one: Replacement) -> str:
    """Return the text before a replacement with the article that its plain words need, or with none."""
    found = re.search(r"\b(an?)(\s+)$", before, re.IGNORECASE)
    if not found:
        return before
    if one.plain.split()[0] in _NO_ARTICLE or (one.plain.endswith("s") and not one.original.endswith("s")):
        return before[: found.start()]
    article = found[1][0] + ("n" if _VOWEL_SOUND.match(one.plain) else "")
    return before[: found.start()] + article + found[2]
