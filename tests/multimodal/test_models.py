"""The models of a consultation stand on one device."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import torch
from safetensors import safe_open

from lm.weights import LoadedDecoder
from multimodal.fusion import SHIPPED_ADAPTERS, ImageProjector
from multimodal.models import Models

if TYPE_CHECKING:
    from lm.model import CausalDecoder
    from lm.tokens import Tokens


def test_projectors_stand_where_the_decoder_and_the_encoders_do() -> None:
    file = next(iter(SHIPPED_ADAPTERS.glob("*/image-projector.safetensors")))
    with safe_open(file, framework="pt") as opened:
        fingerprint = json.loads(opened.metadata()["binding"])["decoder_fingerprint"]
    models = Models(device="cpu")
    models._device = torch.device("meta")
    # What is known of a decoder without loading it.
    models._decoder = LoadedDecoder(cast("CausalDecoder", None), cast("Tokens", None), "", fingerprint, native=True)
    projector = models.image_projector()
    assert isinstance(projector, ImageProjector)
    assert {parameter.device.type for parameter in projector.parameters()} == {"meta"}
