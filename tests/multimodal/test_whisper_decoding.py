"""Our encoder and decoder against openai-whisper's own modules, same weights, float32."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from whisper.audio import log_mel_spectrogram, pad_or_trim
from whisper.decoding import DecodingOptions

from lm.errors import DamagedCheckpoint, UnsupportedCheckpoint
from multimodal.audio import load_audio
from multimodal.errors import Cancelled
from multimodal.sound import SAMPLE_RATE_HZ
from multimodal.whisper_decoding import BatchDecoder
from multimodal.whisper_encoding import SAMPLES_PER_FRAME, WINDOW_SAMPLES, SpeechEncoder
from multimodal.whisper_layers import load_checkpoint, load_tokenizer
from multimodal.whisper_search import DecodingRules

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from multimodal.whisper_layers import WhisperCheckpoint

pytestmark = pytest.mark.models

SAMPLE = Path(__file__).resolve().parents[2] / "assets" / "sample" / "consultation.flac"


@pytest.fixture(scope="module")
def checkpoint(whisper_folder: Path) -> WhisperCheckpoint:
    return load_checkpoint(whisper_folder, torch.device("cpu"))


@pytest.fixture(scope="module")
def encoder(checkpoint: WhisperCheckpoint) -> SpeechEncoder:
    return SpeechEncoder(checkpoint.model, torch.float32)


@pytest.fixture(scope="module")
def decoder(checkpoint: WhisperCheckpoint) -> BatchDecoder:
    return BatchDecoder(checkpoint.model, checkpoint.alignment_heads, torch.float32)


@pytest.fixture(scope="module")
def turns() -> list[NDArray[np.float32]]:
    """Three turns of different length."""
    samples = load_audio(SAMPLE).samples
    seconds = [(0.5, 3.3), (3.4, 7.6), (7.7, 12.4)]
    return [samples[int(start * SAMPLE_RATE_HZ) : int(stop * SAMPLE_RATE_HZ)] for start, stop in seconds]


@pytest.fixture(scope="module")
def rules(checkpoint: WhisperCheckpoint) -> DecodingRules:
    tokenizer = load_tokenizer(checkpoint.model, "en")
    special = range(tokenizer.eot + 1, checkpoint.model.dims.n_vocab)
    return DecodingRules(
        prompt=tuple(tokenizer.sot_sequence_including_notimestamps),
        suppressed=tuple({*checkpoint.suppressed_ids, *special}),
        suppressed_at_start=checkpoint.suppressed_ids_at_start,
        end=tokenizer.eot,
        no_speech=tokenizer.no_speech,
        max_tokens=100,
    )


def mel(samples: NDArray[np.float32]) -> torch.Tensor:
    spectrogram: torch.Tensor = log_mel_spectrogram(pad_or_trim(torch.from_numpy(samples), WINDOW_SAMPLES))
    return spectrogram


def test_a_whole_window_equals_openai_whispers_encoder(
    checkpoint: WhisperCheckpoint, encoder: SpeechEncoder, turns: list[NDArray[np.float32]]
) -> None:
    with torch.inference_mode():
        theirs = checkpoint.model.encoder(mel(turns[0]).unsqueeze(0))[0]
    ours = encoder.encode(turns[0], whole_window=True)
    assert ours.frames == -(-len(turns[0]) // SAMPLES_PER_FRAME)
    torch.testing.assert_close(ours.states, theirs, atol=2e-4, rtol=1e-4)


def test_a_sparse_tail_gives_the_states_of_the_whole_window(
    encoder: SpeechEncoder, turns: list[NDArray[np.float32]]
) -> None:
    for samples in turns:
        sparse = encoder.encode(samples)
        whole = encoder.encode(samples, whole_window=True)
        assert len(sparse.states) < len(whole.states) / 3
        speech = slice(0, sparse.frames)
        likeness = torch.cosine_similarity(sparse.states[speech], whole.states[speech], dim=-1)
        # A few frames of every window are sinks of attention and point elsewhere in each.
        assert likeness.median() > 0.99
        assert likeness.mean() > 0.97
        assert sparse.key_bias.exp().sum() == pytest.approx(1_500, rel=1e-4)


def test_more_than_a_window_is_refused(encoder: SpeechEncoder) -> None:
    with pytest.raises(ValueError, match="480001 samples"):
        encoder.encode(np.zeros(WINDOW_SAMPLES + 1, np.float32))


@pytest.mark.parametrize("beams", [1, 3, 5])
def test_tokens_and_scores_equal_openai_whispers_own_decoding(
    beams: int,
    checkpoint: WhisperCheckpoint,
    encoder: SpeechEncoder,
    decoder: BatchDecoder,
    rules: DecodingRules,
    turns: list[NDArray[np.float32]],
) -> None:
    beam_size = beams if beams > 1 else None
    options = DecodingOptions(language="en", without_timestamps=True, fp16=False, beam_size=beam_size)
    # One by one: openai-whisper 20250625 searches with beams in a batch of one alone.
    theirs = [checkpoint.model.decode(mel(samples), options) for samples in turns]
    ours = decoder.decode(
        [encoder.encode(samples, whole_window=True) for samples in turns], replace(rules, beams=beams)
    )
    for mine, other in zip(ours, theirs, strict=True):
        assert list(mine.tokens) == other.tokens
        assert mine.mean_logprob == pytest.approx(other.avg_logprob, abs=2e-3)
        assert mine.no_speech_probability == pytest.approx(other.no_speech_prob, abs=1e-3)
        assert mine.finished


@pytest.mark.parametrize("beams", [1, 3])
def test_a_batch_of_unequal_lengths_equals_one_by_one(
    beams: int, encoder: SpeechEncoder, decoder: BatchDecoder, rules: DecodingRules, turns: list[NDArray[np.float32]]
) -> None:
    rules = replace(rules, beams=beams)
    encoded = [encoder.encode(samples) for samples in turns]
    together = decoder.decode(encoded, rules)
    for speech, batched in zip(encoded, together, strict=True):
        (alone,) = decoder.decode([speech], rules)
        assert batched.tokens == alone.tokens
        assert batched.token_probabilities == pytest.approx(alone.token_probabilities, abs=1e-3)
        assert batched.alignment_scores.shape == (8, 4 + len(alone.tokens), speech.frames)
        torch.testing.assert_close(batched.alignment_scores, alone.alignment_scores, atol=1e-2, rtol=1e-3)


def test_sampling_is_reproducible(
    encoder: SpeechEncoder, decoder: BatchDecoder, rules: DecodingRules, turns: list[NDArray[np.float32]]
) -> None:
    warm = replace(rules, temperature=0.8, seed=3)
    encoded = [encoder.encode(turns[0])]
    assert decoder.decode(encoded, warm)[0].tokens == decoder.decode(encoded, warm)[0].tokens


def test_decoding_stops_at_the_limit_and_when_cancelled(
    encoder: SpeechEncoder, decoder: BatchDecoder, rules: DecodingRules, turns: list[NDArray[np.float32]]
) -> None:
    encoded = [encoder.encode(turns[0])]
    (cut,) = decoder.decode(encoded, replace(rules, max_tokens=3))
    assert len(cut.tokens) == 3
    assert not cut.finished
    asked = iter([False, True])
    (stopped,) = decoder.decode(encoded, rules, cancelled=lambda: next(asked))
    assert len(stopped.tokens) == 1
    with pytest.raises(Cancelled):
        decoder.decode(encoded, rules, cancelled=lambda: True)


def test_folders_that_hold_no_whisper_are_refused(tmp_path: Path, whisper_folder: Path) -> None:
    with pytest.raises(UnsupportedCheckpoint, match="bedside models fetch"):
        load_checkpoint(tmp_path, torch.device("cpu"))
    for name in ("dims.json", "generation.json"):
        (tmp_path / name).write_bytes((whisper_folder / name).read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(DamagedCheckpoint, match="damaged"):
        load_checkpoint(tmp_path, torch.device("cpu"))
