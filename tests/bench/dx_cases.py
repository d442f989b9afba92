"""Patients made from HPO's annotations, and the plain measures that a ranking is held against.

A patient has each finding of the disease with the frequency that is annotated. Then findings get lost, some are named
less precisely than they are annotated, some come from another disease, and some are denied.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lm.clinical.ranking import Seen

if TYPE_CHECKING:
    import numpy.typing as npt

    from lm.clinical.phenotype import Phenotypes

    Scores = npt.NDArray[np.float64]

FEWEST_ANNOTATIONS = 5
ROOT = "HP:0000118"


@dataclass(frozen=True, slots=True)
class CaseOptions:
    """How far a patient is from the textbook."""

    kept: float = 0.6
    """Of the findings that the patient has, the share that comes up."""
    most: int = 8
    imprecise: float = 0.3
    """The chance that a finding is named by a broader term."""
    noise: tuple[int, ...] = (0, 1, 1, 2)
    """How many findings come from another disease: one of these, by chance."""
    denied: tuple[int, ...] = (0, 1, 2)
    """How many findings of other diseases are denied."""
    wrongly_denied: float = 0.05
    """The chance that a finding of the disease itself is denied."""


@dataclass(frozen=True, slots=True)
class Case:
    """One generated patient."""

    disease: int
    seen: Seen


class CaseMaker:
    """Makes patients; diseases are split in two by their place, so that nothing is chosen on what is reported."""

    def __init__(self, phenotypes: Phenotypes, seed: int, options: CaseOptions | None = None) -> None:
        self._phenotypes, self._random, self._options = phenotypes, random.Random(seed), options or CaseOptions()
        self._root = phenotypes.ontology.place(ROOT)

    def cases(self, number: int, half: int) -> list[Case]:
        """Return so many patients with as many diseases of one half (0 or 1)."""
        counts = np.diff(self._phenotypes.profiles.offsets)
        places = [p for p in range(half, len(counts), 2) if counts[p] >= FEWEST_ANNOTATIONS]
        self._random.shuffle(places)
        made = (self._case(disease) for disease in places)
        found: list[Case] = []
        for case in made:
            if len(case.seen.present) >= 2:
                found.append(case)
            if len(found) == number:
                break
        return found

    def _case(self, disease: int) -> Case:
        chance, options = self._random, self._options
        own = self._phenotypes.profiles.of(disease)
        has = [a.term for a in own if chance.random() < a.share and chance.random() < options.kept]
        chance.shuffle(has)
        present = [self._broader(term) if chance.random() < options.imprecise else term for term in has[: options.most]]
        present += self._others(chance.choice(options.noise))
        absent = [t for t in self._others(chance.choice(options.denied)) if not self._belongs(disease, t)]
        absent += [a.term for a in own if a.share > 0 and chance.random() < options.wrongly_denied / len(own)]
        shown = set(present)
        kept = [t for t in absent if not any(self._phenotypes.ontology.implies(p, t) for p in shown)]
        return Case(disease, Seen(tuple(dict.fromkeys(present)), tuple(dict.fromkeys(kept))))

    def _broader(self, term: int) -> int:
        ontology = self._phenotypes.ontology
        parents = [p for p in ontology.parents[term] if p != self._root and ontology.implies(p, self._root)]
        return self._random.choice(parents) if parents else term

    def _others(self, number: int) -> list[int]:
        profiles = self._phenotypes.profiles
        found = (profiles.of(self._random.randrange(len(profiles))) for _ in range(number))
        return [self._random.choice(annotations).term for annotations in found]

    def _belongs(self, disease: int, term: int) -> bool:
        return self._phenotypes.profiles.share(disease, term) > 0


class Baselines:
    """Plain similarities between the present findings and the annotations of every disease."""

    def __init__(self, phenotypes: Phenotypes) -> None:
        self._phenotypes, self._profiles = phenotypes, phenotypes.profiles
        self._owners = np.repeat(np.arange(len(self._profiles)), np.diff(self._profiles.offsets))
        closures = np.diff(self._profiles.column_offsets)
        self._implied = np.bincount(self._profiles.column_diseases, minlength=len(self._profiles))
        self._there = closures > 0

    def jaccard(self, seen: Seen) -> Scores:
        """Return the shared terms over all terms, exactly as they are named: plain overlap."""
        hit = np.isin(self._profiles.terms, seen.present) & (self._profiles.shares > 0)
        shared = np.bincount(self._owners[hit], minlength=len(self._profiles))
        of = np.diff(self._profiles.offsets) + len(seen.present) - shared
        return np.asarray(shared / of, np.float64)

    def sim_ui(self, seen: Seen) -> Scores:
        """Return the overlap of everything that is implied (simUI, Gentleman 2005)."""
        implied = self._implied_by(seen)
        shared = np.zeros(len(self._profiles))
        for term in implied:
            shared[self._profiles.column(term)[0]] += 1
        return shared / (self._implied + len(implied) - shared)

    def resnik(self, seen: Seen) -> Scores:
        """Return Resnik's similarity, best match average of both directions (Pesquita et al. 2008)."""
        content = self._phenotypes.information_content
        there = np.zeros(len(self._profiles))
        for term in seen.present:
            best = np.zeros(len(self._profiles))
            for ancestor in self._phenotypes.ontology.ancestors(term):
                diseases, _ = self._profiles.column(ancestor)
                best[diseases] = np.maximum(best[diseases], content[ancestor])
            there += best
        back = np.add.reduceat(self._best_of_terms(seen)[self._profiles.terms], self._profiles.offsets[:-1])
        return (there / len(seen.present) + back / np.diff(self._profiles.offsets)) / 2

    def _best_of_terms(self, seen: Seen) -> Scores:
        """Return for each term of the ontology the content of the best ancestor that it shares with the patient."""
        implied, content = self._implied_by(seen), self._phenotypes.information_content
        best = np.zeros(len(content))
        for place, parents in enumerate(self._phenotypes.ontology.parents):
            above = max((best[parent] for parent in parents), default=0.0)
            best[place] = max(above, float(content[place])) if place in implied else above
        return best

    def _implied_by(self, seen: Seen) -> frozenset[int]:
        return frozenset().union(*(self._phenotypes.ontology.ancestors(term) for term in seen.present))


def rank_of(scores: Scores, disease: int) -> float:
    """Return the place of a disease, from 1; among equals the middle one."""
    better = int((scores > scores[disease]).sum())
    equal = int((scores == scores[disease]).sum())
    return better + (equal + 1) / 2
