"""The pictograms of the window: drawings of one colour in assets/icons, tinted with a colour of the theme.

Ask again on `QEvent.PaletteChange`: an icon keeps the colour that it was made with.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop.ui.theme import ASSETS, tokens

if TYPE_CHECKING:
    from PySide6.QtGui import QColor

SIZE = 24
"""Side of a pictogram in device-independent pixels."""


def icon(name: str, colour: QColor | None = None, checked: QColor | None = None) -> QIcon:
    """Return the drawing `name` in a colour (the text's by default), and in another one for a checked button."""
    made = QIcon()
    made.addPixmap(pixmap(name, SIZE, colour), QIcon.Mode.Normal, QIcon.State.Off)
    made.addPixmap(pixmap(name, SIZE, tokens().text_muted), QIcon.Mode.Disabled, QIcon.State.Off)
    if checked is not None:
        made.addPixmap(pixmap(name, SIZE, checked), QIcon.Mode.Normal, QIcon.State.On)
    return made


def pixmap(name: str, size: int, colour: QColor | None = None) -> QPixmap:
    """Return the drawing `name` as a square of `size` device-independent pixels."""
    app = QGuiApplication.instance()
    ratio = app.devicePixelRatio() if isinstance(app, QGuiApplication) else 1.0
    made = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    made.fill(Qt.GlobalColor.transparent)  # no colour of the window: the ground to paint on
    painter = QPainter(made)
    _renderer((colour or tokens().text).name(), name).render(painter)
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


def application_icon() -> QIcon:
    """Return the sign of Bedside itself, in its own colours."""
    return QIcon(str(ASSETS / "icons" / "bedside.svg"))


@cache
def _renderer(colour: str, name: str) -> QSvgRenderer:
    drawing = (ASSETS / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    return QSvgRenderer(QByteArray(drawing.replace("currentColor", colour).encode()))
