"""How high the true disease stands: on patients made from HPO's annotations, and on our own vignettes: `make bench-dx`.

The generated patients come from the very annotations that the ranking reads, so the figures say how well it stands
noise, imprecision and gaps, and nothing about real patients. The weights were chosen on the other half of the diseases.
Intervals are percentile bootstraps over the patients, 95 %. Bad news first.
"""

from __future__ import annotations

import sys
import time
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lm.clinical.conditions import CommonConditions, Sex, load_conditions
from lm.clinical.phenotype import PHENOTYPES_FILE, Phenotypes
from lm.clinical.ranking import Ranker, Seen
from multimodal.catalog import installed_path
from multimodal.differential import MODEL
from multimodal.errors import CatalogError
from tests.bench.dx_cases import Baselines, Case, CaseMaker, CaseOptions, rank_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    Scores = npt.NDArray[np.float64]

CASES, SEED, HELD_OUT = 600, 20260101, 1
RESAMPLES = 2_000
VIGNETTES = Path(__file__).with_name("dx_vignettes.toml")


@dataclass(frozen=True, slots=True)
class Vignette:
    """One of our own cases."""

    told: str
    condition: str
    seen: Seen


def read_vignettes(common: CommonConditions) -> list[Vignette]:
    """Read our own cases; raises where a term or a condition is none."""
    known = {condition.id for condition in common.conditions}
    rows: list[dict[str, Any]] = tomllib.loads(VIGNETTES.read_text(encoding="utf-8"))["vignettes"]
    if unknown := {row["is"] for row in rows} - known:
        raise ValueError(f"no such conditions: {', '.join(sorted(unknown))}")
    return [
        Vignette(
            row["told"],
            row["is"],
            Seen(_places(common, row["present"]), _places(common, row["absent"]), row["age"], Sex(row["sex"])),
        )
        for row in rows
    ]


def _places(common: CommonConditions, labels: Sequence[str]) -> tuple[int, ...]:
    places = tuple(common.ontology.place(label.split(" ", 1)[0]) for label in labels)
    if wrong := [label for place, label in zip(places, labels, strict=True) if common.ontology.label(place) != label]:
        raise ValueError(f"these are no terms: {', '.join(wrong)}")
    return places


def measures(ranks: Sequence[float]) -> dict[str, tuple[float, float, float]]:
    """Return mean reciprocal rank, hits at 1 and at 10, each with its 95 % interval."""
    array = np.array(ranks)
    values = {"MRR": 1 / array, "hit@1": array <= 1, "hit@10": array <= 10}
    picks = np.random.default_rng(SEED).integers(len(array), size=(RESAMPLES, len(array)))
    return {
        name: (float(value.mean()), *(float(q) for q in np.quantile(value[picks].mean(axis=1), (0.025, 0.975))))
        for name, value in values.items()
    }


def line(name: str, ranks: Sequence[float], seconds: float) -> str:
    """Return one row of the table."""
    figures = "  ".join(f"{key} {v:.3f} [{low:.3f}, {high:.3f}]" for key, (v, low, high) in measures(ranks).items())
    return f"  {name:34} {figures}  {1000 * seconds / len(ranks):6.1f} ms a patient"


HARDER = CaseOptions(kept=0.35, most=5, imprecise=0.5, noise=(1, 1, 2, 3), wrongly_denied=0.2)


def generated(phenotypes: Phenotypes, title: str, options: CaseOptions) -> list[str]:
    """Return the table of one set of generated patients."""
    cases = CaseMaker(phenotypes, SEED, options).cases(CASES, HELD_OUT)
    plain, ranker = Baselines(phenotypes), Ranker.of_rare(phenotypes)
    mixed = Ranker.of_everything(phenotypes, load_conditions(phenotypes.ontology))
    rows: dict[str, Callable[[Case], float]] = {
        "plain overlap (Jaccard)": lambda case: rank_of(plain.jaccard(case.seen), case.disease),
        "simUI": lambda case: rank_of(plain.sim_ui(case.seen), case.disease),
        "Resnik, best match average": lambda case: rank_of(plain.resnik(case.seen), case.disease),
        "ours": lambda case: rank_of(ranker.scores(case.seen, 0), case.disease),
        "ours, among common conditions": lambda case: rank_of(
            np.concatenate([mixed.scores(case.seen, 1), mixed.scores(case.seen, 0)]), case.disease
        ),
    }
    findings = np.mean([len(case.seen.present) for case in cases])
    lines = [f"\n{title}: n = {len(cases)}, {len(phenotypes.profiles):,} diseases, {findings:.1f} findings each"]
    for name, rank in rows.items():
        began = time.perf_counter()
        ranks = [rank(case) for case in cases]
        lines.append(line(name, ranks, time.perf_counter() - began))
    return lines


def vignettes(phenotypes: Phenotypes) -> list[str]:
    """Return how our own cases come out, the misses first."""
    common = load_conditions(phenotypes.ontology)
    ranker, cases = Ranker.of_everything(phenotypes, common), read_vignettes(common)
    places = {condition.id: place for place, condition in enumerate(common.conditions)}
    began = time.perf_counter()
    scores = [np.concatenate([ranker.scores(case.seen, 0), ranker.scores(case.seen, 1)]) for case in cases]
    ranks = [rank_of(score, places[case.condition]) for score, case in zip(scores, cases, strict=True)]
    seconds = time.perf_counter() - began
    rare_first = sum(int(np.argmax(score)) >= len(common.conditions) for score in scores)
    shown = Counter(rank <= 3 for rank in ranks)
    missed = [f"  {r:g}. {c.told} ({c.condition})" for r, c in zip(ranks, cases, strict=True) if r > 1]
    return [
        f"\nVignettes of our own, n = {len(cases)}: a sanity check of the table, written with it, no evidence",
        *missed,
        line("ours", ranks, seconds),
        f"  among the three shown: {shown[True]} of {len(cases)}; a rare disease stands first in {rare_first}",
    ]


def main() -> int:
    """Measure both."""
    try:
        phenotypes = Phenotypes.load(installed_path(MODEL) / PHENOTYPES_FILE)
    except CatalogError as error:
        sys.stdout.write(f"{error}\n")
        return 0
    harder = "Generated patients, harder: a third of the findings, half of them imprecise, one to three foreign"
    lines = [
        *generated(phenotypes, harder, HARDER),
        *generated(phenotypes, "Generated patients", CaseOptions()),
        *vignettes(phenotypes),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
