"""HPO's files on excerpts in their form, and the fetched index itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lm.clinical.phenotype import PHENOTYPES_FILE, UNSTATED, Phenotypes
from multimodal.catalog import Converter, installed_path
from multimodal.converters import run
from multimodal.differential import MODEL
from multimodal.errors import ConversionFailed
from multimodal.phenotypes import ANNOTATIONS, ONSET_YEARS, ONTOLOGY

if TYPE_CHECKING:
    from pathlib import Path

OBO = """format-version: 1.2
data-version: hp/releases/2025-01-16

[Term]
id: HP:0031245
name: Productive cough
is_a: HP:0012735 ! Cough

[Term]
id: HP:0012735
name: Cough
alt_id: HP:0000001
synonym: "Coughing" EXACT layperson []
synonym: "Bad chest" BROAD []
is_a: HP:0000118 ! Phenotypic abnormality

[Term]
id: HP:0000118
name: Phenotypic abnormality

[Term]
id: HP:0003674
name: Onset

[Term]
id: HP:0003581
name: Adult onset
is_a: HP:0003674 ! Onset

[Term]
id: HP:0000057
name: obsolete Something
is_obsolete: true
"""
HEAD = "database_id disease_name qualifier hpo_id reference evidence onset frequency sex modifier aspect biocuration"


def row(disease: str, term: str, frequency: str = "", *, qualifier: str = "", aspect: str = "P") -> str:
    cells = (disease, f"Disease {disease[-1]}", qualifier, term, "PMID:7", "PCS", "", frequency, "", "", aspect, "x")
    return "\t".join(cells)


ROWS = (
    "#version: 2025-01-16",
    HEAD.replace(" ", "\t"),
    row("OMIM:1", "HP:0031245", "3/4"),
    row("OMIM:1", "HP:0031245", "2/4"),
    row("OMIM:1", "HP:0003581", aspect="C"),
    row("ORPHA:2", "HP:0000001", "HP:0040281"),
    row("ORPHA:3", "HP:0012735", "40%"),
    row("ORPHA:4", "HP:0012735"),
    row("ORPHA:5", "HP:0012735", qualifier="NOT"),
    row("ORPHA:6", "HP:0012735", "0/3"),
    row("ORPHA:7", "HP:0099999", "1/1"),
)


@pytest.fixture
def sources(tmp_path: Path) -> dict[str, Path]:
    files = {ONTOLOGY: tmp_path / ONTOLOGY, ANNOTATIONS: tmp_path / ANNOTATIONS}
    files[ONTOLOGY].write_text(OBO, encoding="utf-8")
    files[ANNOTATIONS].write_text("\n".join(ROWS) + "\n", encoding="utf-8")
    return files


def converted(sources: dict[str, Path], folder: Path) -> Phenotypes:
    run(Converter.HPO_ANNOTATIONS, sources, folder)
    assert [file.name for file in folder.iterdir()] == [PHENOTYPES_FILE]
    return Phenotypes.load(folder / PHENOTYPES_FILE)


def test_terms_stand_behind_what_they_imply_and_keep_their_names(sources: dict[str, Path], tmp_path: Path) -> None:
    ontology = converted(sources, tmp_path / "ready").ontology
    assert len(ontology) == 5
    assert ontology.title == "Human Phenotype Ontology 2025-01-16"
    assert ontology.place("coughing") == ontology.place("HP:0000001") == ontology.place("HP:0012735")
    assert not ontology.knows("bad chest")
    assert ontology.implies(ontology.place("Productive cough"), ontology.place("Phenotypic abnormality"))


def test_rows_become_shares_with_their_sources(sources: dict[str, Path], tmp_path: Path) -> None:
    phenotypes = converted(sources, tmp_path / "ready")
    profiles, cough = phenotypes.profiles, phenotypes.ontology.place("Cough")
    assert profiles.codes == ("OMIM:1", "ORPHA:2", "ORPHA:3", "ORPHA:4", "ORPHA:5", "ORPHA:6")
    shares = [profiles.share(place, cough) for place in range(len(profiles))]
    # Five of eight patients, by Laplace's rule; then the class, the percentage, none stated, NOT, none of three.
    assert shares == pytest.approx([6 / 10, 0.895, 0.4, UNSTATED, 0.0, 0.0])
    assert profiles.of(0)[0].source == "PMID:7"
    assert profiles.of(4)[0].share == profiles.of(5)[0].share == 0.0
    assert profiles.starts.tolist() == [ONSET_YEARS["HP:0003581"], 0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (ONTOLOGY, ""),
        (ANNOTATIONS, ""),
        (ANNOTATIONS, "other\tcolumns\n1\t2\n"),
        (ONTOLOGY, "x\n\n[Term]\nid: HP:1\nname: A\nis_a: HP:2\n\n[Term]\nid: HP:2\nname: B\nis_a: HP:1\n"),
    ],
)
def test_what_is_no_such_file_is_refused(sources: dict[str, Path], tmp_path: Path, name: str, content: str) -> None:
    sources[name].write_text(content, encoding="utf-8")
    with pytest.raises(ConversionFailed):
        run(Converter.HPO_ANNOTATIONS, sources, tmp_path / "ready")


def test_bytes_that_are_no_text_are_refused(sources: dict[str, Path], tmp_path: Path) -> None:
    sources[ANNOTATIONS].write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConversionFailed):
        run(Converter.HPO_ANNOTATIONS, sources, tmp_path / "ready")


@pytest.mark.models
def test_the_fetched_index_holds_what_was_published() -> None:
    phenotypes = Phenotypes.load(installed_path(MODEL) / PHENOTYPES_FILE)
    ontology, profiles = phenotypes.ontology, phenotypes.profiles
    assert len(ontology) > 19_000
    assert len(profiles) > 12_000
    marfan = profiles.codes.index("OMIM:154700")
    assert profiles.share(marfan, ontology.place("Ectopia lentis")) > 0.3
    assert all(code in ontology.codes for code in ONSET_YEARS)
    assert phenotypes.information_content[ontology.place("Ectopia lentis")] > 4
