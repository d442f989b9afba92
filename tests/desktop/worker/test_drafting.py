"""What the window knows of an encounter becomes the sources of a draft, and the draft comes back."""

from __future__ import annotations

import pytest

from desktop.record.encounter import Citation, CitedKind, Dependence, Sentence, Utterance, Verdict, WritingForm
from desktop.worker.converting import evidence_of, grounded_sentence, recorded_sections
from desktop.worker.drafting import drafted, sources_of
from desktop.worker.known import EncounterContext, KnownRecording, KnownTurn
from desktop.worker.protocol import Write, WritingWhole
from lm.sequence import SourceKind
from lm.tasks.writing import Section
from multimodal.writing import Form, template_stamp
from tests.fakes.encounters import utterance

CITED = Citation(CitedKind.IMAGE, "Image 1", "", None, None, Dependence.STRONG, "A heading", 3)
SEEN = Sentence("The film shows a consolidation.", Verdict.UNVERIFIED, (CITED,))


def command(form: WritingForm = WritingForm.FINDINGS) -> Write:
    said = (utterance("I have had a cough for three days.", 3.0), Utterance(9.0, 12.0, "No fever.", (), "en"))
    context = EncounterContext(
        "e", (KnownRecording("Recording 1", "/r.wav", said),), (), (KnownTurn("She takes ramipril. Why?", "Yes."),)
    )
    return Write("j", context, form, "soap", (SEEN,), (SEEN,))


def test_words_without_times_share_those_of_their_utterance() -> None:
    evidence = evidence_of(command().context.recordings[0])
    assert [word.text for word in evidence.words][-2:] == ["No", "fever."]
    assert (evidence.words[0].start_s, evidence.words[-1].start_s, evidence.words[-1].end_s) == (3.0, 9.0, 12.0)


def test_what_was_said_typed_and_seen_become_sources() -> None:
    sources = sources_of(command())
    assert [source.label for source in sources.said] == ["Recording 1"]
    (typed,) = sources.typed
    assert (typed.kind, " ".join(word.text for word in typed.words)) == (SourceKind.QUESTION, "She takes ramipril.")
    assert [sentence.text for sentence in sources.seen] == ["The film shows a consolidation."]
    assert sources.template == "soap"
    assert sources.languages == {"en"}


def test_a_sentence_comes_back_as_it_was() -> None:
    (section,) = recorded_sections([Section("Objective", (grounded_sentence(SEEN),))])
    assert (section.heading, section.sentences) == ("Objective", (SEEN,))


@pytest.mark.models
def test_a_draft_is_written_and_says_what_was_denied() -> None:
    (whole,) = drafted(command())
    assert isinstance(whole, WritingWhole)
    assert whole.prompt == ""
    lines = {section.heading: [sentence.text for sentence in section.sentences] for section in whole.sections}
    assert lines["Denied"][0].startswith("Fever")
    assert lines["Drugs"][0].startswith("Ramipril")


def test_only_a_note_names_a_template() -> None:
    assert template_stamp(Form.NOTE, "soap").startswith("soap sha256:")
    assert template_stamp(Form.NOTE, "soap") != template_stamp(Form.NOTE, "visit")
    assert template_stamp(Form.NOTE, "") == template_stamp(Form.NOTE, "soap")
    assert template_stamp(Form.CARD, "") == ""
