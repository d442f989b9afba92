"""What vital signs and laboratory values amount to: a term of HPO beyond a bound, and a red flag beyond another.

The bounds of findings are the usual ones for adults. The red flags are the values that score 3 by themselves in the
National Early Warning Score 2 (Royal College of Physicians 2017), for patients of 16 years and more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lm.clinical.facts import FactKind

if TYPE_CHECKING:
    from lm.clinical.facts import Fact

ADULT_YEARS = 16.0
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_FAHRENHEIT = re.compile(r"°?\s*f(?:ahrenheit)?\b", re.IGNORECASE)
_HOTTEST_CELSIUS = 45.0


@dataclass(frozen=True, slots=True)
class Bound:
    """What a value of some measure amounts to at or below, or at or above, a bound."""

    measure: str
    at_most: float | None
    at_least: float | None
    term: str
    """The HPO code."""

    def holds(self, value: float) -> bool:
        """Return whether the value lies beyond the bound."""
        return (self.at_most is not None and value <= self.at_most) or (
            self.at_least is not None and value >= self.at_least
        )


NAMES = {
    "temperature": ("temperature", "temp"),
    "heart rate": ("heart rate", "pulse", "hr"),
    "respiratory rate": ("respiratory rate", "respiration", "breathing rate", "rr"),
    "oxygen saturation": ("oxygen saturation", "spo2", "o2 sat", "saturation", "pulse ox"),
    "systolic": ("blood pressure", "bp"),
    "glucose": ("glucose", "blood sugar"),
    "hemoglobin a1c": ("hemoglobin a1c", "a1c", "hba1c"),
    "hemoglobin": ("hemoglobin", "haemoglobin", "hb", "hgb"),
    "potassium": ("potassium",),
    "white cells": ("white blood cell", "white blood cell count", "wbc"),
    "platelets": ("platelet", "platelets", "platelet count"),
}
"""What each measure may be called in a fact."""
BOUNDS = (
    Bound("temperature", None, 38.0, "HP:0001945"),
    Bound("temperature", 35.0, None, "HP:0002045"),
    Bound("heart rate", None, 101.0, "HP:0001649"),
    Bound("heart rate", 49.0, None, "HP:0001662"),
    Bound("respiratory rate", None, 21.0, "HP:0002789"),
    Bound("oxygen saturation", 93.0, None, "HP:0012418"),
    Bound("systolic", None, 140.0, "HP:0000822"),
    Bound("systolic", 90.0, None, "HP:0002615"),
    Bound("glucose", None, 200.0, "HP:0003074"),
    Bound("glucose", 69.0, None, "HP:0001943"),
    Bound("hemoglobin a1c", None, 6.5, "HP:0040217"),
    Bound("hemoglobin", 11.9, None, "HP:0001903"),
    Bound("potassium", None, 5.5, "HP:0002153"),
    Bound("potassium", 3.4, None, "HP:0002900"),
    Bound("white cells", None, 11.1, "HP:0001974"),
    Bound("white cells", 3.9, None, "HP:0001882"),
    Bound("platelets", 149.0, None, "HP:0001873"),
)
"""Temperature in degrees Celsius, pressure in mmHg, glucose and haemoglobin in mg/dl and g/dl, cells in 10^9/l."""
NEWS2_THREE = (
    Bound("respiratory rate", 8.0, 25.0, "HP:0002793"),
    Bound("oxygen saturation", 91.0, None, "HP:0012418"),
    Bound("systolic", 90.0, 220.0, "HP:0032263"),
    Bound("heart rate", 40.0, 131.0, "HP:0011675"),
    Bound("temperature", 35.0, None, "HP:0002045"),
)
_OTHER_UNITS = ("mmol", "g/l", "mg/l")
"""Of glucose and haemoglobin: such a value is left alone rather than misread."""


def terms_of(fact: Fact) -> tuple[str, ...]:
    """Return the HPO codes that a vital sign or a laboratory value amounts to; often none."""
    return tuple(bound.term for bound in _beyond(fact, BOUNDS))


def is_alarming(fact: Fact, age_years: float | None) -> bool:
    """Return whether a vital sign of an adult scores 3 by itself in NEWS2; without an age, an adult is assumed."""
    if fact.kind is not FactKind.VITAL or (age_years is not None and age_years < ADULT_YEARS):
        return False
    return bool(_beyond(fact, NEWS2_THREE))


def _beyond(fact: Fact, bounds: tuple[Bound, ...]) -> list[Bound]:
    if fact.kind not in {FactKind.VITAL, FactKind.LAB}:
        return []
    name = fact.name.lower()
    measure = next((measure for measure, names in NAMES.items() if name in names), "")
    value = _value(measure, fact.value or fact.text)
    return [bound for bound in bounds if value is not None and bound.measure == measure and bound.holds(value)]


def _value(measure: str, said: str) -> float | None:
    number = _NUMBER.search(said)
    if number is None or (measure in {"glucose", "hemoglobin"} and any(u in said.lower() for u in _OTHER_UNITS)):
        return None
    value = float(number[0])
    if measure == "temperature" and (_FAHRENHEIT.search(said) or value > _HOTTEST_CELSIUS):
        return round((value - 32) / 1.8, 1)
    if measure in {"white cells", "platelets"} and value > 1000:
        return value / 1000
    return value
