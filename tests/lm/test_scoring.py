from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

from lm import scoring
from lm.engine import LocalEngine
from lm.errors import InvalidInput, OutOfMemory
from lm.sampling import GenerationOptions
from lm.sequence import EmbeddingSpan, FusionSequence, Source, SourceKind, TokenSpan
from lm.weights import LoadedDecoder, load_decoder
from tests.fakes.checkpoints import VOCABULARY, native_models, save_checkpoint, tiny_gemma3
from tests.fakes.decoders import AfterCalls, watched

if TYPE_CHECKING:
    from pathlib import Path

IDS = torch.randint(7, VOCABULARY, (40,), generator=torch.Generator().manual_seed(3)).tolist()
ANSWER = IDS[:6]


def picture(seed: int) -> EmbeddingSpan:
    return EmbeddingSpan(torch.randn(9, 32, generator=torch.Generator().manual_seed(seed)), Source(SourceKind.IMAGE))


PICTURES = [picture(seed) for seed in range(3)]


def prompt(shown: EmbeddingSpan, ids: list[int] = IDS) -> FusionSequence:
    return FusionSequence((TokenSpan(tuple(ids[:10])), shown, TokenSpan(tuple(ids[10:]))))


def loaded(model: Any, folder: Path) -> LoadedDecoder:
    return load_decoder(save_checkpoint(model, folder))


@pytest.fixture(scope="module")
def decoder(tmp_path_factory: pytest.TempPathFactory) -> LoadedDecoder:
    return loaded(native_models()["llama"], tmp_path_factory.mktemp("lm") / "tiny")


def plain(decoder: LoadedDecoder, sequence: FusionSequence, answer: list[int]) -> list[float]:
    """Score without any cache: the whole sequence in one forward."""
    embeddings = FusionSequence((*sequence.spans, TokenSpan(tuple(answer)))).embed(decoder.model.embed_tokens)
    with torch.inference_mode():
        logprobs = decoder.model.forward(embeddings)[0].float().log_softmax(-1)
    places = range(len(sequence) - 1, len(sequence) + len(answer) - 1)
    return [float(logprobs[place, token]) for place, token in zip(places, answer, strict=True)]


@pytest.mark.parametrize("kind", ["ours", "foreign"])
def test_an_answer_is_scored_after_other_pictures_without_touching_the_encounter(kind: str, tmp_path: Path) -> None:
    model = native_models()["llama"] if kind == "ours" else tiny_gemma3()
    decoder = loaded(model, tmp_path / kind)
    engine = LocalEngine(decoder)
    tokens = list(engine.generate(prompt(PICTURES[0]), GenerationOptions(max_new_tokens=5)))
    answer = [token.id for token in tokens]
    others = [prompt(PICTURES[1]), prompt(PICTURES[2])]
    for _ in range(2):  # the second time from what was kept
        scores = engine.answer_logprobs(others, answer)
        assert scores is not None
        for other, row in zip(others, scores, strict=True):
            assert row == pytest.approx(plain(decoder, other, answer), abs=1e-4)
    own = engine.answer_logprobs([prompt(PICTURES[0])], answer)
    assert own is not None
    assert own[0] == pytest.approx([token.logprob for token in tokens], abs=1e-4)
    list(engine.generate(prompt(PICTURES[0], [*IDS, 8]), GenerationOptions(max_new_tokens=2)))
    assert engine.timings.reused_tokens == len(prompt(PICTURES[0]))


def test_what_the_prompts_share_is_read_once(decoder: LoadedDecoder) -> None:
    observed, model = watched(decoder)
    engine = LocalEngine(observed)
    list(engine.generate(prompt(PICTURES[0]), GenerationOptions(max_new_tokens=1)))
    model.read.clear()
    others = [prompt(PICTURES[1]), prompt(PICTURES[2])]
    engine.answer_logprobs(others, ANSWER)
    # The ten tokens before the picture come from the encounter's cache.
    assert sum(model.read) == len(others[0]) - 10 + len(ANSWER) - 1
    model.read.clear()
    asked_on = [prompt(PICTURES[1], [*IDS, 8, 9]), prompt(PICTURES[2], [*IDS, 8, 9])]
    engine.answer_logprobs(asked_on, ANSWER)
    assert model.read == [2 + len(ANSWER) - 1]
    engine.forget()
    model.read.clear()
    engine.answer_logprobs(asked_on, ANSWER)
    assert sum(model.read) == len(asked_on[0]) + len(ANSWER) - 1


def test_scoring_can_be_cancelled_between_pieces_and_taken_up_again(
    decoder: LoadedDecoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = LocalEngine(decoder)
    monkeypatch.setattr(scoring, "_WITH_THE_ANSWER", 8)
    monkeypatch.setattr(scoring, "chunk_tokens", lambda _: 4)
    other = prompt(PICTURES[1])
    assert engine.answer_logprobs([other], ANSWER, AfterCalls(2)) is None
    scores = engine.answer_logprobs([other], ANSWER)
    assert scores is not None
    assert scores[0] == pytest.approx(plain(decoder, other, ANSWER), abs=1e-4)


def test_lack_of_memory_is_said_and_the_encounter_stays(decoder: LoadedDecoder) -> None:
    observed, model = watched(decoder)
    engine = LocalEngine(observed)
    list(engine.generate(prompt(PICTURES[0]), GenerationOptions(max_new_tokens=1)))
    model.failures.append(MemoryError())
    model.after = 0
    with pytest.raises(OutOfMemory):
        engine.answer_logprobs([prompt(PICTURES[1])], ANSWER)
    assert not model.moves
    list(engine.generate(prompt(PICTURES[0], [*IDS, 8]), GenerationOptions(max_new_tokens=1)))
    assert engine.timings.reused_tokens == len(prompt(PICTURES[0]))


def test_prompts_of_different_lengths_are_refused(decoder: LoadedDecoder) -> None:
    engine = LocalEngine(decoder)
    with pytest.raises(InvalidInput):
        engine.answer_logprobs([prompt(PICTURES[0]), prompt(PICTURES[0], IDS[:-1])], ANSWER)
    with pytest.raises(InvalidInput):
        engine.answer_logprobs([prompt(PICTURES[0])], [])
