"""Names that a dictation is likely to hold are made likelier in every window: contextual biasing by a prefix tree.

Shallow fusion with a tree of the names' tokens (Zhao et al., Interspeech 2019, "Shallow-Fusion End-to-End Contextual
Biasing"; Le et al. 2021, arXiv 2104.02194): each token that goes on along a path of the tree earns a bonus, and a
transcript that leaves the path before a name is whole gives it back. So thousands of names cost no other word anything
in the end, while they keep the beginning of a name among the beams until its sound has decided. A prompt of 224 tokens
could hold forty names.

The tree is the sorted table of all token sequences: a path is a range of its rows, which needs no object per node.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from torch import Tensor
    from whisper.tokenizer import Tokenizer

_NO_TOKEN = -1


@dataclass(frozen=True, slots=True)
class Strength:
    """Natural logarithms that are added to a token's probability; chosen on synthetic speech (`make bench-speech`)."""

    first: float = 1.0
    """For a token that begins a name."""
    more: float = 2.0
    """For each one that goes on with it."""


@dataclass(frozen=True, slots=True)
class Path:
    """How far a transcript is along a name; at the root where it is along none."""

    low: int = 0
    high: int = 0
    depth: int = 0
    earned: float = 0.0
    """The bonus so far, given back where the name is left."""
    whole: bool = False
    """A name ends here: the bonus is kept once the word ends."""


ROOT = Path()


@dataclass(frozen=True, slots=True, eq=False)
class NameTree:
    """The names as tokens, for one tokenizer."""

    rows: NDArray[np.int32]
    """`(names, longest)`, sorted; padded with -1, which sorts first."""
    ends_word: NDArray[np.bool_]
    """`(vocabulary,)`: tokens after which the word before them is over."""
    strength: Strength = field(default_factory=Strength)
    root: NDArray[np.float32] = field(init=False)
    """`(vocabulary,)`: the bonus of each token that begins a name."""

    def __post_init__(self) -> None:
        root = np.zeros(len(self.ends_word), np.float32)
        root[np.unique(self.rows[:, 0])] = self.strength.first
        object.__setattr__(self, "root", root)

    @classmethod
    def build(
        cls, names: Iterable[str], tokenizer: Tokenizer, vocabulary: int, strength: Strength | None = None
    ) -> NameTree | None:
        """Make a tree of names in small letters and with a capital; None where none needs help.

        `vocabulary` is the size of the decoder's. A name of one token is one that the decoder knows.
        """
        spelt = {form for name in names for form in (name, name[:1].upper() + name[1:])}
        batches = tokenizer.encoding.encode_ordinary_batch([f" {name}" for name in sorted(spelt)], num_threads=1)
        sequences = sorted(sequence for sequence in batches if len(sequence) > 1)
        if not sequences:
            return None
        rows = np.full((len(sequences), 1 + max(map(len, sequences))), _NO_TOKEN, np.int32)
        for row, sequence in zip(rows, sequences, strict=True):
            row[: len(sequence)] = sequence
        return cls(rows, _word_ends(tokenizer, vocabulary), strength or Strength())

    def bonuses(self, path: Path) -> NDArray[np.float32]:
        """Return what each token earns or gives back after `path`, `(vocabulary,)` float32."""
        if path.depth == 0:
            return self.root
        back = np.float32(-path.earned)
        bonuses = np.where(self.ends_word, self.root + (0.0 if path.whole else back), back).astype(np.float32)
        following = np.unique(self.rows[path.low : path.high, path.depth])
        bonuses[following[following != _NO_TOKEN]] = self.strength.more
        return bonuses

    def after(self, path: Path, token: int) -> Path:
        """Return where a transcript is after one more token."""
        if path.depth:
            further = self._step(path, token)
            if further is not None:
                return further
        return self._step(Path(0, len(self.rows)), token) or ROOT

    def _step(self, path: Path, token: int) -> Path | None:
        column = self.rows[path.low : path.high, path.depth]
        low, high = np.searchsorted(column, [token, token + 1])
        if low == high:
            return None
        first = path.low + int(low)
        earned = path.earned + (self.strength.more if path.depth else self.strength.first)
        whole = bool(self.rows[first, path.depth + 1] == _NO_TOKEN)
        return Path(first, path.low + int(high), path.depth + 1, earned, whole)

    def row(self, paths: Sequence[Path], device: torch.device) -> Tensor:
        """Return the bonuses of several paths, `(paths, vocabulary)` float32."""
        return torch.from_numpy(np.stack([self.bonuses(path) for path in paths])).to(device)


def _word_ends(tokenizer: Tokenizer, vocabulary: int) -> NDArray[np.bool_]:
    """Tell of every token whether it begins a word or is none: a space, punctuation, or a special token."""
    ends = np.ones(vocabulary, np.bool_)
    for token in range(tokenizer.eot):
        begins = tokenizer.encoding.decode_single_token_bytes(token)[:1]
        ends[token] = begins.isspace() or (begins.isascii() and not begins.isalnum())
    return ends
