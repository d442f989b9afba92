"""Whisper's audio encoder on the real length of an utterance, with a sparse stand-in for its 30 s of padding.

Whisper was trained on windows that are padded with silence to 30 s. Cutting the padding off saves most of the
work but the decoder then no longer knows where to stop and repeats itself without end. The silent frames differ
from each other only in their position, so here every 16th of them is kept, and attention counts it 16 times by
adding log(16) to its scores (proportional attention as for merged tokens, Bolya et al. 2022, arXiv 2210.09461).
The encoder and the decoder behave as with the whole window, at a fraction of its cost.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from whisper.audio import HOP_LENGTH, N_SAMPLES, log_mel_spectrogram

from multimodal.errors import Cancelled
from multimodal.whisper_layers import FeedForward, Norm, SelfAttentionWeights

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor
    from whisper.model import Conv1d, Whisper

SAMPLES_PER_FRAME = 2 * HOP_LENGTH
"""One encoder state for each 20 ms."""
FRAMES_PER_SECOND = 50
WINDOW_SAMPLES = N_SAMPLES
_MARGIN_FRAMES = 25
"""Silence kept frame by frame behind the speech, where its reverberation and the spectrum's edge lie."""
_TAIL_STRIDE = 16


@dataclass(frozen=True, slots=True, eq=False)
class EncodedSpeech:
    """Encoder states of one utterance of at most 30 s."""

    states: Tensor
    """`(frames + margin + tail, d_model)` in the encoder's dtype."""
    key_bias: Tensor
    """`(frames + margin + tail,)`: log of how many frames each state stands for, to be added to attention scores."""
    frames: int
    """How many of the leading states are of the utterance itself."""


class SpeechEncoder:
    """openai-whisper's AudioEncoder over its own weights, for any length up to 30 s."""

    def __init__(self, model: Whisper, dtype: torch.dtype) -> None:
        encoder = model.encoder
        self._device, self._dtype = model.device, dtype
        self._mels = model.dims.n_mels
        self._convolutions = [_weights(encoder.conv1, dtype), _weights(encoder.conv2, dtype)]
        self._positions = encoder.positional_embedding.to(dtype)
        self._attentions = [SelfAttentionWeights(block.attn_ln, block.attn, dtype) for block in encoder.blocks]
        self._feed_forwards = [FeedForward(block.mlp_ln, block.mlp, dtype) for block in encoder.blocks]
        self._norm = Norm(encoder.ln_post, dtype)

    @torch.inference_mode()
    def encode(
        self,
        samples: NDArray[np.float32],
        *,
        whole_window: bool = False,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> EncodedSpeech:
        """Encode `(n,)` samples, at most 30 s of mono 16 kHz.

        `whole_window` computes all 1,500 frames as openai-whisper does, instead of a sparse tail.
        Raises ValueError for more than 30 s, and Cancelled between two layers once `cancelled` returns True.
        """
        if len(samples) > WINDOW_SAMPLES:
            raise ValueError(f"{len(samples)} samples are more than a window of {WINDOW_SAMPLES}")
        frames = math.ceil(len(samples) / SAMPLES_PER_FRAME)
        window = len(self._positions)
        kept = window if whole_window else min(window, frames + _MARGIN_FRAMES)
        hidden, bias = self._embed(self._log_mel(samples, kept), kept)
        mask = bias.view(1, 1, 1, -1) if bias.any() else None
        for attention, feed_forward in zip(self._attentions, self._feed_forwards, strict=True):
            if cancelled():
                raise Cancelled("Listening was stopped.")
            query, key, value = attention.project(hidden)
            hidden = hidden + attention.merge(F.scaled_dot_product_attention(query, key, value, attn_mask=mask))
            hidden = hidden + feed_forward(hidden)
        return EncodedSpeech(self._norm(hidden)[0], bias, frames)

    def _log_mel(self, samples: NDArray[np.float32], frames: int) -> Tensor:
        """Return the log-Mel spectrogram `(1, mels, 2 * frames)`, the samples zero-padded to `frames`."""
        signal = torch.from_numpy(samples).to(self._device)
        signal = F.pad(signal, (0, frames * SAMPLES_PER_FRAME - len(signal)))
        mel: Tensor = log_mel_spectrogram(signal, self._mels)
        return mel.unsqueeze(0).to(self._dtype)

    def _embed(self, mel: Tensor, kept: int) -> tuple[Tensor, Tensor]:
        """Return the input of the first layer `(1, kept + tail, d_model)` and its key bias `(kept + tail,)`."""
        (first, first_bias), (second, second_bias) = self._convolutions
        hidden = F.gelu(F.conv1d(mel, first, first_bias, padding=1))
        hidden = F.gelu(F.conv1d(hidden, second, second_bias, stride=2, padding=1)).transpose(1, 2)
        window = len(self._positions)
        tail = torch.arange(min(kept + _TAIL_STRIDE // 2, window), window, _TAIL_STRIDE, device=self._device)
        bias = torch.zeros(kept + len(tail), dtype=self._dtype, device=self._device)
        positions = self._positions[:kept]
        if len(tail):
            # Silence that the zero padding of the convolutions has not touched: the last frame but two.
            silence = hidden[:, kept - 3 : kept - 2].expand(-1, len(tail), -1)
            hidden = torch.cat([hidden, silence], dim=1)
            positions = torch.cat([positions, self._positions[tail]])
            bias[kept:] = math.log((window - kept) / len(tail))
        return hidden + positions, bias


def _weights(convolution: Conv1d, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    return convolution.weight.to(dtype), convolution.bias.to(dtype)
