"""How the words of a recording are shown: as they are written, with what was said behind them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QTextCharFormat, QTextCursor

from desktop.record.encounter import Utterance, WrittenMark, WrittenWord
from desktop.ui.encounter.dictation_text import DictationText
from tests.fakes.encounters import utterance

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def written(text: str, *words: WrittenWord, confidence: float = 0.9) -> Utterance:
    said = utterance(text, confidence=confidence)
    return Utterance(said.start_s, said.end_s, said.text, said.words, "en", words)


PRESSURE = written("one sixty over <b>ninety</b> today", WrittenWord("160/90 mmHg", 0, 4), WrittenWord("today", 4, 5))
STRIKE = written("scratch that", WrittenWord("", 0, 2, WrittenMark.STRIKE_BEFORE))


@pytest.fixture
def shown(qtbot: QtBot) -> DictationText:
    text = DictationText()
    qtbot.addWidget(text)
    return text


def form_of(text: DictationText, words: str) -> QTextCharFormat:
    cursor: QTextCursor = text.document().find(words)
    assert cursor.hasSelection()
    return cursor.charFormat()


def test_the_written_form_is_shown_and_what_was_said_is_told_as_plain_text(shown: DictationText) -> None:
    shown.show_utterances((PRESSURE,))
    assert shown.toPlainText() == "0:00\t160/90 mmHg today"
    assert shown.words == "160/90 mmHg today"
    assert form_of(shown, "160/90").toolTip() == "<p>Said: one sixty over &lt;b&gt;ninety&lt;/b&gt;</p>"
    assert not form_of(shown, "today").toolTip()


def test_lines_begin_where_they_were_asked_for(shown: DictationText) -> None:
    line = WrittenWord("", 1, 3, WrittenMark.LINE)
    said = written("cough new line fever", WrittenWord("Cough", 0, 1), line, WrittenWord("Fever", 3, 4))
    shown.show_utterances((said,))
    assert shown.toPlainText() == "0:00\tCough\n\tFever"


def test_what_is_taken_back_later_is_struck_and_no_part_of_the_words(shown: DictationText) -> None:
    shown.show_utterances((utterance("a cough"), PRESSURE))
    assert not form_of(shown, "160/90").fontStrikeOut()
    shown.show_utterances((utterance("a cough"), PRESSURE, STRIKE))
    assert shown.words == "a cough"
    assert form_of(shown, "one sixty").fontStrikeOut()
    assert form_of(shown, "scratch that").fontStrikeOut()
    assert not form_of(shown, "cough").fontStrikeOut()


def test_a_written_word_is_as_uncertain_as_what_was_said(shown: DictationText) -> None:
    shown.show_utterances((written("one sixty over ninety", WrittenWord("160/90 mmHg", 0, 4), confidence=0.3),))
    assert shown.has_uncertain
    assert form_of(shown, "160/90").underlineStyle() == QTextCharFormat.UnderlineStyle.DotLine


def test_a_translation_is_shown_under_the_words_and_named_as_one(shown: DictationText) -> None:
    said = replace(utterance("Me duele la cabeza."), language="es", translation="My <b>head</b> hurts.")
    shown.show_utterances((said,))
    assert shown.toPlainText() == "0:00\tMe duele la cabeza.\n\tTranslated by the recogniser: My <b>head</b> hurts."
    assert shown.words == "Me duele la cabeza."
