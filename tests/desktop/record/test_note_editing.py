"""Editing a note: what was drafted stays, every edit is kept, and no verdict outlives the words that it judged."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.record.encounter import Section, Sentence, Verdict, Writing, WritingForm
from desktop.record.errors import SignedNoteStays
from desktop.record.note_editing import (
    added,
    changed,
    line_of,
    lines_of,
    new_addendum,
    parts_of,
    standing,
    struck,
    undone,
)
from desktop.record.signature import EditAct
from tests.fakes.notes import (
    COUGH,
    DOCTOR,
    EDITED_AT,
    METFORMIN,
    UNCLEAR,
    checked_note,
    drafted_note,
    editor,
    signed_note,
)


def texts(note: Writing) -> list[list[str]]:
    return [[sentence.text for sentence in section.sentences] for section in note.sections]


def test_a_changed_sentence_is_the_doctors_own_and_keeps_what_stood_there() -> None:
    note = changed(drafted_note(), "1.0", "  She takes metformin\n 500 mg. ", editor("e1"))
    line = line_of(note, "1.0")
    assert line is not None
    assert line.is_own
    assert line.drafted == METFORMIN
    assert line.sentence == Sentence("She takes metformin 500 mg.", Verdict.OWN, METFORMIN.citations)
    assert note.sections[1].sentences[0] == line.sentence
    (edit,) = note.edits
    assert (edit.act, edit.by, edit.at, edit.before) == (EditAct.CHANGE, DOCTOR, EDITED_AT, "She takes metformin.")


def test_the_draft_stays_readable_whatever_is_edited() -> None:
    note = struck(changed(drafted_note(), "0.0", "No cough.", editor("e1")), "1.1", editor("e2"))
    assert note.drafted == drafted_note().sections
    assert texts(note) == [["No cough."], ["She takes metformin."]]


def test_words_that_are_those_of_the_draft_again_have_their_verdict_again() -> None:
    note = changed(drafted_note(), "0.0", "No cough.", editor("e1"))
    note = changed(note, "0.0", COUGH.text, editor("e2"))
    assert note.sections[0].sentences == (COUGH,)
    assert len(note.edits) == 2


def test_a_struck_sentence_is_gone_from_the_note_and_not_from_its_lines() -> None:
    note = struck(drafted_note(), "1.1", editor("e1"))
    assert texts(note) == [["Cough for three days."], ["She takes metformin."]]
    line = line_of(note, "1.1")
    assert line is not None
    assert line.struck
    assert line.drafted == UNCLEAR
    assert line_of(changed(note, "1.1", UNCLEAR.text, editor("e2")), "1.1") == replace(
        line, struck=False, history=(*line.history, changed(note, "1.1", UNCLEAR.text, editor("e2")).edits[-1])
    )


def test_a_line_is_added_where_it_was_asked_for() -> None:
    note = added(drafted_note(), "1.0", "Since 2019.", editor("e1"))
    note = added(note, "0.", "Seen in the ward.", editor("e2"))
    note = added(note, "e1", "Twice a day.", editor("e3"))
    assert texts(note) == [
        ["Seen in the ward.", "Cough for three days."],
        ["She takes metformin.", "Since 2019.", "Twice a day.", "Zovirax."],
    ]
    assert note.sections[0].sentences[0] == Sentence("Seen in the ward.", Verdict.OWN)


def test_an_undo_takes_the_last_edit_back_and_is_kept_itself() -> None:
    note = changed(drafted_note(), "0.0", "No cough.", editor("e1"))
    note = struck(note, "1.1", editor("e2"))
    once, twice = undone(note, editor("e3")), undone(undone(note, editor("e3")), editor("e4"))
    assert texts(once) == [["No cough."], ["She takes metformin.", "Zovirax."]]
    assert texts(twice) == [["Cough for three days."], ["She takes metformin.", "Zovirax."]]
    assert [edit.act for edit in twice.edits] == [EditAct.CHANGE, EditAct.STRIKE, EditAct.UNDO, EditAct.UNDO]
    assert undone(twice, editor("e5")) == twice


@pytest.mark.parametrize(
    "note",
    [
        changed(drafted_note(), "9.9", "Nowhere.", editor("e1")),
        changed(drafted_note(), "0.0", "   ", editor("e1")),
        changed(drafted_note(), "0.0", COUGH.text, editor("e1")),
        struck(drafted_note(), "9.9", editor("e1")),
        added(drafted_note(), "9.", "Nowhere.", editor("e1")),
        added(drafted_note(), "0.0", " ", editor("e1")),
        undone(drafted_note(), editor("e1")),
    ],
)
def test_what_changes_nothing_is_no_edit(note: Writing) -> None:
    assert note == drafted_note()


def test_an_edit_makes_the_double_check_void() -> None:
    assert changed(checked_note(), "0.0", "No cough.", editor("e1")).check is None


@pytest.mark.parametrize(
    "edit",
    [
        lambda note: changed(note, "0.0", "No cough.", editor("e1")),
        lambda note: struck(note, "0.0", editor("e1")),
        lambda note: added(note, "0.0", "More.", editor("e1")),
        lambda note: undone(note, editor("e1")),
    ],
)
def test_a_signed_note_is_never_edited(edit: object) -> None:
    with pytest.raises(SignedNoteStays, match="addendum"):
        edit(signed_note())  # type: ignore[operator]


def test_an_addendum_is_a_note_of_the_doctor_alone() -> None:
    empty = new_addendum(signed_note(), "w2", EDITED_AT)
    note = added(empty, "0.", "Metformin was stopped in May.", editor("e1"))
    assert (note.form, note.about) == (WritingForm.ADDENDUM, "w1")
    assert note.sections == (Section("Addendum", (Sentence("Metformin was stopped in May.", Verdict.OWN),)),)


_LINES = st.sampled_from(["0.", "1.", "0.0", "1.0", "1.1", "e0", "e1", "e2", "e3"])
_ACTS = st.lists(st.tuples(st.sampled_from(EditAct), _LINES, st.text(max_size=6)), max_size=12)


def _done(note: Writing, acts: list[tuple[EditAct, str, str]]) -> Writing:
    for number, (act, line, text) in enumerate(acts):
        who = editor(f"e{number}")
        match act:
            case EditAct.CHANGE:
                note = changed(note, line, text, who)
            case EditAct.STRIKE:
                note = struck(note, line, who)
            case EditAct.ADD:
                note = added(note, line, text, who)
            case EditAct.UNDO:
                note = undone(note, who)
    return note


@given(_ACTS)
def test_whatever_is_done_no_edit_is_lost_and_no_changed_word_keeps_a_verdict(
    acts: list[tuple[EditAct, str, str]],
) -> None:
    draft = drafted_note()
    note = _done(draft, acts)
    assert note.drafted in {(), draft.sections}
    drafted = {sentence.text.casefold() for section in draft.sections for sentence in section.sentences}
    for line in lines_of(note):
        assert line.sentence.verdict is Verdict.OWN or line.text.casefold() in drafted
    assert note.edits[: len(_done(draft, acts[:-1]).edits)] == _done(draft, acts[:-1]).edits


@given(_ACTS)
def test_undoing_all_of_it_brings_the_draft_back(acts: list[tuple[EditAct, str, str]]) -> None:
    note = _done(drafted_note(), acts)
    for number in range(len(standing(note.edits))):
        note = undone(note, editor(f"u{number}"))
    assert not standing(note.edits)
    assert [part.lines for part in parts_of(note)] == [part.lines for part in parts_of(drafted_note())]
