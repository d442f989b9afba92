"""Loading models anew when the window asks for other ones, with models that load nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from desktop.worker import workshop
from desktop.worker.protocol import Failed, FailureKind, Prepare, Ready
from desktop.worker.schedule import Schedule, Work
from desktop.worker.workshop import Workshop
from lm.errors import InvalidInput
from tests.fakes.loading_models import LoadingModels

if TYPE_CHECKING:
    from desktop.worker.protocol import Event
    from desktop.worker.schedule import Step


class Bench:
    """A workshop that is given one command after another."""

    def __init__(self) -> None:
        self.workshop = Workshop()
        self._schedule = Schedule(self.workshop.steps, lambda _event: None, self.workshop.explain)

    def prepare(self, decoder: str, device: str) -> list[Event | Step]:
        work = Work(Prepare(decoder, device), 0, self._schedule)  # type: ignore[arg-type] # the rank is the schedule's
        try:
            return [step for step in self.workshop.steps(work) if isinstance(step, Ready | Failed)]
        except InvalidInput as error:
            return [self.workshop.explain(error)]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    LoadingModels.made = []
    monkeypatch.setattr(workshop, "Models", LoadingModels)
    return Bench()


def ready(decoder: str, device: str) -> Ready:
    return Ready(decoder, device, "float32", sees=False, hears=False)


def test_another_device_loads_everything_anew_and_lets_go_of_the_old(bench: Bench) -> None:
    assert bench.prepare("one", "cpu") == [ready("one", "cpu")]
    assert bench.prepare("one", "meta") == [ready("one", "meta")]
    old, new = LoadingModels.made
    assert (old.device, new.device) == (torch.device("cpu"), torch.device("meta"))
    assert old.let_go_of
    assert not new.let_go_of


def test_another_decoder_on_the_same_device_leaves_the_encoders(bench: Bench) -> None:
    bench.prepare("one", "cpu")
    assert bench.prepare("two", "cpu") == [ready("two", "cpu")]
    assert len(LoadingModels.made) == 1


def test_a_device_that_is_not_there_is_told_and_what_is_loaded_stays(bench: Bench) -> None:
    bench.prepare("one", "cpu")
    (failed,) = bench.prepare("one", "absent")
    assert failed == Failed("", FailureKind.INPUT, "absent was asked for")
    assert bench.prepare("one", "cpu") == [ready("one", "cpu")]
    (loaded,) = LoadingModels.made
    assert not loaded.let_go_of
