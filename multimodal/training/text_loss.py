"""The loss of a decoder on held-out answers, read as text alone: what adapters may not take away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F

from multimodal.training.conversations import TextPart, text_conversations
from multimodal.training.laying_out import Layout, Shown

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from lm.weights import LoadedDecoder


@torch.inference_mode()
def held_out_text_losses(decoder: LoadedDecoder, data: Path, count: int) -> NDArray[np.float64]:
    """Return the mean cross-entropy of each of `count` answers on held-out diseases, nats a token `(count,)`."""
    layout = Layout(decoder)
    losses = []
    for conversation in text_conversations(data, count, seed=0, part=TextPart.HELD_OUT):
        packed = layout.pack([Shown(conversation.turns)])
        losses.append(F.cross_entropy(packed.logits(decoder), packed.targets).item())
    return np.array(losses)
