"""Which part of a note a statement belongs to, or none: a multinomial logistic regression over hashed words.

Its weights are small and ship with the code (`assets/placing`, with a card); `bedside train placing` makes them. It
places what the rules have worded and cannot write a word itself.
"""

from __future__ import annotations

import itertools
import math
import zlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from safetensors.numpy import load_file, save_file

from lm.grounding.gate import content_stems

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from lm.tasks.statements import Statement

BUCKETS = 1 << 14
"""Words are hashed into this many rows (Weinberger et al. 2009, arXiv:0902.2206)."""
WEIGHTS = Path(__file__).resolve().parents[2] / "assets" / "placing" / "placing.safetensors"
_NEAR = 3
"""Statements before and after whose words count as context."""


class Part(StrEnum):
    """A part of a note, by what stands in it."""

    NOTHING = "nothing"
    """Small talk, and what is said twice."""
    COMPLAINT = "complaint"
    HISTORY = "history"
    PAST = "past"
    SURGERIES = "surgeries"
    MEDICATIONS = "medications"
    ALLERGIES = "allergies"
    SOCIAL = "social"
    """Family and social history."""
    REVIEW = "review"
    EXAM = "exam"
    RESULTS = "results"
    ASSESSMENT = "assessment"
    PLAN = "plan"


PARTS = tuple(Part)


@dataclass(frozen=True, slots=True)
class Placed:
    """A statement with the part that it fits best; `weight` 0 to 1 says how surely it belongs into the note at all."""

    statement: Statement
    part: Part
    weight: float


class Placer:
    """Places statements; `weights` has shape `(BUCKETS, parts)`, float32."""

    def __init__(self, weights: npt.NDArray[np.float32]) -> None:
        self._weights = weights

    @classmethod
    @cache
    def shipped(cls) -> Placer:
        """Return the placer whose weights ship with the code."""
        return load(WEIGHTS)

    @classmethod
    def of(cls, weights: npt.NDArray[np.float16]) -> Placer:
        """Return a placer as its file will have it."""
        return cls(weights.astype(np.float32))

    def save(self, file: Path) -> None:
        """Write the weights as half floats in a safetensors file."""
        save_file({"weights": self._weights.astype(np.float16)}, str(file))

    def place(self, statements: Sequence[Statement]) -> tuple[Placed, ...]:
        """Return every statement with its part, in the same order."""
        placed: list[Placed] = []
        for at, statement in enumerate(statements):
            rows = features(statements, at)
            scores = self._weights[rows].sum(axis=0) / math.sqrt(len(rows))
            chances = np.exp(scores - scores.max())
            chances /= chances.sum()
            part = PARTS[1 + int(np.argmax(chances[1:]))]
            placed.append(Placed(statement, part, float(1 - chances[0])))
        return tuple(placed)


def load(file: Path) -> Placer:
    """Read weights that `Placer.save` wrote."""
    return Placer.of(load_file(str(file))["weights"])


def features(statements: Sequence[Statement], at: int) -> list[int]:
    """Return the rows of the weights that a statement switches on, from its words and those around it."""
    statement = statements[at]
    words = _keys(statement.text)
    said = _keys(" ".join(one.text for one in statement.said))
    names = ["bias", f"by {statement.speaker}", f"answer {statement.is_answer}", f"denies {bool(statement.denies)}"]
    names += [f"place {10 * at // len(statements)}", f"length {min(len(words) // 3, 9)}"]
    names += [f"talk {min(len(statements) // 20, 4)}", f"talk {min(len(statements) // 20, 4)} {statement.speaker}"]
    names += [f"w {word}" for word in words] + [f"s {word}" for word in said]
    names += [f"b {first} {second}" for first, second in itertools.pairwise(words)]
    for other in statements[max(0, at - _NEAR) : at]:
        names += [f"p {stem}" for stem in content_stems(other.text)]
    for other in statements[at + 1 : at + 2]:
        names += [f"n {stem}" for stem in content_stems(other.text)]
    return [zlib.crc32(name.encode()) % BUCKETS for name in dict.fromkeys(names)]


def _keys(text: str) -> list[str]:
    return ["#" if word[0].isdigit() else word for word in text.lower().replace(",", " ").replace(".", " ").split()]
