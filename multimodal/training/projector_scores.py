"""How much the decoder really sees: scores with the true picture, another picture, a blank one and none at all.

A score on pictures means little alone: a decoder that never looks reaches the majority. So each score stands
beside the majority answer's, and beside the same questions asked with a shuffled, blank or missing picture, and
the difference between the true and the shuffled picture is tested in pairs.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import torch
from torch import nn

from lm.sequence import SourceKind
from multimodal.prompt import FusedAttachment, PromptBuilder, PromptInputs
from multimodal.training.picture_questions import KIND_QUESTIONS, PictureQuestion
from multimodal.training.pictures import KIND_ANSWERS, Split
from multimodal.training.statistics import (
    Estimate,
    accuracy,
    auroc,
    balanced_accuracy,
    bootstrap,
    paired_p_value,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from lm.weights import LoadedDecoder
    from multimodal.fusion import ImageProjector
    from multimodal.training.features import FeatureStore
    from multimodal.training.pictures import LabelledPicture

T = TypeVar("T")

BATCH = 16
KIND_PICTURES_A_SOURCE = 60


class Shown(StrEnum):
    """What the decoder is shown in the place of the picture."""

    TRUE = "true picture"
    SHUFFLED = "another picture"
    BLANK = "blank picture"
    NONE = "no picture"


@dataclass(frozen=True, slots=True)
class Task:
    """Questions of one kind on held-back pictures."""

    name: str
    title: str
    questions: tuple[PictureQuestion, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """One task's figures; `p_value` is of the paired test that the true picture beats another one."""

    task: str
    title: str
    n: int
    majority: float
    metrics: dict[str, dict[str, Estimate]]
    """By metric, then by what was shown."""
    p_value: float


def yes_no_tasks(pictures: Sequence[LabelledPicture], vqa: Sequence[PictureQuestion]) -> list[Task]:
    """Return the yes/no tasks on held-back pictures."""
    return [
        _label_task(
            "pneumonia",
            "Chest film: signs of pneumonia (held-back part of Kermany train)",
            "Does this chest X-ray show signs of pneumonia?",
            pictures,
            "kermany-cxr",
            "pneumonia",
        ),
        _label_task(
            "malignant",
            "Breast ultrasound: malignant rather than benign (held-back fifth of BUSI)",
            "Does the lesion look malignant?",
            [picture for picture in pictures if picture.label != "normal"],
            "busi",
            "malignant",
        ),
        Task(
            "vqa-rad",
            "VQA-RAD dev, yes/no questions (image-disjoint)",
            tuple(q for q in vqa if q.split is Split.DEV and q.topic == "vqa-yes-no"),
        ),
    ]


def kind_task(pictures: Sequence[LabelledPicture], seed: int = 0) -> Task:
    """Return "what kind of picture is this" over all sources, at most 60 held-back pictures of each."""
    rng = random.Random(seed)  # noqa: S311 - a reproducible draw, not a secret
    questions: list[PictureQuestion] = []
    for source in sorted({picture.source for picture in pictures}):
        held = [picture for picture in pictures if picture.source == source and picture.split is Split.DEV]
        questions += [
            PictureQuestion(picture.path, source, Split.DEV, "kind", KIND_QUESTIONS[0], picture.kind())
            for picture in rng.sample(held, min(len(held), KIND_PICTURES_A_SOURCE))
        ]
    return Task("kind", "Which kind of picture is this, over all sources", tuple(questions))


class Scorer:
    """Asks the decoder the same questions with the true, another, a blank and no picture."""

    def __init__(
        self, decoder: LoadedDecoder, projector: ImageProjector, features: FeatureStore, seed: int = 0
    ) -> None:
        self._decoder = decoder
        self._prompts = PromptBuilder(decoder.tokens)
        self._features = features
        self._projector = projector
        self._seed = seed
        blank = features.mean_picture()
        with torch.inference_mode():
            self._blank = projector(blank.patches, blank.cls)[0]

    def yes_no(self, task: Task, on_progress: Callable[[str], None]) -> Score:
        """Score a task by the decoder's own probabilities of "Yes" and "No"."""
        truths = np.array([question.answer == "Yes." for question in task.questions])
        probabilities: dict[Shown, NDArray[np.float64]] = {}
        for shown in Shown:
            on_progress(f"{task.title}: {shown}")
            probabilities[shown] = np.array(self._ask(task, shown, self._yes_probabilities))
        right = {shown: np.where(truths, p, 1 - p) for shown, p in probabilities.items()}
        metrics = {
            name: {str(shown): bootstrap(metric, p, truths) for shown, p in probabilities.items()}
            for name, metric in (("AUROC", auroc), ("balanced accuracy", balanced_accuracy))
        }
        majority = float(max(truths.mean(), 1 - truths.mean()))
        difference = np.log(right[Shown.TRUE] + 1e-9) - np.log(right[Shown.SHUFFLED] + 1e-9)
        return Score(task.name, task.title, len(truths), majority, metrics, paired_p_value(difference))

    def kind(self, task: Task, on_progress: Callable[[str], None]) -> Score:
        """Score "which kind" by the most probable of the possible answers."""
        answers = [question.answer for question in task.questions]
        right: dict[Shown, NDArray[np.float64]] = {}
        for shown in Shown:
            on_progress(f"{task.title}: {shown}")
            chosen = self._ask(task, shown, self._most_probable_kinds)
            right[shown] = np.array([float(kind == answer) for kind, answer in zip(chosen, answers, strict=True)])
        all_true = np.ones(len(task.questions), dtype=bool)
        estimates = {str(shown): bootstrap(accuracy, r, all_true) for shown, r in right.items()}
        majority = max(answers.count(answer) for answer in set(answers)) / len(answers)
        p_value = paired_p_value(right[Shown.TRUE] - right[Shown.SHUFFLED])
        return Score(task.name, task.title, len(answers), majority, {"accuracy": estimates}, p_value)

    def _ask(
        self, task: Task, shown: Shown, judge: Callable[[Sequence[str], Sequence[torch.Tensor | None]], list[T]]
    ) -> list[T]:
        """Return what `judge` says of each question with what is shown; equal prompts are asked once."""
        questions = [question.question for question in task.questions]
        paths = [question.path for question in task.questions]
        if shown is Shown.SHUFFLED:
            paths = _other_pictures(paths, self._seed)
        elif shown is not Shown.TRUE:
            paths = [""] * len(paths)
        prompts = list(dict.fromkeys(zip(questions, paths, strict=True)))
        judged: dict[tuple[str, str], T] = {}
        with torch.inference_mode():
            for start in range(0, len(prompts), BATCH):
                chosen = prompts[start : start + BATCH]
                pictures = self._pictures([path for _, path in chosen], shown)
                judged.update(zip(chosen, judge([question for question, _ in chosen], pictures), strict=True))
        return [judged[prompt] for prompt in zip(questions, paths, strict=True)]

    def _pictures(self, paths: Sequence[str], shown: Shown) -> Sequence[torch.Tensor | None]:
        if shown is Shown.NONE:
            return [None] * len(paths)
        if shown is Shown.BLANK:
            return [self._blank] * len(paths)
        states = self._features.get(paths)
        return list(self._projector(states.patches, states.cls))

    def _yes_probabilities(self, questions: Sequence[str], pictures: Sequence[torch.Tensor | None]) -> list[float]:
        yes, no = (self._decoder.tokens.encode_untrusted(word)[0] for word in ("Yes", "No"))
        prompts = [self._prompt(question, picture) for question, picture in zip(questions, pictures, strict=True)]
        longest = max(prompt.shape[0] for prompt in prompts)
        padded = torch.stack([nn.functional.pad(p, (0, 0, 0, longest - p.shape[0])) for p in prompts])
        last = torch.zeros(padded.shape[:2], dtype=torch.bool, device=padded.device)
        for row, prompt in enumerate(prompts):
            last[row, prompt.shape[0] - 1] = True
        logits = self._decoder.model.logits_where(padded, last).float()
        return torch.sigmoid(logits[:, yes] - logits[:, no]).tolist()

    def _most_probable_kinds(self, questions: Sequence[str], pictures: Sequence[torch.Tensor | None]) -> list[str]:
        return [
            self._most_probable_kind(self._prompt(question, picture))
            for question, picture in zip(questions, pictures, strict=True)
        ]

    def _most_probable_kind(self, prompt: torch.Tensor) -> str:
        """Return the likeliest of the possible answers; the prompt is read once for all of them."""
        model = self._decoder.model
        choices = sorted(set(KIND_ANSWERS.values()))
        answers = [torch.tensor(self._prompts.answer_ids(choice), device=model.device) for choice in choices]
        length = prompt.shape[0]
        cache = model.new_cache(length + max(map(len, answers)))
        first = model.forward(prompt.unsqueeze(0), cache, last_only=True)[0]
        sums = []
        for answer in answers:
            following = model.forward(model.embed_tokens(answer[:-1]).unsqueeze(0), cache)[0]
            cache.truncate(length)
            log_probabilities = torch.cat([first, following]).float().log_softmax(-1)
            sums.append(float(log_probabilities.gather(1, answer.unsqueeze(1)).sum()))
        return choices[int(np.argmax(sums))]

    def _prompt(self, question: str, picture: torch.Tensor | None) -> torch.Tensor:
        attachments = () if picture is None else (FusedAttachment(SourceKind.IMAGE, "Image 1", picture),)
        built = self._prompts.build(PromptInputs(question, attachments))
        return built.embed(self._decoder.model.embed_tokens)[0]


def _label_task(
    name: str, title: str, question: str, pictures: Sequence[LabelledPicture], source: str, positive: str
) -> Task:
    held = [picture for picture in pictures if picture.source == source and picture.split is Split.DEV]
    return Task(
        name,
        title,
        tuple(
            PictureQuestion(p.path, source, Split.DEV, name, question, "Yes." if p.label == positive else "No.")
            for p in held
        ),
    )


def _other_pictures(paths: Sequence[str], seed: int) -> list[str]:
    """Return a permutation in which no place keeps its own picture."""
    rng = random.Random(seed)  # noqa: S311 - a reproducible draw, not a secret
    distinct = sorted(set(paths))
    order = distinct.copy()
    rng.shuffle(order)
    following = {path: order[(place + 1) % len(order)] for place, path in enumerate(order)}
    return [following[path] for path in paths]
