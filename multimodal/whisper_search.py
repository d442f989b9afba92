"""Which words are chosen for a batch of utterances: the best few transcripts of each are kept open to the end.

As in openai-whisper (BeamSearchDecoder, patience 1): of each utterance's continuations the most probable ones go on,
those that end among them are set aside, and the search is over once as many have ended as there are beams. The mean
log-probability of a token decides between those. One beam is greedy decoding; at a temperature it is sampling.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import torch

from multimodal.speech_guards import is_loop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


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


@dataclass(frozen=True, slots=True)
class Continuation:
    """A beam with one more token."""

    beam: int
    token: int
    logprob_sum: float
    """Of all its tokens."""
    probability: float
    """Of the token among the text tokens."""


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

    @property
    def mean_logprob(self) -> float:
        """Over the tokens and, where it was reached, the end."""
        return self.logprob_sum / max(1, len(self.tokens) + self.ended)

    def with_token(self, continuation: Continuation, end: int) -> Beam:
        """Return the beam with one more token, or ended."""
        if continuation.token == end:
            return replace(self, logprob_sum=continuation.logprob_sum, ended=True)
        return replace(
            self,
            tokens=(*self.tokens, continuation.token),
            probabilities=(*self.probabilities, continuation.probability),
            logprob_sum=continuation.logprob_sum,
        )

    @property
    def rank(self) -> tuple[bool, float]:
        """The higher, the better; what came to its end is better than what did not."""
        return self.ended, self.mean_logprob


@dataclass(slots=True, eq=False)
class BeamSearch:
    """The beams of one utterance."""

    width: int
    end: int
    live: list[Beam]
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
            beam = self.live[continuation.beam].with_token(continuation, self.end)
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
            totals = logprobs + self._sums(searches, logprobs)
        else:
            totals = (logprobs + self._sums(searches, logprobs)).view(len(searches), -1)
            # Each beam can end once: among twice as many as there are beams, enough go on.
            places = totals.topk(2 * self._rules.beams, dim=-1).indices
        among_text = (logits - logits[:, : self._rules.end].logsumexp(-1, keepdim=True)).view(len(searches), -1)
        numbers = torch.stack([totals.gather(1, places), among_text.gather(1, places).exp()], dim=-1).tolist()
        return [
            [
                Continuation(place // vocabulary, place % vocabulary, total, probability)
                for place, (total, probability) in zip(row, pairs, strict=True)
                if total > -torch.inf
            ]
            for row, pairs in zip(places.tolist(), numbers, strict=True)
        ]

    @staticmethod
    def _sums(searches: Sequence[BeamSearch], logprobs: Tensor) -> Tensor:
        """Return `(utterances * beams, 1)`: the log-probability of each beam, minus infinity where there is none."""
        beams = logprobs.shape[0] // len(searches)
        sums = [
            [beam.logprob_sum for beam in search.live] + [-torch.inf] * (beams - len(search.live))
            for search in searches
        ]
        return torch.tensor(sums, device=logprobs.device).view(-1, 1)


def _filled(rows: list[int], width: int) -> list[int]:
    return rows + rows[-1:] * (width - len(rows))
