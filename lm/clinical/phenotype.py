"""Diseases by what is seen in them: how often each finding comes with each disease, and how telling a finding is.

A disease that is annotated with a term is annotated with everything that the term implies (the true path rule), so
frequencies are kept for all ancestors. The information content of a term is -log of its probability over the diseases
(Resnik 1995, arXiv:cmp-lg/9511007).
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from lm.clinical.ontology import Ontology, packed, unpacked
from lm.errors import DamagedKnowledge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]
    Places = npt.NDArray[np.int32]

PHENOTYPES_FILE = "phenotypes.npz"


class Frequency(Enum):
    """HPO's classes of how many patients have a finding: code, name, and the middle of the published range."""

    OBLIGATE = ("HP:0040280", "obligate", 1.0)
    VERY_FREQUENT = ("HP:0040281", "very frequent", 0.895)
    FREQUENT = ("HP:0040282", "frequent", 0.545)
    OCCASIONAL = ("HP:0040283", "occasional", 0.17)
    VERY_RARE = ("HP:0040284", "very rare", 0.025)
    EXCLUDED = ("HP:0040285", "excluded", 0.0)

    @property
    def code(self) -> str:
        """The term of the ontology."""
        return self.value[0]

    @property
    def share(self) -> float:
        """Of the patients, 0 to 1."""
        return self.value[2]

    @classmethod
    def nearest(cls, share: float) -> Frequency:
        """Return the class in whose published range a share lies."""
        bounds = ((0.995, cls.OBLIGATE), (0.795, cls.VERY_FREQUENT), (0.295, cls.FREQUENT), (0.045, cls.OCCASIONAL))
        return next((found for least, found in bounds if share >= least), cls.VERY_RARE if share > 0 else cls.EXCLUDED)

    def __str__(self) -> str:
        return str(self.value[1])


UNSTATED = Frequency.FREQUENT.share
"""Where an annotation gives no frequency."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """One finding of one disease; `share` of its patients have it, 0 where it is said not to belong to it."""

    disease: int
    term: int
    share: float
    source: str = ""
    """Where the annotation comes from: "PMID:31675180"."""


@dataclass(frozen=True, slots=True, eq=False)
class Profiles:
    """Diseases with their findings; a disease's place is 0 to n - 1."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    starts: Floats
    """`(n,)`: the age in years before which a disease does not begin; 0 where nothing is known."""
    offsets: Places
    """`(n + 1,)`: where the annotations of each disease begin in the three arrays that follow."""
    terms: Places
    shares: Floats
    sources: Places
    source_names: tuple[str, ...]
    column_offsets: npt.NDArray[np.int64]
    """`(terms + 1,)`: where the diseases of each term begin in the two arrays that follow, ancestors included."""
    column_diseases: Places
    column_shares: Floats

    def __len__(self) -> int:
        return len(self.codes)

    @classmethod
    def build(
        cls, ontology: Ontology, diseases: Sequence[tuple[str, str, float]], annotations: Sequence[Annotation]
    ) -> Profiles:
        """Return the profiles of diseases, each a code, a name and the age from which it begins."""
        ordered = sorted(annotations, key=lambda found: (found.disease, found.term))
        sources = sorted({found.source for found in ordered})
        number = {source: place for place, source in enumerate(sources)}
        counts = np.bincount([found.disease for found in ordered], minlength=len(diseases))
        return cls(
            tuple(code for code, _, _ in diseases),
            tuple(name for _, name, _ in diseases),
            np.array([start for _, _, start in diseases], np.float32),
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
            np.array([found.term for found in ordered], np.int32),
            np.array([found.share for found in ordered], np.float32),
            np.array([number[found.source] for found in ordered], np.int32),
            tuple(sources),
            *_columns(ontology, ordered),
        )

    def of(self, disease: int) -> tuple[Annotation, ...]:
        """Return the annotations of one disease, in the order of their terms."""
        span = slice(self.offsets[disease], self.offsets[disease + 1])
        rows = zip(self.terms[span], self.shares[span], self.sources[span], strict=True)
        return tuple(
            Annotation(disease, int(term), float(share), self.source_names[int(source)]) for term, share, source in rows
        )

    def column(self, term: int) -> tuple[Places, Floats]:
        """Return the diseases in which a term or a narrower one is seen, and in what share of their patients."""
        if term + 1 >= len(self.column_offsets):  # a term of our own, which HPO's annotations cannot know
            return self.column_diseases[:0], self.column_shares[:0]
        span = slice(self.column_offsets[term], self.column_offsets[term + 1])
        return self.column_diseases[span], self.column_shares[span]

    def share(self, disease: int, term: int) -> float:
        """Return how often a term, or a narrower one, is seen in a disease; 0 where it is not known to be."""
        diseases, shares = self.column(term)
        at = int(np.searchsorted(diseases, disease))
        return float(shares[at]) if at < len(diseases) and diseases[at] == disease else 0.0

    def to_arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return the profiles as arrays without objects."""
        return {
            "disease_codes": packed(self.codes),
            "disease_names": packed(self.names),
            "source_names": packed(self.source_names),
            **{name: getattr(self, name) for name in _ARRAYS},
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[np.generic]]) -> Profiles:
        """Return what `to_arrays` gave; raises KeyError where it is something else."""
        texts = {name: tuple(unpacked(arrays[key])) for name, key in _TEXTS.items()}
        return cls(**texts, **{name: arrays[name] for name in _ARRAYS})  # type: ignore[arg-type]  # npz knows no dtypes


_ARRAYS = (
    "starts", "offsets", "terms", "shares", "sources", "column_offsets", "column_diseases", "column_shares",
)  # fmt: skip
_TEXTS = {"codes": "disease_codes", "names": "disease_names", "source_names": "source_names"}


def _columns(ontology: Ontology, annotations: Sequence[Annotation]) -> tuple[npt.NDArray[np.int64], Places, Floats]:
    """Carry each share up to every ancestor; where several findings imply one, the most frequent counts."""
    highest: dict[tuple[int, int], float] = {}
    for found in annotations:
        if found.share > 0:
            for term in ontology.ancestors(found.term):
                key = (term, found.disease)
                highest[key] = max(highest.get(key, 0.0), found.share)
    keys = sorted(highest)
    counts = np.bincount([term for term, _ in keys], minlength=len(ontology))
    return (
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.array([disease for _, disease in keys], np.int32),
        np.array([highest[key] for key in keys], np.float32),
    )


@dataclass(frozen=True, eq=False)
class Phenotypes:
    """An ontology and the diseases that are annotated with its terms."""

    ontology: Ontology
    profiles: Profiles

    @cached_property
    def mean_shares(self) -> Floats:
        """`(terms,)`: how often each term is seen in a disease drawn at random."""
        totals = np.add.reduceat(np.append(self.profiles.column_shares, 0.0), self.profiles.column_offsets[:-1])
        empty = np.diff(self.profiles.column_offsets) == 0
        return np.where(empty, 0.0, totals / max(1, len(self.profiles))).astype(np.float32)

    @cached_property
    def information_content(self) -> Floats:
        """`(terms,)` in nats: -log of the share of diseases that have the term; of an unused term, as if one had it."""
        counts = np.maximum(np.diff(self.profiles.column_offsets), 1)
        return (-np.log(counts / max(1, len(self.profiles)))).astype(np.float32)

    def save(self, path: Path) -> None:
        """Write both into one file, without pickle."""
        np.savez_compressed(path, **self.ontology.to_arrays(), **self.profiles.to_arrays())  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: Path) -> Phenotypes:
        """Read such a file. Raises DamagedKnowledge."""
        try:
            with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            return cls(Ontology.from_arrays(arrays), Profiles.from_arrays(arrays))
        except (OSError, EOFError, AttributeError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
            raise DamagedKnowledge(
                f"{path} holds no disease annotations that can be read ({error}). "
                "Type: bedside models remove hpo-annotations && bedside models fetch hpo-annotations"
            ) from error
