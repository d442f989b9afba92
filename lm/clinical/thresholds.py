"""What vital signs and laboratory values amount to: a term of HPO beyond a bound, and a red flag beyond another.

The bounds of findings are the usual ones for adults. The red flags are the values that score 3 by themselves in the
National Early Warning Score 2 (Royal College of Physicians 2017), for patients of 16 years and more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lm.clinical.concentrations import CELLS
from lm.clinical.facts import FactKind
from lm.clinical.measures import MEASURES

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
    term: str = ""
    """The HPO code; empty where none is meant."""

    def holds(self, value: float) -> bool:
        """Return whether the value lies beyond the bound."""
        return (self.at_most is not None and value <= self.at_most) or (
            self.at_least is not None and value >= self.at_least
        )


BOUNDS = (
    Bound("temperature", None, 38.0, "HP:0001945"),
    Bound("temperature", 35.0, None, "HP:0002045"),
    Bound("heart rate", None, 101.0, "HP:0001649"),
    Bound("heart rate", 49.0, None, "HP:0001662"),
    Bound("respiratory rate", None, 21.0, "HP:0002789"),
    Bound("oxygen saturation", 93.0, None, "HP:0012418"),
    Bound("blood pressure", None, 140.0, "HP:0000822"),
    Bound("blood pressure", 90.0, None, "HP:0002615"),
    Bound("glucose", None, 200.0, "HP:0003074"),
    Bound("glucose", 69.0, None, "HP:0001943"),
    Bound("hemoglobin A1c", None, 6.5, "HP:0040217"),
    Bound("hemoglobin", 11.9, None, "HP:0001903"),
    Bound("sodium", 134.0, None, "HP:0002902"),
    Bound("potassium", None, 5.5, "HP:0002153"),
    Bound("potassium", 3.4, None, "HP:0002900"),
    Bound("white cell count", None, 11.1, "HP:0001974"),
    Bound("white cell count", 3.9, None, "HP:0001882"),
    Bound("platelets", 149.0, None, "HP:0001873"),
    Bound("creatinine", None, 1.4, "HP:0003259"),
    Bound("TSH", None, 4.6, "HP:0002925"),
    Bound("TSH", 0.3, None, "HP:0031098"),
    Bound("CRP", None, 10.0, "HP:0011227"),
    Bound("ESR", None, 40.0, "HP:0003565"),
    Bound("lactate", None, 2.1, "HP:0002151"),
    Bound("bilirubin", None, 1.3, "HP:0002904"),
    Bound("AST", None, 80.0, "HP:0002910"),
    Bound("ALT", None, 80.0, "HP:0002910"),
    Bound("uric acid", None, 7.1, "HP:0002149"),
    Bound("troponin", None, None, "HP:0410174"),
    Bound("BNP", None, None, "HP:0031185"),
    Bound("D-dimer", None, None, "HP:0033106"),
)
"""Named as in `lm.clinical.measures`, in its units; temperature in degrees Celsius, cells in 10^9/l. What differs from
laboratory to laboratory has no bound: there only "high" or "positive" counts."""
NEWS2_THREE = (
    Bound("respiratory rate", 8.0, 25.0),
    Bound("oxygen saturation", 91.0, None),
    Bound("blood pressure", 90.0, 220.0),
    Bound("heart rate", 40.0, 131.0),
    Bound("temperature", 35.0, None),
)
_HIGH = frozenset({"high", "elevated", "positive"})
_LOW_HERE = "low"
_HIGH_ONLY = frozenset({"troponin", "BNP", "D-dimer"})
_UNITS = {measure.name: measure.unit for measure in MEASURES}
CELL_COUNTS = frozenset({"white cell count", "platelets"})


def terms_of(fact: Fact) -> tuple[str, ...]:
    """Return the HPO codes that a vital sign or a laboratory value amounts to; often none."""
    return tuple(bound.term for bound in _beyond(fact, BOUNDS))


def is_alarming(fact: Fact, age_years: float | None) -> bool:
    """Return whether a vital sign of an adult scores 3 by itself in NEWS2; without an age, an adult is assumed."""
    if fact.kind is not FactKind.VITAL or (age_years is not None and age_years < ADULT_YEARS):
        return False
    value = _value(fact)
    return value is not None and any(bound.measure == fact.name and bound.holds(value) for bound in NEWS2_THREE)


def _beyond(fact: Fact, bounds: tuple[Bound, ...]) -> list[Bound]:
    if fact.kind not in {FactKind.VITAL, FactKind.LAB}:
        return []
    of_this = [bound for bound in bounds if bound.measure == fact.name]
    judged = fact.value.lower()
    if judged in _HIGH:
        return [bound for bound in of_this if bound.at_least is not None or bound.measure in _HIGH_ONLY]
    if judged == _LOW_HERE:
        return [bound for bound in of_this if bound.at_most is not None]
    value = _value(fact)
    return [bound for bound in of_this if value is not None and bound.holds(value)]


def _value(fact: Fact) -> float | None:
    number = _NUMBER.search(fact.value)
    if number is None or (fact.kind is FactKind.LAB and not _is_in_its_unit(fact, fact.value[number.end() :].strip())):
        return None
    value = float(number[0])
    if fact.name == "temperature" and (_FAHRENHEIT.search(fact.value) or value > _HOTTEST_CELSIUS):
        return celsius(value)
    return thousands(value) if fact.name in CELL_COUNTS else value


def _is_in_its_unit(fact: Fact, unit: str) -> bool:
    """Return whether a laboratory value is in the unit of its bounds; another is left alone rather than misread."""
    own = CELLS if fact.name in CELL_COUNTS else _UNITS.get(fact.name, "")
    return unit.casefold() in {"", own.casefold()}


def celsius(fahrenheit: float) -> float:
    """Return degrees Fahrenheit in degrees Celsius, to one place."""
    return round((fahrenheit - 32) / 1.8, 1)


def thousands(cells: float) -> float:
    """Return a count of cells in 10^9/l: "11000" and "11.2" are both said."""
    return cells / 1000 if cells > 1000 else cells
