"""Items to learn from what this machine has: HPO, ICD-10-CM and the doctor's own library."""

from __future__ import annotations

import random
import re
from contextlib import ExitStack
from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING

from lm.grounding.knowledge import KnowledgeBase
from lm.grounding.words import name_key
from lm.tasks.teaching import OPTIONS, ItemKind, code_item, gap_items, term_items
from multimodal.catalog import ModelState, state
from multimodal.glossaries import HPO, installed_glossary
from multimodal.knowledge import installed_terminology, library_file

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from lm.clinical.glossary import Glossary, GlossaryTerm
    from lm.grounding.passages import Passage
    from lm.tasks.teaching import Item

ICD = "icd-10-cm"
LONGEST_NAME = 4
"""In words, of a term that is asked without being asked for."""
_CONSIDERED = 40
_POOL = 4
"""Times as many items as are asked: those that are not due yet are left out."""
_LIBRARY_LOOKED_AT = 5000
"""Passages that are looked through for those that were asked before."""
_ENOUGH_SIBLINGS = 2 * OPTIONS
_CATEGORY = 3
"""Letters of an ICD-10-CM code that name its category."""
_NO_NAME = re.compile(r"\d|abnormal|onset|inheritance|morphology|concentration|circulating|elevated|increased", re.I)


def gather(about: str, count: int, seed: int) -> tuple[Item, ...]:
    """Return up to `count` items about some words, or drawn from everything; the kinds take turns.

    Raises DamagedKnowledge.
    """
    with ExitStack() as opened:
        icd = installed_terminology(ICD)
        library = KnowledgeBase(library_file()) if library_file().is_file() else None
        for base in filter(None, (icd, library)):
            opened.enter_context(base)
        glossary = installed_glossary() if state(HPO) is ModelState.INSTALLED else None
        terms = list(islice(_terms(glossary, icd, about, seed), count)) if glossary else []
        streams: list[Iterable[Item]] = []
        if glossary:
            asked = list(term_items(glossary, terms, seed))
            meanings = [item for item in asked if item.kind is ItemKind.MEANING]
            # In another order: the answer to one question should not have been the question before.
            spoken = [item for item in reversed(asked) if item.kind is ItemKind.LAYPERSON]
            streams += [meanings[::2], spoken, meanings[1::2]]
        streams.append(_codes(icd, about, (term.name for term in terms[::-1]), seed))
        streams.append(gap_items(_passages(library, about, count, seed), _telling()))
        return tuple(islice(_taking_turns(streams), count))


def chosen(about: str, count: int, seed: int, due: Sequence[str], later: Collection[str]) -> tuple[Item, ...]:
    """Return what is asked now: what is due first, then what was never asked; `later` is left out.

    Raises DamagedKnowledge.
    """
    found = again(due, seed) if due and not about else ()
    known = {item.id for item in found} | set(later)
    fresh = (item for item in gather(about, count * _POOL, seed) if item.id not in known)
    order = {item: place for place, item in enumerate(due)}
    return (*sorted(found, key=lambda item: order[item.id]), *fresh)[:count]


def again(ids: Iterable[str], seed: int) -> tuple[Item, ...]:
    """Return the items of some identifiers as far as their sources are still here. Raises DamagedKnowledge."""
    wanted = set(ids)
    codes = {item.partition("/")[0] for item in wanted}
    with ExitStack() as opened:
        icd = installed_terminology(ICD)
        library = KnowledgeBase(library_file()) if library_file().is_file() else None
        for base in filter(None, (icd, library)):
            opened.enter_context(base)
        items: list[Item] = []
        if state(HPO) is ModelState.INSTALLED:
            glossary = installed_glossary()
            items += term_items(glossary, (term for term in glossary if term.code in codes), seed)
        if icd is not None:
            items += [item for code in sorted(codes) if (item := _code(icd, _named(icd, code), seed)) is not None]
        if library is not None:
            items += gap_items(library.drawn(_LIBRARY_LOOKED_AT, 0), _telling())
    return tuple(item for item in items if item.id in wanted)


def _taking_turns(streams: Iterable[Iterable[Item]]) -> Iterator[Item]:
    rounds = chain.from_iterable(zip_longest(*streams))
    seen: set[str] = set()
    for item in rounds:
        if item is not None and item.id not in seen:
            seen.add(item.id)
            yield item


def _terms(glossary: Glossary, icd: KnowledgeBase | None, about: str, seed: int) -> Iterator[GlossaryTerm]:
    """Yield the terms that are asked about; without words, findings that ICD-10-CM has a code for too."""
    if about:
        base = installed_terminology(HPO)
        if base is None:
            return
        with base:
            codes = {found.passage.heading for found in base.search(about, _CONSIDERED)}
        yield from (term for term in glossary if term.code in codes)
        return
    drawn = [term for term in glossary if _is_told(term)]
    random.Random(seed).shuffle(drawn)  # noqa: S311 - repeatable, not secret
    yield from (term for term in drawn if icd is None or _named(icd, term.name) is not None)


def _is_told(term: GlossaryTerm) -> bool:
    return len(term.name.split()) <= LONGEST_NAME and bool(term.definition) and not _NO_NAME.search(term.name)


def _codes(icd: KnowledgeBase | None, about: str, names: Iterable[str], seed: int) -> Iterator[Item]:
    if icd is None:
        return
    asked = [found.passage for found in icd.search(about, _CONSIDERED)] if about else []
    asked += [passage for name in names if (passage := _named(icd, name)) is not None]
    for passage in asked:
        item = _code(icd, passage, seed)
        if item is not None:
            yield item


def _named(base: KnowledgeBase, name: str) -> Passage | None:
    """Return the first term that goes by exactly this name."""
    key = name_key(name)
    return next(iter(base.named((key,)).get(key, ())), None)


def _code(icd: KnowledgeBase, passage: Passage | None, seed: int) -> Item | None:
    if passage is None:
        return None
    siblings = icd.headed(passage.heading[:_CATEGORY], _CONSIDERED)
    if len(siblings) < _ENOUGH_SIBLINGS:
        siblings = icd.headed(passage.heading[: _CATEGORY - 1], _CONSIDERED)
    return code_item(passage, siblings, seed)


def _passages(library: KnowledgeBase | None, about: str, count: int, seed: int) -> tuple[Passage, ...]:
    if library is None or library.is_empty:
        return ()
    return tuple(found.passage for found in library.search(about, count)) if about else library.drawn(count, seed)


def _telling() -> Callable[[str], bool]:
    """Return whether a word stands in a name of HPO; where HPO was not fetched, every word is worth asking for."""
    if state(HPO) is not ModelState.INSTALLED:
        return lambda _word: True
    words = {
        word for term in installed_glossary() for name in (term.name, *term.synonyms) for word in name_key(name).split()
    }
    return lambda word: name_key(word) in words
