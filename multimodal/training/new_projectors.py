"""Projectors before they are trained: their tokens already lie where the decoder's word embeddings lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import torch

from multimodal.fusion import AudioProjector, ImageProjector, ProjectorShape

if TYPE_CHECKING:
    from lm.weights import LoadedDecoder

AnyProjector = TypeVar("AnyProjector", ImageProjector, AudioProjector)


@torch.no_grad()
def new_projector(
    kind: type[AnyProjector], decoder: LoadedDecoder, d_encoder: int, d_hidden: int, seed: int
) -> AnyProjector:
    """Return an untrained projector of a `kind` for any decoder, measured from its embedding table.

    Word embeddings share a large common part (two thirds of their length in SmolLM2). It becomes the modality
    vector, and the gain is the root mean square of what is left, so that a picture token differs from a word no
    more than words differ from each other.
    """
    torch.manual_seed(seed)
    centre, spread = embedding_centre_and_spread(decoder)
    projector = kind(ProjectorShape(d_encoder, d_hidden, decoder.model.d_model, spread))
    projector.modality.copy_(centre)
    return projector.to(decoder.model.device)


@torch.no_grad()
def embedding_centre_and_spread(decoder: LoadedDecoder) -> tuple[torch.Tensor, float]:
    """Return the mean word embedding `(d_model,)`, and the root mean square of what is left of the others."""
    model = decoder.model
    table = model.embed_tokens(torch.arange(model.vocab_size)).float()
    common = table.mean(dim=0)
    return common, float((table - common).pow(2).mean().sqrt())
