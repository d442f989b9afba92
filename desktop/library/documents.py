"""Documents as blocks of text with heading and page, one reader for each kind of file; only the child imports this.

Each reader raises DocumentRefused, or whatever its library raises for a file that is broken on purpose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.library.errors import DocumentRefused, Problem
from lm.grounding.passages import Block

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MAX_TEXT_BYTES = 32 << 20
"""Of a text file, and of a document's unpacked XML."""
MAX_HEADING = 160
"""Characters; what is longer is a paragraph that looks like a heading."""
_ATX = re.compile(r" {0,3}#{1,6}[ \t]+(?P<text>.+?)[ \t]*#*[ \t]*")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*")
_FENCE = re.compile(r" {0,3}(?:```|~~~)")
_FRONT_MATTER = re.compile(r"---\n.*?\n---\n", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A document; `title` is empty where the file itself names none."""

    title: str
    blocks: tuple[Block, ...]


def read_document(path: Path) -> Parsed:
    """Read a file by the kind that its name says. Raises DocumentRefused."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise DocumentRefused(Problem.KIND, path.name)
    parsed = reader(path)
    blocks = tuple(Block(b.text.strip(), one_line(b.heading), b.page) for b in parsed.blocks if b.text.strip())
    if not blocks:
        raise DocumentRefused(Problem.NO_TEXT, path.name)
    return Parsed(one_line(parsed.title), blocks)


def one_line(text: str) -> str:
    """Return a title or heading as one line of a bearable length."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:MAX_HEADING]


def read_text(path: Path) -> Parsed:
    """Read plain text; a form feed ends a page."""
    pages = _text_of(path).split("\f")
    paged = len(pages) > 1
    return Parsed("", tuple(Block(text, page=number if paged else None) for number, text in enumerate(pages, start=1)))


def read_markdown(path: Path) -> Parsed:
    """Read Markdown by its headings (CommonMark 4.2, 4.3); everything else stays as it is written."""
    blocks = tuple(_markdown_blocks(_FRONT_MATTER.sub("", _text_of(path), count=1).splitlines()))
    title = next((block.heading for block in blocks if block.heading), "")
    return Parsed(title, blocks)


def _markdown_blocks(lines: list[str]) -> Iterator[Block]:
    heading, held, fenced = "", list[str](), False
    for line in lines:
        if _FENCE.match(line):
            fenced = not fenced
        found = None if fenced else _markdown_heading(line, held)
        if found is None:
            held.append(line)
            continue
        if _UNDERLINE.fullmatch(line):
            held.pop()
        yield Block("\n".join(held), heading)
        heading, held = found, []
    yield Block("\n".join(held), heading)


def _markdown_heading(line: str, before: list[str]) -> str | None:
    if atx := _ATX.fullmatch(line):
        return atx["text"]
    is_underlined = _UNDERLINE.fullmatch(line) and before and before[-1].strip()
    return before[-1].strip() if is_underlined and not before[-1].lstrip().startswith(("-", ">", "|")) else None


def read_html(path: Path) -> Parsed:
    """Read a saved web page."""
    from desktop.library.html_text import html_blocks

    title, blocks = html_blocks(_text_of(path))
    return Parsed(title, tuple(blocks))


def read_docx(path: Path) -> Parsed:
    """Read an Office Open XML text document."""
    from desktop.library.docx_text import docx_blocks

    title, blocks = docx_blocks(path, MAX_TEXT_BYTES)
    return Parsed(title, tuple(blocks))


def read_pdf(path: Path) -> Parsed:
    """Read the text layer of a PDF; its headings are its bookmarks."""
    from desktop.library.pdf_text import pdf_blocks

    title, blocks = pdf_blocks(path)
    return Parsed(title, tuple(blocks))


READERS: dict[str, Callable[[Path], Parsed]] = {
    ".pdf": read_pdf,
    ".docx": read_docx,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".txt": read_text,
    ".html": read_html,
    ".htm": read_html,
}


def _text_of(path: Path) -> str:
    """Decode a text file: by its byte order mark, as UTF-8, as GB 18030, and at last as Windows-1252."""
    with path.open("rb") as file:
        data = file.read(MAX_TEXT_BYTES + 1)
    if len(data) > MAX_TEXT_BYTES:
        raise DocumentRefused(Problem.TOO_LARGE, path.name)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _lines(data.decode("utf-16", errors="replace"))
    if b"\0" in data:
        raise DocumentRefused(Problem.UNREADABLE, path.name)
    for encoding in _declared(data), "utf-8-sig", "gb18030":
        try:
            return _lines(data.decode(encoding))
        except (UnicodeDecodeError, LookupError):
            continue
    return _lines(data.decode("cp1252", errors="replace"))


def _declared(data: bytes) -> str:
    """Return the encoding that a web page declares (HTML 13.2.3.2 looks at the first 1024 bytes)."""
    found = re.search(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([A-Za-z0-9_\-]{1,32})", data[:1024])
    return found[1].decode("ascii") if found else "utf-8-sig"


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
