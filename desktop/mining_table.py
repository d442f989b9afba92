"""Facts as rows: for people in a terminal, for spreadsheets and for scripts."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lm.clinical.facts import Fact

COLUMNS = ("kind", "name", "said", "assertion", "when", "value", "code", "place")
WIDEST = 34
"""Characters of a cell in a terminal."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def row_of(fact: Fact, place: str) -> dict[str, str]:
    """Return the cells of a fact; `place` says where it was said."""
    dose = " ".join(part for part in asdict(fact.dose).values() if part)
    since = f" since {fact.onset}" if fact.onset else ""
    denied = " (denied)" if fact.negated_by and fact.assertion.value == "family" else ""
    sided = " ".join(part for part in (fact.value or dose, fact.side) if part)
    codes = "; ".join(f"{code.code} {code.confidence:.2f}" for code in fact.codes if code.system != "drug-names")
    cells = (fact.kind, fact.name, fact.text, f"{fact.assertion}{denied}", f"{fact.course}{since}", sided, codes, place)
    return dict(zip(COLUMNS, (" ".join(str(cell).split()) for cell in cells), strict=True))


def as_lines(rows: Sequence[dict[str, str]]) -> list[str]:
    """Return an aligned table; a cell that is too wide ends with an ellipsis."""
    if not rows:
        return ["Nothing was found."]
    table = [[column.upper() for column in COLUMNS], *([_short(row[column]) for column in COLUMNS] for row in rows)]
    widths = [max(len(line[at]) for line in table) for at in range(len(COLUMNS))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in table]


def as_csv(rows: Sequence[dict[str, str]], files: Sequence[str]) -> str:
    """Return RFC 4180 rows, the file first; no cell can be taken for a formula by a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("file", *COLUMNS))
    for file, row in zip(files, rows, strict=True):
        writer.writerow([_harmless(cell) for cell in (file, *(row[column] for column in COLUMNS))])
    return out.getvalue()


def _short(cell: str) -> str:
    plain = "".join(sign if sign.isprintable() else " " for sign in cell)
    return plain if len(plain) <= WIDEST else f"{plain[: WIDEST - 1]}…"


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
