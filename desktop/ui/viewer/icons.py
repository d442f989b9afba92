"""Line icons from `assets/icons`, drawn in a colour of the theme."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop.ui import theme

SIZE = 24
_INK = b"currentColor"


def icon(name: str) -> QIcon:
    """Return the icon in the colour of text, faded where it is disabled; ask again when the theme changes."""
    colours = theme.tokens()
    made = QIcon(_drawn(name, colours.text.name()))
    faded = theme.mix(colours.text_muted, colours.background, 0.5)
    made.addPixmap(_drawn(name, faded.name()), QIcon.Mode.Disabled)
    return made


@cache
def _source(name: str) -> bytes:
    return (theme.ASSETS / "icons" / f"{name}.svg").read_bytes()


def _drawn(name: str, colour: str) -> QPixmap:
    # Twice the size in pixels, so that it stays sharp on a dense screen.
    pixmap = QPixmap(SIZE * 2, SIZE * 2)
    pixmap.fill(QColor(Qt.GlobalColor.transparent))
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(_source(name).replace(_INK, colour.encode()))).render(painter, QRectF(pixmap.rect()))
    painter.end()
    pixmap.setDevicePixelRatio(2.0)
    return pixmap
