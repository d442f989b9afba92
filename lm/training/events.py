"""What a run tells while it trains, and what it hands back. Losses are nats per token. No torch in here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Prepared:
    """Text, tokenizer and decoder are ready; `step` is above 0 when an earlier run goes on."""

    parameters: int
    vocabulary: int
    context_tokens: int
    training_tokens: int
    validation_tokens: int
    device: str
    step: int


@dataclass(frozen=True, slots=True)
class Stepped:
    """One optimizer step: `loss` is the mean over the batch's targets, `tokens` their number."""

    step: int
    loss: float
    learning_rate: float
    tokens: int


@dataclass(frozen=True, slots=True)
class Validated:
    """The loss on held-out text, none of it masked; `best` when it is the lowest so far."""

    step: int
    steps: int
    validation_loss: float
    training_loss: float | None
    """Mean over the steps since the last validation; None before the first step."""
    tokens_per_s: float | None
    best: bool


@dataclass(frozen=True, slots=True)
class Sampled:
    """The trained decoder's continuation of `prompt`."""

    prompt: str
    text: str


TrainingEvent = Prepared | Stepped | Validated | Sampled


@dataclass(frozen=True, slots=True)
class LmTrainingResult:
    """The end of a run; `folder` holds the weights of `best_step`."""

    folder: Path
    step: int
    finished: bool
    """False when the run was stopped; it can be resumed."""
    first_validation_loss: float
    best_validation_loss: float
    best_step: int
    elapsed_s: float
