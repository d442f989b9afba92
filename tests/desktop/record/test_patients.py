"""Encounters are put together by the doctor alone, one by one, and what was put wrong can be taken out again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop.record.encounter import Encounter, EncounterSummary
from desktop.record.errors import NotTheSamePatient
from desktop.record.patients import alone, choices, others_of, together
from desktop.record.store import summary_of
from tests.fakes.encounters import AT


def made(number: int, patient: str = "", sample: bool = False) -> Encounter:
    return Encounter(f"{number:032x}", f"Bed {number}", f"2026-11-{number:02d}", AT, (), sample, patient)


def listed(*encounters: Encounter) -> tuple[EncounterSummary, ...]:
    return tuple(map(summary_of, encounters))


def test_two_encounters_get_one_random_id_that_says_nothing_of_them() -> None:
    first, second = made(1), made(2)
    ids = set()
    for _ in range(2):
        one, other = together(first, second, listed(first, second))
        assert one.patient == other.patient
        assert len(one.patient) == 32
        ids.add(one.patient)
        assert (replace(one, patient=""), replace(other, patient="")) == (first, second)
    assert len(ids) == 2


def test_a_third_encounter_joins_whichever_of_them_it_is_put_to() -> None:
    one, other = together(made(1), made(2), listed(made(1), made(2)))
    every = listed(one, other, made(3))
    for first, second in ((made(3), one), (other, made(3))):
        assert {encounter.patient for encounter in together(first, second, every)} == {one.patient}


def test_two_patients_are_never_joined() -> None:
    every = (made(1, "a"), made(2, "a"), made(3, "b"), made(4, "b"))
    with pytest.raises(NotTheSamePatient, match="take one of them out first"):
        together(every[0], every[2], listed(*every))


def test_an_id_that_nobody_shares_any_more_ties_to_nothing() -> None:
    left, joined = made(1, "left over"), (made(3, "b"), made(4, "b"))
    one, other = together(left, joined[0], listed(left, *joined))
    assert (one.patient, other.patient) == ("b", "b")


def test_the_sample_is_of_no_patient_and_no_encounter_is_its_own_fellow() -> None:
    for other in (made(2, sample=True), made(1)):
        with pytest.raises(NotTheSamePatient):
            together(made(1), other, listed(made(1), other))


def test_what_is_taken_out_leaves_the_others_together() -> None:
    every = [made(3, "a"), made(1, "a"), made(2, "a"), made(4)]
    assert [one.title for one in others_of(listed(*every), every[0].id, "a")] == ["Bed 1", "Bed 2"]
    out = alone(every[0])
    assert out == replace(every[0], patient="")
    after = listed(out, *every[1:])
    assert others_of(after, out.id, out.patient) == ()
    assert [one.title for one in others_of(after, every[1].id, "a")] == ["Bed 2"]


def test_only_what_can_be_chosen_is_offered_in_the_order_of_the_list() -> None:
    damaged = EncounterSummary("d", "", AT, AT, problem="damaged")
    every = (*listed(made(5, "b"), made(1, "a"), made(2, "a"), made(3), made(4, sample=True)), damaged)
    assert [one.title for one in choices(every, made(1).id, "a")] == ["Bed 5", "Bed 3"]
    assert [one.title for one in choices(every, made(3).id, "")] == ["Bed 5", "Bed 1", "Bed 2"]
