"""Work in the background, also where a fault of ours ends it: it is told, and what comes after it is done."""

from __future__ import annotations

import threading

import pytest

from desktop.ui.encounter.background import Background


class Told:
    def __init__(self) -> None:
        self.done: list[object] = []
        self.failed: list[str] = []


@pytest.mark.usefixtures("qapp")
def test_a_fault_of_ours_is_told_and_the_work_behind_it_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    faults: list[type[BaseException]] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: faults.append(args.exc_type))
    background, told, may_fail = Background(), Told(), threading.Event()

    def fail() -> None:
        may_fail.wait(10)
        raise ZeroDivisionError

    background.run(fail, told.done.append, told.failed.append)
    background.run(lambda: "behind it", told.done.append, told.failed.append)
    may_fail.set()
    background.finish()
    assert told.done == ["behind it"]
    assert ["went wrong inside Bedside" in sentence for sentence in told.failed] == [True]
    assert faults == [ZeroDivisionError]
