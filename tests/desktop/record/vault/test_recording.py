"""A sealed recording survives a killed process, a torn write and a full disk, and tells nothing without its key."""

from __future__ import annotations

import errno
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.record import syncing
from desktop.record.vault.crypto import NotAuthentic
from desktop.record.vault.recording import FRAME_BYTES, FrameReader, FrameWriter
from desktop.record.vault.sealed_files import FileKey, new_file_key
from desktop.record.wav import DiskFault, DiskFull
from tests.fakes.failing_disk import FillingDisk

REPOSITORY = Path(__file__).resolve().parents[4]
KEY = FileKey("ab" * 16, bytes(32))
SPOKEN = bytes(range(256)) * 125
"""One second."""

RECORDER = """
import sys, time
from pathlib import Path
from desktop.record.vault.recording import FrameWriter
from desktop.record.vault.sealed_files import FileKey
writer = FrameWriter(Path(sys.argv[1]), FileKey("ab" * 16, bytes(32)))
spoken_s, started = 0, time.monotonic()
while True:
    writer.append(bytes(range(256)) * 5)  # 40 ms
    spoken_s += 0.04
    print(spoken_s, flush=True)
    time.sleep(max(0, started + spoken_s - time.monotonic()))
"""


def read(file: Path, key: FileKey = KEY) -> tuple[bytes, bool]:
    reader = FrameReader(file, key)
    return b"".join(reader), reader.finished


def write(file: Path, seconds: int, key: FileKey = KEY) -> bytes:
    writer = FrameWriter(file, key)
    writer.append(SPOKEN * seconds)
    writer.close()
    return file.read_bytes()


@given(blocks=st.lists(st.integers(0, 40_000).map(lambda half: 2 * half), max_size=6), flushed=st.integers(0, 6))
@settings(max_examples=30)
def test_any_blocks_are_read_back(blocks: list[int], flushed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "recording"
        writer = FrameWriter(file, KEY)
        for place, count in enumerate(blocks):
            writer.append((SPOKEN * 3)[:count])
            if place == flushed:
                writer.flush()
        spoken = b"".join((SPOKEN * 3)[:count] for count in blocks)
        so_far, finished = read(file)
        assert spoken.startswith(so_far)
        assert len(spoken) - len(so_far) < FRAME_BYTES
        assert not finished
        writer.close()
        assert read(file) == (spoken, True)


def test_a_killed_process_loses_less_than_two_seconds(tmp_path: Path) -> None:
    file = tmp_path / "recording"
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
    samples, finished = read(file)
    assert len(samples) / FRAME_BYTES > spoken_s - 2
    assert samples == (bytes(range(256)) * 5 * 1_000)[: len(samples)]
    assert not finished


def test_a_file_torn_anywhere_gives_all_whole_frames(tmp_path: Path) -> None:
    file = tmp_path / "recording"
    whole = write(file, 3)
    frame = 4 + FRAME_BYTES + 16
    for length in [20, 22, 30, 20 + frame - 1, 20 + frame, 20 + 2 * frame + 5, len(whole) - 1, len(whole)]:
        for tail in (b"", bytes(5_000), b"\xff" * 50):
            file.write_bytes(whole[:length] + tail)
            samples, finished = read(file)
            assert samples == SPOKEN * ((length - 20) // frame)
            assert finished == (length == len(whole))


@pytest.mark.parametrize("place", [3, 10, 21, 30, 20 + FRAME_BYTES])
def test_a_changed_byte_is_never_heard(tmp_path: Path, place: int) -> None:
    file = tmp_path / "recording"
    changed = bytearray(write(file, 1))
    changed[place] ^= 1
    file.write_bytes(changed)
    try:
        assert read(file) == (b"", False)
    except NotAuthentic:
        assert place < 20


def test_frames_open_in_their_order_and_in_their_file_alone(tmp_path: Path) -> None:
    file, frame = tmp_path / "recording", 4 + FRAME_BYTES + 16
    whole = write(file, 3)
    head, first, second, rest = whole[:20], whole[20 : 20 + frame], whole[20 + frame : 20 + 2 * frame], whole[-frame:]
    for forged in (head + second + first + rest, head + second + rest):
        file.write_bytes(forged)
        assert read(file) == (b"", False)
    file.write_bytes(head + first + first)
    assert read(file) == (SPOKEN, False)
    foreign = new_file_key()
    other = write(tmp_path / "other", 1, foreign)
    file.write_bytes(head + other[20:])
    assert read(file) == (b"", False)
    with pytest.raises(NotAuthentic):
        read(tmp_path / "other")


def test_the_file_tells_nothing(tmp_path: Path) -> None:
    whole = write(tmp_path / "recording", 2)
    assert SPOKEN[:64] not in whole
    assert (tmp_path / "recording").stat().st_mode & 0o077 == 0


def test_the_disk_is_synced_at_least_every_two_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(syncing.os, "fsync", synced.append)
    writer = FrameWriter(tmp_path / "recording", KEY)
    for _ in range(50):
        writer.append(SPOKEN[:3_200])
        writer._syncer.wait()
    assert len(synced) == 5
    writer.close()


def test_a_full_disk_is_said_and_what_fitted_opens(tmp_path: Path) -> None:
    file = tmp_path / "recording"
    writer = FrameWriter(file, KEY, lambda path: FillingDisk(path, 20 + 4 + FRAME_BYTES + 16 + 5_000))
    writer.append(SPOKEN)
    with pytest.raises(DiskFull):
        writer.append(SPOKEN)
    with pytest.raises(DiskFull):
        writer.close()
    writer.close()
    assert read(file) == (SPOKEN, False)


def test_a_disk_with_room_again_goes_on_where_the_frames_end(tmp_path: Path) -> None:
    disk: list[FillingDisk] = []

    def open_file(path: Path) -> FillingDisk:
        disk.append(FillingDisk(path, 20 + 5_000))
        return disk[0]

    writer = FrameWriter(tmp_path / "recording", KEY, open_file)
    with pytest.raises(DiskFull):
        writer.append(SPOKEN)
    disk[0]._room = 1 << 20
    writer.append(SPOKEN)
    writer.close()
    assert read(tmp_path / "recording") == (SPOKEN * 2, True)


def test_a_disk_that_refuses_from_the_start_is_said(tmp_path: Path) -> None:
    with pytest.raises(DiskFull):
        FrameWriter(tmp_path / "recording", KEY, lambda path: FillingDisk(path, 10))


def test_a_sync_that_failed_is_said_at_the_next_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(errno.EIO, "the disk was pulled out")

    monkeypatch.setattr(syncing.os, "fsync", refuse)
    writer = FrameWriter(tmp_path / "recording", KEY)
    writer.append(SPOKEN)
    writer._syncer.wait()
    with pytest.raises(DiskFault):
        writer.append(SPOKEN)
    with pytest.raises(DiskFault):
        writer.close()


def test_a_recording_is_never_written_over(tmp_path: Path) -> None:
    whole = write(tmp_path / "recording", 1)
    with pytest.raises(DiskFault):
        FrameWriter(tmp_path / "recording", KEY)
    assert (tmp_path / "recording").read_bytes() == whole
