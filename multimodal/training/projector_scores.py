"""How much the decoder really sees: scores with the true picture, another picture, a blank one and none at all.

A score on pictures means little alone: a decoder that never looks reaches the majority. So each score stands
beside the majority answer's, and beside the same questions asked with a shuffled, blank or missing picture, and
the difference between the true and the shuffled picture is tested in pairs.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
import torch
from torch import nn

from lm.engine import LocalEngine
from lm.picture_positions import pictures_at
from lm.sampling import GenerationOptions
from lm.sequence import SourceKind
from multimodal.prompt import FusedAttachment, PromptBuilder, PromptInputs
from multimodal.training.picture_tasks import YES_NO
from multimodal.training.statistics import (
    Estimate,
    auroc,
    balanced_accuracy,
    bootstrap,
    mean,
    paired_p_value,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lm.sequence import FusionSequence
    from lm.weights import LoadedDecoder
    from multimodal.fusion import ImageProjector
    from multimodal.training.picture_tasks import Task
    from multimodal.vision import ImageFeatures

T = TypeVar("T")
Judge = Callable[[Sequence[str], Sequence["torch.Tensor | None"]], list[T]]
"""Says something of each question with what is shown in it."""

BATCH = 16


class Shown(StrEnum):
    """What the decoder is shown in the place of the picture."""

    TRUE = "true picture"
    SHUFFLED = "another picture"
    BLANK = "blank picture"
    NONE = "no picture"


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


class PictureStates(Protocol):
    """What gives the ViT's states of pictures; a FeatureStore does."""

    def get(self, paths: Sequence[str]) -> ImageFeatures:
        """Return the states of `paths`."""

    def mean_picture(self) -> ImageFeatures:
        """Return the states of the blank picture."""


class Scorer:
    """Asks the decoder the same questions with the true, another, a blank and no picture."""

    def __init__(
        self, decoder: LoadedDecoder, projector: ImageProjector, features: PictureStates, seed: int = 0
    ) -> None:
        self._decoder = decoder
        self._prompts = PromptBuilder(decoder.tokens)
        self._features = features
        self._projector = projector
        self._seed = seed
        self._blank = projector.project(features.mean_picture())[0]

    def yes_no(self, task: Task, on_progress: Callable[[str], None]) -> Score:
        """Score a task with two choices by the decoder's own probability of the first."""
        judge = self._yes_probabilities if task.choices == YES_NO else self._first_probabilities(task.choices)
        truths = np.array([question.answer == task.choices[0] for question in task.questions])
        asked = self._everything(task, judge, on_progress)
        probabilities = {shown: np.array(found) for shown, found in asked.items()}
        right = {shown: np.where(truths, p, 1 - p) for shown, p in probabilities.items()}
        metrics = {
            name: {str(shown): bootstrap(metric, p, truths) for shown, p in probabilities.items()}
            for name, metric in (("AUROC", auroc), ("balanced accuracy", balanced_accuracy))
        }
        majority = float(max(truths.mean(), 1 - truths.mean()))
        difference = np.log(right[Shown.TRUE] + 1e-9) - np.log(right[Shown.SHUFFLED] + 1e-9)
        return Score(task.name, task.title, len(truths), majority, metrics, paired_p_value(difference))

    def kind(self, task: Task, on_progress: Callable[[str], None]) -> Score:
        """Score a task by the most probable of its choices."""
        answers = [question.answer for question in task.questions]
        chosen = self._everything(task, self._most_probable(task.choices), on_progress)
        right = {
            shown: np.array([float(choice == answer) for choice, answer in zip(choices, answers, strict=True)])
            for shown, choices in chosen.items()
        }
        estimates = {str(shown): bootstrap(mean, r, np.ones(len(r), dtype=bool)) for shown, r in right.items()}
        majority = max(answers.count(answer) for answer in set(answers)) / len(answers)
        p_value = paired_p_value(right[Shown.TRUE] - right[Shown.SHUFFLED])
        return Score(task.name, task.title, len(answers), majority, {"accuracy": estimates}, p_value)

    def most_probable(self, task: Task, shown: Shown) -> list[str]:
        """Return the most probable choice of each question with what is shown."""
        return self._ask(task, shown, self._most_probable(task.choices))

    def answers(self, task: Task, shown: Shown, most_tokens: int) -> list[str]:
        """Return what the decoder itself answers (greedy decoding) with what is shown."""
        engine = LocalEngine(self._decoder)
        options = GenerationOptions(max_new_tokens=most_tokens)

        def written(questions: Sequence[str], pictures: Sequence[torch.Tensor | None]) -> list[str]:
            prompts = [self._sequence(*asked) for asked in zip(questions, pictures, strict=True)]
            return ["".join(token.text for token in engine.generate(prompt, options)).strip() for prompt in prompts]

        return self._ask(task, shown, written)

    def right_log_probabilities(self, task: Task, shown: Shown) -> NDArray[np.float64]:
        """Return for each question the log-probability of the right answer among the choices."""
        logs = self._ask(task, shown, self._log_probabilities(task.choices))
        places = [task.choices.index(question.answer) for question in task.questions]
        return np.array([row[place] for row, place in zip(logs, places, strict=True)])

    def _everything(self, task: Task, judge: Judge[T], on_progress: Callable[[str], None]) -> dict[Shown, list[T]]:
        found: dict[Shown, list[T]] = {}
        for shown in Shown:
            on_progress(f"{task.title}: {shown}")
            found[shown] = self._ask(task, shown, judge)
        return found

    def _ask(self, task: Task, shown: Shown, judge: Judge[T]) -> list[T]:
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
        return list(self._projector.project(self._features.get(paths)))

    def _yes_probabilities(self, questions: Sequence[str], pictures: Sequence[torch.Tensor | None]) -> list[float]:
        yes, no = (self._decoder.tokens.encode_untrusted(word)[0] for word in ("Yes", "No"))
        prompts = [self._sequence(question, picture) for question, picture in zip(questions, pictures, strict=True)]
        pad, model = nn.utils.rnn.pad_sequence, self._decoder.model
        padded = pad([prompt.embed(model.embed_tokens)[0] for prompt in prompts], batch_first=True)
        last = torch.zeros(padded.shape[:2], dtype=torch.bool, device=padded.device)
        for row, prompt in enumerate(prompts):
            last[row, len(prompt) - 1] = True
        with pictures_at(pad([prompt.pictures()[0] for prompt in prompts], batch_first=True)):
            logits = model.logits_where(padded, last).float()
        return torch.sigmoid(logits[:, yes] - logits[:, no]).tolist()

    def _first_probabilities(self, choices: Sequence[str]) -> Judge[float]:
        """Return what gives the probability of the first choice among all."""
        judge = self._log_probabilities(choices)
        return lambda questions, pictures: [float(np.exp(row[0])) for row in judge(questions, pictures)]

    def _most_probable(self, choices: Sequence[str]) -> Judge[str]:
        judge = self._log_probabilities(choices)
        return lambda questions, pictures: [choices[int(np.argmax(row))] for row in judge(questions, pictures)]

    def _log_probabilities(self, choices: Sequence[str]) -> Judge[NDArray[np.float64]]:
        """Return what gives the log-probability of each choice among all of them."""

        def judge(questions: Sequence[str], pictures: Sequence[torch.Tensor | None]) -> list[NDArray[np.float64]]:
            prompts = [self._sequence(*asked) for asked in zip(questions, pictures, strict=True)]
            return [self._choice_log_probabilities(prompt, choices) for prompt in prompts]

        return judge

    def _choice_log_probabilities(self, prompt: FusionSequence, choices: Sequence[str]) -> NDArray[np.float64]:
        """Return the log-probability of each choice among all; the prompt is read once for all of them."""
        model = self._decoder.model
        answers = [torch.tensor(self._prompts.answer_ids(choice), device=model.device) for choice in choices]
        length = len(prompt)
        cache = model.new_cache(length + max(map(len, answers)))
        with pictures_at(prompt.pictures()):
            first = model.forward(prompt.embed(model.embed_tokens), cache, last_only=True)[0]
        sums = []
        for answer in answers:
            following = model.forward(model.embed_tokens(answer[:-1]).unsqueeze(0), cache)[0]
            cache.truncate(length)
            log_probabilities = torch.cat([first, following]).float().log_softmax(-1)
            sums.append(float(log_probabilities.gather(1, answer.unsqueeze(1)).sum()))
        scores = np.array(sums)
        among: NDArray[np.float64] = scores - np.logaddexp.reduce(scores)
        return among

    def _sequence(self, question: str, picture: torch.Tensor | None) -> FusionSequence:
        attachments = () if picture is None else (FusedAttachment(SourceKind.IMAGE, "Image 1", picture),)
        return self._prompts.build(PromptInputs(question, attachments))


def _other_pictures(paths: Sequence[str], seed: int) -> list[str]:
    """Return a permutation in which no place keeps its own picture."""
    rng = random.Random(seed)  # noqa: S311 - a reproducible draw, not a secret
    distinct = sorted(set(paths))
    order = distinct.copy()
    rng.shuffle(order)
    following = {path: order[(place + 1) % len(order)] for place, path in enumerate(order)}
    return [following[path] for path in paths]
