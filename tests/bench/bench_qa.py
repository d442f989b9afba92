"""Answers with sources, on open questions: what is found, what is concluded, and what is borne out.

    python -m tests.bench.bench_qa

MedQuAD (NIH patient education, CC BY 4.0) is put into a library as a doctor would add it: one document an answer, the
disease as its title, none of its questions. Each question then has to find its own answer among all the answers of
`DISEASES` diseases. The diseases are drawn by a hash of their names from one quarter of all; ranking and thresholds
were chosen on the other three. Intervals are 95 % percentile bootstrap over diseases.

PubMedQA (MIT): yes, no or maybe from the given abstract, beside the most frequent answer. The decoder does not write
here; it says which of the three words it finds most probable.

The data is read from BEDSIDE_DATA and never copied; without it this says so and measures nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from desktop.confined.reading import ConfinedFileReader
from lm.grounding.answer import Verdict
from lm.grounding.embedding import TextEncoder
from lm.grounding.knowledge import KnowledgeBase, Method
from lm.grounding.passages import Block, Passage, passages_of
from lm.sampling import GenerationOptions
from multimodal.catalog import installed_path
from multimodal.consultation import Answered, Consultation
from multimodal.knowledge import Knowledge
from multimodal.models import Models
from multimodal.prompt import PromptInputs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lm.grounding.knowledge import Vectors

DISEASES = int(os.environ.get("BEDSIDE_QA_DISEASES", "200"))
ABSTRACTS = int(os.environ.get("BEDSIDE_QA_ABSTRACTS", "100"))
ANSWERS = int(os.environ.get("BEDSIDE_QA_ANSWERS", "20"))
"""How much is measured; the defaults take about a quarter of an hour on two cores."""
RESULTS = 50
"""Passages asked for, so that five different answers are among them."""
RESAMPLES = 2000
_CONCLUSIONS = ("yes", "no", "maybe")
_METHODS = ((Method.WORDS, "FTS5 alone"), (Method.MEANING, "vectors alone"), (Method.BOTH, "both, by RRF"))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of MedQuAD with the document that answers it."""

    disease: str
    question: str
    document: str
    answer: str


class Remembering:
    """An encoder that is asked for each question once, whatever the number of rankings it is used in."""

    def __init__(self, encoder: TextEncoder, questions: Sequence[str]) -> None:
        self._encoder = encoder
        self._known = dict(zip(questions, encoder.encode(questions), strict=True))

    @property
    def fingerprint(self) -> str:
        """The encoder's own."""
        return self._encoder.fingerprint

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of questions that are known."""
        return np.array([self._known[text] for text in texts])


def main() -> None:
    """Measure and print."""
    file = Path(os.environ.get("BEDSIDE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data")) / "qa.jsonl"
    if not file.is_file():
        _say(f"Answers with sources are not measured: {file} is not there; set BEDSIDE_DATA.")
        return
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line]
    with tempfile.TemporaryDirectory() as folder, KnowledgeBase(Path(folder) / "library.sqlite") as library:
        encoder = TextEncoder.load(installed_path("minilm-l6-v2"))
        asked = questions_of(rows, is_test=True, diseases=DISEASES)
        fill(library, encoder, asked)
        report_finding(library, encoder, asked)
        models = Models()
        report_conclusions(models, [row for row in rows if row["source"] == "pubmedqa"])
        report_support(models, Knowledge(library, lambda: encoder), asked)


def questions_of(rows: Iterable[dict[str, str]], *, is_test: bool, diseases: int) -> list[Asked]:
    """Return the questions about the first `diseases` diseases, by their hash, of the quarter for tests or the rest."""
    by_disease: dict[str, list[Asked]] = defaultdict(list)
    for row in rows:
        disease = row.get("focus") or ""
        if row["source"].startswith("medquad") and (_hash(disease)[0] % 4 == 0) is is_test:
            document = f"{row['source']}/{row['id']}"
            by_disease[disease.lower()].append(Asked(disease, row["question"], document, row["answer"]))
    chosen = sorted(by_disease, key=_hash)[:diseases]
    return [asked for disease in chosen for asked in by_disease[disease]]


def _hash(disease: str) -> bytes:
    return hashlib.sha256(disease.lower().encode()).digest()


def fill(library: KnowledgeBase, encoder: TextEncoder, asked: Sequence[Asked]) -> None:
    """Put every answer into the library."""
    for one in asked:
        passages = passages_of(one.disease, [Block(one.answer)])
        library.add(one.document, one.disease, "", passages)
    started = time.monotonic()
    library.embed(encoder)
    count = sum(document.passages for document in library.documents())
    took = time.monotonic() - started
    _say(f"\nLibrary: {len(asked)} answers in {count} passages; embedding took {took:.0f} s ({count / took:.1f}/s)")


def report_finding(library: KnowledgeBase, encoder: TextEncoder, asked: Sequence[Asked]) -> None:
    """Print hit@1, hit@5 and MRR of each way of ranking, side by side."""
    remembering = Remembering(encoder, [one.question for one in asked])
    diseases = [one.disease.lower() for one in asked]
    keys = {document.id: document.key for document in library.documents()}
    _say(f"Finding a question's own answer among {len(asked)}: n = {len(asked)}, {len(set(diseases))} diseases")
    started = time.monotonic()
    for one in asked[:10]:
        encoder.encode([one.question])
    took = 100 * (time.monotonic() - started)
    _say(f"Encoding a question takes {took:.0f} ms, which the ms below leave out")
    _say(f"  {'':14}{'hit@1':>24}{'hit@5':>24}{'MRR':>24}{'ms':>7}")
    for method, name in _METHODS:
        started = time.monotonic()
        ranks = np.array([_rank(library, remembering, one, keys, method) for one in asked])
        took = 1000 * (time.monotonic() - started) / len(asked)
        scores = (ranks <= 1, ranks <= 5, 1 / ranks)
        cells = "".join(f"{_estimate(score.astype(float), diseases):>24}" for score in scores)
        _say(f"  {name:14}{cells}{took:7.1f}")


def _rank(library: KnowledgeBase, encoder: Remembering, one: Asked, keys: dict[int, str], method: Method) -> float:
    """Return the place of the right answer among the answers that were found, infinity where it is not."""
    found = dict.fromkeys(keys[f.document] for f in library.search(one.question, RESULTS, encoder, method))
    return list(found).index(one.document) + 1.0 if one.document in found else float("inf")


def report_conclusions(models: Models, rows: Sequence[dict[str, str]]) -> None:
    """Print how often the most probable of yes, no and maybe is right, with and without the abstract."""
    rows = sorted(rows, key=lambda row: _hash(row["id"]))[:ABSTRACTS]
    truth = [row["answer"] for row in rows]
    majority, _ = Counter(truth).most_common(1)[0]
    _say(f"\nPubMedQA, yes / no / maybe: n = {len(rows)}")
    for name, said in (
        (f"always {majority}", [majority] * len(rows)),
        ("without it", [_conclusion(models, row["question"], ()) for row in rows]),
        ("from the abstract", [_conclusion(models, row["question"], _abstract(row)) for row in rows]),
    ):
        right = np.array([a == b for a, b in zip(said, truth, strict=True)], float)
        counts = ", ".join(f"{word} {said.count(word)}" for word in _CONCLUSIONS)
        _say(f"  {name:18} accuracy {_estimate(right, [row['id'] for row in rows])}; said {counts}")


def _abstract(row: dict[str, str]) -> tuple[Passage, ...]:
    return (Passage("The abstract", row["context"]),)


def _conclusion(models: Models, question: str, passages: tuple[Passage, ...]) -> str:
    prompt = models.prompts().build(PromptInputs(f"{question} Answer yes, no or maybe.", passages=passages))
    answers = [models.engine().decoder.tokens.encode_untrusted(word.capitalize()) for word in _CONCLUSIONS]
    scores = []
    for answer in answers:
        (logprobs,) = models.engine().answer_logprobs([prompt], answer, lambda: False) or [[0.0]]
        scores.append(sum(logprobs))
    return _CONCLUSIONS[int(np.argmax(scores))]


def report_support(models: Models, knowledge: Knowledge, asked: Sequence[Asked]) -> None:
    """Print which share of the sentences of answers is borne out, with the library and without it."""
    chosen = sorted(asked, key=lambda one: _hash(one.document))[:ANSWERS]
    _say(f"\nSentences of answers that a source bears out: {len(chosen)} questions, at most 96 tokens each")
    for name, known in (("without library", None), ("with library", knowledge)):
        verdicts: list[float] = []
        cited = 0
        of: list[str] = []
        for one in chosen:
            sentences = _answer(models, known, one.question).sentences
            verdicts += [float(sentence.verdict is Verdict.SUPPORTED) for sentence in sentences]
            of += [one.document] * len(sentences)
            cited += sum(c.kind == "passage" for s in sentences for c in s.citations if s.verdict is Verdict.SUPPORTED)
        _say(f"  {name:18} {_estimate(np.array(verdicts), of)} of {len(verdicts)} sentences; {cited} by a passage")


def _answer(models: Models, knowledge: Knowledge | None, question: str) -> Answered:
    models.engine().forget()
    events = Consultation(models, ConfinedFileReader(), knowledge=knowledge).ask(
        question, GenerationOptions(max_new_tokens=96)
    )
    return next(event for event in events if isinstance(event, Answered))


def _estimate(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], groups: Sequence[str]) -> str:
    """Return the mean with its interval from resamples of the groups."""
    names = {name: place for place, name in enumerate(dict.fromkeys(groups))}
    members = np.array([names[group] for group in groups])
    sums, counts = np.bincount(members, values), np.bincount(members)
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, len(names), (RESAMPLES, len(names)))
    low, high = np.percentile(sums[drawn].sum(1) / counts[drawn].sum(1), (2.5, 97.5))
    return f"{values.mean():.3f} ({low:.3f}-{high:.3f})"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
