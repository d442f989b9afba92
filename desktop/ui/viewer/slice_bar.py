"""The row below a series: play, slider, and which picture of how many."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QSlider, QToolButton, QWidget

from desktop.ui import theme
from desktop.ui.translation import Retranslating
from desktop.ui.viewer import icons, wording

DEFAULT_FRAMES_PER_S = 12.0
FASTEST_FRAMES_PER_S = 60.0


class SliceBar(Retranslating, QFrame):
    """Shows and changes the place in a series; plays it as a clip."""

    moved = Signal(int)
    """The slider asks for this picture."""
    stepped = Signal()
    """The clip is due to go on by one."""
    paused = Signal()
    """The clip came to rest."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = 1
        self._index = 0
        self._is_clip = False
        self._clock = QTimer(self)
        self._clock.setTimerType(Qt.TimerType.PreciseTimer)
        self._clock.timeout.connect(self.stepped)
        self.play = QToolButton(self)
        self.play.setObjectName("viewer-play")
        self.play.setCheckable(True)
        self.play.setIconSize(QSize(icons.SIZE, icons.SIZE))
        self.play.setProperty("role", "quiet")
        self.play.setMinimumSize(theme.TARGET, theme.TARGET)
        self.play.toggled.connect(self._on_play)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setObjectName("viewer-slider")
        self.slider.setMinimumHeight(theme.TARGET)
        self.slider.valueChanged.connect(self._on_slider)
        self.place = QLabel(self)
        self.place.setObjectName("viewer-place")
        self.place.setTextFormat(Qt.TextFormat.PlainText)
        self.place.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE, 0, theme.SPACE, 0)
        row.setSpacing(theme.SPACE)
        for widget in (self.play, self.slider, self.place):
            row.addWidget(widget)
        self._draw_icons()
        self.retranslate()

    def set_series(self, count: int, is_clip: bool, frames_per_s: float) -> None:
        """Take the length and the speed of a series; 0 frames a second is no wish of the file."""
        self._count, self._is_clip = count, is_clip
        speed = min(frames_per_s or DEFAULT_FRAMES_PER_S, FASTEST_FRAMES_PER_S)
        self._clock.setInterval(max(round(1000 / speed), 1))
        self.play.setChecked(False)
        self.slider.blockSignals(True)
        self.slider.setRange(0, count - 1)
        self.slider.setPageStep(10)
        self.slider.blockSignals(False)
        self.retranslate()

    def set_index(self, index: int) -> None:
        """Show another place, without telling."""
        self._index = index
        self.slider.blockSignals(True)
        self.slider.setValue(index)
        self.slider.blockSignals(False)
        self._say_place()

    @property
    def is_playing(self) -> bool:
        """Whether the clip runs."""
        return self._clock.isActive()

    def stop(self) -> None:
        """Stop the clip."""
        self.play.setChecked(False)

    def retranslate(self) -> None:
        """Set every word."""
        text = self.tr("Pause") if self.play.isChecked() else self.tr("Play")
        self.play.setToolTip(text)
        self.play.setAccessibleName(text)
        self.slider.setAccessibleName(self.tr("Frame") if self._is_clip else self.tr("Slice"))
        # The widest it can get, so that the slider keeps its length while the number grows.
        self.place.setFixedWidth(self.place.fontMetrics().horizontalAdvance(f"{self._count} / {self._count} "))
        self._say_place()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take the colours of a new theme."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._draw_icons()
        super().changeEvent(event)

    def _say_place(self) -> None:
        self.place.setText(f"{self._index + 1} / {self._count}")
        spoken = wording.place_in_series(self._index + 1, self._count, self._is_clip)
        self.slider.setAccessibleDescription(spoken)
        self.place.setAccessibleName(spoken)

    def _draw_icons(self) -> None:
        self.play.setIcon(icons.icon("viewer-pause" if self.play.isChecked() else "viewer-play"))

    def _on_play(self, playing: bool) -> None:
        if playing:
            self._clock.start()
        else:
            self._clock.stop()
            self.paused.emit()
        self._draw_icons()
        self.retranslate()

    def _on_slider(self, index: int) -> None:
        self.stop()
        self.moved.emit(index)
