"""Documents written by hand, as small as their formats allow, so that no library of ours wrote what ours reads."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STYLES = (
    f'<w:styles xmlns:w="{_W}"><w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:styleId="Standard"><w:name w:val="Normal"/></w:style></w:styles>'
)
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Ward guideline</dc:title><dc:creator>X</dc:creator>'
    "</cp:coreProperties>"
)


def paragraph(text: str, style: str = "Standard", *, new_page: bool = False) -> str:
    """Return a paragraph of WordprocessingML."""
    page = "<w:r><w:lastRenderedPageBreak/></w:r>" if new_page else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{page}<w:r><w:t>{text}</w:t></w:r></w:p>'


def write_docx(path: Path, body: str, prologue: str = "") -> Path:
    """Write a document whose body is `body`."""
    document = f'{prologue}<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", document)
        archive.writestr("word/styles.xml", STYLES)
        archive.writestr("docProps/core.xml", CORE)
    return path


def write_pdf(path: Path, pages: Sequence[str], bookmarks: Sequence[tuple[str, int]] = (), title: str = "") -> Path:
    """Write a PDF 1.4 of text pages, its lines parted by newlines; a bookmark names a page from 0."""
    objects = ["<< /Type /Catalog /Pages 2 0 R /Outlines 4 0 R >>"]
    first_page = 5 + len(bookmarks)
    kids = " ".join(f"{first_page + 2 * place} 0 R" for place in range(len(pages)))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>")
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    ends = f"/First 5 0 R /Last {4 + len(bookmarks)} 0 R /Count {len(bookmarks)}" if bookmarks else ""
    objects.append(f"<< /Type /Outlines {ends} >>")
    for place, (name, page) in enumerate(bookmarks):
        following = f"/Next {6 + place} 0 R" if place + 1 < len(bookmarks) else ""
        objects.append(
            f"<< /Title ({name}) /Parent 4 0 R /Dest [{first_page + 2 * page} 0 R /XYZ 0 800 0] {following} >>"
        )
    for place, text in enumerate(pages):
        lines = " T* ".join(f"({line}) Tj" for line in text.split("\n"))
        stream = f"BT /F1 12 Tf 14 TL 50 780 Td {lines} ET"
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {first_page + 2 * place + 1} 0 R >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    objects.append(f"<< /Title ({title}) >>")
    path.write_bytes(_file_of(objects))
    return path


def _file_of(objects: Sequence[str]) -> bytes:
    data = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    trailer = f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>"
    xref = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}\nstartxref\n{len(data)}\n%%EOF\n"
    return data + xref.encode("latin-1")
