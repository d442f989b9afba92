"""The audio projector's first lesson, without the decoder: what is said becomes the embeddings of its words.

Connectionist temporal classification (Graves et al. 2006) over the decoder's own vocabulary: each token of sound is
either blank or near the embedding of a token of the sentence, in the sentence's order, and nobody has to say when each
word is spoken. The probability of blank is apart from that of the words (hybrid autoregressive transducer, Variani et
al. 2020, arXiv:2003.07705), so that it can be read without a vocabulary. A step costs a small part of one through the
decoder, and the decoder then starts from sound that it can already read.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import nn

from lm.training.schedule import LearningRates
from multimodal.training.spoken_sentences import normalized

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lm.weights import LoadedDecoder
    from multimodal.fusion import AudioProjector, SoundTokens
    from multimodal.training.clips import Clip
    from multimodal.training.sound_features import SoundFeatures


@dataclass(frozen=True, slots=True)
class SoundAlignmentOptions:
    """How the first lesson is taught."""

    steps: int = 1000
    batch: int = 32
    learning_rate: float = 1.5e-3
    weight_decay: float = 0.02
    warmup: float = 0.05
    final_share: float = 0.05
    temperature: float = 0.07
    """Cosine similarities are divided by it, as in CLIP (arXiv:2103.00020)."""
    hidden_frames: int = 16
    """At most so many frames in a row are hidden, twice a clip (SpecAugment, arXiv:1904.08779)."""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class SoundAlignmentReport:
    """One step of the first lesson: the CTC loss in nats per token of the sentence."""

    alignment_step: int
    steps: int
    ctc_loss: float


class SpokenWords:
    """The words of sentences as directions in the decoder's embedding space."""

    def __init__(self, decoder: LoadedDecoder, clips: Sequence[Clip]) -> None:
        self._decoder = decoder
        self.tokens = sorted({token for clip in clips for token in self.ids(clip)})
        self._column = {token: place for place, token in enumerate(self.tokens, 1)}
        table = decoder.model.embed_tokens(torch.arange(decoder.model.vocab_size)).float()
        self.mean = table.mean(dim=0)
        self.directions = F.normalize(table[self.tokens] - self.mean, dim=-1)

    def ids(self, clip: Clip) -> list[int]:
        """Return the tokens of the lower-case words of a clip."""
        return self._decoder.tokens.encode_untrusted(f" {normalized(clip.text)}")

    def columns(self, clip: Clip) -> list[int]:
        """Return the classes of the clip's tokens; 0 is blank."""
        return [self._column[token] for token in self.ids(clip) if token in self._column]

    def log_probabilities(self, sound: SoundTokens, temperature: float) -> torch.Tensor:
        """Return `(batch, tokens, 1 + words)`: blank first, then each word."""
        near = F.normalize(sound.embeddings - self.mean, dim=-1)
        with torch.autocast(near.device.type, torch.bfloat16):
            similarity = near @ self.directions.T
        words = (similarity.float() / temperature).log_softmax(dim=-1) + F.logsigmoid(-sound.blank).unsqueeze(-1)
        return torch.cat([F.logsigmoid(sound.blank).unsqueeze(-1), words], dim=-1)


def sound_batch(features: SoundFeatures, clips: Sequence[Clip]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the clips' states, right-padded `(batch, frames, d_encoder)`, and their lengths `(batch,)`."""
    states = [features.get(clip.key) for clip in clips]
    lengths = torch.tensor([len(row) for row in states])
    return nn.utils.rnn.pad_sequence(states, batch_first=True), lengths


def align_sound_to_words(
    projector: AudioProjector,
    clips: Sequence[Clip],
    features: SoundFeatures,
    words: SpokenWords,
    options: SoundAlignmentOptions,
    on_step: Callable[[SoundAlignmentReport], None],
) -> None:
    """Train `projector` in place; each clip is heard `steps * batch / len(clips)` times."""
    rates = LearningRates(options.learning_rate, options.steps, options.warmup, options.final_share)
    optimizer = torch.optim.AdamW(
        projector.parameters(), lr=rates.peak, betas=(0.9, 0.95), weight_decay=options.weight_decay
    )
    torch.manual_seed(options.seed)
    rng = random.Random(options.seed)  # noqa: S311 - a reproducible draw, not a secret
    projector.train()
    for step, chosen in enumerate(_batches(clips, options, rng), 1):
        frames, lengths = sound_batch(features, chosen)
        device = projector.modality.device
        frames = _partly_hidden(frames, lengths, options.hidden_frames, rng).to(device)
        with torch.autocast(device.type, torch.bfloat16):
            sound = projector(frames, lengths)
        loss = ctc_loss(sound, chosen, words, options.temperature)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call] # torch's own signature is untyped
        nn.utils.clip_grad_norm_(projector.parameters(), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = rates.at(step)
        optimizer.step()
        on_step(SoundAlignmentReport(step, options.steps, loss.item()))
    projector.eval()


def ctc_loss(sound: SoundTokens, clips: Sequence[Clip], words: SpokenWords, temperature: float) -> torch.Tensor:
    """Return the CTC loss of the clips' sentences, in nats per token of them."""
    targets = [words.columns(clip) for clip in clips]
    summed: torch.Tensor = F.ctc_loss(
        words.log_probabilities(sound, temperature).transpose(0, 1),
        torch.tensor([column for row in targets for column in row]),
        sound.is_sound.sum(dim=1).cpu(),
        torch.tensor([len(row) for row in targets]),
        reduction="sum",
        zero_infinity=True,
    )
    return summed / sum(map(len, targets))


def heard_words(sound: SoundTokens, words: SpokenWords, decoder: LoadedDecoder) -> list[str]:
    """Return what each recording says by the nearest word of each token that is not blank."""
    nearest = words.log_probabilities(sound, 1.0)[..., 1:].argmax(dim=-1)
    heard = []
    for row, said in zip(nearest, sound.says_something(), strict=True):
        columns = row[said].tolist()
        kept = [c for place, c in enumerate(columns) if place == 0 or c != columns[place - 1]]
        heard.append(decoder.tokens.decode([words.tokens[column] for column in kept]).strip())
    return heard


def _partly_hidden(frames: torch.Tensor, lengths: torch.Tensor, most: int, rng: random.Random) -> torch.Tensor:
    for row, length in enumerate(lengths.tolist()):
        for _ in range(2):
            width = rng.randint(0, min(most, length // 4))
            start = rng.randint(0, length - width)
            frames[row, start : start + width] = 0.0
    return frames


def _batches(clips: Sequence[Clip], options: SoundAlignmentOptions, rng: random.Random) -> Iterator[list[Clip]]:
    waiting: list[Clip] = []
    for _ in range(options.steps):
        while len(waiting) < options.batch:
            waiting += rng.sample(list(clips), len(clips))
        yield waiting[: options.batch]
        del waiting[: options.batch]
