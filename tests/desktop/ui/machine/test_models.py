"""The catalogue on the page: states, progress, cancelling, errors and the way back from each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton

from desktop.ui.machine.catalogue import ModelState, parse_card
from desktop.ui.machine.shelf import Action, ModelShelf, Task, TaskEnd

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from tests.desktop.ui.machine.conftest import Bench

SMOLLM2, WHISPER, QWEN = "smollm2-135m-instruct", "whisper-base", "qwen2.5-coder-0.5b-instruct"


def click(qtbot: QtBot, bench: Bench, model_id: str, name: str) -> None:
    qtbot.mouseClick(bench.part(QPushButton, name, bench.page.models.row(model_id)), Qt.MouseButton.LeftButton)


def message(bench: Bench, model_id: str) -> str:
    return bench.part(QLabel, "model-message", bench.page.models.row(model_id)).text()


def offered(bench: Bench, model_id: str) -> set[str]:
    buttons = bench.page.models.row(model_id).findChildren(QPushButton)
    return {button.objectName() for button in buttons if not button.isHidden()}


def test_each_state_offers_what_helps(make: Callable[..., Bench]) -> None:
    bench = make(qwen="absent", whisper="damaged")
    assert offered(bench, SMOLLM2) == {"verify", "remove", "details"}
    assert offered(bench, WHISPER) == {"fetch", "remove", "details"}
    assert offered(bench, QWEN) == {"fetch", "details"}
    row = bench.page.models.row(WHISPER)
    assert bench.part(QLabel, "model-state", row).text() == "damaged"


def test_the_limits_of_a_model_are_one_press_away(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make()
    details = bench.part(QLabel, "model-details", bench.page.models.row(SMOLLM2))
    assert not details.isVisible()
    click(qtbot, bench, SMOLLM2, "details")
    assert details.isVisible()
    assert details.text() == "From: somewhere public\n• Small.\n• English only."


def test_fetching_shows_how_far_it_is_and_then_the_new_state(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make(qwen="absent")
    (bench.folder / "waits.txt").touch()
    bar = bench.page.models.row(QWEN).findChild(QProgressBar)
    click(qtbot, bench, QWEN, "fetch")
    qtbot.waitUntil(lambda: bar.value() == 500)
    assert bar.isVisible()
    assert offered(bench, QWEN) == {"cancel", "details"}
    assert message(bench, QWEN) == "Downloading: 46 MB of 92 MB"
    (bench.folder / "waits.txt").unlink()
    with qtbot.waitSignal(bench.page.shelf.cards_changed):
        click(qtbot, bench, QWEN, "cancel")
    with qtbot.waitSignal(bench.page.shelf.cards_changed):
        click(qtbot, bench, QWEN, "fetch")
    assert message(bench, QWEN) == "Fetched and ready."
    assert offered(bench, QWEN) == {"verify", "remove", "details"}


def test_cancelling_ends_the_process_and_says_that_nothing_is_lost(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make(qwen="absent")
    (bench.folder / "waits.txt").touch()
    with qtbot.waitSignal(bench.page.shelf.progressed):
        click(qtbot, bench, QWEN, "fetch")
    with qtbot.waitSignal(bench.page.shelf.cards_changed):
        click(qtbot, bench, QWEN, "cancel")
    assert message(bench, QWEN) == "Stopped. What is downloaded is kept: Fetch goes on from there."
    assert offered(bench, QWEN) == {"fetch", "details"}


def test_a_failure_is_said_in_its_own_sentence_and_can_be_tried_again(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make(qwen="absent")
    (bench.folder / "fails.txt").write_text("The package index could not be reached.")
    with qtbot.waitSignal(bench.page.shelf.cards_changed):
        click(qtbot, bench, QWEN, "fetch")
    assert message(bench, QWEN) == "The package index could not be reached."
    (bench.folder / "fails.txt").unlink()
    with qtbot.waitSignal(bench.page.shelf.cards_changed):
        click(qtbot, bench, QWEN, "fetch")
    assert message(bench, QWEN) == "Fetched and ready."


def test_removing_asks_first(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make()
    click(qtbot, bench, SMOLLM2, "remove")
    assert offered(bench, SMOLLM2) == {"remove-yes", "remove-no", "details"}
    assert message(bench, SMOLLM2).startswith("Remove SmolLM2 135M Instruct from this machine?")
    click(qtbot, bench, SMOLLM2, "remove-no")
    assert offered(bench, SMOLLM2) == {"verify", "remove", "details"}
    click(qtbot, bench, SMOLLM2, "remove")
    with qtbot.waitSignal(bench.page.shelf.cards_changed):
        click(qtbot, bench, SMOLLM2, "remove-yes")
    assert offered(bench, SMOLLM2) == {"fetch", "details"}


def test_what_is_asked_for_meanwhile_waits_its_turn(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make(qwen="absent", whisper="absent")
    click(qtbot, bench, QWEN, "fetch")
    click(qtbot, bench, WHISPER, "fetch")
    assert message(bench, WHISPER) == "Waits for the other models."
    ends: list[TaskEnd] = []
    bench.page.shelf.ended.connect(ends.append)
    qtbot.waitUntil(lambda: len(ends) == 2)
    assert [end.task for end in ends] == [Task(Action.FETCH, QWEN), Task(Action.FETCH, WHISPER)]


def test_a_waiting_task_can_be_taken_back(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make(qwen="absent", whisper="absent")
    click(qtbot, bench, QWEN, "fetch")
    click(qtbot, bench, WHISPER, "fetch")
    click(qtbot, bench, WHISPER, "cancel")
    with qtbot.waitSignal(bench.page.shelf.cards_changed):
        pass
    assert offered(bench, WHISPER) == {"fetch", "details"}


def test_a_list_that_cannot_be_read_is_said_and_can_be_read_again(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make(shown=False)
    program = bench.page.shelf._child.program
    bench.page.shelf._child.program = ("/no/such/program",)
    with qtbot.waitSignal(bench.page.shelf.ended):
        bench.page.show()
    assert "could not be read" in bench.part(QLabel, "models-note").text()
    bench.page.shelf._child.program = program
    with qtbot.waitSignal(bench.page.shelf.cards_changed):
        qtbot.mouseClick(bench.part(QPushButton, "models-again"), Qt.MouseButton.LeftButton)
    assert not bench.part(QLabel, "models-note").isVisible()


def test_closing_leaves_no_process(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make(qwen="absent")
    (bench.folder / "waits.txt").touch()
    with qtbot.waitSignal(bench.page.shelf.progressed):
        click(qtbot, bench, QWEN, "fetch")
    bench.page.shelf.close()
    assert bench.page.shelf.running is None
    assert psutil.Process().children() == []


def test_the_page_itself_reads_the_list_of_the_real_command_line(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEDSIDE_HOME", str(tmp_path))
    shelf = ModelShelf()
    with qtbot.waitSignal(shelf.cards_changed, timeout=60_000):
        shelf.refresh()
    decoder = shelf.cards[0]
    assert (decoder.id, decoder.state, decoder.projectors) == (SMOLLM2, ModelState.ABSENT, ("image",))
    assert decoder.default
    assert all(card.licence and card.source and card.purpose and card.limits for card in shelf.cards)


@pytest.mark.parametrize("line", [{}, {"id": "x"}, {"id": "x", "state": "unheard of"}])
def test_a_line_that_is_no_card_is_none(line: dict[str, object]) -> None:
    assert parse_card(line) is None
