"""A terminology as a glossary: how each term is called, what it means, what people say for it, and its parents."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


@dataclass(frozen=True, slots=True)
class GlossaryTerm:
    """One term; `parents` are codes of what it is a kind of."""

    code: str
    name: str
    definition: str = ""
    plain: tuple[str, ...] = ()
    """What people say for exactly this (in HPO the exact synonyms marked "layperson")."""
    synonyms: tuple[str, ...] = ()
    """Other technical names for exactly this."""
    parents: tuple[str, ...] = ()


class Glossary:
    """The terms of one terminology; `title` is its published name with its version, as a citation gives it."""

    def __init__(self, title: str, terms: Iterable[GlossaryTerm]) -> None:
        self.title = title
        self._terms: Mapping[str, GlossaryTerm] = {term.code: term for term in terms}
        self._children: dict[str, list[str]] = defaultdict(list)
        for term in self._terms.values():
            for parent in term.parents:
                self._children[parent].append(term.code)

    def __iter__(self) -> Iterator[GlossaryTerm]:
        return iter(self._terms.values())

    def __len__(self) -> int:
        return len(self._terms)

    def siblings(self, term: GlossaryTerm) -> tuple[GlossaryTerm, ...]:
        """Return the terms that are a kind of the same thing, in the terminology's order."""
        codes = [code for parent in term.parents for code in self._children[parent] if code != term.code]
        return tuple(self._terms[code] for code in dict.fromkeys(codes))

    def layperson_synonyms(self) -> dict[str, tuple[str, ...]]:
        """Return what people say for each name that a term goes by, often nothing."""
        return {name: term.plain for term in self for name in (*term.synonyms, term.name)}
