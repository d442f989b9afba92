"""How much the default decoder sees through the shipped projector: `make bench-fusion`.

    python -m tests.bench.bench_fusion --limit 40

Every task stands beside the majority, the same questions with another picture, a blank one and none, and a linear
probe on the same ViT, trained on the same training pictures: what a projector could reach at most. Intervals are 95 %
bootstrap. The pictures are the open ones that no training saw (BEDSIDE_DATA). The
projector's own card is written by the same scorer (`bedside train projector --score-only`).
"""

from __future__ import annotations

import argparse
import os
import re
import string
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

# As in the worker and on the command line: threads that wait sleep instead of spinning.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import torch

from lm.hardware import choose_device, choose_dtype, usable_cores
from lm.lora import LORA_FILE, find_lora, with_lora
from lm.weights import load_decoder
from multimodal.catalog import data_folder, installed_path
from multimodal.fusion import SHIPPED_ADAPTERS, ImageProjector, find_projectors
from multimodal.models import DEFAULT_DECODER, DEFAULT_VISION, Models, decoder_path
from multimodal.training.features import compute_features
from multimodal.training.picture_questions import KIND_QUESTIONS, PictureQuestion, read_vqa_rad, training_pictures
from multimodal.training.picture_tasks import (
    NOT_MEDICAL,
    Task,
    cause_task,
    count_task,
    kind_choices,
    kind_task,
    open_task,
    yes_no_tasks,
)
from multimodal.training.pictures import Split, read_pictures
from multimodal.training.probe import probe_probabilities, ridge_predictions
from multimodal.training.projector_scores import Scorer, Shown
from multimodal.training.statistics import auroc, balanced_accuracy, bootstrap, mean, paired_p_value
from multimodal.training.text_loss import held_out_text_losses
from multimodal.vision import ImageEncoder
from tests.bench.other_pictures import MadePictures
from tests.bench.report import Figure, write_figures

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from multimodal.training.pictures import LabelledPicture
    from multimodal.training.projector_scores import Score
    from multimodal.training.statistics import Estimate

TEXTS = 200
MADE_PICTURES = 30
"""Of each kind that is not medical."""
PREFILL_TOKENS = 448
PREFILL_RUNS = 7
MOST_ANSWER_TOKENS = 16
LARGEST_ADAPTERS_MB = 40.0
_WORDS = 64
"""Words of a question are hashed into so many features for the probe on VQA-RAD."""


class Bench:
    """What is loaded once, and the tasks on it."""

    def __init__(self, data: Path, run_folder: Path, limit: int | None) -> None:
        device = choose_device("auto")
        self.limit, self.data = limit, data
        self.decoder = load_decoder(decoder_path(DEFAULT_DECODER), device=device, dtype=choose_dtype(device))
        self.texts = held_out_text_losses(self.decoder, data, min(TEXTS, limit or TEXTS))
        lora = find_lora(SHIPPED_ADAPTERS, self.decoder.fingerprint)
        self.adapted = lora is not None
        if lora is not None:
            self.decoder = with_lora(self.decoder, lora)
        self.pictures = read_pictures(data)
        self.vqa = read_vqa_rad(data)
        self.encoder = ImageEncoder.load(installed_path(DEFAULT_VISION), device)
        needed = {p.path for p in training_pictures(data, 0)} | {p.path for p in self.pictures if p.split is Split.DEV}
        self.features = compute_features(data, sorted(needed), self.encoder, run_folder / "features", _encoded)
        self.projector = self._projector(device)
        self.scorer = Scorer(self.decoder, self.projector, self.features)
        self.differences: list[NDArray[np.float64]] = []
        """By how much the right answer is more probable with the true picture than with another and a blank one."""

    def _projector(self, device: torch.device) -> ImageProjector:
        found = find_projectors(SHIPPED_ADAPTERS, self.decoder.fingerprint, {DEFAULT_VISION})
        projector = found.get(ImageProjector.kind)
        if not isinstance(projector, ImageProjector):
            raise SystemExit("No image projector is shipped for the default decoder, so there is nothing to score.")
        return projector.to(device)

    def yes_no(self, task: Task) -> list[str]:
        """Return the lines of a task with two choices."""
        cut = task.first(self.limit)
        score = self.scorer.yes_no(cut, _say)
        self._pool(cut)
        truths = np.array([question.answer == cut.choices[0] for question in cut.questions])
        probed = self._probed(cut)
        probe = {
            name: None if probed is None else bootstrap(metric, probed, truths)
            for name, metric in (("AUROC", auroc), ("balanced accuracy", balanced_accuracy))
        }
        return _lines(score, probe)

    def kind(self) -> list[str]:
        """Return the line of "which kind of picture is this"."""
        task = kind_task(self.pictures).first(self.limit)
        score = self.scorer.kind(task, _say)
        self._pool(task)
        trained = training_pictures(self.data, 0)
        labels = np.array([task.choices.index(picture.kind()) for picture in trained])
        probabilities = probe_probabilities(
            self._states([p.path for p in trained]), labels, self._states([q.path for q in task.questions])
        )
        answers = np.array([task.choices.index(question.answer) for question in task.questions])
        right = (probabilities.argmax(axis=1) == answers).astype(float)
        return _lines(score, {"accuracy": bootstrap(mean, right, np.ones(len(right), dtype=bool))})

    def counts(self) -> list[str]:
        """Return the line of the number of red cells: mean absolute errors, beside always answering the mean."""
        task = count_task(self.pictures).first(self.limit)
        truths = np.array([_number(question.answer) for question in task.questions], float)
        trained = [p for p in training_pictures(self.data, 0) if p.source == "bccd"]
        known = np.array([dict(picture.counts).get("RBC", 0) for picture in trained], float)
        errors = {str(Shown.TRUE): [], str(Shown.SHUFFLED): [], str(Shown.BLANK): []}
        for shown in errors:
            _say(f"{task.title}: {shown}")
            found = self.scorer.most_probable(task, Shown(shown))
            errors[shown] = list(np.abs(np.array([_number(answer) for answer in found], float) - truths))
        probe = np.abs(
            ridge_predictions(
                self._states([p.path for p in trained]), known, self._states([q.path for q in task.questions])
            )
            - truths
        )
        always = np.abs(truths - known.mean())
        gain = paired_p_value(always - np.array(errors[str(Shown.TRUE)]))
        parts = [f"{shown} {_of(np.array(found))}" for shown, found in errors.items()]
        return [
            f"{task.title}: n = {len(truths)}, mean absolute error (smaller is better)",
            f"    {'   '.join(parts)}",
            f"    always the mean {_of(always)}   linear probe {_of(probe)}   p (below the mean's) {_p(gain)}",
        ]

    def open_questions(self) -> list[str]:
        """Return the line of VQA-RAD's open questions: token F1 of what the decoder writes."""
        task = open_task(self.vqa).first(self.limit)
        found: dict[Shown, NDArray[np.float64]] = {}
        for shown in Shown:
            _say(f"{task.title}: {shown}")
            written = self.scorer.answers(task, shown, MOST_ANSWER_TOKENS)
            pairs = zip(written, task.questions, strict=True)
            found[shown] = np.array([token_f1(answer, question.answer) for answer, question in pairs])
        commonest = Counter(q.answer for q in self.vqa if q.split is Split.TRAIN and q.topic == "vqa-open")
        answer = commonest.most_common(1)[0][0]
        majority = np.array([token_f1(answer, question.answer) for question in task.questions])
        gain = paired_p_value(found[Shown.TRUE] - found[Shown.SHUFFLED])
        return [
            f"{task.title}: n = {len(majority)}, token F1; always {answer!r}: {_of(majority)}",
            "    " + "   ".join(f"{shown} {_of(values)}" for shown, values in found.items()),
            f"    p (true above another) {_p(gain)}; no probe: the answers are free text",
        ]

    def not_medical(self) -> list[str]:
        """Return how often made pictures are called not medical, and how often medical ones are."""
        made = MadePictures(self.encoder, min(MADE_PICTURES, self.limit or MADE_PICTURES), self.features.mean_picture())
        scorer = Scorer(self.decoder, self.projector, made)
        choices = (*kind_choices(), NOT_MEDICAL)
        lines = []
        for kind, paths in made.paths.items():
            asked = [PictureQuestion(p, kind, Split.DEV, "kind", KIND_QUESTIONS[0], NOT_MEDICAL) for p in paths]
            called = scorer.most_probable(Task(kind, kind, tuple(asked), choices), Shown.TRUE)
            commonest = Counter(called).most_common(1)[0][0]
            share = np.array([float(answer == NOT_MEDICAL) for answer in called])
            lines.append(f"    {kind}: n = {len(share)}, {_of(share)}; most often called {commonest!r}")
        task = kind_task(self.pictures).first(self.limit)
        wide = Task(task.name, task.title, task.questions, choices)
        medical = np.array([float(a == NOT_MEDICAL) for a in self.scorer.most_probable(wide, Shown.TRUE)])
        lines.append(f"    medical pictures that are called so: n = {len(medical)}, {_of(medical)}")
        return [f"{NOT_MEDICAL!r} among the kinds of picture (target 0.95; the training has no such pictures)", *lines]

    def pooled(self) -> list[str]:
        """Return the paired tests over all tasks together."""
        another, blank = np.concatenate(self.differences, axis=1)
        return [
            f"All tasks together: n = {len(another)}, nats by which the right answer is more probable",
            f"    than with another picture {_of(another)}, p {_p(paired_p_value(another))}",
            f"    than with a blank picture {_of(blank)}, p {_p(paired_p_value(blank))}",
        ]

    def text(self) -> list[str]:
        """Return the loss on held-out text before and after."""
        before = _of(self.texts)
        if not self.adapted:
            return [
                f"Held-out text: n = {len(self.texts)}, {before} nats a token",
                "    the decoder has no adapters: its text is as it was",
            ]
        after = held_out_text_losses(self.decoder, self.data, len(self.texts))
        change = after.mean() / self.texts.mean() - 1
        return [
            f"Held-out text: n = {len(self.texts)}, {before} before, {_of(after)} after ({change:+.1%}, target 2 %)"
        ]

    def _pool(self, task: Task) -> None:
        true, another, blank = (
            self.scorer.right_log_probabilities(task, shown) for shown in (Shown.TRUE, Shown.SHUFFLED, Shown.BLANK)
        )
        self.differences.append(np.stack([true - another, true - blank]))

    def _probed(self, task: Task) -> NDArray[np.float64] | None:
        """Return a probe's probability of the first choice, trained on what the projector was trained on."""
        known = self._known(task)
        asked = list(task.questions)
        labels = np.array([int(question.answer == task.choices[0]) for question in known])
        if len(set(labels.tolist())) < 2:
            return None
        worded = task.name == "vqa-rad"
        features = [
            np.hstack([self._states([q.path for q in part]), *([_words(part)] if worded else [])])
            for part in (known, asked)
        ]
        return probe_probabilities(features[0], labels, features[1])[:, 1]

    def _known(self, task: Task) -> list[PictureQuestion]:
        """Return the same question about the training pictures."""
        if task.name == "vqa-rad":
            return [q for q in self.vqa if q.split is Split.TRAIN and q.topic == "vqa-yes-no"]
        question = task.questions[0]
        chosen: dict[str, Callable[[LabelledPicture], str | None]] = {
            "pneumonia": lambda p: "Yes." if p.label == "pneumonia" else "No.",
            "malignant": lambda p: None if p.label == "normal" else "Yes." if p.label == "malignant" else "No.",
            "cause": lambda p: None if p.label == "normal" else task.choices[p.sublabel != "bacteria"],
        }
        answered = [(p, chosen[task.name](p)) for p in training_pictures(self.data, 0) if p.source == question.source]
        return [
            PictureQuestion(p.path, p.source, p.split, task.name, question.question, answer)
            for p, answer in answered
            if answer is not None
        ]

    def _states(self, paths: Sequence[str]) -> NDArray[np.float64]:
        """Return CLS and mean patch `(pictures, 2 * d_encoder)`."""
        rows = []
        for path in paths:
            states = self.features.get([path])
            rows.append(torch.cat([states.cls[0], states.patches[0].mean(dim=0)]).double().numpy())
        return np.stack(rows)


def _words(questions: Sequence[PictureQuestion]) -> NDArray[np.float64]:
    """Return which words each question has, hashed `(questions, 64)`."""
    rows = np.zeros((len(questions), _WORDS))
    for row, question in enumerate(questions):
        for word in _tokens(question.question):
            rows[row, sum(map(ord, word)) % _WORDS] = 1.0
    return rows


def token_f1(answer: str, truth: str) -> float:
    """Return the F1 of the words of an answer (SQuAD), case and punctuation aside."""
    said, right = Counter(_tokens(answer)), Counter(_tokens(truth))
    shared = sum((said & right).values())
    return 0.0 if not shared else 2 * shared / (sum(said.values()) + sum(right.values()))


def _tokens(text: str) -> list[str]:
    return text.lower().translate(str.maketrans("", "", string.punctuation)).split()


def _number(answer: str) -> int:
    return int(re.findall(r"\d+", answer)[0])


def _lines(score: Score, probe: dict[str, Estimate | None]) -> list[str]:
    lines = [f"{score.title}: n = {score.n}, majority {score.majority:.3f}"]
    for metric, estimates in score.metrics.items():
        shown = "   ".join(f"{name} {_estimate(estimates[name])}" for name in Shown)
        ceiling = probe[metric]
        lines.append(f"    {metric}: {shown}   linear probe {'-' if ceiling is None else _estimate(ceiling)}")
    return [*lines, f"    p (true above another) {_p(score.p_value)}"]


def _of(values: NDArray[np.float64]) -> str:
    return _estimate(bootstrap(mean, values, np.ones(len(values), dtype=bool)))


def _estimate(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"


def _p(value: float) -> str:
    return f"{value:.4f}" if value >= 0.001 else "< 0.001"


def prefill_figures() -> list[Figure]:
    """Measure how long a fused prompt of 448 tokens takes to its first token, and the shipped adapters' size.

    The engine is the one that answers doctors, in the form that this machine loads it in.
    """
    from lm.sampling import GenerationOptions
    from lm.sequence import EmbeddingSpan, FusionSequence, Source, SourceKind, TokenSpan

    cores = min(2, usable_cores())
    torch.set_num_threads(cores)
    engine = Models().engine()
    decoder = engine.decoder
    words = decoder.tokens.encode_untrusted("The patient coughs since three weeks and has no fever. ") * PREFILL_TOKENS
    seconds = []
    for run in range(PREFILL_RUNS + 1):
        # Another picture each time, so that nothing comes from the cache.
        picture = torch.randn(65, decoder.model.d_model, generator=torch.Generator().manual_seed(run)) * 0.1
        prompt = FusionSequence(
            (
                EmbeddingSpan(picture, Source(SourceKind.IMAGE, "Image 1")),
                TokenSpan(tuple(words[: PREFILL_TOKENS - 65])),
            )
        )
        began = time.perf_counter()
        next(iter(engine.generate(prompt, GenerationOptions(max_new_tokens=1))))
        seconds.append(time.perf_counter() - began)
    middle, fastest, slowest = (float(found(seconds[1:])) for found in (np.median, np.min, np.max))
    adapters = [*SHIPPED_ADAPTERS.glob("*/*-projector.safetensors"), *SHIPPED_ADAPTERS.glob(f"*/{LORA_FILE}")]
    size = sum(file.stat().st_size for file in adapters) / 1e6
    return [
        Figure(
            f"fused prefill, {PREFILL_TOKENS} tokens, {cores} cores, median of {PREFILL_RUNS} "
            f"[{fastest:.3f} to {slowest:.3f}]",
            middle,
            "s",
            target="< 0.5 s",
            met=middle < 0.5,
        ),
        Figure(
            f"shipped adapters, {len(adapters)} files",
            size,
            "MB",
            target=f"<= {LARGEST_ADAPTERS_MB:g} MB",
            met=size <= LARGEST_ADAPTERS_MB,
        ),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", metavar="N", type=int, help="at most so many questions of each task")
    parser.add_argument("--run", metavar="FOLDER", type=Path, default=data_folder() / "runs" / "bench-fusion")
    parser.add_argument("--prefill-only", action="store_true", help="measure the prefill and the adapters' size alone")
    chosen = parser.parse_args(arguments)
    data = Path(os.environ.get("BEDSIDE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
    write_figures("Speed and size", prefill_figures())
    if chosen.prefill_only:
        return 0
    if not (data / "images.jsonl").is_file():
        sys.stdout.write(f"The open data is not at {data}: set BEDSIDE_DATA.\n")
        return 0
    bench = Bench(data, chosen.run, chosen.limit)
    tasks = [*yes_no_tasks(bench.pictures, bench.vqa), cause_task(bench.pictures)]
    sections = [bench.yes_no(task) for task in tasks]
    sections += [
        bench.kind(),
        bench.counts(),
        bench.open_questions(),
        bench.not_medical(),
        bench.pooled(),
        bench.text(),
    ]
    sys.stdout.write("\n" + "\n\n".join("\n".join(lines) for lines in sections) + "\n")
    return 0


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _encoded(progress: object) -> None:
    _say(str(progress))


if __name__ == "__main__":
    sys.exit(main())
