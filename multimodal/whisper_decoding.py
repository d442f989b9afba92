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

from multimodal.errors import Cancelled
from multimodal.whisper_layers import FeedForward, Linear, Norm, SelfAttentionWeights, merge_heads, split_heads
from multimodal.whisper_search import Beam, BeamSearch, Chooser

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from whisper.model import ResidualAttentionBlock, Whisper

    from multimodal.whisper_encoding import EncodedSpeech
    from multimodal.whisper_search import Continuation, DecodingRules


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
    """Its batch holds every beam of every utterance."""
    length: int = 0

    @property
    def beams(self) -> int:
        return self.text.shape[2] // self.speech.shape[2]

    def keep(self, utterances: list[int]) -> None:
        self.speech, self.speech_bias = self.speech[:, :, utterances], self.speech_bias[utterances]

    def go_on_from(self, rows: list[int]) -> None:
        """Let each row of the next token go on from one of the rows so far."""
        if rows != list(range(self.text.shape[2])):
            read = self.text[:, :, rows, :, : self.length]
            self.text = self.text.new_empty(*read.shape[:4], *self.text.shape[4:])
            self.text[:, :, :, :, : self.length] = read


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
        """Decode every utterance; cut short where `cancelled`. Raises Cancelled where it is before the first word."""
        cache = self._new_cache(speech, len(rules.prompt) + rules.max_tokens)
        if cancelled():
            raise Cancelled("Listening was stopped.")
        chooser = Chooser(rules, len(self._embedding), self._device)
        hidden, scores = self._forward(torch.tensor([rules.prompt] * len(speech), device=self._device), cache)
        no_speech = self._logits(hidden[:, 0]).softmax(-1)[:, rules.no_speech].tolist()
        searches = [BeamSearch(rules.beams, rules.end, [Beam(scores=(score,))], rules.names) for score in scores]
        active = searches
        for step in range(rules.max_tokens):
            found = chooser.continuations(self._logits(hidden[:, -1]), active, at_start=step == 0)
            rows = _extend(active, found, len(hidden) // len(active))
            going = [place for place, search in enumerate(active) if not search.done]
            if not going or cancelled():
                break
            # Dropping utterances copies what was said, so it is done only when it halves the work.
            if 2 * len(going) <= len(active):
                cache.keep(going)
                active, rows = [active[place] for place in going], [rows[place] for place in going]
            cache.go_on_from([row for own in rows for row in own])
            tokens = [token for search in active for token in search.next_tokens()]
            hidden, scores = self._forward(torch.tensor(tokens, device=self._device).unsqueeze(1), cache)
            for search, score in zip(active, torch.split(scores, rules.beams), strict=True):
                search.read(score)
        return [
            _hypothesis(search.best, item.frames, probability, len(rules.prompt))
            for search, item, probability in zip(searches, speech, no_speech, strict=True)
        ]

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
            attended, cross_scores = _attend_speech(query, keys, values, cache)
            if block.alignment_heads:
                scores.append(cross_scores[:, block.alignment_heads].float())
            hidden = hidden + block.cross_out(merge_heads(attended))
            hidden = hidden + block.feed_forward(hidden)
        cache.length = stop
        return hidden, torch.cat(scores, dim=1)

    def _logits(self, hidden: Tensor) -> Tensor:
        return F.linear(self._norm(hidden), self._embedding).float()


def _extend(
    searches: Sequence[BeamSearch], continuations: Sequence[Sequence[Continuation]], beams: int
) -> list[list[int]]:
    """Extend every search that is not done, each with `beams` rows in this step.

    Returns for each the rows of this step that its next rows go on from.
    """
    rows = []
    for place, (search, found) in enumerate(zip(searches, continuations, strict=True)):
        origins = [0] * search.width if search.done else search.extend(found)
        rows.append([place * beams + origin for origin in origins])
    return rows


def _hypothesis(beam: Beam, frames: int, no_speech_probability: float, prompt_length: int) -> Hypothesis:
    return Hypothesis(
        tokens=beam.tokens,
        token_probabilities=beam.probabilities,
        mean_logprob=beam.mean_logprob,
        no_speech_probability=no_speech_probability,
        finished=beam.ended,
        alignment_scores=torch.cat(beam.scores, dim=1)[:, : prompt_length + len(beam.tokens), :frames],
    )


def _attend_speech(query: Tensor, keys: Tensor, values: Tensor, cache: _Cache) -> tuple[Tensor, Tensor]:
    """Attend to what was said, which the beams of an utterance share: they become queries of one batch entry."""
    if cache.beams == 1:
        return _attend(query, keys, values, cache.speech_bias)
    rows, heads, _, width = query.shape
    shared = query.view(rows // cache.beams, cache.beams, heads, width).transpose(1, 2)
    attended, scores = _attend(shared, keys, values, cache.speech_bias)
    return attended.transpose(1, 2).reshape(rows, heads, 1, width), scores.transpose(1, 2).reshape(rows, heads, 1, -1)


def _attend(query: Tensor, keys: Tensor, values: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    """Return softmax(QKᵀ/√width + bias)·V and the scores before softmax.

    Written out because torch's fused kernel takes ten times as long for one query in bfloat16 on a CPU, and
    because the alignment needs the scores.
    """
    scores = (query * query.shape[-1] ** -0.5) @ keys.transpose(-1, -2) + bias
    return scores.softmax(-1) @ values, scores
