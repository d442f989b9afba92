"""The self-test as the page shows it: the passage, one button, and a result in words and marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFont, QFontMetrics, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPlainTextEdit, QProgressBar, QWidget

from desktop.ui.machine.parts import Section, plain_label, push_button
from desktop.ui.machine.self_test import LevelAdvice, Phase, SelfTestResult
from desktop.ui.microphone.indicators import LevelMeter, RecordingLight
from desktop.ui.microphone.shapes import Shape
from desktop.ui.theme import set_role, tokens

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from desktop.ui.machine.self_test import SelfTest
    from desktop.ui.machine.word_errors import WordError

_MOST_LINES = 12
_READING_SCALE = 1.25
"""Read from where the microphone will be, which is not where the eyes are."""
_FRAME_PX = 20
_MOST_LISTED = 12


class SelfTestSection(Section):
    """Shows a SelfTest and steers it."""

    def __init__(self, test: SelfTest, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._test = test
        self._hint = plain_label("", "self-test-hint")
        self._passage = PassageView()
        self._heard = plain_label("caption", "self-test-heard")
        self._light, self._meter = RecordingLight(), LevelMeter()
        self._outcome, self._errors = plain_label("", "self-test-outcome"), plain_label("", "self-test-errors")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._read, self._sample = push_button("self-test-read"), push_button("self-test-sample")
        self._cancel = push_button("self-test-cancel", "quiet")
        self._read.clicked.connect(self._read_or_finish)
        self._sample.clicked.connect(test.run_sample)
        self._cancel.clicked.connect(test.cancel)
        buttons = QHBoxLayout()
        for button in (self._read, self._sample, self._cancel):
            buttons.addWidget(button)
        buttons.addWidget(self._light)
        buttons.addWidget(self._meter, 1)
        buttons.addStretch(1)
        self.body.addWidget(self._hint)
        self.body.addWidget(self._passage)
        self.body.addLayout(buttons)
        for part in (self._bar, self._heard, self._outcome, self._errors):
            self.body.addWidget(part)
        test.changed.connect(self._show)
        test.level_changed.connect(self._meter.show_level)
        self.retranslate()

    def retranslate(self) -> None:
        """Set every word."""
        self.heading.setText(self.tr("Does it hear me well?"))
        self._sample.setText(self.tr("Use the sample recording"))
        self._cancel.setText(self.tr("Cancel"))
        self._passage.setAccessibleName(self.tr("The passage to read aloud"))
        self._bar.setAccessibleName(self.tr("Recognising"))
        self._meter.setAccessibleName(self.tr("Level of the microphone"))
        self._light.setAccessibleName(self.tr("Recording"))
        self._show()

    def _show(self) -> None:
        phase, result = self._test.phase, self._test.result
        under_way = phase in {Phase.READING, Phase.RECOGNISING}
        is_read = phase is Phase.READING
        self._hint.setText(self._hint_text(phase))
        self._read.setText(self.tr("I have read it") if is_read else self.tr("Read it aloud"))
        if (role := "primary" if is_read else "") != (self._read.property("role") or ""):
            set_role(self._read, role)
        self._read.setEnabled(is_read or (not under_way and self._test.can_record))
        self._light.show_shape(Shape.RECORD if is_read else Shape.NOTHING)
        self._light.setVisible(is_read)
        self._meter.setVisible(is_read)
        if not is_read:
            self._meter.clear()
        self._sample.setVisible(not under_way)
        self._cancel.setVisible(under_way)
        self._bar.setVisible(phase is Phase.RECOGNISING)
        self._bar.setRange(0, 1_000 if self._test.share else 0)
        self._bar.setValue(round(1_000 * self._test.share))
        self._heard.setText(self._test.heard if under_way else "")
        self._heard.setVisible(bool(self._heard.text()))
        self._passage.show_passage(self._test.passage.text, result.comparison.phrases if result else ())
        self._show_outcome(phase, result)

    def _hint_text(self, phase: Phase) -> str:
        hints = {
            Phase.READING: self.tr("Read the passage aloud as you would dictate at the bedside."),
            Phase.RECOGNISING: self.tr("The words are being recognised…"),
            Phase.FINISHED: self.tr("Marked words were not heard as they are written."),
        }
        if phase in hints:
            return hints[phase]
        if not self._test.can_record:
            return self.tr("The microphone is not free or not there. The sample recording tests the rest.")
        return self.tr("Read this passage aloud. It is recorded for this test alone and not kept.")

    def _show_outcome(self, phase: Phase, result: SelfTestResult | None) -> None:
        if phase is Phase.FAILED:
            failure = self._test.failure or self.tr(
                "Nothing could be recorded. See what is missing above, or use the sample recording."
            )
            self._outcome.setText(failure)
            self._errors.setText("")
        elif result is not None:
            self._outcome.setText(self._outcome_text(result))
            self._errors.setText(self._errors_text(result.comparison.phrases))
        else:
            self._outcome.setText("")
            self._errors.setText("")
        if (role := "error" if phase is Phase.FAILED else "") != (self._outcome.property("role") or ""):
            set_role(self._outcome, role)
        self._outcome.setVisible(bool(self._outcome.text()))
        self._errors.setVisible(bool(self._errors.text()))

    def _outcome_text(self, result: SelfTestResult) -> str:
        comparison = result.comparison
        right = self.tr("{errors} of {words} words went wrong (word error rate {rate} %).")
        parts = [
            right.format(errors=len(comparison.errors), words=comparison.words, rate=round(100 * comparison.rate)),
            self.tr("All words were there {delay} s after the last one was spoken.").format(
                delay=f"{result.delay_s:.1f}"
            )
            if result.advice is not LevelAdvice.UNKNOWN
            else self.tr("The recording was recognised in {delay} s.").format(delay=f"{result.delay_s:.1f}"),
            self._advice_text(result.advice),
        ]
        return " ".join(part for part in parts if part)

    def _advice_text(self, advice: LevelAdvice) -> str:
        texts = {
            LevelAdvice.GOOD: self.tr("The level is good."),
            LevelAdvice.QUIET: self.tr("It is quiet: come nearer, or raise the microphone's level in the system."),
            LevelAdvice.LOUD: self.tr("It is too loud: move away a little, or lower the microphone's level."),
            LevelAdvice.UNKNOWN: "",
        }
        return texts[advice]

    def _errors_text(self, errors: tuple[WordError, ...]) -> str:
        lines = []
        for error in errors[:_MOST_LISTED]:
            if not error.heard:
                lines.append(self.tr("“{expected}” was not heard").format(expected=error.expected))
            elif not error.expected:
                lines.append(self.tr("“{heard}” was heard and not said").format(heard=error.heard))
            else:
                text = self.tr("“{expected}” was heard as “{heard}”")
                lines.append(text.format(expected=error.expected, heard=error.heard))
        if len(errors) > _MOST_LISTED:
            lines.append(self.tr("and %n more", "", len(errors) - _MOST_LISTED))
        return "\n".join(lines)

    def _read_or_finish(self) -> None:
        if self._test.phase is Phase.READING:
            self._test.finish_reading()
        else:
            self._test.begin()


class PassageView(QPlainTextEdit):
    """A passage in plain text; wrong words are underlined and coloured, and listed elsewhere in words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setObjectName("self-test-passage")
        self.setTabChangesFocus(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self._errors: tuple[WordError, ...] = ()

    def show_passage(self, text: str, errors: tuple[WordError, ...]) -> None:
        """Show a passage with its wrong words marked."""
        if text != self.toPlainText():
            self.setPlainText(text)
        self._errors = errors
        self._mark()
        font = QFont(QApplication.font())
        font.setPointSizeF(font.pointSizeF() * _READING_SCALE)
        self.document().setDefaultFont(font)
        self._fit()

    def _fit(self) -> None:
        """Be as high as the passage, within reason; its layout counts in lines."""
        lines = min(max(round(self.document().size().height()), 2), _MOST_LINES)
        spacing = QFontMetrics(self.document().defaultFont()).lineSpacing()
        self.setFixedHeight(lines * (spacing + 1) + 2 * round(self.document().documentMargin()) + _FRAME_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Wrap anew."""
        super().resizeEvent(event)
        self._fit()

    def _mark(self) -> None:
        marked = QTextCharFormat()
        marked.setForeground(tokens().unverified)
        marked.setFontUnderline(True)
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.setCharFormat(QTextCharFormat())
        for error in self._errors:
            cursor.setPosition(error.start)
            cursor.setPosition(error.end, QTextCursor.MoveMode.KeepAnchor)
            cursor.mergeCharFormat(marked)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take new colours."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange} and hasattr(self, "_errors"):
            self.show_passage(self.toPlainText(), self._errors)
