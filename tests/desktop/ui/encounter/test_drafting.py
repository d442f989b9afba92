"""Drafts: asked of the worker with all that is in the encounter, shown section by section, and kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from desktop.record.encounter import (
    AnswerStatus,
    Citation,
    CitedKind,
    Section,
    Sentence,
    Verdict,
    Writing,
    WritingForm,
)
from desktop.ui.encounter.writing_card import WritingCard
from desktop.worker.protocol import Cancel, Done, Failed, FailureKind, Stopped, Write, WritingWhole
from tests.desktop.ui.accessibility import faults_of
from tests.fakes.encounters import AT, answer, full_encounter

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop.record.encounter import Encounter
    from tests.desktop.ui.encounter.conftest import ScreenBench

COUGH = Citation(CitedKind.TRANSCRIPT, "Recording 1", "I have had a cough for three days.", 3.8, 6.9)
SECTIONS = (
    Section("Subjective", (Sentence("Reports a cough for three days.", Verdict.SUPPORTED, (COUGH,)),)),
    Section("Objective"),
)


def sent(bench: ScreenBench) -> Write:
    return cast("Write", bench.worker.sent_of(Write)[-1])


def cards(bench: ScreenBench) -> list[WritingCard]:
    return [card for card in bench.screen.page.timeline.cards() if isinstance(card, WritingCard)]


def words_of(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def finish(bench: ScreenBench) -> None:
    job = sent(bench).job
    bench.worker.emit(WritingWhole(job, "SOAP note", SECTIONS, ("Nobody said who spoke.",)))
    bench.worker.emit(Done(job))
    bench.settle()


def kept(bench: ScreenBench) -> Writing:
    bench.controller.book.finish()
    return cast("Writing", bench.store.load(full_encounter().id).entries[-1])


def test_a_note_is_written_from_all_that_is_in_the_encounter(bench: ScreenBench) -> None:
    bench.open(full_encounter())
    assert bench.screen.handle("write-note")
    command = sent(bench)
    assert command.form is WritingForm.NOTE
    assert [recording.label for recording in command.context.recordings] == ["Recording 1"]
    assert [picture.label for picture in command.context.pictures] == ["Image 1"]
    assert [turn.question for turn in command.context.turns] == ["What does the patient have?"]
    assert "Writing…" in words_of(cards(bench)[0])


def test_its_sections_stand_below_each_other_and_an_empty_one_says_so(bench: ScreenBench) -> None:
    bench.open(full_encounter())
    bench.screen.handle("write-note")
    finish(bench)
    words = words_of(cards(bench)[0])
    for shown in ("SOAP note", "Subjective", "Reports a cough for three days.", "Objective", "Nobody said who spoke."):
        assert shown in words
    assert "Nothing was said about this." in words
    assert kept(bench).sections == SECTIONS
    assert kept(bench).status is AnswerStatus.COMPLETE


def test_a_sentence_opens_its_second_of_sound(bench: ScreenBench) -> None:
    bench.open(full_encounter())
    bench.screen.handle("write-note")
    finish(bench)
    cards(bench)[0].sentence_lists[0].rows[0].open_sources()
    assert "I have had a cough for three days." in words_of(bench.screen.evidence)
    bench.press("open-source", bench.screen.evidence)
    assert bench.speaker.playing


def test_a_draft_that_was_cut_off_by_a_crash_can_be_tried_again(bench: ScreenBench) -> None:
    bench.open(full_encounter())
    bench.screen.handle("write-differential")
    first = sent(bench)
    assert kept(bench).status is AnswerStatus.FAILED
    bench.worker.emit(Failed(first.job, FailureKind.FAULT, "The models stopped. Nothing is lost; try again."))
    bench.settle()
    assert "The models stopped" in words_of(cards(bench)[0])
    bench.press("write-again", cards(bench)[0])
    assert sent(bench).job != first.job
    assert sent(bench).form is WritingForm.DIFFERENTIAL
    assert len(cards(bench)) == 1


def test_esc_stops_it_and_one_is_written_at_a_time(bench: ScreenBench) -> None:
    bench.open(full_encounter())
    bench.screen.handle("write-note")
    assert not bench.screen.handle("write-findings")
    assert bench.screen.handle("cancel")
    job = sent(bench).job
    assert bench.worker.sent[-1] == Cancel(job)
    bench.worker.emit(Stopped(job))
    bench.settle()
    assert "You stopped this." in words_of(cards(bench)[0])


def test_a_card_puts_the_newest_answer_or_draft_in_plain_words(bench: ScreenBench) -> None:
    bench.open(full_encounter())
    bench.screen.handle("write-card")
    assert sent(bench).about == answer().sentences
    finish(bench)
    assert kept(bench).about == "a1"


def test_without_anything_to_put_in_plain_words_that_is_said(bench: ScreenBench) -> None:
    entries = full_encounter().entries[:1]
    bench.open(replace(full_encounter(), entries=entries))
    assert bench.screen.handle("write-card")
    assert not bench.worker.sent_of(Write)
    assert "Ask a question or write a note first" in words_of(bench.screen.page)


def test_a_draft_is_copied_with_and_without_sources(bench: ScreenBench) -> None:
    bench.open(full_encounter())
    bench.screen.handle("write-note")
    finish(bench)
    bench.press("copy-writing", cards(bench)[0])
    assert QGuiApplication.clipboard().text() == "SOAP note\n\nSubjective\nReports a cough for three days."
    bench.press("copy-writing-with-sources", cards(bench)[0])
    copied = QGuiApplication.clipboard().text()
    assert "Reports a cough for three days. [Supported]\n    Recording 1, 0:03" in copied
    assert copied.endswith("A draft. Check every sentence against its source.")


def test_a_draft_is_found_again_turned_to_the_patient_and_removed(bench: ScreenBench) -> None:
    bench.open(with_draft(WritingForm.CARD))
    assert bench.store.summaries("reports a cough")
    bench.press("show-writing-to-patient", cards(bench)[0])
    patient = bench.screen._patient
    assert patient is not None
    assert "Reports a cough for three days." in patient.words.accessibleName()
    patient.close()
    bench.press("remove-writing", cards(bench)[0])
    bench.settle()
    assert not cards(bench)


@pytest.mark.parametrize("action", ["write-note", "write-findings", "write-differential", "write-card"])
def test_every_draft_can_be_asked_for_from_the_menu(bench: ScreenBench, action: str) -> None:
    bench.open(full_encounter())
    menu = bench.button("write").menu()  # type: ignore[attr-defined]  # a tool button
    next(row for row in menu.actions() if row.objectName() == f"menu-{action}").trigger()
    assert sent(bench).form == action.removeprefix("write-")


def test_everyone_can_use_a_draft(bench: ScreenBench) -> None:
    bench.open(with_draft())
    assert faults_of(bench.screen) == []


def with_draft(form: WritingForm = WritingForm.NOTE) -> Encounter:
    encounter = full_encounter()
    draft = Writing("w1", AT, form, title="SOAP note", sections=SECTIONS)
    return replace(encounter, entries=(*encounter.entries, draft))


def test_a_note_can_be_written_again_in_another_form(bench: ScreenBench) -> None:
    bench.open(full_encounter())
    bench.screen.handle("write-note")
    assert sent(bench).template == "soap"
    finish(bench)
    menu = bench.button("renew-writing", cards(bench)[0]).menu()  # type: ignore[attr-defined]  # a tool button
    next(row for row in menu.actions() if row.objectName() == "as-referral").trigger()
    assert sent(bench).template == "referral"
    assert len(cards(bench)) == 1


def test_the_form_of_notes_is_a_setting(bench: ScreenBench) -> None:
    bench.open(full_encounter())
    bench.settings.set("note_template", "progress")
    bench.screen.handle("write-note")
    assert sent(bench).template == "progress"


def test_a_long_draft_is_shown_from_its_top(bench: ScreenBench) -> None:
    bench.open(full_encounter())
    bench.screen.handle("write-note")
    sentences = SECTIONS[0].sentences * 60
    job = sent(bench).job
    bench.worker.emit(WritingWhole(job, "SOAP note", (Section("Subjective", sentences),)))
    bench.worker.emit(Done(job))
    timeline, card = bench.screen.page.timeline, cards(bench)[0]
    bench.qtbot.waitUntil(lambda: timeline.verticalScrollBar().value() == card.y())
    assert card.height() > timeline.viewport().height()


def test_a_differential_is_not_for_the_patient(bench: ScreenBench) -> None:
    encounter = full_encounter()
    draft = Writing("w1", AT, WritingForm.DIFFERENTIAL, title="Differential", sections=SECTIONS)
    bench.open(replace(encounter, entries=(*encounter.entries, draft)))
    bench.screen.handle("write-card")
    assert sent(bench).about == answer().sentences
