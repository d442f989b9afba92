"""The doctor says who is the same patient, sees the values of that patient alone, and takes back what was wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QLabel

from desktop.record.encounter import Question
from desktop.ui import theme, translation
from desktop.ui.trends.value_row import FellowRow
from desktop.ui.trends.wording import NAMES
from desktop.worker.mining_messages import MineValues
from desktop.worker.protocol import Cancel, Failed, FailureKind
from lm.clinical.measures import MEASURES
from tests.desktop.ui.accessibility import clipped_texts, faults_of
from tests.fakes.encounters import full_encounter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.desktop.ui.trends.conftest import TrendsBench


def words_in(widget: object) -> str:
    labels = widget.findChildren(QLabel)  # type: ignore[attr-defined]  # any widget
    return "\n".join(label.text() for label in labels if label.isVisibleTo(widget))


# --- who is the same patient ----------------------------------------------------------------------------------------


def test_the_program_puts_nothing_together_by_itself(bench: TrendsBench) -> None:
    """Neither the same title, nor the same words, nor opening, searching, or showing the trends makes a patient."""
    again = bench.visit("Mr A., third", 28, "His mother's blood pressure was 190/100. He weighs 90 kilograms.")
    for encounter in (bench.third, again, bench.stranger):
        bench.show_trends(encounter)
        bench.mine()
        bench.press("same-patient")
        assert not bench.screen.trends.chooser.view.currentIndex().isValid()
        bench.press("leave-chooser")
        assert bench.charts() == {}
    assert set(bench.patients().values()) == {""}
    assert bench.worker.sent_of(MineValues) == []


def test_one_choice_puts_two_encounters_together_and_draws_their_values(bench: TrendsBench) -> None:
    bench.show_trends(bench.second)
    bench.choose(bench.first)
    bench.mine()
    assert list(bench.charts()) == ["blood pressure"]
    assert [point.numbers for point in bench.charts()["blood pressure"].series.points] == [(162, 95), (148, 90)]
    assert bench.said() == ["4.9 mmol/L", "92 kg"]
    patients = bench.patients()
    assert patients["Mr A., first"] == patients["Mr A., second"] != ""
    assert patients["Mr A., third"] == patients["Mrs B."] == ""


def test_taking_it_back_removes_the_charts_and_the_id(bench: TrendsBench) -> None:
    bench.show_trends(bench.second)
    bench.choose(bench.first)
    bench.mine()
    assert bench.charts()
    bench.press("take-out")
    assert bench.charts() == {}
    assert bench.said() == []
    assert bench.patients()["Mr A., second"] == ""
    bench.show_trends(bench.first)
    bench.mine()
    assert bench.charts() == {}


def test_one_of_several_can_be_taken_out_and_the_others_stay(bench: TrendsBench) -> None:
    bench.show_trends(bench.third)
    for other in (bench.first, bench.stranger):
        bench.choose(other)
    bench.mine()
    assert [point.numbers for point in bench.charts()["blood pressure"].series.points] == [(162, 95), (120, 70)]
    (wrong,) = (row for row in bench.panel.findChildren(FellowRow) if "Mrs B." in words_in(row))
    bench.press("take-out-fellow", wrong)
    bench.mine()
    assert list(bench.charts()) == ["weight"]
    assert bench.patients()["Mrs B."] == ""
    assert bench.patients()["Mr A., first"] == bench.patients()["Mr A., third"] != ""


def test_two_patients_are_not_joined_and_that_is_said(bench: TrendsBench) -> None:
    other = bench.visit("Mrs B., again", 28, "Pulse 70.")
    for one, two in ((bench.first, bench.second), (bench.stranger, other)):
        bench.show_trends(one)
        bench.choose(two)
    before = bench.patients()
    bench.choose(bench.first)
    assert "of different patients" in bench.screen.page.notice.text
    assert bench.patients() == before


def test_the_choice_is_searched_and_left_with_esc(bench: TrendsBench) -> None:
    bench.show_trends(bench.first)
    bench.press("same-patient")
    chooser = bench.screen.trends.chooser
    assert chooser.search.hasFocus()
    chooser.search.setText("potassium")
    bench.qtbot.waitUntil(lambda: chooser.model.rowCount() == 1)
    assert chooser.model.index(0).data() == "Mr A., second"
    assert bench.screen.handle("cancel")
    assert bench.screen.trends.currentWidget() is bench.panel
    assert bench.screen.handle("cancel")
    assert not bench.panel.isVisibleTo(bench.screen)


def test_the_sample_and_the_encounter_itself_are_not_offered(bench: TrendsBench) -> None:
    bench.store.create("", sample=True)
    bench.show_trends(bench.first)
    bench.press("same-patient")
    model = bench.screen.trends.chooser.model
    assert [model.index(row).data() for row in range(model.rowCount())] == ["Mrs B.", "Mr A., third", "Mr A., second"]


def test_what_cannot_be_kept_is_said_and_nothing_is_drawn(bench: TrendsBench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.show_trends(bench.first)
    monkeypatch.setattr(bench.screen.controller.book, "keep_now", lambda _encounters: False)
    bench.choose(bench.second)
    bench.mine()
    assert bench.charts() == {}
    assert set(bench.patients().values()) == {""}


def test_an_encounter_that_is_deleted_leaves_the_others_together(bench: TrendsBench) -> None:
    bench.show_trends(bench.third)
    for other in (bench.first, bench.second):
        bench.choose(other)
    assert len(bench.panel.findChildren(FellowRow)) == 2
    bench.screen.controller.delete(bench.second.id)
    bench.mine()
    assert len(bench.panel.findChildren(FellowRow)) == 1
    assert list(bench.charts()) == ["weight"]


# --- values ---------------------------------------------------------------------------------------------------------


def test_what_is_somebody_elses_is_said_and_not_drawn(bench: TrendsBench) -> None:
    bench.show_trends(bench.third)
    bench.choose(bench.first)
    bench.mine()
    assert "190/100 mmHg" in bench.said()
    assert "somebody else's" in words_in(bench.panel)
    assert all(point.numbers != (190, 100) for chart in bench.panel.charts for point in chart.series.points)


def test_a_value_opens_its_encounter_at_the_sentence(bench: TrendsBench) -> None:
    bench.show_trends(bench.second)
    bench.choose(bench.first)
    bench.mine()
    chart = bench.charts()["blood pressure"]
    place = chart.place_of(chart.series.points[0], 162).toPoint() + QPoint(2, 3)
    bench.qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=place)
    bench.settle()
    assert bench.screen.controller.encounter.id == bench.first.id
    sentence = bench.screen.evidence.sentence
    assert sentence.text == "Blood pressure, 162/95 mmHg"
    assert sentence.citations[0].quote == "Blood pressure is 162/95."
    assert bench.has_button("open-source", bench.screen.evidence)


def test_what_was_typed_is_a_source_too(bench: TrendsBench) -> None:
    typed = Question("q1", bench.second.created, "He weighs 91 kilograms. Is that too much?")
    bench.store.save(replace(bench.second, entries=(*bench.second.entries, typed)))
    bench.show_trends(bench.second)
    bench.choose(bench.first)
    bench.mine()
    chart = bench.charts()["weight"]
    assert [point.entry_id for point in chart.series.points] == ["d1", "q1"]
    chart.opened.emit(chart.series.points[1])
    bench.settle()
    assert "He weighs 91 kilograms." in words_in(bench.screen.evidence)


def test_reading_goes_one_by_one_says_how_far_and_is_stopped(bench: TrendsBench) -> None:
    bench.show_trends(bench.second)
    bench.choose(bench.first)
    bench.screen.trends.mining._background.finish()
    assert "Reading the encounters: 1 of 2…" in words_in(bench.panel)
    (command,) = bench.worker.sent_of(MineValues)
    bench.press("stop-mining")
    assert bench.worker.sent[-1] == Cancel(command.job)
    assert "Stopped. No value was read." in words_in(bench.panel)
    bench.press("mine-again")
    bench.mine()
    assert list(bench.charts()) == ["blood pressure"]


def test_a_failure_is_said_and_can_be_tried_again(bench: TrendsBench) -> None:
    bench.show_trends(bench.second)
    bench.choose(bench.first)
    bench.screen.trends.mining._background.finish()
    (command,) = bench.worker.sent_of(MineValues)
    bench.worker.emit(Failed(command.job, FailureKind.FAULT, "The models stopped."))
    assert "The models stopped." in words_in(bench.panel)
    assert bench.charts() == {}
    bench.press("mine-again")
    bench.mine()
    assert bench.charts()


def test_what_was_read_is_not_read_again_until_it_changes(bench: TrendsBench) -> None:
    bench.show_trends(bench.second)
    bench.choose(bench.first)
    bench.mine()
    bench.screen.handle("trends")
    bench.show_trends(bench.second)
    bench.mine()
    assert len(bench.worker.sent_of(MineValues)) == 2
    assert bench.charts()
    bench.screen.controller.book.put(bench.second.id, Question("q1", bench.second.created, "He weighs 91 kg."))
    bench.screen.handle("trends")
    bench.show_trends(bench.second)
    bench.mine()
    assert len(bench.worker.sent_of(MineValues)) == 3
    assert "weight" in bench.charts()


def test_what_comes_after_another_encounter_was_opened_is_not_shown(bench: TrendsBench) -> None:
    bench.show_trends(bench.second)
    bench.choose(bench.first)
    bench.screen.open_encounter(bench.stranger.id)
    bench.mine()
    bench.show_trends(bench.stranger)
    bench.mine()
    assert bench.charts() == {}


def test_other_languages_are_said_to_be_missing(bench: TrendsBench) -> None:
    (recording,) = bench.second.entries
    german = tuple(replace(said, language="de") for said in recording.utterances)  # type: ignore[union-attr]
    bench.store.save(replace(bench.second, entries=(replace(recording, utterances=german),)))  # type: ignore[type-var]
    bench.show_trends(bench.second)
    bench.choose(bench.first)
    bench.mine()
    assert "The rules read English" in words_in(bench.panel)


def test_every_measure_has_a_name_in_the_window() -> None:
    assert set(NAMES) >= {measure.name for measure in MEASURES if measure.high > 0}


# --- for everyone ---------------------------------------------------------------------------------------------------


@pytest.fixture
def drawn(bench: TrendsBench) -> Iterator[TrendsBench]:
    bench.show_trends(bench.third)
    for other in (bench.first, bench.second):
        bench.choose(other)
    bench.mine()
    yield bench
    translation.use_language(QApplication.instance(), "en")


def test_a_screen_reader_hears_every_value_and_the_chosen_one(drawn: TrendsBench) -> None:
    chart = drawn.charts()["weight"]
    interface = QAccessible.queryAccessibleInterface(chart)
    name = interface.text(QAccessible.Text.Name)
    assert name.startswith("Weight, kg. 2 values: 92 kg on 3 Mar 2026")
    assert "90 kg on 26 Mar 2026" in name
    chart.setFocus()
    drawn.qtbot.keyClick(chart, Qt.Key.Key_Home)
    assert interface.text(QAccessible.Text.Description).startswith("92 kg on 3 Mar 2026")
    drawn.qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert interface.text(QAccessible.Text.Description).startswith("90 kg on 26 Mar 2026")
    with drawn.qtbot.waitSignal(chart.opened) as opened:
        drawn.qtbot.keyClick(chart, Qt.Key.Key_Return)
    assert opened.args[0].numbers == (90.0,)


def test_points_stand_where_their_time_and_value_are(drawn: TrendsBench) -> None:
    chart = drawn.charts()["blood pressure"]
    (first, second) = chart.series.points
    early, late = chart.place_of(first, 162), chart.place_of(second, 148)
    weights = drawn.charts()["weight"]
    assert early.x() < late.x() < weights.place_of(weights.series.points[1], 90).x()
    assert early.y() < late.y()


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize(("name", "scale"), [("light", 100), ("dark", 200), ("high-contrast", 200)])
def test_it_can_be_used_by_everyone(
    drawn: TrendsBench, qapp: QApplication, language: str, name: str, scale: int
) -> None:
    theme.apply(qapp, name, scale)
    translation.use_language(qapp, language)
    drawn.settle()
    assert faults_of(drawn.screen) == []
    assert clipped_texts(drawn.panel) == []
    page = drawn.panel.widget()
    assert page.width() <= drawn.panel.viewport().width()
    drawn.press("same-patient")
    assert faults_of(drawn.screen) == []


def test_trends_need_an_encounter(bench: TrendsBench) -> None:
    assert not bench.screen.handle("trends")
    bench.open(full_encounter())
    bench.press("show-trends")
    assert bench.panel.isVisibleTo(bench.screen)
    bench.press("close-trends")
    assert not bench.panel.isVisibleTo(bench.screen)
