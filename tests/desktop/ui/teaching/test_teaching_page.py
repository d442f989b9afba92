"""The page to learn on as a doctor uses it: with the keyboard alone, and every answer is kept at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QRadioButton

from desktop.record.encounter import Section, Sentence, Verdict, Writing, WritingForm
from desktop.record.repetition import Memory
from desktop.ui import theme
from desktop.ui.teaching.course import Course, Stage
from desktop.ui.teaching.page import TeachingPage
from desktop.worker.protocol import Cancel, Done, Failed, FailureKind, Stopped, Taught, Teach
from tests.desktop.ui.accessibility import clipped_texts, faults_of
from tests.fakes.encounter_services import EncounterBench
from tests.fakes.study_items import CASE, GAP, ITEMS, MEANING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

TODAY = date(2026, 3, 1)


class PageBench(EncounterBench):
    """The page, and hands for it."""

    def __init__(self, folder: Path, qtbot: QtBot) -> None:
        super().__init__(folder)
        self.qtbot = qtbot
        self.page = TeachingPage(self.services, course=Course(self.services, today=lambda: TODAY))
        self.course = self.page.course
        self.page.resize(1000, 700)
        qtbot.addWidget(self.page)
        self.page.show()
        self.page.activateWindow()
        qtbot.waitUntil(self.page.isActiveWindow)
        self.settle()

    def settle(self) -> None:
        """Wait for the record."""
        self.course._background.finish()
        QApplication.processEvents()

    def asked(self) -> Teach:
        """Return what was asked of the worker last."""
        return cast("Teach", self.worker.sent_of(Teach)[-1])

    def begin(self, *items: object) -> None:
        """Press Return and let the worker find items."""
        self.key(Qt.Key.Key_Return)
        self.settle()
        job = self.asked().job
        self.worker.emit(Taught(job, cast("tuple", items or ITEMS)))
        self.worker.emit(Done(job))
        QApplication.processEvents()

    def key(self, key: Qt.Key) -> None:
        """Press a key where the keyboard is."""
        QTest.keyClick(self.page.focusWidget() or self.page, key)

    def type(self, text: str) -> None:
        """Type into the field that has the keyboard."""
        QTest.keyClicks(self.page.focusWidget(), text)

    def words(self) -> str:
        """Everything that is shown."""
        found = [*self.page.findChildren(QLabel), *self.page.findChildren(QAbstractButton)]
        return "\n".join(one.text() for one in found if one.isVisibleTo(self.page))

    def kept(self) -> dict[str, Memory]:
        """Return what another start of the window finds."""
        self.settle()
        return self.store.study()


@pytest.fixture
def bench(tmp_path: Path, qtbot: QtBot, qapp: QApplication) -> Iterator[PageBench]:
    theme.apply(qapp, "light", 100)
    made = PageBench(tmp_path, qtbot)
    yield made
    made.page.leave()


def test_an_answer_is_chosen_by_its_number_and_explained_with_its_source(bench: PageBench) -> None:
    bench.begin()
    assert "Question 1 of 3" in bench.words()
    assert MEANING.told in bench.words()
    bench.key(Qt.Key.Key_4)
    assert "Right" in bench.words()
    assert MEANING.explanation in bench.words()
    assert "Human Phenotype Ontology" in bench.words()
    assert "This comes again tomorrow." in bench.words()
    assert bench.kept() == {MEANING.id: Memory(1, 2.5, 1, TODAY + timedelta(1))}
    bench.key(Qt.Key.Key_Return)
    assert GAP.told in bench.words()


def test_a_wrong_answer_comes_again_tomorrow(bench: PageBench) -> None:
    bench.begin()
    bench.key(Qt.Key.Key_1)
    assert "Not this one" in bench.words()
    assert "Your answer: Lung abscess" in bench.words()
    assert bench.kept()[MEANING.id].repetitions == 0


def test_hints_come_one_after_another_and_count(bench: PageBench) -> None:
    bench.begin()
    assert "B........." not in bench.words()
    bench.key(Qt.Key.Key_H)
    assert "Its letters: B........." in bench.words()
    assert "It is one of these" not in bench.words()
    bench.key(Qt.Key.Key_H)
    assert "It is one of these: Lung abscess; Bronchitis" in bench.words()
    bench.key(Qt.Key.Key_4)
    assert bench.kept()[MEANING.id].ease < 2.5


@pytest.mark.parametrize("typed", ["Tenderness", "  tenderness. ", "soreness"])
def test_a_typed_answer_is_right_whatever_its_capitals(bench: PageBench, typed: str) -> None:
    bench.begin(GAP)
    bench.type(typed)
    bench.key(Qt.Key.Key_Return)
    assert bench.course.round.is_right
    assert "page 3" in bench.words()


def test_letters_typed_are_no_shortcuts(bench: PageBench) -> None:
    bench.begin(GAP)
    bench.type("h1h")
    field = bench.page.findChild(QLineEdit, "teach-field")
    assert field is not None
    assert (field.text(), bench.course.round.hints) == ("h1h", 0)


@pytest.mark.parametrize(("button", "known"), [("teach-not-known", 0), ("teach-effort", 1), ("teach-knew", 1)])
def test_another_wording_is_judged_by_the_doctor(bench: PageBench, button: str, known: int) -> None:
    bench.begin(GAP)
    bench.type("pain")
    bench.key(Qt.Key.Key_Return)
    assert bench.course.round.stage is Stage.TO_JUDGE
    assert bench.kept() == {}
    found = bench.page.findChild(QAbstractButton, button)
    assert found is not None
    found.setFocus()
    bench.key(Qt.Key.Key_Return)
    assert bench.kept()[GAP.id].repetitions == known
    assert f"{known} of 1 known." in bench.words()


def test_what_was_not_typed_is_not_known_unless_the_doctor_says_so(bench: PageBench) -> None:
    bench.begin(CASE)
    assert CASE.told in bench.words()
    assert CASE.hidden not in bench.words()
    bench.key(Qt.Key.Key_Return)
    assert CASE.hidden in bench.words()
    bench.key(Qt.Key.Key_Return)
    assert bench.kept()[CASE.id].repetitions == 0
    assert "These come again tomorrow:\n· Pneumonia." in bench.words()


def test_esc_ends_a_round_and_what_was_answered_stays(bench: PageBench) -> None:
    bench.begin()
    bench.key(Qt.Key.Key_4)
    assert bench.page.handle("cancel")
    assert "1 of 1 known." in bench.words()
    assert list(bench.kept()) == [MEANING.id]
    assert bench.page.handle("cancel")
    assert bench.course.round.stage is Stage.START
    assert not bench.page.handle("cancel")


def test_what_is_due_is_asked_first_and_what_is_not_due_not_at_all(bench: PageBench) -> None:
    bench.store.keep_study("late", Memory(1, 2.5, 1, TODAY - timedelta(3)))
    bench.store.keep_study("now", Memory(1, 2.5, 1, TODAY))
    bench.store.keep_study("soon", Memory(1, 2.5, 1, TODAY + timedelta(1)))
    bench.course.look_up_schedule()
    bench.settle()
    assert "2 questions that you learned before are due today." in bench.words()
    field = bench.page.findChild(QLineEdit, "teach-about")
    assert field is not None
    field.setText(" heart failure ")
    field.setFocus()
    bench.begin()
    asked = bench.asked()
    assert (asked.about, asked.due, asked.later) == ("heart failure", ("late", "now"), ("soon",))
    assert asked.cases == ()


def test_cases_leave_without_names(bench: PageBench) -> None:
    made = bench.store.create("Mrs. Okafor, bed 4")
    note = Writing(
        "w" * 32,
        made.created,
        WritingForm.NOTE,
        sections=(
            Section("Subjective", (Sentence("Mrs. Okafor has had a cough.", Verdict.SUPPORTED),)),
            Section("Assessment", (Sentence("Pneumonia.", Verdict.SUPPORTED),)),
        ),
    )
    bench.store.save(replace(made, entries=(note,)))
    radio = bench.page.findChild(QRadioButton, "teach-cases")
    assert radio is not None
    radio.setChecked(True)
    bench.begin(CASE)
    (case,) = bench.asked().cases
    assert "Okafor" not in case.text
    assert case.text.endswith("has had a cough.\n\nAssessment\nPneumonia.")


def test_without_notes_there_is_no_case(bench: PageBench) -> None:
    radio = bench.page.findChild(QRadioButton, "teach-cases")
    assert radio is not None
    radio.setChecked(True)
    bench.key(Qt.Key.Key_Return)
    bench.settle()
    assert bench.worker.sent_of(Teach) == []
    assert "Write a note first." in bench.words()


def test_nothing_to_ask_says_what_to_do(bench: PageBench) -> None:
    bench.key(Qt.Key.Key_Return)
    bench.worker.emit(Taught(bench.asked().job, ()))
    assert "Fetch a terminology on the models page" in bench.words()
    with bench.qtbot.waitSignal(bench.page.models_wanted):
        bench.page.findChild(QAbstractButton, "teach-models").click()  # type: ignore[union-attr]


def test_a_fault_is_told_and_it_can_be_tried_again(bench: PageBench) -> None:
    bench.key(Qt.Key.Key_Return)
    bench.worker.emit(Failed(bench.asked().job, FailureKind.INPUT, "The library is damaged."))
    assert "The library is damaged." in bench.words()
    bench.begin()
    assert "The library is damaged." not in bench.words()


def test_looking_can_be_stopped(bench: PageBench) -> None:
    bench.key(Qt.Key.Key_Return)
    job = bench.asked().job
    assert bench.page.handle("cancel")
    assert bench.worker.sent[-1] == Cancel(job)
    bench.worker.emit(Stopped(job))
    bench.worker.emit(Taught(job, ITEMS))
    assert bench.course.round.stage is Stage.START


def test_what_cannot_be_kept_is_told(bench: PageBench, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: object, _data: object) -> None:
        raise OSError(28, "No space left on device")

    bench.begin()
    monkeypatch.setattr("desktop.record.study.write_atomically", refuse)
    bench.key(Qt.Key.Key_4)
    bench.settle()
    assert bench.course.round.trouble
    assert bench.course.round.trouble in bench.words()


@pytest.mark.parametrize("scale", [100, 200])
def test_every_view_can_be_used_by_everyone(bench: PageBench, qapp: QApplication, scale: int) -> None:
    theme.apply(qapp, "light", scale)
    steps = [lambda: None, bench.begin, bench.course.hint, lambda: bench.course.answer("Pneumonia")]
    steps += [bench.course.go_on, lambda: bench.course.answer("pain"), bench.course.stop]
    for step in steps:
        step()
        QApplication.processEvents()
        assert faults_of(bench.page) == []
        assert clipped_texts(bench.page) == []
