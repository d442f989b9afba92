"""The text encoder beside a BERT of a few lines of NumPy, which shares nothing with it but the weights and the
tokenizer (Devlin et al. 2019: post-norm blocks, exact GELU; Reimers, Gurevych 2019: mean pooling, unit length)."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from lm.errors import DamagedCheckpoint
from lm.grounding.embedding import MAX_TOKENS, TextEncoder
from multimodal.catalog import installed_path

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

TEXTS = [
    "What are the warning signs of dengue?",
    "Severe abdominal pain and persistent vomiting.",
    "Fever",
    "",
    "高血压患者用药 — naïve café 5 mg/kg",
    "The patient takes metformin 500 mg twice a day. " * 40,
]
_erf = np.vectorize(math.erf)


class NumpyBert:
    """One text at a time, without padding."""

    def __init__(self, folder: Path) -> None:
        self.weights = {name.removeprefix("bert."): w for name, w in load_file(folder / "model.safetensors").items()}
        self.config = json.loads((folder / "config.json").read_text())
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(MAX_TOKENS)

    def vector(self, text: str) -> NDArray[np.float64]:
        ids = self.tokenizer.encode(text).ids
        weights = self.weights
        states = weights["embeddings.word_embeddings.weight"][ids].astype(np.float64)
        states += weights["embeddings.position_embeddings.weight"][: len(ids)]
        states += weights["embeddings.token_type_embeddings.weight"][0]
        states = self.norm(states, "embeddings.LayerNorm")
        for layer in range(self.config["num_hidden_layers"]):
            states = self.block(states, f"encoder.layer.{layer}")
        mean: NDArray[np.float64] = states.mean(axis=0)
        return mean / np.linalg.norm(mean)

    def block(self, states: NDArray[np.float64], name: str) -> NDArray[np.float64]:
        heads = self.config["num_attention_heads"]
        q, k, v = (
            self.linear(states, f"{name}.attention.self.{part}").reshape(len(states), heads, -1).swapaxes(0, 1)
            for part in ("query", "key", "value")
        )
        scores = q @ k.swapaxes(1, 2) / math.sqrt(q.shape[-1])
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (scores / scores.sum(-1, keepdims=True) @ v).swapaxes(0, 1).reshape(len(states), -1)
        mixed = self.linear(mixed, f"{name}.attention.output.dense")
        states = self.norm(states + mixed, f"{name}.attention.output.LayerNorm")
        hidden = self.linear(states, f"{name}.intermediate.dense")
        hidden = hidden * (1 + _erf(hidden / math.sqrt(2))) / 2
        return self.norm(states + self.linear(hidden, f"{name}.output.dense"), f"{name}.output.LayerNorm")

    def linear(self, states: NDArray[np.float64], name: str) -> NDArray[np.float64]:
        return states @ self.weights[f"{name}.weight"].T.astype(np.float64) + self.weights[f"{name}.bias"]

    def norm(self, states: NDArray[np.float64], name: str) -> NDArray[np.float64]:
        centred = states - states.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + self.config["layer_norm_eps"])
        return scaled * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]


@pytest.mark.models
def test_vectors_are_those_of_an_independent_bert() -> None:
    folder = installed_path("minilm-l6-v2")
    encoder, reference = TextEncoder.load(folder), NumpyBert(folder)
    vectors = encoder.encode(TEXTS)
    assert (vectors.shape, vectors.dtype) == ((len(TEXTS), 384), np.float32)
    assert np.abs(vectors - np.array([reference.vector(text) for text in TEXTS])).max() < 1e-5
    near, far = vectors[0] @ vectors[1], vectors[0] @ vectors[5]
    assert near > far + 0.2
    assert encoder.encode([]).shape == (0, 384)


def test_a_folder_without_an_encoder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DamagedCheckpoint, match="Fetch it again"):
        TextEncoder.load(tmp_path)
