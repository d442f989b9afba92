from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from lm import packing
from lm.model import Decoder
from lm.packing import PackedLinear, can_pack, packed_for_inference
from lm.weights import load_decoder
from tests.fakes.checkpoints import VOCABULARY, native_models, save_checkpoint, tiny_llama

if TYPE_CHECKING:
    from pathlib import Path

IDS = torch.randint(0, VOCABULARY, (1, 40), generator=torch.Generator().manual_seed(3))

needs_kernels = pytest.mark.skipif(not packing.has_kernels(), reason="this processor has no bfloat16 kernels")


def load(folder: Path, dialect: str = "llama", dtype: torch.dtype = torch.bfloat16) -> Decoder:
    model = load_decoder(save_checkpoint(native_models()[dialect], folder / "tiny"), dtype=dtype).model
    assert isinstance(model, Decoder)
    return model


@needs_kernels
@pytest.mark.parametrize("dialect", list(native_models()))
def test_packed_copy_computes_the_same(dialect: str, tmp_path: Path) -> None:
    model = load(tmp_path, dialect)
    packed = packed_for_inference(model)
    assert isinstance(packed, Decoder)
    assert {type(module).__name__ for module in packed.modules()} & {"Linear", "PackedLinear"} == {"PackedLinear"}
    with torch.inference_mode():
        expected = model.forward(model.embed_tokens(IDS)).float()
        cache = packed.new_cache(64)
        pieces = [packed.forward(packed.embed_tokens(ids), cache).float() for ids in IDS.split([1, 17, 22], 1)]
    # bfloat16 carries 8 bits: sums in another order differ in the last of them.
    torch.testing.assert_close(torch.cat(pieces, 1), expected, atol=0.1, rtol=0.05)


@needs_kernels
def test_original_stays_whole_and_shares_what_is_not_packed(tmp_path: Path) -> None:
    model = load(tmp_path)
    packed = packed_for_inference(model)
    assert isinstance(packed, Decoder)
    assert packed.embedding.weight is model.embedding.weight
    assert not any(isinstance(module, PackedLinear) for module in model.modules())
    embeddings = model.embed_tokens(IDS).detach().requires_grad_()
    model.forward(embeddings).float().sum().backward()
    assert embeddings.grad is not None


def test_what_cannot_be_packed_is_used_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = load(tmp_path / "full", dtype=torch.float32)
    assert packed_for_inference(full) is full
    half = load_decoder(save_checkpoint(tiny_llama(), tmp_path / "half"), dtype=torch.bfloat16).model
    assert isinstance(half, Decoder)
    monkeypatch.setattr(packing, "has_kernels", lambda: False)
    assert packed_for_inference(half) is half
    monkeypatch.setattr(packing, "has_kernels", lambda: True)
    monkeypatch.setattr(packing, "_SPARE_COPIES", 10**12)
    assert not can_pack(half)
