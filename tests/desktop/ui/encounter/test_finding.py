"""Search by words and meaning as the list shows it, and the vectors that are made while the models are free."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from desktop.record.encounter import Question
from desktop.worker.protocol import Done, Embed, Embedded
from desktop.worker.status import WorkerState, WorkerStatus
from tests.fakes.encounters import AT

if TYPE_CHECKING:
    from tests.desktop.ui.encounter.conftest import ScreenBench

SAID = "She is short of breath."


def coded(*numbers: float) -> str:
    return base64.b64encode(np.array(numbers, "<f2").tobytes()).decode("ascii")


def embed(bench: ScreenBench) -> Embed:
    return cast("Embed", bench.worker.sent_of(Embed)[-1])


def answer(bench: ScreenBench, *vectors: str) -> None:
    job = embed(bench).job
    bench.worker.emit(Embedded(job, "w" if vectors else "", vectors))
    bench.worker.emit(Done(job))
    settle(bench)


def settle(bench: ScreenBench) -> None:
    bench.controller.book.finish()
    bench.screen.finding._background.finish()


@pytest.fixture
def said(bench: ScreenBench) -> ScreenBench:
    """One encounter whose meaning was made."""
    bench.worker.become_ready()
    made = bench.controller.book.new("bed 1")
    assert made is not None
    bench.controller.book.put(made.id, Question("q" * 32, AT, SAID))
    settle(bench)
    finding = bench.screen.finding
    finding._quiet.stop()
    finding._go_on()
    settle(bench)
    return bench


def search(bench: ScreenBench, text: str) -> None:
    bench.screen.listing.search.setText(text)
    bench.screen.listing.search_changed.emit(text)
    settle(bench)


def shown(bench: ScreenBench) -> list[str]:
    model = bench.screen.listing.model
    return [row.excerpt for row in model._rows]


def how(bench: ScreenBench) -> str:
    return bench.screen.listing._how.text() if bench.screen.listing._how.isVisibleTo(bench.screen) else ""


def test_an_encounter_is_found_by_what_it_means(said: ScreenBench) -> None:
    assert embed(said).texts == ("bed 1", SAID)
    answer(said, coded(0, 1), coded(1, 0))
    search(said, "dyspnoea")
    assert shown(said) == []
    assert embed(said).texts == ("dyspnoea",)
    answer(said, coded(1, 0))
    assert shown(said) == [SAID]
    assert how(said) == ""


def test_what_is_kept_is_not_made_again(said: ScreenBench) -> None:
    answer(said, coded(0, 1), coded(1, 0))
    sent = len(said.worker.sent_of(Embed))
    encounter = said.controller.encounter
    assert encounter is not None
    said.controller.book.save(encounter.id)
    settle(said)
    said.screen.finding._quiet.stop()
    said.screen.finding._go_on()
    settle(said)
    assert len(said.worker.sent_of(Embed)) == sent


def test_without_the_encoder_words_alone_are_searched_and_that_is_said(said: ScreenBench) -> None:
    answer(said)
    search(said, "breath")
    assert shown(said) == [SAID]
    assert "the text encoder is not on this machine" in how(said)
    assert len(said.worker.sent_of(Embed)) == 1
    search(said, "")
    assert how(said) == ""


def test_while_the_models_are_busy_nothing_is_sent_to_them(bench: ScreenBench) -> None:
    bench.worker.set_status(WorkerStatus(WorkerState.BUSY, job="j"))
    search(bench, "breath")
    assert bench.worker.sent_of(Embed) == []
    assert "words alone while the models are busy" in how(bench)


def test_an_answer_to_an_earlier_search_is_not_shown(said: ScreenBench) -> None:
    answer(said, coded(0, 1), coded(1, 0))
    search(said, "dyspnoea")
    late = embed(said).job
    search(said, "knee")
    said.worker.emit(Embedded(late, "w", (coded(1, 0),)))
    settle(said)
    assert shown(said) == []
