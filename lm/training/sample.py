"""A sample of what was learned: the trained decoder, read from its folder, continues a text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lm.engine import LocalEngine
from lm.sequence import FusionSequence, Source, SourceKind, TokenSpan
from lm.weights import load_decoder

if TYPE_CHECKING:
    from pathlib import Path

    from lm.sampling import GenerationOptions
    from lm.tokens import Tokens


def continue_text(folder: Path, prompt: str, options: GenerationOptions, device: str = "cpu") -> str:
    """Return the continuation of `prompt` by the decoder in `folder`, as long as fits its context.

    An empty prompt opens a document. Raises ContextOverflow when the prompt alone fills the context.
    """
    decoder = load_decoder(folder, device=device)
    ids = prompt_ids(decoder.tokens, prompt)
    room = max(1, decoder.model.context_tokens - len(ids))
    sequence = FusionSequence((TokenSpan(tuple(ids), Source(SourceKind.QUESTION)),))
    fitting = replace(options, max_new_tokens=min(options.max_new_tokens, room))
    return "".join(token.text for token in LocalEngine(decoder).generate(sequence, fitting))


def prompt_ids(tokens: Tokens, prompt: str) -> list[int]:
    """Return what the decoder is given to continue, at least one token."""
    return tokens.encode_untrusted(prompt) or [min(tokens.eos_ids)]
