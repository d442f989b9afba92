"""A lesson for the projector: what the decoder must be shown to answer rightly, and how to see it in a picture.

Two questions are taken apart that are hard to learn together. What should the tokens of, say, a film with pneumonia
be, so that the frozen decoder answers rightly? For each label two vectors, added to the CLS token and to the patch
tokens of its pictures, are learned through the decoder (prompt tuning, Lester et al. 2021, arXiv:2104.08691): a few
thousand numbers, found in a few hundred conversations, because nothing has to be seen for it. Then: which pictures
are they? The projector learns, without the decoder, to give tokens that have the vectors in them already (prompt
distillation), which is as easy as the label is to be told from the ViT's states.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

from lm.training.schedule import LearningRates

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from multimodal.fusion import ImageProjector
    from multimodal.training.features import FeatureStore
    from multimodal.training.pictures import LabelledPicture
    from multimodal.training.projected_pictures import ProjectedPictures


@dataclass(frozen=True, slots=True)
class PromptOptions:
    """How the label prompts are learned and distilled."""

    conversations: int = 1280
    learning_rate: float = 0.03
    """Of the prompts, in units of the picture tokens' root mean square."""
    distillation_steps: int = 400
    distillation_batch: int = 48
    distillation_rate: float = 1e-3
    warmup: float = 0.05
    final_share: float = 0.05
    weight_decay: float = 0.01
    seed: int = 0


@dataclass(frozen=True, slots=True)
class DistillationReport:
    """One step: the squared error of the CLS token and of the patch tokens, as shares of a token's own square."""

    distillation_step: int
    steps: int
    cls_error: float
    patch_error: float


class LabelPrompts(nn.Module):
    """Pictures as a projector shows them, each with the prompt of its labels added. The projector does not learn."""

    def __init__(self, pictures: ProjectedPictures, labelled: Sequence[LabelledPicture]) -> None:
        super().__init__()
        self._shown = pictures
        labels = sorted({picture.words() for picture in labelled})
        self._rows = {picture.path: labels.index(picture.words()) for picture in labelled}
        sample = [picture.path for picture in labelled[:: max(1, len(labelled) // 64)]]
        with torch.no_grad():
            mapped = pictures.mapped(sample)
        self._scale = float(mapped.pow(2).mean().sqrt())
        self.prompts = nn.Parameter(mapped.new_zeros(len(labels), 2, mapped.shape[-1]))
        """Added to the CLS token and to every patch token of a label, in units of the tokens' root mean square."""

    def forward(self, paths: Sequence[str]) -> torch.Tensor:
        """Return `(batch, 65, d_model)`."""
        with torch.no_grad():
            mapped = self._shown.mapped(paths)
        of_labels = self._scale * self.prompts[[self._rows[path] for path in paths]]
        prompted = torch.cat([mapped[:, :1] + of_labels[:, :1], mapped[:, 1:] + of_labels[:, 1:]], dim=1)
        return self._shown.projector.place(prompted)

    def labels(self) -> list[list[str]]:
        """Return the pictures of each label."""
        groups: dict[int, list[str]] = {}
        for path, row in self._rows.items():
            groups.setdefault(row, []).append(path)
        return [groups[row] for row in sorted(groups)]


def distil(
    projector: ImageProjector,
    prompts: LabelPrompts,
    features: FeatureStore,
    options: PromptOptions,
    on_step: Callable[[DistillationReport], None],
) -> None:
    """Train `projector`, which must not be the one inside `prompts`, to show pictures as `prompts` does.

    Every label is drawn equally often.
    """
    rates = LearningRates(options.distillation_rate, options.distillation_steps, options.warmup, options.final_share)
    optimizer = torch.optim.AdamW(
        projector.parameters(), lr=rates.peak, betas=(0.9, 0.95), weight_decay=options.weight_decay
    )
    rng = random.Random(options.seed)  # noqa: S311 - a reproducible draw, not a secret
    labels = prompts.labels()
    square = projector.norm.weight.detach().pow(2).mean()
    projector.train()
    for step in range(1, options.distillation_steps + 1):
        paths = [rng.choice(rng.choice(labels)) for _ in range(options.distillation_batch)]
        states = features.get(paths)
        device = projector.modality.device
        with torch.no_grad():
            wanted = prompts(paths)
        error = (projector(states.patches.to(device), states.cls.to(device)) - wanted).pow(2) / square
        by_cls, by_patches = error[:, 0].mean(), error[:, 1:].mean()
        for group in optimizer.param_groups:
            group["lr"] = rates.at(step)
        optimizer.zero_grad(set_to_none=True)
        (by_cls + by_patches).backward()
        nn.utils.clip_grad_norm_(projector.parameters(), 1.0)
        optimizer.step()
        on_step(DistillationReport(step, options.distillation_steps, by_cls.item(), by_patches.item()))
    projector.eval()
