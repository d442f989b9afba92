from __future__ import annotations

import struct
import tracemalloc
import wave
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from multimodal import audio
from multimodal.audio import decode_blocks, load_audio
from multimodal.errors import Cancelled, FileTooLarge, InvalidFile, MissingFile, NoSound, UnreadableFile
from multimodal.sound import SAMPLE_RATE_HZ, Recording

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


COMPRESSED = [("flac", "flac"), ("ogg", "libopus"), ("mp3", "libmp3lame"), ("m4a", "aac")]


def tone(seconds: float, rate_hz: int = SAMPLE_RATE_HZ, hertz: float = 440.0) -> NDArray[np.int16]:
    return (12_000 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate_hz)) / rate_hz)).astype(np.int16)


def write_wav(path: Path, channels: list[NDArray[np.int16]], rate_hz: int = SAMPLE_RATE_HZ) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(np.stack(channels, axis=1).tobytes())
    return path


def write_sound(path: Path, codec: str, samples: NDArray[np.int16]) -> Path:
    with av.open(str(path), mode="w") as container:
        stream = container.add_stream(codec, rate=48_000 if codec == "libopus" else SAMPLE_RATE_HZ, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis], format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE_HZ
        for part in av.AudioResampler(format=stream.format.name, layout="mono", rate=stream.rate).resample(frame):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return path


def write_silent_video(path: Path) -> Path:
    with av.open(str(path), mode="w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        for _ in range(5):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")))
        container.mux(stream.encode(None))
    return path


def dominant_hertz(recording: Recording) -> float:
    spectrum = np.abs(np.fft.rfft(recording.samples))
    return float(spectrum.argmax() / recording.duration_s)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 44_100, 48_000])
def test_every_rate_becomes_16_khz_at_the_same_pitch_and_length(tmp_path: Path, rate_hz: int) -> None:
    recording = load_audio(write_wav(tmp_path / "a.wav", [tone(2, rate_hz)], rate_hz))
    assert recording.samples.dtype == np.float32
    assert recording.duration_s == pytest.approx(2, abs=0.01)
    assert dominant_hertz(recording) == pytest.approx(440, abs=1)


@pytest.mark.parametrize(("suffix", "codec"), COMPRESSED)
def test_compressed_formats(tmp_path: Path, suffix: str, codec: str) -> None:
    recording = load_audio(write_sound(tmp_path / f"a.{suffix}", codec, tone(2)))
    assert recording.duration_s == pytest.approx(2, abs=0.15)
    assert dominant_hertz(recording) == pytest.approx(440, abs=2)


@pytest.mark.parametrize("channels", [2, 8, 40])
def test_channels_are_averaged(tmp_path: Path, channels: int) -> None:
    sound = [np.full(8_000, 256 * (index + 1), np.int16) for index in range(channels)]
    recording = load_audio(write_wav(tmp_path / "a.wav", sound))
    assert recording.duration_s == 0.5
    np.testing.assert_allclose(recording.samples, 256 * (channels + 1) / 2 / 32_768, atol=1e-4)


def float_wav(path: Path, values: NDArray[np.float32]) -> Path:
    data = values.astype("<f4").tobytes()
    chunk = struct.pack("<4sIHHIIHH", b"fmt ", 16, 3, 1, SAMPLE_RATE_HZ, 4 * SAMPLE_RATE_HZ, 4, 32)
    body = b"WAVE" + chunk + struct.pack("<4sI", b"data", len(data)) + data
    path.write_bytes(struct.pack("<4sI", b"RIFF", len(body)) + body)
    return path


def test_float_files_with_nan_and_integer_sized_values_are_tamed(tmp_path: Path) -> None:
    values = np.array([0, 16_384, -32_768, np.nan, np.inf, 8_192], np.float32).repeat(1_000)
    recording = load_audio(float_wav(tmp_path / "a.wav", values))
    assert np.isfinite(recording.samples).all()
    assert recording.samples[500] == 0
    assert recording.samples[1_500] == pytest.approx(0.5)
    assert recording.samples[2_500] == pytest.approx(-1)


@pytest.mark.parametrize("claimed", [0, 2_000, 0xFFFFFFFF])
def test_a_wav_whose_header_was_never_finished_is_read_to_its_end(tmp_path: Path, claimed: int) -> None:
    path = write_wav(tmp_path / "killed.wav", [tone(2)])
    content = bytearray(path.read_bytes())
    content[40:44] = struct.pack("<I", claimed)
    path.write_bytes(content)
    assert load_audio(path).duration_s == pytest.approx(2, abs=0.01)


def test_chunks_behind_the_sound_are_not_heard(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", [tone(1)])
    with path.open("ab") as file:
        file.write(struct.pack("<4sI", b"LIST", 4_000) + b"INFO" + bytes(3_996))
    assert load_audio(path).duration_s == 1.0


def test_a_file_cut_in_the_middle_keeps_what_came_before(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.flac", "flac", np.random.default_rng(0).integers(-9_000, 9_000, 48_000, np.int16))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    recording = load_audio(path)
    assert 1.0 < recording.duration_s < 2.0


def test_hours_of_compressed_silence_stop_at_the_cap_without_filling_memory(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "silence.flac", "flac", np.zeros(SAMPLE_RATE_HZ * 900, np.int16))
    assert path.stat().st_size < 200_000
    tracemalloc.start()
    try:
        with pytest.raises(FileTooLarge, match="longer than 30 seconds"):
            load_audio(path, max_seconds=30)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3 * 30 * SAMPLE_RATE_HZ * 4


def test_a_video_gives_its_sound_track(tmp_path: Path) -> None:
    with pytest.raises(NoSound, match=r"film\.mp4 has no sound track"):
        load_audio(write_silent_video(tmp_path / "film.mp4"))


@pytest.mark.parametrize(
    "playlist",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://{target}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile {target}\n",
        "concat:{target}|{target}",
    ],
)
def test_playlists_open_nothing(tmp_path: Path, playlist: str) -> None:
    target = write_wav(tmp_path / "secret.wav", [tone(1)])
    for name in ("a.wav", "a.m3u8", "a.mp3"):
        (tmp_path / name).write_text(playlist.format(target=target))
        with pytest.raises(UnreadableFile):
            load_audio(tmp_path / name)


def test_missing_folder_empty_and_text(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.wav").write_text("The patient has a cough.\n" * 100)
    with pytest.raises(MissingFile, match=r"no file gone\.wav"):
        load_audio(tmp_path / "gone.wav")
    with pytest.raises(MissingFile, match="is a folder"):
        load_audio(tmp_path)
    with pytest.raises(MissingFile, match=r"empty\.wav is empty"):
        load_audio(tmp_path / "empty.wav")
    with pytest.raises(UnreadableFile, match=r"text\.wav is not a sound"):
        load_audio(tmp_path / "text.wav")


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["awful.wav", "bad.wav", "evil.wav", "null.wav"])
def test_hostile_files_are_refused_with_one_sentence(
    open_data: Path, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InvalidFile) as refusal:
        load_audio(open_data / "hostile" / "audio" / name)
    message = str(refusal.value)
    assert name in message
    assert message.endswith(".")
    assert "\n" not in message
    assert capfd.readouterr() == ("", "")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), suffix=st.sampled_from(["wav", "flac", "ogg", "mp3"]))
def test_damaged_bytes_give_a_recording_or_a_refusal(tmp_path: Path, data: st.DataObject, suffix: str) -> None:
    codec = {"wav": "pcm_s16le", "flac": "flac", "ogg": "libopus", "mp3": "libmp3lame"}[suffix]
    original = tmp_path / f"original.{suffix}"
    if not original.exists():
        write_sound(original, codec, tone(0.5))
    content = bytearray(original.read_bytes())
    for _ in range(data.draw(st.integers(1, 20))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    damaged = tmp_path / f"damaged.{suffix}"
    damaged.write_bytes(content[: data.draw(st.integers(1, len(content)))])
    try:
        recording = load_audio(damaged, max_seconds=60)
    except InvalidFile:
        return
    assert np.isfinite(recording.samples).all()
    assert np.abs(recording.samples).max() <= 1


@pytest.mark.parametrize(("suffix", "codec"), [("wav", ""), *COMPRESSED])
@pytest.mark.parametrize("can_be_sought", [True, False])
def test_it_begins_where_it_is_asked_to(
    tmp_path: Path, suffix: str, codec: str, can_be_sought: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not can_be_sought:
        monkeypatch.setattr(audio, "_seek", lambda _container, _start_s: None)
    # Silence for three seconds, then a tone for two.
    sound = np.concatenate([np.zeros(3 * SAMPLE_RATE_HZ, np.int16), tone(2)])
    file = tmp_path / f"a.{suffix}"
    write_sound(file, codec, sound) if codec else write_wav(file, [sound])
    heard = np.frombuffer(b"".join(decode_blocks(file, start_s=2.5)), np.float32)
    onset_s = float(np.argmax(np.abs(heard) > 0.1)) / SAMPLE_RATE_HZ
    assert onset_s == pytest.approx(0.5, abs=0.1)
    assert len(heard) / SAMPLE_RATE_HZ == pytest.approx(2.5, abs=0.15)


def test_reading_can_be_stopped(tmp_path: Path) -> None:
    file = write_wav(tmp_path / "a.wav", [tone(1.0)])
    with pytest.raises(Cancelled):
        load_audio(file, cancelled=lambda: True)
