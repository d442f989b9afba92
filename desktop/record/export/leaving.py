"""An export leaves the record: told in the audit trail first, then written whole or not at all."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from desktop.record.export.choices import Choices, Format
from desktop.record.export.document import Document
from desktop.record.export.docx import as_docx
from desktop.record.export.preparing import shown
from desktop.record.export.text import as_text
from desktop.record.new_file import write_over
from desktop.record.vault.chain import Link

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from desktop.record.export.document import Translate
    from desktop.record.export.preparing import Leaving
    from desktop.record.fhir.document import FhirDocument
    from desktop.record.vault.store import VaultStore

Writers = dict[Format, "Callable[[Document], bytes]"]
WRITERS: Writers = {Format.TEXT: lambda document: as_text(document).encode(), Format.DOCX: as_docx}
"""What needs no window."""
_SOME_ENTRY = Link(1, "0" * 64)


def checked(document: Leaving) -> None:
    """Raise FhirNotValid where a bundle breaks a rule of FHIR; it takes a while, so call it away from the window."""
    if isinstance(document, Document):
        return
    from desktop.record.fhir.checking import check

    check(document.anchored(_SOME_ENTRY).written(lambda _name: b""), document.release)


def told(
    document: Leaving, how: str, encounter_id: str, store: VaultStore, made: Callable[[Leaving, Link], bytes]
) -> bytes:
    """Return the bytes of an export that the audit trail tells of: one entry for what leaves, one for its SHA-256.

    Raises RecordReadOnly.
    """
    entry = store.note_export(encounter_id, how, shown(document).encode())
    content = made(document, entry)
    store.note_export(encounter_id, f"{how}/sha256:{hashlib.sha256(content).hexdigest()}", content)
    return content


def write_export(  # noqa: PLR0913 - what leaves, how, of which encounter, from where, to where, and in which words
    document: Leaving,
    choices: Choices,
    encounter_id: str,
    store: VaultStore,
    file: Path,
    *,
    translate: Translate = str,
    writers: Mapping[Format, Callable[[Document], bytes]] = WRITERS,
) -> None:
    """Write a document in which stands what entry of the audit trail tells of it.

    Raises RecordReadOnly with nothing written, or what the disk refuses: then the trail tells of an export that was
    begun.
    """

    def made(leaving: Leaving, entry: Link) -> bytes:
        anchored = leaving.anchored(entry, translate)
        if isinstance(anchored, Document):
            return writers[choices.format](anchored)
        return _bundle(anchored, encounter_id, store)

    write_over(file, told(document, choices.how, encounter_id, store, made))


def _bundle(document: FhirDocument, encounter_id: str, store: VaultStore) -> bytes:
    contents = store.contents(encounter_id)
    return document.written(lambda name: b"".join(contents[name]))
