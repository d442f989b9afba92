"""When a transcript of an utterance is not to be trusted: loops, babble and words where nobody spoke (no torch)."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST_PERIOD = 16
_LOOP_REPEATS, _LOOP_TOKENS = 4, 16


class Verdict(StrEnum):
    """What is to be done with a hypothesis."""

    GOOD = "good"
    RETRY = "retry"
    SILENCE = "silence"
    """Nobody spoke: leave it out."""


@dataclass(frozen=True, slots=True)
class Guards:
    """Limits beyond which a hypothesis is decoded again or left out; the first three are openai-whisper's."""

    max_compression_ratio: float = 2.4
    min_mean_logprob: float = -1.0
    max_no_speech_probability: float = 0.6
    sure_mean_logprob: float = -0.4
    """Words as likely as this are kept even where no speech was expected. Of 260 spoken prompts none passed 0.2
    in the probability of no speech; nine noises lay at 0.56 to 0.94, with words at -0.5 or below."""
    max_characters_per_second: float = 35.0
    """Nobody speaks faster; fast English is 20, fast Spanish 25."""
    spare_characters: int = 20
    """For utterances so short that a rate means little."""

    def judge(
        self, text: str, *, mean_logprob: float, no_speech_probability: float, finished: bool, duration_s: float
    ) -> Verdict:
        """Decide from what the decoder said about itself and from the text's own shape."""
        if not any(character.isalnum() for character in text):
            return Verdict.SILENCE
        if no_speech_probability > self.max_no_speech_probability and mean_logprob < self.sure_mean_logprob:
            return Verdict.SILENCE
        unlikely = mean_logprob < self.min_mean_logprob
        too_fast = len(text) > self.max_characters_per_second * duration_s + self.spare_characters
        repetitive = compression_ratio(text) > self.max_compression_ratio
        return Verdict.RETRY if unlikely or too_fast or repetitive or not finished else Verdict.GOOD


def compression_ratio(text: str) -> float:
    """Return how many times smaller zlib makes the text; loops compress far better than speech."""
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw))


def is_loop(tokens: Sequence[int]) -> bool:
    """Tell whether the last tokens repeat one short phrase, at least four times over at least 16 tokens.

    A patient who says "no, no, no" is not a loop; a decoder that has lost its place is.
    """
    return loop_start(tokens) is not None


def loop_start(tokens: Sequence[int]) -> int | None:
    """Return the index where a loop at the end of `tokens` begins to repeat itself, None where there is none."""
    for period in range(1, _LONGEST_PERIOD + 1):
        span = max(_LOOP_TOKENS, _LOOP_REPEATS * period)
        if len(tokens) < span or tokens[-1] != tokens[-1 - period]:
            continue
        start = len(tokens) - period
        while start > 0 and tokens[start - 1] == tokens[start - 1 + period]:
            start -= 1
        if len(tokens) - start >= span:
            return start + period
    return None
