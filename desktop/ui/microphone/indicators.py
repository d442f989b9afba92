"""The recording light and the level meter, painted from the theme's colours."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QEvent, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QGuiApplication, QPainter
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget

from desktop.ui.microphone.shapes import Shape, paint_shape
from desktop.ui.theme import mix, tokens

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

_PULSE_S = 1.6
_PULSE_DEPTH = 0.5
_FRAME_MS = 50
_SEGMENT_PX = 9
_LOUD = 0.93
"""Above it, 4 dB below full scale, speech begins to clip."""
_FALL = 0.82
"""What is left of a level 50 ms later: a needle that fell at once would flicker."""


class RecordingLight(QWidget):
    """A dot while it records, bars while it pauses, a ring otherwise: told apart without colour or motion.

    It breathes slowly while recording, unless the system asks for less motion.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shape = Shape.NOTHING
        self._clock = QElapsedTimer()
        self._frames = QTimer(self, interval=_FRAME_MS)
        self._frames.timeout.connect(self.update)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def shape(self) -> Shape:
        """The shape that is shown."""
        return self._shape

    @property
    def is_pulsing(self) -> bool:
        """It is moving."""
        return self._frames.isActive()

    def show_shape(self, shape: Shape) -> None:
        """Show a shape; only Shape.RECORD breathes."""
        self._shape = shape
        if shape is Shape.RECORD and not wants_less_motion(self):
            self._clock.restart()
            self._frames.start()
        else:
            self._frames.stop()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As large as a capital letter."""
        side = max(16, self.fontMetrics().ascent())
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name and signature
        """Paint the shape."""
        colours = tokens()
        colour = colours.recording if self._shape is Shape.RECORD else colours.text_muted
        if self._frames.isActive():
            phase = self._clock.elapsed() / 1_000 / _PULSE_S * 2 * math.pi
            colour = mix(colour, colours.surface, _PULSE_DEPTH * (1 - math.cos(phase)) / 2)
        side = min(self.width(), self.height()) - 2
        box = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        painter = QPainter(self)
        paint_shape(painter, self._shape, box, colour)
        painter.end()


class LevelMeter(QWidget):
    """A row of bars, as many filled as the voice is loud; the last ones say that it is too loud."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._level = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def level(self) -> float:
        """What is shown, 0 to 1."""
        return self._level

    def show_level(self, level: float) -> None:
        """Take a level, 0 to 1; it rises at once and falls gently."""
        self._set(max(level, self._level * _FALL))

    def clear(self) -> None:
        """Show nothing, at once."""
        self._set(0.0)

    def _set(self, level: float) -> None:
        if level != self._level:
            self._level = level
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A flat strip."""
        return QSize(120, 14)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A few bars still say whether something is heard."""
        return QSize(40, 14)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take new colours."""
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name and signature
        """Paint the bars."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        segments = max(8, self.width() // _SEGMENT_PX)
        step = self.width() / segments
        for number in range(segments):
            painter.setBrush(self._colour_of(number / segments))
            painter.drawRoundedRect(QRectF(number * step + 1, 1, step - 2, self.height() - 2), 2, 2)
        painter.end()

    def _colour_of(self, share: float) -> QColor:
        colours = tokens()
        if share >= self._level:
            return mix(colours.surface, colours.text_muted, 0.25)
        return colours.danger if share >= _LOUD else colours.accent


def wants_less_motion(widget: QWidget) -> bool:
    """Return whether the system asks for less motion, by Qt 6.12's hint or by the style's animations being off."""
    hints: object = QGuiApplication.styleHints().accessibility()
    preference = getattr(hints, "motionPreference", None)
    if preference is not None:
        return str(preference()).endswith("ReducedMotion")
    return not widget.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, widget)
