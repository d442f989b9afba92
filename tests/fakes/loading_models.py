"""Stands in for `multimodal.models.Models`: loads nothing, and remembers what it was asked to load and let go of."""

from __future__ import annotations

from types import SimpleNamespace
from typing import ClassVar

import torch

from lm.errors import InvalidInput


class LoadingModels:
    """Every device is there but "absent"."""

    made: ClassVar[list[LoadingModels]] = []

    def __init__(self, decoder: str, device: str) -> None:
        if device == "absent":
            raise InvalidInput("absent was asked for")
        self.decoder_wish, self.device = decoder, torch.device(device)
        self.let_go_of = False
        self.has_decoder = False
        self.made.append(self)

    def change_decoder(self, wish: str) -> None:
        self.decoder_wish = wish

    def let_go(self) -> None:
        self.let_go_of = True

    def engine(self) -> SimpleNamespace:
        self.has_decoder = True
        return SimpleNamespace(decoder=SimpleNamespace(model=SimpleNamespace(dtype=torch.float32)))

    def speech(self) -> None:
        return None

    def image_projector(self) -> None:
        return None

    def audio_projector(self) -> None:
        return None
