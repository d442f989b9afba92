"""The voice encoder against Resemblyzer itself, and its windows."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lm.errors import DamagedCheckpoint
from multimodal import converters
from multimodal.audio import load_audio
from multimodal.catalog import Converter
from multimodal.errors import ConversionFailed
from multimodal.sound import SAMPLE_RATE_HZ
from multimodal.voice_encoder import VECTOR_SIZE, VoiceEncoder, VoiceNetwork, window_starts
from multimodal.voice_weights import mel_filters

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLE = REPOSITORY / "assets" / "sample"
GOLDEN = REPOSITORY / "tests" / "golden" / "voice_vectors.json"


@pytest.fixture(scope="module")
def encoder(voice_folder: Path) -> VoiceEncoder:
    return VoiceEncoder.load(voice_folder)


def spoken_turns(count: int) -> list[np.ndarray]:
    turns = json.loads((SAMPLE / "script.json").read_text(encoding="utf-8"))["turns"][:count]
    samples = load_audio(SAMPLE / "consultation.flac").samples
    return [samples[int(t["start_s"] * SAMPLE_RATE_HZ) : int(t["end_s"] * SAMPLE_RATE_HZ)] for t in turns]


@pytest.mark.models
def test_vectors_equal_those_of_resemblyzer(encoder: VoiceEncoder) -> None:
    golden = np.array(json.loads(GOLDEN.read_text(encoding="utf-8")), np.float32)
    ours = np.stack([encoder.vector(turn) for turn in spoken_turns(len(golden))])
    np.testing.assert_allclose(ours, golden, atol=2e-5)


@pytest.mark.models
def test_a_voice_is_nearer_to_itself_than_to_another_one(encoder: VoiceEncoder) -> None:
    doctor, patient, doctor_again, patient_again = map(encoder.vector, spoken_turns(4))
    assert doctor @ doctor_again > doctor @ patient_again + 0.2
    assert patient @ patient_again > patient @ doctor_again + 0.2


@pytest.mark.models
def test_loudness_does_not_change_a_voice(encoder: VoiceEncoder) -> None:
    (turn,) = spoken_turns(1)
    quiet, quieter = encoder.vector(turn * np.float32(0.02)), encoder.vector(turn * np.float32(0.001))
    assert quiet @ quieter > 0.9999


@pytest.mark.models
@pytest.mark.parametrize("samples", [0, 1, 399, 25_600, 30 * SAMPLE_RATE_HZ])
def test_silence_of_any_length_is_no_voice(encoder: VoiceEncoder, samples: int) -> None:
    assert not encoder.vector(np.zeros(samples, np.float32)).any()


@pytest.mark.models
def test_a_sound_of_any_length_has_a_vector_of_unit_length(encoder: VoiceEncoder) -> None:
    noise = np.random.default_rng(1).standard_normal(40 * SAMPLE_RATE_HZ).astype(np.float32) * np.float32(0.1)
    for samples in (1, 300, 8_000, 25_600, len(noise)):
        assert np.linalg.norm(encoder.vector(noise[:samples])) == pytest.approx(1, abs=1e-5)


@given(st.integers(1, 40 * SAMPLE_RATE_HZ))
def test_windows_begin_inside_the_sound_and_leave_little_of_it_out(samples: int) -> None:
    starts = window_starts(samples)
    frames = samples / 160
    assert starts[0] == 0
    assert all(start < frames for start in starts)
    assert frames - (starts[-1] + 160) < 0.75 * 160


def test_mel_filters_are_triangles_of_equal_area() -> None:
    filters = mel_filters()
    assert filters.shape == (40, 201)
    assert bool((filters >= 0).all())
    areas = filters[5:].sum(1) * 40.0  # Hz between two bins
    assert bool(((areas - 1).abs() < 0.2).all())


def checkpoint(folder: Path, **changes: torch.Tensor) -> Path:
    state = {name: value for name, value in VoiceNetwork().state_dict().items() if name != "mel_filters"}
    file = folder / "pretrained.pt"
    torch.save({"step": 1, "model_state": state | {"similarity_weight": torch.ones(1)} | changes}, file)
    return file


def test_a_checkpoint_is_converted_and_read_again(tmp_path: Path) -> None:
    converters.run(Converter.VOICE_ENCODER, {"pretrained.pt": checkpoint(tmp_path)}, tmp_path / "ready")
    noise = np.random.default_rng(2).standard_normal(SAMPLE_RATE_HZ).astype(np.float32)
    assert VoiceEncoder.load(tmp_path / "ready").vector(noise).shape == (VECTOR_SIZE,)


def test_another_network_is_refused(tmp_path: Path) -> None:
    file = checkpoint(tmp_path, **{"linear.bias": torch.zeros(3)})
    with pytest.raises(ConversionFailed, match="voice encoder"):
        converters.run(Converter.VOICE_ENCODER, {"pretrained.pt": file}, tmp_path / "ready")


class _Runs:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("run",)


def test_nothing_in_a_checkpoint_is_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch.save({"model_state": _Runs()}, tmp_path / "pretrained.pt")
    with pytest.raises(ConversionFailed):
        converters.run(Converter.VOICE_ENCODER, {"pretrained.pt": tmp_path / "pretrained.pt"}, tmp_path / "ready")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no checkpoint"])
def test_what_is_no_checkpoint_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "pretrained.pt").write_bytes(data)
    with pytest.raises(ConversionFailed):
        converters.run(Converter.VOICE_ENCODER, {"pretrained.pt": tmp_path / "pretrained.pt"}, tmp_path / "ready")


def test_a_damaged_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DamagedCheckpoint, match=r"model\.safetensors"):
        VoiceEncoder.load(tmp_path)
