"""A differential from recordings, typed text and what was said of pictures."""

from __future__ import annotations

import pytest

from lm.clinical.conditions import Sex
from lm.clinical.phenotype import PHENOTYPES_FILE, Phenotypes
from lm.clinical.ranking import Ranker
from lm.clinical.spoken_text import SpokenText
from lm.grounding.answer import Citation, Evidence, EvidenceWord, Sentence, Verdict
from lm.sequence import SourceKind
from multimodal.catalog import installed_path
from multimodal.differential import (
    FROM_PICTURES,
    MODEL,
    Known,
    differential_from,
    differential_of,
    heard_in,
    installed_ranker,
)
from tests.fakes.phenotypes import small_phenotypes

TOLD = """Doctor: What brings you in?
Patient: I am a 67 year old woman and I have had a cough and chills for three days. I have not had any chest pain.
Doctor: Do you have a headache? Patient: Yes, a throbbing headache.
Doctor: Your temperature is 38.9 and your oxygen saturation is 88 percent. I hear crackles.
"""
PICTURE = Citation(SourceKind.IMAGE, "knee.jpg")


@pytest.mark.models
def test_a_text_becomes_findings_that_quote_it() -> None:
    ranker = installed_ranker()
    assert ranker.common is not None
    heard = heard_in(TOLD, "visit.txt")
    found = {(ranker.ontology.names[f.term], f.is_present): f.citation.quote for f in heard.findings(ranker.common)}
    there = {name for name, is_present in found if is_present}
    assert there == {"Cough", "Chills", "Fever", "Hypoxemia", "Crackles", "Pulsating headache"}
    assert {name for name, is_present in found if not is_present} == {"Chest pain"}
    assert "not had any chest pain" in found["Chest pain", False]
    assert all(quote in TOLD for quote in found.values())
    writing = differential_from(ranker, [heard])
    assert writing.sections[0].sentences[0].text.startswith("Urgent by itself (NEWS2, 3 points): oxygen saturation")
    assert writing.sections[1].heading == "1. Community-acquired pneumonia (ICD-10-CM J18.9)"


@pytest.mark.models
def test_age_and_sex_that_are_given_count_more_than_those_heard() -> None:
    ranker, heard = installed_ranker(), heard_in("A 30 year old man has pelvic pain and vaginal bleeding.", "note")
    asked = differential_from(ranker, [heard], Known(age_years=28.0, sex=Sex.FEMALE))
    assert any("Ectopic pregnancy" in section.heading for section in asked.sections)
    assert not any("Ectopic pregnancy" in section.heading for section in differential_from(ranker, [heard]).sections)


@pytest.mark.models
def test_what_was_said_is_cited_with_its_seconds() -> None:
    words = tuple(
        EvidenceWord(word, float(at), at + 0.5) for at, word in enumerate("I have a bad cough and fever.".split())
    )
    writing = differential_of([SpokenText.of(Evidence(SourceKind.TRANSCRIPT, "visit", words))])
    said = [c for s in writing.sections for t in s.sentences for c in t.citations if c.kind is SourceKind.TRANSCRIPT]
    assert said
    assert all((c.start_s, c.end_s) == (0.0, 6.5) for c in said)


@pytest.mark.models
def test_what_was_said_of_a_picture_counts_and_is_told() -> None:
    shown = Sentence("There is erythema migrans.", Verdict.UNVERIFIED, (PICTURE,))
    writing = differential_of([], [shown])
    assert FROM_PICTURES in writing.notices
    assert any("Lyme disease" in section.heading for section in writing.sections)
    assert PICTURE in [c for s in writing.sections for t in s.sentences for c in t.citations]
    withheld = differential_of([], [Sentence("There is a fever.", Verdict.WITHHELD, (PICTURE,))])
    assert withheld.sections == ()


def test_a_ranker_without_our_table_reads_no_encounter() -> None:
    with pytest.raises(ValueError, match="without common conditions"):
        differential_from(Ranker.of_rare(small_phenotypes()), [])


@pytest.mark.models
def test_the_installed_ranker_knows_common_and_rare() -> None:
    ranker = installed_ranker()
    assert [len(group.profiles) > 100 for group in ranker.groups] == [True, True]
    rare = Phenotypes.load(installed_path(MODEL) / PHENOTYPES_FILE)
    assert len(ranker.groups[1].profiles) == len(rare.profiles)
