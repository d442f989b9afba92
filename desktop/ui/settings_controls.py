"""One control for each kind of setting; each shows the setting's value and changes it at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStyledItemDelegate,
    QWidget,
)

from desktop.settings import CONTEXT, Kind, Setting
from desktop.ui import icons, theme
from desktop.ui.encounter.widgets import CheckRow
from desktop.ui.translation import Retranslating, translated

if TYPE_CHECKING:
    from PySide6.QtGui import QWheelEvent

    from desktop.settings import Settings, Value


def control_for(setting: Setting, settings: Settings, parent: QWidget | None = None) -> QWidget:
    """Make the control of a setting; it lives as long as its page, and leaves the settings when it is destroyed."""
    made: ChoiceControl | NumberControl | SwitchControl
    if setting.kind is Kind.CHOICE:
        made = ChoiceControl(setting, settings, parent)
    elif setting.kind is Kind.NUMBER:
        made = NumberControl(setting, settings, parent)
    else:
        made = SwitchControl(setting, settings, parent)
    made.setObjectName(f"setting-{setting.key}")
    leave = settings.subscribe(lambda key, _value: made.show_value() if key == setting.key else None)
    made.destroyed.connect(leave)
    return made


class ChoiceControl(Retranslating, QComboBox):
    """A CHOICE as a list to pick from."""

    def __init__(self, setting: Setting, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setting, self._settings = setting, settings
        for choice in setting.choices:
            self.addItem(choice.label, choice.value)
        # As wide as its words where there is room; narrower rather than wider than the window.
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        # Qt's own delegate of a combo box knows nothing of the stylesheet, and its rows are too low for a finger.
        self.setItemDelegate(QStyledItemDelegate(self))
        self.setMinimumWidth(20 * theme.SPACE)
        self.activated.connect(lambda index: settings.set(setting.key, self.itemData(index)))
        self.show_value()
        self.retranslate()

    def show_value(self) -> None:
        """Show what the setting holds now."""
        self.setCurrentIndex(self.findData(self._settings.value(self._setting.key)))

    def retranslate(self) -> None:
        """Set every word."""
        self.setAccessibleName(translated(CONTEXT, self._setting.label))
        for index, choice in enumerate(self._setting.choices):
            self.setItemText(index, translated(CONTEXT, choice.label) if choice.translated else choice.label)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Let the page scroll: a wheel that passes over must not change a setting."""
        event.ignore()


class NumberControl(Retranslating, QWidget):
    """A NUMBER between two large buttons, one step each."""

    def __init__(self, setting: Setting, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setting, self._settings = setting, settings
        self._number = QLabel(self)
        self._number.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._number.setMinimumWidth(9 * theme.SPACE)
        self._less = self._button("less", -1)
        self._more = self._button("more", 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE)
        for part in (self._less, self._number, self._more):
            layout.addWidget(part)
        self._tint()
        self.show_value()
        self.retranslate()

    def show_value(self) -> None:
        """Show what the setting holds now."""
        value = self._settings.number(self._setting.key)
        limits = self._setting.range
        if limits is None:
            return
        self._number.setText(" ".join(filter(None, (str(value), limits.unit))))
        self._less.setEnabled(value > limits.least)
        self._more.setEnabled(value < limits.most)

    def retranslate(self) -> None:
        """Set every word."""
        label = translated(CONTEXT, self._setting.label)
        self._less.setAccessibleName(self.tr("{setting}: less").format(setting=label))
        self._more.setAccessibleName(self.tr("{setting}: more").format(setting=label))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take new colours."""
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()
        super().changeEvent(event)

    def _button(self, name: str, direction: int) -> QPushButton:
        button = QPushButton(self)
        button.setObjectName(name)
        button.setIconSize(QSize(icons.SIZE, icons.SIZE))
        button.setFixedWidth(7 * theme.SPACE)
        button.clicked.connect(lambda: self._step(direction))
        return button

    def _step(self, direction: int) -> None:
        limits = self._setting.range
        if limits is not None:
            wished = self._settings.number(self._setting.key) + direction * limits.step
            self._settings.set(self._setting.key, min(max(wished, limits.least), limits.most))

    def _tint(self) -> None:
        self._less.setIcon(icons.icon("minus"))
        self._more.setIcon(icons.icon("plus"))


class SwitchControl(Retranslating, CheckRow):
    """A SWITCH as a box to tick."""

    def __init__(self, setting: Setting, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setting, self._settings = setting, settings
        self.clicked.connect(self._take)
        self.show_value()
        self.retranslate()

    def show_value(self) -> None:
        """Show what the setting holds now."""
        self.setChecked(self._settings.is_on(self._setting.key))

    def retranslate(self) -> None:
        """Set every word."""
        self.setAccessibleName(translated(CONTEXT, self._setting.label))
        self.setText(self.tr("On"))

    def _take(self, value: Value) -> None:
        self._settings.set(self._setting.key, value)
