"""Which words are chosen for a batch of utterances: the best few transcripts of each are kept open to the end.

As in openai-whisper (BeamSearchDecoder, patience 1): of each utterance's continuations the most probable ones go on,
those that end among them are set aside, and the search is over once as many have ended as there are beams. The mean
log-probability of a token decides between those. One beam is greedy decoding; at a temperature it is sampling.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

import torch

from multimodal.speech_guards import is_loop
from multimodal.whisper_biasing import ROOT, Path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from multimodal.whisper_biasing import NameTree

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DecodingRules:
    """What may be chosen and for how long."""

    prompt: tuple[int, ...]
    """Start of transcript, language, task, no timestamps."""
    suppressed: tuple[int, ...]
    suppressed_at_start: tuple[int, ...]
    end: int
    """The end token; every smaller id is text."""
    no_speech: int
    max_tokens: int
    beams: int = 1
    temperature: float = 0.0
    """Above 0 tokens are drawn, with one beam."""
    seed: int = 0
    names: NameTree | None = None
    """Words that are made likelier."""


@dataclass(frozen=True, slots=True)
class Continuation:
    """A beam with one more token."""

    beam: int
    token: int
    logprob_sum: float
    """Of all its tokens."""
    probability: float
    """Of the token among the text tokens."""
    bonus: float = 0.0
    """Of all its names, beyond their probability."""


@dataclass(frozen=True, slots=True, eq=False)
class Beam:
    """One transcript of an utterance so far."""

    tokens: tuple[int, ...] = ()
    probabilities: tuple[float, ...] = ()
    """Of each token among the text tokens."""
    logprob_sum: float = 0.0
    scores: tuple[Tensor, ...] = ()
    """Alignment scores of the prompt and of each token that was read again, `(heads, n, states)`."""
    ended: bool = False
    bonus: float = 0.0
    """What its names earned beyond their probability."""
    path: Path = ROOT
    """Along the tree of names."""

    @property
    def mean_logprob(self) -> float:
        """Over the tokens and, where it was reached, the end."""
        return self.logprob_sum / max(1, len(self.tokens) + self.ended)

    def with_token(self, continuation: Continuation, end: int, names: NameTree | None = None) -> Beam:
        """Return the beam with one more token, or ended."""
        if continuation.token == end:
            return replace(self, logprob_sum=continuation.logprob_sum, bonus=continuation.bonus, ended=True)
        return replace(
            self,
            tokens=(*self.tokens, continuation.token),
            probabilities=(*self.probabilities, continuation.probability),
            logprob_sum=continuation.logprob_sum,
            bonus=continuation.bonus,
            path=names.after(self.path, continuation.token) if names else ROOT,
        )

    @property
    def rank(self) -> tuple[bool, float]:
        """The higher, the better; what came to its end is better than what did not."""
        return self.ended, self.mean_logprob + self.bonus / max(1, len(self.tokens) + self.ended)


@dataclass(slots=True, eq=False)
class BeamSearch:
    """The beams of one utterance."""

    width: int
    end: int
    live: list[Beam]
    names: NameTree | None = None
    finished: list[Beam] = field(default_factory=list)

    @property
    def done(self) -> bool:
        """Enough transcripts have ended, or none can go on."""
        return len(self.finished) >= self.width or not self.live

    @property
    def best(self) -> Beam:
        """The best transcript; one that has not ended only where the search was cut short."""
        return max(self.finished if self.done else [*self.finished, *self.live], key=lambda beam: beam.rank)

    def extend(self, continuations: Sequence[Continuation]) -> list[int]:
        """Go on with the most probable continuations, which come first.

        Returns for each of the `width` rows that are read next the beam that it goes on from; where fewer go on, the
        last of them is read several times.
        """
        grown: list[Beam] = []
        origins: list[int] = []
        for continuation in continuations:
            beam = self.live[continuation.beam].with_token(continuation, self.end, self.names)
            if beam.ended or is_loop(beam.tokens):
                self.finished.append(beam)
                continue
            grown.append(beam)
            origins.append(continuation.beam)
            if len(grown) == self.width:
                break
        self.live = grown
        return _filled(origins or [0], self.width)

    def read(self, scores: Tensor) -> None:
        """Take the alignment scores `(width, heads, 1, states)` of the tokens that were read; nothing once done."""
        if self.done:
            return
        self.live = [
            replace(beam, scores=(*beam.scores, score)) for beam, score in zip(self.live, scores, strict=False)
        ]

    def next_tokens(self) -> list[int]:
        """Return the token that each row reads; one that nobody waits for where the search is done."""
        return _filled([beam.tokens[-1] for beam in self.live] or [self.end], self.width)


class Chooser:
    """Finds the most probable continuations of all beams at once."""

    def __init__(self, rules: DecodingRules, vocabulary: int, device: torch.device) -> None:
        self._rules = rules
        self._forbidden = torch.zeros(vocabulary, device=device)
        self._forbidden[list(rules.suppressed)] = -torch.inf
        self._forbidden_at_start = self._forbidden.clone()
        self._forbidden_at_start[list(rules.suppressed_at_start)] = -torch.inf
        self._generator = torch.Generator(device).manual_seed(rules.seed)

    def continuations(
        self, logits: Tensor, searches: Sequence[BeamSearch], *, at_start: bool
    ) -> list[list[Continuation]]:
        """Return those of each utterance, the most probable first.

        `logits` are `(utterances * beams, vocabulary)`, the beams of an utterance in consecutive rows.
        """
        allowed = logits + (self._forbidden_at_start if at_start else self._forbidden)
        logprobs = allowed.log_softmax(-1)
        vocabulary = logits.shape[1]
        if self._rules.temperature:
            weights = (logprobs / self._rules.temperature).softmax(-1)
            places = torch.multinomial(weights, 1, generator=self._generator)
            totals = ranking = logprobs + self._sums(searches, logprobs)
        else:
            scores = logprobs + self._sums(searches, logprobs)
            totals = scores.view(len(searches), -1)
            names = self._rules.names
            ranking = totals if names is None else self._favoured(scores, searches, names).view_as(totals)
            # Each beam can end once: among twice as many as there are beams, enough go on.
            places = ranking.topk(2 * self._rules.beams, dim=-1).indices
        among_text = (logits - logits[:, : self._rules.end].logsumexp(-1, keepdim=True)).view(len(searches), -1)
        total, favoured, text = (values.gather(1, places) for values in (totals, ranking, among_text))
        numbers = torch.stack([total, text.exp(), favoured - total], dim=-1).tolist()
        return [
            [
                Continuation(place // vocabulary, place % vocabulary, total, probability, bonus)
                for place, (total, probability, bonus) in zip(row, own, strict=True)
                if total > -torch.inf
            ]
            for row, own in zip(places.tolist(), numbers, strict=True)
        ]

    @staticmethod
    def _favoured(scores: Tensor, searches: Sequence[BeamSearch], names: NameTree) -> Tensor:
        """Return the scores with what names earn."""
        beams = len(scores) // len(searches)
        live = [beam for search in searches for beam in _filled(search.live or [Beam()], beams)]
        earned = torch.tensor([beam.bonus for beam in live], device=scores.device).unsqueeze(1)
        return scores + earned + names.row([beam.path for beam in live], scores.device)

    @staticmethod
    def _sums(searches: Sequence[BeamSearch], logprobs: Tensor) -> Tensor:
        """Return `(utterances * beams, 1)`: the log-probability of each beam, minus infinity where there is none."""
        beams = logprobs.shape[0] // len(searches)
        sums = [
            [beam.logprob_sum for beam in search.live] + [-torch.inf] * (beams - len(search.live))
            for search in searches
        ]
        return torch.tensor(sums, device=logprobs.device).view(-1, 1)


def _filled(rows: list[T], width: int) -> list[T]:
    return rows + rows[-1:] * (width - len(rows))
