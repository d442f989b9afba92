"""The doctor's library on the page: added by the pickers, listed, taken out, stopped, refused."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QProgressBar, QPushButton

from desktop.ui.machine.library_section import LibrarySection
from desktop.ui.machine.library_shelf import LibraryAction, LibraryShelf, LibraryTask
from desktop.ui.translation import use_language
from tests.fakes.library_command import command

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot


@pytest.fixture
def section(qtbot: QtBot, tmp_path: Path) -> Iterator[LibrarySection]:
    shelf = LibraryShelf(program=command(tmp_path))
    made = LibrarySection(shelf)
    qtbot.addWidget(made)
    made.show()
    yield made
    shelf.close()


@pytest.fixture
def shelf(section: LibrarySection) -> LibraryShelf:
    return section._shelf


def words(section: LibrarySection, name: str) -> list[str]:
    return [label.text() for label in section.findChildren(QLabel, name) if not label.isHidden()]


def add(section: LibrarySection, qtbot: QtBot, *paths: str) -> None:
    """Add documents and wait until they are listed."""
    with qtbot.waitSignal(section._shelf.documents_changed, timeout=30_000):
        section.add(paths)


def test_what_is_added_is_listed_and_can_be_taken_out(section: LibrarySection, qtbot: QtBot) -> None:
    add(section, qtbot, "/guides/dengue.pdf", "/guides/bp.docx")
    assert words(section, "library-note") == ["2 documents of these are in the library."]
    assert words(section, "library-document") == [
        "dengue\ndengue.pdf · 4 passages",
        "bp\nbp.docx · 4 passages; the file itself is gone",
    ]
    with qtbot.waitSignal(section._shelf.documents_changed, timeout=30_000):
        qtbot.mouseClick(section.findChildren(QPushButton, "library-remove")[0], Qt.MouseButton.LeftButton)
    assert words(section, "library-note") == ["It is no longer in the library. The file itself stays."]
    qtbot.waitUntil(lambda: words(section, "library-document") == ["bp\nbp.docx · 4 passages; the file itself is gone"])


def test_the_pickers_add_what_was_picked(
    section: LibrarySection, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "/guides")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: (["--json", "/a.txt"], ""))
    for name in ("library-folder", "library-files"):
        with qtbot.waitSignal(section._shelf.documents_changed, timeout=30_000):
            qtbot.mouseClick(section.findChild(QPushButton, name), Qt.MouseButton.LeftButton)
    assert [document.title for document in section._shelf.documents] == ["guides", "--json", "a"]


def test_adding_shows_how_far_it_is_and_can_be_stopped(section: LibrarySection, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "waits.txt").touch()
    section.add(["/guides/dengue.pdf", "/guides/bp.docx"])
    qtbot.waitUntil(lambda: words(section, "library-stage") == ["Reading dengue.pdf (1 of 2)"], timeout=30_000)
    assert section.findChild(QProgressBar).maximum() > 0
    assert not section.findChild(QPushButton, "library-files").isEnabled()
    with qtbot.waitSignal(section._shelf.documents_changed, timeout=30_000):
        qtbot.mouseClick(section.findChild(QPushButton, "library-cancel"), Qt.MouseButton.LeftButton)
    assert words(section, "library-note")[0].startswith("Stopped.")
    assert section.findChild(QPushButton, "library-files").isEnabled()
    assert words(section, "library-stage") == []


def test_what_is_refused_is_said_in_its_own_sentences(section: LibrarySection, qtbot: QtBot) -> None:
    add(section, qtbot, "/a.txt", *[f"/{n}.bad" for n in range(7)])
    (note,) = words(section, "library-note")
    assert note.splitlines() == [
        "1 document of these is in the library.",
        *[f"{n}.bad is damaged." for n in range(5)],
        "And 2 more could not be read.",
    ]


def test_what_fails_is_said_in_one_sentence(section: LibrarySection, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "fails.txt").write_text("The library is damaged.", encoding="utf-8")
    add(section, qtbot, "/a.txt")
    assert words(section, "library-note") == ["The library is damaged."]


def test_the_real_command_understands_what_the_window_asks_of_it(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEDSIDE_HOME", str(tmp_path / "home"))
    document = tmp_path / "--json.txt"
    document.write_text("Wash your hands.", encoding="utf-8")
    shelf = LibraryShelf()
    section = LibrarySection(shelf)
    qtbot.addWidget(section)
    for act in (shelf.refresh, partial(section.add, [str(document)])):
        with qtbot.waitSignal(shelf.documents_changed, timeout=60_000):
            act()
    assert [(d.title, d.passages) for d in shelf.documents] == [("--json", 1)]
    with qtbot.waitSignal(shelf.documents_changed, timeout=60_000):
        shelf.add(LibraryTask(LibraryAction.REMOVE, (str(shelf.documents[0].id),)))
    assert shelf.documents == ()
    shelf.close()


def test_a_child_that_cannot_start_is_told(qtbot: QtBot) -> None:
    shelf = LibraryShelf(program=("/nowhere/python",))
    section = LibrarySection(shelf)
    qtbot.addWidget(section)
    with qtbot.waitSignal(shelf.ended):
        shelf.refresh()
    assert section.findChild(QLabel, "library-note").text().startswith("The library could not be read.")


def test_the_section_speaks_chinese(section: LibrarySection, qtbot: QtBot, qapp: QApplication) -> None:
    add(section, qtbot, "/guides/dengue.pdf")
    use_language(qapp, "zh_CN")
    try:
        qtbot.waitUntil(lambda: section.heading.text() == "我的资料库")
        assert words(section, "library-document") == ["dengue\ndengue.pdf · 4 个段落"]
    finally:
        use_language(qapp, "en")
