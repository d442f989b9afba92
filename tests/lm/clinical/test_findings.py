"""From facts to findings: what counts, what does not, and what was said both ways."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lm.clinical.conditions import Sex
from lm.clinical.facts import Assertion, Code, Course, Fact, FactKind
from lm.clinical.findings import Finding, age_of, alarms_of, findings_of, picture_of, quote_of, sex_of
from lm.clinical.measures import MEASURES
from lm.clinical.thresholds import BOUNDS, NEWS2_THREE, is_alarming, terms_of
from lm.grounding.answer import Citation
from lm.sequence import SourceKind
from tests.fakes.phenotypes import small_conditions

COMMON = small_conditions()
PLACE = COMMON.ontology.place


def cite(fact: Fact) -> Citation:
    return Citation(SourceKind.TRANSCRIPT, "visit", fact.text)


def problem(name: str, assertion: Assertion = Assertion.PRESENT, course: Course = Course.CURRENT) -> Fact:
    code = COMMON.ontology.codes[PLACE(name)]
    return Fact(FactKind.PROBLEM, name, 0, len(name), name, assertion, course, (Code("hpo", code, name),))


def measured(name: str, value: str, kind: FactKind = FactKind.VITAL) -> Fact:
    return Fact(kind, f"{name} {value}", 0, 5, name, value=value)


def finding(name: str, is_present: bool = True) -> Finding:
    return Finding(PLACE(name), is_present, Citation(SourceKind.TRANSCRIPT, "visit", name))


def test_only_what_is_said_of_the_patient_now_counts() -> None:
    facts = [
        problem("Cough"),
        problem("Fever", Assertion.ABSENT),
        problem("Headache", Assertion.FAMILY),
        problem("Dyspnea", Assertion.HYPOTHETICAL),
        problem("Photophobia", course=Course.PAST),
    ]
    found = findings_of(COMMON, facts, "", cite)
    assert [(f.term, f.is_present) for f in found] == [(PLACE("Cough"), True), (PLACE("Fever"), False)]
    assert found[0].citation.quote == "Cough"


def test_a_code_that_this_version_lacks_and_a_fact_without_one_are_left_out() -> None:
    unknown = Fact(FactKind.PROBLEM, "x", 0, 1, "x", codes=(Code("hpo", "HP:9999999", "x"),))
    other = Fact(FactKind.PROBLEM, "x", 0, 1, "x", codes=(Code("icd-10-cm", "I10", "x"),))
    assert findings_of(COMMON, [unknown, other, problem("Cough")], "", cite)[0].term == PLACE("Cough")
    assert len(findings_of(COMMON, [unknown, other], "", cite)) == 0


def test_a_measured_value_stands_against_a_denial() -> None:
    facts = [problem("Fever", Assertion.ABSENT), measured("temperature", "38.5 °C")]
    assert [(f.term, f.is_present) for f in findings_of(COMMON, facts, "", cite)] == [(PLACE("Fever"), True)]


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("Headache on the left side.", "BEDSIDE:0000001"),
        ("Headache. My left side is numb.", "Headache"),
        ("It hurts on the left side. Headache", "Headache"),
    ],
)
def test_where_it_hurts_is_read_in_the_same_sentence(text: str, term: str) -> None:
    start = text.index("Headache")
    fact = Fact(
        FactKind.PROBLEM, "Headache", start, start + 8, "Headache", codes=(Code("hpo", "HP:0002315", "Headache"),)
    )
    assert findings_of(COMMON, [fact], text, cite)[0].term == PLACE(term)


def test_a_term_said_both_ways_counts_for_neither() -> None:
    picture = picture_of(COMMON.ontology, [finding("Cough"), finding("Cough", False), finding("Fever")])
    assert picture.contradictory == (PLACE("Cough"),)
    assert picture.seen.present == (PLACE("Fever"),)
    assert picture.seen.absent == ()


def test_a_broad_denial_yields_to_what_is_there() -> None:
    picture = picture_of(COMMON.ontology, [finding("Cough", False), finding("Productive cough")])
    assert picture.seen.present == (PLACE("Productive cough"),)
    assert picture.seen.absent == ()
    assert picture.contradictory == ()


@given(st.lists(st.tuples(st.integers(0, len(COMMON.ontology) - 1), st.booleans()), max_size=12))
def test_nothing_is_there_and_denied_at_once(said: list[tuple[int, bool]]) -> None:
    findings = [Finding(term, there, Citation(SourceKind.TRANSCRIPT, "visit")) for term, there in said]
    seen = picture_of(COMMON.ontology, findings).seen
    assert not set(seen.present) & set(seen.absent)
    assert not any(COMMON.ontology.implies(p, a) for p in seen.present for a in seen.absent)


@pytest.mark.parametrize(
    ("fact", "codes"),
    [
        (measured("temperature", "38.4 °C"), ("HP:0001945",)),
        (measured("temperature", "101.3 F"), ("HP:0001945",)),
        (measured("temperature", "98.6"), ()),
        (measured("blood pressure", "160/90 mmHg"), ("HP:0000822",)),
        (measured("blood pressure", "85/50"), ("HP:0002615",)),
        (measured("oxygen saturation", "88 %"), ("HP:0012418",)),
        (measured("heart rate", "120"), ("HP:0001649",)),
        (measured("glucose", "320 mg/dl", FactKind.LAB), ("HP:0003074",)),
        (measured("creatinine", "90 µmol/l", FactKind.LAB), ()),
        (measured("troponin", "elevated", FactKind.LAB), ("HP:0410174",)),
        (measured("potassium", "low", FactKind.LAB), ("HP:0002900",)),
        (measured("sodium", "normal", FactKind.LAB), ()),
        (measured("white cell count", "14000", FactKind.LAB), ("HP:0001974",)),
        (measured("weight", "80 kg"), ()),
        (measured("heart rate", "fast"), ()),
        (problem("Cough"), ()),
    ],
)
def test_values_become_findings_beyond_their_bounds(fact: Fact, codes: tuple[str, ...]) -> None:
    assert terms_of(fact) == codes


def test_every_bound_names_a_measure() -> None:
    assert {bound.measure for bound in (*BOUNDS, *NEWS2_THREE)} <= {measure.name for measure in MEASURES}


def test_a_vital_sign_of_an_adult_can_be_urgent_by_itself() -> None:
    low = measured("oxygen saturation", "88 %")
    assert is_alarming(low, 70)
    assert is_alarming(low, None)
    assert not is_alarming(low, 5)
    assert not is_alarming(measured("oxygen saturation", "95 %"), 70)
    assert not is_alarming(measured("blood pressure", "elevated"), 70)
    (alarm,) = alarms_of([low, measured("heart rate", "80")], 70, cite)
    assert alarm.text == "oxygen saturation 88 %"


@pytest.mark.parametrize(("value", "years"), [("67 years", 67), ("6 months", 0.5), ("3-week-old", 3 / 52), ("40", 40)])
def test_an_age_is_read_in_years(value: str, years: float) -> None:
    assert age_of([Fact(FactKind.DEMOGRAPHIC, value, 0, 3, "age", value=value)]) == pytest.approx(years)


def test_a_sex_is_read_where_it_was_said() -> None:
    assert sex_of([Fact(FactKind.DEMOGRAPHIC, "woman", 0, 5, "sex", value="female")]) is Sex.FEMALE
    assert sex_of([Fact(FactKind.DEMOGRAPHIC, "gentleman", 0, 9, "sex", value="male")]) is Sex.MALE
    assert sex_of([problem("Cough")]) is None
    assert age_of([]) is None


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Well. He has no fever at all. Good.", "He has no fever at all"),
        ("fever", "fever"),
        ("A fever of 38.5 since noon. Good.", "A fever of 38.5 since noon"),
        (f"{'word ' * 40}fever{' word' * 40}", f"{'word ' * 11}fever{' word' * 11}"),
    ],
)
def test_a_quote_is_the_sentence_around_a_finding_verbatim(text: str, quote: str) -> None:
    start = text.index("fever")
    assert quote_of(text, Fact(FactKind.PROBLEM, "fever", start, start + 5, "Fever")) == quote
    assert quote in text


def test_a_modifier_and_what_says_too_little_are_no_findings() -> None:
    modifier = Fact(FactKind.PROBLEM, "x", 0, 1, "x", codes=(Code("hpo", "HP:0003680", "Nonprogressive"),))
    assert findings_of(COMMON, [modifier], "", cite) == ()
    vague = replace(COMMON, vague=frozenset({PLACE("Cough")}))
    assert [f.term for f in findings_of(vague, [problem("Cough"), problem("Fever")], "", cite)] == [PLACE("Fever")]
