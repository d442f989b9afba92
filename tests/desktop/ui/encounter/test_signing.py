"""A note from its draft to its signature, on the real screen: edited, checked, signed, and never changed any more."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from desktop.record.encounter import Dictation, Verdict, Writing, WritingForm
from desktop.record.signature import CheckLine, Decision, EditAct, Hearing
from desktop.record.signing import sha256_of
from desktop.ui.encounter.writing_card import WritingCard
from desktop.ui.note.sheet import CHECK, EDIT, SIGN
from desktop.worker.protocol import (
    Cancel,
    Check,
    CheckedSoFar,
    Done,
    Failed,
    FailureKind,
    NoteChecked,
    Stopped,
)
from tests.desktop.ui.accessibility import faults_of
from tests.fakes.encounters import ENCOUNTER_ID, dictation
from tests.fakes.notes import (
    DOCTOR,
    DRUG,
    PLACE,
    SIGNED_AT,
    TYPED,
    checked_note,
    drafted_note,
    noted_encounter,
    signed_note,
)

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop.ui.note.line_row import LineRow
    from desktop.ui.note.sheet import NoteSheet
    from tests.desktop.ui.encounter.conftest import ScreenBench


def words_of(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def card(bench: ScreenBench, place: int = 0) -> WritingCard:
    return [card for card in bench.screen.page.timeline.cards() if isinstance(card, WritingCard)][place]


def opened(bench: ScreenBench, note: Writing | None = None) -> NoteSheet:
    """Open an encounter with a note, and the note on its sheet."""
    bench.open(noted_encounter(note or drafted_note()))
    assert bench.screen.handle("sign-note")
    sheet = bench.screen.noting.sheet
    assert sheet is not None
    bench.settle()
    return sheet


def chosen(sheet: NoteSheet, number: int) -> LineRow:
    """Choose a line, which shows what can be done with it."""
    sheet.editing.rows[number].setFocus()
    return sheet.editing.rows[number]


def on_disk(bench: ScreenBench, place: int = -1) -> Writing:
    bench.controller.book.finish()
    return cast("Writing", bench.store.load(ENCOUNTER_ID).entries[place])


def type_in(bench: ScreenBench, field: QWidget, text: str) -> None:
    field.selectAll()  # type: ignore[attr-defined]  # it is a text field
    bench.qtbot.keyClicks(field, text)
    bench.qtbot.keyClick(field, Qt.Key.Key_Return)
    bench.settle()


def job_of(bench: ScreenBench) -> Check:
    return cast("Check", bench.worker.sent_of(Check)[-1])


def check(bench: ScreenBench, *lines: CheckLine) -> None:
    """Answer the check that was asked of the worker."""
    job = job_of(bench).job
    bench.worker.emit(NoteChecked(job, lines, 3.7))
    bench.worker.emit(Done(job))
    bench.settle()


# --- editing ---------------------------------------------------------------------------------------------------------


def test_a_sentence_is_changed_by_keyboard_and_is_the_doctors_own(bench: ScreenBench) -> None:
    sheet = opened(bench)
    row = sheet.editing.rows[1]
    assert sheet.page == EDIT
    row.setFocus()
    bench.qtbot.keyClick(row, Qt.Key.Key_Return)
    assert row.is_editing
    type_in(bench, row.field, "She takes metformin 500 mg.")
    note = on_disk(bench)
    assert note.sections[1].sentences[0].text == "She takes metformin 500 mg."
    assert note.sections[1].sentences[0].verdict is Verdict.OWN
    assert note.edits[0].before == "She takes metformin."
    assert note.drafted == drafted_note().sections
    assert "You changed this" in words_of(sheet.editing.rows[1])
    assert "Drafted as: “She takes metformin.”" in words_of(sheet.editing.rows[1])
    assert sheet.editing.rows[1].hasFocus()
    assert "She takes metformin 500 mg." in words_of(card(bench))


def test_a_sentence_is_struck_restored_added_and_undone(bench: ScreenBench) -> None:
    sheet = opened(bench)
    bench.press("strike-line", chosen(sheet, 2))
    assert [line.text for line in on_disk(bench).sections[1].sentences] == ["She takes metformin."]
    assert "You struck this" in words_of(sheet.editing.rows[2])
    bench.press("restore-line", chosen(sheet, 2))
    assert len(on_disk(bench).sections[1].sentences) == 2
    bench.press("add-line", chosen(sheet, 0))
    type_in(bench, sheet.editing.rows[0].field, "No fever.")
    assert [line.text for line in on_disk(bench).sections[0].sentences] == ["Cough for three days.", "No fever."]
    for _ in range(3):
        bench.press("note-undo", sheet)
    note = on_disk(bench)
    assert [section.sentences for section in note.sections] == [
        section.sentences for section in drafted_note().sections if not section.is_check
    ]
    assert [edit.act for edit in note.edits] == [EditAct.STRIKE, EditAct.CHANGE, EditAct.ADD, *[EditAct.UNDO] * 3]
    assert not bench.button("note-undo", sheet).isEnabled()


def test_keys_strike_add_play_and_go_from_line_to_line(bench: ScreenBench) -> None:
    sheet = opened(bench)
    sheet.editing.rows[0].setFocus()
    bench.qtbot.keyClick(sheet, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert sheet.editing.rows[1].hasFocus()
    bench.qtbot.keyClick(sheet.editing.rows[1], Qt.Key.Key_L)
    assert bench.speaker.playing
    bench.qtbot.keyClick(sheet.editing.rows[1], Qt.Key.Key_Delete)
    assert on_disk(bench).edits[0].act is EditAct.STRIKE
    bench.qtbot.keyClick(sheet, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert on_disk(bench).edits[1].act is EditAct.UNDO
    bench.qtbot.keyClick(sheet.editing.rows[0], Qt.Key.Key_Insert)
    assert sheet.editing.rows[0].is_editing
    bench.qtbot.keyClick(sheet.editing.rows[0].field, Qt.Key.Key_Escape)
    assert not sheet.editing.is_editing
    assert sheet.isVisible()


def test_what_is_being_typed_is_kept_when_the_sheet_goes(bench: ScreenBench) -> None:
    sheet = opened(bench)
    sheet.editing.rows[0].begin_change()
    sheet.editing.rows[0].field.setPlainText("Cough for four days.")
    assert bench.screen.keep_all()
    assert on_disk(bench).sections[0].sentences[0].text == "Cough for four days."
    sheet.editing.rows[0].begin_change()
    sheet.editing.rows[0].field.setPlainText("Cough for five days.")
    sheet.reject()
    assert on_disk(bench).sections[0].sentences[0].text == "Cough for five days."
    assert bench.screen.noting.sheet is None


def test_a_sheet_that_was_closed_does_not_hear_of_later_edits(bench: ScreenBench) -> None:
    opened(bench).reject()
    bench.settle()
    assert bench.screen.handle("sign-note")
    sheet = bench.screen.noting.sheet
    assert sheet is not None
    row = chosen(sheet, 1)
    bench.qtbot.keyClick(row, Qt.Key.Key_Return)
    type_in(bench, row.field, "She takes metformin 500 mg.")
    assert on_disk(bench).sections[1].sentences[0].text == "She takes metformin 500 mg."


def test_what_is_being_typed_outlasts_the_strike_of_another_line(bench: ScreenBench) -> None:
    sheet = opened(bench)
    row = chosen(sheet, 1)
    bench.qtbot.keyClick(row, Qt.Key.Key_Return)
    row.field.selectAll()
    bench.qtbot.keyClicks(row.field, "She takes metformin 500 mg.")
    bench.qtbot.keyClick(sheet.editing.rows[0], Qt.Key.Key_Delete)
    bench.settle()
    assert {edit.act for edit in on_disk(bench).edits} == {EditAct.CHANGE, EditAct.STRIKE}
    assert on_disk(bench).sections[1].sentences[0].text == "She takes metformin 500 mg."


def test_undo_belongs_to_the_page_of_edits(bench: ScreenBench) -> None:
    sheet = opened(bench)
    row = chosen(sheet, 1)
    bench.qtbot.keyClick(row, Qt.Key.Key_Return)
    type_in(bench, row.field, "She takes metformin 500 mg.")
    sheet._go_to(CHECK)
    bench.qtbot.keyClick(sheet, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    bench.settle()
    assert on_disk(bench).sections[1].sentences[0].text == "She takes metformin 500 mg."


def test_an_edited_draft_is_not_written_over(bench: ScreenBench) -> None:
    sheet = opened(bench)
    bench.press("strike-line", chosen(sheet, 2))
    sheet.reject()
    bench.controller.write_again("w1")
    bench.controller.book.finish()
    entries = bench.store.load(ENCOUNTER_ID).entries
    assert [entry.id for entry in entries[:2]] == ["d1", "w1"]
    assert isinstance(entries[1], Writing)
    assert entries[1].edits
    assert len(entries) == 3


# --- checking --------------------------------------------------------------------------------------------------------


def test_the_check_is_of_the_words_that_stand_with_the_sound_that_they_cite(bench: ScreenBench) -> None:
    sheet = opened(bench)
    bench.press("strike-line", chosen(sheet, 2))
    bench.press("note-next", sheet)
    assert sheet.page == CHECK
    command = job_of(bench)
    assert [(one.line, one.sentence.text) for one in command.sentences] == [
        ("0.0", "Cough for three days."),
        ("1.0", "She takes metformin."),
    ]
    (recording,) = command.recordings
    assert (recording.label, recording.utterances) == ("Recording 1", dictation().utterances)
    assert recording.file.endswith("recording-1.wav")


def test_progress_is_shown_and_a_check_can_be_stopped_and_begun_again(bench: ScreenBench) -> None:
    sheet = opened(bench)
    bench.press("note-next", sheet)
    first = job_of(bench).job
    bench.worker.emit(CheckedSoFar(first, 0.5))
    assert "50 %" in words_of(sheet.checking)
    bench.press("stop-check", sheet)
    assert bench.worker.sent[-1] == Cancel(first)
    bench.worker.emit(Stopped(first))
    bench.worker.emit(NoteChecked(first, (DRUG,)))  # too late
    assert on_disk(bench).check is None
    bench.press("check-again", sheet)
    assert job_of(bench).job != first


def test_a_check_goes_on_while_the_sheet_is_closed(bench: ScreenBench) -> None:
    opened(bench).checking.take_keyboard()
    bench.press("note-next", bench.screen.noting.sheet)
    bench.screen.noting.close()
    check(bench, DRUG, TYPED)
    found = on_disk(bench).check
    assert found is not None
    assert found.lines == (DRUG, TYPED)


def test_a_check_that_fails_says_why(bench: ScreenBench) -> None:
    sheet = opened(bench)
    bench.press("note-next", sheet)
    bench.worker.emit(Failed(job_of(bench).job, FailureKind.MISSING, "The drug names are not on this machine yet."))
    bench.settle()
    assert "not on this machine yet" in words_of(sheet.checking)
    assert bench.has_button("check-again", sheet)


def test_two_readings_that_differ_stand_side_by_side_with_their_second_of_sound(bench: ScreenBench) -> None:
    sheet = opened(bench)
    bench.press("note-next", sheet)
    check(bench, DRUG, TYPED)
    drug, typed = sheet.checking.rows
    words = words_of(drug)
    for shown in ("readings differ", "a drug", "“She takes metformin Zovirax”", "“She takes metformin Zocor”"):
        assert shown in words
    bench.press("listen-twice", drug)
    assert bench.speaker.playing
    assert bench.speaker.now_s == pytest.approx(PLACE.start_s - 0.3)
    assert "there is no sound to hear again" in words_of(typed)
    assert "Open lines: 2 of 2" in words_of(sheet.checking)


def test_a_word_that_was_hard_to_hear_is_named_although_both_readings_say_it(bench: ScreenBench) -> None:
    sheet = opened(bench)
    sheet._go_to(CHECK)
    check(bench, replace(DRUG, hearing=Hearing.UNSURE, readings=(), hard_to_hear=("metformin",)))
    assert "Both readings agree, but this was hard to hear: “metformin”. Listen." in words_of(sheet)


def test_every_line_is_ticked_or_changed_before_it_goes_on(bench: ScreenBench) -> None:
    sheet = opened(bench)
    bench.press("note-next", sheet)
    check(bench, DRUG, TYPED, replace(TYPED, about="Denied", lines=("0.0", "1.0")))
    forward = bench.button("note-next", sheet)
    assert not forward.isEnabled()
    for number in range(3):
        sheet.checking.rows[number].tick.click()
    assert forward.isEnabled()
    bench.press("change-checked", sheet.checking.rows[0])
    type_in(bench, sheet.checking.rows[0].fields[0], "She takes metformin twice.")
    note = on_disk(bench)
    assert note.check is not None
    assert [line.decision for line in note.check.lines] == [Decision.CHANGED, Decision.CONFIRMED, Decision.OPEN]
    assert note.sections[1].sentences[0].text == "She takes metformin twice."
    assert "Now in the note: She takes metformin twice." in words_of(sheet.checking.rows[0])
    assert not bench.button("note-next", sheet).isEnabled()


def test_an_edit_after_the_check_asks_for_another_one(bench: ScreenBench) -> None:
    sheet = opened(bench, checked_note())
    bench.press("note-next", sheet)
    assert not bench.worker.sent_of(Check)
    bench.press("note-back", sheet)
    bench.press("strike-line", chosen(sheet, 0))
    bench.press("note-next", sheet)
    assert len(bench.worker.sent_of(Check)) == 1


def test_erased_sound_is_not_asked_for(bench: ScreenBench) -> None:
    bench.open(replace(noted_encounter(), entries=(replace(dictation(), erased_at=SIGNED_AT), drafted_note())))
    assert bench.screen.handle("sign-note")
    bench.press("note-next", bench.screen.noting.sheet)
    assert [recording.file for recording in job_of(bench).recordings] == [""]


# --- signing ---------------------------------------------------------------------------------------------------------


def sign(bench: ScreenBench, sheet: NoteSheet, name: str = DOCTOR) -> None:
    bench.press("note-next", sheet)
    bench.press("note-next", sheet)
    assert sheet.page == SIGN
    sheet.signing_page.name.setText(name)
    sheet.signing_page.read.click()
    bench.press("note-sign-now", sheet)
    bench.settle()


def test_a_note_is_signed_by_an_act_of_its_own(bench: ScreenBench) -> None:
    sheet = opened(bench, checked_note())
    bench.press("note-next", sheet)
    bench.press("note-next", sheet)
    button = bench.button("note-sign-now", sheet)
    assert not button.isEnabled()
    sheet.signing_page.name.setText(" ")
    sheet.signing_page.read.click()
    assert not button.isEnabled()
    sheet.signing_page.name.setText(f"  {DOCTOR} ")
    assert button.isEnabled()
    assert on_disk(bench).signature is None
    bench.press("note-sign-now", sheet)
    note = on_disk(bench)
    assert note.signature is not None
    assert note.signature.by == DOCTOR
    assert note.signature.sha256 == sha256_of(ENCOUNTER_ID, note)
    assert note.signature.sha256 in words_of(sheet).replace(" ", "")
    assert bench.settings.text("doctor_name") == DOCTOR


def test_the_name_is_asked_once(bench: ScreenBench) -> None:
    bench.settings.set("doctor_name", DOCTOR)
    sheet = opened(bench, checked_note())
    bench.press("note-next", sheet)
    bench.press("note-next", sheet)
    assert sheet.signing_page.name.text() == DOCTOR
    assert not sheet.signing_page.read.isChecked()


def test_a_signed_note_can_be_copied_and_amended_and_nothing_else(bench: ScreenBench) -> None:
    sheet = opened(bench, checked_note())
    sign(bench, sheet)
    sheet.reject()
    shown = card(bench)
    assert f"Note · Signed by {DOCTOR}, " in words_of(shown)
    assert "Check before signing" not in words_of(shown)
    for gone in ("sign-writing", "renew-writing", "remove-writing"):
        assert not bench.has_button(gone, shown)
    bench.press("show-edits", shown)
    opened_again = bench.screen.noting.sheet
    assert opened_again is not None
    assert not bench.has_button("strike-line", chosen(opened_again, 0))
    bench.qtbot.keyClick(opened_again.editing.rows[0], Qt.Key.Key_Delete)
    bench.qtbot.keyClick(opened_again.editing.rows[0], Qt.Key.Key_Return)
    assert not opened_again.editing.is_editing
    assert not bench.has_button("note-next", opened_again)
    before = on_disk(bench)
    assert before.signature is not None
    assert before.signature.sha256 in words_of(opened_again).replace(" ", "")
    bench.controller.remove_writing("w1")
    bench.controller.signing.strike(ENCOUNTER_ID, "w1", "0.0")
    assert on_disk(bench) == before
    assert not bench.worker.sent_of(Check)


def test_a_correction_is_an_addendum_that_is_signed_too(bench: ScreenBench) -> None:
    bench.open(noted_encounter(signed_note()))
    bench.press("add-addendum", card(bench))
    sheet = bench.screen.noting.sheet
    assert sheet is not None
    type_in(bench, sheet.editing.views[0].field, "Metformin was stopped in May.")
    bench.press("note-next", sheet)
    assert [one.sentence.text for one in job_of(bench).sentences] == ["Metformin was stopped in May."]
    check(bench, replace(TYPED, text="May", lines=()))
    sheet.checking.rows[0].tick.click()
    bench.press("note-next", sheet)
    sheet.signing_page.name.setText(DOCTOR)
    sheet.signing_page.read.click()
    bench.press("note-sign-now", sheet)
    bench.controller.book.finish()
    _, note, addendum = bench.store.load(ENCOUNTER_ID).entries
    assert note == signed_note()
    assert isinstance(addendum, Writing)
    assert (addendum.form, addendum.about, addendum.is_signed) == (WritingForm.ADDENDUM, "w1", True)


def test_an_open_addendum_is_taken_up_again(bench: ScreenBench) -> None:
    bench.open(noted_encounter(signed_note()))
    bench.press("add-addendum", card(bench))
    bench.screen.noting.close()
    bench.press("add-addendum", card(bench))
    bench.controller.book.finish()
    assert len(bench.store.load(ENCOUNTER_ID).entries) == 3


def test_a_signed_note_that_was_changed_is_told_when_it_is_opened(bench: ScreenBench) -> None:
    bench.open(noted_encounter(signed_note()))
    bench.controller.signing.shut_down()
    assert "not the note that was signed" not in words_of(card(bench))
    bench.controller.new()
    file = bench.folder / ENCOUNTER_ID / "encounter.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    document["encounter"]["entries"][1]["title"] = "Another note"
    file.write_text(json.dumps(document), encoding="utf-8")
    bench.controller.book.finish()
    bench.controller.book._encounters.clear()  # as another start of the window
    bench.screen.open_encounter(ENCOUNTER_ID)
    bench.controller.signing.shut_down()
    bench.settle()
    assert "not the note that was signed" in words_of(card(bench))
    assert "is not what was signed" in words_of(bench.screen.page.notice)


def test_without_a_draft_there_is_nothing_to_sign(bench: ScreenBench) -> None:
    bench.open(noted_encounter())
    assert bench.screen.handle("sign-note")
    assert bench.screen.noting.sheet is None
    assert "Write one first" in words_of(bench.screen.page.notice)


# --- erased sound ----------------------------------------------------------------------------------------------------


def test_erased_sound_says_so_and_is_not_played(bench: ScreenBench) -> None:
    erased = replace(dictation(), erased_at=SIGNED_AT)
    bench.open(replace(noted_encounter(), entries=(erased, signed_note())))
    (shown,) = bench.dictations()
    assert "The sound was erased, as you had set" in words_of(shown)
    assert not bench.has_button("play-recording", shown)
    card(bench).sentence_lists[0].rows[0].open_sources()
    bench.press("open-source", bench.screen.evidence)
    assert not bench.speaker.playing
    assert "was erased after its note was signed" in words_of(bench.screen.page.notice)
    assert isinstance(bench.store.load(ENCOUNTER_ID).entries[0], Dictation)


# --- how it looks ----------------------------------------------------------------------------------------------------


def test_every_page_can_be_used_without_eyes_and_with_fingers(bench: ScreenBench) -> None:
    sheet = opened(bench)
    assert faults_of(sheet) == []
    sheet.editing.rows[0].begin_change()
    assert faults_of(sheet) == []
    bench.press("note-next", sheet)
    check(bench, DRUG, TYPED)
    assert faults_of(sheet) == []
    sheet.checking.rows[0].begin_change()
    assert faults_of(sheet) == []
    sheet.checking.rows[0].leave()
    for row in sheet.checking.rows:
        row.tick.click()
    bench.press("note-next", sheet)
    assert faults_of(sheet) == []
