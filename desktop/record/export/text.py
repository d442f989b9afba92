"""A document as plain text in UTF-8."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from desktop.record.export.document import Role

if TYPE_CHECKING:
    from desktop.record.export.document import Document, Paragraph

_HIDDEN = {"Cc", "Cf", "Co", "Cs"}


def as_text(document: Document) -> str:
    """Return the paragraphs with a line between them, and the footer under all of it."""
    footer = f"\n\n{printable(document.footer)}" if document.footer else ""
    return "\n".join(_lines(paragraph) for paragraph in document.paragraphs).strip() + footer + "\n"


def printable(text: str) -> str:
    """Return `text` without control and direction characters, which could show other words than there are."""
    return "".join(sign for sign in text if unicodedata.category(sign) not in _HIDDEN)


def _lines(paragraph: Paragraph) -> str:
    text = printable(paragraph.text)
    if paragraph.role in (Role.TITLE, Role.HEADING):
        return f"\n{text}\n{('=' if paragraph.role is Role.TITLE else '-') * len(text)}"
    return text
