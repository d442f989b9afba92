"""What is said becomes what a clinician writes, and no spoken word is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multimodal.spoken.form import Form, WrittenWord, written_form
from multimodal.spoken.pieces import Mark
from multimodal.spoken.tables import COMMANDS, DIGITS, MARKS, TEENS, TENS, UNITS

SHOWN = {Mark.LINE: "/", Mark.PARAGRAPH: "//", Mark.STRUCK: "~", Mark.STRIKE_BEFORE: "<~"}
SAID = sorted(
    {
        *(word for entry in (*MARKS, *COMMANDS) for word in entry.spoken.split()),
        *(word for unit in UNITS for word in unit.split()),
        *DIGITS, *TEENS, *TENS, "hundred", "thousand", "point", "over", "to", "and", "per", "oh",
        "No", "fever.", "5mg", "160", "9.8g", "(oral)", "twenty-two", "pain,", "…", "發燒。",
    }
)  # fmt: skip
words = st.lists(st.one_of(st.sampled_from(SAID), st.text(min_size=1, max_size=6)), max_size=24)


def shown(said: str, form: Form = Form.DICTATION, language: str = "en") -> str:
    written = written_form(said.split(), form, language)
    return " ".join(SHOWN.get(word.mark, word.text) for word in written)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("One sixty over ninety.", "160/90 mmHg."),
        ("Blood pressure 160 over 90, pulse 88.", "Blood pressure 160/90 mmHg, pulse 88."),
        ("one hundred and sixty over ninety millimetres of mercury", "160/90 mmHg"),
        ("five milligrams twice a day", "5 mg twice a day"),
        ("gives 0.5mg of it", "gives 0.5 mg of it"),
        ("nine point eight grams per decilitre", "9.8 g/dL"),
        ("hb 9.8g per deciliter.", "hb 9.8 g/dL."),
        ("one to two milligrams per kilogram", "1 to 2 mg/kg"),
        ("sats ninety four percent on two litres", "sats 94% on 2 L"),
        ("two thousand five hundred units", "2500 units"),
        ("point five milligrams", "0.5 mg"),
        ("one oh", "one oh"),
        ("seventy-two beats per minute", "72 beats/min"),
        ("potassium three point oh five millimoles per litre", "potassium 3.05 mmol/L"),
    ],
)
def test_numbers_and_units_are_written_as_in_a_chart(said: str, written: str) -> None:
    assert shown(said, Form.NUMBERS) == written


@pytest.mark.parametrize(
    "said",
    [
        "He takes one to two tablets every six hours.",
        "in nineteen eighty five he had twenty twenty vision",
        "power four over five",
        "vision 20 over 40",
        "at this point five patients came",
        "nine or ten days",
        "one and a half tablets",
        "fifty micrograms".replace("fifty", "50"),
        "no one was there",
        "two hundred. Milligrams".replace("two hundred", "200"),
        "a gram",
    ],
)
def test_what_is_ambiguous_stays_as_said(said: str) -> None:
    assert shown(said) == said


def test_micrograms_and_units_are_never_shortened() -> None:
    assert shown("fifty mcg and ten units") == "50 micrograms and 10 units"


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("No fever, new line, no cough question mark.", "No fever / No cough?"),
        ("heart rate 88 comma regular full stop.", "heart rate 88, regular."),
        ("given open bracket oral close bracket.", "given (oral)"),
        ("Next Section Examination", "// Examination"),
        ("No murmur full stop chest clear", "No murmur. Chest clear"),
        ("Scratch that.", "<~"),
        ("Pain for three days. Scratch that. Pain for five days.", "~ Pain for five days."),
        ("Afebrile. Pain for three days scratch that five days", "Afebrile. ~ Five days"),
        ("No cough new line scratch that", "No cough ~"),
        ("Pain scratch that scratch that", "~ <~"),
        ("comma and fever", ", and fever"),
        ("given open bracket", "given ("),
    ],
)
def test_commands_are_carried_out_in_dictation(said: str, written: str) -> None:
    assert shown(said) == written


@pytest.mark.parametrize(
    "said", ["He would scratch that all night.", "We tried a new line of treatment.", "That is a comma."]
)
def test_words_that_are_meant_as_words_are_no_commands(said: str) -> None:
    assert shown(said) == said


def test_in_talk_with_a_patient_a_command_eats_no_words() -> None:
    assert shown("Scratch that, new line, full stop.", Form.NUMBERS) == "Scratch that, new line, full stop."


@given(words, st.sampled_from(Form), st.sampled_from(["en", "zh", "es"]))
def test_the_spans_hold_every_spoken_word_once_and_in_order(said: list[str], form: Form, language: str) -> None:
    place = 0
    for word in written_form(said, form, language):
        assert word.first == place
        assert word.stop > word.first
        place = word.stop
    assert place == len(said)


@given(words)
def test_only_marks_of_dictation_are_without_text(said: list[str]) -> None:
    assert all(bool(word.text) == (word.mark is Mark.WORD) for word in written_form(said, Form.DICTATION, "en"))


@given(words)
def test_without_commands_no_word_is_dropped(said: list[str]) -> None:
    assert {word.mark for word in written_form(said, Form.NUMBERS, "en")} <= {Mark.WORD}


@given(words, st.sampled_from(["zh", "es", "fr"]))
def test_other_languages_pass_through(said: list[str], language: str) -> None:
    assert [word.text for word in written_form(said, Form.DICTATION, language)] == said


@given(words)
def test_verbatim_is_what_was_said(said: list[str]) -> None:
    expected = tuple(WrittenWord(text, place, place + 1) for place, text in enumerate(said))
    assert written_form(said, Form.VERBATIM, "en") == expected


@given(words)
def test_a_second_pass_over_numbers_changes_nothing(said: list[str]) -> None:
    once = [word.text for word in written_form(said, Form.NUMBERS, "en")]
    again = [word.text for word in written_form(" ".join(once).split(), Form.NUMBERS, "en")]
    assert " ".join(again) == " ".join(" ".join(once).split())
