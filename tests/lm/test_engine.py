from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lm.engine import NO_TOKEN, FinishReason, GeneratedToken, LocalEngine
from lm.errors import ContextOverflow, InvalidInput
from lm.sampling import GenerationOptions
from lm.sequence import EmbeddingSpan, FusionSequence, Source, SourceKind, TokenSpan
from lm.tokens import Tokens
from lm.weights import LoadedDecoder, load_decoder
from tests.fakes.checkpoints import CONTEXT, VOCABULARY, byte_level_bpe, native_models, save_checkpoint, tiny_llama
from tests.fakes.decoders import AfterCalls, watched

if TYPE_CHECKING:
    from pathlib import Path

IDS = torch.randint(7, VOCABULARY, (40,), generator=torch.Generator().manual_seed(3)).tolist()
PICTURE = EmbeddingSpan(torch.randn(9, 32, generator=torch.Generator().manual_seed(1)) * 0.15, Source(SourceKind.IMAGE))
TRANSCRIPT = Source(SourceKind.TRANSCRIPT)


@pytest.fixture(scope="module")
def decoder(tmp_path_factory: pytest.TempPathFactory) -> LoadedDecoder:
    # One whose answers vary: its head is not its table.
    return load_decoder(save_checkpoint(native_models()["llama"], tmp_path_factory.mktemp("lm") / "tiny"))


def prompt(ids: list[int] = IDS) -> FusionSequence:
    return FusionSequence((TokenSpan(tuple(ids[:10])), PICTURE, TokenSpan(tuple(ids[10:]), TRANSCRIPT)))


def greedy(decoder: LoadedDecoder, sequence: FusionSequence, count: int) -> tuple[list[int], list[float]]:
    """Decode without cache or engine: the whole sequence through the model for every token."""
    model, ids, logprobs = decoder.model, [], []
    embeddings = sequence.embed(model.embed_tokens)
    with torch.inference_mode():
        for _ in range(count):
            row = model.forward(embeddings)[0, -1].log_softmax(0)
            ids.append(int(row.argmax()))
            logprobs.append(float(row.max()))
            embeddings = torch.cat([embeddings, model.embed_tokens(torch.tensor([[ids[-1]]]))], 1)
    return ids, logprobs


def run(engine: LocalEngine, sequence: FusionSequence, cancelled: Any = None, **options: Any) -> list[GeneratedToken]:
    chosen = GenerationOptions(**({"max_new_tokens": 30} | options))
    return list(engine.generate(sequence, chosen, *([cancelled] if cancelled else [])))


def ids_of(tokens: list[GeneratedToken]) -> list[int]:
    return [token.id for token in tokens]


def text_of(tokens: list[GeneratedToken]) -> str:
    return "".join(token.text for token in tokens)


@pytest.mark.parametrize("prompt_lookup", [False, True])
def test_streams_what_the_decoder_would_choose_with_its_log_probabilities(
    decoder: LoadedDecoder, prompt_lookup: bool
) -> None:
    expected, logprobs = greedy(decoder, prompt(), 30)
    tokens = run(LocalEngine(decoder), prompt(), prompt_lookup=prompt_lookup)
    assert ids_of(tokens) == expected
    assert [token.logprob for token in tokens] == pytest.approx(logprobs, abs=1e-4)
    assert [token.finish for token in tokens] == [None] * 29 + [FinishReason.LENGTH]
    assert text_of(tokens) == decoder.tokens.decode(expected)


@pytest.mark.parametrize("dialect", list(native_models()))
def test_prompt_lookup_changes_nothing_but_the_number_of_forwards(dialect: str, tmp_path: Path) -> None:
    decoder = load_decoder(save_checkpoint(native_models()[dialect], tmp_path / "tiny"))
    # A prompt that holds its own greedy continuation, so that drafts are right in places and wrong in others.
    said = greedy(decoder, prompt(), 40)[0]
    sequence = FusionSequence((*prompt().spans, TokenSpan(tuple(said[:15]), TRANSCRIPT), TokenSpan(tuple(said[20:30]))))
    expected = greedy(decoder, sequence, 30)[0]
    engine = LocalEngine(decoder)
    assert ids_of(run(engine, sequence)) == expected
    with_lookup = engine.timings
    assert ids_of(run(engine, sequence, prompt_lookup=False)) == expected
    assert engine.timings.forwards == 29
    assert with_lookup.forwards <= 29


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(7, 20), min_size=4, max_size=40), st.integers(1, 30))
def test_prompt_lookup_equals_greedy_on_repetitive_prompts(decoder: LoadedDecoder, ids: list[int], length: int) -> None:
    sequence = FusionSequence((TokenSpan(tuple(ids), TRANSCRIPT),))
    engine = LocalEngine(decoder)
    looked_up = run(engine, sequence, max_new_tokens=length)
    assert engine.timings.generated_tokens == len(looked_up)
    assert len(looked_up) == length or looked_up[-1].finish == FinishReason.END
    assert ids_of(looked_up) == ids_of(run(engine, sequence, max_new_tokens=length, prompt_lookup=False))


def test_drafts_save_forwards_where_the_answer_repeats(tmp_path: Path) -> None:
    # With its table as its head a random decoder repeats its last word for ever.
    engine = LocalEngine(load_decoder(save_checkpoint(tiny_llama(), tmp_path / "tied")))
    plain = run(engine, prompt(), max_new_tokens=60, prompt_lookup=False)
    assert len(plain) == 60
    assert ids_of(run(engine, prompt(), max_new_tokens=60)) == ids_of(plain)
    assert engine.timings.forwards < 20


def test_second_question_reads_only_itself_and_answers_the_same(decoder: LoadedDecoder) -> None:
    model_watched, model = watched(decoder)
    engine = LocalEngine(model_watched)
    first = run(engine, prompt())
    second = FusionSequence((*prompt().spans, TokenSpan(tuple(ids_of(first))), TokenSpan((50, 51, 52))))
    model.read.clear()
    kept = run(engine, second, max_new_tokens=5, prompt_lookup=False)
    # The last token of an answer was chosen but never read.
    assert model.read == [4, 1, 1, 1, 1]
    assert engine.timings.reused_tokens == len(second) - 4
    assert engine.timings.prompt_tokens == len(second)
    fresh = run(LocalEngine(decoder), second, max_new_tokens=5, prompt_lookup=False)
    assert ids_of(kept) == ids_of(fresh)
    assert [token.logprob for token in kept] == pytest.approx([token.logprob for token in fresh], abs=1e-4)


def test_next_token_scores_equal_a_direct_forward(decoder: LoadedDecoder) -> None:
    engine = LocalEngine(decoder)
    run(engine, prompt())
    sequence = FusionSequence((*prompt().spans, TokenSpan((60, 61))))
    with torch.inference_mode():
        direct = decoder.model.forward(sequence.embed(decoder.model.embed_tokens))[0, -1].log_softmax(0)
    assert engine.next_token_logprobs(sequence, [3, 300, 3]) == pytest.approx(direct[[3, 300, 3]].tolist(), abs=1e-4)
    assert engine.next_token_logprobs(sequence, []) == []
    with pytest.raises(InvalidInput, match="-1, 400"):
        engine.next_token_logprobs(sequence, [-1, VOCABULARY])


def test_cancelling_stops_before_the_next_token(decoder: LoadedDecoder) -> None:
    engine = LocalEngine(decoder)
    flag = {"cancelled": False}
    seen = []
    for token in engine.generate(prompt(), GenerationOptions(max_new_tokens=30), lambda: flag["cancelled"]):
        seen.append(token)
        flag["cancelled"] = len(seen) == 3
    assert len(seen) == 4
    assert seen[-1].finish == FinishReason.CANCELLED
    assert seen[-1].id == NO_TOKEN
    assert ids_of(run(engine, prompt())) == greedy(decoder, prompt(), 30)[0]


def test_cancelling_while_the_prompt_is_read(decoder: LoadedDecoder) -> None:
    model_watched, model = watched(decoder)
    engine = LocalEngine(model_watched)
    engine._reader._chunk = 16
    tokens = run(engine, prompt(), AfterCalls(1))
    assert [token.finish for token in tokens] == [FinishReason.CANCELLED]
    assert model.read == [16]
    assert ids_of(run(engine, prompt())) == greedy(decoder, prompt(), 30)[0]
    assert engine.timings.reused_tokens == 16


def ending_with(decoder: LoadedDecoder, eos: int) -> LoadedDecoder:
    return replace(decoder, tokens=Tokens(byte_level_bpe(), eos_ids={eos}))


@pytest.mark.parametrize("prompt_lookup", [False, True])
def test_end_token_ends_the_answer_without_text(decoder: LoadedDecoder, prompt_lookup: bool) -> None:
    expected = greedy(decoder, prompt(), 30)[0]
    end = next(token for place, token in enumerate(expected) if place >= 4 and expected.index(token) == place)
    ended = ending_with(decoder, end)
    tokens = run(LocalEngine(ended), prompt(), prompt_lookup=prompt_lookup)
    assert ids_of(tokens) == expected[: expected.index(end) + 1]
    assert tokens[-1].finish == FinishReason.END
    assert text_of(tokens) == ended.tokens.decode(expected[: expected.index(end)])


@pytest.mark.parametrize("prompt_lookup", [False, True])
def test_stop_text_across_tokens_is_cut_off_and_never_shown(decoder: LoadedDecoder, prompt_lookup: bool) -> None:
    whole = text_of(run(LocalEngine(decoder), prompt()))
    # Four characters that stand nowhere before, so that the answer has a beginning; most tokens have one.
    cut = next(start for start in range(4, len(whole)) if whole.index(whole[start : start + 4]) == start)
    stop = whole[cut : cut + 4]
    tokens = run(LocalEngine(decoder), prompt(), stop=(stop, "never said"), prompt_lookup=prompt_lookup)
    assert len([token for token in tokens if token.text]) > 1
    assert text_of(tokens) == whole[:cut]
    assert tokens[-1].finish == FinishReason.STOP_STRING


def test_text_that_only_begins_like_a_stop_is_not_lost(decoder: LoadedDecoder) -> None:
    whole = text_of(run(LocalEngine(decoder), prompt()))
    tokens = run(LocalEngine(decoder), prompt(), stop=(whole[-6:] + "!",))
    assert text_of(tokens) == whole
    assert tokens[-1].finish == FinishReason.LENGTH


def test_sampling_is_reproducible_and_reports_the_models_own_probability(decoder: LoadedDecoder) -> None:
    engine = LocalEngine(decoder)
    options = {"temperature": 1.5, "top_p": 0.9, "max_new_tokens": 10}
    first = run(engine, prompt(), seed=4, **options)
    assert ids_of(run(engine, prompt(), seed=4, **options)) == ids_of(first)
    assert ids_of(run(engine, prompt(), seed=5, **options)) != ids_of(first)
    scored = engine.next_token_logprobs(prompt(), [first[0].id])
    assert first[0].logprob == pytest.approx(scored[0], abs=1e-4)
    assert engine.timings.forwards <= 9


def test_what_does_not_fit_is_refused_at_once_with_the_numbers(decoder: LoadedDecoder) -> None:
    model_watched, model = watched(decoder)
    engine = LocalEngine(model_watched)
    with pytest.raises(ContextOverflow, match=f"49 tokens long .* {CONTEXT - 48}, but tiny reads {CONTEXT}"):
        engine.generate(prompt(), GenerationOptions(max_new_tokens=CONTEXT - 48))
    with pytest.raises(InvalidInput, match="empty"):
        engine.generate(FusionSequence(()), GenerationOptions())
    with pytest.raises(ContextOverflow):
        engine.next_token_logprobs(FusionSequence((TokenSpan((1,) * (CONTEXT + 1)),)), [1])
    assert model.read == []
    assert len(run(engine, prompt(), max_new_tokens=CONTEXT - 49)) == CONTEXT - 49


def test_new_question_ends_an_answer_that_is_still_being_read(decoder: LoadedDecoder) -> None:
    engine = LocalEngine(decoder)
    abandoned = engine.generate(prompt(), GenerationOptions(max_new_tokens=30))
    next(abandoned)
    assert ids_of(run(engine, prompt(IDS[::-1]))) == greedy(decoder, prompt(IDS[::-1]), 30)[0]
    assert list(abandoned) == []


def test_forgetting_an_encounter_reads_the_next_from_the_start(decoder: LoadedDecoder) -> None:
    engine = LocalEngine(decoder)
    run(engine, prompt())
    engine.forget()
    assert ids_of(run(engine, prompt())) == greedy(decoder, prompt(), 30)[0]
    assert engine.timings.reused_tokens == 0


def test_lack_of_memory_is_told_and_the_answer_goes_on(decoder: LoadedDecoder) -> None:
    told: list[str] = []
    short, _ = watched(decoder, [MemoryError()], after=4)
    engine = LocalEngine(short, on_notice=told.append)
    assert ids_of(run(engine, prompt(), prompt_lookup=False)) == greedy(decoder, prompt(), 30)[0]
    assert told == engine.notices
    assert told == ["Memory ran out; the answer goes on reading the prompt in smaller pieces."]


def test_timings_add_up(decoder: LoadedDecoder) -> None:
    engine = LocalEngine(decoder)
    run(engine, prompt(), prompt_lookup=False)
    timings = engine.timings
    assert timings.prompt_tokens == 49
    assert timings.generated_tokens == 30
    assert 0 < timings.prefill_s <= timings.first_token_s
    assert timings.decode_s > 0


def test_gradients_can_be_taken_between_two_tokens(decoder: LoadedDecoder) -> None:
    engine = LocalEngine(decoder)
    stream = engine.generate(prompt(), GenerationOptions(max_new_tokens=30))
    next(stream)
    assert not torch.is_inference_mode_enabled()
    embeddings = prompt().embed(decoder.model.embed_tokens).requires_grad_()
    decoder.model.forward(embeddings).sum().backward()
    assert embeddings.grad is not None
    next(stream)


CLINIC = (
    "Mr. Ng takes warfarin 3 mg once daily in the evening, lisinopril 10 mg once daily in the morning and "
    "metformin 500 mg twice daily with meals. His last INR was 2.4. He denies bleeding, black stools or falls."
)


@pytest.mark.models
def test_smollm2_quotes_faster_and_the_same(smollm2_folder: Path) -> None:
    decoder = load_decoder(smollm2_folder)
    frame = decoder.tokens.chat_frame("You assist a doctor.")
    spans = (
        TokenSpan(frame.before_user),
        TokenSpan(tuple(decoder.tokens.encode_untrusted(CLINIC)), TRANSCRIPT),
        TokenSpan(tuple(decoder.tokens.encode_untrusted("\n\nRepeat the text word for word."))),
        TokenSpan(frame.after_user),
    )
    engine = LocalEngine(decoder)
    plain = run(engine, FusionSequence(spans), max_new_tokens=48, prompt_lookup=False)
    looked_up = run(engine, FusionSequence(spans), max_new_tokens=48)
    assert ids_of(looked_up) == ids_of(plain)
    assert "warfarin 3 mg once daily" in text_of(plain)
    assert engine.timings.forwards < 20
