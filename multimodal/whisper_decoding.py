"""Whisper's text decoder for a batch of utterances, over openai-whisper's weights.

openai-whisper's own loop grows its cache by concatenation, computes the logits of every position and runs the
decoder a second time for word times. Here the self-attention cache is preallocated, the cross-attention keys and
values of all layers come from one product, only the last position meets the vocabulary, and the scores of the
alignment heads are kept as they pass. Several utterances share each pass over the weights, which is what limits
a small decoder on a CPU.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from multimodal.speech_guards import is_loop
from multimodal.whisper_layers import FeedForward, Linear, Norm, SelfAttentionWeights, merge_heads, split_heads

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from whisper.model import ResidualAttentionBlock, Whisper

    from multimodal.whisper_encoding import EncodedSpeech


@dataclass(frozen=True, slots=True)
class DecodingRules:
    """What may be sampled and for how long."""

    prompt: tuple[int, ...]
    """Start of transcript, language, task, no timestamps."""
    suppressed: tuple[int, ...]
    suppressed_at_start: tuple[int, ...]
    end: int
    """The end token; every smaller id is text."""
    no_speech: int
    max_tokens: int
    temperature: float = 0.0
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Hypothesis:
    """What was decoded for one utterance."""

    tokens: tuple[int, ...]
    """Text tokens, the end token left out."""
    token_probabilities: tuple[float, ...]
    """Probability of each token among the text tokens."""
    mean_logprob: float
    """Over the tokens and, where it was reached, the end."""
    no_speech_probability: float
    finished: bool
    """False where a loop or the limit on tokens came before the end token."""
    alignment_scores: Tensor
    """`(heads, prompt + tokens, frames)` float32: cross-attention scores of the alignment heads before softmax."""


@dataclass(slots=True, eq=False)
class _Row:
    """One utterance while it is decoded."""

    frames: int
    no_speech_probability: float
    tokens: list[int]
    probabilities: list[float]
    scores: list[Tensor]
    logprob_sum: float = 0.0
    ended: bool = False
    looping: bool = False

    @property
    def done(self) -> bool:
        return self.ended or self.looping

    def add(self, token: int, logprob: float, probability: float, end: int) -> None:
        self.logprob_sum += logprob
        self.ended = token == end
        if not self.ended:
            self.tokens.append(token)
            self.probabilities.append(probability)
            self.looping = is_loop(self.tokens)

    def hypothesis(self, prompt_length: int) -> Hypothesis:
        scores = torch.cat(self.scores, dim=1)
        return Hypothesis(
            tokens=tuple(self.tokens),
            token_probabilities=tuple(self.probabilities),
            mean_logprob=self.logprob_sum / max(1, len(self.tokens) + self.ended),
            no_speech_probability=self.no_speech_probability,
            finished=self.ended,
            alignment_scores=scores[:, : prompt_length + len(self.tokens), : self.frames],
        )


class _Block:
    """One decoder layer's weights."""

    def __init__(self, block: ResidualAttentionBlock, alignment_heads: Sequence[int], dtype: torch.dtype) -> None:
        self.attention = SelfAttentionWeights(block.attn_ln, block.attn, dtype)
        self.cross_norm = Norm(block.cross_attn_ln, dtype)
        self.cross_query = Linear([block.cross_attn.query], dtype)
        self.cross_out = Linear([block.cross_attn.out], dtype)
        self.feed_forward = FeedForward(block.mlp_ln, block.mlp, dtype)
        self.alignment_heads = list(alignment_heads)


@dataclass(slots=True, eq=False)
class _Cache:
    """Keys and values `(layers, 2, batch, heads, length, width)` of the utterances that are still decoded."""

    speech: Tensor
    speech_bias: Tensor
    """`(batch, 1, 1, states)`; minus infinity on the padding of shorter utterances."""
    text: Tensor
    length: int = 0

    def keep(self, rows: list[int]) -> None:
        self.speech, self.text = self.speech[:, :, rows], self.text[:, :, rows]
        self.speech_bias = self.speech_bias[rows]


class BatchDecoder:
    """openai-whisper's TextDecoder over its own weights, for many utterances at once."""

    def __init__(self, model: Whisper, alignment_heads: Sequence[tuple[int, int]], dtype: torch.dtype) -> None:
        decoder = model.decoder
        self._heads, self._dtype, self._device = model.dims.n_text_head, dtype, model.device
        self._embedding = decoder.token_embedding.weight.to(dtype)
        self._positions = decoder.positional_embedding.to(dtype)
        self._norm = Norm(decoder.ln, dtype)
        self._blocks = [
            _Block(block, [head for layer, head in alignment_heads if layer == index], dtype)
            for index, block in enumerate(decoder.blocks)
        ]
        crosses = [block.cross_attn for block in decoder.blocks]
        self._speech_keys_values = Linear([part for cross in crosses for part in (cross.key, cross.value)], dtype)

    @torch.inference_mode()
    def first_logits(self, speech: Sequence[EncodedSpeech], start: int) -> Tensor:
        """Return the logits `(batch, vocab)` float32 after the start token alone; they name the language."""
        tokens = torch.full((len(speech), 1), start, device=self._device)
        hidden, _ = self._forward(tokens, self._new_cache(speech, 1))
        return self._logits(hidden[:, -1])

    @torch.inference_mode()
    def decode(
        self, speech: Sequence[EncodedSpeech], rules: DecodingRules, cancelled: Callable[[], bool] = lambda: False
    ) -> list[Hypothesis]:
        """Decode every utterance, greedily at temperature 0; cut short where `cancelled`."""
        cache = self._new_cache(speech, len(rules.prompt) + rules.max_tokens)
        sampler = _Sampler(rules, len(self._embedding), self._device)
        hidden, scores = self._forward(torch.tensor([rules.prompt] * len(speech), device=self._device), cache)
        no_speech = self._logits(hidden[:, 0]).softmax(-1)[:, rules.no_speech].tolist()
        rows = [
            _Row(item.frames, probability, [], [], [score])
            for item, probability, score in zip(speech, no_speech, scores, strict=True)
        ]
        active = rows
        for step in range(rules.max_tokens):
            chosen = sampler.choose(self._logits(hidden[:, -1]), active, step)
            survivors = [position for position, row in enumerate(active) if not row.done]
            if not survivors or cancelled():
                break
            # Dropping rows copies the cache, so it is done only when it halves the work.
            if 2 * len(survivors) <= len(active):
                cache.keep(survivors)
                active, chosen = [active[position] for position in survivors], chosen[survivors]
            hidden, scores = self._forward(chosen.unsqueeze(1), cache)
            for row, score in zip(active, scores, strict=True):
                row.scores.append(score)
        return [row.hypothesis(len(rules.prompt)) for row in rows]

    def _new_cache(self, speech: Sequence[EncodedSpeech], max_tokens: int) -> _Cache:
        states = pad_sequence([item.states for item in speech], batch_first=True).to(self._dtype)
        bias = pad_sequence([item.key_bias for item in speech], batch_first=True, padding_value=-torch.inf)
        batch, length, d_model = states.shape
        shape = (batch, length, len(self._blocks), 2, self._heads, d_model // self._heads)
        keys_values = self._speech_keys_values(states).view(shape).permute(2, 3, 0, 4, 1, 5).contiguous()
        text = keys_values.new_empty(*keys_values.shape[:4], max_tokens, keys_values.shape[5])
        return _Cache(keys_values, bias.to(self._dtype)[:, None, None], text)

    def _forward(self, tokens: Tensor, cache: _Cache) -> tuple[Tensor, Tensor]:
        """Return hidden states `(batch, n, d_model)` and alignment scores `(batch, heads, n, states)`."""
        start, stop = cache.length, cache.length + tokens.shape[1]
        hidden = F.embedding(tokens, self._embedding) + self._positions[start:stop]
        causal = torch.full((stop - start, stop), -torch.inf, dtype=self._dtype, device=self._device).triu(start + 1)
        scores = []
        for index, block in enumerate(self._blocks):
            query, key, value = block.attention.project(hidden)
            keys, values = cache.text[index]
            keys[:, :, start:stop], values[:, :, start:stop] = key, value
            attended, _ = _attend(query, keys[:, :, :stop], values[:, :, :stop], causal)
            hidden = hidden + block.attention.merge(attended)
            (query,) = split_heads(block.cross_query(block.cross_norm(hidden)), 1, self._heads)
            keys, values = cache.speech[index]
            attended, cross_scores = _attend(query, keys, values, cache.speech_bias)
            if block.alignment_heads:
                scores.append(cross_scores[:, block.alignment_heads].float())
            hidden = hidden + block.cross_out(merge_heads(attended))
            hidden = hidden + block.feed_forward(hidden)
        cache.length = stop
        return hidden, torch.cat(scores, dim=1)

    def _logits(self, hidden: Tensor) -> Tensor:
        return F.linear(self._norm(hidden), self._embedding).float()


def _attend(query: Tensor, keys: Tensor, values: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    """Return softmax(QKᵀ/√width + bias)·V and the scores before softmax.

    Written out because torch's fused kernel takes ten times as long for one query in bfloat16 on a CPU, and
    because the alignment needs the scores.
    """
    scores = (query * query.shape[-1] ** -0.5) @ keys.transpose(-1, -2) + bias
    return scores.softmax(-1) @ values, scores


class _Sampler:
    """Chooses the next token of every utterance and keeps its probabilities."""

    def __init__(self, rules: DecodingRules, vocabulary: int, device: torch.device) -> None:
        self._rules = rules
        self._forbidden = torch.zeros(vocabulary, device=device)
        self._forbidden[list(rules.suppressed)] = -torch.inf
        self._forbidden_at_start = self._forbidden.clone()
        self._forbidden_at_start[list(rules.suppressed_at_start)] = -torch.inf
        self._generator = torch.Generator(device).manual_seed(rules.seed)

    def choose(self, logits: Tensor, rows: Sequence[_Row], step: int) -> Tensor:
        """Return the next tokens `(batch,)` and add them to the rows that are not done."""
        text_normaliser = logits[:, : self._rules.end].logsumexp(-1, keepdim=True)
        allowed = logits + (self._forbidden if step else self._forbidden_at_start)
        logprobs = allowed.log_softmax(-1)
        chosen = self._pick(logprobs)
        probabilities = (logits.gather(1, chosen) - text_normaliser).exp()
        numbers = torch.cat([logprobs.gather(1, chosen), probabilities], dim=1).tolist()
        tokens: list[int] = chosen.flatten().tolist()
        for row, token, (logprob, probability) in zip(rows, tokens, numbers, strict=True):
            if not row.done:
                row.add(token, logprob, probability, self._rules.end)
        return chosen.squeeze(1)

    def _pick(self, logprobs: Tensor) -> Tensor:
        if self._rules.temperature == 0:
            return logprobs.argmax(-1, keepdim=True)
        weights = (logprobs / self._rules.temperature).softmax(-1)
        return torch.multinomial(weights, 1, generator=self._generator)
