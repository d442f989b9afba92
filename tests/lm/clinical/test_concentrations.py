"""A laboratory value keeps the whole of its unit; one in another unit is never read as if it were in the usual one."""

from __future__ import annotations

import pytest

from lm.clinical.facts import Fact, FactKind
from lm.clinical.measurements import measured_in
from lm.clinical.thresholds import terms_of


@pytest.mark.parametrize(
    ("sentence", "value"),
    [
        ("Creatinine 1.2 mg/dL.", "1.2 mg/dL"),
        ("Creatinine is 88 micromoles per litre.", "88 µmol/L"),
        ("Glucose is 180 milligrams per deciliter.", "180 mg/dL"),
        ("Glucose 7.8 mmol/l this morning.", "7.8 mmol/L"),
        ("Hemoglobin 11.9 g/dL.", "11.9 g/dL"),
        ("Hemoglobin 119 g/L.", "119 g/L"),
        ("A1c 53 mmol/mol.", "53 mmol/mol"),
        ("TSH 2.3 µIU/mL.", "2.3 mIU/L"),
        ("Potassium 4.1 mEq/L.", "4.1 mmol/L"),
        ("White count 11.2 x10^9/L.", "11.2 10⁹/L"),
        ("WBC 11.2 K/uL.", "11.2 10⁹/L"),
        ("eGFR 55 mL/min.", "55 mL/min"),
        ("ALT 40 U/L.", "40 U/L"),
    ],
)
def test_the_whole_unit_is_read(sentence: str, value: str) -> None:
    (fact,) = measured_in(sentence)
    assert fact.value == value
    assert sentence.startswith(fact.text)


@pytest.mark.parametrize(
    "sentence", ["Glucose, take 500 mg daily.", "Hemoglobin after 3 days.", "CBC 5 mmol/L.", "Creatinine 90 lb."]
)
def test_doses_and_times_are_still_no_values(sentence: str) -> None:
    assert [fact.value for fact in measured_in(sentence)] == [""]


@pytest.mark.parametrize("value", ["7.8 mmol/L", "300 g/L"])
def test_a_bound_says_nothing_of_another_unit(value: str) -> None:
    assert terms_of(Fact(FactKind.LAB, value, 0, len(value), "glucose", value=value)) == ()


def test_a_bound_holds_in_its_own_unit_however_it_is_written() -> None:
    for value in ("210 mg/dL", "210 mg/dl", "210"):
        assert terms_of(Fact(FactKind.LAB, value, 0, len(value), "glucose", value=value)) == ("HP:0003074",)
