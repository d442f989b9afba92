"""Adapters of pictures: text is computed to the last bit as without them, and pictures alike by whatever way."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest
import torch

from lm import packing
from lm.engine import LocalEngine
from lm.errors import InvalidInput
from lm.explaining import Embedded, attend_openly, attention_relevance, differentiable, gradient_times_input
from lm.lora import (
    LoraOptions,
    add_lora,
    decoder_module,
    load_lora,
    merge_lora,
    read_lora_options,
    save_lora,
    with_lora,
)
from lm.low_rank import LoraLinear, LoraPositions
from lm.model import Decoder
from lm.packing import PackedLinear, computed_weights, in_groups, packed_for_inference, packed_in_place
from lm.picture_positions import picture_mask, pictures_at
from lm.prefix import PrefixReader
from lm.sampling import GenerationOptions
from lm.sequence import EmbeddingSpan, FusionSequence, Source, SourceKind, TokenSpan
from lm.weights import load_decoder
from tests.fakes.checkpoints import VOCABULARY, native_models, round_to_groups, save_checkpoint, tiny_gemma3, tiny_llama

if TYPE_CHECKING:
    from pathlib import Path

    from lm.lora import Lora
    from lm.model import CausalDecoder
    from lm.weights import LoadedDecoder

IDS = torch.randint(7, VOCABULARY, (50,), generator=torch.Generator().manual_seed(3)).tolist()
AT_PICTURES = LoraOptions(rank=4, alpha=8.0, dropout=0.0, positions=LoraPositions.PICTURES)
needs_group_kernels = pytest.mark.skipif(not packing.has_group_kernels(), reason="numba does not run here")


def picture(seed: int) -> EmbeddingSpan:
    drawn = torch.randn(9, 32, generator=torch.Generator().manual_seed(seed)) * 0.3
    return EmbeddingSpan(drawn, Source(SourceKind.IMAGE, f"Image {seed}"))


def prompt(*parts: list[int] | EmbeddingSpan) -> FusionSequence:
    return FusionSequence(tuple(p if isinstance(p, EmbeddingSpan) else TokenSpan(tuple(p)) for p in parts))


FUSED = prompt(IDS[:10], picture(1), IDS[10:20], picture(2), IDS[20:30])
TEXT = prompt(IDS)


@pytest.fixture(params=["llama", "gpt2", "gemma3"])
def decoder(request: pytest.FixtureRequest, tmp_path: Path) -> LoadedDecoder:
    models = native_models() | {"gemma3": tiny_gemma3()}
    return load_decoder(save_checkpoint(models[request.param], tmp_path / request.param))


@pytest.fixture
def llama(tmp_path: Path) -> LoadedDecoder:
    return load_decoder(save_checkpoint(tiny_llama(), tmp_path / "tiny"))


def adapt(model: CausalDecoder, options: LoraOptions = AT_PICTURES) -> Lora:
    """Add adapters that say something, with the same matrices wherever they act."""
    lora = add_lora(model, options)
    for number, parameter in enumerate(lora.parameters()):
        torch.nn.init.normal_(parameter, std=0.2, generator=torch.Generator().manual_seed(number))
    return lora.requires_grad_(False)


def logits(model: CausalDecoder, read: FusionSequence) -> torch.Tensor:
    """Return the logits of every position, computed in one forward without a cache."""
    with torch.inference_mode(), pictures_at(read.pictures()):
        return model.forward(read.embed(model.embed_tokens))[0]


def published_in_groups(decoder: LoadedDecoder) -> LoadedDecoder:
    """Keep the matrices of `decoder` in 8-bit groups, after they were rounded to such."""
    round_to_groups(decoder_module(decoder.model))
    return packed_in_place(decoder)


def test_new_adapters_change_nothing(decoder: LoadedDecoder) -> None:
    before = logits(decoder.model, FUSED)
    add_lora(decoder.model, AT_PICTURES)
    assert torch.equal(logits(decoder.model, FUSED), before)


def test_text_is_computed_to_the_last_bit_as_without_adapters(decoder: LoadedDecoder) -> None:
    chosen = list(range(VOCABULARY))
    options = GenerationOptions(max_new_tokens=12)
    without, text = LocalEngine(decoder), logits(decoder.model, TEXT)
    expected = without.next_token_logprobs(TEXT, chosen), list(without.generate(TEXT, options))
    fused = logits(decoder.model, FUSED)
    adapt(decoder.model)
    engine = LocalEngine(decoder)
    assert (engine.next_token_logprobs(TEXT, chosen), list(engine.generate(TEXT, options))) == expected
    assert torch.equal(logits(decoder.model, TEXT), text)
    # The words before a picture know nothing of it; those at and after it do.
    adapted = logits(decoder.model, FUSED)
    assert torch.equal(adapted[:10], fused[:10])
    assert ((adapted[10:] - fused[10:]).abs().amax(1) > 1e-3).all()


def test_sound_is_no_picture(llama: LoadedDecoder) -> None:
    heard = prompt(IDS[:5], EmbeddingSpan(picture(1).embeddings, Source(SourceKind.AUDIO)), IDS[5:9])
    before = logits(llama.model, heard)
    adapt(llama.model)
    assert not heard.pictures().any()
    assert torch.equal(logits(llama.model, heard), before)


def test_where_everything_is_a_picture_they_compute_what_adapters_of_every_token_do(decoder: LoadedDecoder) -> None:
    everywhere = copy.deepcopy(decoder.model)
    adapt(everywhere, LoraOptions(rank=4, alpha=8.0, dropout=0.0))
    adapt(decoder.model)
    seen = prompt(picture(1), picture(2))
    torch.testing.assert_close(logits(decoder.model, seen), logits(everywhere, seen), atol=1e-5, rtol=0)


def test_chunks_and_packs_compute_what_one_forward_does(decoder: LoadedDecoder) -> None:
    model = decoder.model
    adapt(model)
    expected = logits(model, FUSED)
    for chunk in (1, 7, 12, 512):
        reader = PrefixReader(model, pytest.fail)
        reader._chunk = chunk
        last, _ = reader.read(FUSED, 4, bool)
        assert last is not None
        torch.testing.assert_close(last, expected[-1], atol=1e-5, rtol=0)
    samples = [FUSED, prompt(IDS[:4], picture(3), IDS[4:9]), prompt(IDS[:8])]
    row = torch.cat([one.embed(model.embed_tokens) for one in samples], 1)
    wanted = torch.ones(row.shape[:2], dtype=torch.bool)
    with torch.inference_mode(), pictures_at(torch.cat([one.pictures() for one in samples], 1)):
        packed = model.logits_where(row, wanted, [len(one) for one in samples])
    alone = torch.cat([logits(model, one) for one in samples])
    torch.testing.assert_close(packed, alone, atol=1e-5, rtol=0)


def test_what_is_reused_of_a_prompt_agrees_with_a_fresh_read(decoder: LoadedDecoder) -> None:
    adapt(decoder.model)
    reader = PrefixReader(decoder.model, pytest.fail)
    reader._chunk = 6
    stopped, _ = reader.read(FUSED, 8, lambda: reader.length == 12)
    assert stopped is None
    assert reader.length == 12  # within the first picture
    for read, reused in ((FUSED, 12), (prompt(IDS[:10], picture(1), IDS[10:15], picture(3), IDS[:5]), 24)):
        last, kept = reader.read(read, 8, bool)
        assert last is not None
        assert kept == reused
        torch.testing.assert_close(last, logits(decoder.model, read)[-1], atol=1e-5, rtol=0)
    fed = reader.feed([8, 9])
    continued = prompt(IDS[:10], picture(1), IDS[10:15], picture(3), IDS[:5], [8, 9])
    torch.testing.assert_close(fed, logits(decoder.model, continued)[-2:], atol=1e-5, rtol=0)


def test_the_same_embedding_of_a_sound_is_read_anew(llama: LoadedDecoder) -> None:
    adapt(llama.model)
    reader = PrefixReader(llama.model, pytest.fail)
    reader.read(prompt(IDS[:5], picture(1), IDS[5:9]), 4, bool)
    heard = prompt(IDS[:5], EmbeddingSpan(picture(1).embeddings, Source(SourceKind.AUDIO)), IDS[5:9])
    last, reused = reader.read(heard, 4, bool)
    assert last is not None
    assert reused == 5
    torch.testing.assert_close(last, logits(llama.model, heard)[-1], atol=1e-5, rtol=0)


def test_answers_are_scored_in_batches_as_they_are_alone(decoder: LoadedDecoder) -> None:
    adapt(decoder.model)
    engine = LocalEngine(decoder)
    answer = [token.id for token in engine.generate(FUSED, GenerationOptions(max_new_tokens=5))]
    # The longer prompts are read in chunks, then in one forward with the answer; the second time from the cache.
    others = [prompt(IDS[:10], picture(seed), IDS[10:20], picture(2), IDS, IDS[:20]) for seed in (3, 4)]
    for _ in range(2):
        scores = engine.answer_logprobs(others, answer)
        assert scores is not None
        for other, row in zip(others, scores, strict=True):
            whole = FusionSequence((*other.spans, TokenSpan(tuple(answer))))
            expected = logits(decoder.model, whole)[len(other) - 1 : -1].log_softmax(-1)
            assert row == pytest.approx(expected.gather(1, torch.tensor(answer).unsqueeze(1))[:, 0].tolist(), abs=1e-4)


@needs_group_kernels
def test_they_act_beside_weights_in_groups(llama: LoadedDecoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "_groups_are_faster", lambda *_: True)
    model = published_in_groups(llama).model
    assert isinstance(model, Decoder)
    weights = computed_weights(model)
    before = logits(model, TEXT), logits(model, FUSED)
    adapt(model)
    assert in_groups(model)
    assert computed_weights(model) == weights
    assert torch.equal(logits(model, TEXT), before[0])
    whole = differentiable(model)
    assert isinstance(whole, Decoder)
    assert not in_groups(whole)
    torch.testing.assert_close(logits(whole, FUSED), logits(model, FUSED), atol=1e-4, rtol=0)
    assert (logits(model, FUSED) - before[1]).abs().max() > 1e-3
    with pytest.raises(InvalidInput, match="merged"):
        merge_lora(model)


@pytest.mark.skipif(not packing.has_kernels(), reason="this processor has no bfloat16 kernels")
def test_they_act_beside_packed_weights(tmp_path: Path) -> None:
    model = load_decoder(save_checkpoint(tiny_llama(), tmp_path / "tiny"), dtype=torch.bfloat16).model
    text = logits(packed_for_inference(model), TEXT)
    plain = logits(packed_for_inference(model), FUSED).float()
    adapt(model)
    packed = packed_for_inference(model)
    assert isinstance(packed, Decoder)
    wrapped = [module for module in packed.modules() if isinstance(module, LoraLinear)]
    assert all(isinstance(module.linear, PackedLinear) for module in wrapped)
    assert torch.equal(logits(packed, TEXT), text)
    # bfloat16 carries 8 bits: sums in another order differ in the last of them.
    torch.testing.assert_close(logits(packed, FUSED).float(), logits(model, FUSED).float(), atol=0.1, rtol=0.05)
    assert (logits(packed, FUSED).float() - plain).abs().max() > 0.1


def test_explanations_look_through_them(llama: LoadedDecoder) -> None:
    model, answer = llama.model, IDS[:3]
    assert isinstance(model, Decoder)
    adapt(model)
    embedded = Embedded(FUSED.embed(model.embed_tokens).detach(), FUSED.pictures())
    reference = torch.zeros_like(embedded.embeddings)
    scores = gradient_times_input(model, embedded, reference, answer)

    def answer_logprob(embeddings: torch.Tensor) -> float:
        whole = torch.cat([embeddings, model.embed_tokens(torch.tensor([answer[:-1]]))], 1)
        with torch.inference_mode(), pictures_at(FUSED.pictures(after=2)):
            rows = model.forward(whole)[0, embeddings.shape[1] - 1 :].double().log_softmax(-1)
        return float(rows.gather(1, torch.tensor(answer).unsqueeze(1)).sum())

    for place in (3, 12, 30):
        step = torch.zeros_like(reference)
        step[0, place] = 0.02 * embedded.embeddings[0, place]
        difference = answer_logprob(embedded.embeddings + step) - answer_logprob(embedded.embeddings - step)
        assert float(scores[place]) == pytest.approx(difference / 0.04, abs=2e-3, rel=0.05)
    with torch.inference_mode(), pictures_at(FUSED.pictures()):
        stream, _ = attend_openly(model, embedded.embeddings)
        opened = model.head(model.norm(stream))[0]
    torch.testing.assert_close(opened, logits(model, FUSED), atol=1e-5, rtol=1e-4)
    unseen = Embedded(embedded.embeddings, torch.zeros_like(embedded.pictures))
    relevance = [attention_relevance(model, one, answer, [1]) for one in (embedded, unseen)]
    assert (relevance[0] - relevance[1]).abs().max() > 1e-4


def test_a_stored_adapter_stays_beside_the_weights_under_another_fingerprint(
    decoder: LoadedDecoder, tmp_path: Path
) -> None:
    twin = copy.deepcopy(decoder.model)
    lora = adapt(decoder.model)
    file = tmp_path / "decoder-lora.safetensors"
    kept = {name: tensor.bfloat16().float() for name, tensor in lora.tensors().items()}
    save_lora(lora, decoder.fingerprint, file, kept)
    load_lora(lora, kept)
    assert read_lora_options(file) == AT_PICTURES
    read = with_lora(type(decoder)(twin, decoder.tokens, decoder.name, decoder.fingerprint, decoder.native), file)
    assert torch.equal(logits(read.model, FUSED), logits(decoder.model, FUSED))
    assert read.fingerprint != decoder.fingerprint
    assert read.text_fingerprint == decoder.fingerprint == decoder.text_fingerprint
    assert not any(parameter.requires_grad for parameter in decoder_module(read.model).parameters())
    with pytest.raises(InvalidInput, match="merged"):
        merge_lora(read.model)


def test_a_part_without_pictures_gives_gradients_of_zeros(llama: LoadedDecoder) -> None:
    """Other processes wait for them."""
    lora = adapt(llama.model).requires_grad_()
    llama.model.forward(TEXT.embed(llama.model.embed_tokens)).sum().backward()
    assert all(p.grad is not None and not p.grad.any() for p in lora.parameters())
    with pictures_at(FUSED.pictures()):
        llama.model.forward(FUSED.embed(llama.model.embed_tokens)).sum().backward()
    assert all(p.grad is not None and p.grad.any() for p in lora.parameters())


def test_positions_that_were_not_told_of_are_refused(llama: LoadedDecoder) -> None:
    adapt(llama.model)
    with pictures_at(FUSED.pictures()), pytest.raises(InvalidInput, match="positions"):
        llama.model.forward(TEXT.embed(llama.model.embed_tokens))
    before = torch.zeros(1, 3, 32)
    assert not picture_mask(before).any()
    with pictures_at(torch.tensor([[False, True, True]])):
        assert picture_mask(before).tolist() == [[False, True, True]]
