"""How the next token is chosen, how drafts are found in the prompt, and where an answer stops.

Greedy decoding is the default: the same question gets the same answer. Sampling follows temperature and
nucleus sampling (Holtzman et al. 2020). Drafts come from prompt lookup (Saxena 2023): clinical answers quote
what they were given, so the words after the last occurrence of the current words are a good guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from lm.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NGRAMS = (3, 2)
"""Longest context first; single tokens match by chance too often to pay for their check."""


@dataclass(frozen=True, slots=True)
class GenerationOptions:
    """How an answer is generated."""

    max_new_tokens: int = 256
    temperature: float = 0.0
    """0 is greedy."""
    top_p: float = 1.0
    """Sampling draws from the smallest set of tokens with this probability; 1 is all."""
    seed: int = 0
    stop: tuple[str, ...] = ()
    """The answer ends before the first of these texts."""
    prompt_lookup: bool = True
    """Speeds up quoting. Used in greedy decoding only, where it does not change what is chosen."""

    def __post_init__(self) -> None:
        if self.max_new_tokens < 1:
            raise InvalidInput(f"max_new_tokens is {self.max_new_tokens}, expected 1 or more")
        if not 0 <= self.temperature <= 100:
            raise InvalidInput(f"temperature is {self.temperature}, expected 0 to 100")
        if not 0 < self.top_p <= 1:
            raise InvalidInput(f"top_p is {self.top_p}, expected more than 0 and at most 1")
        if "" in self.stop:
            raise InvalidInput("an empty stop text would end every answer before it starts")


class Sampler:
    """Chooses tokens for one answer, reproducibly from its seed."""

    def __init__(self, options: GenerationOptions) -> None:
        self._options = options
        # On the CPU whatever the device, so that a seed means the same answer on every machine.
        self._generator = torch.Generator(device="cpu").manual_seed(options.seed)

    def choose(self, logits: torch.Tensor) -> tuple[int, float]:
        """Return the next token and its log-probability from `logits` `(vocab_size,)` float32.

        The log-probability is that of the decoder's own distribution, before temperature and top_p.
        """
        token = int(logits.argmax()) if self._options.temperature == 0 else self._draw(logits)
        return token, float(logits[token] - logits.logsumexp(0))

    def _draw(self, logits: torch.Tensor) -> int:
        # Float64 keeps a very low temperature from overflowing to infinity.
        probabilities = (logits.double().cpu() / self._options.temperature).softmax(0)
        ranked, order = probabilities.sort(descending=True, stable=True)
        # A token stays when those before it have not filled the nucleus yet; so the first always stays.
        ranked[ranked.cumsum(0) - ranked >= self._options.top_p] = 0.0
        return int(order[torch.multinomial(ranked, 1, generator=self._generator)])


class PromptLookup:
    """Proposes drafts: what followed the last occurrence of the current words.

    The length of a draft adapts: it doubles while drafts are accepted whole and shrinks to what was
    accepted; after a draft without any success, as many tokens are decoded singly as drafts have failed.
    """

    LONGEST_DRAFT = 16

    def __init__(self, corpus: Sequence[int | None]) -> None:
        """Index `corpus`; None marks a position that no draft may hold or cross."""
        self._ids: list[int | None] = []
        self._after: dict[tuple[int | None, ...], int] = {}
        self._draft_length = 8
        self._failures = 0
        self._wait = 0
        self.extend(corpus)

    def extend(self, ids: Iterable[int | None]) -> None:
        """Append what was generated."""
        for token in ids:
            end = len(self._ids)
            # Indexed one token late: the words at the very end have nothing after them yet.
            for size in _NGRAMS:
                words = tuple(self._ids[end - size : end])
                if len(words) == size and None not in words:
                    self._after[words] = end
            self._ids.append(token)

    def propose(self, limit: int) -> list[int]:
        """Return at most `limit` tokens that may come next; often none."""
        if self._wait:
            self._wait -= 1
            return []
        for size in _NGRAMS:
            start = self._after.get(tuple(self._ids[-size:]))
            if start is not None:
                return self._run(start, min(limit, self._draft_length))
        return []

    def _run(self, start: int, length: int) -> list[int]:
        """Return what follows from `start`; at the end of the text it goes round again, as a list does."""
        run: list[int] = []
        period = len(self._ids) - start
        for offset in range(length):
            token = self._ids[start + offset % period]
            if token is None:
                break
            run.append(token)
        return run

    def learn(self, proposed: int, accepted: int) -> None:
        """Adapt to how many tokens of a draft were right."""
        if not proposed:
            return
        if accepted == 0:
            self._failures += 1
            self._wait = min(self._failures, 8)
        else:
            self._failures = 0
        grown = 2 * self._draft_length if accepted == proposed else accepted + 1
        self._draft_length = max(2, min(grown, self.LONGEST_DRAFT))


class StopFilter:
    """Passes text on until a stop text appears, holding back an end that may be the start of one."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stops)
        self._held = ""
        self.stopped = False

    def push(self, text: str) -> str:
        """Return what of `text`, and of what was held back, is certainly part of the answer."""
        pending = self._held + text
        found = [position for stop in self._stops if (position := pending.find(stop)) >= 0]
        if found:
            self.stopped = True
            self._held = ""
            return pending[: min(found)]
        keep = max((_overlap(pending, stop) for stop in self._stops), default=0)
        self._held = pending[len(pending) - keep :]
        return pending[: len(pending) - keep]

    def flush(self) -> str:
        """Return what was held back when the answer ends without a stop text."""
        held, self._held = self._held, ""
        return held


def _overlap(text: str, stop: str) -> int:
    """Return the length of the longest end of `text` that starts `stop`."""
    longest = min(len(text), len(stop) - 1)
    return next((size for size in range(longest, 0, -1) if text.endswith(stop[:size])), 0)
