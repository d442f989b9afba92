"""How much a sentence depends on its picture, where the picture is cited, and what is withheld."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel

from desktop.record.encounter import Citation, CitedKind, Dependence, Encounter, Sentence, Verdict
from desktop.ui import translation
from desktop.ui.encounter.widgets import DependenceMark
from tests.desktop.ui.accessibility import faults_of
from tests.fakes.encounters import answer, full_encounter

if TYPE_CHECKING:
    from desktop.record.encounter import Answer
    from tests.desktop.ui.encounter.conftest import ScreenBench

WITHHELD = "would have been said of any other picture"


def with_dependence(level: Dependence | None, verdict: Verdict = Verdict.UNVERIFIED) -> Encounter:
    """Return the full encounter, its sentence about the film measured."""
    said = answer()
    cited = Citation(CitedKind.IMAGE, "Image 1", dependence=level)
    seen = Sentence("The film shows no consolidation.", verdict, (cited,))
    changed: Answer = replace(said, sentences=(said.sentences[0], seen))
    whole = full_encounter()
    return replace(whole, entries=(*whole.entries[:-1], changed))


def eyes(bench: ScreenBench) -> list[DependenceMark]:
    marks = bench.screen.evidence.findChildren(DependenceMark)
    return [mark for mark in marks if mark.isVisibleTo(bench.screen)]


def words_in(widget: object) -> str:
    labels = widget.findChildren(QLabel)  # type: ignore[attr-defined]  # any widget
    return "\n".join(label.text() for label in labels if label.isVisibleTo(widget))


@pytest.mark.parametrize(
    ("level", "words"),
    [
        (Dependence.STRONG, "Depends strongly on this picture"),
        (Dependence.WEAK, "Depends weakly on this picture"),
        (Dependence.NONE, "Does not depend on this picture"),
    ],
)
def test_the_citation_of_a_picture_says_how_much_the_sentence_depends_on_it(
    bench: ScreenBench, level: Dependence, words: str
) -> None:
    bench.open(with_dependence(level))
    bench.answers()[0].sentences.rows[1].open_sources()
    bench.settle()
    (mark,) = eyes(bench)
    assert words in words_in(mark)
    icon = mark.findChildren(QLabel)[0].pixmap()
    assert not icon.isNull()
    assert faults_of(bench.screen) == []


def test_the_three_levels_differ_in_shape_and_not_in_colour_alone(bench: ScreenBench) -> None:
    drawn = []
    for level in Dependence:
        mark = DependenceMark()
        bench.qtbot.addWidget(mark)
        mark.show_dependence(level)
        drawn.append(mark.findChildren(QLabel)[0].pixmap().toImage())
    assert drawn[0] != drawn[1] != drawn[2] != drawn[0]


def test_other_sources_say_nothing_of_dependence(bench: ScreenBench) -> None:
    bench.open(with_dependence(None))
    for row in bench.answers()[0].sentences.rows:
        row.open_sources()
        bench.settle()
        assert eyes(bench) == []


def test_what_is_withheld_is_shown_nowhere(bench: ScreenBench) -> None:
    bench.open(with_dependence(Dependence.NONE, Verdict.WITHHELD))
    card = bench.answers()[0]
    row = card.sentences.rows[1]
    assert WITHHELD in row.words.text()
    assert row.accessibleName().startswith("Withheld: ")
    row.open_sources()
    bench.settle()
    assert WITHHELD in words_in(bench.screen.evidence)
    assert "as probable with other pictures" in words_in(bench.screen.evidence)
    for sources in (False, True):
        card.copy(sources=sources)
        copied = QGuiApplication.clipboard().text()
        assert WITHHELD in copied
        assert "consolidation" not in copied
    with bench.qtbot.waitSignal(card.patient_wanted) as told:
        bench.press("show-patient", card)
    assert told.args is not None
    assert "consolidation" not in told.args[0]


def test_a_withheld_sentence_is_told_in_the_language_of_the_window(bench: ScreenBench) -> None:
    bench.open(with_dependence(Dependence.NONE, Verdict.WITHHELD))
    app = QApplication.instance()
    assert app is not None
    translation.use_language(app, "zh_CN")
    try:
        bench.settle()
        assert "图片" in bench.answers()[0].sentences.rows[1].words.text()
    finally:
        translation.use_language(app, "en")
