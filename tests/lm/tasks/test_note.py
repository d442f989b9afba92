import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lm.clinical.claims import claims_of
from lm.clinical.facts import Code, FactKind
from lm.clinical.lexicon import Entry, TermTable
from lm.clinical.numbers import quantities_in
from lm.grounding.answer import Evidence, EvidenceWord, Sentence, Verdict
from lm.sequence import SourceKind
from lm.tasks.double_check import MOST_LINES, compare_readings, double_check
from lm.tasks.note import SPEAKERS_GUESSED, NoteOptions, write_note
from lm.tasks.note_gate import gated
from lm.tasks.statements import Statement
from lm.tasks.talk import sentences_said
from lm.tasks.templates import load_template
from lm.tasks.writing import Section, Writing

DRUGS = ("lisinopril", "metformin", "aspirin", "amoxicillin")
LEXICON = TermTable(
    [(name, Entry(FactKind.DRUG, name, (Code("drug-names", name, name),))) for name in DRUGS]
    + [(name, Entry(FactKind.PROBLEM, name)) for name in ("cough", "fever", "chills", "chest pain", "knee pain")]
)
VISIT = """\
Doctor: What brings you in today?
Patient: I've had a cough for three days.
Doctor: Any fever or chills?
Patient: No.
Doctor: Do you take any medications?
Patient: I take lisinopril twenty milligrams daily.
Doctor: On your lung exam, I hear some crackles at the right base.
Doctor: I'm going to start you on amoxicillin 500 milligrams three times a day.
Patient: Okay.
"""
EVERYTHING = NoteOptions(keep=0.0, keep_clinical=0.0)


def evidence(text: str, kind: SourceKind = SourceKind.TRANSCRIPT) -> Evidence:
    return Evidence.from_text(kind, "Visit", text)


def note_of(*sources: Evidence) -> Writing:
    return write_note(sources, load_template("visit"), LEXICON, EVERYTHING)


def texts_of(writing: Writing) -> list[str]:
    return [sentence.text for section in writing.sections for sentence in section.sentences]


def test_a_visit_becomes_statements_in_the_third_person_with_digits() -> None:
    texts = texts_of(note_of(evidence(VISIT)))
    assert "The patient has had a cough for 3 days." in texts
    assert "Denies fever or chills." in texts
    assert any("amoxicillin 500 mg" in text and "Will" in text for text in texts)


def test_every_sentence_cites_words_of_its_source() -> None:
    source = evidence(VISIT)
    said = " ".join(word.text for word in source.words)
    for section in note_of(source).sections:
        for sentence in section.sentences:
            assert sentence.citations
            assert all(citation.quote in said for citation in sentence.citations)


def test_a_recording_gives_the_second_of_each_sentence() -> None:
    words = tuple(EvidenceWord(word, float(at), at + 0.5) for at, word in enumerate("I have a bad cough.".split()))
    sentences = [s for x in note_of(Evidence(SourceKind.TRANSCRIPT, "R", words)).sections for s in x.sentences]
    assert sentences[0].citations[0].start_s == 0.0
    assert sentences[0].citations[0].end_s == 4.5


def test_speakers_that_are_not_named_are_guessed_and_that_is_told() -> None:
    writing = note_of(evidence("Do you have any fever? No. I take aspirin every day. I want you to come back."))
    assert SPEAKERS_GUESSED in writing.notices
    assert "Denies fever." in texts_of(writing)
    assert SPEAKERS_GUESSED not in note_of(evidence(VISIT)).notices


def test_what_was_said_of_a_picture_stands_among_the_results_and_is_unverified() -> None:
    writing = note_of(evidence("No fracture is seen.", SourceKind.IMAGE))
    results = next(section for section in writing.sections if section.heading == "Results")
    assert [(s.text, s.verdict) for s in results.sentences] == [("No fracture is seen.", Verdict.UNVERIFIED)]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("The patient takes metformin 850 mg.", "I take metformin 500 milligrams."),
        ("The patient takes metformin.", "I take aspirin."),
        ("The patient has left knee pain.", "I have right knee pain."),
        ("The patient has a fever.", "I do not have a fever."),
        ("The patient does not have a fever.", "I have a fever."),
        ("Seen in March.", "I was seen in May."),
    ],
)
def test_a_sentence_that_claims_what_was_not_said_is_replaced_by_the_raw_quote(wrong: str, said: str) -> None:
    sentence = gated(Statement(wrong, sentences_said(evidence(f"Patient: {said}"))), LEXICON)
    assert sentence.verdict is Verdict.UNVERIFIED
    assert sentence.text == said


@pytest.mark.parametrize(
    "said",
    [
        "i did n't take my temperature",
        "i have n't had anything like that",
        "I have not taken lisinopril since May",
        "no i do n't have a fever",
        "I never smoke",
    ],
)
def test_a_negation_is_never_lost(said: str) -> None:
    texts = texts_of(note_of(evidence(f"Patient: {said}")))
    assert texts
    assert all(re.search(r"\b(?:not|no|never|denies)\b|n't", text.lower()) for text in texts)


@pytest.mark.parametrize("said", ["your temperature is 98 . 7", "your temperature is ninety eight . seven"])
def test_a_decimal_point_that_stands_alone_ends_no_sentence(said: str) -> None:
    assert any("98.7" in text for text in texts_of(note_of(evidence(f"Doctor: {said}"))))


WORDS = st.sampled_from(
    [*DRUGS, "I", "take", "you", "no", "not", "yes", "any", "fever", "?", ".", ",", "five", "hundred", "20", "mg",
     "left", "right", "knee", "pain", "days", "Doctor:", "Patient:", "[doctor]",
     "my", "have", "do", "okay", "one", "sixty", "over"]
)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.lists(WORDS, max_size=40))
def test_a_note_holds_no_drug_and_no_number_that_its_source_does_not(words: list[str]) -> None:
    source = " ".join(words)
    said = {quantity.value for quantity in quantities_in(source)}
    drugs = set(DRUGS) & set(words)
    for section in note_of(evidence(source)).sections:
        for sentence in section.sentences:
            cited = " ".join(citation.quote for citation in sentence.citations)
            assert set(claims_of(sentence.text, LEXICON).drugs) <= drugs
            assert {name for name in DRUGS if name in sentence.text.lower()} <= set(cited.split())
            if sentence.verdict is Verdict.SUPPORTED:
                assert {q.value for q in quantities_in(sentence.text)} <= said


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=200))
def test_any_text_is_taken(text: str) -> None:
    note_of(evidence(text))


def test_the_double_check_names_drugs_doses_sides_and_denials_in_at_most_ten_lines() -> None:
    lines = double_check(note_of(evidence(VISIT)), LEXICON)
    assert 0 < len(lines) <= MOST_LINES
    text = "\n".join(f"{line.about}: {line.text}" for line in lines)
    assert "lisinopril 20 mg" in text
    assert "amoxicillin 500 mg" in text
    assert "right base" in text
    assert "Denied: Denies fever or chills" in text
    assert all(line.citations for line in lines)


def _words(text: str) -> tuple[EvidenceWord, ...]:
    return tuple(EvidenceWord(word, float(at), at + 1.0) for at, word in enumerate(text.split()))


@pytest.mark.parametrize(
    ("first", "second", "about"),
    [
        ("take metformin fifty milligrams a day", "take metformin fifteen milligrams a day", ["number"]),
        ("pain in the left knee", "pain in the right knee", ["side"]),
        ("I do have chest pain", "I do not have chest pain", ["negation"]),
        ("she takes aspirin now", "she takes metformin now", ["drug"]),
        ("so I was um walking home", "so I was walking home", []),
        ("take 50 mg daily", "take fifty milligrams daily", []),
        ("takes metformin daily", "takes metform in daily", []),
        ("takes 50 mg", "takes 5 0 mg", ["number"]),
        ("he is not able to walk", "he is notable to walk", ["negation"]),
    ],
)
def test_two_readings_disagree_only_where_it_matters(first: str, second: str, about: list[str]) -> None:
    found = compare_readings(_words(first), _words(second), LEXICON)
    assert [one.about for one in found] == about
    assert all(one.start_s is not None for one in found)


def test_words_at_the_edge_of_a_reading_may_differ() -> None:
    first = _words("left he takes metformin fifty milligrams now")
    second = _words("he takes metformin fifteen milligrams")
    assert [one.about for one in compare_readings(first, second, LEXICON, (3.0, 6.0))] == ["number"]
    assert compare_readings(first, second, LEXICON, (1.0, 3.5)) == ()
    assert {one.about for one in compare_readings(first, second, LEXICON)} == {"side", "number"}


def test_the_double_check_knows_its_sentences_and_the_vital_signs() -> None:
    note = note_of(evidence(VISIT))
    said = [sentence.text for section in note.sections for sentence in section.sentences]
    for line in double_check(note, LEXICON):
        assert line.sentences
        if line.about == "Drug":
            assert any(line.text.split()[0].lower() in said[number].lower() for number in line.sentences)
    vitals = "Her blood pressure is one sixty over ninety and her temperature is 38.2."
    measured = Writing("", (Section("", (Sentence(vitals, Verdict.SUPPORTED, ()),)),))
    (numbers,) = double_check(measured, LEXICON)
    assert numbers.about == "Numbers"
    for number in ("160/90", "38.2"):
        assert number in numbers.text


def test_a_question_behind_a_greeting_states_nothing() -> None:
    said = "Good morning, what brings you in today. I have had a cough for three days."
    note = write_note((Evidence.from_text(SourceKind.TRANSCRIPT, "Recording 1", said),), load_template("soap"), LEXICON)
    told = " ".join(sentence.text for section in note.sections for sentence in section.sentences)
    assert "brings" not in told
    assert "cough for 3 days" in told
