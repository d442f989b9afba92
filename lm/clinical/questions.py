"""What to ask or examine next: the finding whose answer is expected to tell most between the candidates.

The expected information gain is the entropy of the candidates' odds less what is left of it, on average, once the
finding is known (Lindley 1956).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from lm.clinical.ranking import Candidate, Ranker, Seen

    Shares = npt.NDArray[np.float64]

DANGER = 3.0
"""By how much a red-flag condition counts more here: what tells it apart is asked first."""
MOST_FOR_ONE = 2
"""Questions that ask after the same candidate."""
FREQUENT_ENOUGH = 0.17
MOST_CERTAIN = 0.95


@dataclass(frozen=True, slots=True)
class Question:
    """A finding that nobody asked for yet: where it is typical, and where it is not expected."""

    term: int
    speaks_for: Candidate
    speaks_against: Candidate | None
    gain_nats: float


def next_questions(
    ranker: Ranker, seen: Seen, candidates: Sequence[Candidate], most: int, effort: dict[int, float] | None = None
) -> tuple[Question, ...]:
    """Return the findings to ask for, most telling first; `effort` scales a finding's gain (a test costs more)."""
    if not candidates:
        return ()
    odds = _odds(ranker, candidates)
    asked = []
    for term in _unknown(ranker, seen, candidates):
        gain = _gain(odds, _shares(ranker, candidates, term))
        asked.append((gain * (effort or {}).get(term, 1.0), term))
    asked.sort(key=lambda item: (-item[0], item[1]))
    chosen: list[Question] = []
    for gain, term in asked:
        if len(chosen) == most:
            break
        question = _question(ranker, term, candidates, odds, gain)
        same = sum(other.speaks_for == question.speaks_for for other in chosen)
        if same < MOST_FOR_ONE and not any(_related(ranker, term, other.term) for other in chosen):
            chosen.append(question)
    return tuple(chosen)


def _unknown(ranker: Ranker, seen: Seen, candidates: Sequence[Candidate]) -> Iterator[int]:
    named = [ranker.own_term(candidate) for candidate in candidates]
    own = {term for name in named if name is not None for term in ranker.ontology.ancestors(name)}
    terms = {
        annotation.term
        for candidate in candidates
        for annotation in ranker.groups[candidate.group].profiles.of(candidate.disease)
        if annotation.share >= FREQUENT_ENOUGH
    }
    return (term for term in sorted(terms) if term not in own and not ranker.is_known(seen, term))


def _odds(ranker: Ranker, candidates: Sequence[Candidate]) -> Shares:
    logs = np.array([candidate.log_odds for candidate in candidates])
    weights = np.array([DANGER if ranker.is_red_flag(candidate) else 1.0 for candidate in candidates])
    odds = np.exp(logs - logs.max()) * weights
    normalised: Shares = odds / odds.sum()
    return normalised


def _shares(ranker: Ranker, candidates: Sequence[Candidate], term: int) -> Shares:
    anyway = min(ranker.background(term), MOST_CERTAIN)
    shares = [ranker.groups[c.group].profiles.share(c.disease, term) for c in candidates]
    clipped: Shares = np.clip(np.array(shares), anyway, MOST_CERTAIN)
    return clipped


def _gain(odds: Shares, shares: Shares) -> float:
    there, gone = odds * shares, odds * (1 - shares)
    left = sum(float(part.sum()) * _entropy(part / part.sum()) for part in (there, gone) if part.sum() > 0)
    return _entropy(odds) - left


def _entropy(odds: Shares) -> float:
    some = odds[odds > 0]
    return float(-(some * np.log(some)).sum())


def _related(ranker: Ranker, one: int, other: int) -> bool:
    return ranker.ontology.implies(one, other) or ranker.ontology.implies(other, one)


def _question(ranker: Ranker, term: int, candidates: Sequence[Candidate], odds: Shares, gain: float) -> Question:
    shares = np.array([ranker.groups[c.group].profiles.share(c.disease, term) for c in candidates])
    best = int(np.argmax(shares * np.sqrt(odds)))
    least = int(np.argmax((1 - shares) * np.sqrt(odds) * (shares < shares[best] / 2)))
    against = candidates[least] if shares[least] < shares[best] / 2 else None
    return Question(term, candidates[best], against, gain)
