"""A package index in a folder, and pips that fail: what fetching meets, without a network."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from typing import TYPE_CHECKING

from multimodal.catalog import Converter, FilePart, ModelEntry, ModelKind, SourceFile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest

VERSION = "1.0.0"
RUNS_CODE = 'raise RuntimeError("code of a package that carries weights was run")\n'


def write_wheel(folder: Path, package: str, members: Mapping[str, bytes]) -> Path:
    """Write a wheel whose own module must never be imported."""
    stem = f"{package.replace('-', '_')}-{VERSION}"
    content = {
        f"{package.replace('-', '_')}/__init__.py": RUNS_CODE.encode(),
        **members,
        f"{stem}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: {VERSION}\n".encode(),
        f"{stem}.dist-info/WHEEL": b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},sha256={_record_hash(body)},{len(body)}\n" for name, body in content.items())
    content[f"{stem}.dist-info/RECORD"] = f"{record}{stem}.dist-info/RECORD,,\n".encode()
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        for name, body in content.items():
            archive.writestr(name, body)
    return file


def _record_hash(body: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()


def part_of(package: str, member: str, body: bytes) -> FilePart:
    """Return the catalogue's line for a member with this content."""
    return FilePart(package, VERSION, 2000 + len(body), member, hashlib.sha256(body).hexdigest(), len(body))


def whole(name: str, *parts: tuple[FilePart, bytes]) -> SourceFile:
    """Return the source file that the parts make up."""
    body = b"".join(content for _, content in parts)
    return SourceFile(name, hashlib.sha256(body).hexdigest(), len(body), tuple(part for part, _ in parts))


def entry_of(*files: SourceFile, model_id: str = "ward-model", revision: int = 1) -> ModelEntry:
    """Return a catalogue entry that copies `files`."""
    return ModelEntry(
        id=model_id,
        title="Ward model",
        kind=ModelKind.TEXT_EMBEDDING,
        purpose="Stands in for a model.",
        licence="MIT",
        source="the tests",
        limits=(),
        default=False,
        converter=Converter.COPY,
        revision=revision,
        installed_bytes=sum(file.bytes for file in files),
        files=files,
    )


def use_index(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let the real pip look for packages in `folder` alone."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")


def use_copying_pip(monkeypatch: pytest.MonkeyPatch, index: Path, folder: Path) -> None:
    """Let a pip that starts ten times faster than the real one take wheels out of `index`."""
    use_pip(monkeypatch, folder, _COPIES.format(index=str(index)))


_COPIES = """
import pathlib, shutil, sys
name, version = sys.argv[-1].split("==")
wheels = list(pathlib.Path({index!r}).glob(name.replace("-", "_") + "-" + version + "-*.whl"))
if not wheels:
    sys.exit("ERROR: No matching distribution found for " + sys.argv[-1])
shutil.copy(wheels[0], sys.argv[sys.argv.index("--dest") + 1])
"""


def use_pip(monkeypatch: pytest.MonkeyPatch, folder: Path, code: str) -> None:
    """Put a pip of our own in front of the real one: `code` runs in the folder that pip downloads into."""
    (folder / "pip").mkdir(parents=True)
    (folder / "pip" / "__init__.py").touch()
    (folder / "pip" / "__main__.py").write_text(code, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(folder))
