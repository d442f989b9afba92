"""What the window adds to writing an export: PDF, which Qt lays out, and the language that is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.record.export import leaving
from desktop.record.export.choices import CONTEXT, Choices, Format
from desktop.record.export.text import as_text
from desktop.ui.export.pdf import as_pdf, print_on
from desktop.ui.translation import translated

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtPrintSupport import QPrinter

    from desktop.record.export.document import Document
    from desktop.record.export.preparing import Leaving
    from desktop.record.vault.store import VaultStore

_WRITERS = leaving.WRITERS | {Format.PDF: as_pdf}


def words(text: str) -> str:
    """Return a sentence of an export in the language that is shown."""
    return translated(CONTEXT, text)


def write_export(document: Leaving, choices: Choices, encounter_id: str, store: VaultStore, file: Path) -> None:
    """Write a document, told first; see `desktop.record.export.leaving`."""
    leaving.write_export(document, choices, encounter_id, store, file, translate=words, writers=_WRITERS)


def print_export(document: Document, choices: Choices, encounter_id: str, store: VaultStore, printer: QPrinter) -> None:
    """Print a document, told first. Raises RecordReadOnly with nothing printed."""
    entry = store.note_export(encounter_id, choices.how_printed, as_text(document).encode())
    print_on(document.anchored(entry, words), printer)
