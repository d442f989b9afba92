"""Runs a decoder over prompts and keeps the keys and values of the last one.

The next prompt of the same encounter starts with what is kept, so only its own end is computed. When memory
runs out, the work goes on one step smaller and the doctor is told.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import torch

from lm.errors import OutOfMemory
from lm.interruption import Interrupted, interruptible
from lm.packing import computed_weights, in_groups
from lm.picture_positions import pictures_at
from lm.sequence import FusionSequence, Source, SourceKind, TokenSpan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lm.model import Cache, CausalDecoder

_CHUNK_MULTIPLY_ADDS = 4e10
"""A chunk of the prompt takes half a second on two slow CPU cores; our own decoder can be stopped within it."""
_SMALLEST_CHUNK, _LARGEST_CPU_CHUNK, _GPU_CHUNK = 16, 512, 1_024
_CACHE_STEP = 1_024
"""Room is made for this many positions at a time."""
_CPU_ALLOCATOR = re.compile(r"DefaultCPUAllocator|not enough memory|can't allocate memory")
_GENERATED = Source(SourceKind.ANSWER)


class PrefixReader:
    """Reads sequences with one decoder, reusing the longest common beginning."""

    def __init__(self, model: CausalDecoder, on_notice: Callable[[str], None]) -> None:
        self.model = model
        self._on_notice = on_notice
        self._chunk = chunk_tokens(model)
        self._cache: Cache | None = None
        self._sequence: FusionSequence | None = None
        self._fed: list[int] = []

    @property
    def length(self) -> int:
        """How many positions are kept."""
        return self._cache.length if self._cache else 0

    def forget(self) -> None:
        """Drop everything that is kept."""
        self._cache, self._sequence, self._fed = None, None, []

    def reusable(self, sequence: FusionSequence) -> int:
        """Return how many leading positions of `sequence` need not be computed.

        The last one always is: its logits choose the first token of the answer.
        """
        if self._sequence is None:
            return 0
        kept = FusionSequence((*self._sequence.spans, TokenSpan(tuple(self._fed), _GENERATED)))
        return min(kept.common_prefix(sequence), self.length, len(sequence) - 1)

    def fork(self, sequence: FusionSequence, batch: int) -> Cache | None:
        """Return a cache of its own with what is kept of the beginning of `sequence`; None where nothing is."""
        length = self.reusable(sequence)
        return self._cache.fork(length, batch) if self._cache is not None and length else None

    def read(
        self, sequence: FusionSequence, room: int, cancelled: Callable[[], bool]
    ) -> tuple[torch.Tensor | None, int]:
        """Read `sequence` and make room for `room` more tokens.

        Returns the logits after its last position, `(vocab_size,)` float32, or None when cancelled; and how
        many positions were reused. What was read before cancelling is kept.
        """
        reused = self.reusable(sequence)
        if self._cache is not None:
            self._cache.truncate(reused)
        self._sequence, self._fed = sequence, []
        while True:
            try:
                return self._read_on(room, cancelled), reused
            except (RuntimeError, MemoryError) as error:
                self._step_down(error)
                reused = 0

    def feed(self, ids: Sequence[int]) -> torch.Tensor:
        """Read generated tokens and return the logits after each, `(tokens, vocab_size)` float32."""
        while True:
            try:
                if self._cache is None:  # dropped when memory ran out
                    self._read_on(len(ids), cancelled=_never)
                logits = self._forward_ids(ids)
            except (RuntimeError, MemoryError) as error:
                self._step_down(error)
            else:
                self._fed.extend(ids)
                return logits

    def truncate(self, length: int) -> None:
        """Forget the generated tokens from position `length` of the whole on."""
        if self._cache is None or self._sequence is None or length < len(self._sequence):
            raise ValueError(f"only generated tokens can be taken back, not all from position {length} on")
        self._cache.truncate(length)
        del self._fed[length - len(self._sequence) :]

    @torch.inference_mode()
    def _read_on(self, room: int, cancelled: Callable[[], bool]) -> torch.Tensor | None:
        """Compute what the cache lacks of the sequence and the tokens fed since, in chunks."""
        if self._sequence is None:
            raise ValueError("there is no sequence to read")
        embeddings = self._sequence.embed(self.model.embed_tokens)
        if self._fed:
            fed = self.model.embed_tokens(torch.tensor([self._fed]))
            embeddings = torch.cat([embeddings, fed], dim=1)
        pictures = self._sequence.pictures(after=len(self._fed))
        cache = self._cache_for(embeddings.shape[1] + room)
        logits = None
        try:
            with interruptible(self.model, cancelled):
                while cache.length < embeddings.shape[1]:
                    if cancelled():
                        return None
                    chunk = slice(cache.length, cache.length + self._chunk)
                    with pictures_at(pictures[:, chunk]):
                        logits = self.model.forward(embeddings[:, chunk], cache, last_only=True)
        except Interrupted:
            return None
        return None if logits is None else logits[0, -1].float()

    @torch.inference_mode()
    def _forward_ids(self, ids: Sequence[int]) -> torch.Tensor:
        cache = self._cache_for(self.length + len(ids))
        logits = self.model.forward(self.model.embed_tokens(torch.tensor([ids])), cache)
        return logits[0].float()

    def _cache_for(self, positions: int) -> Cache:
        room = min(-(-positions // _CACHE_STEP) * _CACHE_STEP, self.model.context_tokens)
        if self._cache is None:
            self._cache = self.model.new_cache(max(room, positions))
        self._cache.reserve(room)
        return self._cache

    @torch.inference_mode(mode=False)  # weights cast under inference mode could never be explained by gradients
    def _step_down(self, error: Exception) -> None:
        """Free what is kept and take one step that needs less memory, or raise OutOfMemory."""
        if not is_out_of_memory(error):
            self.forget()  # an interrupted forward may have stored a part of its positions
            raise error
        self._cache = None
        model = self.model
        if self._chunk > _SMALLEST_CHUNK:
            self._chunk = max(_SMALLEST_CHUNK, self._chunk // 4)
            step = "reading the prompt in smaller pieces"
        elif model.dtype == torch.float32 and not in_groups(model):  # groups are smaller already
            model.to(device=model.device, dtype=torch.bfloat16)
            step = "with numbers of half the size"
        elif model.device.type != "cpu":
            model.to(device=torch.device("cpu"), dtype=model.dtype)
            step = "on the processor instead of the graphics card, more slowly"
        else:
            raise OutOfMemory(
                "This computer ran out of memory for the answer. Nothing was lost; close other programs, "
                "shorten the question or choose a smaller model."
            ) from error
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        self._on_notice(f"Memory ran out; the answer goes on {step}.")


def is_out_of_memory(error: Exception) -> bool:
    """Tell a lack of memory from every other error of torch, which has no class of its own on the CPU."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and _CPU_ALLOCATOR.search(str(error)) is not None


def chunk_tokens(model: CausalDecoder) -> int:
    """Return a fixed chunk for this decoder: the same prompt is always computed in the same way."""
    if model.device.type != "cpu":
        return _GPU_CHUNK
    fitting = int(_CHUNK_MULTIPLY_ADDS / max(computed_weights(model), 1))
    power = 1 << max(fitting.bit_length() - 1, 0)
    return max(_SMALLEST_CHUNK, min(power, _LARGEST_CPU_CHUNK))


def _never() -> bool:
    return False
