"""Decoders of any other architecture, computed by transformers behind the same protocol as ours.

Only local safetensors are read and no code that comes with a checkpoint is run.
"""

from __future__ import annotations

import copy
import inspect
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError
from torch import nn

from lm.errors import ContextOverflow, DamagedCheckpoint, UnsupportedCheckpoint
from lm.picture_positions import picture_mask, pictures_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


class ForeignCache:
    """A transformers cache that can be truncated exactly, also under sliding-window attention."""

    def __init__(self) -> None:
        self.inner = _unwindowed_cache()

    @property
    def length(self) -> int:
        """How many positions are held."""
        return int(self.inner.get_seq_length())

    def reserve(self, max_tokens: int) -> None:
        """Nothing to do: it grows with every token."""

    def truncate(self, length: int) -> None:
        """Forget every position from `length` on."""
        if not 0 <= length <= self.length:
            raise ValueError(f"cannot truncate a cache of {self.length} positions to {length}")
        if length == 0:
            self.inner = _unwindowed_cache()
        elif length < self.length:
            self.inner.crop(length - self.length)

    def fork(self, length: int, batch: int) -> ForeignCache:
        """Return a cache of its own with the first `length` positions of this one of batch 1, `batch` times."""
        twin = ForeignCache()
        twin.inner = copy.deepcopy(self.inner)
        twin.truncate(length)
        if length:
            twin.inner.batch_repeat_interleave(batch)
        return twin


def _unwindowed_cache() -> Any:
    from transformers import DynamicCache

    # Without a configuration every layer keeps all positions and the mask alone does the windowing;
    # a cache that drops positions could not be truncated.
    return DynamicCache()


class ForeignDecoder:
    """A transformers model; implements `CausalDecoder`."""

    def __init__(self, model: Any) -> None:
        config = model.config.get_text_config()
        self._model = model
        self._embedding = model.get_input_embeddings()
        self._keeps_last = "logits_to_keep" in inspect.signature(model.forward).parameters
        self.vocab_size = int(config.vocab_size)
        self.d_model = int(self._embedding.weight.shape[1])
        self.context_tokens = int(getattr(config, "max_position_embeddings", 0) or 0)
        if self.context_tokens < 1:
            raise UnsupportedCheckpoint("The model does not say how long its context is; it cannot be used.")

    @property
    def module(self) -> nn.Module:
        """The transformers module itself."""
        module: nn.Module = self._model
        return module

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        device: torch.device = self._embedding.weight.device
        return device

    @property
    def dtype(self) -> torch.dtype:
        """Of weights, embeddings and logits."""
        dtype: torch.dtype = self._embedding.weight.dtype
        return dtype

    def embed_tokens(self, ids: torch.Tensor) -> torch.Tensor:
        """Map `ids` (...) int64 on any device to `(..., d_model)`, scaled where the architecture does so."""
        embeddings: torch.Tensor = self._embedding(ids.to(self.device))
        return embeddings

    def embedding_table(self) -> torch.Tensor:
        """Return the stored table `(vocab_size, d_model)`."""
        table: torch.Tensor = self._embedding.weight.detach()
        return table

    def new_cache(self, max_tokens: int, batch: int = 1) -> ForeignCache:
        """Return an empty cache; it takes the batch size of the first tokens."""
        if not 1 <= max_tokens <= self.context_tokens or batch < 1:
            raise ContextOverflow(
                f"a cache of {max_tokens} positions was asked for; this decoder reads 1 to {self.context_tokens}"
            )
        return ForeignCache()

    def forward(self, embeddings: torch.Tensor, cache: Any | None = None, last_only: bool = False) -> torch.Tensor:
        """Map `embeddings` `(batch, tokens, d_model)` to logits `(batch, tokens or 1, vocab_size)`."""
        end = embeddings.shape[1] + (cache.length if cache else 0)
        if end > self.context_tokens:
            raise ContextOverflow(f"{end} positions do not fit: there is room for {self.context_tokens}")
        output = self._model(
            inputs_embeds=embeddings.to(self.dtype),
            past_key_values=cache.inner if cache else None,
            use_cache=cache is not None,
            **({"logits_to_keep": 1} if last_only and self._keeps_last else {}),
        )
        logits: torch.Tensor = output.logits
        return logits[:, -1:] if last_only else logits

    def logits_where(
        self, embeddings: torch.Tensor, wanted: torch.Tensor, lengths: Sequence[int] | None = None
    ) -> torch.Tensor:
        """Map `embeddings` `(batch, tokens, d_model)` to logits `(wanted.sum(), vocab_size)`, differentiably.

        Samples of `lengths` in one row are read side by side, since how an architecture packs is its own affair.
        """
        if lengths is None:
            return self.forward(embeddings)[wanted]
        samples, marks, pictures = (
            nn.utils.rnn.pad_sequence(list(torch.split(rows[0], list(lengths))), batch_first=True)
            for rows in (embeddings, wanted, picture_mask(embeddings))
        )
        with pictures_at(pictures):
            return self.forward(samples)[marks]

    def parameters(self, recurse: bool = True) -> Iterator[nn.Parameter]:
        """Yield the weights."""
        parameters: Iterator[nn.Parameter] = self._model.parameters(recurse)
        return parameters

    def to(self, device: torch.device, dtype: torch.dtype) -> ForeignDecoder:
        """Move and cast the weights in place."""
        self._model.to(device=device, dtype=dtype)
        return self


def load_foreign(folder: Path, *, device: str | torch.device, dtype: torch.dtype) -> ForeignDecoder:
    """Load a Hugging Face folder through AutoModelForCausalLM.

    Raises UnsupportedCheckpoint for what transformers does not know or what needs code of its own,
    DamagedCheckpoint when weights are missing or do not fit.
    """
    from transformers import AutoModelForCausalLM

    try:
        with _quiet_transformers():
            model, report = AutoModelForCausalLM.from_pretrained(
                str(folder),
                dtype=dtype,
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=True,
                output_loading_info=True,
            )
    except (ValueError, KeyError, TypeError, AttributeError, ImportError) as error:
        raise UnsupportedCheckpoint(
            f"{folder.name} holds a decoder that cannot be loaded safely ({_first_line(error)}). "
            "Use a model of the Llama, Qwen, Mistral or GPT-2 family."
        ) from error
    except (OSError, RuntimeError, SafetensorError) as error:
        raise DamagedCheckpoint(
            f"The weights in {folder.name} do not fit its config.json ({_first_line(error)}). Fetch the model again."
        ) from error
    _require_complete(folder, report)
    if getattr(model, "_is_stateful", False):
        raise UnsupportedCheckpoint(
            f"{folder.name} keeps a running state instead of a past that can be cut; it cannot be used here."
        )
    return ForeignDecoder(model.to(device).eval().requires_grad_(False))


@contextmanager
def _quiet_transformers() -> Iterator[None]:
    """Keep transformers' bars and its table of missing tensors off the terminal: we say it in one sentence."""
    from transformers.utils import logging

    verbosity = logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)


def _require_complete(folder: Path, report: dict[str, Any]) -> None:
    # transformers fills missing weights with random numbers and only warns.
    missing = sorted(str(name) for name in report.get("missing_keys", ()))
    if missing:
        raise DamagedCheckpoint(
            f"{len(missing)} tensors are missing in {folder.name}, first {missing[0]}. Fetch the model again."
        )


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
