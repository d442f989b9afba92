"""The encounter screen as a doctor uses it: press, type, read, and nothing is lost or moves under the cursor."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox

from desktop.record.encounter import Answer, AnswerStatus, Encounter, Question, Sentence, Verdict
from desktop.ui import theme, translation
from desktop.ui.encounter.answer_card import AnswerCard
from desktop.ui.encounter.patient_view import PatientView
from desktop.worker.protocol import (
    AnswerPiece,
    AnswerWhole,
    Ask,
    Cancel,
    Done,
    Failed,
    FailureKind,
    PartialWords,
    RecognisedUpTo,
    SettledUtterance,
)
from desktop.worker.status import WorkerState, WorkerStatus
from tests.desktop.ui.accessibility import faults_of
from tests.fakes.encounters import AT, ENCOUNTER_ID, answer, dictation, full_encounter, utterance
from tests.fakes.microphones import tone

if TYPE_CHECKING:
    from tests.desktop.ui.encounter.conftest import ScreenBench

TEXT = "The patient has had a cough for three days. The film shows no consolidation."


def whole(bench: ScreenBench) -> AnswerWhole:
    return AnswerWhole(bench.asked().job, TEXT, answer().sentences, "smollm2", answer().used, "end", 0.4, 2.1, 20)


def words_in(widget: object) -> str:
    labels = widget.findChildren(QLabel)  # type: ignore[attr-defined]  # any widget
    return "\n".join(label.text() for label in labels if label.isVisibleTo(widget))


# --- empty states --------------------------------------------------------------------------------------------------


def test_without_encounters_there_is_one_thing_to_do_and_a_sample(bench: ScreenBench) -> None:
    assert "No encounters yet" in words_in(bench.screen)
    with bench.qtbot.waitSignal(bench.screen.sample_wanted):
        bench.press("try-sample")
    bench.press("begin-encounter")
    assert "This encounter is empty" in words_in(bench.screen)
    assert bench.screen.composer.field.hasFocus()
    assert len(bench.store.summaries()) == 1


def test_the_keyboard_rests_on_what_goes_on(bench: ScreenBench) -> None:
    assert bench.button("begin-encounter").hasFocus()
    bench.open(full_encounter())
    assert bench.screen.composer.field.hasFocus()
    bench.screen.listing.search.setFocus()
    bench.screen.listing.open_wanted.emit(full_encounter().id)
    assert bench.screen.composer.field.hasFocus()


def test_the_screen_can_be_used_by_everyone(bench: ScreenBench) -> None:
    assert faults_of(bench.screen) == []
    bench.open(full_encounter())
    assert faults_of(bench.screen) == []


# --- the list ------------------------------------------------------------------------------------------------------


def test_search_finds_words_and_says_when_there_are_none(bench: ScreenBench) -> None:
    bench.open(full_encounter())
    bench.screen.new_encounter()
    search = bench.screen.listing.search
    for text, count in (("metformin", 1), ("fracture", 0), ("", 2)):
        search.setText(text)
        bench.qtbot.waitUntil(lambda count=count: bench.screen.listing.model.rowCount() == count)
        says_none = "No encounter holds these words or comes near their meaning." in words_in(bench.screen.listing)
        assert says_none is (count == 0)


def test_a_damaged_encounter_is_listed_and_explained(bench: ScreenBench) -> None:
    made = bench.store.create("Bed 4")
    (bench.folder / made.id / "encounter.json").write_text("{")
    bench.screen.new_encounter()
    listing = bench.screen.listing
    row = next(
        index for index in (listing.model.index(place) for place in range(2)) if index.data() == "Damaged encounter"
    )
    listing.view.clicked.emit(row)
    assert "is damaged" in bench.screen.page.notice.text
    assert (bench.folder / made.id / "encounter.json").read_text() == "{"


def test_a_title_is_typed_in_place_and_esc_leaves_it(bench: ScreenBench) -> None:
    bench.open(full_encounter())
    title = bench.screen.page.title
    title.setFocus()
    title.selectAll()
    bench.qtbot.keyClicks(title, "Bed 5")
    bench.qtbot.keyClick(title, Qt.Key.Key_Escape)
    assert title.text() == "Mrs K., bed 4"
    title.setFocus()
    title.selectAll()
    bench.qtbot.keyClicks(title, "Bed 6")
    bench.qtbot.keyClick(title, Qt.Key.Key_Return)
    assert bench.on_disk().title == "Bed 6"
    bench.qtbot.waitUntil(lambda: bench.screen.listing.model.index(0).data() == "Bed 6")


def test_esc_of_the_window_leaves_a_title_as_it_was(bench: ScreenBench) -> None:
    bench.open(full_encounter())
    bench.screen.page.title.setFocus()
    bench.qtbot.keyClicks(bench.screen.page.title, "Bed 9")
    assert bench.screen.handle("cancel")
    assert bench.screen.page.title.text() == "Mrs K., bed 4"


def test_deleting_asks_first(bench: ScreenBench) -> None:
    bench.open(full_encounter())
    for name, left in (("Keep", 1), ("Delete", 0)):
        bench.screen.listing.delete_wanted.emit(ENCOUNTER_ID)
        box = bench.screen.findChildren(QMessageBox)[-1]
        bench.qtbot.mouseClick(next(b for b in box.buttons() if b.text() == name), Qt.MouseButton.LeftButton)
        bench.settle()
        assert len(bench.store.summaries()) == left
    assert "No encounters yet" in words_in(bench.screen)


def test_an_encounter_that_was_removed_elsewhere_is_closed(bench: ScreenBench) -> None:
    bench.open(full_encounter())
    bench.screen.hide()
    bench.store.delete(ENCOUNTER_ID)
    bench.screen.show()
    assert "No encounters yet" in words_in(bench.screen)


# --- asking --------------------------------------------------------------------------------------------------------


def test_return_asks_and_shift_return_begins_a_line(bench: ScreenBench) -> None:
    field = bench.screen.composer.field
    bench.screen.new_encounter()
    height = field.height()
    field.setPlainText("One")
    field.moveCursor(field.textCursor().MoveOperation.End)
    for _ in range(3):
        bench.qtbot.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert bench.worker.sent_of(Ask) == []
    assert field.height() > height
    bench.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert bench.asked().question == "One"
    assert field.toPlainText() == ""


def test_an_answer_streams_then_carries_its_verdicts(bench: ScreenBench) -> None:
    bench.ask("What does she have?")
    card = bench.answers()[0]
    assert "Reading the encounter" in words_in(card)
    bench.worker.emit(AnswerPiece(bench.asked().job, "The patient has had a cough for three "))
    bench.worker.emit(AnswerPiece(bench.asked().job, "days. The film"))
    bench.qtbot.waitUntil(lambda: card.sentences.text.endswith("The film"), timeout=1_000)
    bench.settle()
    rows = card.sentences.rows
    tops = [row.y() for row in rows]
    assert len(rows) == 2
    assert all(row.sentence is None for row in rows)
    bench.worker.emit(whole(bench))
    bench.worker.emit(Done(bench.asked().job))
    bench.settle()
    assert card.sentences.rows[:2] == rows  # the same rows, so nothing that is read moves
    assert [row.y() for row in rows] == tops
    assert rows[0].accessibleName() == "Supported: The patient has had a cough for three days."
    assert rows[1].accessibleName() == "Unverified: The film shows no consolidation."
    used = "Used: Recording 1 (11 words), Image 1, your question."
    assert f"{used} First word after 0.4 s, whole after 2.1 s." in words_in(card)


def test_text_comes_at_a_steady_rate_and_is_never_late(bench: ScreenBench) -> None:
    bench.ask("What?")
    card = bench.answers()[0]
    bench.worker.emit(AnswerPiece(bench.asked().job, "x" * 400))
    began = time.monotonic()
    bench.qtbot.waitUntil(lambda: bool(card.sentences.text), timeout=1_000)
    assert len(card.sentences.text) < 400
    bench.qtbot.waitUntil(lambda: len(card.sentences.text) == 400, timeout=1_000)
    assert time.monotonic() - began < 0.8


def test_esc_stops_the_answer_and_says_so_at_once(bench: ScreenBench) -> None:
    bench.ask("What?")
    job = bench.asked().job
    bench.worker.emit(AnswerPiece(job, "A long"))
    assert bench.screen.handle("cancel")
    assert "Stopping…" in words_in(bench.answers()[0])
    assert bench.worker.sent[-1] == Cancel(job)
    assert not bench.button("ask").isEnabled()


def test_a_crash_is_told_where_the_answer_would_be_and_can_be_tried_again(bench: ScreenBench) -> None:
    bench.ask("What?")
    bench.worker.emit(Failed(bench.asked().job, FailureKind.MEMORY, "The model ran out of memory."))
    card = bench.answers()[0]
    assert "The model ran out of memory." in words_in(card)
    bench.press("try-again", card)
    assert len(bench.worker.sent_of(Ask)) == 2
    assert bench.asked().question == "What?"
    assert len(bench.answers()) == 1


@pytest.mark.parametrize(
    ("kind", "again", "models"),
    [(FailureKind.INPUT, False, False), (FailureKind.MISSING, True, True), (FailureKind.FAULT, True, False)],
)
def test_what_mends_a_failure_is_offered(bench: ScreenBench, kind: FailureKind, again: bool, models: bool) -> None:
    bench.ask("What?")
    bench.worker.emit(Failed(bench.asked().job, kind, "It failed."))
    card = bench.answers()[0]
    assert bench.has_button("try-again", card) is again
    assert bench.has_button("open-models", card) is models
    if models:
        with bench.qtbot.waitSignal(bench.screen.models_wanted):
            bench.press("open-models", card)


def test_an_answer_of_a_crashed_window_is_found_with_its_question(bench: ScreenBench) -> None:
    question = Question("q1", AT, "What?")
    cut = Answer("a1", AT, "q1", "A cou", status=AnswerStatus.FAILED, reason="Bedside was closed before.")
    bench.open(Encounter(ENCOUNTER_ID, "", AT, AT, (question, cut)))
    card = bench.answers()[0]
    assert "Bedside was closed before." in words_in(card)
    assert bench.has_button("try-again", card)


def test_what_loads_is_said_where_the_answer_will_be(bench: ScreenBench) -> None:
    bench.ask("What?")
    bench.worker.set_status(WorkerStatus(WorkerState.STARTING, what="SmolLM2", share=0.4))
    assert "Loading the models: SmolLM2 (40 %)…" in words_in(bench.answers()[0])


def test_while_one_answer_is_made_the_next_question_waits(bench: ScreenBench) -> None:
    bench.ask("One?")
    bench.ask("Two?")
    assert bench.screen.composer.field.toPlainText() == "Two?"
    assert "Ask when this answer is whole" in words_in(bench.screen.composer)
    assert bench.button("ask").text() == "Stop"
    bench.worker.emit(whole(bench))
    assert bench.button("ask").text() == "Ask"


def test_other_decoders_can_answer_again(bench: ScreenBench) -> None:
    bench.screen.offer_decoders((("smollm2", "SmolLM2"), ("qwen", "Qwen 2.5")))
    bench.open(full_encounter())
    menu = bench.answers()[0].findChild(type(bench.button("answer-again")), "answer-again").menu()
    assert [action.text() for action in menu.actions()] == ["with SmolLM2", "with Qwen 2.5"]
    menu.actions()[1].trigger()
    assert bench.asked().decoder == "qwen"
    assert "What does the patient have?" in words_in(bench.answers()[1])  # far from its question, it repeats it


def test_copying_is_plain_text_and_can_name_the_sources(bench: ScreenBench) -> None:
    bench.open(full_encounter())
    bench.screen.handle("copy-answer")
    assert QGuiApplication.clipboard().text() == TEXT
    bench.press("copy-with-sources")
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "The patient has had a cough for three days. [Supported]"
    assert lines[1].strip() == "Recording 1, 0:03: “I have had a cough for three days”"
    assert QGuiApplication.clipboard().mimeData().formats() == ["text/plain"]


# --- evidence ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_what_can_be_done_with_an_answer_stands_in_one_row(
    qapp: QApplication, bench: ScreenBench, language: str
) -> None:
    theme.apply(qapp, "light", 100)
    translation.use_language(qapp, language)
    card = AnswerCard(answer())
    bench.qtbot.addWidget(card)
    card.show_decoders((("a", "One"), ("b", "Another")))
    card.resize(554, 400)
    with bench.qtbot.waitExposed(card):
        card.show()
    names = ("copy-answer", "copy-with-sources", "answer-again", "show-patient")
    assert len({bench.button(name, card).y() for name in names}) == 1


def test_sentences_are_walked_with_the_keyboard_and_open_their_sources(bench: ScreenBench) -> None:
    bench.open(full_encounter())
    assert bench.screen.handle("next-sentence")
    evidence = bench.screen.evidence
    assert "“I have had a cough for three days”" in words_in(evidence)
    assert "Recording 1, 0:03" in words_in(evidence)
    bench.screen.handle("next-sentence")
    assert "look for yourself" in words_in(evidence)
    bench.screen.handle("previous-sentence")
    assert bench.answers()[0].sentences.rows[0].hasFocus()
    assert bench.screen.handle("cancel")
    assert evidence.sentence is None


def test_a_click_on_the_words_opens_their_sources(bench: ScreenBench) -> None:
    bench.open(full_encounter())
    bench.qtbot.mouseClick(bench.answers()[0].sentences.rows[1].words, Qt.MouseButton.LeftButton)
    assert bench.screen.evidence.sentence == answer().sentences[1]


def test_the_second_of_the_recording_is_played(bench: ScreenBench) -> None:
    bench.open(full_encounter())
    bench.screen.handle("next-sentence")
    bench.press("open-source")
    assert bench.speaker.playing == bench.store.path(ENCOUNTER_ID, "recording-1.wav")
    assert bench.speaker.now_s == pytest.approx(3.5)
    assert bench.button("open-source").text() == "Playing…"
    bench.speaker.now_s = 8.0
    bench.qtbot.waitUntil(lambda: bench.speaker.playing is None)
    assert bench.button("open-source").text() == "Listen at 0:03"


def test_a_sentence_without_any_source_says_so(bench: ScreenBench) -> None:
    bare = Sentence("Give 500 mg.", Verdict.UNVERIFIED)
    given = replace(answer(), text=bare.text, sentences=(bare,))
    bench.open(replace(full_encounter(), entries=(Question("q1", AT, "What?"), given)))
    bench.screen.handle("next-sentence")
    assert "Do not rely on it without checking." in words_in(bench.screen.evidence)


def test_the_patient_sees_the_sentence_and_nothing_else(bench: ScreenBench) -> None:
    bench.open(full_encounter())
    bench.screen.handle("next-sentence")
    assert bench.screen.handle("show-patient")
    view = next(w for w in QGuiApplication.instance().topLevelWidgets() if isinstance(w, PatientView))  # type: ignore[union-attr]
    assert view.words.accessibleName() == "The patient has had a cough for three days."
    assert view.windowTitle() == "Bedside"
    assert words_in(view) == ""
    bench.press("patient-ground", view)
    assert view.is_dark
    with bench.qtbot.waitSignal(view.closed):
        bench.qtbot.keyClick(view, Qt.Key.Key_Escape)


# --- speaking ------------------------------------------------------------------------------------------------------


def test_words_come_lighter_then_settle(bench: ScreenBench) -> None:
    bench.screen.new_encounter()
    bench.screen.handle("speak")
    bench.press("consent-agrees")
    bench.controller.book.finish()
    card = bench.dictations()[0]
    assert "Listening…" in words_in(card)
    job = bench.dictated().job
    bench.worker.emit(PartialWords(job, utterance("I have").words))
    assert card.text.toPlainText().endswith("I have")
    bench.worker.emit(PartialWords(job, utterance("I have had").words))
    assert card.text.toPlainText().count("I have") == 1
    bench.worker.emit(SettledUtterance(job, utterance("I have had a cough.")))
    assert card.text.toPlainText() == "0:00\tI have had a cough."
    bench.microphone.play(tone(0.5))
    bench.screen.handle("speak")
    bench.worker.emit(Done(job))
    bench.press("use-as-question", card)
    assert bench.screen.composer.field.toPlainText() == "I have had a cough."


def test_uncertain_words_are_marked_in_shape(bench: ScreenBench) -> None:
    bench.open(full_encounter())
    text = bench.dictations()[0].text
    cursor = text.document().find("Zovirax.")
    assert cursor.charFormat().underlineStyle() == cursor.charFormat().UnderlineStyle.DotLine
    cursor = text.document().find("metformin")
    assert cursor.charFormat().underlineStyle() == cursor.charFormat().UnderlineStyle.NoUnderline
    assert "Dotted words are uncertain" in words_in(bench.dictations()[0])


def test_words_that_look_like_markup_stay_words(bench: ScreenBench) -> None:
    spoken = "Hb <b>below</b> 7 &amp; 2*3*4 mg ![](file:///etc/passwd)"
    given = Sentence(spoken, Verdict.UNVERIFIED)
    entries = (
        replace(dictation(), utterances=(utterance(spoken),)),
        Question("q1", AT, spoken),
        replace(answer(), text=spoken, sentences=(given,)),
    )
    bench.open(replace(full_encounter(), entries=entries))
    assert spoken in bench.dictations()[0].text.toPlainText()
    assert bench.answers()[0].sentences.rows[0].words.text() == spoken
    labels = bench.screen.findChildren(QLabel)
    assert {label.textFormat() for label in labels if spoken in label.text()} == {Qt.TextFormat.PlainText}


def test_an_unfinished_recording_offers_the_rest(bench: ScreenBench) -> None:
    bench.open(replace(full_encounter(), entries=(dictation(finished=False),)))
    card = bench.dictations()[0]
    bench.press("recognise-rest", card)
    assert bench.transcribed().resume_s == 9.9
    assert "Stop recognising" in bench.button("stop-recognising", card).text()
    bench.worker.emit(RecognisedUpTo(bench.transcribed().job, 6.0, 12.0))
    bench.press("stop-recognising", card)
    assert bench.worker.sent[-1] == Cancel(bench.transcribed().job)


def test_a_press_on_a_time_plays_from_there(bench: ScreenBench) -> None:
    bench.open(full_encounter())
    text = bench.dictations()[0].text
    cursor = text.document().find("She")
    place = text.cursorRect(cursor).center()
    place.setX(6)
    bench.qtbot.mouseClick(text.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert bench.speaker.now_s == pytest.approx(7.9)
