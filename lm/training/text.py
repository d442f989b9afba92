"""Text becomes pairs of input and next token, in blocks that never reach from one document into another.

Several documents in one block would see each other through attention unless positions and mask were reset at
every seam. Here a block holds one document's tokens only: positions start at 0 in it, and what is shorter is
padded on the right, where causal attention cannot see. Batches are cut to their longest block, so short
documents cost little. Consecutive blocks of a document share one token (the last target of one is the first
input of the next), so every token is predicted exactly once.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from lm.errors import TrainingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from lm.tokens import Tokens

IGNORED = -100
"""The target of padding, which carries no loss."""
_PIECE_CHARACTERS = 4_000


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of one document's text."""

    text: str
    opens: bool
    """It starts where the document starts."""
    closes: bool
    """It ends where the document ends: what follows is the end-of-text token."""


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """A batch: `inputs` and `targets`, `(batch, tokens)` int64; a target is the token after its input."""

    inputs: torch.Tensor
    targets: torch.Tensor


@dataclass(frozen=True, slots=True, eq=False)
class TokenBlocks:
    """Right-padded blocks: `ids` `(blocks, context + 1)` int32, `lengths` `(blocks,)` int64, each at least 2."""

    ids: torch.Tensor
    lengths: torch.Tensor

    def __len__(self) -> int:
        return self.ids.shape[0]

    @property
    def targets(self) -> int:
        """How many tokens are predicted in all blocks together."""
        return int(self.lengths.sum()) - len(self)

    def pairs(self, rows: Sequence[int]) -> Pairs:
        """Return the blocks `rows` as inputs and targets, cut to the longest of them."""
        chosen = torch.as_tensor(rows, dtype=torch.long)
        lengths = self.lengths[chosen]
        ids = self.ids[chosen, : int(lengths.max())].long()
        beyond = torch.arange(1, ids.shape[1]) >= lengths[:, None]
        return Pairs(inputs=ids[:, :-1], targets=ids[:, 1:].masked_fill(beyond, IGNORED))

    def fingerprint(self) -> str:
        """Return the sha256 of the tokens: a resumed run must go on with the same text."""
        digest = hashlib.sha256(str(tuple(self.ids.shape)).encode())
        digest.update(self.ids.contiguous().numpy().data)
        digest.update(self.lengths.contiguous().numpy().data)
        return digest.hexdigest()


def read_documents(files: Iterable[Path], separator: str = "") -> list[str]:
    """Read UTF-8 files, each one document or several with `separator` between them.

    Raises TrainingError for a file that is missing, empty, or not text in UTF-8.
    """
    documents: list[str] = []
    for file in files:
        text = _read(file)
        parts = text.split(separator) if separator else [text]
        documents.extend(part for part in parts if part.strip())
    return documents


def _read(file: Path) -> str:
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TrainingError(
            f"{file} is not UTF-8 text (byte {error.start + 1} does not fit): save it as UTF-8 and start again."
        ) from error
    except OSError as error:
        raise TrainingError(f"{file} cannot be read ({error.strerror}). Nothing was started.") from error
    if "\0" in text:
        raise TrainingError(f"{file} is not a text file: it holds zero bytes. Give plain text in UTF-8.")
    if not text.strip():
        raise TrainingError(f"{file} is empty: there is nothing to learn from it.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def hold_out(documents: Iterable[str], fraction: float) -> tuple[list[Passage], list[Passage]]:
    """Cut each document in two: the beginning to learn from, its last `fraction` to measure on."""
    training: list[Passage] = []
    validation: list[Passage] = []
    for document in documents:
        cut = _cut(document, fraction)
        training.append(Passage(document[:cut], opens=True, closes=False))
        validation.append(Passage(document[cut:], opens=False, closes=True))
    return training, validation


def _cut(document: str, fraction: float) -> int:
    """Return where the held-out end starts: at a line's start, unless that would be far from `fraction`."""
    wanted = round(len(document) * (1 - fraction))
    line_start = document.rfind("\n", 0, wanted) + 1
    return line_start if wanted - line_start <= len(document) * fraction / 2 else wanted


def make_blocks(passages: Iterable[Passage], tokens: Tokens, context: int, end_of_text: int) -> TokenBlocks:
    """Encode the passages and cut them into blocks of up to `context` input tokens.

    `end_of_text` opens and closes every document, so that the decoder learns where texts begin and end.
    Control tokens spelled out in the text stay text.
    """
    blocks: list[torch.Tensor] = []
    for passage in passages:
        ids = torch.tensor(_encode(passage, tokens, end_of_text), dtype=torch.int32)
        blocks.extend(ids[start : start + context + 1] for start in range(0, len(ids) - 1, context))
    if not blocks:
        return TokenBlocks(torch.zeros(0, context + 1, dtype=torch.int32), torch.zeros(0, dtype=torch.long))
    padded = [torch.nn.functional.pad(block, (0, context + 1 - len(block))) for block in blocks]
    return TokenBlocks(torch.stack(padded), torch.tensor([len(block) for block in blocks]))


def _encode(passage: Passage, tokens: Tokens, end_of_text: int) -> list[int]:
    ids = [end_of_text] if passage.opens else []
    for piece in _pieces(passage.text):
        ids.extend(tokens.encode_untrusted(piece))
    return [*ids, end_of_text] if passage.closes else ids


def _pieces(text: str) -> Iterator[str]:
    """Yield `text` in pieces that end at a line's end.

    A character that the vocabulary cannot spell makes the tokenizer go through its text one by one; in
    pieces, the rest of a long document keeps its words. A seam every few pages costs nothing measurable.
    """
    start = 0
    while start < len(text):
        line_end = text.find("\n", start + _PIECE_CHARACTERS)
        end = len(text) if line_end < 0 else line_end + 1
        yield text[start:end]
        start = end


def mask_inputs(pairs: Pairs, probability: float, mask_id: int, generator: torch.Generator) -> Pairs:
    """Replace each input subword with `mask_id` with `probability`; the targets stay what they were.

    The decoder then has to continue from what it can still see, which regularises training on little text.
    A block's first token, which may open the document, and padding are not masked.
    """
    drawn = torch.rand(pairs.inputs.shape, generator=generator) < probability
    subword = pairs.targets != IGNORED
    subword[:, 0] = False
    return Pairs(pairs.inputs.masked_fill(drawn & subword, mask_id), pairs.targets)
