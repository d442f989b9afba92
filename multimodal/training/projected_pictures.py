"""The pictures of a feature store as the decoder is shown them while a projector is trained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from multimodal.fusion import ImageProjector
    from multimodal.training.features import FeatureStore

PictureTokens = Callable[[Sequence[str]], torch.Tensor]
"""Gives the tokens `(batch, 65, d_model)` of pictures by their paths."""


class ProjectedPictures(nn.Module):
    """The tokens that a projector makes of pictures; its parameters are the projector's."""

    def __init__(self, projector: ImageProjector, features: FeatureStore) -> None:
        super().__init__()
        self.projector = projector
        self._features = features

    def forward(self, paths: Sequence[str]) -> torch.Tensor:
        """Return `(batch, 65, d_model)`."""
        return self.projector.place(self.mapped(paths))

    def mapped(self, paths: Sequence[str]) -> torch.Tensor:
        """Return the tokens `(batch, 65, d_model)` before they are put where words lie."""
        states = self._features.get(paths)
        device = self.projector.modality.device
        return self.projector.mapped(states.patches.to(device), states.cls.to(device))
