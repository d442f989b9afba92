"""Everything a run needs before its first step: tokenizer, blocks of text, decoder.

Nothing is written into the output folder here. All that can be wrong with the input is found first.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lm.decoder_config import parse_config
from lm.errors import TrainingError
from lm.model import Decoder
from lm.tokens import Tokens
from lm.training.architecture import new_config, new_decoder
from lm.training.sample import prompt_ids
from lm.training.text import hold_out, make_blocks, read_documents
from lm.training.tokenizer import END_OF_TEXT_ID, mask_token_id, save_tokenizer, train_tokenizer
from lm.weights import TOKENIZER_FILES, load_decoder, read_json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from lm.training.options import LmTrainingOptions
    from lm.training.text import Passage, TokenBlocks

_LARGEST_DEFAULT_CONTEXT = 1_024


@dataclass(frozen=True, slots=True, eq=False)
class Preparation:
    """A decoder in float32 and the text it is trained and measured on."""

    decoder: Decoder
    training: TokenBlocks
    validation: TokenBlocks
    vocabulary: int
    context: int
    mask_id: int | None
    """None when nothing is masked."""

    def fingerprint(self) -> str:
        """Return what identifies the text, as this tokenizer and context cut it."""
        return f"{self.training.fingerprint()}/{self.validation.fingerprint()}"


def prepare_new(options: LmTrainingOptions, workshop: Path) -> Preparation:
    """Prepare a run's start; its `config.json` and tokenizer are written into `workshop`.

    Raises TrainingError for text that cannot be used or is too little.
    """
    training, validation = _passages(options)
    if options.start_from is None:
        decoder = _from_scratch(options, training, workshop)
    else:
        decoder = _from_weights(options.start_from, workshop)
    return _preparation(options, decoder, (training, validation), workshop)


def prepare_resumed(options: LmTrainingOptions) -> Preparation:
    """Prepare going on with the run in `options.out`, whose weights are still to be restored."""
    training, validation = _passages(options)
    decoder = Decoder(parse_config(read_json(options.out / "config.json")))
    return _preparation(options, decoder, (training, validation), options.out)


def _passages(options: LmTrainingOptions) -> tuple[list[Passage], list[Passage]]:
    return hold_out(read_documents(options.text, options.document_separator), options.validation_fraction)


def _from_scratch(options: LmTrainingOptions, training: Iterable[Passage], workshop: Path) -> Decoder:
    shape = options.new_shape()
    # Held-out text teaches the tokenizer nothing either.
    tokenizer = train_tokenizer((passage.text for passage in training), shape.vocabulary)
    save_tokenizer(tokenizer, workshop, shape.context)
    raw = new_config(shape, tokenizer.get_vocab_size(), END_OF_TEXT_ID)
    write_json(workshop / "config.json", raw)
    return new_decoder(raw, options.seed)


def _from_weights(source: Path, workshop: Path) -> Decoder:
    if not source.is_dir():
        raise TrainingError(f"{source} is no Hugging Face folder: --from needs config.json, safetensors and tokenizer.")
    loaded = load_decoder(source)
    if not isinstance(loaded.model, Decoder):
        raise TrainingError(
            f"The architecture in {source} is answered with, but not trained here: "
            "start from a GPT-2, Llama, Mistral or Qwen checkpoint."
        )
    for name in TOKENIZER_FILES:
        if (source / name).is_file():
            shutil.copyfile(source / name, workshop / name)
    raw = read_json(source / "config.json")
    raw.pop("torch_dtype", None)
    write_json(workshop / "config.json", raw | {"dtype": "float32"})
    return loaded.model


def write_json(file: Path, content: dict[str, Any]) -> None:
    """Write a configuration as transformers does."""
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False), encoding="utf-8")


def _preparation(
    options: LmTrainingOptions, decoder: Decoder, passages: tuple[list[Passage], list[Passage]], folder: Path
) -> Preparation:
    tokens = Tokens.load(folder)
    context = _context(options, decoder)
    training, validation = (make_blocks(part, tokens, context, min(tokens.eos_ids)) for part in passages)
    _require_enough(training, validation, context)
    _require_short_prompt(options, tokens, decoder.context_tokens)
    return Preparation(
        decoder=decoder.requires_grad_(True).train(),
        training=training,
        validation=validation,
        vocabulary=decoder.vocab_size,
        context=context,
        mask_id=mask_token_id(folder, tokens) if options.mask_probability else None,
    )


def _context(options: LmTrainingOptions, decoder: Decoder) -> int:
    wanted = options.context or min(decoder.context_tokens, _LARGEST_DEFAULT_CONTEXT)
    if wanted > decoder.context_tokens:
        raise TrainingError(f"--context is {wanted}, but this decoder reads {decoder.context_tokens} tokens at most.")
    return wanted


def _require_enough(training: TokenBlocks, validation: TokenBlocks, context: int) -> None:
    if training.targets < context or not len(validation):
        raise TrainingError(
            f"The text is too little: it gives {training.targets} tokens to learn from and {validation.targets} to "
            f"measure on, and one block takes {context}. Give more text or a shorter --context."
        )


def _require_short_prompt(options: LmTrainingOptions, tokens: Tokens, room: int) -> None:
    if options.sample_prompt is None:
        return
    length = len(prompt_ids(tokens, options.sample_prompt))
    if length >= room:
        raise TrainingError(
            f"--sample-prompt is {length} tokens long and this decoder reads {room}, the sample included: shorten it."
        )
