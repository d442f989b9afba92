"""A document as PDF and on paper: laid out by Qt from plain text that is no markup, a footer under each page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QFont,
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)

from desktop.record.export.document import Role
from desktop.record.export.text import printable

if TYPE_CHECKING:
    from desktop.record.export.document import Document

_MARGIN_MM = 20.0
_POINTS = {Role.WATERMARK: 9.0, Role.TITLE: 16.0, Role.HEADING: 12.0, Role.BODY: 10.5, Role.CAPTION: 9.0}
_BOLD = {Role.WATERMARK, Role.TITLE, Role.HEADING}
_FOOTER_POINTS = 8.0
_DOTS_PER_INCH = 300
_POINTS_PER_INCH = 72


def as_pdf(document: Document) -> bytes:
    """Return the file's content: A4, text that can be searched and copied, no link and no script."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(_DOTS_PER_INCH)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4),
            QPageLayout.Orientation.Portrait,
            QMarginsF(*[_MARGIN_MM] * 4),
            QPageLayout.Unit.Millimeter,
        )
    )
    writer.setCreator("Bedside")
    print_on(document, writer)
    return bytes(buffer.data().data())


def print_on(document: Document, pages: QPagedPaintDevice) -> None:
    """Print a document on the pages of a file or of a printer, as they are set there."""
    _print(_laid_out(document, pages), document.footer, pages)


def _laid_out(document: Document, writer: QPagedPaintDevice) -> QTextDocument:
    text = QTextDocument()
    text.documentLayout().setPaintDevice(writer)
    text.setDocumentMargin(0)
    cursor = QTextCursor(text)
    for number, paragraph in enumerate(document.paragraphs):
        block = QTextBlockFormat()
        block.setBottomMargin(_dots(_POINTS[paragraph.role] / 2, writer))
        block.setTopMargin(_dots(_POINTS[paragraph.role], writer) if paragraph.role is Role.HEADING else 0)
        if number:
            cursor.insertBlock(block, _look(paragraph.role))
        else:
            cursor.setBlockFormat(block)
        cursor.insertText(printable(paragraph.text), _look(paragraph.role))
    return text


def _look(role: Role) -> QTextCharFormat:
    look = QTextCharFormat()
    look.setFontPointSize(_POINTS[role])
    if role in _BOLD:
        look.setFontWeight(QFont.Weight.Bold)
    return look


def _print(text: QTextDocument, footer: str, writer: QPagedPaintDevice) -> None:
    page = QRectF(0, 0, writer.width(), writer.height())
    line = _dots(2 * _FOOTER_POINTS, writer)
    body = page.height() - 2 * line
    text.setPageSize(QSizeF(page.width(), body))
    painter = QPainter(writer)
    try:
        font = painter.font()
        font.setPointSizeF(_FOOTER_POINTS)
        painter.setFont(font)
        pages = text.pageCount()
        for number in range(pages):
            if number:
                writer.newPage()
            painter.save()
            painter.translate(0, -number * body)
            text.drawContents(painter, QRectF(0, number * body, page.width(), body))
            painter.restore()
            place = QRectF(0, page.height() - line, page.width(), line)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, printable(footer))
            painter.drawText(
                place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, f"{number + 1} / {pages}"
            )
    finally:
        painter.end()


def _dots(points: float, writer: QPagedPaintDevice) -> float:
    return points * writer.logicalDpiY() / _POINTS_PER_INCH
