"""Only a value of this patient, now, may be drawn among those of other days; others are set aside with the reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lm.clinical.extract import extract
from lm.clinical.facts import Fact, FactKind
from lm.clinical.readings import Aside, Reading, reading_of, readings_in
from tests.lm.clinical.lexicons import small_lexicon

LEXICON = small_lexicon()


def readings(sentence: str) -> list[Reading]:
    return [reading for _, reading in readings_in(sentence, extract(sentence, LEXICON))]


@pytest.mark.parametrize(
    ("sentence", "name", "numbers", "unit"),
    [
        ("Your blood pressure is one forty two over eighty eight.", "blood pressure", (142.0, 88.0), "mmHg"),
        (
            "His BP is 150/90 so we will start ramipril, call if dizzy.",
            "blood pressure",
            (150, 90),
            "mmHg",
        ),
        ("You weigh 82 kilograms today.", "weight", (82.0,), "kg"),
        ("A1c 7.4, down from 9.1.", "hemoglobin A1c", (7.4,), "%"),
        ("Your creatinine was .7 this morning.", "creatinine", (0.7,), "mg/dL"),
        ("Creatinine 88 micromoles per litre.", "creatinine", (88.0,), "µmol/L"),
        ("White count eleven thousand.", "white cell count", (11.0,), "10⁹/L"),
        ("White count 11.2.", "white cell count", (11.2,), "10⁹/L"),
        ("The pain is seven out of ten.", "pain score", (7.0,), "/10"),
        ("Before breakfast the glucose was 120.", "glucose", (120.0,), "mg/dL"),
    ],
)
def test_a_value_of_now_is_drawn(sentence: str, name: str, numbers: tuple[float, ...], unit: str) -> None:
    (reading,) = readings(sentence)
    assert (reading.name, reading.numbers, reading.unit, reading.aside) == (name, numbers, unit, None)


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("My mother's blood pressure was 200 over 100.", Aside.PERSON),
        ("His blood pressure used to be 160 over 90.", Aside.TIME),
        ("Last time the A1c was 8.1.", Aside.TIME),
        ("Weight was 85 kg in March.", Aside.TIME),
        ("A1c came down from 9.1 to 7.4.", Aside.TIME),
        ("Potassium, 4.1 mmol/L, on 2024-03-01.", Aside.TIME),
        ("We want your blood pressure below 130/80.", Aside.DOUBT),
        ("Blood pressure target 130/80.", Aside.DOUBT),
        ("If your blood pressure goes over 180/110, call us.", Aside.DOUBT),
        ("Your blood pressure was over 160/90.", Aside.DOUBT),
        ("Was over one sixty over ninety.", Aside.DOUBT),
        ("Did his BP reach 150/90?", Aside.DOUBT),
        ("Pulse is around 100 to 110.", Aside.DOUBT),
        ("I normally weigh about 130 pounds.", Aside.DOUBT),
        ("Height five foot ten.", Aside.DOUBT),
    ],
)
def test_what_is_of_another_day_another_person_or_only_a_goal_is_set_aside(sentence: str, why: Aside) -> None:
    assert [reading.aside for reading in readings(sentence)] == [why]


def test_a_value_that_is_said_twice_is_one() -> None:
    text = "Blood pressure is 160/90. As I said, your blood pressure is 160/90. Taken again, the pressure, 140/90."
    assert [reading.said for reading in readings(text)] == ["160/90 mmHg", "140/90 mmHg"]


def test_only_the_words_of_its_own_sentence_count() -> None:
    assert [reading.aside for reading in readings("Last time you smoked. The pulse is 72. If it hurts, call.")] == [
        None
    ]


def test_what_has_no_number_is_no_reading() -> None:
    assert readings("Your potassium is high. The cholesterol we check. Non-HDL was 178. You cough.") == []


def test_degrees_have_a_common_unit_and_nothing_else_is_converted() -> None:
    (hot,) = readings("Temperature 101.2 F.")
    assert (hot.numbers, hot.unit, hot.common_numbers, hot.common_unit) == ((101.2,), "°F", (38.4,), "°C")
    (heavy,) = readings("Weight 180 pounds.")
    assert (heavy.common_numbers, heavy.common_unit) == (heavy.numbers, heavy.unit) == ((180.0,), "lb")


@given(st.text(max_size=20), st.text(max_size=60), st.text(max_size=60), st.sampled_from(FactKind))
def test_whatever_is_said_there_is_a_reading_or_none(value: str, before: str, after: str, kind: FactKind) -> None:
    reading = reading_of(Fact(kind, value, 0, len(value), "glucose", value=value), before, after)
    assert reading is None or all(number >= 0 for number in reading.numbers)
