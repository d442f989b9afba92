"""Long encounters on the screen: they open at once, and nothing that is being read moves."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from desktop.record.encounter import Encounter, Question
from desktop.worker.protocol import (
    AnswerPiece,
    AnswerWhole,
)
from tests.fakes.encounters import AT, ENCOUNTER_ID, answer, dictation, utterance

if TYPE_CHECKING:
    from tests.desktop.ui.encounter.conftest import ScreenBench

TEXT = "The patient has had a cough for three days. The film shows no consolidation."


def whole(bench: ScreenBench) -> AnswerWhole:
    return AnswerWhole(bench.asked().job, TEXT, answer().sentences, "smollm2", answer().used, "end", 0.4, 2.1, 20)


def long_encounter() -> Encounter:
    entries: list[object] = [replace(dictation(), utterances=tuple(utterance("and so on " * 4, s) for s in range(170)))]
    for number in range(250):
        question = Question(f"q{number}", AT, f"Question {number}?")
        entries += [question, answer(f"a{number}", question.id)]
    return Encounter(ENCOUNTER_ID, "Long", AT, AT, tuple(entries))  # type: ignore[arg-type]  # entries of every kind


def test_a_long_encounter_opens_at_its_end_at_once(bench: ScreenBench) -> None:
    (bench.folder / ENCOUNTER_ID).mkdir(parents=True)
    bench.store.save(long_encounter())
    began = time.thread_time()  # what the window itself takes, whatever else the machine does
    bench.screen.open_encounter(ENCOUNTER_ID)
    assert time.thread_time() - began < 0.3
    bench.settle()
    timeline = bench.screen.page.timeline
    assert timeline.follows
    assert len(timeline.cards()) < 40


def test_earlier_cards_come_without_moving_what_is_read(bench: ScreenBench) -> None:
    bench.open(long_encounter())
    timeline = bench.screen.page.timeline
    bar = timeline.verticalScrollBar()
    first = timeline.cards()[0]
    before = first.y() - 100
    bar.setValue(100)
    assert first.mapTo(timeline.viewport(), first.rect().topLeft()).y() == before
    bench.settle()
    assert timeline.cards()[0] is not first
    assert first.mapTo(timeline.viewport(), first.rect().topLeft()).y() == before


def test_new_text_never_moves_what_is_read(bench: ScreenBench) -> None:
    bench.open(long_encounter())
    timeline = bench.screen.page.timeline
    bench.ask("And now?")
    bench.settle()
    assert timeline.follows
    timeline.verticalScrollBar().setValue(timeline.verticalScrollBar().maximum() - 300)
    bench.settle()
    top = timeline.verticalScrollBar().value()
    read = next(card for card in timeline.cards() if card.geometry().bottom() > top)
    place = read.mapTo(timeline.viewport(), read.rect().topLeft()).y()
    for _ in range(12):
        bench.worker.emit(AnswerPiece(bench.asked().job, "One more sentence of the answer. "))
    bench.qtbot.waitUntil(lambda: bench.has_button("new-text-below"), timeout=2_000)
    assert read.mapTo(timeline.viewport(), read.rect().topLeft()).y() == place
    bench.press("new-text-below")
    assert timeline.follows
    bench.worker.emit(whole(bench))
    bench.settle()
    assert timeline.verticalScrollBar().value() == timeline.verticalScrollBar().maximum()
