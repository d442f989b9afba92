from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lm.clinical.facts import FactKind
from lm.clinical.lexicon import Entry, TermTable
from lm.clinical.plain_words import PlainWord, PlainWords, own_words
from lm.grounding.answer import Citation, Sentence, Verdict
from lm.sequence import SourceKind
from lm.tasks.handout import KEPT_NOTE, UNSURE_NOTE, handout, text_sentences
from lm.tasks.kept_meaning import what_changed
from lm.tasks.patient_card import COME_BACK, FOUND, MEDICINES, TEACH_BACK, TO_DO, WORDS, CardMaker, PatientCard

if TYPE_CHECKING:
    from collections.abc import Iterable

LEXICON = TermTable(
    [
        ("ibuprofen", Entry(FactKind.DRUG, "Ibuprofen")),
        ("metformin", Entry(FactKind.DRUG, "Metformin")),
        ("fever", Entry(FactKind.PROBLEM, "Fever")),
        ("edema", Entry(FactKind.PROBLEM, "Edema")),
        ("swelling", Entry(FactKind.PROBLEM, "Edema")),
    ]
)


def changed(original: str, plain: str) -> tuple[str, ...]:
    return what_changed(original, plain, LEXICON)


def maker(more: Iterable[PlainWord] = ()) -> CardMaker:
    words, kept = own_words()
    return CardMaker(PlainWords([*words, *more], kept), changed, lambda text: "ibuprofen" in text.lower())


def card(text: str, more: Iterable[PlainWord] = ()) -> PatientCard:
    return maker(more).make(text_sentences(text, "note.txt"))


def said(made: PatientCard, heading: str) -> list[str]:
    return [s.text for section in made.writing.sections if section.heading == heading for s in section.sentences]


NOTE = (
    "The patient has edema of the left knee. Take ibuprofen 400 mg p.o. t.i.d. for 5 days. "
    "You should not walk far. Call 911 if you have chest pain."
)


def test_a_note_becomes_sections_in_plain_words() -> None:
    made = card(NOTE)
    assert said(made, FOUND) == ["You have swelling of the left knee."]
    assert said(made, MEDICINES) == ["Take ibuprofen 400 mg by mouth three times a day for 5 days."]
    assert said(made, TO_DO) == ["You should not walk far."]
    assert said(made, COME_BACK) == ["Call 911 if you have chest pain."]
    assert said(made, WORDS) == ["Edema: swelling."]
    assert len(said(made, TEACH_BACK)) == 4
    assert all(section.heading != "" and section.sentences for section in made.writing.sections)


def test_what_goes_on_stays_with_what_it_is_about() -> None:
    made = card("The patient is allergic to ibuprofen. It gave you a rash. Will take a chest x-ray.")
    assert said(made, MEDICINES) == ["You are allergic to ibuprofen.", "It gave you a rash."]
    assert said(made, TO_DO) == ["We will take a chest x-ray."]


def test_every_sentence_cites_what_the_doctor_wrote() -> None:
    (first, *_) = card(NOTE).writing.sections
    (citation,) = first.sentences[0].citations
    assert citation.quote == "The patient has edema of the left knee."
    assert citation.label == "note.txt"


@pytest.mark.parametrize(
    ("original", "plain", "told"),
    [
        ("Take 5 mg.", "Take 50 mg.", "number lost: 5"),
        ("Take it twice.", "Take it.", "number lost: twice"),
        ("Do not drink.", "Drink.", "denial lost: not"),
        ("Drink.", "Do not drink.", "denial added: not"),
        ("The left knee hurts.", "The knee hurts.", "side lost: left"),
        ("The left knee hurts.", "The right knee hurts.", "side added: right"),
        ("Take ibuprofen now.", "Take it now.", "medicine lost: Ibuprofen"),
        ("Take ibuprofen now.", "Take metformin now.", "medicine added: Metformin"),
        ("Take 5 mg now.", "Take 5 g now.", "amount lost: 5 mg"),
    ],
)
def test_what_is_lost_or_added_is_named(original: str, plain: str, told: str) -> None:
    assert told in changed(original, plain)


def test_a_sentence_that_would_change_stands_as_it_was_and_is_marked() -> None:
    wrong = PlainWord("rash", "no left rash", "a list with a mistake")
    made = card("You have a rash. You have edema.", [wrong])
    (line, other) = made.lines
    assert [s.text for s in line.sentences] == ["You have a rash."]
    assert line.replaced == ()
    assert {"denial added: not", "side added: left"} <= set(line.kept_because)
    assert other.kept_because == ()
    assert any("1 of 2 sentences stand in their original words" in notice for notice in made.writing.notices)
    page = handout(made)
    assert "You have a rash. (!)" in page
    assert KEPT_NOTE in page


def test_what_is_withheld_is_not_handed_out_and_what_nothing_bears_out_is_told() -> None:
    cited = (Citation(SourceKind.TRANSCRIPT, "Recording 1", "hypertension"),)
    made = maker().make(
        [
            Sentence("You have hypertension.", Verdict.SUPPORTED, cited),
            Sentence("You have a broken arm.", Verdict.UNVERIFIED, ()),
            Sentence("Withheld.", Verdict.WITHHELD, ()),
        ]
    )
    assert said(made, FOUND) == ["You have high blood pressure.", "You have a broken arm."]
    assert made.writing.sections[0].sentences[0].citations == cited
    assert any("No source bears out 1 of 2 sentences" in notice for notice in made.writing.notices)
    assert UNSURE_NOTE in handout(made)


def test_of_a_note_with_headings_the_patient_gets_what_is_for_the_patient() -> None:
    text = (
        "HISTORY OF PRESENT ILLNESS\nHe drinks.\n\nASSESSMENT AND PLAN\n1. Edema.\n"
        "• Medical Treatment: Start ibuprofen 400 mg.\n\nALLERGIES\nPenicillin."
    )
    assert [s.text for s in text_sentences(text, "n")] == ["Edema.", "Start ibuprofen 400 mg."]


def test_the_stops_of_abbreviations_end_no_sentence() -> None:
    text = "Take one p.o. t.i.d. for pain. Ask Dr. Weber. Then rest."
    assert [s.text for s in text_sentences(text, "n")] == [
        "Take one p.o. t.i.d. for pain.",
        "Ask Dr. Weber.",
        "Then rest.",
    ]


def test_the_reading_level_is_told_and_falls() -> None:
    made = card("You have hypertension and dyspnea, but your renal function is unremarkable.")
    assert made.after.grade < made.before.grade
    assert made.writing.notices[0].startswith("Reading level: grade ")


def test_lists_are_printed_line_by_line() -> None:
    page = handout(card("Side effects include nausea, headache, and a dry mouth."))
    assert "  - Side effects include:\n      * nausea,\n      * headache,\n      * and a dry mouth.\n" in page


def test_a_result_keeps_its_name_and_a_bare_word_its_heading() -> None:
    text = "RESULTS\nCortisol: Normal.\n\nMEDICATIONS\nNone.\n\nPLAN\nShe is a 40-year-old female. Rest.\n"
    assert [s.text for s in text_sentences(text, "n")] == ["Cortisol: Normal.", "Medications: none.", "Rest."]
    assert text_sentences("None.", "n") == ()


def test_of_two_words_the_one_that_keeps_the_meaning_is_still_said() -> None:
    wrong = PlainWord("rash", "no rash", "a list with a mistake")
    (line,) = card("You have a rash and hypertension.", [wrong]).lines
    assert [s.text for s in line.sentences] == ["You have a rash and high blood pressure."]
    assert line.kept_because == ()
