from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QListWidget, QPlainTextEdit, QPushButton

from desktop.record.encounter import Question
from desktop.record.export.choices import DOCUMENTS, Choices, Format, Level, Part
from desktop.record.export.document import Document, Paragraph, Role
from desktop.ui import theme
from desktop.ui.export.pdf import as_pdf
from desktop.ui.export.wizard import ExportWizard
from tests.desktop.ui.accessibility import clipped_texts, faults_of
from tests.fakes.encounters import AT

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from desktop.ui.vault.session import VaultSession


@pytest.fixture
def wizard(qtbot: QtBot, session: VaultSession) -> ExportWizard:
    made = session.store.create("Mrs Okafor, bed 4")
    saved = replace(made, entries=(Question("q1", AT, "May Mrs Okafor take 2*3*4 mg <b>metformin</b>?"),))
    session.store.save(saved)
    wizard = ExportWizard(session, saved)
    qtbot.addWidget(wizard)
    wizard.show()
    return wizard


def part(wizard: ExportWizard, kind: type, name: str) -> object:
    found = wizard.findChild(kind, f"export-{name}")
    assert found is not None
    return found


def click(wizard: ExportWizard, name: str) -> None:
    part(wizard, QPushButton, name).click()  # type: ignore[attr-defined]


def choose(wizard: ExportWizard, name: str, value: str) -> None:
    found = part(wizard, QComboBox, name)
    assert isinstance(found, QComboBox)
    found.setCurrentIndex(found.findData(value))


def text(wizard: ExportWizard) -> str:
    return part(wizard, QPlainTextEdit, "text").toPlainText()  # type: ignore[attr-defined, no-any-return]


def standing(wizard: ExportWizard) -> str:
    return part(wizard, QLabel, "standing").text()  # type: ignore[attr-defined, no-any-return]


def read(wizard: ExportWizard) -> QCheckBox:
    found = part(wizard, QCheckBox, "read")
    assert isinstance(found, QCheckBox)
    return found


def test_nothing_is_saved_before_it_was_seen_and_confirmed(wizard: ExportWizard) -> None:
    save = part(wizard, QPushButton, "save")
    assert isinstance(save, QPushButton)
    assert not save.isVisible()
    click(wizard, "next")
    assert save.isVisible()
    assert not save.isEnabled()
    assert "May Mrs [NAME] take 2*3*4 mg <b>metformin</b>?" in text(wizard)
    assert "Okafor" not in text(wizard)
    assert "rules miss some" in standing(wizard)
    read(wizard).click()
    assert save.isEnabled()


def test_a_change_that_is_taken_back_has_to_be_read_again(wizard: ExportWizard) -> None:
    click(wizard, "next")
    read(wizard).click()
    changes = part(wizard, QListWidget, "changes")
    assert isinstance(changes, QListWidget)
    row = next(row for row in range(changes.count()) if changes.item(row).text() == "Okafor  →  [NAME]")
    changes.item(row).setCheckState(Qt.CheckState.Unchecked)
    assert "May Mrs Okafor take" in text(wizard)
    assert not read(wizard).isChecked()


def test_an_export_is_told_with_its_choices_and_the_file_names_the_entry(
    wizard: ExportWizard, session: VaultSession, tmp_path: Path
) -> None:
    choose(wizard, "format", Format.TEXT)
    choose(wizard, "recipient", "colleague")
    click(wizard, "next")
    read(wizard).click()
    wizard.save_to(str(tmp_path / "out.txt"))
    wizard._background.finish()
    row = next(row for row in session.audit.latest(2) if "sha256" not in row.object)
    how = f"{wizard._encounter.id}/export/txt/colleague/treatment/years"
    assert (row.action, row.object) == ("export", how)
    written = (tmp_path / "out.txt").read_text()
    digest = hashlib.sha256(written.encode()).hexdigest()
    assert session.audit.latest(1)[0].object == f"{how}/sha256:{digest}"
    assert written.startswith("Draft - research and education\n")
    assert written.endswith(f"Entry {row.seq} of the audit trail, {row.mac[:16]}\n")
    assert row.content == session.audit.hash_of(text(wizard).encode())
    assert (tmp_path / "out.txt").stat().st_mode & 0o077 == 0
    assert standing(wizard) == "Saved: out.txt. It is not encrypted."


@pytest.mark.parametrize("format_", DOCUMENTS)
def test_each_format_is_written(qtbot: QtBot, wizard: ExportWizard, tmp_path: Path, format_: Format) -> None:
    choose(wizard, "format", format_)
    choose(wizard, "level", Level.NAMED)
    click(wizard, "next")
    assert "as they are" in standing(wizard)
    wizard.save_to(str(tmp_path / f"out.{format_}"))
    qtbot.waitUntil(lambda: standing(wizard).startswith("Saved"), timeout=20_000)  # FHIR is checked in the background
    assert wizard.choices == replace(Choices(), format=format_, level=Level.NAMED)
    head = {Format.TEXT: b"Draft", Format.PDF: b"%PDF-", Format.DOCX: b"PK"}.get(
        format_, b'{\n "resourceType": "Bundle"'
    )
    assert (tmp_path / f"out.{format_}").read_bytes().startswith(head)


def test_pictures_themselves_can_be_chosen_only_where_they_can_be_in_it(wizard: ExportWizard) -> None:
    box = part(wizard, QCheckBox, Part.FILES)
    assert isinstance(box, QCheckBox)
    assert not box.isEnabled()
    choose(wizard, "format", Format.FHIR_R5)
    assert not box.isEnabled()
    choose(wizard, "level", Level.NAMED)
    assert box.isEnabled()
    choose(wizard, "format", Format.PDF)
    assert not box.isEnabled()


def test_paper_is_told_and_holds_what_was_previewed(
    wizard: ExportWizard, session: VaultSession, tmp_path: Path
) -> None:
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "paper.pdf"))
    wizard.print_on(printer)
    assert not (tmp_path / "paper.pdf").exists()  # nobody looked at it yet
    click(wizard, "next")
    assert not part(wizard, QPushButton, "print").isEnabled()  # type: ignore[attr-defined]
    read(wizard).click()
    assert part(wizard, QPushButton, "print").isEnabled()  # type: ignore[attr-defined]
    wizard.print_on(printer)
    row = session.audit.latest(1)[0]
    assert row.object == f"{wizard._encounter.id}/export/print/myself/treatment/years"
    pdf = pypdfium2.PdfDocument((tmp_path / "paper.pdf").read_bytes())
    page = pdf[0].get_textpage().get_text_bounded()
    pdf.close()
    for words in ("May Mrs [NAME] take", "Draft - research", f"Entry {row.seq} of the audit trail"):
        assert words in page
    assert standing(wizard) == "Sent to the printer."


def test_a_bundle_goes_to_no_printer(wizard: ExportWizard) -> None:
    choose(wizard, "format", Format.FHIR_R4)
    click(wizard, "next")
    assert not part(wizard, QPushButton, "print").isVisible()  # type: ignore[attr-defined]


def test_a_broken_trail_lets_nothing_leave(wizard: ExportWizard, session: VaultSession, tmp_path: Path) -> None:
    click(wizard, "next")
    database = session.vault.source.database
    database.rows("DROP TRIGGER audit_no_update")
    database.rows("UPDATE audit SET object = 'x' WHERE seq = 1")
    session.audit.check_all()
    wizard.save_to(str(tmp_path / "out.pdf"))
    assert "nothing is written" in standing(wizard)
    assert not (tmp_path / "out.pdf").exists()


def test_where_it_cannot_be_written_it_says_why(wizard: ExportWizard, tmp_path: Path) -> None:
    click(wizard, "next")
    wizard.save_to(str(tmp_path / "nowhere" / "out.pdf"))
    assert "The disk reports a fault" in standing(wizard)


def test_nothing_chosen_is_nothing_to_preview(wizard: ExportWizard) -> None:
    for each in Part:
        part(wizard, QCheckBox, each).setChecked(False)  # type: ignore[attr-defined]
    assert not part(wizard, QPushButton, "next").isEnabled()  # type: ignore[attr-defined]


@pytest.mark.parametrize("scale", [100, 200])
def test_its_buttons_are_on_a_low_screen(wizard: ExportWizard, qapp: QApplication, scale: int) -> None:
    theme.apply(qapp, "light", scale)
    screen = wizard.screen().availableSize()
    assert wizard.height() < screen.height()
    assert wizard.minimumSizeHint().height() < screen.height()
    button = part(wizard, QPushButton, "next")
    assert isinstance(button, QPushButton)
    assert wizard.rect().contains(button.geometry())


def test_a_tick_takes_a_press_anywhere_in_its_row(qtbot: QtBot, wizard: ExportWizard) -> None:
    click(wizard, "next")
    read = part(wizard, QCheckBox, "read")
    assert isinstance(read, QCheckBox)
    qtbot.mouseClick(read, Qt.MouseButton.LeftButton, pos=read.rect().center())
    assert read.isChecked()


def test_everyone_can_use_it(wizard: ExportWizard) -> None:
    for _ in range(2):
        assert faults_of(wizard) == []
        assert clipped_texts(wizard) == []
        click(wizard, "next")


@pytest.mark.usefixtures("qapp")
def test_a_pdf_holds_every_word_and_a_footer_on_each_page() -> None:
    words = "<b>2*3*4 mg</b> 二甲双胍 &lt; "
    body = tuple(Paragraph(Role.BODY, f"{number}. {words * 12}") for number in range(60))
    document = Document((Paragraph(Role.WATERMARK, "Draft"), Paragraph(Role.HEADING, "Answer"), *body), "Entry 7")
    pdf = pypdfium2.PdfDocument(as_pdf(document))
    pages = [page.get_textpage().get_text_bounded() for page in pdf]
    assert len(pages) > 2
    assert all("Entry 7" in page and f"/ {len(pages)}" in page for page in pages)
    # A font may have one glyph for a character and a radical that looks the same.
    whole = unicodedata.normalize("NFKC", "".join("".join(pages).split()))
    assert "<b>2*3*4mg</b>二甲双胍&lt;" in whole
    assert all(f"{number}.<b>" in whole for number in range(60))
    assert pdf.get_metadata_dict()["Title"] == ""
    for page in pdf:
        assert all(page.get_objects())
    pdf.close()
