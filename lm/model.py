"""The decoder: embeddings in, next-token logits out. The whole model is in this file.

A causal transformer decoder (Vaswani et al. 2017) in its two common dialects:

    GPT-2 (Radford et al. 2019)                 Llama, Mistral, Qwen2, Qwen3
    learned positions added to the embeddings   rotary positions (Su et al. 2021) on queries and keys
    LayerNorm                                   RMSNorm (Zhang and Sennrich 2019)
    GELU feed-forward                           SwiGLU feed-forward (Shazeer 2020)
    one key/value head for each query head      grouped-query attention (Ainslie et al. 2023)

Each layer adds two things to the residual stream x of shape `(batch, tokens, d_model)`:

    x = x + attention(norm(x))        softmax(Q Kᵀ / sqrt(d_head)) V, every token sees itself and the past
    x = x + feed_forward(norm(x))     the same small network at every position

Input is embeddings rather than token ids, because pictures and sound enter as embeddings beside the words.
Query, key and value projections are one matrix, and so are gate and up: at batch 1 a decoder is bound by
reading its weights, and fewer, larger products read them faster.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol

import torch
import torch.nn.functional as F
from torch import nn

from lm.errors import ContextOverflow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class RopeScaling:
    """Llama 3's stretching of slow rotary frequencies to a longer context than was pre-trained."""

    factor: float
    low_frequency_factor: float
    high_frequency_factor: float
    original_context_tokens: int


@dataclass(frozen=True, slots=True)
class DecoderConfig:
    """The shape and dialect of a decoder. `lm.decoder_config` reads and checks it."""

    vocab_size: int
    d_model: int
    layers: int
    heads: int
    kv_heads: int
    d_head: int
    d_feed_forward: int
    context_tokens: int
    norm: Literal["layer", "rms"]
    norm_epsilon: float
    positions: Literal["learned", "rotary"]
    activation: Literal["gelu", "gelu_tanh", "swiglu"]
    rope_theta: float = 10_000.0
    rope_scaling: RopeScaling | None = None
    qkv_bias: bool = False
    attention_out_bias: bool = False
    feed_forward_bias: bool = False
    query_key_norm: bool = False
    """RMSNorm over each head's queries and keys before rotation (Qwen3)."""
    tied_head: bool = True
    """The output projection is the embedding table."""


class Cache(Protocol):
    """Keys and values of the positions that were already read."""

    @property
    def length(self) -> int:
        """How many positions are held."""

    def reserve(self, max_tokens: int) -> None:
        """Make room for `max_tokens` positions in all, keeping those that are held."""

    def truncate(self, length: int) -> None:
        """Forget every position from `length` on."""

    def fork(self, length: int, batch: int) -> Cache:
        """Return a cache of its own with the first `length` positions of this one of batch 1, `batch` times."""


class CausalDecoder(Protocol):
    """What the engine, the training and the explanations need of a decoder, ours or foreign."""

    vocab_size: int
    d_model: int
    context_tokens: int

    @property
    def device(self) -> torch.device:
        """Where the weights are."""

    @property
    def dtype(self) -> torch.dtype:
        """Of weights, embeddings and logits."""

    def embed_tokens(self, ids: torch.Tensor) -> torch.Tensor:
        """Map `ids` (...) int64 on any device to `(..., d_model)` on the decoder's device."""

    def new_cache(self, max_tokens: int, batch: int = 1) -> Cache:
        """Return an empty cache with room for `max_tokens` positions."""

    def forward(self, embeddings: torch.Tensor, cache: Cache | None = None, last_only: bool = False) -> torch.Tensor:
        """Map `embeddings` `(batch, tokens, d_model)` to logits `(batch, tokens or 1, vocab_size)`.

        With a cache, the tokens continue what it holds and are added to it. Without one the call is
        differentiable; right-padded batches need no mask, because no token sees what follows it.
        """

    def logits_where(
        self, embeddings: torch.Tensor, wanted: torch.Tensor, lengths: Sequence[int] | None = None
    ) -> torch.Tensor:
        """Map `embeddings` `(batch, tokens, d_model)` to logits `(wanted.sum(), vocab_size)`, differentiably.

        `wanted` `(batch, tokens)` bool marks the positions that carry a loss: the output projection is a
        fifth of a small decoder, and most positions of a fused prompt need none of it. With `lengths` the batch is
        one row in which samples of these lengths stand one after another, each read as if it were alone.
        """

    def parameters(self, recurse: bool = True) -> Iterator[nn.Parameter]:
        """Yield the weights."""

    def to(self, device: torch.device, dtype: torch.dtype) -> object:
        """Move and cast the weights in place."""


class KVCache:
    """Preallocated keys and values, each `(layers, batch, kv_heads, max_tokens, d_head)`."""

    def __init__(self, config: DecoderConfig, max_tokens: int, batch: int, like: torch.Tensor) -> None:
        self._shape = (config.layers, batch, config.kv_heads, max_tokens, config.d_head)
        # unbind makes the view of each layer once instead of once a token.
        self._keys = torch.empty(self._shape, device=like.device, dtype=like.dtype).unbind()
        self._values = torch.empty(self._shape, device=like.device, dtype=like.dtype).unbind()
        self.length = 0

    @property
    def max_tokens(self) -> int:
        """How many positions there is room for."""
        return self._shape[3]

    def reserve(self, max_tokens: int) -> None:
        """Make room for `max_tokens` positions in all, keeping those that are held."""
        if max_tokens <= self.max_tokens:
            return
        self._shape = (*self._shape[:3], max_tokens, self._shape[4])
        self._keys = self._enlarged(self._keys)
        self._values = self._enlarged(self._values)

    def _enlarged(self, old: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
        new = torch.empty(self._shape, device=old[0].device, dtype=old[0].dtype).unbind()
        for target, source in zip(new, old, strict=True):
            target[:, :, : self.length] = source[:, :, : self.length]
        return new

    def truncate(self, length: int) -> None:
        """Forget every position from `length` on."""
        if not 0 <= length <= self.length:
            raise ValueError(f"cannot truncate a cache of {self.length} positions to {length}")
        self.length = length

    def fork(self, length: int, batch: int) -> KVCache:
        """Return a cache of its own with the first `length` positions of this one of batch 1, `batch` times."""
        twin = copy.copy(self)
        twin.truncate(length)
        twin._shape = (self._shape[0], batch, *self._shape[2:])
        twin._keys, twin._values = twin._enlarged(self._keys), twin._enlarged(self._values)
        return twin

    def extend(self, layer: int, keys: torch.Tensor, values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Store `(batch, kv_heads, tokens, d_head)` after the past of `layer`.

        Returns views of the whole, `(batch, kv_heads, past + tokens, d_head)`. `length` moves only when
        every layer has stored its part, so that an interrupted forward leaves the cache as it was.
        """
        end = self.length + keys.shape[2]
        self._keys[layer][:, :, self.length : end] = keys
        self._values[layer][:, :, self.length : end] = values
        return self._keys[layer][:, :, :end], self._values[layer][:, :, :end]


@dataclass(frozen=True, slots=True, eq=False)
class AttentionContext:
    """What all layers share in one forward: worked out once, not once a layer."""

    rotation: tuple[torch.Tensor, torch.Tensor] | None
    """Cosines and signed sines, `(tokens, d_head)` each."""
    mask: torch.Tensor | None
    """True where a new token may look, `(query heads a key head * tokens, past + tokens)`, or None."""
    causal: bool
    cache: KVCache | None
    lengths: tuple[int, ...] | None = None
    """Of the samples that stand one after another in the only row; None where a row is one sample."""


class Decoder(nn.Module):
    """Our decoder; implements `CausalDecoder`."""

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.config = config
        self.vocab_size = config.vocab_size
        self.d_model = config.d_model
        self.context_tokens = config.context_tokens
        self.embedding = nn.Embedding(config.vocab_size, config.d_model)
        self.positions: nn.Embedding | None = None
        self.rotary: RotaryPositions | None = None
        if config.positions == "learned":
            self.positions = nn.Embedding(config.context_tokens, config.d_model)
        else:
            self.rotary = RotaryPositions(config)
        self.layers = nn.ModuleList(DecoderLayer(config, index) for index in range(config.layers))
        self.norm = make_norm(config, config.d_model)
        self.head = nn.Linear(config.d_model, config.vocab_size, bias=False)
        if config.tied_head:
            self.tie_head()

    def tie_head(self) -> None:
        """Make the output projection the embedding table, again after its tensor was replaced."""
        self.head.weight = self.embedding.weight

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self._like.device

    @property
    def dtype(self) -> torch.dtype:
        """Of weights, embeddings and logits."""
        return self._like.dtype

    @property
    def _like(self) -> torch.Tensor:
        """A weight for device and dtype: of the norm, because matrices may be packed (`lm.packing`)."""
        return next(self.norm.parameters())

    def embed_tokens(self, ids: torch.Tensor) -> torch.Tensor:
        """Map `ids` (...) int64 on any device to `(..., d_model)`, without positions."""
        embeddings: torch.Tensor = self.embedding(ids.to(self.device))
        return embeddings

    def new_cache(self, max_tokens: int, batch: int = 1) -> KVCache:
        """Return an empty cache with room for `max_tokens` positions."""
        if not 1 <= max_tokens <= self.context_tokens:
            raise ContextOverflow(
                f"a cache of {max_tokens} positions was asked for; this decoder reads 1 to {self.context_tokens}"
            )
        return KVCache(self.config, max_tokens, batch, self._like)

    def forward(self, embeddings: torch.Tensor, cache: Cache | None = None, last_only: bool = False) -> torch.Tensor:
        """Map `embeddings` `(batch, tokens, d_model)` to logits `(batch, tokens, vocab_size)`.

        With `last_only` the logits are those of the last token alone, `(batch, 1, vocab_size)`. With a
        cache, the tokens continue what it holds. Raises ContextOverflow when they do not fit.
        """
        if cache is not None and not isinstance(cache, KVCache):
            raise TypeError(f"this decoder's own cache is needed, not a {type(cache).__name__}")
        x = self._residual_stream(embeddings, cache)
        if last_only:
            x = x[:, -1:]
        logits: torch.Tensor = self.head(self.norm(x))
        return logits

    def logits_where(
        self, embeddings: torch.Tensor, wanted: torch.Tensor, lengths: Sequence[int] | None = None
    ) -> torch.Tensor:
        """Map `embeddings` `(batch, tokens, d_model)` to logits `(wanted.sum(), vocab_size)`, differentiably.

        `wanted` is `(batch, tokens)` bool. With `lengths`, samples stand packed in one row.
        """
        stream = self._residual_stream(embeddings) if lengths is None else self._packed_stream(embeddings, lengths)
        logits: torch.Tensor = self.head(self.norm(stream[wanted]))
        return logits

    def _packed_stream(self, embeddings: torch.Tensor, lengths: Sequence[int]) -> torch.Tensor:
        """Return what the last layer leaves of samples in one row, `(1, tokens, d_model)`.

        Positions start anew with each sample and attention stays within it; all else looks at one position anyhow.
        """
        self._check_room(max(lengths), None)
        places = torch.cat([torch.arange(length) for length in lengths])
        x = embeddings.to(self.dtype)
        if self.positions is not None:
            x = x + self.positions(places.to(self.device))
        rotation = None
        if self.rotary is not None:
            cosines, sines = self.rotary(0, max(lengths), self._like)
            rotation = cosines[places], sines[places]
        context = AttentionContext(rotation, None, causal=True, cache=None, lengths=tuple(lengths))
        for layer in self.layers:
            x = layer(x, context)
        return x

    def _residual_stream(self, embeddings: torch.Tensor, cache: KVCache | None = None) -> torch.Tensor:
        """Return what the last layer leaves, `(batch, tokens, d_model)`."""
        tokens = embeddings.shape[1]
        past = cache.length if cache else 0
        self._check_room(past + tokens, cache)
        x = embeddings.to(self.dtype)
        if self.positions is not None:
            x = x + self.positions.weight[past : past + tokens]
        context = self._context(past, tokens, cache)
        for layer in self.layers:
            x = layer(x, context)
        if cache:
            cache.length += tokens
        return x

    def _check_room(self, end: int, cache: KVCache | None) -> None:
        room = min(self.context_tokens, cache.max_tokens) if cache else self.context_tokens
        if end > room:
            raise ContextOverflow(f"{end} positions do not fit: there is room for {room}")

    def _context(self, past: int, tokens: int, cache: KVCache | None) -> AttentionContext:
        rotation = self.rotary(past, tokens, self._like) if self.rotary else None
        mask = None
        if past and tokens > 1:
            # SDPA's own causal mask starts at the first key; new tokens also see all of the past.
            mask = torch.ones(tokens, past + tokens, dtype=torch.bool, device=self.device).tril(past)
            mask = mask.repeat(self.config.heads // self.config.kv_heads, 1)
        # A single token sees everything that is there and needs no mask at all.
        return AttentionContext(rotation, mask, causal=tokens > 1 and not past, cache=cache)


class DecoderLayer(nn.Module):
    """Attention, then the feed-forward network, each on a normalised copy of the residual stream."""

    def __init__(self, config: DecoderConfig, index: int) -> None:
        super().__init__()
        self.attention_norm = make_norm(config, config.d_model)
        self.attention = Attention(config, index)
        self.feed_forward_norm = make_norm(config, config.d_model)
        self.feed_forward = SwiGLU(config) if config.activation == "swiglu" else FeedForward(config)

    def forward(self, x: torch.Tensor, context: AttentionContext) -> torch.Tensor:
        """Map the residual stream `(batch, tokens, d_model)` to the same shape."""
        x = x + self.attention(self.attention_norm(x), context)
        narrowed: torch.Tensor = self.feed_forward(self.feed_forward_norm(x))
        return x + narrowed


class Attention(nn.Module):
    """Causal multi-head self-attention: softmax(Q Kᵀ / sqrt(d_head)) V."""

    def __init__(self, config: DecoderConfig, index: int) -> None:
        super().__init__()
        self.index = index
        self.heads, self.kv_heads, self.d_head = config.heads, config.kv_heads, config.d_head
        d_queries = config.heads * config.d_head
        d_qkv = d_queries + 2 * config.kv_heads * config.d_head
        self.qkv = nn.Linear(config.d_model, d_qkv, bias=config.qkv_bias)
        self.out = nn.Linear(d_queries, config.d_model, bias=config.attention_out_bias)
        self.query_norm = make_norm(config, config.d_head) if config.query_key_norm else None
        self.key_norm = make_norm(config, config.d_head) if config.query_key_norm else None

    def forward(self, x: torch.Tensor, context: AttentionContext) -> torch.Tensor:
        """Map normalised `x` `(batch, tokens, d_model)` to what the past adds, the same shape."""
        batch, tokens, _ = x.shape
        queries, keys, values = self._project(x, context.rotation)
        if context.cache:
            keys, values = context.cache.extend(self.index, keys, values)
        mixed = self._attend(queries, keys, values, context)
        projected: torch.Tensor = self.out(mixed.transpose(1, 2).reshape(batch, tokens, -1))
        return projected

    def _project(
        self, x: torch.Tensor, rotation: tuple[torch.Tensor, torch.Tensor] | None
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return queries `(batch, heads, tokens, d_head)`, keys and values `(batch, kv_heads, ...)`."""
        batch, tokens, _ = x.shape
        heads = self.qkv(x).view(batch, tokens, -1, self.d_head).transpose(1, 2)
        queries_keys, values = heads.split([self.heads + self.kv_heads, self.kv_heads], dim=1)
        if self.query_norm is not None and self.key_norm is not None:
            queries, keys = queries_keys.split([self.heads, self.kv_heads], dim=1)
            queries_keys = torch.cat([self.query_norm(queries), self.key_norm(keys)], dim=1)
        if rotation is not None:
            queries_keys = rotate(queries_keys, *rotation)
        queries, keys = queries_keys.split([self.heads, self.kv_heads], dim=1)
        return queries, keys, values

    def _attend(
        self, queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, context: AttentionContext
    ) -> torch.Tensor:
        """Return `(batch, heads, tokens, d_head)`."""
        if context.lengths is not None:
            alone = replace(context, lengths=None)
            parts = (torch.split(part, list(context.lengths), dim=2) for part in (queries, keys, values))
            return torch.cat([self._attend(q, k, v, alone) for q, k, v in zip(*parts, strict=True)], dim=2)
        if context.causal:
            grouped = self.heads != self.kv_heads
            return F.scaled_dot_product_attention(queries, keys, values, is_causal=True, enable_gqa=grouped)
        # The query heads of a group stand as rows before the key head that they share: one product reads
        # each key once, where SDPA's own grouping would copy all keys for every query head (CPU, 7 x slower).
        rows = queries.reshape(queries.shape[0], self.kv_heads, -1, self.d_head)
        return F.scaled_dot_product_attention(rows, keys, values, context.mask).reshape(queries.shape)


class FeedForward(nn.Module):
    """GPT-2's position-wise network: widen, GELU, narrow."""

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.up = nn.Linear(config.d_model, config.d_feed_forward, bias=config.feed_forward_bias)
        self.down = nn.Linear(config.d_feed_forward, config.d_model, bias=config.feed_forward_bias)
        self.approximation = "tanh" if config.activation == "gelu_tanh" else "none"

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map `(batch, tokens, d_model)` to the same shape, each position for itself."""
        narrowed: torch.Tensor = self.down(F.gelu(self.up(x), approximate=self.approximation))
        return narrowed


class SwiGLU(nn.Module):
    """Llama's position-wise network: down(silu(gate(x)) * up(x))."""

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.gate_up = nn.Linear(config.d_model, 2 * config.d_feed_forward, bias=config.feed_forward_bias)
        self.down = nn.Linear(config.d_feed_forward, config.d_model, bias=config.feed_forward_bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map `(batch, tokens, d_model)` to the same shape, each position for itself."""
        gate, up = self.gate_up(x).chunk(2, dim=-1)
        narrowed: torch.Tensor = self.down(F.silu(gate) * up)
        return narrowed


class RotaryPositions:
    """Rotary position embedding: the angle of a pair of features grows with the position.

    No nn.Module on purpose: its frequencies must stay float32 when the decoder is cast to bfloat16.
    """

    def __init__(self, config: DecoderConfig) -> None:
        self._frequencies = rotary_frequencies(config)

    def __call__(self, past: int, tokens: int, like: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return cosines and signed sines for positions `past` on, `(tokens, d_head)`, as `like`."""
        if self._frequencies.device != like.device:
            self._frequencies = self._frequencies.to(like.device)
        positions = torch.arange(past, past + tokens, device=like.device, dtype=torch.float32)
        angles = torch.outer(positions, self._frequencies)
        cosines, sines = angles.cos(), angles.sin()
        # `rotate` swaps the halves of a head; the minus of -x2 goes into the sine once for all layers.
        return torch.cat([cosines, cosines], -1).to(like.dtype), torch.cat([-sines, sines], -1).to(like.dtype)


def rotary_frequencies(config: DecoderConfig) -> torch.Tensor:
    """Return radians per position, `(d_head / 2,)` float32, on the CPU even where the model is on `meta`."""
    exponents = torch.arange(0, config.d_head, 2, dtype=torch.float32, device="cpu") / config.d_head
    frequencies = 1.0 / config.rope_theta**exponents
    if config.rope_scaling is None:
        return frequencies
    scaling = config.rope_scaling
    turns = frequencies * scaling.original_context_tokens / (2 * math.pi)
    # Fast features keep their frequency, slow ones are stretched, those between are blended (Llama 3.1).
    low, high = scaling.low_frequency_factor, scaling.high_frequency_factor
    kept = ((turns - low) / (high - low)).clamp(0.0, 1.0)
    return frequencies * (kept + (1 - kept) / scaling.factor)


def rotate(heads: torch.Tensor, cosines: torch.Tensor, signed_sines: torch.Tensor) -> torch.Tensor:
    """Rotate the feature pairs (i, i + d_head / 2) of `heads` `(batch, heads, tokens, d_head)`."""
    return torch.addcmul(heads * cosines, heads.roll(heads.shape[-1] // 2, dims=-1), signed_sines)


def make_norm(config: DecoderConfig, width: int) -> nn.Module:
    """Return the dialect's normalisation of the last axis."""
    if config.norm == "rms":
        return nn.RMSNorm(width, eps=config.norm_epsilon)
    return nn.LayerNorm(width, eps=config.norm_epsilon)
