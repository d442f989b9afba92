from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multimodal.audio import load_audio
from multimodal.errors import Cancelled
from multimodal.sound import SAMPLE_RATE_HZ
from multimodal.vad import (
    WINDOW_SAMPLES,
    SileroVad,
    SpeechSpan,
    VadOptions,
    VadStream,
    pad_spans,
    speech_windows,
    split_long,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLE = Path(__file__).resolve().parents[2] / "assets" / "sample"


@pytest.fixture(scope="module")
def vad(vad_folder: Path) -> SileroVad:
    return SileroVad.load(vad_folder)


def sounds_without_speech() -> dict[str, NDArray[np.float32]]:
    """Silence, noises, tones, chords and mains hum, ten seconds each."""
    generator = np.random.default_rng(7)
    time = np.arange(10 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    white = generator.standard_normal(len(time))
    pink = np.fft.irfft(np.fft.rfft(white) / np.sqrt(np.arange(1, len(time) // 2 + 2)))
    note = np.exp(-3 * (time % 0.5))
    scale = np.array([262, 294, 330, 349, 392, 440, 494, 523])[(time * 2).astype(int) % 8]
    sounds = {
        "silence": np.zeros(len(time)),
        "faint white noise": 0.001 * white,
        "white noise": 0.1 * white,
        "pink noise": 0.3 * pink / np.abs(pink).max(),
        "tone": 0.3 * np.sin(2 * np.pi * 440 * time),
        "chord": 0.1 * sum(np.sin(2 * np.pi * hertz * time) for hertz in (261.6, 329.6, 392.0)),
        "scale": 0.3 * note * np.sin(2 * np.pi * scale * time),
        "mains hum": 0.1 * sum(np.sin(2 * np.pi * 50 * harmonic * time) / harmonic for harmonic in range(1, 12)),
        "monitor beeps": 0.3 * np.sin(2 * np.pi * 1_000 * time) * (time % 1 < 0.15),
    }
    return {name: np.asarray(sound, np.float32) for name, sound in sounds.items()}


@pytest.mark.models
@pytest.mark.parametrize("name", sounds_without_speech())
def test_no_speech_in_silence_noise_and_music(vad: SileroVad, name: str) -> None:
    assert vad.speech_spans(sounds_without_speech()[name]) == []


@pytest.mark.models
def test_every_turn_of_the_sample_is_found_and_the_pauses_between_are_not(vad: SileroVad) -> None:
    turns = json.loads((SAMPLE / "script.json").read_text(encoding="utf-8"))["turns"]
    spans = vad.speech_spans(load_audio(SAMPLE / "consultation.flac").samples)
    seconds = [(span.start / SAMPLE_RATE_HZ, span.end / SAMPLE_RATE_HZ) for span in spans]
    for turn in turns:
        middle = (turn["start_s"] + turn["end_s"]) / 2
        assert any(start < middle < end for start, end in seconds), turn["text"]
    for before, after in pairwise(turns):
        pause = (before["end_s"] + after["start_s"]) / 2
        assert not any(start < pause < end for start, end in seconds), before["text"]


@pytest.mark.models
def test_probabilities_equal_onnxruntime_on_the_published_graph_with_our_weights(
    vad: SileroVad, vad_folder: Path
) -> None:
    samples = load_audio(SAMPLE / "consultation.flac").samples[: 12 * SAMPLE_RATE_HZ]
    ours = vad.probabilities(samples).numpy()
    theirs = onnx_probabilities(vad_folder / "silero_vad_16k.safetensors", samples)
    assert ours.min() < 0.1
    assert ours.max() > 0.9
    np.testing.assert_allclose(ours, theirs, atol=2e-5)


def onnx_probabilities(weights: Path, samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Run the graph that faster-whisper ships, which is Silero's own, with the tensors of `weights` put into it."""
    onnx = pytest.importorskip("onnx")
    onnxruntime = pytest.importorskip("onnxruntime")
    utilities = pytest.importorskip("faster_whisper.utils")
    from safetensors.numpy import load_file

    model = onnx.load(Path(utilities.get_assets_path()) / "silero_vad_v6.onnx")
    put_weights(model, load_file(weights))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    padded = np.concatenate([np.zeros(64, np.float32), samples, np.zeros(-len(samples) % WINDOW_SAMPLES, np.float32)])
    count = (len(padded) - 64) // WINDOW_SAMPLES
    windows = np.stack([padded[index * WINDOW_SAMPLES :][: WINDOW_SAMPLES + 64] for index in range(count)])
    empty = np.zeros((1, 1, 128), np.float32)
    outputs = session.run(None, {"input": windows, "h": empty, "c": empty})
    return np.asarray(outputs[0], np.float32).reshape(-1)


def put_weights(model: Any, tensors: dict[str, NDArray[np.float32]]) -> None:
    from onnx import numpy_helper

    def onnx_gates(tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        """Gate order input, forget, cell, output to ONNX's input, output, forget, cell."""
        entry, forget, cell, output = np.split(tensor, 4)
        return np.concatenate([entry, output, forget, cell])

    convolutions = [node for node in model.graph.node if node.op_type == "Conv"]
    names = ["stft_conv", "conv1", "conv2", "conv3", "conv4", "final_conv"]
    values = {}
    for node, name in zip(convolutions, names, strict=True):
        for position, part in enumerate(("weight", "bias")[: len(node.input) - 1], start=1):
            values[node.input[position]] = tensors[f"{name}.{part}"]
    (lstm,) = (node for node in model.graph.node if node.op_type == "LSTM")
    values[lstm.input[1]] = onnx_gates(tensors["lstm_cell.weight_ih"])[np.newaxis]
    values[lstm.input[2]] = onnx_gates(tensors["lstm_cell.weight_hh"])[np.newaxis]
    biases = [onnx_gates(tensors[f"lstm_cell.bias_{part}"]) for part in ("ih", "hh")]
    values[lstm.input[3]] = np.concatenate(biases)[np.newaxis]
    replaced = 0
    for initializer in model.graph.initializer:
        if initializer.name in values:
            initializer.CopyFrom(numpy_helper.from_array(values[initializer.name], initializer.name))
            replaced += 1
    assert replaced == len(values)


@pytest.mark.models
def test_blocks_do_not_show_in_long_recordings(vad: SileroVad, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = load_audio(SAMPLE / "consultation.flac").samples[: 8 * SAMPLE_RATE_HZ]
    whole = vad.probabilities(samples)
    monkeypatch.setattr("multimodal.vad._WINDOWS_AT_ONCE", 7)
    torch.testing.assert_close(vad.probabilities(samples), whole, atol=1e-5, rtol=0)


@pytest.mark.models
def test_recordings_shorter_than_a_window(vad: SileroVad) -> None:
    assert vad.speech_spans(np.zeros(0, np.float32)) == []
    assert vad.speech_spans(np.zeros(10, np.float32)) == []


def test_hysteresis_bridges_short_pauses_and_drops_clicks() -> None:
    options = VadOptions(min_silence_s=0.16, min_speech_s=0.1)
    probabilities = [0.9] * 5 + [0.4] * 20 + [0.9] * 3 + [0.1] * 3 + [0.9] * 4 + [0.1] * 9 + [0.9] * 2 + [0.1] * 9
    assert speech_windows(probabilities, options) == [(0, 35)]


def test_long_speech_is_cut_where_it_is_quietest() -> None:
    options = VadOptions(max_speech_s=3.2, pad_s=0.0)
    probabilities = [0.99] * 150
    probabilities[80] = 0.4
    assert split_long(0, 150, probabilities, options) == [(0, 80), (80, 150)]


@given(
    probabilities=st.lists(st.floats(0, 1, width=32), max_size=400),
    max_speech_s=st.floats(1, 5),
    tail=st.integers(0, WINDOW_SAMPLES - 1),
)
def test_spans_are_ordered_apart_inside_the_recording_and_short_enough(
    probabilities: list[float], max_speech_s: float, tail: int
) -> None:
    options = VadOptions(max_speech_s=max_speech_s, min_silence_s=0.2)
    samples = max(0, len(probabilities) * WINDOW_SAMPLES - tail)
    pieces = [
        piece
        for first, last in speech_windows(probabilities, options)
        for piece in split_long(first, last, probabilities, options)
    ]
    spans = pad_spans(pieces, samples, options)
    edges = [edge for span in spans for edge in (span.start, span.end)]
    assert edges == sorted(edges)
    assert all(0 <= edge <= samples for edge in edges)
    assert all(span.duration_s <= max_speech_s + WINDOW_SAMPLES / SAMPLE_RATE_HZ for span in spans)
    assert all(isinstance(span, SpeechSpan) and span.end > span.start for span in spans)


@pytest.mark.models
def test_sound_that_comes_in_pieces_is_judged_like_the_whole(vad: SileroVad) -> None:
    samples = load_audio(SAMPLE / "consultation.flac").samples[: 20 * SAMPLE_RATE_HZ]
    generator = np.random.default_rng(3)
    stream = VadStream(vad)
    pieces = np.split(samples, np.sort(generator.integers(0, len(samples), 60)))
    came = [probability for piece in pieces for probability in stream.push(piece)]
    whole = vad.probabilities(samples)[: len(came)]
    assert len(came) == len(samples) // WINDOW_SAMPLES
    assert torch.allclose(torch.tensor(came), whole, atol=1e-4)


@pytest.mark.models
def test_looking_for_speech_can_be_stopped(vad: SileroVad) -> None:
    with pytest.raises(Cancelled):
        vad.speech_spans(np.zeros(SAMPLE_RATE_HZ, np.float32), cancelled=lambda: True)
