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

from lm.training.lessons import Learning, StepOptions
from multimodal.training.spoken_sentences import normalized

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lm.training.parallel import Processes
    from lm.weights import LoadedDecoder
    from multimodal.fusion import AudioProjector, SoundTokens
    from multimodal.training.clips import Clip
    from multimodal.training.lesson_options import SoundWordsOptions
    from multimodal.training.sound_features import SoundFeatures


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


@dataclass(frozen=True, slots=True, eq=False)
class SoundPart:
    """Clips that one process hears in one step; `tokens` are those of all sentences of the step."""

    clips: list[Clip]
    frames: torch.Tensor
    lengths: torch.Tensor
    tokens: int


class SoundWords:
    """The lesson; each clip is heard `steps * batch / len(clips)` times."""

    figures = ("words",)

    def __init__(
        self,
        projector: AudioProjector,
        clips: Sequence[Clip],
        features: SoundFeatures,
        words: SpokenWords,
        chosen: tuple[SoundWordsOptions, int],
    ) -> None:
        self._projector, self._features, self._words = projector, features, words
        self._chosen, self._seed = chosen
        rng = random.Random(self._seed)  # noqa: S311 - a reproducible draw, not a secret
        self._batches = list(_batches(clips, self._chosen, rng))

    @property
    def options(self) -> StepOptions:
        """How fast it is taught."""
        chosen = self._chosen
        return StepOptions(chosen.learning_rate, chosen.warmup, chosen.final_share)

    def learning(self) -> Sequence[Learning]:
        """Return the projector's weights."""
        return [Learning(list(self._projector.parameters()), weight_decay=self._chosen.weight_decay)]

    def parts(self, step: int, processes: Processes) -> Sequence[SoundPart]:
        """Return this process's clips, partly hidden."""
        batch = self._batches[step - 1]
        clips = [batch[place] for place in processes.share(len(batch))]
        frames, lengths = sound_batch(self._features, clips)
        rng = random.Random(f"{self._seed} {step} {processes.rank}")  # noqa: S311 - a reproducible draw, not a secret
        hidden = _partly_hidden(frames, lengths, self._chosen.hidden_frames, rng)
        return [SoundPart(clips, hidden, lengths, sum(len(self._words.columns(clip)) for clip in batch))]

    def loss(self, part: SoundPart) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the CTC loss in nats per token of the step's sentences."""
        device = self._words.directions.device
        with torch.autocast(device.type, torch.bfloat16):
            sound = self._projector(part.frames.to(device), part.lengths)
        loss = summed_ctc_loss(sound, part.clips, self._words, self._chosen.temperature) / part.tokens
        return loss, loss.detach().unsqueeze(0)


def summed_ctc_loss(sound: SoundTokens, clips: Sequence[Clip], words: SpokenWords, temperature: float) -> torch.Tensor:
    """Return the CTC loss of the clips' sentences, summed over them, in nats."""
    targets = [words.columns(clip) for clip in clips]
    summed: torch.Tensor = F.ctc_loss(
        words.log_probabilities(sound, temperature).transpose(0, 1),
        torch.tensor([column for row in targets for column in row]),
        sound.is_sound.sum(dim=1).cpu(),
        torch.tensor([len(row) for row in targets]),
        reduction="sum",
        zero_infinity=True,
    )
    return summed


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


def _batches(clips: Sequence[Clip], options: SoundWordsOptions, rng: random.Random) -> Iterator[list[Clip]]:
    waiting: list[Clip] = []
    for _ in range(options.steps):
        while len(waiting) < options.batch:
            waiting += rng.sample(list(clips), len(clips))
        yield waiting[: options.batch]
        del waiting[: options.batch]
