"""What each reader makes of a document; here in this process, since only hostile files need the child."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.library.documents import READERS, read_document
from desktop.library.errors import DocumentRefused, Problem
from desktop.library.html_text import html_blocks
from desktop.library.pdf_text import as_running_text
from desktop.library.reading import SUFFIXES
from lm.grounding.passages import Block
from tests.fakes.documents import paragraph, write_docx, write_pdf

if TYPE_CHECKING:
    from pathlib import Path

MARKDOWN = """---
author: somebody
---
Before all.

# Dengue #

Text with # no heading.

```
# no heading either
```

Signs
-----
- vomiting
---
Bleeding.
"""
PAGE = """<!doctype html><html><head><title>Dengue &amp; fever</title><style>p {color: red}</style>
<script>var evil = "<h1>no</h1>";</script></head><body><nav>Home</nav><p>Before.</p>
<h2>Warning <em>signs</em></h2><p>Persistent&nbsp;vomiting.</p><ul><li>Bleeding</li><li>Lethargy</li></ul>
</body></html>"""


def test_markdown_is_read_by_its_headings(tmp_path: Path) -> None:
    file = tmp_path / "dengue.md"
    file.write_text(MARKDOWN, encoding="utf-8")
    parsed = read_document(file)
    assert parsed.title == "Dengue"
    assert [(block.heading, block.text.split()[0]) for block in parsed.blocks] == [
        ("", "Before"),
        ("Dengue", "Text"),
        ("Signs", "-"),
    ]
    assert "# no heading either" in parsed.blocks[1].text


def test_a_web_page_is_read_without_what_steers_it() -> None:
    title, blocks = html_blocks(PAGE)
    assert title == "Dengue & fever"
    assert blocks == [Block("Before."), Block("Persistent vomiting.\nBleeding\nLethargy", "Warning signs")]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Blutdruck: überhöht".encode(), "Blutdruck: überhöht"),
        ("Blutdruck: überhöht".encode("utf-16"), "Blutdruck: überhöht"),
        ("Blutdruck: \u201eüber\u201c".encode("cp1252"), "Blutdruck: \u201eüber\u201c"),
        ("高血压用药".encode("gb18030"), "高血压用药"),
        (b"\xef\xbb\xbfOne.\r\nTwo.", "One.\nTwo."),
    ],
    ids=["UTF-8", "UTF-16", "Windows-1252", "GB 18030", "byte order mark"],
)
def test_text_is_read_in_its_encoding(tmp_path: Path, data: bytes, text: str) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(data)
    assert read_document(file).blocks[0].text == text


def test_a_form_feed_ends_a_page(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("One.\fTwo.")
    assert read_document(file).blocks == (Block("One.", page=1), Block("Two.", page=2))


def test_a_word_document_is_read_by_its_headings_and_pages(tmp_path: Path) -> None:
    body = paragraph("Signs", "berschrift1") + paragraph("Vomiting.") + paragraph("Bleeding.", new_page=True)
    parsed = read_document(write_docx(tmp_path / "a.docx", body))
    assert parsed.title == "Ward guideline"
    assert parsed.blocks == (Block("Vomiting.", "Signs", 1), Block("Bleeding.", "Signs", 2))


def test_a_word_document_that_was_never_laid_out_has_no_pages(tmp_path: Path) -> None:
    parsed = read_document(write_docx(tmp_path / "a.docx", paragraph("Vomiting &amp; bleeding.")))
    assert parsed.blocks == (Block("Vomiting & bleeding."),)


def test_a_pdf_is_read_by_its_pages_and_bookmarks(tmp_path: Path) -> None:
    pages = ["Dengue is caused by a virus.", "Vomiting is a warning\nsign, and so is bleed-\ning.", "Give paracetamol."]
    file = write_pdf(tmp_path / "a.pdf", pages, [("Warning signs", 1), ("Treatment", 2)], "Dengue guideline")
    parsed = read_document(file)
    assert parsed.title == "Dengue guideline"
    assert parsed.blocks == (
        Block("Dengue is caused by a virus.", "", 1),
        Block("Vomiting is a warning sign, and so is bleeding.", "Warning signs", 2),
        Block("Give paracetamol.", "Treatment", 3),
    )


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("one two\r\nthree", "one two three"),
        ("One.\r\nTwo.", "One.\nTwo."),
        ("a list:\r\nfirst", "a list:\nfirst"),
        ("pre-\r\nsent", "present"),
        ("Beta-\r\nBlocker", "Beta-\nBlocker"),
    ],
)
def test_the_lines_of_a_page_are_joined_where_a_sentence_goes_on(page: str, text: str) -> None:
    assert as_running_text(page) == text


@pytest.mark.parametrize("name", ["a.pdf", "a.docx"])
def test_what_is_not_what_its_name_says_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04 nothing of the kind" * 50)
    with pytest.raises(Exception, match=r"."):
        read_document(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("a.xlsx", b"x", Problem.KIND),
        ("a.txt", b"   \n\f ", Problem.NO_TEXT),
        ("a.txt", b"GIF89a\0\0\0", Problem.UNREADABLE),
        ("a.pdf", b"no pdf", Problem.UNREADABLE),
    ],
)
def test_why_a_document_is_refused(tmp_path: Path, name: str, data: bytes, problem: Problem) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DocumentRefused) as refused:
        read_document(tmp_path / name)
    assert refused.value.problem is problem


def test_a_scan_without_a_text_layer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentRefused, match="text recognition"):
        read_document(write_pdf(tmp_path / "scan.pdf", ["", ""]))


def test_no_entity_can_be_declared_in_a_word_document(tmp_path: Path) -> None:
    prologue = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    with pytest.raises(DocumentRefused) as refused:
        read_document(write_docx(tmp_path / "bomb.docx", paragraph("&b;"), prologue))
    assert refused.value.problem is Problem.UNREADABLE


def test_a_word_document_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.library.documents.MAX_TEXT_BYTES", 1 << 16)
    with pytest.raises(DocumentRefused) as refused:
        read_document(write_docx(tmp_path / "bomb.docx", paragraph("a" * (1 << 17))))
    assert refused.value.problem is Problem.TOO_LARGE


def test_every_kind_that_is_let_in_has_its_reader() -> None:
    assert frozenset(READERS) == SUFFIXES


@given(st.text(max_size=200))
def test_any_text_is_a_web_page(text: str) -> None:
    html_blocks(text)
