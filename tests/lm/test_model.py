"""Our decoder against transformers: the independent implementation of the same mathematics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch
import tqdm
from transformers import AutoModelForCausalLM, GgufConfig

from lm.errors import ContextOverflow
from lm.model import Decoder
from lm.weights import load_decoder
from tests.fakes.checkpoints import CONTEXT, VOCABULARY, native_models, save_checkpoint

if TYPE_CHECKING:
    from pathlib import Path

    from lm.weights import LoadedDecoder

DIALECTS = list(native_models())
IDS = torch.randint(0, VOCABULARY, (2, 40), generator=torch.Generator().manual_seed(3))


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Decoder, Any]]:
    folder = tmp_path_factory.mktemp("checkpoints")
    loaded = {}
    for name, theirs in native_models().items():
        ours = load_decoder(save_checkpoint(theirs, folder / name)).model
        assert isinstance(ours, Decoder)
        loaded[name] = (ours, theirs)
    return loaded


@pytest.fixture(params=DIALECTS)
def pair(request: pytest.FixtureRequest, pairs: dict[str, tuple[Decoder, Any]]) -> tuple[Decoder, Any]:
    return pairs[request.param]


def logits_of(model: Decoder, ids: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        return model.forward(model.embed_tokens(ids))


def test_logits_equal_those_of_transformers(pair: tuple[Decoder, Any]) -> None:
    ours, theirs = pair
    with torch.inference_mode():
        expected = theirs(IDS).logits
    assert expected.std() > 0.1
    torch.testing.assert_close(logits_of(ours, IDS), expected, atol=1e-4, rtol=0)


def test_reading_in_pieces_equals_reading_at_once(pair: tuple[Decoder, Any]) -> None:
    model, _ = pair
    cache = model.new_cache(64, batch=2)
    with torch.inference_mode():
        pieces = [model.forward(model.embed_tokens(ids), cache) for ids in IDS.split([7, 1, 1, 20, 11], dim=1)]
    assert cache.length == 40
    torch.testing.assert_close(torch.cat(pieces, 1), logits_of(model, IDS), atol=1e-5, rtol=0)


def test_truncated_cache_goes_on_as_if_the_rest_had_never_been(pair: tuple[Decoder, Any]) -> None:
    model, _ = pair
    cache = model.new_cache(64, batch=2)
    with torch.inference_mode():
        model.forward(model.embed_tokens(IDS.flip(1)[:, :30]), cache)
        cache.truncate(0)
        model.forward(model.embed_tokens(IDS[:, :20]), cache)
        model.forward(model.embed_tokens(IDS[:, 3:9]), cache)
        cache.truncate(20)
        rest = model.forward(model.embed_tokens(IDS[:, 20:]), cache)
    torch.testing.assert_close(rest, logits_of(model, IDS)[:, 20:], atol=1e-5, rtol=0)


def test_more_room_keeps_what_is_held(pair: tuple[Decoder, Any]) -> None:
    model, _ = pair
    cache = model.new_cache(20, batch=2)
    with torch.inference_mode():
        model.forward(model.embed_tokens(IDS[:, :20]), cache)
        cache.reserve(40)
        rest = model.forward(model.embed_tokens(IDS[:, 20:]), cache, last_only=True)
    torch.testing.assert_close(rest, logits_of(model, IDS)[:, -1:], atol=1e-5, rtol=0)


def test_no_token_sees_what_follows_it(pair: tuple[Decoder, Any]) -> None:
    model, _ = pair
    changed = IDS.clone()
    changed[:, 25:] = 11
    assert torch.equal(logits_of(model, IDS)[:, :25], logits_of(model, changed)[:, :25])
    assert not torch.allclose(logits_of(model, IDS)[:, 25:], logits_of(model, changed)[:, 25:])


def test_embeddings_and_weights_get_gradients(pair: tuple[Decoder, Any]) -> None:
    model, _ = pair
    embeddings = model.embed_tokens(IDS).detach().requires_grad_()
    model.requires_grad_(True)
    try:
        model.forward(embeddings).square().mean().backward()
        without = [name for name, parameter in model.named_parameters() if parameter.grad is None]
    finally:
        model.requires_grad_(False)
        model.zero_grad(set_to_none=True)
    untied_table = [] if model.config.tied_head else ["embedding.weight"]
    assert without == untied_table  # the table is not read when embeddings come in, unless it is the head
    assert embeddings.grad is not None
    assert (embeddings.grad.norm(dim=-1) > 0).all()


def test_bfloat16_keeps_exact_rotary_angles(pairs: dict[str, tuple[Decoder, Any]], tmp_path: Path) -> None:
    _, theirs = pairs["llama"]
    model = load_decoder(save_checkpoint(theirs, tmp_path / "copy"), dtype=torch.float32).model
    assert isinstance(model, Decoder)
    assert model.rotary is not None
    like = torch.zeros(1)
    before = model.rotary(100, 4, like)
    model.to(torch.bfloat16)
    after = model.rotary(100, 4, like)
    assert all(torch.equal(one, two) for one, two in zip(before, after, strict=True))


def test_overfull_context_is_refused_with_the_numbers(pair: tuple[Decoder, Any]) -> None:
    model, _ = pair
    with pytest.raises(ContextOverflow, match=f"{CONTEXT + 1} positions .* {CONTEXT}"):
        logits_of(model, torch.zeros(1, CONTEXT + 1, dtype=torch.long))
    cache = model.new_cache(8)
    with pytest.raises(ContextOverflow, match=r"9 positions .* 8"):
        model.forward(torch.zeros(1, 9, model.d_model), cache)
    assert cache.length == 0
    with pytest.raises(ContextOverflow):
        model.new_cache(CONTEXT + 1)


def test_another_decoders_cache_is_refused(pairs: dict[str, tuple[Decoder, Any]]) -> None:
    class OtherCache:
        length = 0

        def reserve(self, max_tokens: int) -> None:
            raise NotImplementedError

        def truncate(self, length: int) -> None:
            raise NotImplementedError

    model, _ = pairs["llama"]
    with pytest.raises(TypeError, match="OtherCache"):
        model.forward(torch.zeros(1, 1, model.d_model), OtherCache())


@pytest.fixture(scope="module")
def smollm2(smollm2_folder: Path) -> LoadedDecoder:
    return load_decoder(smollm2_folder)


def clinical_prompt(decoder: LoadedDecoder) -> torch.Tensor:
    frame = decoder.tokens.chat_frame("You assist a doctor.")
    words = decoder.tokens.encode_untrusted("Mr. Ng takes warfarin 3 mg at night. What does he take? " * 4)
    return torch.tensor([[*frame.before_user, *words, *frame.after_user]])


@pytest.mark.models
def test_smollm2_equals_transformers_own_reading_of_the_original_gguf(
    smollm2: LoadedDecoder, smollm2_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tqdm.tqdm, "monitor_interval", 0)  # its thread would outlive the test
    sources = smollm2_folder.parent / ".sources" / smollm2_folder.name
    gguf = next(sources.glob("*.gguf"), None)
    if gguf is None:
        pytest.skip(f"the original GGUF file is not kept in {sources}")
    theirs = AutoModelForCausalLM.from_pretrained(
        sources, gguf_file=gguf.name, quantization_config=GgufConfig(dequantize=True), dtype=torch.float32
    )
    ids = clinical_prompt(smollm2)
    with torch.inference_mode():
        expected = theirs(ids).logits
    assert isinstance(smollm2.model, Decoder)
    torch.testing.assert_close(logits_of(smollm2.model, ids), expected, atol=1e-4, rtol=0)


@pytest.mark.models
def test_qwen2_5_equals_transformers() -> None:
    from multimodal.catalog import installed_path
    from multimodal.errors import MultimodalError

    try:
        folder = installed_path("qwen2.5-coder-0.5b-instruct")
    except MultimodalError as error:
        pytest.skip(str(error))
    ours = load_decoder(folder)
    theirs = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
    ids = clinical_prompt(ours)
    with torch.inference_mode():
        expected = theirs(ids).logits
    assert isinstance(ours.model, Decoder)
    torch.testing.assert_close(logits_of(ours.model, ids), expected, atol=1e-4, rtol=0)
