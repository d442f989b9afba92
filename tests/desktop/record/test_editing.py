"""Changes to an encounter as values."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop.record.editing import (
    attachment_labelled,
    dictation_labelled,
    entry_of,
    may_record,
    next_number,
    settled_until,
    turns_before,
    with_entry,
    without_entry,
)
from desktop.record.encounter import (
    Answer,
    AnswerStatus,
    Attachment,
    Consent,
    ConsentState,
    Dictation,
    Encounter,
    Question,
)
from tests.fakes.encounters import AT, ENCOUNTER_ID, answer, dictation, full_encounter

LATER = "2026-11-25T15:00:00.000+00:00"


def test_an_entry_is_added_at_the_end_and_replaced_in_its_place() -> None:
    encounter = with_entry(full_encounter(), Question("q2", AT, "And now?"), LATER)
    assert [entry.id for entry in encounter.entries] == ["d1", "p1", "q1", "a1", "q2"]
    encounter = with_entry(encounter, Question("q1", AT, "Changed"), LATER)
    assert [entry.id for entry in encounter.entries] == ["d1", "p1", "q1", "a1", "q2"]
    assert entry_of(encounter, "q1") == Question("q1", AT, "Changed")
    assert encounter.changed == LATER
    assert entry_of(without_entry(encounter, "q1", LATER), "q1") is None


def test_labels_are_found_and_counted_on() -> None:
    encounter = full_encounter()
    assert attachment_labelled(encounter, "Image 1") == entry_of(encounter, "p1")
    assert dictation_labelled(encounter, "Recording 1") == entry_of(encounter, "d1")
    assert dictation_labelled(encounter, "Image 1") is None
    assert next_number(encounter, Dictation) == 2
    later = with_entry(without_entry(encounter, "p1", AT), Attachment("p3", AT, "Image 3", ()), AT)
    assert next_number(later, Attachment) == 4


def test_turns_are_the_answered_questions_before() -> None:
    first, failed, second = Question("q1", AT, "One"), Question("q2", AT, "Two"), Question("q3", AT, "Three")
    broken = replace(answer("a2", "q2"), status=AnswerStatus.FAILED)
    again = replace(answer("a9", "q1"), text="Better.")
    encounter = Encounter(ENCOUNTER_ID, "", AT, AT, (first, answer(), failed, broken, again, second))
    assert turns_before(encounter, "q3") == ((first, again),)
    assert turns_before(encounter, "q1") == ()


def test_a_cut_short_answer_is_a_turn_and_a_cancelled_one_is_not() -> None:
    question, later = Question("q1", AT, "One"), Question("q2", AT, "Two")
    for status, count in ((AnswerStatus.CUT_SHORT, 1), (AnswerStatus.CANCELLED, 0)):
        given = Answer("a1", AT, "q1", "Some words.", status=status)
        assert len(turns_before(Encounter(ENCOUNTER_ID, "", AT, AT, (question, given, later)), "q2")) == count


def test_recognising_is_taken_up_where_settled_words_end() -> None:
    assert settled_until(dictation()) == 9.9
    assert settled_until(replace(dictation(), utterances=())) == 0.0


def consent(state: ConsentState, entry_id: str = "c1") -> Consent:
    return Consent(entry_id, AT, state)


@pytest.mark.parametrize(
    ("states", "may"),
    [
        ((), False),
        ((ConsentState.AGREED,), True),
        ((ConsentState.DICTATION_ALONE,), True),
        ((ConsentState.NOT_POSSIBLE,), True),
        ((ConsentState.IMPORTED,), False),
        ((ConsentState.AGREED, ConsentState.IMPORTED), True),
        ((ConsentState.AGREED, ConsentState.WITHDRAWN), False),
        ((ConsentState.AGREED, ConsentState.WITHDRAWN, ConsentState.AGREED), True),
    ],
)
def test_the_last_answer_says_whether_sound_may_be_kept(states: tuple[ConsentState, ...], may: bool) -> None:
    entries = tuple(consent(state, f"c{place}") for place, state in enumerate(states))
    encounter = replace(full_encounter(), entries=(*full_encounter().entries, *entries))
    assert may_record(encounter) is may
