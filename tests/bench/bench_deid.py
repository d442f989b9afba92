"""How much the rules for text find, and how much they replace that names nobody: `make bench-deid`.

An identifier counts as found where every letter and digit of it is replaced, under whatever kind. Intervals are
Wilson's, 95 %. The rules were written on other texts, but the built set is not fully held out: its totals were seen
between two versions of the rules, the rule of nine-digit ZIP codes came from them, and its sentences and the ways its
numbers are written are ours. The format of presidio-synth was read off 25 of its rows.
"""

from __future__ import annotations

import math
import os
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.record.deidentify.text import TextOptions, deidentify
from tests.bench.deid_texts import (
    MEDDOCAN,
    PRESIDIO,
    STRUCTURED,
    MarkedText,
    built,
    read_marked,
    read_names,
    read_notes,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

STRUCTURED_TARGET, NAMES_TARGET = 0.99, 0.95
_TODAY = date(2026, 1, 1)


@dataclass
class Score:
    """What was found and what was replaced in one set."""

    there: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    replaced: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    missed: list[tuple[str, str, str]] = field(default_factory=list)
    wrong: Counter[tuple[str, str]] = field(default_factory=Counter)
    words: int = 0
    seconds: float = 0.0

    def add(self, marked: MarkedText) -> None:
        """De-identify one text and count."""
        began = time.perf_counter()
        result = deidentify(marked.text, TextOptions(today=_TODAY))
        self.seconds += time.perf_counter() - began
        self.words += len(marked.text.split())
        covered = bytearray(len(marked.text))
        for change in result.replacements:
            covered[change.start : change.end] = b"\1" * (change.end - change.start)
        self._count_found(marked, covered)
        for change in result.replacements:
            self.replaced[change.kind.value] += 1
            if any(gold.start < change.end and change.start < gold.end for gold in marked.gold):
                self.right[change.kind.value] += 1
            else:
                self.wrong[change.kind.value, change.original] += 1

    def _count_found(self, marked: MarkedText, covered: bytearray) -> None:
        for gold in marked.gold:
            if gold.neutral or gold.kind == "state":
                continue
            self.there[gold.kind] += 1
            places = [at for at in range(gold.start, gold.end) if marked.text[at].isalnum()]
            # Of a ZIP code three digits may stay, of a date its year: the placeholder says so.
            if all(covered[at] for at in places):
                self.found[gold.kind] += 1
            else:
                around = marked.text[max(0, gold.start - 40) : gold.end + 30].replace("\n", " ")
                self.missed.append((gold.kind, marked.text[gold.start : gold.end], around))


def wilson(found: int, there: int) -> tuple[float, float]:
    """Return the 95 % interval of a proportion (Wilson 1927)."""
    if not there:
        return 0.0, 1.0
    z, share = 1.959964, found / there
    middle = (share + z * z / (2 * there)) / (1 + z * z / there)
    half = z / (1 + z * z / there) * math.sqrt(share * (1 - share) / there + z * z / (4 * there * there))
    return max(0.0, middle - half), min(1.0, middle + half)


def score(texts: Iterable[MarkedText]) -> Score:
    """Measure one set."""
    result = Score()
    for text in texts:
        result.add(text)
    return result


def lines(title: str, result: Score) -> list[str]:
    """Return a set's table, what misses its target first."""
    rows = [_row(kind, result.found[kind], there) for kind, there in result.there.items()]
    structured = [kind for kind in result.there if kind in STRUCTURED]
    sums = [(sum(result.found[kind] for kind in structured), sum(result.there[kind] for kind in structured))]
    rows.append(_row("all structured", *sums[0], STRUCTURED_TARGET))
    right, replaced = sum(result.right.values()), sum(result.replaced.values())
    wrong = 1000 * (replaced - right) / max(1, result.words)
    return [
        f"\n{title}: {result.words:,} words, {result.words / max(result.seconds, 1e-9):,.0f} words/s",
        "  recall",
        *(text for _, _, text in sorted(rows)),
        f"  precision {right / max(1, replaced):.3f} ({right:,} of {replaced:,}); "
        f"{wrong:.1f} needless changes in 1,000 words",
        "  by kind: "
        + ", ".join(f"{kind} {result.right[kind] / n:.2f} of {n}" for kind, n in result.replaced.most_common()),
    ]


def _row(kind: str, found: int, there: int, target: float | None = None) -> tuple[bool, float, str]:
    target = target or (NAMES_TARGET if kind == "name" else STRUCTURED_TARGET if kind in STRUCTURED else None)
    low, high = wilson(found, there)
    share = found / max(1, there)
    met = target is None or share >= target
    aim = "" if target is None else f"  target {target:.2f} {'met' if met else 'MISSED'}"
    return met, share, f"    {kind:16} {share:.3f} [{low:.3f}, {high:.3f}] {found:5} of {there:<5}{aim}"


def main() -> int:
    """Measure every set that is there."""
    folder = Path(os.environ.get("BEDSIDE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
    if not (folder / "deid.jsonl").is_file():
        sys.stdout.write(f"The open data is not at {folder}: set BEDSIDE_DATA.\n")
        return 0
    presidio = read_marked(folder / "deid.jsonl", "presidio-synth", "test", PRESIDIO)
    sets = {
        "English clinical notes with identifiers put in": tuple(
            built(read_notes(folder / "notes.jsonl"), read_names(presidio))
        ),
        "presidio-synth, English sentences, not clinical": presidio,
        "meddocan-es dev, Spanish clinical": read_marked(folder / "deid.jsonl", "meddocan-es", "dev", MEDDOCAN),
    }
    for title, texts in sets.items():
        sys.stdout.write("\n".join(lines(title, score(texts))) + "\n")
    sys.stdout.write(
        "\nThe notes hold names, dates and places of their own that nobody marked: replacing these counts as needless "
        "here, so the precision of the first set is a lower bound.\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
