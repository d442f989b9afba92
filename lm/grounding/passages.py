"""What can be looked up: a document in blocks as its reader found them, and the passages that it is cut into."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lm.grounding.gate import split_sentences
from lm.grounding.words import spaced

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PASSAGE_WORDS = 120
"""Of a passage at most: what fits a card, and the text encoder's 256 tokens. A Chinese character counts as a word."""
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a document's text under one heading; `page` counts from 1, None where there are no pages."""

    text: str
    heading: str = ""
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A text that an answer can rest on, with the place where a reader finds it."""

    title: str
    """Of the document."""
    text: str
    heading: str = ""
    page: int | None = None


def passages_of(title: str, blocks: Iterable[Block]) -> Iterator[Passage]:
    """Cut a document into passages of whole sentences; none reaches over a heading or a page."""
    for block in _joined(blocks):
        for text in _cut(block.text):
            yield Passage(title, text, block.heading, block.page)


def _joined(blocks: Iterable[Block]) -> Iterator[Block]:
    """Join neighbours that stand under the same heading on the same page."""
    held: Block | None = None
    for block in blocks:
        if held is not None and (held.heading, held.page) == (block.heading, block.page):
            held = Block(f"{held.text}\n{block.text}", block.heading, block.page)
            continue
        if held is not None:
            yield held
        held = block
    if held is not None:
        yield held


def _cut(text: str) -> Iterator[str]:
    taken: list[str] = []
    count = 0
    for part in _parts(text):
        words = len(spaced(part).split())
        if taken and count + words > PASSAGE_WORDS:
            yield " ".join(taken)
            taken, count = [], 0
        taken.append(part)
        count += words
    if taken:
        yield " ".join(taken)


def _parts(text: str) -> Iterator[str]:
    """Yield the sentences; one that is longer than a passage (a table, a list without stops) comes in pieces."""
    for sentence in split_sentences(text):
        words = sentence.split()
        if len(spaced(sentence).split()) <= PASSAGE_WORDS:
            yield _SPACE.sub(" ", sentence)
        elif len(words) > 1:
            for start in range(0, len(words), PASSAGE_WORDS):
                yield from _whole_words(words[start : start + PASSAGE_WORDS])
        else:
            yield from _whole_words(words)


def _whole_words(words: list[str]) -> Iterator[str]:
    """Yield words as one text, cutting those that are no words but a page of characters without a space."""
    text = " ".join(words)
    if len(spaced(text).split()) <= PASSAGE_WORDS:
        yield text
        return
    for start in range(0, len(text), PASSAGE_WORDS):
        yield text[start : start + PASSAGE_WORDS].strip()
