"""The patient card on sentences that nobody wrote for it: `make bench-card`.

The assessments, plans and results of ACI-Bench's notes, as a doctor gives them to a patient; MedQuAD (NIH patient
education) and MeQSum (questions of patients), all CC BY 4.0, read from BEDSIDE_DATA and never copied. MedQuAD's
sentences are drawn by a hash from one quarter of all diseases; it is written for patients already, so what is left to
make plainer are long sentences and names. The list of words was written with random sentences of all of MedQuAD and
with ACI-Bench's notes for training in view, so MedQuAD is not fully held out. Tables without sentences are left out.

What is kept is checked twice: by the card's own gate, and here by a cruder count of digits and of "no" and "not".
Intervals are 95 %: Wilson for shares, percentile bootstrap over sentences for grades.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lm.clinical.reading_level import TARGET_GRADE, reading_level
from lm.grounding.gate import split_sentences
from lm.tasks.handout import text_sentences
from multimodal.cards import card_maker
from tests.bench.bench_deid import wilson

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from lm.clinical.reading_level import ReadingLevel
    from lm.tasks.patient_card import CardMaker

SENTENCES = int(os.environ.get("BEDSIDE_CARD_SENTENCES", "1000"))
RESAMPLES = 2000
NOTES = ("valid", "test1")
"""The other ones were read while the card was written."""
FEWEST_WORDS, MOST_WORDS = 5, 60
_DIGITS = re.compile(r"\d+(?:[.,/]\d+)*")
_DENIAL = re.compile(r"\b(?:no|not|never|without|cannot|neither|nor|none)\b|n['’]t\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, what plain words made of it, and what the card shows."""

    original: str
    plain: str
    shown: str
    changed: tuple[str, ...]
    """What plain words alone would have lost or added."""
    spelled_out: str


def main() -> int:
    """Measure and print."""
    folder = Path(os.environ.get("BEDSIDE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
    if not (folder / "qa.jsonl").is_file():
        _say(f"The open data is not at {folder}: set BEDSIDE_DATA.")
        return 0
    rows = [json.loads(line) for line in (folder / "qa.jsonl").read_text(encoding="utf-8").split("\n") if line]
    sets = {
        "MedQuAD sentences": chosen(
            sentence
            for row in rows
            if row["source"].startswith("medquad") and _hash(row.get("focus") or "")[0] % 4 == 0
            for sentence in split_sentences(row["answer"])
        ),
        "MeQSum questions": chosen(
            sentence for row in rows if row["source"] == "meqsum" for sentence in split_sentences(row["question"])
        ),
    }
    notes = [json.loads(line) for line in (folder / "notes.jsonl").read_text(encoding="utf-8").split("\n") if line]
    written = [row["note"] for row in notes if row["source"].startswith("aci") and row["split"] in NOTES]
    for_patients = chosen(sentence.text for note in written for sentence in text_sentences(note, "note"))
    with card_maker() as maker:
        report("Doctors' notes (ACI-Bench, valid and test1)", maker, for_patients, to_patient=True)
        for name, sentences in sets.items():
            report(name, maker, sentences, to_patient=False)
    return 0


def chosen(sentences: Iterable[str]) -> list[str]:
    """Return the first sentences by their hash: running text of a length that is read."""
    known = {s for s in sentences if s[-1] in ".?!" and FEWEST_WORDS <= len(s.split()) <= MOST_WORDS and " - " not in s}
    return sorted(known, key=_hash)[:SENTENCES]


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.lower().encode()).digest()


def report(name: str, maker: CardMaker, sentences: Sequence[str], *, to_patient: bool) -> None:
    """Print one set, what misses its target first."""
    began = time.perf_counter()
    said = [_said(maker, sentence, to_patient) for sentence in sentences]
    seconds = time.perf_counter() - began
    n = len(said)
    before, after = (
        [reading_level(text) for text in texts] for texts in ([s.original for s in said], [s.shown for s in said])
    )
    kept = sum(_same_digits_and_denials(one) for one in said)
    _say(f"\n{name}: n = {n}, {n / seconds:.0f} sentences/s")
    aim = f"  target {TARGET_GRADE:.0f} {'met' if _pooled(_counts(after)) <= TARGET_GRADE else 'MISSED'}"
    _say(f"  {'grade after':48} {_grade(after)}{aim}")
    _say(f"  {'grade before':48} {_grade(before)}")
    _say(_share(f"at grade <= {TARGET_GRADE:.0f} before", sum(level.is_plain for level in before), n))
    _say(_share(f"at grade <= {TARGET_GRADE:.0f} after", sum(level.is_plain for level in after), n))
    _say(_share("changed nothing but the words, before the gate", sum(not one.changed for one in said), n))
    _say(_share("digits and denials kept on the card", kept, n, 1.0))
    _say(_share("sentences that the card says in other words", sum(one.original != one.shown for one in said), n))
    causes = Counter(change.split(":")[0] for one in said for change in one.changed)
    _say(
        "  held back because: " + (", ".join(f"{cause} {count}" for cause, count in causes.most_common()) or "nothing")
    )


def _said(maker: CardMaker, sentence: str, to_patient: bool) -> Said:
    parts, _ = maker.plain(sentence, to_patient=to_patient)
    shown, _, changed = maker.checked(sentence, to_patient=to_patient)
    return Said(sentence, " ".join(parts), "\n".join(shown), changed, maker.words.spelled_out(sentence))


def _same_digits_and_denials(one: Said) -> bool:
    return _counted(one.spelled_out) == _counted(one.shown) or one.original == one.shown


def _counted(text: str) -> tuple[Counter[str], int]:
    return Counter(_DIGITS.findall(text)), len(_DENIAL.findall(text))


def _grade(levels: Sequence[ReadingLevel]) -> str:
    counts = _counts(levels)
    drawn = np.random.default_rng(0).integers(0, len(counts), (RESAMPLES, len(counts)))
    low, high = np.percentile([_pooled(counts[one]) for one in drawn], (2.5, 97.5))
    return f"{_pooled(counts):5.2f} [{low:.2f}, {high:.2f}]"


def _counts(levels: Sequence[ReadingLevel]) -> npt.NDArray[np.float64]:
    return np.array([(level.sentences, level.words, level.syllables) for level in levels], np.float64)


def _pooled(counts: npt.NDArray[np.float64]) -> float:
    sentences, words, syllables = counts.sum(0)
    return float(0.39 * words / sentences + 11.8 * syllables / words - 15.59)


def _share(name: str, there: int, of: int, target: float | None = None) -> str:
    low, high = wilson(there, of)
    aim = "" if target is None else f"  target {target:.2f} {'met' if there / of >= target else 'MISSED'}"
    return f"  {name:48} {there / of:.3f} [{low:.3f}, {high:.3f}]{aim}"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
