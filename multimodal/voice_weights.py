"""A published voice encoder into our folder: `model.safetensors` with the network and its mel filters."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import torch
from safetensors.torch import save_file
from transformers.audio_utils import mel_filter_bank

from multimodal.errors import ConversionFailed
from multimodal.sound import SAMPLE_RATE_HZ
from multimodal.voice_encoder import FFT_SAMPLES, MEL_CHANNELS, WEIGHTS, VoiceNetwork

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

_FILTERS = "mel_filters"
_ONLY_FOR_TRAINING = frozenset({"similarity_weight", "similarity_bias"})


def convert(source: Path, folder: Path) -> None:
    """Take the network out of a checkpoint of Resemblyzer; nothing in the file is run.

    Raises ConversionFailed when it is no such checkpoint.
    """
    try:
        state = torch.load(source, map_location="cpu", weights_only=True)["model_state"]
        tensors = {name: tensor for name, tensor in state.items() if name not in _ONLY_FOR_TRAINING}
        tensors[_FILTERS] = mel_filters()
        VoiceNetwork().load_state_dict(tensors)
    except (KeyError, TypeError, AttributeError, RuntimeError, ValueError, EOFError, pickle.UnpicklingError) as error:
        raise ConversionFailed(f"{source.name} holds no voice encoder that can be read ({error}).") from error
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, folder / WEIGHTS)


def mel_filters() -> Tensor:
    """Return Slaney's triangular mel filters of equal area, 0 to 8 kHz, `(40, 201)` float32."""
    filters = mel_filter_bank(
        num_frequency_bins=FFT_SAMPLES // 2 + 1,
        num_mel_filters=MEL_CHANNELS,
        min_frequency=0.0,
        max_frequency=SAMPLE_RATE_HZ / 2,
        sampling_rate=SAMPLE_RATE_HZ,
        norm="slaney",
        mel_scale="slaney",
    )
    return torch.from_numpy(filters.T).float()
