"""A new decoder: its `config.json` in the layout that every other engine reads, and its first weights."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from lm.decoder_config import parse_config
from lm.model import Decoder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lm.training.options import NewShape

_INITIAL_SCALE = 0.02


def new_config(shape: NewShape, vocabulary: int, end_of_text: int) -> dict[str, Any]:
    """Return the `config.json` of an untrained decoder whose tokenizer has `vocabulary` subwords."""
    common = {
        "vocab_size": vocabulary,
        "initializer_range": _INITIAL_SCALE,
        "bos_token_id": end_of_text,
        "eos_token_id": end_of_text,
        "tie_word_embeddings": True,
        "use_cache": True,
        "dtype": "float32",
    }
    return (_gpt2(shape) if shape.architecture == "gpt2" else _llama(shape)) | common


def _gpt2(shape: NewShape) -> dict[str, Any]:
    return {
        "architectures": ["GPT2LMHeadModel"],
        "model_type": "gpt2",
        "n_positions": shape.context,
        "n_embd": shape.width,
        "n_layer": shape.layers,
        "n_head": shape.heads,
        "activation_function": "gelu_new",
        "layer_norm_epsilon": 1e-5,
        # Our decoder has no dropout: on little text the mask takes its place.
        "attn_pdrop": 0.0,
        "embd_pdrop": 0.0,
        "resid_pdrop": 0.0,
    }


def _llama(shape: NewShape) -> dict[str, Any]:
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": shape.width,
        # Three matrices instead of GPT-2's two: 8/3 of the width keeps the number of weights (Shazeer 2020).
        "intermediate_size": 32 * math.ceil(shape.width * 8 / 3 / 32),
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.heads,
        "max_position_embeddings": shape.context,
        "hidden_act": "silu",
        "rms_norm_eps": 1e-5,
        "rope_theta": 10_000.0,
        "attention_bias": False,
        "mlp_bias": False,
    }


def new_decoder(raw_config: Mapping[str, Any], seed: int) -> Decoder:
    """Return a decoder with GPT-2's initial weights (Radford et al. 2019), the same for the same seed.

    Normal with deviation 0.02, biases zero; what writes into the residual stream is divided by
    sqrt(2 · layers), so that the stream does not grow with depth.
    """
    decoder = Decoder(parse_config(raw_config))
    generator = torch.Generator().manual_seed(seed)
    narrowed = _INITIAL_SCALE / math.sqrt(2 * decoder.config.layers)
    for name, module in decoder.named_modules():
        if name == "head" and decoder.config.tied_head:
            continue
        if isinstance(module, nn.Linear | nn.Embedding):
            into_stream = name.endswith((".attention.out", ".feed_forward.down"))
            nn.init.normal_(module.weight, 0.0, narrowed if into_stream else _INITIAL_SCALE, generator)
        if isinstance(module, nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)
    return decoder
