"""Words that every recording may hold: the doctor's own list, which can ask for the names of drugs (no torch)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lm.errors import InvalidInput
from lm.grounding.knowledge import KnowledgeBase
from multimodal.atomic import write_chunks
from multimodal.catalog import ModelState, data_folder, models_folder, state
from multimodal.terminologies import TERMS_FILE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MOST_WORDS, LONGEST_WORD = 2_000, 40
SHORTEST_NAME = 5
"""Of a drug: shorter ones are likelier to be another word."""
_DRUGS = "drug-names"
ALL_DRUGS = "@drug-names"
"""On the list it stands for every installed drug name. It is not there unless the doctor puts it there: more names are
then found, and now and then a wrong one is written where another was said."""
_WORD = re.compile(r"\w[\w'’-]*", re.UNICODE)


class WordList:
    """Names and terms that the doctor says and the recogniser does not know: one a line in a text file."""

    def __init__(self, file: Path | None = None) -> None:
        self.file = file or data_folder() / "words.txt"

    def words(self) -> tuple[str, ...]:
        """Return the words in alphabetical order; lines that are no word are left out."""
        try:
            lines = self.file.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return ()
        kept = {line.strip() for line in lines if _is_word(line.strip())}
        return tuple(sorted(kept, key=str.casefold))[:MOST_WORDS]

    def add(self, words: Iterable[str]) -> tuple[str, ...]:
        """Put words on the list and return those that are new. Raises InvalidInput, and then adds none."""
        wished, known = list(dict.fromkeys(words)), self.words()
        for word in wished:
            if not _is_word(word):
                raise InvalidInput(f"{word!r} is no single word of at most {LONGEST_WORD} letters. Nothing was added.")
        new = tuple(word for word in wished if word not in known)
        if len(known) + len(new) > MOST_WORDS:
            raise InvalidInput(f"The list can hold {MOST_WORDS} words. Remove some first; nothing was added.")
        self._write((*known, *new))
        return new

    def remove(self, words: Iterable[str]) -> tuple[str, ...]:
        """Take words off the list and return them. Raises InvalidInput for one that is not on it, and removes none."""
        wished, known = set(words), self.words()
        missing = sorted(wished.difference(known))
        if missing:
            raise InvalidInput(f"{missing[0]!r} is not on the list. Nothing was removed. Type: bedside words list")
        self._write([word for word in known if word not in wished])
        return tuple(sorted(wished))

    def _write(self, words: Iterable[str]) -> None:
        text = "".join(f"{word}\n" for word in sorted(words, key=str.casefold))
        write_chunks(self.file, [text.encode()])


def favoured_names() -> frozenset[str]:
    """Return the doctor's own words, with the installed names of drugs where the list asks for them."""
    words = frozenset(WordList().words())
    return words - {ALL_DRUGS} | drug_names() if ALL_DRUGS in words else words


def drug_names() -> frozenset[str]:
    """Return the drug names that are one word of letters, in small letters; none where they are not installed."""
    if state(_DRUGS) is not ModelState.INSTALLED:
        return frozenset()
    with KnowledgeBase(models_folder() / _DRUGS / TERMS_FILE, read_only=True) as base:
        return frozenset(name for name in base.names() if len(name) >= SHORTEST_NAME and name.isalpha())


def _is_word(text: str) -> bool:
    return text == ALL_DRUGS or (len(text) <= LONGEST_WORD and _WORD.fullmatch(text) is not None)
