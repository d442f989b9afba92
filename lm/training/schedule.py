"""What happens at which step: the learning rate, the blocks of a batch, the seed of every random choice.

All of it is computed from the step number and the run's seed. No random state has to be saved to resume a
run exactly, and any process of a group can work out any step's share alone.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

import torch


@dataclass(frozen=True, slots=True)
class LearningRates:
    """Linear warm-up to `peak`, then a cosine down to `peak * final_share` at the last of `steps`."""

    peak: float
    steps: int
    warmup: float
    final_share: float

    def at(self, step: int) -> float:
        """Return the learning rate of `step`, counted from 1."""
        rising = max(1, round(self.steps * self.warmup))
        if step <= rising:
            return self.peak * step / rising
        done = (step - rising) / max(1, self.steps - rising)
        share = self.final_share + (1 - self.final_share) * (1 + math.cos(math.pi * done)) / 2
        return self.peak * share


@dataclass(frozen=True, slots=True)
class DataOrder:
    """Every block once in each pass over the text, in another order each time."""

    blocks: int
    batch: int
    seed: int

    def rows(self, step: int) -> list[int]:
        """Return the blocks of `step`, counted from 1; a batch may reach into the next pass."""
        first = (step - 1) * self.batch
        places = [divmod(place, self.blocks) for place in range(first, first + self.batch)]
        orders = {number: self._order(number) for number in {number for number, _ in places}}
        return [orders[number][place] for number, place in places]

    def _order(self, number: int) -> list[int]:
        order: list[int] = torch.randperm(self.blocks, generator=generator(self.seed, "order", number)).tolist()
        return order


def generator(seed: int, purpose: str, number: int) -> torch.Generator:
    """Return a CPU generator for one purpose at one step or pass, independent of all others."""
    digest = hashlib.sha256(f"{seed}/{purpose}/{number}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "little"))
