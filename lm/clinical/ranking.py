"""Which diseases go with what was found: log-odds, from how common a disease is and how telling each finding is.

Each finding multiplies a disease's odds by a likelihood ratio, as in LIRICAL (Robinson et al. 2020,
doi:10.1016/j.ajhg.2020.06.021): how often it is seen with the disease over how often it is seen at all. Where a disease
is not annotated with the finding itself, the most telling ancestor that both share stands for it, with less weight:
this is the information content of the most informative common ancestor (Resnik 1995) plus the log of its frequency. A
finding that nothing explains costs every disease the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from lm.clinical.conditions import OLDEST, Sex

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from lm.clinical.conditions import CommonConditions, Condition
    from lm.clinical.ontology import Ontology
    from lm.clinical.phenotype import Phenotypes, Profiles

    Scores = npt.NDArray[np.float64]

RARE_WEIGHT = 5e-5
"""Of one disease that HPO annotates, beside the weights of `Commonness`: one in 20,000 of an uncommon condition."""
AGE_MARGIN = 10.0
CARDINAL = 0.795
"""HPO's lower bound of "very frequent"."""
UNLISTED = 0.3
"""How often a patient has something that is on no list, beside all that is: its findings are taken to be as frequent as
they are over HPO's diseases, so that a sign that our own table lacks is not taken for proof of a rare disease."""
RED_FLAG_LOG_ODDS = 4.0
"""How far behind the first candidate a dangerous one may lie and still be named."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How evidence counts; chosen on generated cases that are not reported and on the vignettes."""

    inexact: float = 0.5
    """The share of its logarithm that a finding keeps where only an ancestor of it is shared."""
    inexact_cost: float = 2.5
    """What this costs besides, in nats: of a finding that a disease does not explain at all, the whole of it."""
    broader_cost: float = 0.5
    """What it costs, in nats, where our own table names a broader term only: "limb pain" for a painful knee.

    The table is broad on purpose; of HPO's annotations, which are exact, `inexact` holds."""
    most_certain: float = 0.9
    """The most that is believed of a frequency when a finding is absent: what was not seen may have been missed."""
    outside_age: float = 0.05
    """What is left of a disease's odds outside its ages, within `AGE_MARGIN` years of them."""
    far_outside_age: float = 0.002
    unmentioned: float = 0.5
    """The chance that somebody would have said it if a cardinal symptom of a common condition were there."""
    other_sex: float = 1e-4
    context: float = 3.0
    """How much likelier a condition gets by what makes it so, such as stroke by hypertension."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a patient; terms are places in the ontology."""

    present: tuple[int, ...] = ()
    absent: tuple[int, ...] = ()
    age_years: float | None = None
    sex: Sex | None = None


@dataclass(frozen=True, eq=False)
class Group:
    """Diseases of one source, with the log of how common each is."""

    profiles: Profiles
    log_weights: Scores
    conditions: CommonConditions | None = None
    """Where the source is our own table."""

    @cached_property
    def total(self) -> float:
        """The sum of their weights."""
        return float(np.exp(self.log_weights).sum())

    def weighted_share(self, term: int) -> float:
        """Return the weights of the diseases with a term, each times the share of its patients."""
        diseases, shares = self.profiles.column(term)
        return float(np.exp(self.log_weights[diseases]) @ shares)

    @cached_property
    def _by_term(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int32]]:
        """The annotations in the order of their terms, with the disease of each, and the terms in that order."""
        owners = np.repeat(np.arange(len(self.profiles)), np.diff(self.profiles.offsets))
        order = np.flatnonzero(self.profiles.shares > 0)
        order = order[np.argsort(self.profiles.terms[order], kind="stable")]
        return order, owners[order], self.profiles.terms[order]

    def named(self, term: int) -> tuple[npt.NDArray[np.int64], Scores]:
        """Return the diseases that are annotated with exactly this term, and how often they show it."""
        order, owners, terms = self._by_term
        first, last = np.searchsorted(terms, term, side="left"), np.searchsorted(terms, term, side="right")
        return owners[first:last], self.profiles.shares[order[first:last]].astype(np.float64)

    @cached_property
    def excluded(self) -> dict[int, list[int]]:
        """The diseases that each term speaks against by itself."""
        found: dict[int, list[int]] = {}
        owners = np.repeat(np.arange(len(self.profiles)), np.diff(self.profiles.offsets))
        for place in np.flatnonzero(self.profiles.shares == 0.0):
            found.setdefault(int(self.profiles.terms[place]), []).append(int(owners[place]))
        return found


@dataclass(frozen=True, slots=True)
class Candidate:
    """One disease with its log-odds, in nats; only differences between candidates mean something."""

    group: int
    disease: int
    log_odds: float


class Ranker:
    """Ranks the diseases of one or more sources together."""

    def __init__(self, ontology: Ontology, groups: Sequence[Group], weights: Weights | None = None) -> None:
        self.ontology, self.groups, self.weights = ontology, tuple(groups), weights or Weights()
        self._background: dict[int, float] = {}

    @classmethod
    def of_rare(cls, phenotypes: Phenotypes, weights: Weights | None = None) -> Ranker:
        """Return a ranker of HPO's diseases alone, all equally common."""
        return cls(phenotypes.ontology, [rare_group(phenotypes)], weights)

    @classmethod
    def of_everything(cls, phenotypes: Phenotypes, common: CommonConditions, weights: Weights | None = None) -> Ranker:
        """Return a ranker of common conditions and, last, HPO's diseases, each as common as it is."""
        log_weights = np.log([condition.commonness.weight for condition in common.conditions])
        return cls(common.ontology, [Group(common.profiles, log_weights, common), rare_group(phenotypes)], weights)

    @property
    def common(self) -> CommonConditions | None:
        """The common conditions among what is ranked."""
        return next((group.conditions for group in self.groups if group.conditions), None)

    def background(self, term: int) -> float:
        """Return how often a term is seen in a patient drawn at random; 0 where no disease is known to show it."""
        known = self._background.get(term)
        if known is None:
            listed = sum(group.weighted_share(term) for group in self.groups) / sum(g.total for g in self.groups)
            unlisted = self.groups[-1].weighted_share(term) / self.groups[-1].total
            known = (listed + UNLISTED * unlisted) / (1 + UNLISTED)
            self._background[term] = known
        return known

    def rank(self, seen: Seen, most: int) -> tuple[Candidate, ...]:
        """Return the likeliest diseases, best first; ties go to the earlier one."""
        scores = [self.scores(seen, number) for number in range(len(self.groups))]
        joined = np.concatenate(scores)
        order = np.argsort(-joined, kind="stable")[:most]
        starts = np.cumsum([0, *(len(score) for score in scores)])
        numbers = np.searchsorted(starts, order, side="right") - 1
        return tuple(
            Candidate(int(number), int(place - starts[number]), float(joined[place]))
            for number, place in zip(numbers, order, strict=True)
        )

    def condition(self, candidate: Candidate) -> Condition | None:
        """Return a candidate's entry in our own table; None where it is one of HPO's diseases."""
        common = self.groups[candidate.group].conditions
        return common.conditions[candidate.disease] if common else None

    def is_red_flag(self, candidate: Candidate) -> bool:
        """Return whether it must not be missed."""
        condition = self.condition(candidate)
        return condition is not None and condition.is_red_flag

    def own_term(self, candidate: Candidate) -> int | None:
        """Return the candidate itself as a finding, where HPO has it as one."""
        condition = self.condition(candidate)
        return condition.term if condition else None

    def scores(self, seen: Seen, number: int) -> Scores:
        """Return the log-odds `(diseases,)` of one group."""
        group = self.groups[number]
        total = group.log_weights + self._of_person(group, seen)
        for term in self.ontology.most_specific(seen.present):
            total = total + self.present_ratios(group, term)
        for term in self.ontology.broadest(seen.absent):
            total = total + self.absent_ratios(group, term)
        return total + self._of_silence(group, seen)

    def present_ratios(self, group: Group, term: int) -> Scores:
        """Return the log likelihood ratio `(diseases,)` of a finding that is there."""
        floor = -self.weights.inexact_cost
        ratios = np.full(len(group.profiles), floor)
        for ancestor in self.ontology.ancestors(term):
            background = self.background(ancestor)
            if background > 0:
                diseases, shares = group.profiles.column(ancestor)
                value = np.log(shares / background)
                weighed = value if ancestor == term else value * self.weights.inexact - self.weights.inexact_cost
                ratios[diseases] = np.maximum(ratios[diseases], weighed)
                if group.conditions:
                    named, named_shares = group.named(ancestor)
                    broader = np.log(named_shares / background) - self.weights.broader_cost
                    ratios[named] = np.maximum(ratios[named], broader)
            # What a disease excludes costs it more than what it merely does not explain.
            ratios[group.excluded.get(ancestor, [])] = 2 * floor
        return self._with_context(group, term, ratios)

    def _with_context(self, group: Group, term: int, ratios: Scores) -> Scores:
        """Return the ratios where a term is something that many have anyway: it speaks for what it makes likelier."""
        if not self.is_background(term):
            return ratios
        ratios = np.maximum(ratios, 0.0) if group.conditions is None else np.zeros(len(ratios))
        ratios = np.minimum(ratios, np.log(self.weights.context)) if group.conditions is None else ratios
        ratios[list(self.context_of(group, term))] = np.log(self.weights.context)
        return ratios

    def is_background(self, term: int) -> bool:
        """Return whether a term is something that many patients have anyway, such as hypertension."""
        return self.common is not None and self.common.is_background(term)

    def context_of(self, group: Group, term: int) -> tuple[int, ...]:
        """Return the conditions of a group that something the patient has anyway makes likelier, or that it is."""
        if group.conditions is None or not self.is_background(term):
            return ()
        conditions = enumerate(group.conditions.conditions)
        implied = self.ontology.ancestors(term)
        return tuple(place for place, c in conditions if c.term in implied or not implied.isdisjoint(c.context))

    def absent_ratios(self, group: Group, term: int) -> Scores:
        """Return the log likelihood ratio `(diseases,)` of a finding that was denied or looked for in vain."""
        certain = self.weights.most_certain
        ratios = np.full(len(group.profiles), -np.log1p(-certain * min(1.0, self.background(term))))
        diseases, shares = group.profiles.column(term)
        ratios[diseases] += np.log1p(-certain * shares)
        return ratios

    def _of_silence(self, group: Group, seen: Seen) -> Scores:
        """Return what it costs common conditions, `(diseases,)`, that nobody mentioned their cardinal symptoms.

        HPO's annotations list signs that nobody looks for unasked, so their silence says nothing.
        """
        left = np.zeros(len(group.profiles))
        if group.conditions is None or not seen.present:
            return left
        for place, condition in enumerate(group.conditions.conditions):
            for term in condition.cardinal_symptoms(CARDINAL, group.conditions.methods):
                if not self.is_known(seen, term):
                    left[place] += np.log1p(-self.weights.unmentioned * group.profiles.share(place, term))
        return left

    def is_known(self, seen: Seen, term: int) -> bool:
        """Return whether a finding follows from what was found, or was denied, itself or in a broader form."""
        there = any(self.ontology.implies(found, term) for found in seen.present)
        return there or any(self.ontology.implies(term, gone) for gone in seen.absent)

    def _of_person(self, group: Group, seen: Seen) -> Scores:
        """Return the log of what age and sex leave of the odds, `(diseases,)`."""
        left = np.zeros(len(group.profiles))
        oldest = np.full(len(left), OLDEST)
        other_sex = np.zeros(len(left), bool)
        if group.conditions:
            oldest = np.array([condition.age[1] for condition in group.conditions.conditions])
            sexes = [condition.sex for condition in group.conditions.conditions]
            other_sex = np.array([sex is not None and sex is not seen.sex for sex in sexes])
        if seen.age_years is not None:
            years = np.maximum(group.profiles.starts - seen.age_years, seen.age_years - oldest)
            left += np.where(years > 0, np.log(self.weights.outside_age), 0.0)
            left += np.where(years > AGE_MARGIN, np.log(self.weights.far_outside_age / self.weights.outside_age), 0.0)
        if seen.sex is not None:
            left += np.where(other_sex, np.log(self.weights.other_sex), 0.0)
        return left


def rare_group(phenotypes: Phenotypes) -> Group:
    """Return HPO's diseases, all equally rare."""
    return Group(phenotypes.profiles, np.full(len(phenotypes.profiles), np.log(RARE_WEIGHT)))
