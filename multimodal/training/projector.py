"""Training of the image projector: the ViT and the decoder stay frozen, only the projector between them learns.

It starts where the decoder can read it (`new_projector`, `word_alignment`), may learn what the decoder answers rightly
to (`label_prompts`) and is then taught through the decoder: cross-entropy on the tokens of the answers alone (LLaVA,
arXiv:2304.08485, stage 1); what the picture, the template and the questions say is read, not taught. The recipe
(AdamW, cosine, 3 % warm-up, clip 1.0) follows nanoVLM and LLaVA-Med for a decoder of this size, at half their learning
rate, since other lessons have gone before.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch import nn

from lm.sequence import FusionSequence, SourceKind, TokenSpan
from lm.training.schedule import LearningRates
from multimodal.fusion import ImageProjector, ProjectorShape
from multimodal.prompt import FusedAttachment, PromptBuilder, PromptInputs, Turn
from multimodal.training.word_alignment import AlignmentOptions, alignment_losses

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lm.weights import LoadedDecoder
    from multimodal.training.label_prompts import PromptOptions
    from multimodal.training.picture_questions import PictureConversation
    from multimodal.training.projected_pictures import PictureTokens
    from multimodal.training.word_alignment import LabelWords

IGNORED = -100
"""The label of positions that carry no loss."""


@dataclass(frozen=True, slots=True)
class ProjectorOptions:
    """How the projector is trained; the defaults are those of the shipped one."""

    conversations: int = 1536
    batch: int = 16
    micro_batch: int = 8
    """Pictures in one forward; a batch is the sum of several, so that its size does not decide the memory needed."""
    learning_rate: float = 1e-3
    warmup: float = 0.03
    final_share: float = 0.1
    """The learning rate at the end as a share of the highest."""
    clip: float = 1.0
    d_hidden: int = 1152
    seed: int = 0
    alignment: AlignmentOptions = field(default_factory=AlignmentOptions)
    prompts: PromptOptions | None = None
    """The lesson of the label prompts, which the shipped projector did without."""
    alignment_weight: float = 0.2
    """How much the first lesson counts beside the last, so that it is not forgotten."""


@dataclass(frozen=True, slots=True)
class StepReport:
    """One optimizer step through the decoder: `loss` is the mean cross-entropy in nats per answer token."""

    lesson: str
    step: int
    steps: int
    loss: float
    learning_rate: float
    elapsed_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Right-padded prompts with answers: embeddings `(batch, tokens, d_model)`, labels `(batch, tokens)` int64.

    Attention is causal, so what stands right of a sample's last label cannot reach it and needs no mask. `pictures`
    `(batch, 65, d_model)` are the picture tokens among the embeddings, those of the files `paths`.
    """

    embeddings: torch.Tensor
    labels: torch.Tensor
    pictures: torch.Tensor
    paths: tuple[str, ...]


class BatchMaker:
    """Turns conversations into batches through the same PromptBuilder that answers doctors."""

    def __init__(self, decoder: LoadedDecoder) -> None:
        self._decoder = decoder
        self._prompts = PromptBuilder(decoder.tokens)

    def make(self, conversations: Sequence[PictureConversation], pictures: PictureTokens) -> Batch:
        """Show the pictures and lay out the questions and answers about each."""
        paths = tuple(conversation.path for conversation in conversations)
        projected = pictures(paths)
        rows = [self._row(conversation, tokens) for conversation, tokens in zip(conversations, projected, strict=True)]
        longest = max(labels.shape[0] for _, labels in rows)
        return Batch(
            torch.stack([nn.functional.pad(e, (0, 0, 0, longest - e.shape[0])) for e, _ in rows]),
            torch.stack([nn.functional.pad(ids, (0, longest - ids.shape[0]), value=IGNORED) for _, ids in rows]),
            projected,
            paths,
        )

    def _row(self, conversation: PictureConversation, tokens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        picture = FusedAttachment(SourceKind.IMAGE, "Image 1", tokens)
        turns = tuple(Turn(question.question, question.answer) for question in conversation.questions)
        sequence = self._prompts.build(PromptInputs("", (picture,), turns=turns))
        labels = answer_labels(sequence, self._decoder.tokens.end_of_turn_id)
        # What follows the last answer is the frame of a question that nobody asks.
        length = 1 + max(place for place, label in enumerate(labels) if label != IGNORED)
        embeddings = sequence.embed(self._decoder.model.embed_tokens)[0]
        return embeddings[:length], torch.tensor(labels[:length], device=embeddings.device)


def answer_labels(sequence: FusionSequence, end_of_turn_id: int) -> list[int]:
    """Return a label for each position: the tokens of the answers and of the end of their turns, else IGNORED."""
    labels: list[int] = []
    answered = False
    for span in sequence.spans:
        if isinstance(span, TokenSpan) and span.source.kind is SourceKind.ANSWER:
            labels += span.ids
        else:
            ends_answer = answered and isinstance(span, TokenSpan) and span.ids[:1] == (end_of_turn_id,)
            labels += [end_of_turn_id if ends_answer and place == 0 else IGNORED for place in range(len(span))]
        answered = isinstance(span, TokenSpan) and span.source.kind is SourceKind.ANSWER
    return labels


def answer_loss(decoder: LoadedDecoder, batch: Batch) -> torch.Tensor:
    """Return the summed cross-entropy of the answers' tokens, each predicted from everything before it."""
    targets = batch.labels[:, 1:]
    taught = targets != IGNORED
    logits = decoder.model.logits_where(batch.embeddings[:, :-1], taught)
    return nn.functional.cross_entropy(logits.float(), targets[taught], reduction="sum")


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """What is taught through the decoder, and with what: the decoder, its batches, and the words of the labels."""

    name: str
    decoder: LoadedDecoder
    batches: BatchMaker
    words: LabelWords
    options: ProjectorOptions

    def accumulate_gradients(self, pictures: PictureTokens, conversations: Sequence[PictureConversation]) -> float:
        """Add the gradients of the mean loss over `conversations`; return the answers' mean in nats a token."""
        # Within a batch the order means nothing: neighbours of similar length need little padding.
        ordered = sorted(conversations, key=_letters)
        step = self.options.micro_batch
        parts = [self.batches.make(ordered[i : i + step], pictures) for i in range(0, len(ordered), step)]
        taught = sum(int((part.labels[:, 1:] != IGNORED).sum()) for part in parts)
        total = 0.0
        for part in parts:
            loss = answer_loss(self.decoder, part) / taught
            aligned = sum(alignment_losses(part.pictures, part.paths, self.words, self.options.alignment.temperature))
            share = self.options.alignment_weight * len(part.paths) / len(ordered)
            (loss + share * aligned).backward()  # type: ignore[no-untyped-call] # torch's own signature is untyped
            total += loss.item()
        return total


def _letters(conversation: PictureConversation) -> int:
    return sum(len(question.question) + len(question.answer) for question in conversation.questions)


@torch.no_grad()
def new_projector(decoder: LoadedDecoder, d_encoder: int, options: ProjectorOptions) -> ImageProjector:
    """Return an untrained projector whose tokens lie where the decoder's word embeddings lie.

    Word embeddings share a large common part (two thirds of their length in SmolLM2). It becomes the modality
    vector, and the gain is the root mean square of what is left, so that a picture token differs from a word no
    more than words differ from each other.
    """
    torch.manual_seed(options.seed)
    centre, spread = embedding_centre_and_spread(decoder)
    projector = ImageProjector(ProjectorShape(d_encoder, options.d_hidden, decoder.model.d_model, spread))
    projector.modality.copy_(centre)
    return projector


@torch.no_grad()
def embedding_centre_and_spread(decoder: LoadedDecoder) -> tuple[torch.Tensor, float]:
    """Return the mean word embedding `(d_model,)`, and the root mean square of what is left of the others."""
    model = decoder.model
    table = model.embed_tokens(torch.arange(model.vocab_size)).float()
    common = table.mean(dim=0)
    return common, float((table - common).pow(2).mean().sqrt())


def train_through_decoder(
    lesson: Lesson,
    pictures: nn.Module,
    conversations: Sequence[PictureConversation],
    on_step: Callable[[StepReport], None],
) -> None:
    """Train what gives the tokens of `pictures` (PictureTokens), one pass over `conversations` in their order."""
    options = lesson.options
    for parameter in lesson.decoder.model.parameters():
        parameter.requires_grad_(False)
    steps = len(conversations) // options.batch
    rates = LearningRates(options.learning_rate, steps, options.warmup, options.final_share)
    taught = [parameter for parameter in pictures.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(taught, lr=options.learning_rate, betas=(0.9, 0.95), weight_decay=0.0)
    started = time.monotonic()
    pictures.train()
    for step in range(1, steps + 1):
        for group in optimizer.param_groups:
            group["lr"] = rates.at(step)
        optimizer.zero_grad(set_to_none=True)
        chosen = conversations[(step - 1) * options.batch : step * options.batch]
        loss = lesson.accumulate_gradients(pictures, chosen)
        nn.utils.clip_grad_norm_(taught, options.clip)
        optimizer.step()
        on_step(StepReport(lesson.name, step, steps, loss, rates.at(step), time.monotonic() - started))
    pictures.eval()
