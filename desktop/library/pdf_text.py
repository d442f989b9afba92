"""The text layer of a PDF page by page (PDFium); a page's heading is the last bookmark at or before it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pypdfium2

from desktop.library.errors import DocumentRefused, Problem
from lm.grounding.passages import Block

if TYPE_CHECKING:
    from pathlib import Path

MAX_PAGES = 5_000
MAX_BOOKMARKS = 20_000
_PASSWORD_ERROR = 4
"""FPDF_ERR_PASSWORD."""
_HYPHENATED = re.compile(r"\x02|(?<=[a-z])[-\ufffe\u00ad]\r?\n(?=[a-z])")
"""PDFium writes U+0002 where it joins the parts of a word by itself."""
_MID_SENTENCE = re.compile(r"(?<=[^\s.!?:;。！？])\r?\n(?=[a-z(])")


def pdf_blocks(path: Path) -> tuple[str, list[Block]]:
    """Return the title of a PDF and the text of its pages."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        problem = Problem.LOCKED if getattr(error, "err_code", None) == _PASSWORD_ERROR else Problem.UNREADABLE
        raise DocumentRefused(problem, path.name) from error
    with document:
        if len(document) > MAX_PAGES:
            raise DocumentRefused(Problem.TOO_LARGE, path.name)
        headings = _headings(document)
        title = str(document.get_metadata_dict().get("Title", ""))
        return title, [
            Block(_page_text(document, index), headings.get(index, ""), index + 1) for index in range(len(document))
        ]


def _headings(document: pypdfium2.PdfDocument) -> dict[int, str]:
    """Return for each page from 0 the bookmark under which it stands; pages before the first have none."""
    starts: dict[int, str] = {}
    for count, bookmark in enumerate(document.get_toc(max_depth=3)):
        if count == MAX_BOOKMARKS:
            break
        destination = bookmark.get_dest()
        index = destination.get_index() if destination else None
        if index is not None:
            starts.setdefault(index, bookmark.get_title())
    headings, current = {}, ""
    for index in range(len(document)):
        current = starts.get(index, current)
        headings[index] = current
    return headings


def _page_text(document: pypdfium2.PdfDocument, index: int) -> str:
    page = document[index]
    try:
        text_page = page.get_textpage()
        text = str(text_page.get_text_bounded())
        text_page.close()
    finally:
        page.close()
    return as_running_text(text)


def as_running_text(text: str) -> str:
    """Join the lines of a page where a sentence goes on, and words that were parted at a line's end."""
    return _MID_SENTENCE.sub(" ", _HYPHENATED.sub("", text)).replace("\r\n", "\n")
