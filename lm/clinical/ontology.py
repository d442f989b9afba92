"""The Human Phenotype Ontology as a graph: its terms, what they go by, and which of them imply which.

Built once from the published files by `multimodal.phenotypes` and kept as plain arrays; reading it runs nothing.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from lm.errors import UnknownTerm
from lm.grounding.words import name_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy.typing as npt

_CODE = re.compile(r"HP:\d{7}")


class Ontology:
    """Terms by their place, 0 to n - 1; parents come before children, so an array in their order is topological."""

    def __init__(
        self,
        version: str,
        codes: Sequence[str],
        names: Sequence[str],
        parents: Sequence[Sequence[int]],
        called: Iterable[tuple[str, int]] = (),
    ) -> None:
        """Take terms with their parents' places; `called` are alternative codes and names with the term's place."""
        self.version, self.codes, self.names, self.parents = version, tuple(codes), tuple(names), tuple(parents)
        self._place = {code: place for place, code in enumerate(self.codes)}
        self._called = list(called)
        self._ancestors: dict[int, frozenset[int]] = {}

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def title(self) -> str:
        """What a citation calls it, with its version, as its licence asks."""
        return f"Human Phenotype Ontology {self.version}".strip()

    @cached_property
    def _by_name(self) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for place, name in enumerate(self.names):
            found.setdefault(name_key(name), place)
        for name, place in self._called:
            found.setdefault(name if _CODE.fullmatch(name) else name_key(name), place)
        return found

    def place(self, said: str) -> int:
        """Return the place of a term by its code, an earlier code, its name or a synonym. Raises UnknownTerm."""
        code = said.strip().upper()
        if code in self._place:
            return self._place[code]
        place = self._by_name.get(code if _CODE.fullmatch(code) else name_key(said))
        if place is None:
            raise UnknownTerm(
                f"{said.strip()!r} is no term of the {self.title}. Name a sign or a symptom as it is called there, or "
                "give its code, such as HP:0012735."
            )
        return place

    def knows(self, code: str) -> bool:
        """Return whether a code, current or earlier, names a term."""
        return code in self._place or code in self._by_name

    def label(self, place: int) -> str:
        """Return a term's code and name, as they are cited."""
        return f"{self.codes[place]} {self.names[place]}"

    def ancestors(self, place: int) -> frozenset[int]:
        """Return what a term implies: itself and everything above it."""
        known = self._ancestors.get(place)
        if known is None:
            known = frozenset((place,)).union(*(self.ancestors(parent) for parent in self.parents[place]))
            self._ancestors[place] = known
        return known

    def implies(self, narrow: int, broad: int) -> bool:
        """Return whether who has `narrow` has `broad` too."""
        return broad in self.ancestors(narrow)

    def most_specific(self, places: Iterable[int]) -> tuple[int, ...]:
        """Return the terms that no other one of them implies, in their order, each once."""
        distinct = tuple(dict.fromkeys(places))
        return tuple(p for p in distinct if not any(q != p and self.implies(q, p) for q in distinct))

    def broadest(self, places: Iterable[int]) -> tuple[int, ...]:
        """Return the terms that imply no other one of them, in their order, each once."""
        distinct = tuple(dict.fromkeys(places))
        return tuple(p for p in distinct if not any(q != p and self.implies(p, q) for q in distinct))

    def with_terms(self, terms: Iterable[tuple[str, str, int]]) -> Ontology:
        """Return the ontology with narrower terms of one's own behind HPO's, each a code, a name and its parent."""
        added = tuple(terms)
        codes = (*self.codes, *(code for code, _, _ in added))
        names = (*self.names, *(name for _, name, _ in added))
        return Ontology(self.version, codes, names, (*self.parents, *([parent] for *_, parent in added)), self.called)

    def children(self, place: int) -> tuple[int, ...]:
        """Return the terms directly below one."""
        return tuple(child for child, parents in enumerate(self.parents) if place in parents)

    @property
    def called(self) -> tuple[tuple[str, int], ...]:
        """Alternative codes and names, each with the place of its term."""
        return tuple(self._called)

    def to_arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return the ontology as arrays without objects."""
        return {
            "version": packed([self.version]),
            "codes": packed(self.codes),
            "names": packed(self.names),
            "parent_counts": np.array([len(parents) for parents in self.parents], np.int32),
            "parents": np.array([p for parents in self.parents for p in parents], np.int32),
            "called": packed([name for name, _ in self._called]),
            "called_places": np.array([place for _, place in self._called], np.int32),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[np.generic]]) -> Ontology:
        """Return what `to_arrays` gave; raises KeyError or ValueError where it is something else."""
        ends = np.cumsum(arrays["parent_counts"])
        parents = [part.tolist() for part in np.split(arrays["parents"], ends[:-1])]
        called = zip(unpacked(arrays["called"]), arrays["called_places"].tolist(), strict=True)
        (version,) = unpacked(arrays["version"])
        return cls(version, unpacked(arrays["codes"]), unpacked(arrays["names"]), parents, called)


def packed(texts: Iterable[str]) -> npt.NDArray[np.uint8]:
    """Return texts as one array of bytes, `(bytes,)` uint8: an array of objects would need pickle."""
    return np.frombuffer("\n".join(" ".join(text.split()) for text in texts).encode(), np.uint8)


def unpacked(array: npt.NDArray[np.generic]) -> list[str]:
    """Return the texts of `packed`."""
    return array.tobytes().decode().split("\n") if array.size else []
