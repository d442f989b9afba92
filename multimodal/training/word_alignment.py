"""The projector's first lesson, without the decoder: picture tokens are moved to the words that name the picture.

Each label set is written as a few words ("chest X-ray pneumonia bacterial"). The CLS token, and over all picture
tokens the most fitting ones, are pulled towards the decoder's own embeddings of these words and away from others
(assignment to word embeddings, Park et al. 2024, arXiv:2404.09632). A step costs a small part of one through the
decoder, and the decoder then starts from tokens that it can already read.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import nn

from lm.training.schedule import LearningRates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lm.weights import LoadedDecoder
    from multimodal.fusion import ImageProjector
    from multimodal.training.features import FeatureStore
    from multimodal.training.pictures import LabelledPicture


@dataclass(frozen=True, slots=True)
class AlignmentOptions:
    """How the first lesson is taught."""

    steps: int = 120
    batch: int = 64
    learning_rate: float = 2e-3
    warmup: float = 0.08
    final_share: float = 0.1
    temperature: float = 0.07
    """Cosine similarities are divided by it, as in CLIP (arXiv:2103.00020)."""
    other_words: int = 512
    """Tokens drawn from the vocabulary as wrong answers, beside the words of the other labels."""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class AlignmentReport:
    """One step of the first lesson: cross-entropy in nats of the label's words, by the CLS token and by the patches."""

    alignment_step: int
    steps: int
    cls_loss: float
    patch_loss: float


class LabelWords:
    """The label words of all pictures as directions in the decoder's embedding space."""

    def __init__(self, decoder: LoadedDecoder, pictures: Sequence[LabelledPicture], options: AlignmentOptions) -> None:
        self._ids = {picture.path: _word_ids(decoder, picture.words()) for picture in pictures}
        wanted = sorted({token for ids in self._ids.values() for token in ids})
        rng = random.Random(options.seed)  # noqa: S311 - a reproducible draw, not a secret
        rest = sorted(set(range(decoder.model.vocab_size)) - set(wanted))
        self._candidates = wanted + rng.sample(rest, min(options.other_words, len(rest)))
        self._column = {token: place for place, token in enumerate(self._candidates)}
        table = decoder.model.embed_tokens(torch.arange(decoder.model.vocab_size)).float()
        self.mean = table.mean(dim=0)
        self.directions = F.normalize(table[self._candidates] - self.mean, dim=-1)

    def targets(self, paths: Sequence[str]) -> torch.Tensor:
        """Return `(batch, candidates)`: the share of each candidate among the picture's words."""
        shares = torch.zeros(len(paths), len(self._candidates), device=self.directions.device)
        for row, path in enumerate(paths):
            for token in self._ids[path]:
                shares[row, self._column[token]] = 1 / len(self._ids[path])
        return shares


def align_to_words(
    projector: ImageProjector,
    pictures: Sequence[LabelledPicture],
    features: FeatureStore,
    words: LabelWords,
    options: AlignmentOptions,
    on_step: Callable[[AlignmentReport], None],
) -> None:
    """Train `projector` in place; each picture is seen `steps * batch / len(pictures)` times."""
    rates = LearningRates(options.learning_rate, options.steps, options.warmup, options.final_share)
    optimizer = torch.optim.AdamW(projector.parameters(), lr=options.learning_rate, betas=(0.9, 0.95), weight_decay=0.0)
    projector.train()
    for step, paths in enumerate(_batches(pictures, options), 1):
        states = features.get(paths)
        device = words.directions.device
        tokens = projector(states.patches.to(device), states.cls.to(device))
        by_cls, by_patches = alignment_losses(tokens, paths, words, options.temperature)
        optimizer.zero_grad(set_to_none=True)
        (by_cls + by_patches).backward()  # type: ignore[no-untyped-call] # torch's own signature is untyped
        nn.utils.clip_grad_norm_(projector.parameters(), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = rates.at(step)
        optimizer.step()
        on_step(AlignmentReport(step, options.steps, by_cls.item(), by_patches.item()))
    projector.eval()


def alignment_losses(
    tokens: torch.Tensor, paths: Sequence[str], words: LabelWords, temperature: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the mean cross-entropy of the label's words by the CLS token, and by the patches together.

    `tokens` is `(batch, 65, d_model)`, the CLS token first.
    """
    similarity = F.normalize(tokens - words.mean, dim=-1) @ words.directions.T / temperature
    log_probability = similarity.log_softmax(dim=-1)
    targets = words.targets(paths)
    # The mean probability over the patches: one patch that shows the finding is enough to name it.
    over_patches = torch.logsumexp(log_probability[:, 1:], dim=1) - math.log(log_probability.shape[1] - 1)
    by_cls, by_patches = (-(targets * chosen).sum(dim=-1).mean() for chosen in (log_probability[:, 0], over_patches))
    return by_cls, by_patches


def _batches(pictures: Sequence[LabelledPicture], options: AlignmentOptions) -> Iterator[list[str]]:
    rng = random.Random(options.seed)  # noqa: S311 - a reproducible draw, not a secret
    waiting: list[str] = []
    for _ in range(options.steps):
        while len(waiting) < options.batch:
            waiting += rng.sample([picture.path for picture in pictures], len(pictures))
        yield waiting[: options.batch]
        del waiting[: options.batch]


def _word_ids(decoder: LoadedDecoder, words: str) -> list[int]:
    return sorted({token for word in words.split() for token in decoder.tokens.encode_untrusted(f" {word}")})
