from __future__ import annotations

from lm.clinical.facts import Assertion, Code, Course, Dose, Fact, FactKind
from lm.clinical.spoken_text import SpokenText
from lm.grounding.answer import Evidence, EvidenceWord, Verdict
from lm.sequence import SourceKind
from lm.tasks.findings import NOTHING, FoundFact, described, findings, found_in

SAID = (
    "I have had a cough for three days. I have no fever. I take ramipril 5 mg once a day. I am allergic to penicillin. "
    "My cough is worse at night."
)


def spoken() -> SpokenText:
    words = tuple(EvidenceWord(word, float(at), at + 0.5) for at, word in enumerate(SAID.split()))
    return SpokenText.of(Evidence(SourceKind.TRANSCRIPT, "Recording 1", words))


def fact(text: str, kind: FactKind = FactKind.PROBLEM, name: str = "", start: int = -1, **more: object) -> Fact:
    at = SAID.index(text) if start < 0 else start
    return Fact(kind, text, at, at + len(text), name or text, **more)  # type: ignore[arg-type]  # a test's shorthand


COUGH = fact("cough", onset="three days", codes=(Code("hpo", "HP:0012735", "Cough"),))
FEVER = fact("fever", assertion=Assertion.ABSENT, negated_by="no")
RAMIPRIL = fact("ramipril", FactKind.DRUG, dose=Dose("5 mg", frequency="once a day"))
PENICILLIN = fact("penicillin", FactKind.ALLERGY)


def test_findings_stand_by_kind_allergies_first_each_with_its_sentence() -> None:
    written = findings(found_in([spoken()], lambda _text: [COUGH, FEVER, RAMIPRIL, PENICILLIN]))
    assert [section.heading for section in written.sections] == ["Allergies", "Problems", "Drugs", "Denied"]
    ((allergy,), (cough,), (drug,), (denied,)) = (section.sentences for section in written.sections)
    assert allergy.text == "Penicillin"
    assert cough.text == "Cough, since three days (HP:0012735)"
    assert drug.text == "Ramipril, 5 mg, once a day"
    assert denied.text == "Fever"
    assert all(sentence.verdict is Verdict.SUPPORTED for sentence in (allergy, cough, drug, denied))
    assert drug.citations[0].quote == "I take ramipril 5 mg once a day."
    assert drug.citations[0].start_s == 12.0


def test_what_is_named_twice_stands_once_as_it_was_last_spoken_of() -> None:
    again = fact("cough", start=SAID.rindex("cough"))
    written = findings([FoundFact(COUGH, spoken()), FoundFact(again, spoken())])
    (problems,) = written.sections
    assert [sentence.citations[0].quote for sentence in problems.sentences] == ["My cough is worse at night."]


def test_the_familys_disease_is_not_the_patients() -> None:
    mothers = fact("cough", assertion=Assertion.FAMILY)
    written = findings([FoundFact(COUGH, spoken()), FoundFact(mothers, spoken())])
    assert [section.heading for section in written.sections] == ["Problems", "Family"]


def test_a_relatives_values_and_those_that_are_feared_are_not_the_patients() -> None:
    own = fact("cough", FactKind.VITAL, "blood pressure", value="120/80 mmHg")
    mothers = fact("cough", FactKind.VITAL, "blood pressure", value="200/100 mmHg", assertion=Assertion.FAMILY)
    feared = fact("cough", FactKind.VITAL, "blood pressure", value="180/110 mmHg", assertion=Assertion.HYPOTHETICAL)
    written = findings([FoundFact(one, spoken()) for one in (own, mothers, feared)])
    told = {section.heading: [sentence.text for sentence in section.sentences] for section in written.sections}
    assert told == {
        "Measurements": ["Blood pressure, 120/80 mmHg"],
        "Family": ["Blood pressure, 200/100 mmHg"],
    }


def test_where_nothing_is_found_that_is_said() -> None:
    written = findings([])
    assert (written.sections, written.notices) == ((), (NOTHING,))


def test_a_line_says_what_is_in_doubt_and_what_is_planned() -> None:
    assert described(fact("cough", assertion=Assertion.POSSIBLE, side="left")) == "Cough, left, possible"
    assert described(fact("fever", FactKind.PROCEDURE, course=Course.PLANNED)) == "Fever, planned"
