"""What is ranked before what, and what never changes the wrong way."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lm.clinical.conditions import Sex
from lm.clinical.ranking import Candidate, Ranker, Seen
from tests.fakes.phenotypes import small_phenotypes, small_ranker

RANKER = small_ranker()
RARE = Ranker.of_rare(small_phenotypes())
PLACES = st.integers(0, len(RARE.ontology) - 1)


def seen(*present: str, absent: tuple[str, ...] = (), age: float | None = None, sex: Sex | None = None) -> Seen:
    place = RANKER.ontology.place
    return Seen(tuple(place(term) for term in present), tuple(place(term) for term in absent), age, sex)


def codes(ranked: tuple[Candidate, ...]) -> list[str]:
    return [RANKER.groups[c.group].profiles.codes[c.disease] for c in ranked]


def test_what_is_common_comes_before_what_is_rare_where_both_explain_it() -> None:
    assert "OMIM:3" not in codes(RANKER.rank(seen("Cough", "Fever", age=50), 2))


def test_a_rare_disease_comes_first_where_nothing_common_explains_it() -> None:
    assert codes(RANKER.rank(seen("Ectopia lentis", "Arachnodactyly"), 2)) == ["OMIM:1", "ORPHA:1"]


def test_what_a_disease_excludes_speaks_against_it() -> None:
    assert codes(RANKER.rank(seen("Ectopia lentis", "Arachnodactyly"), 9)).index("OMIM:2") > 1


def test_what_was_denied_speaks_against_what_shows_it() -> None:
    before = RANKER.scores(seen("Cough"), 0)
    after = RANKER.scores(seen("Cough", absent=("Fever",)), 0)
    # Fever is very frequent in the first, occasional in the second, and never in the third.
    lost = after - before
    assert lost[0] < lost[1] < lost[2]
    assert lost[0] < -1 < 0 < lost[2]


def test_age_and_sex_count_where_they_are_known() -> None:
    here = seen("Cough", age=30, sex=Sex.FEMALE)
    score = float(RANKER.scores(here, 0)[4])
    assert score > RANKER.scores(seen("Cough", age=55, sex=Sex.FEMALE), 0)[4]
    assert RANKER.scores(seen("Cough", age=55), 0)[4] > RANKER.scores(seen("Cough", age=80), 0)[4]
    assert score > RANKER.scores(seen("Cough", age=30, sex=Sex.MALE), 0)[4] + 5
    assert RANKER.scores(seen("Productive cough", age=20), 1)[3] < RANKER.scores(seen("Productive cough", age=50), 1)[3]


def test_what_many_patients_have_anyway_speaks_against_nothing() -> None:
    before, after = RANKER.scores(seen("Cough"), 0), RANKER.scores(seen("Cough", "Hypertension"), 0)
    assert (after >= before - 1e-9).all()
    assert after[4] > before[4]


def test_a_disease_gains_by_a_narrower_form_of_what_it_shows() -> None:
    ratio = RANKER.present_ratios(RANKER.groups[0], RANKER.ontology.place("Productive cough"))
    assert ratio[0] > ratio[2]
    assert ratio[2] >= -RANKER.weights.inexact_cost


def test_what_nobody_mentioned_costs_a_condition_its_cardinal_symptom() -> None:
    silent, told = seen("Fever"), seen("Fever", absent=("Headache",))
    assert RANKER.scores(silent, 0)[0] < RANKER.scores(Seen((), (), None, None), 0)[0] + 5
    assert RANKER.scores(told, 0)[2] < RANKER.scores(silent, 0)[2]


@given(st.sets(PLACES, max_size=5), st.sets(PLACES, max_size=3), st.sampled_from(range(4)))
def test_adding_what_is_typical_of_a_disease_never_lowers_it_against_an_unrelated_one(
    present: set[int], absent: set[int], disease: int
) -> None:
    profiles, ontology = RARE.groups[0].profiles, RARE.ontology
    for typical in (a.term for a in profiles.of(disease) if a.share >= 0.3):
        if any(ontology.implies(typical, p) or ontology.implies(p, typical) for p in present | absent):
            continue
        before = RARE.scores(Seen(tuple(sorted(present)), tuple(sorted(absent))), 0)
        after = RARE.scores(Seen((*sorted(present), typical), tuple(sorted(absent))), 0)
        unrelated = [other for other in range(4) if profiles.share(other, typical) == 0]
        for other in unrelated:
            assert after[disease] - after[other] >= before[disease] - before[other] - 1e-9


@given(st.permutations(["Cough", "Fever", "Headache", "Ectopia lentis"]))
def test_the_order_of_findings_and_repeating_one_change_nothing(order: list[str]) -> None:
    reference = RANKER.scores(seen("Cough", "Fever", "Headache", "Ectopia lentis"), 0)
    np.testing.assert_allclose(RANKER.scores(seen(*order, order[0]), 0), reference)


def test_without_findings_only_how_common_a_disease_is_counts() -> None:
    ranked = RANKER.rank(Seen(), 9)
    assert codes(ranked)[:2] == ["J20.9", "G43.909"]
    assert len(ranked) == 9


def test_one_sign_that_the_table_lacks_is_no_proof_of_a_rare_disease() -> None:
    assert codes(RANKER.rank(seen("Cough", "Fever", "Ectopia lentis"), 1))[0].startswith("J")


def test_a_narrower_finding_counts_nearly_in_full_where_the_table_names_a_broader_one() -> None:
    narrow = RANKER.present_ratios(RANKER.groups[0], RANKER.ontology.place("Productive cough"))[1]
    broad = RANKER.present_ratios(RANKER.groups[0], RANKER.ontology.place("Cough"))[1]
    np.testing.assert_allclose(broad - narrow, RANKER.weights.broader_cost)
