"""How much the decoder really hears: the same questions with the clip, another clip, silence, nothing, and the words.

Each question is asked with the transcript withheld, and the probability of the right answer from the true clip is
tested in pairs against another clip's. What the transcript reaches stands beside it: the ceiling for a decoder of this
size. Then both are shown together, and the gain in the log-likelihood of the right answer over the transcript alone
says whether sound helps or harms where the words are known.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import torch

from lm.sequence import SourceKind
from multimodal.prompt import FusedAttachment, PromptBuilder, PromptInputs, Turn
from multimodal.training.clips import MADE, REAL, SAID
from multimodal.training.laying_out import Layout, Shown
from multimodal.training.sound_alignment import sound_batch
from multimodal.training.sound_questions import (
    REPEAT,
    SoundQuestion,
    mention_question,
    named_question,
    other_words,
    word_question,
)
from multimodal.training.spoken_sentences import Category
from multimodal.training.statistics import Estimate, auroc, bootstrap, mean, paired_p_value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from lm.weights import LoadedDecoder
    from multimodal.fusion import AudioProjector
    from multimodal.training.clips import Clip
    from multimodal.training.sound_features import SoundFeatures

YES_NO = ("Yes.", "No.")
BATCH = 8


class Given(StrEnum):
    """What the decoder is given in the place of the sound."""

    TRUE = "true clip"
    SHUFFLED = "another clip"
    SILENCE = "silence"
    NONE = "no sound"
    WORDS = "transcript"
    BOTH = "transcript and clip"


@dataclass(frozen=True, slots=True)
class SoundTask:
    """Questions of one kind on held-back clips; yes/no ones have no choices."""

    name: str
    title: str
    questions: tuple[SoundQuestion, ...]


@dataclass(frozen=True, slots=True)
class SoundScore:
    """One task's figures."""

    task: str
    title: str
    n: int
    majority: float
    """What the commonest answer alone reaches: AUROC 0.5, else one of the choices."""
    metric: str
    estimates: dict[str, Estimate]
    """By what was given."""
    p_value: float
    """Of the paired test that the true clip makes the right answer more probable than another one."""
    gain_beside_words: Estimate
    """Nats by which the right answer is more probable with transcript and clip than with the transcript alone."""


def sound_tasks(clips: Sequence[Clip], most: int, seed: int = 0) -> list[SoundTask]:
    """Return the tasks on `clips` with at most `most` questions each.

    There is one question of a kind on each clip; half of the yes/no ones have yes as their answer.
    """
    rng = random.Random(seed)  # noqa: S311 - a reproducible draw, not a secret
    pool = other_words(clips)
    tasks = []
    for source in (MADE, SAID, REAL):
        of_source = [clip for clip in clips if clip.source == source]
        asked = [mention_question(clip, pool, place % 2 == 0, rng) for place, clip in enumerate(of_source)]
        tasks.append(SoundTask("mentioned", f"Is a word mentioned? ({source})", _present(asked)))
        named = [_named(clip, rng) if clip.words else word_question(clip, pool, rng) for clip in of_source]
        tasks.append(SoundTask("which word", f"Which of four words is said? ({source})", _present(named)))
    cut = [SoundTask(task.name, task.title, task.questions[:most]) for task in tasks]
    return [task for task in cut if len(task.questions) > 1]


def _named(clip: Clip, rng: random.Random) -> SoundQuestion:
    """Ask for the medicine, symptom, part of the body or number of a clip that was made with one."""
    return named_question(clip, rng.choice([c for c, _ in clip.words if c is not Category.SIDE]), rng)


def _present(questions: Sequence[SoundQuestion | None]) -> tuple[SoundQuestion, ...]:
    return tuple(question for question in questions if question is not None)


@dataclass(frozen=True, slots=True)
class RepeatScore:
    """How well the decoder expects the words of a clip when it is told to repeat them, in nats a token."""

    title: str
    n: int
    estimates: dict[str, Estimate]
    p_value: float


class SoundScorer:
    """Scores one decoder with one audio projector."""

    def __init__(
        self,
        decoder: LoadedDecoder,
        projector: AudioProjector,
        features: SoundFeatures,
        silence: torch.Tensor,
        seed: int = 0,
    ) -> None:
        self._decoder, self._projector, self._features, self._seed = decoder, projector, features, seed
        self._prompts = PromptBuilder(decoder.tokens)
        self._layout = Layout(decoder)
        self._silence = projector.project(silence)[0]

    def score(self, task: SoundTask, on_progress: Callable[[str], None]) -> SoundScore:
        """Ask every question with everything that can be given."""
        right: dict[Given, NDArray[np.float64]] = {}
        chosen: dict[Given, NDArray[np.float64]] = {}
        for given in Given:
            on_progress(f"{task.title}: {given}")
            right[given], chosen[given] = self._ask(task.questions, given)
        closed = not task.questions[0].choices
        if closed:
            truths = np.array([question.answer == YES_NO[0] for question in task.questions])
            estimates = {str(given): bootstrap(auroc, yes, truths) for given, yes in chosen.items()}
        else:
            everyone = np.ones(len(task.questions), dtype=bool)
            estimates = {str(given): bootstrap(mean, share, everyone) for given, share in chosen.items()}
        gain = right[Given.BOTH] - right[Given.WORDS]
        return SoundScore(
            task.name,
            task.title,
            len(task.questions),
            0.5 if closed else 1 / len(task.questions[0].choices),
            "AUROC of yes" if closed else "probability of the right word",
            estimates,
            paired_p_value(right[Given.TRUE] - right[Given.SHUFFLED]),
            bootstrap(mean, gain, np.ones(len(gain), dtype=bool)),
        )

    @torch.inference_mode()
    def repeat(self, title: str, clips: Sequence[Clip]) -> RepeatScore:
        """Score "Repeat what is said" by the mean log-probability of the true words: sound alone, nothing is asked."""
        questions = [SoundQuestion(clip, REPEAT, clip.text) for clip in clips]
        found = {given: self._repeated(questions, given) for given in (Given.TRUE, Given.SHUFFLED, Given.SILENCE)}
        everyone = np.ones(len(clips), dtype=bool)
        estimates = {str(given): bootstrap(mean, nats, everyone) for given, nats in found.items()}
        return RepeatScore(title, len(clips), estimates, paired_p_value(found[Given.TRUE] - found[Given.SHUFFLED]))

    def _repeated(self, questions: Sequence[SoundQuestion], given: Given) -> NDArray[np.float64]:
        means = []
        for question, other in zip(questions, _others(questions, self._seed), strict=True):
            turns = (Turn(question.question, question.answer),)
            packed = self._layout.pack([Shown(turns, sound=self._sound(question, other, given))])
            log_probabilities = packed.logits(self._decoder).log_softmax(-1)
            means.append(float(log_probabilities.gather(1, packed.targets.unsqueeze(1)).mean()))
        return np.array(means)

    @torch.inference_mode()
    def _ask(self, questions: Sequence[SoundQuestion], given: Given) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return for each question the log-probability of the right answer among its choices, and a probability.

        The probability is that of yes where the question is answered by yes or no, else that of the right word. Answers
        are told apart by their first token; choices that share it with the right one are left out.
        """
        right, chosen = [], []
        asked = list(zip(questions, _others(questions, self._seed), strict=True))
        for start in range(0, len(asked), BATCH):
            batch = asked[start : start + BATCH]
            expected = self._expected([self._prompt(question, other, given) for question, other in batch])
            for (question, _), logits in zip(batch, expected, strict=True):
                first, *others = self._first_tokens(question)
                among = logits[[first, *others]].log_softmax(0)
                right.append(float(among[0]))
                says_no = not question.choices and question.answer != YES_NO[0]
                chosen.append(float(among[1 if says_no else 0].exp()))
        return np.array(right), np.array(chosen)

    def _first_tokens(self, question: SoundQuestion) -> list[int]:
        """Return the first tokens of the possible answers, the right one before the others."""
        encode = self._decoder.tokens.encode_untrusted
        right = encode(question.answer)[0]
        firsts = dict.fromkeys(encode(choice)[0] for choice in question.choices or YES_NO)
        return [right, *(token for token in firsts if token != right)]

    def _expected(self, prompts: Sequence[torch.Tensor]) -> torch.Tensor:
        """Return the logits `(batch, vocab_size)` float32 of the token after each prompt."""
        padded = torch.nn.utils.rnn.pad_sequence(list(prompts), batch_first=True)
        last = torch.zeros(padded.shape[:2], dtype=torch.bool, device=padded.device)
        for row, prompt in enumerate(prompts):
            last[row, prompt.shape[0] - 1] = True
        return self._decoder.model.logits_where(padded, last).float()

    def _prompt(self, question: SoundQuestion, other: Clip, given: Given) -> torch.Tensor:
        sound = self._sound(question, other, given)
        attachments = () if sound is None else (FusedAttachment(SourceKind.AUDIO, "Recording 1", sound),)
        transcript = question.clip.text if given in {Given.WORDS, Given.BOTH} else ""
        built = self._prompts.build(PromptInputs(question.question, attachments, transcript))
        return built.embed(self._decoder.model.embed_tokens)[0]

    def _sound(self, question: SoundQuestion, other: Clip, given: Given) -> torch.Tensor | None:
        if given in {Given.TRUE, Given.BOTH, Given.SHUFFLED}:
            frames, _ = sound_batch(self._features, [other if given is Given.SHUFFLED else question.clip])
            return self._projector.project(frames)[0]
        return self._silence if given is Given.SILENCE else None


def _others(questions: Sequence[SoundQuestion], seed: int) -> list[Clip]:
    """Return for each question another one's clip, each once."""
    order = list(range(len(questions)))
    random.Random(seed).shuffle(order)  # noqa: S311 - a reproducible draw, not a secret
    following = {place: order[(at + 1) % len(order)] for at, place in enumerate(order)}
    return [questions[following[place]].clip for place in range(len(questions))]
