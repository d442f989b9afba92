"""Units of laboratory values that are a share of something else: "mg/dL", "millimoles per litre", "x10^9/L".

`lm.clinical.numbers` reads amounts as they are given to a patient; what follows the amount here makes it a measurement.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lm.clinical.numbers import Quantity

CELLS = "10⁹/L"
_MICRO = "[uµμ]"
_AMOUNTS = {
    "mmol": r"mmol|millimoles?",
    "µmol": rf"{_MICRO}mol|micromoles?",
    "nmol": r"nmol|nanomoles?",
    "pmol": r"pmol|picomoles?",
    "ng": r"ng|nanograms?",
    "pg": r"pg|picograms?",
    "mIU": r"m(?:i?u)|milli-?(?:international )?units?",
    "µIU": rf"{_MICRO}i?u|micro-?(?:international )?units?",
    "U": r"i?u|international units?",
}
"""What is measured and never given; the units of `lm.clinical.numbers` come with their number."""
_OF_DOSES = {"mg": "mg", "mcg": "µg", "g": "g", "mEq": "mEq", "units": "U", "mL": "mL", "mm": "mm"}
_PARTS = {
    "dL": r"dl|decilit(?:er|re)s?",
    "L": r"l|lit(?:er|re)s?",
    "mL": r"ml|millilit(?:er|re)s?",
    "mol": r"mol|moles?",
    "min": r"min(?:ute)?s?",
    "h": r"h|hr|hours?",
}
_SAME = {"µIU/mL": "mIU/L", "µg/mL": "mg/L", "µg/L": "ng/mL"}
"""Two ways to write one unit, number for number."""
_PART = re.compile(
    r"\s?(?:/|per\b)\s?(?:" + "|".join(f"(?P<{name}>{words})" for name, words in _PARTS.items()) + r")(?!\w)",
    re.IGNORECASE,
)
_AMOUNT = tuple((sign, re.compile(rf"[\s-]?(?:{words})(?![^\W_])", re.IGNORECASE)) for sign, words in _AMOUNTS.items())
_TO_THE_NINTH = r"[x×*]?\s?10\s?(?:\^|\*{1,2}|e)?\s?[9⁹]\s?(?:/|per)\s?l"
_CELLS = re.compile(rf"\s?(?:{_TO_THE_NINTH}|k\s?/\s?{_MICRO}l|thousand per microlit(?:er|re))(?!\w)", re.IGNORECASE)


def with_whole_unit(text: str, quantity: Quantity) -> Quantity:
    """Return a number with the whole of its unit: 1.2 mg in "1.2 mg/dL" is 1.2 mg/dL. Others come back as they are."""
    if not quantity.unit and (cells := _CELLS.match(text, quantity.end)):
        return replace(quantity, unit=CELLS, end=cells.end())
    amount, end = _amount(text, quantity)
    part = _PART.match(text, end) if amount else None
    if part is None or part.lastgroup is None:
        return quantity
    unit = f"{amount}/{part.lastgroup}"
    return replace(quantity, unit=_SAME.get(unit, unit), end=part.end())


def is_concentration(unit: str) -> bool:
    """Return whether a unit is one of those that are made here."""
    return unit == CELLS or any(unit.endswith(f"/{part}") for part in _PARTS)


def _amount(text: str, quantity: Quantity) -> tuple[str, int]:
    if quantity.unit:
        return _OF_DOSES.get(quantity.unit, ""), quantity.end
    for sign, words in _AMOUNT:
        if found := words.match(text, quantity.end):
            return sign, found.end()
    return "", quantity.end
