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
from typing import TYPE_CHECKING

import torch
from torch import nn

from lm.training.lessons import Learning, StepOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lm.training.parallel import Processes
    from multimodal.fusion import ImageProjector
    from multimodal.training.features import FeatureStore
    from multimodal.training.lesson_options import LabelPromptsOptions
    from multimodal.training.pictures import LabelledPicture
    from multimodal.training.projected_pictures import ProjectedPictures


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
        self.scale = nn.Parameter(mapped.pow(2).mean().sqrt(), requires_grad=False)
        """A parameter, though never trained, so that checkpoints keep it."""
        self.prompts = nn.Parameter(mapped.new_zeros(len(labels), 2, mapped.shape[-1]))
        """Added to the CLS token and to every patch token of a label, in units of the tokens' root mean square."""

    def forward(self, paths: Sequence[str]) -> torch.Tensor:
        """Return `(batch, 65, d_model)`."""
        with torch.no_grad():
            mapped = self._shown.mapped(paths)
        of_labels = self.scale * self.prompts[[self._rows[path] for path in paths]]
        prompted = torch.cat([mapped[:, :1] + of_labels[:, :1], mapped[:, 1:] + of_labels[:, 1:]], dim=1)
        return self._shown.projector.place(prompted)

    def square(self) -> torch.Tensor:
        """Return the mean square of a token around the words' mean, by the gain that the projector came with."""
        return self._shown.projector.norm.weight.detach().pow(2).mean()

    def labels(self) -> list[list[str]]:
        """Return the pictures of each label."""
        groups: dict[int, list[str]] = {}
        for path, row in self._rows.items():
            groups.setdefault(row, []).append(path)
        return [groups[row] for row in sorted(groups)]


class Distillation:
    """The lesson in which a projector, not the one inside `prompts`, learns to show pictures as `prompts` does.

    Every label is drawn equally often. Figures are squared errors as shares of a token's own square.
    """

    figures = ("error", "of the CLS token", "of the patches")

    def __init__(
        self,
        projector: ImageProjector,
        prompts: LabelPrompts,
        features: FeatureStore,
        chosen: tuple[LabelPromptsOptions, int],
    ) -> None:
        self._projector, self._prompts, self._features = projector, prompts, features
        self._chosen, seed = chosen
        rng = random.Random(seed)  # noqa: S311 - a reproducible draw, not a secret
        labels = prompts.labels()
        size = self._chosen.distillation_batch
        self._batches = [
            [rng.choice(rng.choice(labels)) for _ in range(size)] for _ in range(self._chosen.distillation_steps)
        ]

    @property
    def options(self) -> StepOptions:
        """How fast it is taught."""
        chosen = self._chosen
        return StepOptions(chosen.distillation_rate, chosen.warmup, chosen.final_share)

    def learning(self) -> Sequence[Learning]:
        """Return the projector's weights."""
        return [Learning(list(self._projector.parameters()), weight_decay=self._chosen.weight_decay)]

    def parts(self, step: int, processes: Processes) -> Sequence[list[str]]:
        """Return this process's pictures."""
        paths = self._batches[step - 1]
        return [[paths[place] for place in processes.share(len(paths))]]

    def loss(self, part: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the squared error of the CLS token and of the patch tokens."""
        states = self._features.get(part)
        device = self._projector.modality.device
        with torch.no_grad():
            wanted = self._prompts(part)
        square = self._prompts.square()
        error = (self._projector(states.patches.to(device), states.cls.to(device)) - wanted).pow(2) / square
        errors = torch.stack([error[:, 0].mean(), error[:, 1:].mean()])
        share = len(part) / self._chosen.distillation_batch
        return share * errors.sum(), share * torch.cat([errors.sum().unsqueeze(0), errors]).detach()
