from __future__ import annotations

import gc
import threading
import weakref
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject

from desktop.ui.collecting import Collecting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication


class Knot(QObject):
    """Holds itself, as a widget does whose signal is connected to a function that knows it."""

    def __init__(self) -> None:
        super().__init__()
        self.itself = self


@pytest.fixture
def collecting(qapp: QApplication) -> Iterator[Collecting]:
    gc.enable()
    made = Collecting(qapp)
    yield made
    made.stop()
    made.deleteLater()
    gc.disable()


def allocate_much() -> None:
    """Pass the threshold of every generation many times."""
    for _ in range(gc.get_threshold()[0]):
        [[] for _ in range(200)]
    kept = [[] for _ in range(100_000)]
    del kept


@pytest.mark.usefixtures("collecting")
def test_no_other_thread_takes_a_widget_apart() -> None:
    gone = threading.Event()
    knot = Knot()
    weakref.finalize(knot, gone.set)
    del knot
    thread = threading.Thread(target=allocate_much)
    thread.start()
    thread.join()
    assert not gone.is_set()


def test_the_window_s_thread_does(collecting: Collecting) -> None:
    knot = Knot()
    gone = weakref.ref(knot)
    del knot
    kept = [[] for _ in range(gc.get_threshold()[0] + 1)]
    collecting.collect_what_is_due()
    assert gone() is None
    assert len(kept) > gc.get_threshold()[0]


def test_nothing_is_collected_where_nothing_is_due(collecting: Collecting) -> None:
    gc.collect()
    knot = Knot()
    gone = weakref.ref(knot)
    del knot
    collecting.collect_what_is_due()
    assert gone() is not None


def test_python_collects_again_afterwards(collecting: Collecting) -> None:
    assert not gc.isenabled()
    collecting.stop()
    assert gc.isenabled()
