"""Training of a subword tokenizer: byte-level BPE, which can spell every text in every script.

Byte-pair encoding (Sennrich et al. 2016) over UTF-8 bytes with GPT-2's division into words (Radford et al.
2019): the 256 bytes are always in the vocabulary, so no character is unknown; the rest are the merges that
shorten the text most.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from lm.errors import TrainingError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from lm.tokens import Tokens

END_OF_TEXT = "<|endoftext|>"
MASK = "<|mask|>"
SPECIALS = (END_OF_TEXT, MASK)
END_OF_TEXT_ID = SPECIALS.index(END_OF_TEXT)
"""The trainer gives the special tokens the first ids."""
SMALLEST_VOCABULARY = 256 + len(SPECIALS)


def train_tokenizer(texts: Iterable[str], vocabulary: int) -> Tokenizer:
    """Train on `texts` up to `vocabulary` subwords, fewer where the text has no more pairs to merge."""
    if vocabulary < SMALLEST_VOCABULARY:
        raise TrainingError(f"--vocabulary is {vocabulary}, expected {SMALLEST_VOCABULARY} or more.")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=list(SPECIALS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def save_tokenizer(tokenizer: Tokenizer, folder: Path, context: int) -> None:
    """Write `tokenizer.json` and `tokenizer_config.json` as transformers reads them."""
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "tokenizer_class": "GPT2TokenizerFast",
        "add_prefix_space": False,
        "bos_token": END_OF_TEXT,
        "clean_up_tokenization_spaces": False,
        "eos_token": END_OF_TEXT,
        "mask_token": MASK,
        "model_max_length": context,
        "unk_token": END_OF_TEXT,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2), encoding="utf-8")


def mask_token_id(folder: Path, tokens: Tokens) -> int:
    """Return the token that stands for a masked subword: our own, or a reserved one without another use.

    Raises TrainingError when the tokenizer in `folder` has neither.
    """
    own: int | None = _backend(folder).token_to_id(MASK)
    if own is not None:
        return own
    if tokens.unused_special_ids:
        return tokens.unused_special_ids[0]
    raise TrainingError(
        f"The tokenizer in {folder} has no token left for a mask: train without --mask-probability, or from scratch."
    )


def _backend(folder: Path) -> Any:
    return Tokenizer.from_file(str(folder / "tokenizer.json"))
