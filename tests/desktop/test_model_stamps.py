from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from desktop.model_stamps import ADAPTERS, stamp_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BEDSIDE_HOME", str(tmp_path))
    return tmp_path / "models"


def _install(models: Path, name: str, files: dict[str, str]) -> None:
    (models / name).mkdir(parents=True)
    manifest = {"files": {file: {"bytes": 1, "sha256": digest} for file, digest in files.items()}}
    (models / name / "manifest.json").write_text(json.dumps(manifest))


def test_an_answer_names_the_weights_and_the_adapter_by_their_hashes(models: Path) -> None:
    decoder = "smollm2-135m-instruct"
    _install(models, decoder, {"model.safetensors": "ab" * 32, "tokenizer.json": "cd" * 32})
    stamp = stamp_of(decoder)
    assert stamp.model == f"{decoder} sha256:{'ab' * 32}"
    files = [ADAPTERS / decoder / name for name in ("image-projector.safetensors", "decoder-lora.safetensors")]
    hashes = "\n".join(hashlib.sha256(file.read_bytes()).hexdigest() for file in files)
    assert stamp.adapter == f"sha256:{hashlib.sha256(hashes.encode()).hexdigest()}"


def test_weights_in_several_files_have_one_hash(models: Path) -> None:
    _install(models, "large", {"2.safetensors": "cd" * 32, "1.safetensors": "ab" * 32})
    whole = hashlib.sha256(f"{'ab' * 32}\n{'cd' * 32}".encode()).hexdigest()
    assert stamp_of("large").model == f"large sha256:{whole}"
    assert stamp_of("large").adapter == ""


@pytest.mark.parametrize("content", [None, "{", "[]", '{"files": 3}', '{"files": {"model.safetensors": 1}}'])
def test_where_nothing_is_known_the_name_alone_stands(models: Path, content: str | None) -> None:
    (models / "own").mkdir(parents=True)
    if content is not None:
        (models / "own" / "manifest.json").write_text(content)
    assert stamp_of("own").model == "own"
    assert stamp_of("/somewhere/../own").adapter == ""
