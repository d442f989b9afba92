from __future__ import annotations

import copy
import weakref
from typing import TYPE_CHECKING

import pytest
import torch

from lm import packing
from lm.engine import LocalEngine
from lm.errors import OutOfMemory
from lm.model import Decoder
from lm.packing import (
    PackedLinear,
    can_pack,
    computed_weights,
    in_groups,
    load_for_answers,
    packed_for_inference,
    packed_in_place,
    unpacked,
)
from lm.prefix import PrefixReader
from lm.sampling import GenerationOptions
from lm.sequence import FusionSequence, Source, SourceKind, TokenSpan
from lm.weights import load_decoder, save_decoder
from tests.fakes.checkpoints import VOCABULARY, native_models, round_to_groups, save_checkpoint, tiny_llama

if TYPE_CHECKING:
    from pathlib import Path

    from lm.weights import LoadedDecoder

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


needs_group_kernels = pytest.mark.skipif(not packing.has_group_kernels(), reason="numba does not run here")


def published_in_groups(folder: Path) -> LoadedDecoder:
    """Return a tiny decoder whose matrices are what 8-bit groups expand to."""
    decoder = load_decoder(save_checkpoint(tiny_llama(), folder / "grouped"))
    assert isinstance(decoder.model, Decoder)
    round_to_groups(decoder.model)
    return decoder


@needs_group_kernels
def test_groups_compute_the_same_and_come_back_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "_groups_are_faster", lambda *_: True)
    decoder = published_in_groups(tmp_path)
    model = decoder.model
    assert isinstance(model, Decoder)
    full = copy.deepcopy(model)
    weights = computed_weights(model)
    table = weakref.ref(model.embedding.weight)
    packed_in_place(decoder)
    assert in_groups(model)
    assert table() is None  # the float32 table, which head and embedding shared, is freed
    assert computed_weights(model) == weights
    full_width = {module.in_features for module in model.modules() if isinstance(module, torch.nn.Linear)}
    assert all(width % 32 for width in full_width)  # only what cannot be divided into groups is left
    with torch.inference_mode():
        expected = full.forward(full.embed_tokens(IDS))
        cache = model.new_cache(64)
        pieces = [model.forward(model.embed_tokens(ids), cache) for ids in IDS.split([1, 3, 36], 1)]
    torch.testing.assert_close(torch.cat(pieces, 1), expected, atol=1e-4, rtol=0)
    whole = unpacked(model)
    assert not in_groups(whole)
    assert all(torch.equal(one, two) for one, two in zip(whole.parameters(), full.parameters(), strict=True))
    embeddings = whole.embed_tokens(IDS).detach().requires_grad_()
    whole.forward(embeddings).sum().backward()
    assert embeddings.grad is not None


@needs_kernels
@needs_group_kernels
def test_many_tokens_are_multiplied_in_bfloat16_where_that_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "_groups_are_faster", lambda *_: True)
    exact = packed_in_place(published_in_groups(tmp_path / "exact")).model
    model = packed_in_place(published_in_groups(tmp_path / "mixed"), torch.bfloat16).model
    assert isinstance(exact, Decoder)
    assert isinstance(model, Decoder)
    with torch.inference_mode():
        expected = exact.forward(exact.embed_tokens(IDS))
        cache = model.new_cache(64)
        many = model.forward(model.embed_tokens(IDS[:, :39]), cache)
        one = model.forward(model.embed_tokens(IDS[:, 39:]), cache)
    assert not torch.equal(many, expected[:, :39])
    torch.testing.assert_close(torch.cat([many, one], 1), expected, atol=0.1, rtol=0.05)
    whole = unpacked(model)
    assert whole.dtype == torch.bfloat16
    assert model.norm.weight.dtype == torch.float32
    embeddings = whole.embed_tokens(IDS).detach().requires_grad_()
    whole.forward(embeddings).float().sum().backward()
    assert embeddings.grad is not None


@needs_group_kernels
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_for_answers_a_checkpoint_keeps_its_groups_and_any_other_takes_the_dtype(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dtype: torch.dtype
) -> None:
    monkeypatch.setattr(packing, "_groups_are_faster", lambda *_: True)
    grouped = published_in_groups(tmp_path)
    assert isinstance(grouped.model, Decoder)
    save_decoder(grouped.model, tmp_path / "saved", original=tmp_path / "grouped")
    model = load_for_answers(tmp_path / "saved", torch.device("cpu"), dtype).model
    assert in_groups(model)
    assert model.dtype == torch.float32
    plain = load_for_answers(save_checkpoint(tiny_llama(), tmp_path / "plain"), torch.device("cpu"), dtype).model
    assert not in_groups(plain)
    assert plain.dtype == dtype


@needs_group_kernels
def test_full_weights_stay_where_they_are_faster_or_were_never_in_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "_groups_are_faster", lambda *_: False)
    assert not in_groups(packed_in_place(published_in_groups(tmp_path)).model)
    monkeypatch.setattr(packing, "_groups_are_faster", lambda *_: True)
    plain = load_decoder(save_checkpoint(tiny_llama(), tmp_path / "plain"))
    assert not in_groups(packed_in_place(plain).model)
    half = load_decoder(save_checkpoint(tiny_llama(), tmp_path / "half"), dtype=torch.bfloat16)
    assert not in_groups(packed_in_place(half).model)
    assert isinstance(plain.model, Decoder)
    assert unpacked(plain.model) is plain.model


@needs_group_kernels
def test_prompt_lookup_on_groups_chooses_what_greedy_chooses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "_groups_are_faster", lambda *_: True)
    engine = LocalEngine(packed_in_place(published_in_groups(tmp_path)))
    sequence = FusionSequence((TokenSpan((5, 6, 7, 8, 9, 5, 6, 7), Source(SourceKind.QUESTION)),))
    answers = [
        [token.id for token in engine.generate(sequence, GenerationOptions(max_new_tokens=24, prompt_lookup=lookup))]
        for lookup in (True, False)
    ]
    assert answers[0] == answers[1]


@needs_group_kernels
def test_lack_of_memory_does_not_turn_groups_into_larger_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "_groups_are_faster", lambda *_: True)
    model = packed_in_place(published_in_groups(tmp_path)).model
    monkeypatch.setattr(Decoder, "forward", _out_of_memory)
    reader = PrefixReader(model, on_notice=lambda _: None)
    sequence = FusionSequence((TokenSpan((5, 6, 7), Source(SourceKind.QUESTION)),))
    with pytest.raises(OutOfMemory):
        reader.read(sequence, 4, lambda: False)
    assert model.dtype == torch.float32


def _out_of_memory(*_: object, **__: object) -> torch.Tensor:
    raise MemoryError
