"""What the extraction of facts finds and misreads, and the sections of notes: `make bench-mine`.

There is no public gold set that may be used here, so three weaker measures stand side by side. (1) Sentences of our
own, marked by hand. (2) Facts of a note that are also found in its dialogue (validation splits of MTS-Dialog and
ACI-Bench): both sides are extracted by the same rules, so this measures agreement between speech and writing, not
correctness, and a note also holds what nobody said. (3) Sections against MTS-Dialog's labels, on its test split, with
the published best system beside it. Intervals are Wilson's, 95 %.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lm.clinical.extract import extract
from lm.clinical.facts import Course, Fact, FactKind
from lm.clinical.numbers import normalised
from lm.clinical.sections import SectionClassifier
from multimodal.clinical_lexicon import SECTION_WEIGHTS, ClinicalLexicon
from tests.bench.bench_deid import wilson
from tests.bench.clinical_sentences import FRESH, SENTENCES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lm.clinical.lexicon import Lexicon

PUBLISHED = 0.80
"""MEDIQA-Sum 2023, task A, best of 12 teams (overview by Yim et al., CLEF 2023)."""


def line_of(fact: Fact) -> str:
    """Write a fact as the marked sentences do."""
    dose = " ".join(
        part
        for part in (normalised(fact.dose.amount), fact.dose.route, fact.dose.frequency, fact.dose.duration)
        if part
    )
    course = "" if fact.course is Course.CURRENT else f" {fact.course}"
    more = (
        (f" ={fact.value}" if fact.value else "")
        + (f" @{dose}" if dose else "")
        + (f" <{fact.side}" if fact.side else "")
    )
    return f"{fact.kind} {fact.name} {fact.assertion}{course}{more}"


def sentences(title: str, marked: Iterable[tuple[str, tuple[str, ...]]], lexicon: Lexicon) -> list[str]:
    """Score marked sentences; a fact is right where everything of it is."""
    wanted: Counter[str] = Counter()
    right: Counter[str] = Counter()
    found: Counter[str] = Counter()
    wrong: list[str] = []
    for text, gold in marked:
        lines = {line_of(fact) for fact in extract(text, lexicon)}
        for line in gold:
            wanted[_assertion(line)] += 1
            right[_assertion(line)] += line in lines
        for line in lines:
            found[_assertion(line)] += 1
        wrong += [f"    {text!r}: missed {sorted(set(gold) - lines)}, made up {sorted(lines - set(gold))}"] * (
            lines != set(gold)
        )
    rows = [
        f"  {kind:14}{_share('recall', right[kind], n)}{_share('precision', right[kind], found[kind])}"
        for kind, n in wanted.items()
    ]
    recall, precision = (
        _share(name, right.total(), of) for name, of in (("recall", wanted.total()), ("precision", found.total()))
    )
    total = f"  {'all':14}{recall}{precision}"
    return [f"\n{title}", *wrong, *rows, total]


def _assertion(line: str) -> str:
    return next(word for word in line.split() if word in ("present", "absent", "family", "hypothetical", "possible"))


def _share(name: str, right: int, of: int) -> str:
    low, high = wilson(right, of)
    return f"{name} {right / max(1, of):.3f} [{low:.3f}, {high:.3f}] {right:3} of {of:<5}"


def agreement(title: str, rows: Iterable[Any], lexicon: Lexicon) -> list[str]:
    """Say which facts of the notes are found in their dialogues too, by kind."""
    there: Counter[str] = Counter()
    also: Counter[str] = Counter()
    words, began = 0, time.perf_counter()
    for row in rows:
        said = {key for fact in extract(row["dialogue"], lexicon) for key in _keys(fact)}
        for key in {key for fact in extract(row["note"], lexicon) for key in _keys(fact)}:
            there[key[0]] += 1
            also[key[0]] += key in said
        words += len(row["dialogue"].split()) + len(row["note"].split())
    speed = words / (time.perf_counter() - began)
    lines = [
        f"  {kind:30}{_share('', also[kind], n)}"
        for kind, n in sorted(there.items(), key=lambda kv: also[kv[0]] / kv[1])
    ]
    return [f"\n{title}: facts of the note that its dialogue gives too ({speed:,.0f} words/s)", *lines]


def _keys(fact: Fact) -> list[tuple[str, ...]]:
    if fact.kind is FactKind.PROBLEM:
        return [("problem named", fact.name), (f"problem {fact.assertion}", fact.name)]
    if fact.kind is FactKind.DRUG:
        amount = [("amount of a drug", fact.name, normalised(fact.dose.amount))] if fact.dose.amount else []
        return [("drug", fact.name), *amount]
    if fact.kind in (FactKind.VITAL, FactKind.LAB, FactKind.DEMOGRAPHIC):
        return [(f"{fact.kind} with its value", fact.name, fact.value)] if fact.value[:1].isdigit() else []
    return [(fact.kind, fact.name)]


def sections(rows: list[Any]) -> list[str]:
    """Score sections on the test split, with and without the notes that a training note repeats."""
    classifier = SectionClassifier.load(SECTION_WEIGHTS)
    seen = {row["note"].strip() for row in rows if row["split"] == "train"}
    majority = Counter(row["section"] for row in rows if row["split"] == "train").most_common(1)[0][0]
    lines = [
        f"\nsections of notes from dialogues; published best {PUBLISHED:.2f} (MEDIQA-Sum 2023, pretrained transformers)"
    ]
    for split in ("valid", "test1"):
        texts = [row for row in rows if row["split"] == split]
        fresh = [row for row in texts if row["note"].strip() not in seen]
        for name, chosen in ((f"{split}", texts), (f"{split}, no note repeated from training", fresh)):
            right = sum(classifier.classify(row["dialogue"]).label == row["section"] for row in chosen)
            most = sum(row["section"] == majority for row in chosen)
            lines.append(f"  {name:42}{_share('ours', right, len(chosen))}{_share('majority', most, len(chosen))}")
    return lines


def main() -> int:
    """Measure everything that is there."""
    with ClinicalLexicon.open() as lexicon:
        if lexicon.missing:
            sys.stdout.write(f"Not on this machine: {', '.join(lexicon.missing)}. Type: bedside models fetch\n")
            return 0
        fresh = sentences(f"{len(FRESH)} sentences of our own, run once after the rules were finished", FRESH, lexicon)
        known = sentences(f"{len(SENTENCES)} sentences of our own, used to correct the rules", SENTENCES, lexicon)
        sys.stdout.write("\n".join([*fresh, *known]) + "\n")
        folder = Path(os.environ.get("BEDSIDE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
        if not (folder / "notes.jsonl").is_file():
            sys.stdout.write(f"The open data is not at {folder}: set BEDSIDE_DATA.\n")
            return 0
        with (folder / "notes.jsonl").open(encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        for source in ("aci", "mts"):
            chosen = [row for row in rows if row["source"] == source and row["split"] == "valid"]
            sys.stdout.write("\n".join(agreement(f"{source} valid", chosen, lexicon)) + "\n")
    sys.stdout.write("\n".join(sections([row for row in rows if row["source"] == "mts"])) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
