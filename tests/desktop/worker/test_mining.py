"""The worker finds the values of each entry, with the sentence and the second in which they were said."""

from __future__ import annotations

from dataclasses import replace

from desktop.record.encounter import Utterance, WrittenMark, WrittenWord
from desktop.record.values import SaidValue, SetAside
from desktop.worker.known import KnownWords
from desktop.worker.mining import mined
from desktop.worker.mining_messages import MineValues
from tests.fakes.encounters import utterance

BP = utterance("The blood pressure is 142/88.", 3.0)
GOAL = utterance("The goal is a blood pressure below 130/80.", 9.0)


def values(*entries: KnownWords) -> dict[str, tuple[SaidValue, ...]]:
    return {event.entry_id: event.values for event in mined(MineValues("j", entries))}


def test_each_entry_is_told_with_what_was_said_in_it() -> None:
    typed = KnownWords("q1", text="Potassium 4.1 mmol/L. Should I worry?")
    found = values(KnownWords("d1", "Recording 1", (BP, GOAL)), typed, KnownWords("q2", text="Why?"))
    assert list(found) == ["d1", "q1", "q2"]
    pressure, goal = found["d1"]
    assert (pressure.name, pressure.numbers, pressure.unit) == ("blood pressure", (142.0, 88.0), "mmHg")
    assert (pressure.citation.label, pressure.citation.start_s) == ("Recording 1", 3.0)
    assert pressure.citation.quote == "The blood pressure is 142/88."
    assert (pressure.set_aside, goal.set_aside) == (None, SetAside.DOUBT)
    (potassium,) = found["q1"]
    assert (potassium.said, potassium.citation.quote) == ("4.1 mmol/L", "Potassium 4.1 mmol/L.")
    assert found["q2"] == ()


def test_what_was_taken_back_and_other_languages_are_not_read() -> None:
    strike = replace(utterance("scratch that", 12.0), written=(WrittenWord("", 0, 2, WrittenMark.STRIKE_BEFORE),))
    german = replace(BP, language="de")
    assert values(KnownWords("d1", "Recording 1", (BP, strike)), KnownWords("d2", "Recording 2", (german,))) == {
        "d1": (),
        "d2": (),
    }


def test_written_numbers_are_read_as_they_stand_on_the_page() -> None:
    spoken = utterance("blood pressure one forty two over eighty eight", 1.0)
    written = (
        WrittenWord("Blood", 0, 1),
        WrittenWord("pressure", 1, 2),
        WrittenWord("142/88", 2, 8),
    )
    (pressure,) = values(KnownWords("d1", "Recording 1", (replace(spoken, written=written),)))["d1"]
    assert pressure.numbers == (142.0, 88.0)
    assert pressure.citation.quote == "Blood pressure 142/88"


def test_an_utterance_without_timed_words_is_read_too() -> None:
    (pressure,) = values(KnownWords("d1", "Recording 1", (Utterance(3.0, 5.0, BP.text, (), "en"),)))["d1"]
    assert (pressure.citation.start_s, pressure.citation.end_s) == (3.0, 5.0)
