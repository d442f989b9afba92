"""What a FHIR file is made of before it is written: JSON whose words of the encounter are still marked as such.

Marked words can be de-identified at the very end, all in one place, and a word that stands twice is replaced twice.
Empty elements are dropped when the tree is written: FHIR allows none (https://hl7.org/fhir/R4/json.html).
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from desktop.record.export.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Json = dict[str, Any]
XHTML = "http://www.w3.org/1999/xhtml"
_NOTHING: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True, slots=True)
class Said:
    """A line that comes from the encounter; everything else in a tree is ours."""

    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One element of a narrative: its tag, its pieces, and the id by which it can be pointed at."""

    tag: str
    pieces: tuple[Said | str, ...]
    id: str = ""


@dataclass(frozen=True, slots=True)
class Narrative:
    """The human-readable part of a resource; no word in it is read as markup."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class FileContent:
    """The bytes of a file of the encounter, written as base64."""

    name: str


@dataclass(frozen=True, slots=True)
class Writer:
    """Turns a tree into JSON; `replaced` says what stands for a line, `content` gives the bytes of a file."""

    replaced: Mapping[str, str]
    content: Callable[[str], bytes]
    is_plain: bool = False
    """Whether a narrative is written as lines of text, for people who look at it."""

    def written(self, node: Any) -> Any:
        """Return a node as plain JSON without empty elements."""
        if isinstance(node, dict):
            pairs = ((name, self.written(value)) for name, value in node.items())
            return {name: value for name, value in pairs if value not in _NOTHING}
        if isinstance(node, list | tuple):
            return [value for value in map(self.written, node) if value not in _NOTHING]
        if isinstance(node, Said):
            return self._words(node)
        if isinstance(node, FileContent):
            return base64.b64encode(self.content(node.name)).decode()
        return self._narrative(node) if isinstance(node, Narrative) else node

    def _words(self, said: Said) -> str:
        # An element of FHIR is never empty, and some have to be there.
        return printable(self.replaced.get(said.text, said.text)).strip() or "-"

    def _narrative(self, narrative: Narrative) -> Json:
        if self.is_plain:
            return {"div": [self._plain(line) for line in narrative.lines]}
        lines = "".join(map(self._line, narrative.lines))
        return {"status": "additional", "div": f'<div xmlns="{XHTML}">{lines or "<p>-</p>"}</div>'}

    def _plain(self, line: Line) -> str:
        pieces = (self._words(piece) if isinstance(piece, Said) else piece for piece in line.pieces)
        return " ".join(filter(None, pieces))

    def _line(self, line: Line) -> str:
        text = self._plain(line)
        place = f' id="{line.id}"' if line.id else ""
        return f"<{line.tag}{place}>{escape(text)}</{line.tag}>" if text else ""


def said(text: str) -> Said:
    """Return words of the encounter as one line: a place in it is then a place in all that is said."""
    return Said(" ".join(printable(" ".join(text.split())).split()))


def said_in(node: Any) -> Iterator[Said]:
    """Yield every marked line of a tree in order."""
    if isinstance(node, Said):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from said_in(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from said_in(value)
    elif isinstance(node, Narrative):
        for line in node.lines:
            yield from (piece for piece in line.pieces if isinstance(piece, Said))
