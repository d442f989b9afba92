"""Keeping keys and values, and going on with less memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from lm.errors import OutOfMemory
from lm.prefix import PrefixReader, is_out_of_memory
from lm.sequence import EmbeddingSpan, FusionSequence, Source, SourceKind, TokenSpan
from lm.weights import load_decoder
from tests.fakes.checkpoints import VOCABULARY, save_checkpoint, tiny_llama
from tests.fakes.decoders import AfterCalls, WatchedDecoder

if TYPE_CHECKING:
    from pathlib import Path

    from lm.model import CausalDecoder, Decoder

IDS = torch.randint(0, VOCABULARY, (60,), generator=torch.Generator().manual_seed(3)).tolist()
PICTURE = EmbeddingSpan(torch.randn(9, 32, generator=torch.Generator().manual_seed(1)) * 0.15, Source(SourceKind.IMAGE))


@pytest.fixture
def model(tmp_path: Path) -> CausalDecoder:
    return load_decoder(save_checkpoint(tiny_llama(), tmp_path / "tiny")).model


def never() -> bool:
    return False


def sequence(*parts: list[int] | EmbeddingSpan) -> FusionSequence:
    return FusionSequence(tuple(p if isinstance(p, EmbeddingSpan) else TokenSpan(tuple(p)) for p in parts))


def whole(model: CausalDecoder, read: FusionSequence) -> torch.Tensor:
    with torch.inference_mode():
        return model.forward(read.embed(model.embed_tokens))[0]


def reader(model: CausalDecoder) -> PrefixReader:
    return PrefixReader(model, on_notice=pytest.fail)


def test_reading_gives_the_logits_after_the_last_position(model: CausalDecoder) -> None:
    prompt = sequence(IDS[:30], PICTURE, IDS[30:])
    logits, reused = reader(model).read(prompt, 4, never)
    assert reused == 0
    torch.testing.assert_close(logits, whole(model, prompt)[-1], atol=1e-5, rtol=0)


def test_second_prompt_computes_only_its_own_end(model: CausalDecoder) -> None:
    watched = WatchedDecoder(model)
    kept = reader(watched)
    kept.read(sequence(IDS[:20], PICTURE, IDS[20:30]), 4, never)
    watched.read.clear()
    second = sequence(IDS[:20], PICTURE, IDS[20:25], IDS[40:50])
    logits, reused = kept.read(second, 4, never)
    assert reused == 34
    assert sum(watched.read) == 10
    torch.testing.assert_close(logits, whole(model, second)[-1], atol=1e-5, rtol=0)


def test_generated_tokens_are_kept_for_the_next_turn(model: CausalDecoder) -> None:
    kept = reader(model)
    kept.read(sequence(IDS[:20]), 8, never)
    kept.feed(IDS[20:24])
    turn = sequence(IDS[:24], IDS[50:60])
    logits, reused = kept.read(turn, 8, never)
    assert reused == 24
    torch.testing.assert_close(logits, whole(model, turn)[-1], atol=1e-5, rtol=0)


def test_rejected_tokens_are_forgotten(model: CausalDecoder) -> None:
    kept = reader(model)
    kept.read(sequence(IDS[:20]), 8, never)
    kept.feed(IDS[30:34])
    kept.truncate(21)
    logits = kept.feed([IDS[50]])
    expected = whole(model, sequence(IDS[:20], [IDS[30]], [IDS[50]]))[-1:]
    torch.testing.assert_close(logits, expected, atol=1e-5, rtol=0)
    assert kept.reusable(sequence(IDS[:20], IDS[30:34])) == 21
    with pytest.raises(ValueError, match="position 19"):
        kept.truncate(19)


def test_same_prompt_again_computes_one_position(model: CausalDecoder) -> None:
    kept = reader(model)
    first, _ = kept.read(sequence(IDS), 4, never)
    again, reused = kept.read(sequence(IDS), 4, never)
    assert reused == len(IDS) - 1
    assert first is not None
    torch.testing.assert_close(again, first, atol=1e-5, rtol=0)


def test_another_picture_is_read_anew(model: CausalDecoder) -> None:
    other = EmbeddingSpan(PICTURE.embeddings + 0.1, PICTURE.source)
    kept = reader(model)
    kept.read(sequence(IDS[:5], PICTURE, IDS[5:9]), 4, never)
    prompt = sequence(IDS[:5], other, IDS[5:9])
    logits, reused = kept.read(prompt, 4, never)
    assert reused == 5
    torch.testing.assert_close(logits, whole(model, prompt)[-1], atol=1e-5, rtol=0)


def test_forgetting_drops_everything(model: CausalDecoder) -> None:
    kept = reader(model)
    kept.read(sequence(IDS), 4, never)
    kept.forget()
    assert kept.length == 0
    assert kept.reusable(sequence(IDS)) == 0


@pytest.mark.parametrize("calls", range(1, 9))
def test_cancelled_reading_goes_on_from_where_it_stopped(model: Decoder, calls: int) -> None:
    """Once a piece and once a layer it is asked whether to go on; only whole pieces count as read."""
    kept = reader(model)
    kept._chunk = 16
    asked_a_piece = 1 + len(model.layers)
    logits, _ = kept.read(sequence(IDS), 4, AfterCalls(calls))
    assert logits is None
    assert kept.length == 16 * (calls // asked_a_piece)
    logits, reused = kept.read(sequence(IDS), 4, never)
    assert reused == 16 * (calls // asked_a_piece)
    torch.testing.assert_close(logits, whole(model, sequence(IDS))[-1], atol=1e-5, rtol=0)


def no_memory() -> RuntimeError:
    return RuntimeError("[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: can't allocate memory: you tried")


def test_memory_shortage_takes_one_step_after_another_and_says_so(model: CausalDecoder) -> None:
    told: list[str] = []
    watched = WatchedDecoder(model, [no_memory(), MemoryError(), torch.OutOfMemoryError("CUDA out of memory")])
    kept = PrefixReader(watched, told.append)
    kept._chunk = 200
    prompt = sequence(IDS[:30], PICTURE)
    logits, _ = kept.read(prompt, 4, never)
    smaller = "Memory ran out; the answer goes on reading the prompt in smaller pieces."
    assert told == [smaller, smaller, "Memory ran out; the answer goes on with numbers of half the size."]
    assert watched.read == [16, 16, 7]
    assert watched.moves == [(torch.device("cpu"), torch.bfloat16)]
    torch.testing.assert_close(logits, whole(model, prompt)[-1].float(), atol=0.1, rtol=0)


def test_memory_shortage_in_the_middle_of_an_answer_rebuilds_what_was_read(model: CausalDecoder) -> None:
    told: list[str] = []
    watched = WatchedDecoder(model, [no_memory()], after=2)
    kept = PrefixReader(watched, told.append)
    kept.read(sequence(IDS[:20]), 8, never)
    kept.feed(IDS[20:22])
    logits = kept.feed(IDS[22:24])
    torch.testing.assert_close(logits, whole(model, sequence(IDS[:24]))[-2:], atol=1e-5, rtol=0)
    assert len(told) == 1
    assert kept.length == 24


def test_no_smaller_step_is_said_in_words(model: CausalDecoder) -> None:
    kept = PrefixReader(WatchedDecoder(model, [no_memory() for _ in range(10)]), lambda _: None)
    with pytest.raises(OutOfMemory, match="Nothing was lost"):
        kept.read(sequence(IDS), 4, never)
    assert model.dtype == torch.bfloat16
    assert not next(model.parameters()).is_inference()


def test_other_errors_pass_and_leave_nothing_half_read(model: CausalDecoder) -> None:
    watched = WatchedDecoder(model, [RuntimeError("shapes do not match")], after=1)
    kept = PrefixReader(watched, on_notice=pytest.fail)
    kept.read(sequence(IDS[:20]), 8, never)
    with pytest.raises(RuntimeError, match="shapes do not match"):
        kept.feed(IDS[20:22])
    assert kept.length == 0


def test_what_counts_as_lack_of_memory() -> None:
    assert is_out_of_memory(no_memory())
    assert is_out_of_memory(MemoryError())
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"))
    assert not is_out_of_memory(RuntimeError("shapes do not match"))
    assert not is_out_of_memory(ValueError("not enough memory"))
    with pytest.raises(RuntimeError) as raised:
        torch.empty(1 << 60, dtype=torch.uint8)
    assert is_out_of_memory(raised.value)
