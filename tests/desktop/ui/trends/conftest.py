"""The encounter screen with encounters in its record, and a worker that mines by the real rules when it is told to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from desktop.record.encounter import Dictation, Encounter, RecordingSource
from desktop.ui.trends.value_row import ValueRow
from desktop.worker.mining import mined
from desktop.worker.mining_messages import MineValues
from desktop.worker.protocol import Done
from tests.desktop.ui.encounter.conftest import ScreenBench
from tests.fakes.encounters import utterance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from desktop.ui.trends.chart import TrendChart
    from desktop.ui.trends.panel import TrendsPanel


class TrendsBench(ScreenBench):
    """A doctor with three visits of one patient and one of another."""

    def __init__(self, folder: Path, qtbot: QtBot) -> None:
        super().__init__(folder, qtbot)
        self._told: set[str] = set()
        self.first = self.visit("Mr A., first", 3, "Blood pressure is 162/95. He weighs 92 kilograms.")
        self.second = self.visit("Mr A., second", 18, "Blood pressure is 148/90. Potassium 4.9.")
        self.third = self.visit("Mr A., third", 26, "His mother's blood pressure was 190/100. He weighs 90 kilograms.")
        self.stranger = self.visit("Mrs B.", 27, "Blood pressure is 120/70.")

    def visit(self, title: str, day: int, *sentences: str) -> Encounter:
        at = f"2026-03-{day:02d}T09:00:00.000+00:00"
        said = tuple(utterance(sentence, 3.0 + 10 * place) for place, sentence in enumerate(sentences))
        recording = Dictation("d1", at, "Recording 1", "recording-1.wav", RecordingSource.MICROPHONE, said, True, 60.0)
        made = replace(self.store.create(title), created=at, changed=at, entries=(recording,))
        self.store.save(made)
        return made

    @property
    def panel(self) -> TrendsPanel:
        return self.screen.trends.panel

    def charts(self) -> dict[str, TrendChart]:
        """Return the charts by what is charted."""
        return {chart.series.name: chart for chart in self.panel.charts}

    def said(self) -> list[str]:
        """Return what is said and not drawn."""
        return [row.point.value.said for row in self.panel.findChildren(ValueRow)]

    def show_trends(self, encounter: Encounter) -> None:
        """Open an encounter and its trends."""
        self.screen.open_encounter(encounter.id)
        self.screen.handle("trends")
        self.settle()

    def choose(self, encounter: Encounter) -> None:
        """Say that the encounter that is shown is of the same patient as this one."""
        self.press("same-patient")
        chooser = self.screen.trends.chooser
        chooser.view.clicked.emit(chooser.model.index(chooser.model.row_of(encounter.id)))
        self.settle()

    def mine(self) -> None:
        """Let the worker do what it was asked to."""
        self.screen.trends.mining._background.finish()
        while waiting := [command for command in self.worker.sent_of(MineValues) if command.job not in self._told]:
            for command in waiting:
                self._told.add(command.job)
                for event in mined(command):
                    self.worker.emit(event)
                self.worker.emit(Done(command.job))
        self.settle()

    def patients(self) -> dict[str, str]:
        """Return whose encounters the record holds."""
        return {summary.title: summary.patient for summary in self.store.summaries()}


@pytest.fixture
def bench(tmp_path: Path, qtbot: QtBot) -> Iterator[TrendsBench]:
    made = TrendsBench(tmp_path, qtbot)
    made.show()
    yield made
    made.screen.shut_down()
