"""A recording survives a killed process and a full disk, and is a WAV that others read."""

from __future__ import annotations

import errno
import signal
import stat
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.record import wav
from desktop.record.wav import DiskFault, DiskFull, RecordingTooLong, WavWriter
from tests.fakes.failing_disk import FillingDisk

REPOSITORY = Path(__file__).resolve().parents[3]

RECORDER = """
import sys, time
from pathlib import Path
from desktop.record.wav import WavWriter
writer = WavWriter(Path(sys.argv[1]))
block = bytes(range(256)) * 5  # 40 ms
started = time.monotonic()
while True:
    writer.append(block)
    print(writer.duration_s, flush=True)
    time.sleep(max(0, started + writer.duration_s - time.monotonic()))
"""


def read(file: Path) -> bytes:
    with wave.open(str(file)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (16_000, 1, 2)
        return sound.readframes(sound.getnframes())


@given(blocks=st.lists(st.integers(0, 400), max_size=8))
def test_any_blocks_are_read_back_by_the_standard_library(blocks: list[int]) -> None:
    samples = [np.arange(count, dtype="<i2").tobytes() for count in blocks]
    with tempfile.TemporaryDirectory() as folder:
        writer = WavWriter(Path(folder) / "recording.wav")
        for block in samples:
            writer.append(block)
            assert read(writer.file) == b"".join(samples)[: round(writer.duration_s * 32_000)]
        writer.close()
        assert read(writer.file) == b"".join(samples)
        assert writer.duration_s == pytest.approx(sum(blocks) / 16_000)


def test_a_killed_process_loses_less_than_two_seconds(tmp_path: Path) -> None:
    file = tmp_path / "recording.wav"
    child = subprocess.Popen(
        [sys.executable, "-c", RECORDER, str(file)], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    spoken_s = 0.0
    while spoken_s < 2.5:
        spoken_s = float(child.stdout.readline())
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert len(read(file)) / 32_000 > spoken_s - 2
    assert len(read(file)) >= 2 * 32_000


def test_the_disk_is_synced_at_least_every_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(wav.os, "fsync", synced.append)
    now_s = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now_s[0])
    writer = WavWriter(tmp_path / "recording.wav")
    for _ in range(50):
        now_s[0] += 0.1
        writer.append(bytes(3_200))
        writer._syncer.wait()
    in_five_seconds = len(synced)
    writer.close()
    assert in_five_seconds >= 4
    assert len(synced) > in_five_seconds


def test_a_full_disk_is_said_and_what_fitted_is_playable(tmp_path: Path) -> None:
    writer = WavWriter(tmp_path / "recording.wav", lambda path: FillingDisk(path, 44 + 1_001))
    writer.append(bytes(range(200)) * 5)
    with pytest.raises(DiskFull):
        writer.append(b"\x01\x02" * 100)
    writer.close()
    assert read(writer.file) == bytes(range(200)) * 5
    assert writer.duration_s == 500 / 16_000


def test_a_disk_full_from_the_start_is_said(tmp_path: Path) -> None:
    with pytest.raises(DiskFull):
        WavWriter(tmp_path / "recording.wav", lambda path: FillingDisk(path, 10))


def test_another_fault_of_the_disk_is_told_apart(tmp_path: Path) -> None:
    writer = WavWriter(tmp_path / "recording.wav", lambda path: FillingDisk(path, 60, errno.EIO))
    with pytest.raises(DiskFault):
        writer.append(bytes(1_000))
    writer.close()
    assert len(read(writer.file)) == 16


def test_a_sync_that_failed_is_said_at_the_next_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(errno.EIO, "the disk was pulled out")

    monkeypatch.setattr(wav.os, "fsync", refuse)
    writer = WavWriter(tmp_path / "recording.wav")
    writer.flush()
    writer._syncer.wait()
    with pytest.raises(DiskFault):
        writer.append(bytes(2))
    with pytest.raises(DiskFault):
        writer.close()
    writer.close()


def test_a_recording_is_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / "recording.wav"
    file.write_bytes(b"what the patient said")
    with pytest.raises(DiskFault):
        WavWriter(file)
    assert file.read_bytes() == b"what the patient said"


def test_only_the_owner_can_read_a_recording(tmp_path: Path) -> None:
    writer = WavWriter(tmp_path / "recording.wav")
    writer.close()
    assert stat.S_IMODE(writer.file.stat().st_mode) & 0o077 == 0


def test_a_file_ends_where_wav_can_count_no_further(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wav, "_LARGEST_DATA_BYTES", 1_000)
    writer = WavWriter(tmp_path / "recording.wav")
    writer.append(bytes(1_000))
    with pytest.raises(RecordingTooLong):
        writer.append(bytes(2))
    writer.close()
    assert len(read(writer.file)) == 1_000
