"""How probable one answer is after other prompts: the same tokens again, each predicted from those before it.

Nothing is generated, so an answer is read in one forward (teacher forcing). Prompts that differ in a picture alone
are equally long and are read side by side in one batch; what they share with the prompt that was answered comes
from its KV cache, and what they share with the last ones scored from their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from lm.errors import InvalidInput, OutOfMemory
from lm.interruption import Interrupted, interruptible
from lm.picture_positions import pictures_at
from lm.prefix import chunk_tokens, is_out_of_memory
from lm.sequence import FusionSequence, Source, SourceKind, TokenSpan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lm.model import Cache
    from lm.prefix import PrefixReader

_WITH_THE_ANSWER = 64
"""So many of a prompt's tokens are read in one forward with the answer: the fixed cost of a forward is larger than
that of their needless logits."""
_ANSWER = Source(SourceKind.ANSWER)


class AnswerScorer:
    """Scores answers with the decoder of `reader`, whose own cache it only copies from."""

    def __init__(self, reader: PrefixReader) -> None:
        self._reader = reader
        self._cache: Cache | None = None
        self._read: tuple[FusionSequence, ...] = ()
        """What the cache holds, one sequence for each row of its batch."""

    def forget(self) -> None:
        """Drop everything that is kept."""
        self._cache, self._read = None, ()

    @torch.inference_mode()
    def score(
        self, prompts: Sequence[FusionSequence], answer: Sequence[int], cancelled: Callable[[], bool]
    ) -> list[list[float]] | None:
        """Return the natural log-probability of each token of `answer` after each of `prompts`, None when cancelled.

        Raises InvalidInput when the prompts are not equally long, OutOfMemory when there is no room for them.
        """
        if not answer or not prompts or len({len(prompt) for prompt in prompts}) != 1:
            raise InvalidInput("an answer is scored after prompts of one length")
        try:
            with interruptible(self._reader.model, cancelled):
                return self._score(prompts, answer, cancelled)
        except Interrupted:
            return None
        except (RuntimeError, MemoryError) as error:
            self.forget()  # an interrupted forward may have stored a part of its positions
            if is_out_of_memory(error):
                raise OutOfMemory("There was not enough memory to read the answer again.") from error
            raise

    def _score(
        self, prompts: Sequence[FusionSequence], answer: Sequence[int], cancelled: Callable[[], bool]
    ) -> list[list[float]] | None:
        model = self._reader.model
        embeddings = torch.cat([prompt.embed(model.embed_tokens) for prompt in prompts])
        pictures = torch.cat([prompt.pictures(after=len(answer) - 1) for prompt in prompts])
        cache = self._cache_for(prompts, room=len(answer))
        self._read = tuple(prompts)
        last = embeddings.shape[1] - 1
        while last - cache.length > _WITH_THE_ANSWER:
            if cancelled():
                return None
            end = min(cache.length + chunk_tokens(model) // len(prompts), last)
            with pictures_at(pictures[:, cache.length : end]):
                model.forward(embeddings[:, cache.length : end], cache, last_only=True)
        if cancelled():
            return None
        ids = torch.tensor([answer[:-1]] * len(prompts), dtype=torch.long)
        rest = torch.cat([embeddings[:, cache.length :], model.embed_tokens(ids)], dim=1)
        with pictures_at(pictures[:, cache.length :]):
            logits = model.forward(rest, cache)[:, -len(answer) :]
        self._read = tuple(_continued(prompt, answer[:-1]) for prompt in prompts)
        logprobs = logits.float().log_softmax(-1)
        chosen = torch.tensor([answer] * len(prompts), device=logprobs.device).unsqueeze(-1)
        scores: list[list[float]] = logprobs.gather(-1, chosen).squeeze(-1).tolist()
        return scores

    def _cache_for(self, prompts: Sequence[FusionSequence], room: int) -> Cache:
        """Return the cache with as much of the prompts as was read before; their last position never is."""
        last = len(prompts[0]) - 1
        kept = 0
        if self._cache is not None and len(self._read) == len(prompts):
            known = zip(self._read, prompts, strict=True)
            kept = min(self._cache.length, last, *(read.common_prefix(prompt) for read, prompt in known))
        shared = min(self._reader.reusable(prompt) for prompt in prompts)
        if self._cache is None or len(self._read) != len(prompts) or kept < shared:
            forked = self._reader.fork(prompts[0], len(prompts)) if shared else None
            self._cache = forked or self._reader.model.new_cache(last + 1 + room, len(prompts))
            kept = min(shared, self._cache.length)
        self._cache.truncate(kept)
        self._cache.reserve(last + 1 + room)
        return self._cache


def _continued(prompt: FusionSequence, answer: Sequence[int]) -> FusionSequence:
    return FusionSequence((*prompt.spans, TokenSpan(tuple(answer), _ANSWER)))
