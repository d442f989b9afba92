from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, get_args

import psutil
import pytest

from desktop.worker import host
from desktop.worker.host import WorkerHost
from desktop.worker.process import Patience, WorkerProgram
from desktop.worker.protocol import (
    COMMANDS,
    MAX_LINE_BYTES,
    AnswerWhole,
    Cancel,
    Done,
    Failed,
    FailureKind,
    FinishDictation,
    Prepare,
    Ready,
    Stopped,
)
from desktop.worker.status import Cause, WorkerState
from tests.desktop.worker.hosts import QUICK, FakeClock, HeardHost, ask, scripted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    MakeHost = Callable[..., HeardHost]


@pytest.fixture
def make(qtbot: QtBot) -> Iterator[MakeHost]:
    hosts: list[WorkerHost] = []

    def make_host(behaviour: str = "well", patience: Patience = QUICK, **rest: object) -> HeardHost:
        made = WorkerHost(**{"program": scripted(behaviour), "patience": patience, **rest})  # type: ignore[arg-type]
        hosts.append(made)
        return HeardHost(made, qtbot)

    yield make_host
    for made in hosts:
        made.stop()
        made.deleteLater()


def test_a_question_starts_the_worker_and_is_answered_once_it_is_ready(make: MakeHost) -> None:
    heard = make(prepare=Prepare("a-decoder"))
    assert heard.host.status.state is WorkerState.NOT_STARTED
    heard.ask("1")
    assert heard.host.status.state is WorkerState.STARTING
    assert isinstance(heard.wait_for_end("1"), Done)
    assert heard.states == [WorkerState.STARTING, WorkerState.READY, WorkerState.BUSY, WorkerState.READY]
    assert any((s.what, s.share) == ("the decoder", 0.5) for s in heard.statuses)
    assert [s.job for s in heard.statuses if s.state is WorkerState.BUSY] == ["1"]
    assert heard.host.ready == Ready("a-decoder", "cpu", "float32", sees=False, hears=False)
    assert heard.events[0] == heard.host.ready


def test_an_end_that_is_told_twice_is_passed_on_once(make: MakeHost) -> None:
    heard = make()
    heard.ask("1")
    heard.ask("2")
    heard.wait_for_end("2")
    assert [len(heard.ends(job)) for job in "12"] == [1, 1]
    assert sum(isinstance(event, AnswerWhole) for event in heard.events) == 2


def test_other_models_can_be_prepared_and_are_kept_for_the_next_start(make: MakeHost, qtbot: QtBot) -> None:
    heard = make()
    heard.host.start()
    heard.wait_for_state(WorkerState.READY)
    heard.host.send(Prepare("another"))
    qtbot.waitUntil(lambda: heard.host.ready is not None and heard.host.ready.decoder == "another")
    heard.wait_for_state(WorkerState.READY)
    heard.host.restart()
    heard.wait_for_state(WorkerState.READY)
    assert [event.decoder for event in heard.events if isinstance(event, Ready)][1:] == ["another", "another"]


def test_a_missing_model_is_told_and_what_waits_is_handed_on(make: MakeHost) -> None:
    heard = make("missing")
    heard.ask("1")
    heard.wait_for_end("1")
    failed = heard.events[0]
    assert isinstance(failed, Failed)
    assert (failed.job, failed.kind) == ("", FailureKind.MISSING)
    assert heard.host.ready is None
    assert heard.host.status.reason == failed.sentence


def test_cancelling_shows_at_once_and_ends_in_stopped(make: MakeHost) -> None:
    heard = make("cancellable")
    heard.ask("1")
    heard.wait_for_state(WorkerState.BUSY)
    heard.host.send(Cancel("1"))
    assert (heard.host.status.state, heard.host.status.job) == (WorkerState.CANCELLING, "1")
    assert heard.wait_for_end("1") == Stopped("1")
    heard.wait_for_state(WorkerState.READY)
    assert WorkerState.RESTARTING not in heard.states


@pytest.mark.parametrize("behaviour", ["deaf", "stubborn"])
def test_a_worker_that_does_not_heed_is_ended_and_that_is_no_crash(make: MakeHost, behaviour: str) -> None:
    heard = make(behaviour)
    heard.ask("1")
    heard.ask("2")
    heard.wait_for_state(WorkerState.BUSY)
    heard.host.cancel("1")
    assert heard.wait_for_end("1") == Stopped("1")
    assert isinstance(heard.wait_for_end("2"), Failed)
    heard.wait_for_state(WorkerState.READY)
    assert WorkerState.CRASHED not in heard.states
    assert WorkerState.RESTARTING in heard.states


def test_a_worker_gets_its_time_before_it_is_ended(make: MakeHost) -> None:
    clock = FakeClock()
    heard = make("stubborn", patience=Patience(restart_s=0.05), clock=clock)
    heard.ask("1")
    heard.wait_for_state(WorkerState.BUSY)
    heard.host.cancel("1")
    clock.now_s = 4.9
    with pytest.raises(Exception, match="waitUntil timed out"):
        heard.qtbot.waitUntil(lambda: bool(heard.ends("1")), timeout=400)
    clock.now_s = 5.1
    assert heard.wait_for_end("1") == Stopped("1")


def test_what_waits_in_the_queue_is_cancelled_without_the_worker(make: MakeHost) -> None:
    heard = make()
    heard.ask("1")
    heard.host.cancel("1")
    assert heard.ends("1") == [Stopped("1")]
    heard.ask("2")
    assert isinstance(heard.wait_for_end("2"), Done)
    assert len(heard.ends("1")) == 1


def test_a_cancel_for_nothing_and_the_end_of_a_lost_dictation_do_nothing(make: MakeHost) -> None:
    heard = make()
    heard.host.cancel("no such job")
    heard.host.send(FinishDictation("no such job"))
    assert heard.host.status.state is WorkerState.NOT_STARTED
    assert not heard.events


def test_crashes_far_apart_do_not_stop_it(make: MakeHost) -> None:
    clock = FakeClock()
    heard = make("sigsegv", clock=clock)
    for job in ("1", "2", "3", "4"):
        heard.ask(job)
        heard.wait_for_end(job)
        clock.now_s += 301.0
    heard.wait_for_state(WorkerState.READY)
    assert WorkerState.DISABLED not in heard.states


def test_a_question_that_is_too_long_for_the_line_fails_and_harms_nothing(make: MakeHost) -> None:
    heard = make()
    heard.host.send(ask("1", "x" * MAX_LINE_BYTES))
    heard.ask("2")
    end = heard.wait_for_end("1")
    assert isinstance(end, Failed)
    assert end.kind is FailureKind.INPUT
    assert isinstance(heard.wait_for_end("2"), Done)


def test_a_program_that_is_not_there_is_told(make: MakeHost) -> None:
    heard = make(program=WorkerProgram("/no/such/program", ()))
    heard.ask("1")
    heard.wait_for_state(WorkerState.DISABLED)
    assert isinstance(heard.wait_for_end("1"), Failed)
    assert heard.host.status.cause is Cause.NO_START
    assert "cannot be started" in heard.host.status.reason


def test_stopping_ends_what_runs_and_leaves_no_process(make: MakeHost) -> None:
    heard = make("stubborn", patience=Patience(stop_s=0.2))
    heard.ask("1")
    heard.wait_for_state(WorkerState.BUSY)
    heard.host.stop()
    assert isinstance(heard.wait_for_end("1"), Failed)
    assert heard.host.status.state is WorkerState.NOT_STARTED
    assert heard.host.ready is None
    assert not psutil.Process().children()
    heard.host.stop()


def test_a_job_that_asks_again_when_it_fails_is_served_by_the_next_process(make: MakeHost) -> None:
    heard = make("sigsegv")

    def ask_again(event: object) -> None:
        if isinstance(event, Failed) and event.job == "1":
            heard.ask("2")

    heard.host.event_received.connect(ask_again)
    heard.ask("1")
    heard.wait_for_end("2")
    assert len(heard.ends("1")) == 1


def test_the_last_words_of_a_dead_process_are_kept(make: MakeHost) -> None:
    heard = make("allocator")
    heard.ask("1")
    heard.wait_for_end("1")
    assert any("bad_alloc" in line for line in heard.host.last_words)


def test_loading_for_one_job_is_shown_until_the_job_goes_on(make: MakeHost) -> None:
    heard = make("loads in vain")
    heard.ask("1")
    heard.wait_for_end("1")
    heard.wait_for_state(WorkerState.READY)
    loading = [status for status in heard.statuses if status.state is WorkerState.BUSY and status.what]
    assert loading
    assert loading[0].job == "1"
    assert (heard.host.status.what, heard.host.status.share) == ("", 0.0)


def test_every_command_with_a_job_of_its_own_is_followed_to_its_end() -> None:
    with_job = {kind for kind in COMMANDS.values() if "job" in {field.name for field in fields(kind)}}
    assert set(get_args(host._JOBS)) == with_job - {Cancel, FinishDictation}
