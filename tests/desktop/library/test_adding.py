from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.library import adding
from desktop.library.adding import Added, Reading, Refused, add, document_named, files_of
from desktop.library.errors import DocumentRefused, LibraryError, UnknownDocument
from lm.grounding.knowledge import KnowledgeBase

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def library(tmp_path: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase(tmp_path / "home" / "library.sqlite") as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "guidelines"
    (made / "inner").mkdir(parents=True)
    (made / ".hidden").mkdir()
    (made / "dengue.md").write_text("# Dengue\nVomiting is a warning sign.", encoding="utf-8")
    (made / "inner" / "bp.TXT").write_text("Give amlodipine.", encoding="utf-8")
    (made / "picture.png").write_bytes(b"x")
    (made / ".hidden" / "a.txt").write_text("secret", encoding="utf-8")
    (made / "~$lock.docx").write_bytes(b"x")
    return made


def test_a_folder_is_taken_with_all_that_is_read(folder: Path) -> None:
    assert files_of([folder]) == (folder / "dengue.md", folder / "inner" / "bp.TXT")
    assert files_of([folder, folder / "dengue.md", folder / "picture.png"])[-1] == folder / "picture.png"
    with pytest.raises(DocumentRefused, match=r"gone\.pdf is missing"):
        files_of([folder / "gone.pdf"])


def test_a_folder_with_too_many_files_is_refused_before_anything_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "MAX_FILES", 1)
    with pytest.raises(LibraryError, match="more than 1 document"):
        files_of([folder])


def test_what_is_unchanged_is_not_read_again(library: KnowledgeBase, folder: Path) -> None:
    first = [event for event in add(library, files_of([folder])) if isinstance(event, Added)]
    assert [(event.title, event.was_here) for event in first] == [("Dengue", False), ("bp", False)]
    (folder / "dengue.md").write_text("# Dengue 2\nBleeding.", encoding="utf-8")
    again = [event for event in add(library, files_of([folder])) if isinstance(event, Added)]
    assert [(event.title, event.was_here) for event in again] == [("Dengue 2", False), ("bp", True)]
    assert [found.passage.text for found in library.search("vomiting or bleeding", 5)] == ["Bleeding."]


def test_one_that_cannot_be_read_stops_no_other(library: KnowledgeBase, folder: Path) -> None:
    (folder / "a.pdf").write_bytes(b"no pdf")
    events = list(add(library, files_of([folder])))
    assert [type(event) for event in events] == [Reading, Refused, Reading, Added, Reading, Added]
    assert events[0] == Reading(folder / "a.pdf", 1, 3)
    (refused,) = (event for event in events if isinstance(event, Refused))
    assert refused.sentence.startswith("a.pdf is damaged")


def test_a_document_is_named_by_its_number_its_title_or_its_file(library: KnowledgeBase, folder: Path) -> None:
    list(add(library, files_of([folder])))
    document = document_named(library, "Dengue")
    assert document_named(library, str(document.id)) == document
    assert document_named(library, str(folder / "dengue.md")) == document
    with pytest.raises(UnknownDocument, match="Nothing was changed"):
        document_named(library, "99")
