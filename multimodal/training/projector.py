"""Training of the image projector: the ViT and the decoder stay frozen, only the projector between them learns.

The loss is cross-entropy on the tokens of the answer alone (LLaVA, arXiv:2304.08485, stage 1): what the picture,
the template and the question say is read, not taught. The recipe (AdamW, 2e-3, cosine, 3 % warm-up, clip 1.0)
follows nanoVLM and LLaVA-Med for a decoder of this size.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

from lm.sequence import SourceKind
from multimodal.fusion import ImageProjector, ProjectorShape
from multimodal.prompt import FusedAttachment, PromptBuilder, PromptInputs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lm.weights import LoadedDecoder
    from multimodal.training.features import FeatureStore
    from multimodal.training.picture_questions import PictureQuestion

IGNORED = -100
"""The label of positions that carry no loss."""


@dataclass(frozen=True, slots=True)
class ProjectorOptions:
    """How the projector is trained; the defaults are those of the shipped one."""

    samples: int = 6144
    batch: int = 16
    micro_batch: int = 8
    """Samples in one forward; a batch is the sum of several, so that its size does not decide the memory needed."""
    learning_rate: float = 2e-3
    warmup: float = 0.03
    final_share: float = 0.1
    """The learning rate at the end as a share of the highest."""
    clip: float = 1.0
    d_hidden: int = 1152
    seed: int = 0


@dataclass(frozen=True, slots=True)
class StepReport:
    """One optimizer step: `loss` is the mean cross-entropy in nats per answer token."""

    step: int
    steps: int
    loss: float
    learning_rate: float
    elapsed_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Right-padded prompts with answers: embeddings `(batch, tokens, d_model)`, labels `(batch, tokens)` int64.

    Attention is causal, so what stands right of a sample's last label cannot reach it and needs no mask.
    """

    embeddings: torch.Tensor
    labels: torch.Tensor


class BatchMaker:
    """Turns questions into batches through the same PromptBuilder that answers doctors."""

    def __init__(self, decoder: LoadedDecoder, features: FeatureStore) -> None:
        self._decoder = decoder
        self._features = features
        self._prompts = PromptBuilder(decoder.tokens)

    def make(self, questions: Sequence[PictureQuestion], projector: ImageProjector) -> Batch:
        """Project the pictures and lay out prompt and answer of each question."""
        states = self._features.get([question.path for question in questions])
        device = next(projector.parameters()).device
        projected = projector(states.patches.to(device), states.cls.to(device))
        rows = [self._row(question, tokens) for question, tokens in zip(questions, projected, strict=True)]
        longest = max(embeddings.shape[0] for embeddings, _ in rows)
        return Batch(
            torch.stack([nn.functional.pad(e, (0, 0, 0, longest - e.shape[0])) for e, _ in rows]),
            torch.stack([nn.functional.pad(ids, (0, longest - ids.shape[0]), value=IGNORED) for _, ids in rows]),
        )

    def _row(self, question: PictureQuestion, tokens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        picture = FusedAttachment(SourceKind.IMAGE, "Image 1", tokens)
        embed = self._decoder.model.embed_tokens
        prompt = self._prompts.build(PromptInputs(question.question, (picture,))).embed(embed)[0]
        answer = torch.tensor(self._prompts.answer_ids(question.answer))
        labels = torch.cat([torch.full((prompt.shape[0],), IGNORED), answer])
        return torch.cat([prompt, embed(answer)]), labels.to(prompt.device)


def answer_loss(decoder: LoadedDecoder, batch: Batch) -> torch.Tensor:
    """Return the summed cross-entropy of the answers' tokens, each predicted from everything before it."""
    targets = batch.labels[:, 1:]
    taught = targets != IGNORED
    logits = decoder.model.logits_where(batch.embeddings[:, :-1], taught)
    return nn.functional.cross_entropy(logits.float(), targets[taught], reduction="sum")


def accumulate_gradients(
    decoder: LoadedDecoder,
    batches: BatchMaker,
    projector: ImageProjector,
    questions: Sequence[PictureQuestion],
    micro_batch: int,
) -> float:
    """Add the gradients of the mean loss over `questions` to the projector's; return that mean in nats a token."""
    parts = [batches.make(questions[i : i + micro_batch], projector) for i in range(0, len(questions), micro_batch)]
    taught = sum(int((part.labels[:, 1:] != IGNORED).sum()) for part in parts)
    total = 0.0
    for part in parts:
        loss = answer_loss(decoder, part) / taught
        loss.backward()  # type: ignore[no-untyped-call] # torch's own signature is untyped
        total += loss.item()
    return total


def new_projector(decoder: LoadedDecoder, d_encoder: int, options: ProjectorOptions) -> ImageProjector:
    """Return an untrained projector of the decoder's width and embedding size."""
    torch.manual_seed(options.seed)
    d_model = decoder.model.d_model
    return ImageProjector(ProjectorShape(d_encoder, options.d_hidden, d_model, decoder.embedding_rms))


def train_projector(
    decoder: LoadedDecoder,
    batches: BatchMaker,
    projector: ImageProjector,
    questions: Sequence[PictureQuestion],
    options: ProjectorOptions,
    on_step: Callable[[StepReport], None],
) -> None:
    """Train `projector` in place, one pass over `questions` in their order."""
    for parameter in decoder.model.parameters():
        parameter.requires_grad_(False)
    steps = len(questions) // options.batch
    optimizer = torch.optim.AdamW(projector.parameters(), lr=options.learning_rate, betas=(0.9, 0.95), weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _learning_rate_share(step, steps, options))
    started = time.monotonic()
    projector.train()
    for step, chosen in enumerate(_groups_of_similar_length(questions, options.batch), 1):
        optimizer.zero_grad(set_to_none=True)
        loss = accumulate_gradients(decoder, batches, projector, chosen, options.micro_batch)
        nn.utils.clip_grad_norm_(projector.parameters(), options.clip)
        rate = schedule.get_last_lr()[0]
        optimizer.step()
        schedule.step()
        on_step(StepReport(step, steps, loss, float(rate), time.monotonic() - started))
    projector.eval()


def _learning_rate_share(step: int, steps: int, options: ProjectorOptions) -> float:
    warm = max(1, round(steps * options.warmup))
    if step < warm:
        return (step + 1) / warm
    progress = (step - warm) / max(1, steps - warm)
    cosine = 0.5 * (1 + math.cos(math.pi * progress))
    return options.final_share + (1 - options.final_share) * cosine


def _groups_of_similar_length(
    questions: Sequence[PictureQuestion], batch: int, window: int = 8
) -> Iterator[Sequence[PictureQuestion]]:
    """Yield batches; within `window` batches questions are sorted by length, so that little padding is computed."""
    whole = len(questions) - len(questions) % batch
    for start in range(0, whole, batch * window):
        near = sorted(
            questions[start : min(start + batch * window, whole)],
            key=lambda question: len(question.question) + len(question.answer),
        )
        groups = [near[i : i + batch] for i in range(0, len(near), batch)]
        # Shorter and longer batches alternate: a run of one length would bias the optimizer's moments.
        yield from (groups[i] for i in sorted(range(len(groups)), key=lambda i: (i % 3, i)))
