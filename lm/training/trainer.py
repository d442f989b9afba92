"""The arithmetic of a run: one optimizer step, and the loss on held-out text."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch.nn import functional as F

from lm.errors import OutOfMemory, TrainingError
from lm.hardware import choose_dtype
from lm.prefix import is_out_of_memory
from lm.training.events import Stepped
from lm.training.schedule import DataOrder, LearningRates, generator
from lm.training.text import IGNORED, Pairs, mask_inputs

if TYPE_CHECKING:
    from lm.training.options import LmTrainingOptions
    from lm.training.prepare import Preparation

_BETAS = (0.9, 0.95)
"""GPT-3's and Llama's; the second one forgets a bad gradient sooner than the 0.999 of AdamW's default."""
_MOST_VALIDATION_BLOCKS = 1_024
"""Spread evenly over the held-out text: more would cost more time than it takes noise away."""


class Trainer:
    """Trains the prepared decoder in place, on `device`.

    The weights and the optimizer are float32; on a GPU the products are bfloat16 (autocast).
    """

    def __init__(self, preparation: Preparation, options: LmTrainingOptions, device: torch.device) -> None:
        self.device = device
        self._decoder = preparation.decoder.to(device)
        self._training, self._validation = preparation.training, preparation.validation
        self._mask_id = preparation.mask_id
        self._options = options
        self._order = DataOrder(len(self._training), options.batch, options.seed)
        self._rates = LearningRates(options.peak_learning_rate, options.steps, options.warmup, options.final_share)
        self.optimizer = _optimizer(self._decoder, options)
        self._mixed = device.type == "cuda" and choose_dtype(device) == torch.bfloat16

    def step(self, number: int) -> Stepped:
        """Take optimizer step `number`, counted from 1.

        Raises TrainingError when the loss is no longer a number, OutOfMemory with what to lower.
        """
        pairs = self._batch(number)
        rate = self._rates.at(number)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        try:
            loss = self._update(pairs)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            raise OutOfMemory(
                f"Memory ran out at step {number}; the checkpoints are safe. "
                "Start another run with a lower --batch or a shorter --context."
            ) from error
        if not math.isfinite(loss):
            raise TrainingError(
                f"The loss became {loss} at step {number}; the checkpoints before it are safe. "
                "Start another run with a lower --learning-rate."
            )
        return Stepped(number, loss, rate, tokens=int((pairs.targets != IGNORED).sum()))

    def _batch(self, number: int) -> Pairs:
        pairs = self._training.pairs(self._order.rows(number))
        if self._mask_id is None:
            return pairs
        random = generator(self._options.seed, "mask", number)
        return mask_inputs(pairs, self._options.mask_probability, self._mask_id, random)

    def _update(self, pairs: Pairs) -> float:
        self.optimizer.zero_grad(set_to_none=True)
        loss = self._losses(pairs).mean()
        loss.backward()  # type: ignore[no-untyped-call] # torch's own signature is untyped
        torch.nn.utils.clip_grad_norm_(self._decoder.parameters(), self._options.clip)
        if torch.isfinite(loss):
            self.optimizer.step()  # a loss that is no number must not reach the weights
        return float(loss.detach())

    def _losses(self, pairs: Pairs) -> torch.Tensor:
        """Return the cross-entropy of each target, `(targets,)` float32."""
        targets = pairs.targets.to(self.device)
        wanted = targets != IGNORED
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self._mixed):
            logits = self._decoder.logits_where(self._decoder.embed_tokens(pairs.inputs), wanted)
        return F.cross_entropy(logits.float(), targets[wanted], reduction="none")

    @torch.no_grad()
    def validation_loss(self) -> float:
        """Return the mean cross-entropy on held-out text, nats per token, nothing masked."""
        every = math.ceil(len(self._validation) / _MOST_VALIDATION_BLOCKS)
        rows = range(0, len(self._validation), every)
        total, targets = 0.0, 0
        for first in range(0, len(rows), self._options.batch):
            losses = self._losses(self._validation.pairs(rows[first : first + self._options.batch]))
            total += float(losses.sum(dtype=torch.float64))
            targets += len(losses)
        return total / targets


def _optimizer(decoder: torch.nn.Module, options: LmTrainingOptions) -> torch.optim.AdamW:
    """Return AdamW (Loshchilov and Hutter 2019); norms and biases are not decayed."""
    parameters = list(decoder.parameters())
    groups = [
        {"params": [one for one in parameters if one.ndim > 1], "weight_decay": options.weight_decay},
        {"params": [one for one in parameters if one.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=options.peak_learning_rate, betas=_BETAS)
