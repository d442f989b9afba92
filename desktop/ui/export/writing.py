"""Writing an export: told in the audit trail first, then written whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.record.export.choices import CONTEXT, Choices, Format
from desktop.record.export.docx import as_docx
from desktop.record.export.text import as_text
from desktop.record.new_file import write_over
from desktop.ui.export.pdf import as_pdf
from desktop.ui.translation import translated

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.record.export.document import Document
    from desktop.record.vault.store import VaultStore


def write_export(document: Document, choices: Choices, encounter_id: str, store: VaultStore, file: Path) -> None:
    """Write a document; under each page stands which entry of the audit trail tells of it.

    Raises RecordReadOnly with nothing written, or what the disk refuses: then the trail tells of an export that was
    begun.
    """
    entry = store.note_export(encounter_id, choices.how, as_text(document).encode())
    anchored = document.anchored(entry, lambda text: translated(CONTEXT, text))
    write_over(file, _WRITERS[choices.format](anchored))


_WRITERS = {
    Format.TEXT: lambda document: as_text(document).encode(),
    Format.PDF: as_pdf,
    Format.DOCX: as_docx,
}
