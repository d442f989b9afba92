"""Drafts from a consultation, with the terminologies that are installed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lm.errors import NothingToWriteFrom
from lm.grounding.answer import Citation, Evidence, EvidenceWord, Sentence, Verdict
from lm.sequence import SourceKind
from multimodal.writing import Form, Sources, write

SAID = (
    "What brings you in? I have had a cough and a fever for three days. Any chest pain? No. Are you allergic to any "
    "medicine? Yes, to penicillin. I take metformin 500 mg twice a day. Your blood pressure is 140 over 90."
)
pytestmark = pytest.mark.models


def heard() -> Sources:
    words = tuple(EvidenceWord(word, float(at), at + 0.5) for at, word in enumerate(SAID.split()))
    return Sources(said=(Evidence(SourceKind.TRANSCRIPT, "Recording 1", words),))


def test_findings_cite_the_second_at_which_they_were_said() -> None:
    written = write(Form.FINDINGS, heard())
    found = {section.heading: [sentence.text for sentence in section.sentences] for section in written.sections}
    assert found["Allergies"][0].startswith("Penicillin")
    assert found["Drugs"][0].startswith("Metformin, 500 mg, twice a day")
    assert found["Denied"][0].startswith("Chest pain")
    assert any(problem.startswith("Cough, since three days") for problem in found["Problems"])
    assert any("140/90 mmHg" in measured for measured in found["Measurements"])
    (cited,) = written.sections[0].sentences[0].citations
    assert cited.quote == "Yes, to penicillin."
    assert cited.start_s == float(SAID.split().index("Yes,"))


def test_a_note_has_each_thing_where_a_doctor_looks_for_it() -> None:
    said = replace(heard(), template="visit")
    written = write(Form.NOTE, said)
    stands = {section.heading: " ".join(s.text for s in section.sentences) for section in written.sections}
    assert "cough" in stands["History of present illness"] + stands["Chief complaint"]
    assert "metformin 500 mg" in stands["Medications"]
    assert "penicillin" in stands["Allergies"]
    assert "140/90" in stands["Physical exam"]
    assert "allergic to any medicine" not in " ".join(stands.values())
    assert [section.heading for section in written.sections if section.is_check] == ["Check before signing"]


def test_a_differential_cites_what_was_said_for_it() -> None:
    written = write(Form.DIFFERENTIAL, heard())
    assert "not a diagnosis" in written.notices[0]
    quotes = [c.quote for section in written.sections for s in section.sentences for c in s.citations]
    assert any("cough and a fever" in quote for quote in quotes)
    assert len([section for section in written.sections if section.heading[:1].isdigit()]) <= 3


def test_a_card_keeps_the_dose_and_the_sources() -> None:
    cited = Citation(SourceKind.TRANSCRIPT, "Recording 1", "metformin 500 mg b.i.d.", 3.0, 4.0)
    written = write(Form.CARD, Sources(about=(Sentence("Take metformin 500 mg b.i.d.", Verdict.SUPPORTED, (cited,)),)))
    (sentence,) = written.sections[0].sentences
    assert "metformin 500 mg" in sentence.text
    assert "twice a day" in sentence.text
    assert sentence.citations == (cited,)


def test_what_is_not_english_is_said_to_be_missing() -> None:
    written = write(Form.FINDINGS, replace(heard(), languages=frozenset({"en", "zh"})))
    assert written.notices[0] == "The rules read English. What was said in another language (zh) is missing here."
    assert write(Form.FINDINGS, replace(heard(), languages=frozenset({"en"}))).notices[0].startswith("Found by rules")


def test_nothing_that_no_source_bears_out_is_put_on_a_card() -> None:
    invented = Sentence("You take amoxicillin 500 mg.", Verdict.UNVERIFIED, ())
    said = Sentence("You have a cough.", Verdict.SUPPORTED, (Citation(SourceKind.TRANSCRIPT, "Recording 1", "cough"),))
    written = write(Form.CARD, Sources(about=(invented, said)))
    assert "amoxicillin" not in " ".join(s.text for section in written.sections for s in section.sentences)
    assert written.notices[0].endswith("1 of 2 sentences.")
    with pytest.raises(NothingToWriteFrom, match="no card was written"):
        write(Form.CARD, Sources(about=(invented,)))


@pytest.mark.parametrize("form", [Form.NOTE, Form.FINDINGS, Form.DIFFERENTIAL])
def test_from_nothing_nothing_is_written_and_that_is_said(form: Form) -> None:
    with pytest.raises(NothingToWriteFrom, match="Dictate or type something"):
        write(form, Sources())
