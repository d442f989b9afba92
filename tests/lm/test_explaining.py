from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest
import torch

from lm import packing
from lm.errors import InvalidInput
from lm.explaining import Embedded, attend_openly, attention_relevance, differentiable, gradient_times_input
from lm.model import Decoder
from lm.packing import in_groups, packed_in_place
from lm.weights import load_decoder
from tests.fakes.checkpoints import VOCABULARY, native_models, round_to_groups, save_checkpoint, tiny_gemma3, tiny_llama

if TYPE_CHECKING:
    from pathlib import Path

    from lm.model import CausalDecoder

GENERATOR = torch.Generator().manual_seed(5)
PROMPT = torch.randn(1, 12, 32, generator=GENERATOR) * 0.2
NO_PICTURE = torch.zeros(1, 12, dtype=torch.bool)
EMBEDDED = Embedded(PROMPT, NO_PICTURE)
REFERENCE = torch.randn(1, 12, 32, generator=GENERATOR) * 0.2
ANSWER = torch.randint(7, VOCABULARY, (3,), generator=GENERATOR).tolist()


def answer_logprob(model: CausalDecoder, prompt: torch.Tensor) -> float:
    whole = torch.cat([prompt, model.embed_tokens(torch.tensor([ANSWER[:-1]]))], 1)
    with torch.inference_mode():
        logprobs = model.forward(whole)[0, prompt.shape[1] - 1 :].double().log_softmax(-1)
    return float(logprobs.gather(1, torch.tensor(ANSWER).unsqueeze(1)).sum())


@pytest.mark.parametrize("kind", ["llama", "gpt2", "gemma"])
def test_gradient_times_input_is_the_way_to_the_reference_to_first_order(kind: str, tmp_path: Path) -> None:
    """Against central differences along the line from the reference through each position."""
    checkpoint = tiny_gemma3() if kind == "gemma" else native_models()[kind]
    model = load_decoder(save_checkpoint(checkpoint, tmp_path)).model
    scores = gradient_times_input(model, EMBEDDED, REFERENCE, ANSWER)
    step = 0.02
    for place in range(PROMPT.shape[1]):
        grown, shrunk = PROMPT.clone(), PROMPT.clone()
        grown[0, place] += step * (PROMPT - REFERENCE)[0, place]
        shrunk[0, place] -= step * (PROMPT - REFERENCE)[0, place]
        difference = (answer_logprob(model, grown) - answer_logprob(model, shrunk)) / (2 * step)
        assert float(scores[place]) == pytest.approx(difference, abs=2e-3, rel=0.05)
    assert float(scores.abs().max()) > 0.01


@pytest.mark.parametrize("kind", list(native_models()))
def test_open_attention_computes_what_the_decoder_computes(kind: str, tmp_path: Path) -> None:
    model = load_decoder(save_checkpoint(native_models()[kind], tmp_path)).model
    assert isinstance(model, Decoder)
    with torch.inference_mode():
        stream, attention = attend_openly(model, PROMPT)
        torch.testing.assert_close(model.head(model.norm(stream)), model.forward(PROMPT), atol=1e-5, rtol=1e-4)
    for probabilities in attention:
        torch.testing.assert_close(probabilities.sum(-1), torch.ones(probabilities.shape[:-1]))
        assert not probabilities.triu(1).any()


def test_relevance_is_that_of_the_published_rule_on_transformers_own_attention(tmp_path: Path) -> None:
    """Chefer et al. 2021, eq. 5 and 6, with the attention and the gradients that transformers returns."""
    theirs = native_models()["llama"].eval()
    model = load_decoder(save_checkpoint(theirs, tmp_path)).model
    theirs.set_attn_implementation("eager")
    ids = torch.tensor([ANSWER[:-1]])
    whole = torch.cat([PROMPT, theirs.get_input_embeddings()(ids).detach()], 1).requires_grad_()
    output = theirs(inputs_embeds=whole, output_attentions=True, use_cache=False)
    place = PROMPT.shape[1]  # chooses the second token of the answer
    target = output.logits[0, place].log_softmax(-1)[ANSWER[1]]
    gradients = torch.autograd.grad(target, output.attentions)
    relevance = torch.eye(whole.shape[1])
    for probabilities, gradient in zip(output.attentions, gradients, strict=True):
        relevance = relevance + (gradient * probabilities).clamp(min=0).mean(1)[0] @ relevance
    ours = attention_relevance(model, EMBEDDED, ANSWER, [1])
    torch.testing.assert_close(ours, relevance[place, : PROMPT.shape[1]].detach(), atol=1e-5, rtol=1e-3)
    assert float(ours.max()) > 0


def test_foreign_decoders_do_not_open_their_attention(tmp_path: Path) -> None:
    foreign = load_decoder(save_checkpoint(tiny_gemma3(), tmp_path)).model
    with pytest.raises(InvalidInput, match="gradients"):
        attention_relevance(foreign, EMBEDDED, ANSWER, [0])


def test_explaining_works_from_inference_mode_and_leaves_no_gradients(tmp_path: Path) -> None:
    model = load_decoder(save_checkpoint(tiny_llama(), tmp_path)).model
    with torch.inference_mode():
        prompt = Embedded(PROMPT * 1.0, NO_PICTURE)
        scores = gradient_times_input(model, prompt, REFERENCE * 1.0, ANSWER)
        relevance = attention_relevance(model, prompt, ANSWER, [0, 2])
    assert not scores.requires_grad
    assert not relevance.requires_grad
    assert all(parameter.grad is None for parameter in model.parameters())
    with pytest.raises(InvalidInput):
        gradient_times_input(model, prompt, REFERENCE, [])


@pytest.mark.skipif(not packing.has_group_kernels(), reason="numba does not run here")
def test_weights_in_groups_are_taken_out_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "_groups_are_faster", lambda *_: True)
    decoder = load_decoder(save_checkpoint(tiny_llama(), tmp_path))
    round_to_groups(cast("Decoder", decoder.model))
    expected = gradient_times_input(decoder.model, EMBEDDED, REFERENCE, ANSWER)
    grouped = packed_in_place(decoder).model
    assert in_groups(grouped)
    torch.testing.assert_close(gradient_times_input(differentiable(grouped), EMBEDDED, REFERENCE, ANSWER), expected)
