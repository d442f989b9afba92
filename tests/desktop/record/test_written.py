"""What stands on the page of what was said."""

from __future__ import annotations

from dataclasses import replace

from desktop.record.encounter import Utterance, Word, WrittenMark, WrittenWord
from desktop.record.store import entry_texts
from desktop.record.written import spans_fit, spoken_text, standing, written_text, written_words
from tests.fakes.encounters import dictation


def said(text: str, *written: WrittenWord) -> Utterance:
    words = tuple(Word(word, float(place), place + 0.5, 0.9 - place / 10) for place, word in enumerate(text.split()))
    return Utterance(0.0, 9.0, text, words, "en", written)


PRESSURE = said("one sixty over ninety today", WrittenWord("160/90 mmHg", 0, 4), WrittenWord("today", 4, 5))
STRIKE = said("scratch that", WrittenWord("", 0, 2, WrittenMark.STRIKE_BEFORE))


def test_a_written_word_has_the_time_of_its_spoken_ones_and_the_least_confidence() -> None:
    assert written_words(PRESSURE) == (Word("160/90 mmHg", 0.0, 3.5, 0.9 - 0.3), Word("today", 4.0, 4.5, 0.5))
    assert written_text(PRESSURE) == "160/90 mmHg today"
    assert spoken_text(PRESSURE.written[0], PRESSURE) == "one sixty over ninety"


def test_what_is_written_as_it_was_said_needs_no_written_words() -> None:
    plain = said("a cough")
    assert (written_words(plain), written_text(plain), spans_fit(plain)) == (plain.words, "a cough", True)


def test_lines_are_broken_where_it_was_said() -> None:
    line = WrittenWord("", 1, 3, WrittenMark.LINE)
    struck = WrittenWord("", 4, 7, WrittenMark.STRUCK)
    utterance = said(
        "cough new line fever pain scratch that", WrittenWord("Cough", 0, 1), line, WrittenWord("Fever", 3, 4), struck
    )
    assert written_text(utterance) == "Cough\nFever"
    assert spans_fit(utterance)


def test_scratch_that_takes_back_the_utterance_before() -> None:
    first, second, third = said("a cough"), said("a fever"), said("a rash")
    assert standing((first, second, STRIKE, third)) == (first, third)
    assert standing((first, second, STRIKE, STRIKE, third)) == (third,)
    assert standing((STRIKE, first)) == (first,)


def test_a_search_finds_what_was_said_and_what_is_written() -> None:
    texts = entry_texts(replace(dictation(), utterances=(PRESSURE,)))
    assert texts == ["one sixty over ninety today", "160/90 mmHg today"]
