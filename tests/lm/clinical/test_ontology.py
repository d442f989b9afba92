"""The ontology as a graph, on any graph."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lm.clinical.ontology import Ontology
from lm.errors import UnknownTerm
from tests.fakes.phenotypes import small_ontology


@st.composite
def graphs(draw: st.DrawFn) -> Ontology:
    """Any graph whose parents stand before their children."""
    size = draw(st.integers(1, 14))
    parents = [sorted(draw(st.sets(st.integers(0, place - 1), max_size=3))) if place else [] for place in range(size)]
    return Ontology("any", [f"HP:{n:07}" for n in range(size)], [f"term {n}" for n in range(size)], parents)


@given(graphs(), st.data())
def test_what_a_term_implies_is_reflexive_and_transitive(ontology: Ontology, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(ontology) - 1))
    assert ontology.implies(place, place)
    for above in ontology.ancestors(place):
        assert ontology.ancestors(above) <= ontology.ancestors(place)
        assert above == place or above < place
        assert not ontology.implies(above, place) or above == place


@given(graphs(), st.data())
def test_the_most_specific_terms_imply_all_of_them_and_none_of_each_other(
    ontology: Ontology, data: st.DataObject
) -> None:
    places = data.draw(st.lists(st.integers(0, len(ontology) - 1), max_size=8))
    kept = ontology.most_specific(places)
    assert all(any(ontology.implies(k, p) for k in kept) for p in places)
    assert not any(ontology.implies(a, b) for a in kept for b in kept if a != b)
    broad = ontology.broadest(places)
    assert all(any(ontology.implies(p, b) for b in broad) for p in places)
    assert not any(ontology.implies(a, b) for a in broad for b in broad if a != b)


@given(graphs())
def test_an_ontology_comes_back_from_its_arrays(ontology: Ontology) -> None:
    again = Ontology.from_arrays(ontology.to_arrays())
    assert (again.version, again.codes, again.names) == (ontology.version, ontology.codes, ontology.names)
    assert [list(parents) for parents in again.parents] == [list(parents) for parents in ontology.parents]
    assert all(array.dtype != np.object_ for array in ontology.to_arrays().values())


def test_a_term_is_found_by_code_earlier_code_name_and_synonym() -> None:
    ontology = small_ontology()
    cough = ontology.place("HP:0012735")
    assert ontology.place("hp:0012735") == ontology.place(" cough ") == ontology.place("tussis") == cough
    assert ontology.label(ontology.place("HP:0000990")) == "HP:0001083 Ectopia lentis"
    again = Ontology.from_arrays(ontology.to_arrays())
    assert again.place("Tussis") == cough
    assert ontology.title == "Human Phenotype Ontology 2025-01-16"


@pytest.mark.parametrize("said", ["", "HP:9999999", "quux", "HP:12"])
def test_an_unknown_term_is_named(said: str) -> None:
    with pytest.raises(UnknownTerm, match="is no term of the Human Phenotype Ontology 2025-01-16"):
        small_ontology().place(said)
    assert not small_ontology().knows(said)


def test_terms_of_our_own_stand_behind_the_published_ones() -> None:
    ontology = small_ontology()
    extended = ontology.with_terms([("BEDSIDE:0000001", "Headache on one side", ontology.place("Headache"))])
    assert extended.codes[: len(ontology)] == ontology.codes
    assert extended.implies(extended.place("headache on one side"), extended.place("Headache"))
    assert extended.children(extended.place("Headache")) == (
        extended.place("Thunderclap headache"),
        extended.place("BEDSIDE:0000001"),
    )
