"""The differential as the doctor reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lm.clinical.findings import Alarm, Finding, picture_of
from lm.clinical.questions import next_questions
from lm.grounding.answer import Citation, Verdict
from lm.sequence import SourceKind
from lm.tasks.differential import LABEL, NOT_ASKED, RED_FLAGS, differential
from tests.fakes.phenotypes import small_ranker

if TYPE_CHECKING:
    from lm.tasks.writing import Writing

RANKER = small_ranker()
PLACE = RANKER.ontology.place


def said(*present: str, absent: tuple[str, ...] = ()) -> list[Finding]:
    return [
        Finding(PLACE(name), there, Citation(SourceKind.TRANSCRIPT, "visit", f"said {name.lower()}"))
        for there, names in ((True, present), (False, absent))
        for name in names
    ]


def written(
    *present: str, absent: tuple[str, ...] = (), most: int = 3, age: float | None = None, alarms: tuple[Alarm, ...] = ()
) -> Writing:
    return differential(RANKER, picture_of(RANKER.ontology, said(*present, absent=absent), age), most, alarms)


def texts(writing: Writing, heading: str) -> list[str]:
    return [
        sentence.text
        for section in writing.sections
        if section.heading.startswith(heading)
        for sentence in section.sentences
    ]


def test_it_is_always_labelled_as_support() -> None:
    for writing in (written("Cough"), written(), written("Cough", absent=("Cough",)), written("Ectopia lentis")):
        assert writing.notices[0] == LABEL == "Support for a clinician's own reasoning, not a diagnosis."


def test_a_candidate_says_what_speaks_for_it_against_it_and_what_is_missing() -> None:
    writing = written("Cough", "Headache", absent=("Fever",))
    (heading,) = (s.heading for s in writing.sections if "Pneumonia" in s.heading)
    lines = texts(writing, heading)
    assert lines[0] == "For: cough (very frequent)."
    assert lines[1] == "Against: no fever (very frequent in it); it does not explain headache."
    assert lines[2] == "Missing: crackles (frequent)."
    assert lines[3] == "Ask and examine: How long. The chest."


def test_every_sentence_cites_the_words_that_were_said_and_the_annotation() -> None:
    writing = written("Cough", "Ectopia lentis", "Arachnodactyly", absent=("Fever",))
    for section in writing.sections:
        for sentence in section.sentences:
            assert sentence.verdict is Verdict.SUPPORTED
            assert any(citation.kind is SourceKind.PASSAGE for citation in sentence.citations), sentence.text
    marfan = next(s for s in writing.sections if "Marfan" in s.heading)
    quotes = [(c.kind, c.quote, c.heading) for c in marfan.sentences[0].citations]
    assert (SourceKind.TRANSCRIPT, "said ectopia lentis", "") in quotes
    assert (SourceKind.PASSAGE, "HP:0001083 Ectopia lentis, very frequent (PMID:1)", "OMIM:1") in quotes


def test_red_flags_come_first() -> None:
    writing = written("Headache", "Thunderclap headache", "Photophobia")
    assert writing.sections[0].heading == RED_FLAGS
    assert writing.sections[0].sentences[0].text == "Do not miss Bleed (ICD-10-CM I60.9): thunderclap headache."
    assert writing.sections[-1].heading == NOT_ASKED


def test_a_dangerous_candidate_is_named_first_even_without_an_alarm() -> None:
    assert texts(written("Cough", "Fever"), RED_FLAGS) == [
        "Pneumonia (ICD-10-CM J18.9) is among the candidates and must not be missed."
    ]


def test_an_urgent_vital_sign_stands_before_everything_and_needs_no_finding() -> None:
    alarm = Alarm("oxygen saturation 88 %", Citation(SourceKind.TRANSCRIPT, "visit", "sats of 88"))
    for writing in (written("Cough", alarms=(alarm,)), written(alarms=(alarm,))):
        assert texts(writing, RED_FLAGS)[0] == "Urgent by itself (NEWS2, 3 points): oxygen saturation 88 %."


def test_one_disease_under_two_codes_is_one_candidate() -> None:
    headings = [s.heading for s in written("Ectopia lentis", "Arachnodactyly", most=10).sections]
    assert sum("Marfan-like" in heading for heading in headings) == 1
    assert headings[1] == "1. Marfan-like disease (rare, OMIM:1)"


def test_without_a_finding_nothing_is_named() -> None:
    for writing in (written(), written(absent=("Cough",))):
        assert writing.sections == ()
        assert "No finding to go by was given." in writing.notices


def test_what_was_said_both_ways_is_told() -> None:
    writing = written("Cough", "Fever", absent=("Cough",))
    assert "Said both ways, so it counts for nothing until it is asked again: cough." in writing.notices
    assert not any("For: cough" in text for text in texts(writing, "1."))


def test_outside_its_ages_a_condition_says_so() -> None:
    writing = written("Cough", "Hypertension", age=55, most=10)
    (section,) = (s for s in writing.sections if "Pregnancy cough" in s.heading)
    assert "Against: it is uncommon at 55 years." in [sentence.text for sentence in section.sentences]
    assert "hypertension (makes it likelier)" in section.sentences[0].text


def test_what_is_asked_next_tells_candidates_apart_and_says_why() -> None:
    asked = texts(written("Cough"), NOT_ASKED)
    assert asked[0] == "Measure fever: very frequent in Pneumonia, much less so in Bronchitis."
    assert len(asked) <= 3
    assert not any("cough:" in text.lower() for text in asked)


def test_what_is_known_is_not_asked_again() -> None:
    asked = " ".join(texts(written("Cough", "Fever", absent=("Crackles",)), NOT_ASKED))
    assert "fever" not in asked
    assert "crackles" not in asked
    assert next_questions(RANKER, picture_of(RANKER.ontology, []).seen, (), 3) == ()


@given(
    st.lists(st.sampled_from(RANKER.ontology.names), max_size=6),
    st.lists(st.sampled_from(RANKER.ontology.names), max_size=4),
    st.integers(1, 12),
)
def test_at_most_three_unless_more_are_asked_for(present: list[str], absent: list[str], most: int) -> None:
    usual, more = written(*present, absent=tuple(absent)), written(*present, absent=tuple(absent), most=most)
    assert sum(section.heading[0].isdigit() for section in usual.sections) <= 3
    assert sum(section.heading[0].isdigit() for section in more.sections) <= min(most, 10)
    assert len(texts(usual, NOT_ASKED)) <= 3
    headings = [section.heading for section in usual.sections]
    assert not headings or headings[0] == RED_FLAGS


@pytest.mark.parametrize("name", ["Ectopia lentis", "Cough"])
def test_few_findings_are_called_few(name: str) -> None:
    assert any("so few findings" in notice for notice in written(name).notices)
