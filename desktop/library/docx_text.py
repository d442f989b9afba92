"""The text of an Office Open XML document (ECMA-376) under its headings, read as a stream.

A document type declaration is refused, so that no entity can be declared (XXE, "billion laughs"); what a member unpacks
to is limited, whatever its header says. Pages are those that the word processor last laid out, where it says so.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING
from xml.parsers import expat

from desktop.library.errors import DocumentRefused, Problem
from lm.grounding.passages import Block

if TYPE_CHECKING:
    from pathlib import Path

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main "
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main "
_TITLE = "http://purl.org/dc/elements/1.1/ title"
_HEADING_NAMES = ("heading ", "title")
_CHUNK = 1 << 20


class _Handler:
    """What the parsers below share: names without the namespace of WordprocessingML."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = lambda name, values: self.start(_local(name), _attributes(values))
        self._parser.EndElementHandler = lambda name: self.end(_local(name))
        self._parser.CharacterDataHandler = self.data

    def parse(self, archive: zipfile.ZipFile, member: str, limit: int) -> None:
        """Read a member of the archive; raises DocumentRefused where it unpacks to more than `limit` bytes."""
        read = 0
        with archive.open(member) as stream:
            while chunk := stream.read(_CHUNK):
                read += len(chunk)
                if read > limit:
                    raise DocumentRefused(Problem.TOO_LARGE, member)
                self._parser.Parse(chunk, False)
        self._parser.Parse(b"", True)

    def start(self, name: str, values: dict[str, str]) -> None:
        """Take the beginning of an element."""

    def end(self, name: str) -> None:
        """Take the end of an element."""

    def data(self, text: str) -> None:
        """Take text."""

    @staticmethod
    def _refuse(*_declaration: object) -> None:
        raise DocumentRefused(Problem.UNREADABLE, "document.xml")


class _Styles(_Handler):
    """Which style ids are headings: ids are translated by some word processors, names are not."""

    def __init__(self) -> None:
        super().__init__()
        self.headings: set[str] = set()
        self._id = ""

    def start(self, name: str, values: dict[str, str]) -> None:
        if name == "style":
            self._id = values.get("styleId", "")
        elif name == "name" and values.get("val", "").lower().startswith(_HEADING_NAMES):
            self.headings.add(self._id)


class _Body(_Handler):
    def __init__(self, headings: set[str]) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self._headings = headings
        self._heading = ""
        self._paragraph: list[str] = []
        self._is_heading = False
        self._in_text = False
        self._page = 1
        self.has_pages = False

    def start(self, name: str, values: dict[str, str]) -> None:
        if name == "p":
            self._paragraph, self._is_heading = [], False
        elif name == "pStyle":
            self._is_heading = values.get("val", "") in self._headings
        elif name == "t":
            self._in_text = True
        elif name in {"tab", "br", "cr"}:
            self._paragraph.append(" ")
        elif name == "lastRenderedPageBreak":
            self.has_pages = True
            self._page += 1

    def end(self, name: str) -> None:
        if name == "t":
            self._in_text = False
        elif name == "p":
            text = "".join(self._paragraph).strip()
            if self._is_heading and text:
                self._heading = text
            elif text:
                self.blocks.append(Block(text, self._heading, self._page))
            self._paragraph = []

    def data(self, text: str) -> None:
        if self._in_text:
            self._paragraph.append(text)


class _Core(_Handler):
    """The title among the document's properties."""

    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self._inside = False

    def start(self, name: str, values: dict[str, str]) -> None:
        self._inside = name == _TITLE and not values

    def end(self, name: str) -> None:
        self._inside = self._inside and name != _TITLE

    def data(self, text: str) -> None:
        if self._inside:
            self.title += text


def docx_blocks(path: Path, limit: int) -> tuple[str, list[Block]]:
    """Return the title of a document and its paragraphs; `limit` is in bytes of each XML part."""
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if "EncryptedPackage" in names:
            raise DocumentRefused(Problem.LOCKED, path.name)
        styles, core = _Styles(), _Core()
        if "word/styles.xml" in names:
            styles.parse(archive, "word/styles.xml", limit)
        if "docProps/core.xml" in names:
            core.parse(archive, "docProps/core.xml", limit)
        body = _Body(styles.headings)
        body.parse(archive, "word/document.xml", limit)
    if body.has_pages:
        return core.title, body.blocks
    return core.title, [Block(block.text, block.heading) for block in body.blocks]


def _local(name: str) -> str:
    return name.removeprefix(_W).removeprefix(_STRICT)


def _attributes(values: dict[str, str]) -> dict[str, str]:
    return {_local(name): value for name, value in values.items()}
