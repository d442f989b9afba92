"""The text of a saved web page under its headings; scripts, styles and what steers the page are left out."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

from lm.grounding.passages import Block

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LEFT_OUT = frozenset({"script", "style", "noscript", "template", "svg", "nav", "button", "select", "iframe"})
_BREAKS = _HEADINGS | frozenset(
    "address article aside blockquote br dd div dl dt figcaption footer header hr li main ol p pre section table td th "
    "tr ul".split()
)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.blocks: list[Block] = []
        self._heading = ""
        self._text: list[str] = []
        self._into = ""
        """The heading or title that is being read."""
        self._hidden = 0

    def handle_starttag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        """Take the beginning of an element."""
        if tag in _LEFT_OUT:
            self._hidden += 1
        elif tag in _HEADINGS:
            self.end_block()
            self._into, self._heading = tag, ""
        elif tag == "title":
            self._into = tag
        if tag in _BREAKS:
            self._text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Take the end of an element."""
        if tag in _LEFT_OUT:
            self._hidden = max(0, self._hidden - 1)
        if tag == self._into:
            self._into = ""
        if tag in _BREAKS:
            self._text.append("\n")

    def handle_data(self, data: str) -> None:
        """Take text."""
        if self._hidden:
            return
        if self._into == "title":
            self.title += data
        elif self._into:
            self._heading += data
        else:
            self._text.append(data)

    def end_block(self) -> None:
        """Close what stands under the heading so far."""
        text = "\n".join(_lines("".join(self._text)))
        if text:
            self.blocks.append(Block(text, self._heading))
        self._text = []


def _lines(text: str) -> Iterator[str]:
    return (" ".join(line.split()) for line in text.split("\n") if line.strip())


def html_blocks(text: str) -> tuple[str, list[Block]]:
    """Return the title of a page and its blocks."""
    page = _Page()
    page.feed(text)
    page.close()
    page.end_block()
    return page.title, page.blocks
