"""The worker dies or misbehaves in every way during an answer; the window's side must outlive it and say why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psutil
import pytest

from desktop.worker.host import WorkerHost
from desktop.worker.protocol import AnswerPiece, Done, Failed, FailureKind
from desktop.worker.status import Cause, WorkerState
from tests.desktop.worker.hosts import QUICK, HeardHost, scripted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot


@pytest.fixture
def heard(request: pytest.FixtureRequest, qtbot: QtBot, tmp_path: Path) -> Iterator[HeardHost]:
    def count_oom_kills() -> int:
        return len(list(tmp_path.glob("oom-kill")))

    host = WorkerHost(program=scripted(request.param, tmp_path), patience=QUICK, count_oom_kills=count_oom_kills)
    yield HeardHost(host, qtbot)
    host.stop()
    host.deleteLater()


KILLS = [
    ("sigkill", Cause.KILLED, FailureKind.FAULT, "ended from outside Bedside (SIGKILL)"),
    ("out of kernel memory", Cause.MEMORY, FailureKind.MEMORY, "out of memory"),
    ("memory limit", Cause.MEMORY, FailureKind.MEMORY, "out of memory"),
    ("allocator", Cause.MEMORY, FailureKind.MEMORY, "out of memory"),
    ("sigsegv", Cause.CRASH, FailureKind.FAULT, "SIGSEGV"),
    ("sigabrt", Cause.CRASH, FailureKind.FAULT, "SIGABRT"),
    ("exits", Cause.CRASH, FailureKind.FAULT, "exit code 3"),
    ("hang", Cause.HANG, FailureKind.FAULT, "no longer responded"),
    ("garbage", Cause.PROTOCOL, FailureKind.FAULT, "cannot be understood"),
    ("long line", Cause.PROTOCOL, FailureKind.FAULT, "cannot be understood"),
    ("endless line", Cause.PROTOCOL, FailureKind.FAULT, "cannot be understood"),
    ("wrong version", Cause.PROTOCOL, FailureKind.FAULT, "cannot be understood"),
]


@pytest.mark.parametrize(("heard", "cause", "kind", "words"), KILLS, indirect=["heard"], ids=[k[0] for k in KILLS])
def test_a_death_during_an_answer_is_named_and_survived(
    heard: HeardHost, cause: Cause, kind: FailureKind, words: str
) -> None:
    heard.ask("a1")
    heard.wait_for_end("a1")
    heard.wait_for_state(WorkerState.READY)
    (end,) = heard.ends("a1")
    assert isinstance(end, Failed)
    assert end.kind is kind
    assert words in end.sentence
    assert "Nothing you did is lost" in end.sentence
    assert [e.text for e in heard.events if isinstance(e, AnswerPiece)] == ["It is", " late"]
    (crashed,) = [status for status in heard.statuses if status.state is WorkerState.CRASHED]
    assert (crashed.cause, crashed.reason) == (cause, end.sentence)
    assert heard.states[-3:] == [WorkerState.CRASHED, WorkerState.RESTARTING, WorkerState.READY]


@pytest.mark.parametrize("heard", ["sigsegv"], indirect=True)
def test_three_deaths_stop_the_loop_until_the_button_is_pressed(heard: HeardHost) -> None:
    for job in ("1", "2", "3"):
        heard.ask(job)
        heard.wait_for_end(job)
    heard.wait_for_state(WorkerState.DISABLED)
    assert "until you start them again" in heard.host.status.reason
    assert not psutil.Process().children()
    heard.ask("4")
    assert isinstance(heard.wait_for_end("4"), Failed)
    assert heard.host.status.state is WorkerState.DISABLED
    heard.host.start()
    assert heard.host.status.state is WorkerState.DISABLED
    heard.host.restart()
    heard.wait_for_state(WorkerState.READY)
    assert [len(heard.ends(job)) for job in "1234"] == [1, 1, 1, 1]


@pytest.mark.parametrize("heard", ["dies while loading"], indirect=True)
def test_a_death_while_loading_keeps_what_waits_until_it_is_hopeless(heard: HeardHost) -> None:
    heard.ask("1")
    heard.wait_for_state(WorkerState.DISABLED)
    assert isinstance(heard.wait_for_end("1"), Failed)
    assert heard.states.count(WorkerState.CRASHED) == 3


@pytest.mark.parametrize("heard", ["grandchild"], indirect=True)
def test_what_the_worker_started_goes_with_it(heard: HeardHost, tmp_path: Path, qtbot: QtBot) -> None:
    heard.ask("1")
    assert isinstance(heard.wait_for_end("1"), Done)
    pid = int((tmp_path / "grandchild.pid").read_text(encoding="ascii"))
    assert psutil.pid_exists(pid)
    heard.host.stop()
    qtbot.waitUntil(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    assert not psutil.Process().children()
