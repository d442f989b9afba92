"""What the reader child tells of a file: statements, each under a heading."""

from __future__ import annotations

from dataclasses import dataclass

MOST_CHARACTERS = 2_000
"""Of one statement."""
ALLERGIES, PROBLEMS, DRUGS, MEASUREMENTS = "Allergies", "Problems", "Drugs", "Measurements"
REPORTS, PROCEDURES, IMMUNIZATIONS, FAMILY, DOCUMENTS = "Reports Procedures Immunizations Family Documents".split()
GROUPS = (ALLERGIES, PROBLEMS, DRUGS, MEASUREMENTS, REPORTS, PROCEDURES, IMMUNIZATIONS, FAMILY, DOCUMENTS)
"""The headings: what can harm first, as in a table of findings."""


@dataclass(frozen=True, slots=True)
class Line:
    """One statement of a file: under which heading it belongs, and from which resource it is."""

    group: str
    text: str
    source: str
