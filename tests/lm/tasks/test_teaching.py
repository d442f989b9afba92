from __future__ import annotations

import pytest

from lm.clinical.glossary import Glossary, GlossaryTerm
from lm.grounding.passages import Passage
from lm.tasks.teaching import GAP, ItemKind, case_item, code_item, gap_items, is_right, term_items

BLEEDING = "HP:1"
TERMS = (
    GlossaryTerm(BLEEDING, "Bleeding", "Loss of blood from the vessels of the body into other places."),
    GlossaryTerm(
        "HP:2",
        "Epistaxis",
        "Epistaxis is bleeding that comes out of the nose of a person.",
        ("Nosebleed", "Bloody nose"),
        ("Nasal hemorrhage",),
        (BLEEDING,),
    ),
    GlossaryTerm("HP:3", "Hematemesis", "The vomiting of blood.", (), (), (BLEEDING,)),
    GlossaryTerm("HP:4", "Melena", "The passage of black stools.", (), (), (BLEEDING,)),
    GlossaryTerm("HP:5", "Hemoptysis", "The coughing up of blood.", (), (), (BLEEDING,)),
    GlossaryTerm("HP:6", "Recurrent epistaxis", "Bleeding of the nose again and again.", (), (), (BLEEDING,)),
)
GLOSSARY = Glossary("HPO 2025", TERMS)


def test_a_definition_hides_its_own_name_and_the_options_are_relatives() -> None:
    (meaning, layperson) = term_items(GLOSSARY, [TERMS[1]], seed=1)
    assert meaning.question == f"Which finding is this? {GAP} is bleeding that comes out of the nose of a person."
    assert sorted(meaning.options) == ["Epistaxis", "Hematemesis", "Hemoptysis", "Melena"]  # no form of the answer
    assert meaning.source.label == "HPO 2025"
    assert meaning.source.heading == "HP:2"
    assert "Epistaxis is bleeding" in meaning.explanation
    assert layperson.kind is ItemKind.LAYPERSON
    assert (layperson.answer, layperson.also_right) == ("Nosebleed", ("Bloody nose",))


@pytest.mark.parametrize(
    "definition",
    [
        "",
        "Short.",
        "A bleeding that is recurrent, which means that it comes again.",
        "The presence of a recurrent bleeding.",
    ],
)
def test_a_definition_that_tells_its_name_or_nothing_is_not_asked(definition: str) -> None:
    term = GlossaryTerm("HP:9", "Recurrent bleeding", definition, parents=(BLEEDING,))
    assert list(term_items(Glossary("HPO", (*TERMS, term)), [term], 1)) == []


def test_the_same_seed_asks_the_same() -> None:
    assert list(term_items(GLOSSARY, TERMS, 3)) == list(term_items(GLOSSARY, TERMS, 3))
    orders = {next(iter(term_items(GLOSSARY, [TERMS[1]], seed))).options for seed in range(8)}
    assert len(orders) > 1


@pytest.mark.parametrize("said", ["epistaxis", " Epistaxis. ", "nasal hemorrhages"])
def test_an_answer_is_right_whatever_its_case_and_as_a_synonym(said: str) -> None:
    (meaning, _) = term_items(GLOSSARY, [TERMS[1]], seed=1)
    assert is_right(meaning, said)
    assert is_right(meaning, str(meaning.options.index("Epistaxis") + 1))


@pytest.mark.parametrize("said", ["", "  ", "0", "5", "9", "melena", "²"])
def test_anything_else_is_not(said: str) -> None:
    (meaning, _) = term_items(GLOSSARY, [TERMS[1]], seed=1)
    assert not is_right(meaning, said)


def code(number: str, name: str) -> Passage:
    return Passage("ICD-10-CM 2026", f"{number}: {name}.", number)


def test_wrong_codes_are_neighbours_and_neither_above_nor_below() -> None:
    siblings = [
        code("R04", "Bleeding from airways"),
        code("R04.1", "Bleeding from throat"),
        code("R04.2", "Hemoptysis"),
    ]
    siblings += [code("R04.81", "Pulmonary bleeding in infants"), code("R04.01", "A kind of epistaxis")]
    item = code_item(code("R04.0", "Epistaxis"), siblings, seed=1)
    assert item is not None
    assert sorted(item.options) == ["R04.0", "R04.1", "R04.2", "R04.81"]
    assert item.answer == "R04.0"
    assert "R04.2: Hemoptysis" in item.explanation


def test_a_vague_code_and_one_without_neighbours_are_not_asked() -> None:
    siblings = [code(f"R04.{n}", f"Bleeding {n}") for n in range(5)]
    assert code_item(code("R04.9", "Bleeding, unspecified"), siblings, 1) is None
    assert code_item(code("R04.9", "Bleeding"), siblings[:2], 1) is None


def test_a_gap_hides_a_telling_word_and_cites_the_page() -> None:
    text = "The first sign of severe dengue is persistent vomiting with abdominal tenderness. It is short."
    (item,) = gap_items([Passage("Dengue", text, "Signs", 12)], lambda word: word in {"tenderness", "vomiting"})
    assert item.answer == "tenderness"
    assert GAP in item.question
    assert "tenderness" not in item.question
    assert (item.source.label, item.source.page) == ("Dengue", 12)
    assert "tenderness" not in item.id
    assert list(gap_items([Passage("Dengue", "It is short.")])) == []


def test_a_case_hides_what_the_doctor_concluded() -> None:
    note = "HPI: cough for three days.\n\nASSESSMENT AND PLAN\nPneumonia of the left lung. Start amoxicillin."
    item = case_item(note, "the note")
    assert item is not None
    assert "Pneumonia" not in item.question
    assert item.answer == "Pneumonia of the left lung. Start amoxicillin."
    assert case_item("No heading here.", "the note") is None
