from __future__ import annotations

from typing import TYPE_CHECKING

from multimodal.glossaries import hpo_glossary, read_glossary, write_glossary

if TYPE_CHECKING:
    from pathlib import Path

OBO = """format-version: 1.2
data-version: hp/releases/2025-01-16

[Term]
id: HP:0011276
name: Vascular skin abnormality

[Term]
id: HP:0001025
name: Urticaria
def: "Raised areas of erythema." [PMID:1]
synonym: "Hives" EXACT layperson []
synonym: "Nettle rash" RELATED layperson []
synonym: "Welts" EXACT []
is_a: HP:0011276 ! Vascular skin abnormality

[Term]
id: HP:0000057
name: obsolete Clitoromegaly
is_obsolete: true
"""


def test_a_glossary_keeps_what_laypeople_say_exactly_and_survives_the_disk(tmp_path: Path) -> None:
    source = tmp_path / "hp.obo"
    source.write_text(OBO, encoding="utf-8")
    write_glossary(hpo_glossary(source), tmp_path)
    glossary = read_glossary(tmp_path)
    parent, term = glossary
    assert glossary.title == "Human Phenotype Ontology 2025-01-16"
    assert (term.name, term.plain, term.synonyms) == ("Urticaria", ("Hives",), ("Welts",))
    assert term.parents == (parent.code,)
    assert term.definition == "Raised areas of erythema."
    assert glossary.layperson_synonyms()["Welts"] == ("Hives",)
    assert glossary.siblings(term) == ()
