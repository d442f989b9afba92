"""Texts as vectors: a BERT-like encoder, its token states averaged and brought to unit length.

This is what all-MiniLM-L6-v2 was trained as (Reimers, Gurevych 2019: mean pooling, then normalisation). Transformers
runs the encoder; no weights are read but safetensors.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import torch
from transformers import AutoModel, AutoTokenizer
from transformers.utils import logging

from lm.errors import DamagedCheckpoint

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Any

    from lm.grounding.knowledge import Vectors

MAX_TOKENS = 256
"""all-MiniLM-L6-v2 was trained with texts of this length; what is longer is cut."""
_BATCH = 16


class TextEncoder:
    """Turns texts into vectors whose inner product is the cosine of their meanings."""

    def __init__(self, model: Any, tokenizer: Any, fingerprint: str) -> None:
        self._model, self._tokenizer = model, tokenizer
        self._fingerprint = fingerprint

    @classmethod
    def load(cls, folder: Path, device: torch.device | None = None) -> TextEncoder:
        """Load the Hugging Face folder of an encoder. Raises DamagedCheckpoint."""
        weights = folder / "model.safetensors"
        logging.disable_progress_bar()  # it would draw over what is shown
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            model = AutoModel.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, dtype=torch.float32, attn_implementation="sdpa"
            )
            fingerprint = hashlib.sha256(weights.read_bytes()).hexdigest()
        except (OSError, ValueError) as error:
            raise DamagedCheckpoint(
                f"The text encoder in {folder} cannot be read ({error}). Fetch it again."
            ) from error
        return cls(model.eval().to(device or torch.device("cpu")), tokenizer, fingerprint)

    @property
    def fingerprint(self) -> str:
        """The sha256 of the weights."""
        return self._fingerprint

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors `(texts, d_model)`, float32, in the order of `texts`."""
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        vectors = np.empty((len(texts), self._model.config.hidden_size), np.float32)
        for start in range(0, len(order), _BATCH):
            places = order[start : start + _BATCH]
            vectors[places] = self._encode_together([texts[place] for place in places])
        return vectors

    @torch.inference_mode()
    def _encode_together(self, texts: list[str]) -> Vectors:
        batch = self._tokenizer(texts, padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt").to(
            self._model.device
        )
        states = self._model(**batch).last_hidden_state
        mask = batch["attention_mask"].unsqueeze(-1).to(states.dtype)
        mean = (states * mask).sum(1) / mask.sum(1)
        found: Vectors = torch.nn.functional.normalize(mean, dim=-1).cpu().numpy()
        return found
