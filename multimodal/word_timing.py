"""When each word was said: dynamic time warping over the decoder's cross-attention (openai-whisper's method)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch import Tensor

FRAME_S = 0.02
_MEDIAN_WIDTH = 7
_OPENING = "\"'“¿([{-"
_CLOSING = "\"'.。,!！?？:”)]}、\N{FULLWIDTH COMMA}\N{FULLWIDTH COLON}"


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word as the tokenizer wrote it, with the spaces that it came with; seconds from the utterance's start."""

    text: str
    start_s: float
    end_s: float
    probability: float


def time_words(
    scores: Tensor, words: Sequence[tuple[str, int]], probabilities: Sequence[float], prompt_tokens: int
) -> list[TimedWord]:
    """Give every word its times.

    `scores` is `(heads, prompt + tokens, frames)`, the alignment heads' cross-attention before softmax; `words`
    holds each text with its number of tokens, and `probabilities` one number for each token.
    """
    if not words or scores.shape[-1] == 0:
        return []
    matrix = _alignment_matrix(scores)[prompt_tokens - 1 :]
    starts = warp(-matrix.double().cpu().numpy()) * FRAME_S
    timed, position = [], 0
    for text, length in words:
        stop = position + length
        timed.append(
            TimedWord(text, float(starts[position]), float(starts[stop]), float(np.mean(probabilities[position:stop])))
        )
        position = stop
    return merge_punctuation(timed)


def _alignment_matrix(scores: Tensor) -> Tensor:
    """Return `(prompt + tokens, frames)`: attention standardised over tokens, smoothed over time, heads averaged."""
    weights = scores.softmax(dim=-1)
    deviation, mean = torch.std_mean(weights, dim=-2, keepdim=True, unbiased=False)
    # A frame that every token ignores alike has no deviation; it then says nothing rather than NaN.
    weights = (weights - mean) / deviation.clamp_min(1e-12)
    half = _MEDIAN_WIDTH // 2
    if weights.shape[-1] > half:
        padded = F.pad(weights, (half, half), mode="reflect")
        weights = padded.unfold(-1, _MEDIAN_WIDTH, 1).median(dim=-1).values
    return weights.mean(dim=0)


def warp(cost: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return, for each row of `cost` `(rows, columns)`, the first column of the cheapest monotonic path.

    Row by row: D[i, j] = cost[i, j] + min(D[i-1, j-1], D[i-1, j], D[i, j-1]) is a running minimum once the
    row's own cumulative sum is taken off, so no loop runs over the columns.
    """
    rows, columns = cost.shape
    total = np.full((rows + 1, columns + 1), np.inf)
    total[0, 0] = 0
    for row in range(rows):
        along = np.concatenate(([0.0], np.cumsum(cost[row])))
        enter = np.minimum(total[row, :-1], total[row, 1:])
        total[row + 1, 1:] = along[1:] + np.minimum.accumulate(enter - along[:-1])
    return _backtrace(total)


def _backtrace(total: NDArray[np.float64]) -> NDArray[np.int64]:
    row, column = total.shape[0] - 1, total.shape[1] - 1
    first = np.zeros(row, dtype=np.int64)
    while row > 0:
        first[row - 1] = column - 1
        diagonal, up, left = total[row - 1, column - 1], total[row - 1, column], total[row, column - 1]
        if column == 1 or (up < diagonal and up < left):
            row -= 1
        elif diagonal < up and diagonal < left:
            row, column = row - 1, column - 1
        else:
            column -= 1
    return first


def merge_punctuation(words: Sequence[TimedWord]) -> list[TimedWord]:
    """Join opening marks to the word after them, closing marks to the word before, and split numbers (38 + .2)."""
    merged: list[TimedWord] = []
    opening: TimedWord | None = None
    for word in words:
        current = word if opening is None else replace(word, text=opening.text + word.text)
        opening = None
        if word.text.startswith(" ") and word.text.strip() and word.text.strip() in _OPENING:
            opening = current
        elif merged and current.text in _CLOSING:
            # The pause after a word is counted to its full stop, so the word keeps its own end.
            merged[-1] = replace(merged[-1], text=merged[-1].text + current.text)
        elif merged and _continues(merged[-1].text, current.text):
            merged[-1] = TimedWord(
                merged[-1].text + current.text,
                merged[-1].start_s,
                word.end_s,
                min(merged[-1].probability, word.probability),
            )
        else:
            merged.append(current)
    return merged if opening is None else [*merged, opening]


def _continues(previous: str, text: str) -> bool:
    """Tell whether `text` belongs to the word before it; scripts without spaces are left character by character."""
    return not text.startswith(" ") and text.isascii() and previous[-1:].isascii() and not previous.endswith(" ")
