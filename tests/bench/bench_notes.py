"""Notes beside those that people wrote: `make bench-notes`. Nothing was tuned on the split that is measured here.

Three things stand beside ours: the transcript copied as it is, the note of the most similar training dialogue, and, on
the first few dialogues (`--decoder N`), what the plain default decoder writes when it is asked for a note. Intervals
are 95 % bootstrap percentiles over notes. `--split valid` is for working on the rules.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lm.clinical.claims import Claims, claims_of
from lm.grounding.answer import Evidence, Verdict
from lm.grounding.gate import content_stems
from lm.sequence import SourceKind
from lm.tasks.note import write_note
from lm.tasks.templates import load_template
from multimodal.clinical_lexicon import ClinicalLexicon
from tests.bench.rouge import rouge_n

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lm.clinical.lexicon import Lexicon
    from lm.tasks.writing import Writing

Row = dict[str, Any]
TARGETS = {"mts": ((0.40, "target"), (None, "")), "aci": ((0.439, "retrieval"), (0.176, "retrieval"))}
UNSUPPORTED_TARGET = 0.015
_SAMPLES = 1000


@dataclass
class Facts:
    """What the notes of one kind claim, and how much of it was said."""

    sentences: int = 0
    unverified: int = 0
    unsupported: int = 0
    claimed: int = 0
    borne: int = 0
    wanted: int = 0
    found: int = 0
    numbers: int = 0
    number_flips: int = 0
    negations: int = 0
    negation_flips: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, sentences: Sequence[tuple[str, bool]], row: Row, lexicon: Lexicon) -> None:
        """Count one note, its sentences each with whether the gate let it pass."""
        said = claims_of(row["dialogue"], lexicon)
        everything: set[str] = set()
        for text, passed in sentences:
            self.sentences += 1
            self.unverified += not passed
            claims = claims_of(text, lexicon)
            missing = not_said(claims, said)
            flips = claims.denied & (said.asserted - said.denied)
            self.numbers += len(claims.quantities)
            self.number_flips += len(missing.quantities)
            self.negations += len(claims.denied)
            self.negation_flips += len(flips | missing.asserted)
            claimed = claims.drugs | claims.quantities | claims.asserted | claims.denied
            lost = missing.drugs | missing.quantities | missing.asserted | missing.denied
            self.claimed, self.borne = self.claimed + len(claimed), self.borne + len(claimed - lost)
            if passed and missing:
                self.unsupported += 1
                self.wrong.append(f"{row['id']}: {text}")
            everything |= claims.drugs | claims.quantities | claims.asserted | claims.denied
        reference = claims_of(row["note"], lexicon)
        wanted = (reference.drugs & said.drugs) | (reference.quantities & said.quantities)
        wanted |= (reference.asserted & said.asserted) | (reference.denied & said.denied)
        self.wanted, self.found = self.wanted + len(wanted), self.found + len(wanted & everything)


def not_said(claims: Claims, said: Claims) -> Claims:
    """Return what is claimed and was not said anywhere; the rules are those of `lm.clinical.claims.unborne`."""
    numbers = {quantity.split()[0] for quantity in said.quantities}
    units = {quantity.split()[0] for quantity in said.quantities if " " not in quantity}
    named = said.asserted | said.denied
    return Claims(
        claims.drugs - said.drugs,
        frozenset(
            quantity
            for quantity in claims.quantities - said.quantities
            if quantity.split()[0] not in (units if " " in quantity else numbers)
        ),
        claims.sides - said.sides,
        frozenset(name for name in claims.denied if name in said.asserted - said.denied or name not in named),
        frozenset(name for name in claims.asserted if name in said.denied - said.asserted),
    )


def text_of(writing: Writing, with_headings: bool) -> str:
    """Return a note as text; a dialogue that makes one section of a note gets no headings."""
    lines: list[str] = []
    for section in writing.sections:
        if section.sentences:
            lines += [section.heading.upper()] if with_headings else []
            lines += [sentence.text for sentence in section.sentences]
    return "\n".join(lines)


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % percentile bootstrap interval of a mean."""
    generator = random.Random(7)
    means = sorted(sum(generator.choices(values, k=len(values))) / len(values) for _ in range(_SAMPLES))
    return means[int(0.025 * _SAMPLES)], means[int(0.975 * _SAMPLES)]


def nearest(row: Row, train: Sequence[tuple[frozenset[str], str]]) -> str:
    """Return the note of the training dialogue that shares the most words (Jaccard)."""
    words = content_stems(row["dialogue"])
    return max(train, key=lambda other: len(words & other[0]) / max(1, len(words | other[0])))[1]


def scores(name: str, texts: Sequence[str], rows: Sequence[Row]) -> str:
    """Return a line of ROUGE-1 and ROUGE-2 with their intervals."""
    parts = []
    for n in (1, 2):
        values = [rouge_n(text, row["note"], n) for text, row in zip(texts, rows, strict=True)]
        low, high = interval(values)
        parts.append(f"ROUGE-{n} {sum(values) / len(values):.3f} [{low:.3f}, {high:.3f}]")
    return f"  {name:34} {'  '.join(parts)}  n={len(rows)}"


def fact_lines(name: str, facts: Facts, targeted: bool) -> str:
    """Return what the sentences of a note claim, and how much of it was said."""
    rate = facts.unsupported / max(1, facts.sentences)
    aim = f" target < {UNSUPPORTED_TARGET} {'met' if rate < UNSUPPORTED_TARGET else 'MISSED'}" if targeted else ""
    recall = facts.found / max(1, facts.wanted)
    return (
        f"  {name:18} unsupported sentences {rate:.4f}{aim} ({facts.unsupported} of {facts.sentences}); raw quotes "
        f"{facts.unverified / max(1, facts.sentences):.3f}; entity precision "
        f"{facts.borne / max(1, facts.claimed):.3f}, "
        f"recall {recall:.3f}, omitted {1 - recall:.3f} of {facts.wanted}; number flips {facts.number_flips} of "
        f"{facts.numbers}, negation flips {facts.negation_flips} of {facts.negations}"
    )


def measure(source: str, rows: list[Row], train: list[Row], lexicon: Lexicon, decoder_notes: int) -> list[str]:
    """Return the lines of one set."""
    whole = source == "aci"
    template = load_template("visit")
    ours, copied = Facts(), Facts()
    texts: list[str] = []
    for row in rows:
        writing = write_note((Evidence.from_text(SourceKind.TRANSCRIPT, "Visit", row["dialogue"]),), template, lexicon)
        texts.append(text_of(writing, whole))
        said = [sentence for section in writing.sections for sentence in section.sentences]
        ours.add([(one.text, one.verdict is Verdict.SUPPORTED) for one in said], row, lexicon)
        copied.add([(line, True) for line in row["dialogue"].splitlines() if line.strip()], row, lexicon)
    known = [(frozenset(content_stems(row["dialogue"])), row["note"]) for row in train]
    seen = {row["note"].strip() for row in train}
    fresh = [at for at, row in enumerate(rows) if row["note"].strip() not in seen]
    targets = ", ".join(f"ROUGE-{n} > {aim} ({why})" for n, (aim, why) in enumerate(TARGETS[source], 1) if aim)
    lines = [f"\n{source}, {len(rows)} notes; aims: {targets}", scores("ours", texts, rows)]
    if len(fresh) < len(rows):
        lines.append(scores("ours, no note of training", [texts[at] for at in fresh], [rows[at] for at in fresh]))
    lines.append(scores("copy the transcript", [row["dialogue"] for row in rows], rows))
    lines.append(scores("nearest training note", [nearest(row, known) for row in rows], rows))
    if decoder_notes:
        some = rows[:decoder_notes]
        lines.append(scores(f"plain decoder, first {len(some)}", plain_decoder([r["dialogue"] for r in some]), some))
        lines.append(scores(f"ours, first {len(some)}", texts[:decoder_notes], some))
    lines += [fact_lines("ours", ours, True), fact_lines("the transcript", copied, False)]
    return [*lines, *(f"    unsupported: {text}" for text in ours.wrong[:8])]


def plain_decoder(dialogues: Sequence[str]) -> list[str]:
    """Return what the default decoder writes when asked for a note, greedily and without any gate."""
    from lm.sampling import GenerationOptions
    from multimodal.models import Models
    from multimodal.prompt import PromptInputs

    models = Models()
    options = GenerationOptions(max_new_tokens=256)
    written: list[str] = []
    for dialogue in dialogues:
        question = f"Write the clinical note of this visit.\n\n{dialogue[:5000]}"
        prompt = models.prompts().build(PromptInputs(question))
        written.append("".join(token.text for token in models.engine().generate(prompt, options, lambda: False)))
    return written


def main() -> int:
    """Measure every set that is there."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--split", default="test1", choices=("valid", "test1"))
    parser.add_argument("--set", choices=("mts", "aci"), help="measure this one alone")
    parser.add_argument("--decoder", type=int, default=5, metavar="N", help="how many notes the plain decoder writes")
    args = parser.parse_args()
    folder = Path(os.environ.get("BEDSIDE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
    if not (folder / "notes.jsonl").is_file():
        sys.stdout.write(f"The open data is not at {folder}: set BEDSIDE_DATA.\n")
        return 0
    rows = [json.loads(line) for line in (folder / "notes.jsonl").read_text(encoding="utf-8").splitlines()]
    with ClinicalLexicon.open() as lexicon:
        for source in (args.set,) if args.set else ("mts", "aci"):
            chosen = [row for row in rows if row["source"] == source and row["split"] == args.split]
            train = [row for row in rows if row["source"] == source and row["split"] == "train"]
            sys.stdout.write("\n".join(measure(source, chosen, train, lexicon, args.decoder)) + "\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
