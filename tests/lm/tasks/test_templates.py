from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lm.tasks.placing import Part
from lm.tasks.templates import (
    InvalidTemplate,
    as_toml,
    load_template,
    template_from_note,
    template_from_toml,
    template_names,
)


@pytest.mark.parametrize("name", template_names())
def test_each_template_that_ships_is_read_and_has_a_place_for_the_plan(name: str) -> None:
    template = load_template(name)
    assert template.title
    assert template.section_of(Part.PLAN, "") is not None
    assert template_from_toml(name, as_toml(template)) == template


def test_the_templates_of_the_field_are_there() -> None:
    wanted = {"soap", "history-and-physical", "progress", "referral", "discharge", "procedure", "patient-handout"}
    assert wanted <= set(template_names())


def test_a_doctors_own_template_goes_before_ours(tmp_path: Path) -> None:
    (tmp_path / "soap.toml").write_text('[[sections]]\nheading = "All"\nparts = ["plan"]\n', encoding="utf-8")
    assert [section.heading for section in load_template("soap", tmp_path).sections] == ["All"]
    assert len(load_template("soap").sections) == 4


def test_cues_go_before_parts() -> None:
    template = load_template("discharge")
    at = template.section_of(Part.PLAN, "Please follow up in two weeks.")
    assert at is not None
    assert template.sections[at].heading == "Follow-up"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = ", "is no TOML"),
        ('title = "x"', "needs 1 to 40"),
        ('colour = "red"\n[[sections]]\nheading = "A"', "'colour'"),
        ('[[sections]]\nparts = ["plan"]', "has no heading"),
        ('[[sections]]\nheading = "A"\nparts = ["soup"]', "wants 'soup'"),
        ('[[sections]]\nheading = "A"\nparts = "plan"', "must be a list"),
        ('[[sections]]\nheading = "A"\nfont = "big"', "'font'"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(text: str, said: str) -> None:
    with pytest.raises(InvalidTemplate, match=said) as caught:
        template_from_toml("mine", text)
    assert "\n" not in str(caught.value).strip()


def test_an_unknown_name_lists_those_that_there_are() -> None:
    with pytest.raises(InvalidTemplate, match="soap"):
        load_template("../../etc/passwd")


def test_an_example_note_gives_its_headings_and_nothing_else() -> None:
    note = "CHIEF COMPLAINT\nKnee pain.\n\nPast Medical History:\nAsthma\n\nPLAN\n1. Rest: two weeks\n"
    template = template_from_note(note)
    assert [section.heading for section in template.sections] == ["Chief complaint", "Past medical history", "Plan"]
    assert [section.parts for section in template.sections] == [(Part.COMPLAINT,), (Part.PAST,), (Part.PLAN,)]


def test_an_example_without_headings_is_refused() -> None:
    with pytest.raises(InvalidTemplate, match="No headings"):
        template_from_note("the patient is well")


@given(st.text(max_size=300))
def test_any_text_is_a_template_or_refused(text: str) -> None:
    for make in (template_from_note, lambda t: template_from_toml("x", t)):
        try:
            template = make(text)
        except InvalidTemplate:
            continue
        assert template_from_toml(template.name, as_toml(template)).sections == template.sections
