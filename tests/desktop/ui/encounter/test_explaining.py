"""Why an answer: asked of the worker, shown on the picture and in the words, and taken away again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest
from PySide6.QtWidgets import QLabel

from desktop.record.encounter import AnswerStatus, Encounter, Sentence, Verdict
from desktop.ui import theme
from desktop.ui.viewer.panel import ViewerPanel
from desktop.worker.protocol import (
    AnswerExplained,
    Cancel,
    Done,
    Explain,
    ExplainedSoFar,
    Failed,
    FailureKind,
    PictureWeights,
    Stopped,
    WordWeight,
)
from tests.desktop.ui.accessibility import faults_of
from tests.fakes.encounters import answer, full_encounter

if TYPE_CHECKING:
    from tests.desktop.ui.encounter.conftest import ScreenBench

WHOLE = (0.0, 0.0, 1.0, 1.0)
ROWS = tuple(tuple(1.0 if (x, y) == (5, 2) else 0.0 for x in range(8)) for y in range(8))


def sent(bench: ScreenBench) -> Explain:
    return cast("Explain", bench.worker.sent_of(Explain)[-1])


def found(bench: ScreenBench) -> AnswerExplained:
    dictation = full_encounter().entries[0]
    first, second, *_ = dictation.utterances[0].words  # type: ignore[union-attr]  # the first entry is a dictation
    words = (WordWeight("Recording 1", first.start_s, 1.0), WordWeight("Recording 1", second.start_s, 0.05))
    return AnswerExplained(sent(bench).job, (PictureWeights("Image 1", ROWS, WHOLE, WHOLE),), words, 0.6, 0, 0.3, 0.1)


def words_of(bench: ScreenBench) -> str:
    labels = bench.answers()[0].findChildren(QLabel)
    return "\n".join(label.text() for label in labels if label.isVisibleTo(bench.screen))


def marked(bench: ScreenBench) -> list[str]:
    text = bench.dictations()[0].text
    return [selection.cursor.selectedText() for selection in text.extraSelections()]


def panel(bench: ScreenBench) -> ViewerPanel:
    return bench.screen.viewing.findChildren(ViewerPanel)[0]


def ask_why(bench: ScreenBench, encounter: Encounter | None = None) -> None:
    bench.open(encounter or full_encounter())
    bench.press("why-answer", bench.answers()[0])


def test_an_answer_is_explained_by_the_worker_with_all_that_it_was_asked_with(bench: ScreenBench) -> None:
    ask_why(bench)
    command = sent(bench)
    assert (command.question, command.answer) == ("What does the patient have?", answer().text)
    assert command.decoder == "smollm2-135m-instruct"
    assert [recording.label for recording in command.context.recordings] == ["Recording 1"]
    assert [picture.label for picture in command.context.pictures] == ["Image 1"]
    assert command.context.turns == ()
    bench.worker.emit(ExplainedSoFar(command.job, 0.3))
    assert "hangs on (30 %)" in words_of(bench)


def test_what_it_hangs_on_is_shown_on_the_picture_and_in_the_words(bench: ScreenBench) -> None:
    ask_why(bench)
    bench.worker.emit(found(bench))
    bench.worker.emit(Done(sent(bench).job))
    assert "pictures 60 %, words that were said 30 %, the question and the rest 10 %" in words_of(bench)
    assert marked(bench) == ["I"]  # the second word weighs too little
    assert theme.tokens().unverified.alpha() == 255  # the colours of the theme stay as they are
    view = panel(bench).panes[0].view
    bench.qtbot.waitUntil(lambda: view.picture is not None and view.weights is not None)
    assert view.weights == found(bench).pictures[0]
    assert panel(bench).panes[0].legend.isVisible()
    assert faults_of(bench.screen) == []


def test_it_is_hidden_again_with_the_same_button(bench: ScreenBench) -> None:
    ask_why(bench)
    bench.worker.emit(found(bench))
    bench.worker.emit(Done(sent(bench).job))
    assert bench.button("why-answer", bench.answers()[0]).text() == "Hide why"
    bench.press("why-answer", bench.answers()[0])
    assert marked(bench) == []
    assert panel(bench).panes[0].view.weights is None
    assert not panel(bench).panes[0].legend.isVisibleTo(bench.screen)
    assert "hangs on" not in words_of(bench)
    assert len(bench.worker.sent_of(Explain)) == 1


def test_weights_stay_with_the_frame_that_was_weighed(bench: ScreenBench) -> None:
    ask_why(bench)
    bench.worker.emit(found(bench))
    view = panel(bench).panes[0].view
    bench.qtbot.waitUntil(lambda: view.picture is not None)
    bench.screen.page.picture_opened.emit("Image 1")
    bench.qtbot.waitUntil(lambda: view.weights is not None)
    bench.controller.choose_frame("Image 1", 3)
    bench.screen.page.picture_opened.emit("Image 1")
    bench.qtbot.waitUntil(lambda: view.picture is not None)
    assert view.weights is None


def test_it_can_be_stopped(bench: ScreenBench) -> None:
    ask_why(bench)
    bench.press("why-answer", bench.answers()[0])
    assert bench.worker.sent[-1] == Cancel(sent(bench).job)
    bench.worker.emit(Stopped(sent(bench).job))
    assert bench.button("why-answer", bench.answers()[0]).text() == "Why"
    bench.worker.emit(found(bench))  # what comes too late is nobody's
    assert marked(bench) == []


def test_a_failure_is_one_sentence_and_it_can_be_tried_again(bench: ScreenBench) -> None:
    ask_why(bench)
    bench.worker.emit(Failed(sent(bench).job, FailureKind.MEMORY, "There was not enough memory."))
    assert "There was not enough memory." in words_of(bench)
    bench.press("why-answer", bench.answers()[0])
    assert len(bench.worker.sent_of(Explain)) == 2


def test_another_encounter_is_not_shown_what_was_found_about_this_one(bench: ScreenBench) -> None:
    ask_why(bench)
    job = sent(bench).job
    bench.screen.new_encounter()
    assert Cancel(job) in bench.worker.sent
    bench.screen.open_encounter(full_encounter().id)
    bench.settle()
    bench.worker.emit(replace(found(bench), job=job))
    assert marked(bench) == []


@pytest.mark.parametrize("why_not", ["withheld", "failed", "cancelled"])
def test_what_is_no_whole_answer_is_not_explained(bench: ScreenBench, why_not: str) -> None:
    said = answer()
    if why_not == "withheld":
        said = replace(said, sentences=(Sentence("", Verdict.WITHHELD),))
    else:
        said = replace(said, status=AnswerStatus(why_not))
    whole = full_encounter()
    bench.open(replace(whole, entries=(*whole.entries[:-1], said)))
    assert not bench.has_button("why-answer", bench.answers()[0])
