"""Whisper's weights from CTranslate2 and from OpenAI: every tensor in its place, and the same words from speech."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
import whisper
from hypothesis import given, settings
from hypothesis import strategies as st

from multimodal.audio import load_audio
from multimodal.errors import ConversionFailed
from multimodal.sound import SAMPLE_RATE_HZ
from multimodal.whisper_layers import load_checkpoint, load_tokenizer
from multimodal.whisper_weights import convert, convert_official, published_name
from tests.bench.ct2_folder import ct2_folder
from tests.fakes.whisper_files import (
    CONFIG,
    ctranslate2_variables,
    model_bin,
    publish_checkpoint,
    tiny_whisper,
    write_ctranslate2,
)

if TYPE_CHECKING:
    from pathlib import Path

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def model() -> Any:
    return tiny_whisper()


@pytest.fixture(scope="module")
def whole_file(model: Any) -> bytes:
    return model_bin(ctranslate2_variables(model))


@pytest.fixture(scope="module")
def faster_whisper() -> Any:
    from faster_whisper import WhisperModel

    return WhisperModel(str(ct2_folder()), device="cpu", compute_type="float32", cpu_threads=2)


def words_of(text: str) -> list[str]:
    return re.sub(r"[^\w\s]", " ", text.lower()).split()


@pytest.mark.models
def test_the_encoder_equals_ctranslate2_on_real_speech(
    whisper_folder: Path, faster_whisper: Any, sample_recording: Path
) -> None:
    mel = whisper.log_mel_spectrogram(whisper.pad_or_trim(load_audio(sample_recording).samples), 80)
    theirs = np.array(faster_whisper.encode(mel.numpy()))
    with torch.inference_mode():
        ours = load_checkpoint(whisper_folder, CPU).model.encoder(mel.unsqueeze(0))
    assert theirs.shape == (1, 1500, 512)
    assert theirs.std() > 0.5
    # Float16 weights, thirty seconds through six layers, two implementations of the same sums.
    torch.testing.assert_close(ours, torch.from_numpy(theirs), atol=2e-2, rtol=0)
    assert float((ours - torch.from_numpy(theirs)).abs().mean()) < 1e-4


@pytest.mark.models
def test_the_transcript_is_that_of_faster_whisper(
    whisper_folder: Path, faster_whisper: Any, sample_recording: Path
) -> None:
    window = load_audio(sample_recording).samples[: 28 * SAMPLE_RATE_HZ]
    segments, _ = faster_whisper.transcribe(
        window, language="en", beam_size=1, temperature=0, without_timestamps=True, condition_on_previous_text=False
    )
    theirs = words_of(" ".join(segment.text for segment in segments))
    model = load_checkpoint(whisper_folder, CPU).model
    load_tokenizer(model, "en")  # openai-whisper keeps it; ours reads it without a warning
    options = whisper.DecodingOptions(language="en", without_timestamps=True, fp16=False)
    ours = model.decode(whisper.log_mel_spectrogram(whisper.pad_or_trim(window), 80), options)
    assert len(theirs) > 40
    # The two pad the window differently, one with sound of zeros and one with features: commas may move.
    assert words_of(ours.text) == theirs


def test_every_tensor_comes_out_of_ctranslate2_as_it_went_in(model: Any, whole_file: bytes, tmp_path: Path) -> None:
    convert(write_ctranslate2(tmp_path / "source", whole_file), tmp_path / "whisper")
    checkpoint = load_checkpoint(tmp_path / "whisper", CPU)
    original = model.state_dict()
    loaded = checkpoint.model.state_dict()
    assert loaded.keys() == original.keys()
    assert all(torch.equal(loaded[name], original[name]) for name in original)
    assert checkpoint.alignment_heads == ((1, 0),)
    assert checkpoint.suppressed_ids == tuple(CONFIG["suppress_ids"])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"encoder/layer_0/self_attention/linear_0/bias": torch.ones(192)}, "has a key bias"),
        ({"decoder/layer_1/ffn/linear_0/weight": torch.ones(64, 64)}, "do not fit a Whisper"),
        ({"encoder/conv1/weight": torch.ones(64, 80, 3, dtype=torch.int8)}, "quantised to integers"),
        ({"decoder/layer_norm/gamma": None}, "missing or misshapen"),
    ],
)
def test_a_model_that_is_no_float_whisper_is_refused(
    change: dict[str, torch.Tensor | None], sentence: str, model: Any, tmp_path: Path
) -> None:
    changed = ctranslate2_variables(model) | change
    content = model_bin({name: tensor for name, tensor in changed.items() if tensor is not None})
    with pytest.raises(ConversionFailed, match=sentence):
        convert(write_ctranslate2(tmp_path / "source", content), tmp_path / "whisper")
    assert not (tmp_path / "whisper").exists()


@pytest.mark.parametrize(
    ("settings_of_file", "sentence"),
    [({"version": 5}, "not a CTranslate2 model of version 6"), ({"specification": "TransformerSpec"}, "WhisperSpec")],
)
def test_another_version_or_model_is_refused(settings_of_file: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ConversionFailed, match=sentence):
        convert(write_ctranslate2(tmp_path / "source", model_bin({}, **settings_of_file)), tmp_path / "whisper")


@settings(max_examples=60)
@given(st.integers(0, 3000), st.binary(min_size=1, max_size=6), st.booleans())
def test_damaged_bytes_are_a_model_or_a_refusal(
    whole_file: bytes, tmp_path_factory: pytest.TempPathFactory, place: int, change: bytes, cut: bool
) -> None:
    # The first variables in a small file: the reader must survive every length it is told.
    content = bytearray(whole_file[:4000])
    content[place : place + len(change)] = change
    folder = tmp_path_factory.mktemp("damaged")
    with pytest.raises(ConversionFailed):
        convert(write_ctranslate2(folder, bytes(content[:place] if cut else content)), folder / "whisper")


def test_an_official_checkpoint_gives_the_logits_of_openais_own_reader(
    model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = publish_checkpoint(model, tmp_path / "ward.pt", monkeypatch)
    convert_official(file, tmp_path / "whisper")
    ours = load_checkpoint(tmp_path / "whisper", CPU)
    theirs = whisper.load_model(str(file))
    mel, tokens = torch.randn(1, 80, 3000), torch.tensor([[50258, 50259]])
    with torch.inference_mode():
        torch.testing.assert_close(ours.model(mel, tokens), theirs(mel, tokens), atol=1e-4, rtol=0)
    assert ours.alignment_heads == ((1, 0),)
    assert set(whisper.tokenizer.get_tokenizer(True).non_speech_tokens) < set(ours.suppressed_ids)


def test_a_checkpoint_that_openai_does_not_publish_is_never_opened(
    model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = publish_checkpoint(model, tmp_path / "ward.pt", monkeypatch)
    with file.open("ab") as stream:
        stream.write(b"\0")

    def opened(*_arguments: object, **_named: object) -> None:
        raise AssertionError("the file was opened as a pickle")

    monkeypatch.setattr(torch, "load", opened)
    with pytest.raises(ConversionFailed, match=r"not one of the checkpoints that OpenAI publishes .* not opened"):
        convert_official(file, tmp_path / "whisper")
    assert not (tmp_path / "whisper").exists()


def test_the_published_hashes_are_those_in_openais_own_addresses() -> None:
    assert published_name("ed3a0b6b1c0edf879ad9b11b1af5a0e6ab5db9205f891f668f8b0e6c6326e34e") == "base"
    assert published_name("0" * 64) is None
    assert all(len(address.split("/")[-2]) == 64 for address in whisper._MODELS.values())


@pytest.mark.parametrize("config", ["{}", "[", json.dumps(CONFIG | {"suppress_ids": [60_000]})])
def test_a_configuration_that_does_not_fit_is_refused(config: str, whole_file: bytes, tmp_path: Path) -> None:
    files = write_ctranslate2(tmp_path / "source", whole_file)
    files[1].write_text(config)
    with pytest.raises(ConversionFailed, match=r"config.json"):
        convert(files, tmp_path / "whisper")
