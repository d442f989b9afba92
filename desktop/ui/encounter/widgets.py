"""Small pieces that the views of the encounter share."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QIcon, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from desktop.record.encounter import Dependence, Verdict
from desktop.ui import icons, theme
from desktop.ui.encounter.wording import dependence_words, printable, verdict_word
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QMouseEvent, QPaintEvent


_TITLE_BAR = 60
"""What a system may add to a dialog's height, in pixels."""
_LINE, _CAP, _JOIN = Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin


class PlainText(QLabel):
    """Words of a person or a model, exactly as they are: wrapped, selectable, never read as markup."""

    clicked = Signal()

    def __init__(self, role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        # A label that can be selected takes the keyboard otherwise, between the controls that need it.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        if role:
            self.setProperty("role", role)

    def show_words(self, text: str) -> None:
        """Show `text`, and hide where there is none."""
        self.setText(printable(text))
        self.setVisible(bool(text))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """A click is one only where nothing was selected with it."""
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not self.hasSelectedText():
            self.clicked.emit()


def button(name: str, role: str = "", parent: QWidget | None = None) -> QPushButton:
    """Return a push button with its name for tests and its role in the stylesheet."""
    made = QPushButton(parent)
    made.setObjectName(name)
    made.setMinimumHeight(theme.TARGET)
    made.setAutoDefault(False)
    if role:
        made.setProperty("role", role)
    return made


class CheckRow(QCheckBox):
    """A check box whose whole row can be pressed, not its words alone: a glove needs the room that is outlined."""

    def hitButton(self, position: QPoint) -> bool:  # noqa: N802 - Qt's name
        """Take a press anywhere."""
        return self.rect().contains(position)


class IconButton(QToolButton):
    """A quiet button with a pictogram beside its words, tinted again when the colours change."""

    def __init__(self, name: str, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = icon
        self.setObjectName(name)
        self.setProperty("role", "quiet")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setMinimumHeight(theme.TARGET)
        self.setIconSize(QSize(18, 18))
        self.words_style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        """How it looks where there is room for its words."""
        self._measured: tuple[object, int] = (None, 0)
        self._colour = ""
        self._tint()

    def show_words(self, shown: bool) -> None:
        """Show its words, or its pictogram alone as wide as a finger; its accessible name stays."""
        if not self.accessibleName():
            self.setAccessibleName(self.text())
        self.setToolButtonStyle(self.words_style if shown else Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.setMinimumWidth(0 if shown else theme.TARGET)

    def width_with_words(self) -> int:
        """Return how wide it is with its words, whether they are shown now or not."""
        key = self.text(), self.font().key(), self.popupMode()
        if self._measured[0] != key:
            style = self.toolButtonStyle()
            self.setToolButtonStyle(self.words_style)
            self._measured = key, self.sizeHint().width()
            self.setToolButtonStyle(style)
        return self._measured[1]

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take other colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()

    def _tint(self) -> None:
        colour = theme.tokens().accent.name()
        if colour != self._colour:  # the palette also changes with every role
            self._colour = colour
            self.setIcon(_tinted(self._icon_name, colour))


@cache
def _tinted(name: str, colour: str) -> QIcon:
    # Drawn once for all cards: a timeline has dozens of the same buttons.
    return icons.icon(name, QColor(colour))


def size_on_screen(dialog: QDialog, wished: QSize) -> QSize:
    """Return what shows everything, or what the screen has room for: what is above the buttons scrolls."""
    return wished.boundedTo(dialog.screen().availableSize() - QSize(2 * theme.SPACE, _TITLE_BAR))


class FlowingPage(QWidget):
    """What a scroll area shows: as tall as its words need at the width there is.

    Qt takes the larger of that height and the least one at the least width, in which every line is wrapped; below
    what is written there would be a screen of nothing.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Only the width."""
        return QSize(super().minimumSizeHint().width(), 0)


def scrolling(page: QWidget) -> QScrollArea:
    """Return `page` in an area that scrolls where there is too little height, and asks for none."""
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    page.setProperty("role", "page")
    area.setWidget(page)
    return area


class VerdictMark(Retranslating, QWidget):
    """The verdict on one sentence as a shape with a word: a disc with a tick, a diamond with a question mark, a ring
    with a bar, a square with a stroke for the doctor's own words.

    It takes its full width before there is a verdict, so that the words beside it do not move when it comes.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._verdict: Verdict | None = None
        self._unchecked = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.retranslate()

    def retranslate(self) -> None:
        """Make room for the longer word."""
        self.updateGeometry()
        self.update()

    def show_verdict(self, verdict: Verdict | None) -> None:
        """Show a verdict, None for none yet."""
        self._verdict = verdict
        self.update()

    def show_unchecked(self, unchecked: bool) -> None:
        """Show that there will be no verdict."""
        self._unchecked = unchecked
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The shape, the longest of the words, and room around them."""
        metrics = self._metrics()
        widest = max(metrics.horizontalAdvance(verdict_word(verdict)) for verdict in (*Verdict, None))
        return QSize(self._side() + 6 + widest + 12, self.fontMetrics().height() + 4)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Never less."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the shape and the word in the first line of the sentence."""
        if self._verdict is None and not self._unchecked:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line, side = self.fontMetrics().height(), self._side()
        shape = QRectF(1, (line - side) / 2 + 1, side - 2, side - 2)
        colours = theme.tokens()
        known = {
            Verdict.SUPPORTED: colours.supported,
            Verdict.UNVERIFIED: colours.unverified,
            Verdict.WITHHELD: colours.danger,
            Verdict.OWN: colours.accent,
        }
        colour = known[self._verdict] if self._verdict else colours.text_muted
        draw_verdict(painter, shape, self._verdict, colour)
        painter.setFont(self._small_font())
        painter.setPen(colour)
        words = QRectF(side + 6, 0, self.width() - side - 6, line + 2)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, verdict_word(self._verdict))
        painter.end()

    def _side(self) -> int:
        return round(self.fontMetrics().height() * 0.86)

    def _small_font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.84)
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(self._small_font())


class DependenceMark(Retranslating, QWidget):
    """How much a sentence depends on a picture: an eye that is open, half closed or struck out, with words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dependence")
        self._dependence: Dependence | None = None
        self._icon = QLabel(self)
        self._words = PlainText("caption", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words, 1)
        self.retranslate()

    def show_dependence(self, dependence: Dependence | None) -> None:
        """Show what was measured, nothing where nothing was."""
        self._dependence = dependence
        self.retranslate()

    def retranslate(self) -> None:
        """Set the words and draw the eye in the colours of now."""
        self.setVisible(self._dependence is not None)
        if self._dependence is not None:
            self._words.show_words(dependence_words(self._dependence))
            self._icon.setPixmap(icons.pixmap(f"depends-{self._dependence}", 18, theme.tokens().text_muted))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take other colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.retranslate()


def draw_verdict(painter: QPainter, shape: QRectF, verdict: Verdict | None, colour: QColor) -> None:
    """Draw the shape of a verdict, a bar for none: they differ in outline and filling, not in colour alone."""
    width = max(1.6, shape.width() / 10)
    painter.setPen(QPen(colour, width, _LINE, _CAP, _JOIN))
    if verdict is Verdict.SUPPORTED:
        painter.setBrush(colour)
        painter.drawEllipse(shape)
        painter.setPen(QPen(theme.tokens().surface, width, _LINE, _CAP, _JOIN))
        painter.drawPolyline(_inside(shape, (0.28, 0.53), (0.44, 0.69), (0.74, 0.34)))
        return
    if verdict is Verdict.WITHHELD:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(shape)
        painter.drawPolyline(_inside(shape, (0.28, 0.5), (0.72, 0.5)))
        return
    if verdict is Verdict.OWN:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolygon(_inside(shape, (0.08, 0.08), (0.92, 0.08), (0.92, 0.92), (0.08, 0.92)))
        painter.drawPolyline(_inside(shape, (0.3, 0.7), (0.7, 0.3)))
        return
    if verdict is None:
        painter.drawPolyline(_inside(shape, (0.1, 0.5), (0.9, 0.5)))
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolygon(_inside(shape, (0.5, 0.0), (1.0, 0.5), (0.5, 1.0), (0.0, 0.5)))
    font = painter.font()
    font.setPixelSize(max(8, round(shape.height() * 0.6)))
    font.setBold(True)
    painter.setFont(font)
    painter.drawText(shape, Qt.AlignmentFlag.AlignCenter, "?")


def _inside(shape: QRectF, *places: tuple[float, float]) -> QPolygonF:
    return QPolygonF([QPointF(shape.x() + x * shape.width(), shape.y() + y * shape.height()) for x, y in places])
