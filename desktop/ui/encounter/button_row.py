"""A row of buttons that keeps its order: words beside the pictograms where there is room, else the pictograms alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QWidget

from desktop.ui.viewer.flow_layout import FlowLayout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent

    from desktop.ui.encounter.widgets import IconButton


class ButtonRow(QWidget):
    """Shows the words of all its buttons or of none: a row of which a part is named reads like two rows."""

    def __init__(self, gap: int, buttons: Sequence[IconButton], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._gap = gap
        self._buttons = tuple(buttons)
        row = FlowLayout(self, gap)
        row.setContentsMargins(0, 0, 0, 0)
        for button in self._buttons:
            row.addWidget(button)

    def fit(self) -> None:
        """Choose between words and pictograms; call it after other words or other buttons are shown."""
        show_words_that_fit(self._buttons, self.width(), self._gap)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Choose anew."""
        super().resizeEvent(event)
        self.fit()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Larger words need more room."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.fit()


def show_words_that_fit(buttons: Sequence[IconButton], room: int, gap: int) -> None:
    """Show words on all of these buttons where they stand in one row of `room` pixels, else on none."""
    shown = [button for button in buttons if not button.isHidden()]
    needed = sum(button.width_with_words() for button in shown) + gap * max(len(shown) - 1, 0)
    for button in buttons:
        button.show_words(needed <= room)
