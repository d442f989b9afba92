"""The microphone bar: one large button to speak, what the microphone hears, and what to do where it hears nothing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QDesktopServices
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.microphone.indicators import LevelMeter, RecordingLight
from desktop.ui.microphone.recorder import RecorderState, Trouble
from desktop.ui.microphone.shapes import Shape, shape_icon
from desktop.ui.theme import SPACE, TARGET, set_role, tokens
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent, QShowEvent

    from desktop.settings import Settings
    from desktop.ui.microphone.recorder import Recorder

SPEAK_HEIGHT = 72
"""Hit with a gloved thumb while the eyes are on the patient."""
SPEAK_WIDTH = 176
LINE_CHARACTERS = 30
"""Of an average letter, the least width for a sentence beside the buttons: two lines hold it."""
_NAME_CHARACTERS = 14
_PRIVACY_PANE = "x-apple.systempreferences:com.apple.preference.security?Privacy_Microphone"
_OPEN_STATES = (RecorderState.RECORDING, RecorderState.PAUSED)


class MicrophoneBar(Retranslating, QWidget):
    """Shows and steers a recorder.

    It asks for a recording to begin and end, since only its owner knows the file; pausing, resuming and choosing the
    microphone it does itself. `toggle` and `toggle_pause` are for the window's shortcuts.
    """

    start_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self, recorder: Recorder, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recorder = recorder
        self._settings = settings
        self._may_start = True
        self._said = ""
        recorder.device_id = settings.text("microphone")
        self._build()
        recorder.state_changed.connect(self._show)
        recorder.trouble_changed.connect(self._show)
        recorder.silence_changed.connect(self._show)
        recorder.devices_changed.connect(self._show)
        recorder.level_changed.connect(self._show_level)
        self.retranslate()

    # --- what the window calls -------------------------------------------------------------------------------

    def toggle(self) -> None:
        """Do what the large button does."""
        if self._recorder.state in _OPEN_STATES:
            self.stop_wanted.emit()
        elif self._recorder.state is RecorderState.NO_MICROPHONE:
            self._recorder.look_for_devices()
        elif self._may_start:
            self.start_wanted.emit()

    def toggle_pause(self) -> None:
        """Pause or go on."""
        if self._recorder.state is RecorderState.RECORDING:
            self._recorder.pause()
        else:
            self._recorder.resume()

    def set_may_start(self, may_start: bool) -> None:
        """Say whether a recording may begin now; one that is open can always be stopped."""
        self._may_start = may_start
        self._show()

    # --- building --------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self._speak = SpeakButton()
        self._speak.setIconSize(QSize(24, 24))
        self._speak.clicked.connect(self.toggle)
        self._light = RecordingLight()
        self._state_label, self._elapsed, self._message = QLabel(), QLabel(), QLabel()
        for label in (self._state_label, self._elapsed, self._message):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._message.setWordWrap(True)
        self._meter = LevelMeter()
        self._mend, self._pause, self._chooser = QPushButton(), QPushButton(), QComboBox()
        self._mend.clicked.connect(self._do_mend)
        self._pause.clicked.connect(self.toggle_pause)
        self._chooser.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._chooser.setMinimumContentsLength(_NAME_CHARACTERS)
        self._chooser.setMinimumWidth(2 * TARGET)  # a name gives way to the state of the recording before it
        # Qt's own delegate of a combo box knows nothing of the stylesheet, and its rows are too low for a finger.
        self._chooser.setItemDelegate(QStyledItemDelegate(self._chooser))
        self._chooser.activated.connect(self._choose)
        for part in (self._mend, self._pause, self._chooser):
            part.setMinimumHeight(TARGET)
        self._name_parts()
        self._lay_out()

    def _name_parts(self) -> None:
        names = {
            self._speak: "speak",
            self._state_label: "recording-state",
            self._elapsed: "recording-time",
            self._message: "microphone-message",
            self._mend: "microphone-mend",
            self._pause: "pause",
            self._chooser: "microphone-choice",
        }
        for part, name in names.items():
            part.setObjectName(name)

    def _lay_out(self) -> None:
        state = QHBoxLayout()
        for part in (self._light, self._state_label, self._elapsed):
            state.addWidget(part)
        state.addWidget(self._meter, 1)
        state.addWidget(self._chooser)
        middle = QVBoxLayout()
        middle.addLayout(state)
        middle.addWidget(self._message)
        buttons = QHBoxLayout()
        buttons.addStrut(SPEAK_HEIGHT)  # the stylesheet's least height of buttons would win over the widget's own
        for button in (self._speak, self._pause, self._mend):
            buttons.addWidget(button)
        self._parts = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._parts.setContentsMargins(0, 0, 0, 0)
        # Otherwise the wide arrangement would keep the bar from ever becoming narrow.
        self._parts.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._parts.addLayout(buttons)
        self._parts.addLayout(middle, 1)
        for layout, space in ((state, SPACE), (middle, SPACE // 2), (buttons, SPACE), (self._parts, 2 * SPACE)):
            layout.setSpacing(space)
        self._buttons, self._middle, self._state = buttons, middle, state
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    # --- showing ---------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Set every word."""
        self._meter.setAccessibleName(self.tr("Level of the microphone"))
        self._elapsed.setAccessibleName(self.tr("Recorded so far"))
        self._show()

    def _show(self) -> None:
        state = self._recorder.state
        is_open = state in _OPEN_STATES
        self._show_speak(is_open)
        self._light.show_shape(_LIGHTS.get(state, Shape.NOTHING))
        self._state_label.setText(self._state_word(state))
        if state is not RecorderState.RECORDING:
            self._meter.clear()
        paused = state is RecorderState.PAUSED
        self._pause.setText(self.tr("Go on") if paused else self.tr("Pause"))
        self._pause.setIcon(shape_icon(Shape.GO_ON if paused else Shape.PAUSE, tokens().text))
        self._pause.setEnabled(is_open)
        self._show_message()
        self._show_time()
        self._show_devices()

    def _show_speak(self, is_open: bool) -> None:
        colours = tokens()
        self._speak.setText(self.tr("Stop") if is_open else self.tr("Speak"))
        shape, colour = (Shape.STOP, colours.danger) if is_open else (Shape.RECORD, colours.on_primary)
        self._speak.setIcon(shape_icon(shape, colour))
        role = "danger" if is_open else "primary"
        if self._speak.property("role") != role:
            set_role(self._speak, role)
        has_microphone = self._recorder.state is not RecorderState.NO_MICROPHONE
        self._speak.setEnabled(is_open or (self._may_start and has_microphone))

    def _state_word(self, state: RecorderState) -> str:
        words = {
            RecorderState.IDLE: self.tr("Ready"),
            RecorderState.RECORDING: self.tr("Recording"),
            RecorderState.PAUSED: self.tr("Paused"),
            RecorderState.NO_MICROPHONE: self.tr("No microphone"),
            RecorderState.DENIED: self.tr("Microphone not allowed"),
            RecorderState.FAILED: self.tr("Recording ended"),
        }
        return words[state]

    def _show_message(self) -> None:
        message = self._message_text()
        is_trouble = message != self._hint()
        self._message.setText(message)
        # Room for two lines, always: the page above must not move when a sentence comes.
        self._message.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        # That there is no microphone is no fault: everything else can be done without one.
        role = "error" if is_trouble and self._recorder.trouble is not Trouble.NONE else "caption"
        if self._message.property("role") != role:
            set_role(self._message, role)
        self._mend.setText(self._mend_word())
        # The two share one place, so that the rest stays where it is.
        self._mend.setVisible(bool(self._mend.text()))
        self._pause.setVisible(not self._mend.text())
        said = f"{self._state_label.text()}. {message if is_trouble else ''}".strip()
        if said != self._said and self._said:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, said))
        self._said = said

    def _hint(self) -> str:
        return self.tr("The sound stays on this machine.")

    def _message_text(self) -> str:
        state, trouble = self._recorder.state, self._recorder.trouble
        if trouble is Trouble.NO_SOUND_SYSTEM:
            return self.tr(
                "This machine lacks the library that reaches microphones (on Linux: libpulse0). Attach a sound file "
                "instead, or ask whoever looks after the machine to install it."
            )
        if state is RecorderState.NO_MICROPHONE:
            return self.tr("Plug a microphone in, or attach a sound file instead.")
        if state is RecorderState.DENIED:
            return self.tr(
                "The system does not let Bedside use a microphone. Allow it in the privacy settings, then press Speak."
            )
        if self._recorder.is_silent:
            return self.tr(
                "Nothing is heard. Is the microphone muted, or is another one meant? Choose it here; what is "
                "recorded so far is kept."
            )
        return self._trouble_text(trouble) if trouble is not Trouble.NONE else self._hint()

    def _trouble_text(self, trouble: Trouble) -> str:
        device = self._recorder.used_device()
        texts = {
            Trouble.UNPLUGGED: self.tr(
                "The microphone is gone. What was said is kept: plug it in again or choose another one, then go on."
            ),
            Trouble.ANOTHER_MICROPHONE: self.tr("The chosen microphone is not plugged in; {name} is used.").format(
                name=device.name if device else ""
            ),
            Trouble.REFUSED: self.tr(
                "The microphone cannot be opened; another program may be using it. Close that program or choose "
                "another microphone, then try again."
            ),
            Trouble.DISK_FULL: self.tr(
                "The disk is full. What was said until now is kept: free some space, then speak."
            ),
            Trouble.DISK_FAULT: self.tr(
                "The recording could not be written. What was said until now is kept if the disk still holds it: "
                "check the disk, then speak."
            ),
            Trouble.TOO_LONG: self.tr("This recording is as long as one can be. It is kept: speak to begin another."),
        }
        return texts[trouble]

    def _mend_word(self) -> str:
        if self._recorder.state is RecorderState.NO_MICROPHONE:
            return self.tr("Look for a microphone")
        if self._recorder.state is RecorderState.DENIED and sys.platform == "darwin":
            return self.tr("Privacy settings")
        return ""

    def _do_mend(self) -> None:
        if self._recorder.state is RecorderState.DENIED:
            QDesktopServices.openUrl(QUrl(_PRIVACY_PANE))
        else:
            self._recorder.look_for_devices()

    def _show_level(self, level: float) -> None:
        if self._recorder.state is RecorderState.RECORDING:
            self._meter.show_level(level)
            self._show_time()

    def _show_time(self) -> None:
        minutes, seconds = divmod(int(self._recorder.duration_s), 60)
        self._elapsed.setText(f"{minutes}:{seconds:02d}" if self._recorder.state in _OPEN_STATES else "")

    # --- choosing --------------------------------------------------------------------------------------------

    def _show_devices(self) -> None:
        """Fill the choice, unless it shows these devices already: it may be open under the doctor's finger."""
        used = self._recorder.used_device()
        self._chooser.setEnabled(used is not None)
        for part in (self._meter, self._chooser):
            part.setVisible(self._recorder.state is not RecorderState.NO_MICROPHONE)
        wanted = (("", self._default_name()), *((device.id, device.name) for device in self._recorder.devices()))
        shown = tuple(
            (self._chooser.itemData(row), self._chooser.itemText(row)) for row in range(self._chooser.count())
        )
        if wanted != shown:
            self._chooser.clear()
            for device_id, name in wanted:
                self._chooser.addItem(name, device_id)
        wish = self._recorder.device_id if used and used.id == self._recorder.device_id else ""
        self._chooser.setCurrentIndex(self._chooser.findData(wish))
        self._chooser.setAccessibleName(self.tr("Microphone"))
        self._chooser.setToolTip(self._chooser.currentText())

    def _default_name(self) -> str:
        default = next((device.name for device in self._recorder.devices() if device.default), "")
        return self.tr("{name} (system)").format(name=default) if default else self.tr("None found")

    def _choose(self, row: int) -> None:
        device_id = str(self._chooser.itemData(row))
        self._settings.set("microphone", device_id)
        self._recorder.device_id = device_id

    # --- Qt --------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Look for microphones once the window stands: loading the sound system must not delay it."""
        super().showEvent(event)
        QTimer.singleShot(0, self, self._recorder.look_for_devices)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As narrow as the parts one below the other."""
        width = max(self._buttons.minimumSize().width(), self._middle.minimumSize().width())
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put the parts beside each other where there is room, otherwise one below the other."""
        needed = max(self._state.sizeHint().width(), LINE_CHARACTERS * self.fontMetrics().averageCharWidth())
        beside = self._buttons.sizeHint().width() + needed + 2 * SPACE <= self.width()
        direction = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        if direction != self._parts.direction():
            self._parts.setDirection(direction)
            self.updateGeometry()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take new colours and text sizes."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange}:
            self._show()


class SpeakButton(QPushButton):
    """A button as large as the one action of a screen deserves."""

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """At least SPEAK_HEIGHT high, also where the stylesheet would have it smaller."""
        return super().sizeHint().expandedTo(QSize(SPEAK_WIDTH, SPEAK_HEIGHT))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Never squeezed."""
        return self.sizeHint()


_LIGHTS = {RecorderState.RECORDING: Shape.RECORD, RecorderState.PAUSED: Shape.PAUSE}
