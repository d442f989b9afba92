"""Measured values that were said or typed in encounters, each with the sentence that says it (no Qt, no models)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from desktop.record.encounter import Citation  # noqa: TC001 - the codec of the worker's lines resolves it


class SetAside(StrEnum):
    """Why a value is not drawn: `lm.clinical.readings` finds it."""

    PERSON = "person"
    """It is somebody else's."""
    TIME = "time"
    """It is, or may be, of another day."""
    DOUBT = "doubt"
    """A goal, a range, a question, a condition, or denied."""


@dataclass(frozen=True, slots=True)
class SaidValue:
    """One value: `numbers` are one, or the two of a blood pressure, in `unit`; `said` is the value as it was said."""

    name: str
    said: str
    numbers: tuple[float, ...]
    unit: str
    common_numbers: tuple[float, ...]
    """In a unit that every value of this name can be put into; the same as `numbers` where there is no other."""
    common_unit: str
    citation: Citation
    """The sentence, with its seconds of sound."""
    set_aside: SetAside | None = None
