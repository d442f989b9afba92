"""What the controller keeps: on a full disk, after deleting, and with damaged encounters."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication

from desktop.record.encounter import Answer, AnswerStatus
from desktop.worker.protocol import AnswerWhole, Cancel, Forget, Stopped
from tests.fakes.encounter_services import EncounterBench
from tests.fakes.failing_disk import FailAt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from desktop.ui.encounter.controller import EncounterController


@pytest.fixture
def bench(qapp: object, tmp_path: Path) -> Iterator[EncounterBench]:
    assert qapp is not None  # objects with signals need the application
    made = EncounterBench(tmp_path)
    yield made
    if made.controller:
        made.controller.shut_down()


@pytest.fixture
def controller(bench: EncounterBench) -> EncounterController:
    return bench.make_controller()


def test_a_full_disk_is_told_and_everything_is_saved_once_there_is_room(qtbot: QtBot, tmp_path: Path) -> None:
    disk = FailAt(None, errno.ENOSPC)
    bench = EncounterBench(tmp_path, disk)
    controller = bench.make_controller()
    controller.new()
    disk.left = 0
    with qtbot.waitSignal(controller.book.unsaved_changed) as told:
        controller.ask("What is it?")
    assert "Nothing is lost" in told.args[0]
    _let_saving_end(controller)  # question and answer are one writing or two, as the thread comes to it
    with qtbot.waitSignal(controller.book.unsaved_changed):
        bench.worker.emit(AnswerWhole(bench.asked().job, "A cough.", (), "smollm2", (), "end"))
    _let_saving_end(controller)
    disk.left = None
    with qtbot.waitSignal(controller.book.unsaved_changed) as told:
        controller.book.save_again()
    assert told.args == [""]
    answer = bench.on_disk().entries[1]
    assert isinstance(answer, Answer)
    assert answer.status is AnswerStatus.COMPLETE
    controller.shut_down()


def _let_saving_end(controller: EncounterController) -> None:
    controller.book.finish()
    QCoreApplication.processEvents()


def test_deleting_forgets_everywhere(bench: EncounterBench, controller: EncounterController) -> None:
    bench.worker.become_ready()
    controller.ask("What is it?")
    encounter = controller.encounter
    assert encounter is not None
    job = bench.asked().job
    controller.delete(encounter.id)
    assert controller.encounter is None
    assert Cancel(job) in bench.worker.sent
    assert Forget(encounter.id) in bench.worker.sent
    assert bench.store.summaries() == ()
    bench.worker.emit(Stopped(job))  # late: there is nothing to put it into
    controller.book.finish()
    assert bench.store.summaries() == ()


def test_a_title_is_kept(bench: EncounterBench, controller: EncounterController) -> None:
    controller.new()
    controller.book.rename("Bed 4")
    assert bench.on_disk().title == "Bed 4"


def test_a_damaged_encounter_is_not_opened(
    bench: EncounterBench, controller: EncounterController, qtbot: QtBot
) -> None:
    made = bench.store.create()
    (bench.folder / made.id / "encounter.json").write_text("{")
    with qtbot.waitSignal(controller.book.refused):
        controller.open(made.id)
    assert controller.encounter is None
