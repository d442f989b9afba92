"""Diseases by their findings: the true path rule, information content, and the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from lm.clinical.phenotype import PHENOTYPES_FILE, Frequency, Phenotypes
from lm.errors import DamagedKnowledge
from tests.fakes.phenotypes import small_phenotypes

if TYPE_CHECKING:
    from pathlib import Path


def test_a_finding_counts_for_everything_that_it_implies() -> None:
    phenotypes = small_phenotypes()
    place, profiles = phenotypes.ontology.place, phenotypes.profiles
    late = profiles.codes.index("OMIM:3")
    assert profiles.share(late, place("Productive cough")) == profiles.share(late, place("Cough")) == 0.5
    assert profiles.share(late, place("Headache")) == 0.0
    assert profiles.share(late, len(phenotypes.ontology)) == 0.0
    other = profiles.codes.index("OMIM:2")
    assert profiles.share(other, place("Arachnodactyly")) == 0.0
    assert profiles.share(other, place("Phenotypic abnormality")) == pytest.approx(0.9)


def test_the_annotations_of_a_disease_keep_their_sources() -> None:
    phenotypes = small_phenotypes()
    found = phenotypes.profiles.of(0)
    assert [phenotypes.ontology.names[a.term] for a in found] == ["Ectopia lentis", "Arachnodactyly"]
    assert {a.source for a in found} == {"PMID:1"}


def test_what_is_rarer_tells_more_and_no_term_tells_less_than_what_it_implies() -> None:
    phenotypes = small_phenotypes()
    ontology, content = phenotypes.ontology, phenotypes.information_content
    assert content[ontology.place("Phenotypic abnormality")] == 0.0
    assert content[ontology.place("Ectopia lentis")] == pytest.approx(np.log(4 / 3))
    for place in range(len(ontology)):
        assert all(content[place] >= content[above] for above in ontology.ancestors(place))


def test_an_index_comes_back_from_its_file_and_needs_no_pickle(tmp_path: Path) -> None:
    phenotypes = small_phenotypes()
    phenotypes.save(tmp_path / PHENOTYPES_FILE)
    again = Phenotypes.load(tmp_path / PHENOTYPES_FILE)
    assert again.profiles.names == phenotypes.profiles.names
    assert [again.profiles.of(n) for n in range(4)] == [phenotypes.profiles.of(n) for n in range(4)]
    np.testing.assert_array_equal(again.information_content, phenotypes.information_content)


@pytest.mark.parametrize("data", [b"", b"no such file", b"PK\x03\x04 cut off"])
def test_a_damaged_index_is_one_sentence(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / PHENOTYPES_FILE
    file.write_bytes(data)
    with pytest.raises(DamagedKnowledge, match="bedside models fetch hpo-annotations"):
        Phenotypes.load(file)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / PHENOTYPES_FILE, other=np.zeros(1))
    with pytest.raises(DamagedKnowledge):
        Phenotypes.load(tmp_path / PHENOTYPES_FILE)


@pytest.mark.parametrize(
    ("share", "frequency"),
    [(1.0, "obligate"), (0.8, "very frequent"), (0.3, "frequent"), (0.05, "occasional"), (0.01, "very rare")],
)
def test_a_share_has_the_class_that_hpo_gives_it(share: float, frequency: str) -> None:
    assert str(Frequency.nearest(share)) == frequency
    assert str(Frequency.nearest(0.0)) == "excluded"
    assert all(Frequency.nearest(found.share) is found for found in Frequency)
