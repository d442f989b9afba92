"""Questions to learn from: terms, the words of laypeople, codes, gaps in the doctor's own documents, and cases.

Every item hides one thing that a source says, and cites that source. Nothing is written by a decoder; the same sources
and the same seed give the same items. Wrong options are the nearest relatives in the terminology, so that a guess by
topic does not find the answer.
"""

from __future__ import annotations

import hashlib
import random
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from lm.clinical.plain_words import is_easier
from lm.grounding.answer import Citation
from lm.grounding.gate import split_sentences
from lm.grounding.words import name_key
from lm.sequence import SourceKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from lm.clinical.glossary import Glossary, GlossaryTerm
    from lm.grounding.passages import Passage

OPTIONS = 4
GAP = "_____"
SHORTEST_DEFINITION, LONGEST_DEFINITION = 6, 60
"""In words."""
SHORTEST_GAP, LONGEST_GAP = 8, 40
"""In words, of a sentence with a gap."""
_FIRST_WORDS = 2
_CODE = re.compile(r"^(?P<code>[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]+)?): (?P<name>[^.]+(?:\.(?! )[^.]*)*)\.")
_VAGUE = re.compile(r"unspecified|elsewhere|\bother\b", re.IGNORECASE)
"""In a code's name: nobody learns such a code."""
_GAP_WORD = re.compile(r"[A-Za-z][A-Za-z-]{5,}")
_COMMON = frozenset(
    "because before between during without another different important several patients patient usually include "
    "includes including although however people person should should therefore themselves through following children "
    "information characterized sometimes individual individuals approximately associated available "
    "typically definitions development caused "
    "condition conditions disease diseases symptoms treatment treatments about doctor doctors health provider".split()
)
_CASE_HEADING = re.compile(
    r"^\W*(?:assessment|impression|diagnos[ie]s|plan)\b[^\n]{0,40}$", re.IGNORECASE | re.MULTILINE
)


class ItemKind(StrEnum):
    """What an item asks."""

    MEANING = "meaning"
    """Which of four terms a definition belongs to."""
    LAYPERSON = "layperson"
    """What to say to a patient for a term."""
    CODE = "code"
    """Which of four codes a diagnosis has."""
    GAP = "gap"
    """The word that is missing in a sentence of a document."""
    CASE = "case"
    """What a doctor concluded from what stands before."""


class HintKind(StrEnum):
    """What a hint tells."""

    SAID = "said"
    """What people say for it."""
    LETTERS = "letters"
    """Some of its letters, the others as dots."""
    BEGINS = "begins"
    """How it begins."""
    ONE_OF = "one of"
    """Two options, one of them right."""


@dataclass(frozen=True, slots=True)
class Hint:
    """One hint."""

    kind: HintKind
    text: str

    def __str__(self) -> str:
        return _HINT_WORDS[self.kind].format(self.text)


_HINT_WORDS = {
    HintKind.SAID: "People say: {}.",
    HintKind.LETTERS: "{}",
    HintKind.BEGINS: "It begins: {}",
    HintKind.ONE_OF: "It is one of these: {}.",
}
_QUESTIONS = {
    ItemKind.MEANING: "Which finding is this? {told}",
    ItemKind.LAYPERSON: "How do you say “{told}” to a patient?",
    ItemKind.CODE: "Which code of {source} means “{told}”?",
    ItemKind.GAP: "Which word is missing? {told}",
    ItemKind.CASE: "{told}\n\nWhat is your assessment, and what do you do?",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One question; `id` stays the same as long as its source does, and tells nothing of a text of the doctor's."""

    id: str
    kind: ItemKind
    told: str
    """What is shown: a definition, a term, the name of a code, a sentence with a gap, a case."""
    answer: str
    source: Citation
    options: tuple[str, ...] = ()
    """In the order in which they are shown, the answer among them; empty where the answer is typed or thought."""
    hints: tuple[Hint, ...] = ()
    """The vaguest first."""
    explanation: str = ""
    also_right: tuple[str, ...] = ()

    @property
    def question(self) -> str:
        """What is asked, in words."""
        return _QUESTIONS[self.kind].format(told=self.told, source=self.source.label)


def is_right(item: Item, answered: str) -> bool:
    """Return whether what was typed is the answer: its number among the options, or its words, whatever the case."""
    said = answered.strip()
    if item.options and said.isdecimal():
        return 1 <= int(said) <= len(item.options) and item.options[int(said) - 1] == item.answer
    return name_key(said) != "" and name_key(said) in {name_key(right) for right in (item.answer, *item.also_right)}


# --- terms -----------------------------------------------------------------------------------------------------------


def term_items(glossary: Glossary, chosen: Iterable[GlossaryTerm], seed: int) -> Iterator[Item]:
    """Yield a question for each term that has a usable definition, and one for each that people have a word for."""
    for term in chosen:
        rng = random.Random(f"{seed}:{term.code}")  # noqa: S311 - repeatable, not secret
        meaning = _meaning_item(glossary, term, rng)
        if meaning is not None:
            yield meaning
        if any(is_easier(word, term.name) for word in term.plain):
            yield _layperson_item(glossary, term)


def _meaning_item(glossary: Glossary, term: GlossaryTerm, rng: random.Random) -> Item | None:
    hidden = _without_names(term)
    others = [other for other in glossary.siblings(term) if _may_stand_beside(term, other)]
    if not hidden or len(others) < OPTIONS - 1:
        return None
    options = [term.name, *(other.name for other in rng.sample(others, OPTIONS - 1))]
    rng.shuffle(options)
    return Item(
        f"{term.code}/{ItemKind.MEANING}",
        ItemKind.MEANING,
        hidden,
        term.name,
        _cited(glossary, term),
        tuple(options),
        (*_said_by_people(term), _letters(term.name), _one_of_two(term.name, options)),
        f"{term.name}: {term.definition}",
        term.synonyms,
    )


def _layperson_item(glossary: Glossary, term: GlossaryTerm) -> Item:
    said = sorted(term.plain, key=lambda word: (not is_easier(word, term.name), len(word.split())))
    return Item(
        f"{term.code}/{ItemKind.LAYPERSON}",
        ItemKind.LAYPERSON,
        term.name,
        said[0],
        _cited(glossary, term),
        hints=(_letters(said[0]),),
        explanation=f"{term.name}: people say {', '.join(said)}." + (f" {term.definition}" if term.definition else ""),
        also_right=tuple(said[1:]),
    )


def _without_names(term: GlossaryTerm) -> str:
    """Return the definition with its own name hidden; empty where nothing usable is left."""
    words = len(term.definition.split())
    if not SHORTEST_DEFINITION <= words <= LONGEST_DEFINITION:
        return ""
    hidden = term.definition
    for name in sorted((term.name, *term.synonyms), key=len, reverse=True):
        hidden = re.sub(rf"\b{re.escape(name)}\w*", GAP, hidden, flags=re.IGNORECASE)
    left = [word for word in hidden.split() if GAP not in word]
    tells_itself = len(left) < SHORTEST_DEFINITION or set(name_key(term.name).split()) <= set(name_key(hidden).split())
    return "" if tells_itself else hidden


def _may_stand_beside(term: GlossaryTerm, other: GlossaryTerm) -> bool:
    """Return whether another term may be a wrong option: it has a definition of its own and is no form of the term."""
    names = {name_key(name) for name in (term.name, *term.synonyms)}
    words, others = set(name_key(term.name).split()), set(name_key(other.name).split())
    return bool(other.definition) and name_key(other.name) not in names and not (words <= others or others <= words)


def _cited(glossary: Glossary, term: GlossaryTerm) -> Citation:
    return Citation(SourceKind.PASSAGE, glossary.title, term.definition or term.name, heading=term.code)


def _said_by_people(term: GlossaryTerm) -> tuple[Hint, ...]:
    """Return what people say for a term as a hint, where that tells nothing of its name."""
    name = set(name_key(term.name).split())
    said = next((word for word in term.plain if not name & set(name_key(word).split())), None)
    return () if said is None else (Hint(HintKind.SAID, said),)


def _one_of_two(answer: str, options: Sequence[str]) -> Hint:
    """Return a hint that leaves the answer and the first of the others, in the order in which they are shown."""
    other = next(option for option in options if option != answer)
    return Hint(HintKind.ONE_OF, "; ".join(sorted((answer, other), key=options.index)))


def _letters(words: str) -> Hint:
    """Return the first letter of each word, the others as dots."""
    return Hint(HintKind.LETTERS, " ".join(word[0] + "." * (len(word) - 1) for word in words.split()))


# --- codes -----------------------------------------------------------------------------------------------------------


def code_item(asked: Passage, siblings: Sequence[Passage], seed: int) -> Item | None:
    """Return a question for the code of a diagnosis among its neighbours; None where there are too few of them."""
    own = _CODE.match(asked.text)
    if own is None or _VAGUE.search(own["name"]):
        return None
    found = (match for passage in siblings if (match := _CODE.match(passage.text)))
    others = {match["code"]: match["name"] for match in found if _is_other_code(own, match)}
    if len(others) < OPTIONS - 1:
        return None
    rng = random.Random(f"{seed}:{own['code']}")  # noqa: S311 - repeatable, not secret
    options = [own["code"], *rng.sample(sorted(others), OPTIONS - 1)]
    rng.shuffle(options)
    beside = "; ".join(f"{code}: {others[code]}" for code in options if code in others)
    return Item(
        f"{own['code']}/{ItemKind.CODE}",
        ItemKind.CODE,
        own["name"],
        own["code"],
        Citation(SourceKind.PASSAGE, asked.title, asked.text, heading=asked.heading),
        tuple(options),
        (Hint(HintKind.BEGINS, _category(own["code"])), _one_of_two(own["code"], options)),
        f"{own['code']}: {own['name']}. Beside it: {beside}.",
    )


def _category(code: str) -> str:
    """Return what a code begins with, of one without subdivision only the letter."""
    return code.split(".")[0] if "." in code else code[0]


def _is_other_code(own: re.Match[str], other: re.Match[str]) -> bool:
    """Return whether another code may be a wrong option: neither above nor below, and not of the same name."""
    one, two = own["code"], other["code"]
    return not (one.startswith(two) or two.startswith(one)) and name_key(own["name"]) != name_key(other["name"])


# --- documents -------------------------------------------------------------------------------------------------------


def gap_items(passages: Iterable[Passage], is_telling: Callable[[str], bool] = lambda _word: True) -> Iterator[Item]:
    """Yield at most one gap for each passage: the longest telling word of its sentences that its title does not tell.

    `is_telling` says of a word whether it is worth asking for: one that a terminology knows.
    """
    for passage in passages:
        sentences = [s for s in split_sentences(passage.text) if SHORTEST_GAP <= len(s.split()) <= LONGEST_GAP]
        items = [item for sentence in sentences if (item := _gap_item(passage, sentence, is_telling)) is not None]
        if items:
            yield max(items, key=lambda item: len(item.answer))


def _gap_item(passage: Passage, sentence: str, is_telling: Callable[[str], bool]) -> Item | None:
    about = set(name_key(f"{passage.title} {passage.heading}").split())
    telling = (w for w in _GAP_WORD.findall(sentence) if w.lower() not in _COMMON and is_telling(w))
    words = [word for word in telling if name_key(word) not in about]
    if not words:
        return None
    word = max(words, key=lambda w: (len(w), w))
    with_gap = re.sub(rf"\b{re.escape(word)}\b", GAP, sentence)
    source = Citation(SourceKind.PASSAGE, passage.title, sentence, heading=passage.heading, page=passage.page)
    return Item(
        f"{_digest(sentence)}/{ItemKind.GAP}",
        ItemKind.GAP,
        with_gap,
        word,
        source,
        hints=(_letters(word), Hint(HintKind.LETTERS, word[: (len(word) + 1) // 2] + "." * (len(word) // 2))),
        explanation=sentence,
    )


# --- cases -----------------------------------------------------------------------------------------------------------


def case_item(note: str, label: str) -> Item | None:
    """Return what stands before a note's assessment as a case, with the assessment hidden; None where there is none.

    The note must be de-identified by then: what it says is shown.
    """
    found = _CASE_HEADING.search(note)
    if found is None or not note[: found.start()].strip() or not note[found.end() :].strip():
        return None
    before, hidden = note[: found.start()].strip(), note[found.end() :].strip()
    return Item(
        f"{_digest(note)}/{ItemKind.CASE}",
        ItemKind.CASE,
        before,
        hidden,
        Citation(SourceKind.TRANSCRIPT, label, hidden, heading=found[0].strip()),
        hints=_case_hints(hidden),
        explanation=hidden,
    )


def _case_hints(hidden: str) -> tuple[Hint, ...]:
    """Return the first words of an assessment, then its first sentence."""
    first = split_sentences(hidden)[0]
    words = " ".join(first.split()[:_FIRST_WORDS])
    return Hint(HintKind.BEGINS, f"{words} …"), Hint(HintKind.BEGINS, first)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
