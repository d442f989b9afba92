"""A document as DOCX (WordprocessingML, ECMA-376): paragraphs in five styles and a footer, nothing else.

Every text is escaped; no field, link, macro or picture is ever written. Two exports of one document are the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from desktop.record.export.document import Role
from desktop.record.export.text import printable

if TYPE_CHECKING:
    from desktop.record.export.document import Document

_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_HALF_POINTS = {Role.WATERMARK: 18, Role.TITLE: 32, Role.HEADING: 24, Role.BODY: 21, Role.CAPTION: 18}
_BOLD = {Role.TITLE, Role.HEADING, Role.WATERMARK}
_PARTS = {"document": "document.main", "styles": "styles", "footer1": "footer"}
_EARLIEST = (1980, 1, 1, 0, 0, 0)


def as_docx(document: Document) -> bytes:
    """Return the file's content."""
    paragraphs = "".join(_paragraph(paragraph.role, paragraph.text) for paragraph in document.paragraphs)
    section = f'<w:sectPr><w:footerReference xmlns:r="{_OFFICE}" w:type="default" r:id="footer1"/></w:sectPr>'
    files = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relations({"document": ("officeDocument", "word/document.xml")}),
        "word/document.xml": _part("document", f"<w:body>{paragraphs}{section}</w:body>"),
        "word/styles.xml": _part("styles", "".join(map(_style, Role))),
        "word/footer1.xml": _part("ftr", _paragraph(Role.CAPTION, document.footer)),
        "word/_rels/document.xml.rels": _relations(
            {"styles": ("styles", "styles.xml"), "footer1": ("footer", "footer1.xml")}
        ),
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, _EARLIEST), text.encode(), zipfile.ZIP_DEFLATED)
    return content.getvalue()


def _part(root: str, content: str) -> str:
    return f'{_HEAD}<w:{root} xmlns:w="{_MAIN}">{content}</w:{root}>'


def _paragraph(role: Role, text: str) -> str:
    run = f'<w:r><w:t xml:space="preserve">{escape(printable(text))}</w:t></w:r>'
    return f'<w:p><w:pPr><w:pStyle w:val="{role.value}"/></w:pPr>{run}</w:p>'


def _style(role: Role) -> str:
    bold = "<w:b/>" if role in _BOLD else ""
    spacing = '<w:pPr><w:spacing w:after="120"/></w:pPr>'
    look = f'<w:rPr>{bold}<w:sz w:val="{_HALF_POINTS[role]}"/></w:rPr>'
    return f'<w:style w:type="paragraph" w:styleId="{role}"><w:name w:val="Bedside {role}"/>{spacing}{look}</w:style>'


def _content_types() -> str:
    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_TYPE}.{kind}+xml"/>' for name, kind in _PARTS.items()
    )
    endings = {"rels": _RELATIONS, "xml": "text/xml"}
    defaults = "".join(f'<Default Extension="{name}" ContentType="{kind}"/>' for name, kind in endings.items())
    return f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">{defaults}{overrides}</Types>'


_RELATIONS = "application/vnd.openxmlformats-package.relationships+xml"


def _relations(targets: dict[str, tuple[str, str]]) -> str:
    found = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for name, (kind, target) in targets.items()
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{found}</Relationships>'
