"""The audio projector's second lesson, through the frozen decoder: to answer from sound as it answers from words.

The decoder itself is the teacher. Shown the true transcript, it gives each token of an answer a distribution; shown
the sound instead, it is to give the same one (Ultravox's knowledge distillation, Hinton et al. 2015, arXiv:1503.02531),
and the right answer besides, by cross-entropy. In some conversations the transcript is shown together with the sound:
then nothing but the teacher counts, so that sound never takes away what the words say.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import nn

from lm.sequence import SourceKind
from lm.training.schedule import LearningRates
from multimodal.fusion import AudioProjector, ProjectorShape
from multimodal.prompt import FusedAttachment, PromptBuilder, PromptInputs, Turn
from multimodal.training.projector import IGNORED, StepReport, answer_labels, embedding_centre_and_spread
from multimodal.training.sound_alignment import SoundAlignmentOptions, ctc_loss, sound_batch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lm.weights import LoadedDecoder
    from multimodal.training.sound_alignment import SpokenWords
    from multimodal.training.sound_features import SoundFeatures
    from multimodal.training.sound_questions import SoundConversation


@dataclass(frozen=True, slots=True)
class VoiceOptions:
    """How an audio projector is trained."""

    conversations: int = 2400
    batch: int = 16
    micro_batch: int = 8
    learning_rate: float = 3e-4
    warmup: float = 0.05
    final_share: float = 0.1
    clip: float = 1.0
    d_hidden: int = 512
    temperature: float = 2.0
    """Of the teacher's and the pupil's distributions."""
    distilled: float = 0.5
    """The share of the teacher in the loss where the transcript is withheld; the rest is cross-entropy."""
    with_words: float = 0.3
    """The share of conversations that show the transcript too."""
    alignment_weight: float = 0.3
    """How much the first lesson counts beside the second, so that it is not forgotten."""
    seed: int = 0
    alignment: SoundAlignmentOptions = field(default_factory=SoundAlignmentOptions)


@torch.no_grad()
def new_audio_projector(decoder: LoadedDecoder, d_encoder: int, options: VoiceOptions) -> AudioProjector:
    """Return an untrained projector whose tokens lie where the decoder's word embeddings lie."""
    torch.manual_seed(options.seed)
    centre, spread = embedding_centre_and_spread(decoder)
    projector = AudioProjector(ProjectorShape(d_encoder, options.d_hidden, decoder.model.d_model, spread))
    projector.modality.copy_(centre)
    return projector


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Right-padded prompts with answers: embeddings `(batch, tokens, d_model)`, labels `(batch, tokens)` int64."""

    embeddings: torch.Tensor
    labels: torch.Tensor

    @property
    def taught(self) -> torch.Tensor:
        """Return `(batch, tokens - 1)` bool: after which positions a token of an answer comes."""
        return self.labels[:, 1:] != IGNORED

    def logits(self, decoder: LoadedDecoder) -> torch.Tensor:
        """Return what the decoder expects at each token of the answers, `(taught.sum(), vocab_size)` float32."""
        return decoder.model.logits_where(self.embeddings[:, :-1], self.taught).float()


@dataclass(frozen=True, slots=True, eq=False)
class SoundLesson:
    """What is taught through the decoder, and with what."""

    decoder: LoadedDecoder
    features: SoundFeatures
    words: SpokenWords
    options: VoiceOptions

    def accumulate_gradients(self, projector: AudioProjector, conversations: Sequence[SoundConversation]) -> float:
        """Add the gradients of the mean loss over `conversations`; return the answers' mean in nats a token."""
        ordered = sorted(conversations, key=_letters)
        step = self.options.micro_batch
        parts = [ordered[i : i + step] for i in range(0, len(ordered), step)]
        return sum(self._accumulate(projector, part, len(part) / len(ordered)) for part in parts)

    def _accumulate(self, projector: AudioProjector, part: Sequence[SoundConversation], share: float) -> float:
        clips = [conversation.clip for conversation in part]
        frames, lengths = sound_batch(self.features, clips)
        sound = projector(frames.to(projector.modality.device), lengths)
        heard = lay_out(self.decoder, part, sound.said(), [c.clip.text if c.with_words else "" for c in part])
        read = lay_out(self.decoder, part, [None] * len(part), [c.clip.text for c in part])
        with torch.no_grad():
            teacher = read.logits(self.decoder)
        answered, loss = self._losses(heard, teacher, torch.tensor([c.with_words for c in part]))
        aligned = ctc_loss(sound, clips, self.words, self.options.alignment.temperature)
        (share * (loss + self.options.alignment_weight * aligned)).backward()  # type: ignore[no-untyped-call] # torch's own signature is untyped
        return share * answered

    def _losses(self, heard: Answers, teacher: torch.Tensor, with_words: torch.Tensor) -> tuple[float, torch.Tensor]:
        """Return the mean cross-entropy of the answers, and the loss that is taught."""
        pupil = heard.logits(self.decoder)
        taught = heard.taught
        entropy = F.cross_entropy(pupil, heard.labels[:, 1:][taught], reduction="none")
        warm = self.options.temperature
        distance = F.kl_div(
            (pupil / warm).log_softmax(-1), (teacher / warm).log_softmax(-1), reduction="none", log_target=True
        ).sum(-1)
        row = with_words.to(taught.device).unsqueeze(1).expand_as(taught)[taught]
        distilled = torch.where(row, 1.0, self.options.distilled)
        return entropy.mean().item(), (distilled * warm**2 * distance + (1 - distilled) * entropy).mean()


def lay_out(
    decoder: LoadedDecoder,
    conversations: Sequence[SoundConversation],
    sounds: Sequence[torch.Tensor | None],
    transcripts: Sequence[str],
) -> Answers:
    """Lay out conversations through the PromptBuilder that answers doctors; a sound is `(tokens, d_model)` or None."""
    prompts = PromptBuilder(decoder.tokens)
    rows = []
    for conversation, sound, transcript in zip(conversations, sounds, transcripts, strict=True):
        attachments = () if sound is None else (FusedAttachment(SourceKind.AUDIO, "Recording 1", sound),)
        turns = tuple(Turn(question.question, question.answer) for question in conversation.questions)
        sequence = prompts.build(PromptInputs("", attachments, transcript, turns))
        labels = answer_labels(sequence, decoder.tokens.end_of_turn_id)
        length = 1 + max(place for place, label in enumerate(labels) if label != IGNORED)
        embeddings = sequence.embed(decoder.model.embed_tokens)[0, :length]
        rows.append((embeddings, torch.tensor(labels[:length], device=embeddings.device)))
    return Answers(
        nn.utils.rnn.pad_sequence([embeddings for embeddings, _ in rows], batch_first=True),
        nn.utils.rnn.pad_sequence([labels for _, labels in rows], batch_first=True, padding_value=IGNORED),
    )


def _letters(conversation: SoundConversation) -> int:
    asked = sum(len(question.question) + len(question.answer) for question in conversation.questions)
    return asked + len(conversation.clip.text) * (2 if conversation.with_words else 1)


def teach_through_decoder(
    lesson: SoundLesson,
    projector: AudioProjector,
    conversations: Sequence[SoundConversation],
    on_step: Callable[[StepReport], None],
) -> None:
    """Train `projector` in place, one pass over `conversations` in their order; the decoder stays as it is."""
    options = lesson.options
    for parameter in lesson.decoder.model.parameters():
        parameter.requires_grad_(False)
    steps = len(conversations) // options.batch
    rates = LearningRates(options.learning_rate, steps, options.warmup, options.final_share)
    optimizer = torch.optim.AdamW(projector.parameters(), lr=rates.peak, betas=(0.9, 0.95), weight_decay=0.0)
    started = time.monotonic()
    projector.train()
    for step in range(1, steps + 1):
        for group in optimizer.param_groups:
            group["lr"] = rates.at(step)
        optimizer.zero_grad(set_to_none=True)
        loss = lesson.accumulate_gradients(projector, conversations[(step - 1) * options.batch : step * options.batch])
        nn.utils.clip_grad_norm_(projector.parameters(), options.clip)
        optimizer.step()
        on_step(StepReport("conversations", step, steps, loss, rates.at(step), time.monotonic() - started))
    projector.eval()
