"""The projector's first lesson, without the decoder: picture tokens are moved to the words that name the picture.

Each label set is written as a few words ("chest X-ray pneumonia bacterial"). The CLS token, and over all picture
tokens the most fitting ones, are pulled towards the decoder's own embeddings of these words and away from others
(assignment to word embeddings, Park et al. 2024, arXiv:2404.09632). A step costs a small part of one through the
decoder, and the decoder then starts from tokens that it can already read.
"""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F

from lm.training.lessons import Learning, StepOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lm.training.parallel import Processes
    from lm.weights import LoadedDecoder
    from multimodal.fusion import ImageProjector
    from multimodal.training.features import FeatureStore
    from multimodal.training.lesson_options import PictureWordsOptions
    from multimodal.training.pictures import LabelledPicture


class LabelWords:
    """The label words of all pictures as directions in the decoder's embedding space."""

    def __init__(
        self, decoder: LoadedDecoder, pictures: Sequence[LabelledPicture], other_words: int, seed: int = 0
    ) -> None:
        self._ids = {picture.path: _word_ids(decoder, picture.words()) for picture in pictures}
        wanted = sorted({token for ids in self._ids.values() for token in ids})
        rng = random.Random(seed)  # noqa: S311 - a reproducible draw, not a secret
        rest = sorted(set(range(decoder.model.vocab_size)) - set(wanted))
        self._candidates = wanted + rng.sample(rest, min(other_words, len(rest)))
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


class PictureWords:
    """The lesson; each picture is seen `steps * batch / len(pictures)` times."""

    figures = ("label words", "by the CLS token", "by the patches")

    def __init__(
        self,
        projector: ImageProjector,
        pictures: Sequence[LabelledPicture],
        features: FeatureStore,
        words: LabelWords,
        chosen: tuple[PictureWordsOptions, int],
    ) -> None:
        self._projector, self._features, self._words = projector, features, words
        self._chosen, seed = chosen
        self._batches = list(_batches([picture.path for picture in pictures], self._chosen, seed))

    @property
    def options(self) -> StepOptions:
        """How fast it is taught."""
        chosen = self._chosen
        return StepOptions(chosen.learning_rate, chosen.warmup, chosen.final_share)

    def learning(self) -> Sequence[Learning]:
        """Return the projector's weights."""
        return [Learning(list(self._projector.parameters()))]

    def parts(self, step: int, processes: Processes) -> Sequence[list[str]]:
        """Return this process's pictures."""
        paths = self._batches[step - 1]
        return [[paths[place] for place in processes.share(len(paths))]]

    def loss(self, part: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the cross-entropy of the label's words, by the CLS token and by the patches together."""
        states = self._features.get(part)
        device = self._words.directions.device
        tokens = self._projector(states.patches.to(device), states.cls.to(device))
        losses = torch.stack(alignment_losses(tokens, part, self._words, self._chosen.temperature))
        share = len(part) / self._chosen.batch
        return share * losses.sum(), share * torch.cat([losses.sum().unsqueeze(0), losses]).detach()


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


def _batches(paths: Sequence[str], options: PictureWordsOptions, seed: int) -> Iterator[list[str]]:
    rng = random.Random(seed)  # noqa: S311 - a reproducible draw, not a secret
    waiting: list[str] = []
    for _ in range(options.steps):
        while len(waiting) < options.batch:
            waiting += rng.sample(paths, len(paths))
        yield waiting[: options.batch]
        del waiting[: options.batch]


def _word_ids(decoder: LoadedDecoder, words: str) -> list[int]:
    return sorted({token for word in words.split() for token in decoder.tokens.encode_untrusted(f" {word}")})
