"""An encounter as paragraphs: what people and models said, and our own words around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from desktop.record.encounter import (
    Answer,
    Attachment,
    Citation,
    Dictation,
    Encounter,
    Question,
    Sentence,
    Verdict,
    Writing,
)
from desktop.record.export.choices import Part
from desktop.record.export.provenance import CHANGES, OWN, check_words, line_change, minute, state_of
from desktop.record.note_editing import parts_of
from desktop.translatable import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from desktop.record.deidentify.replacing import Replacement
    from desktop.record.note_editing import NoteLine
    from desktop.record.vault.chain import Link

Translate = Callable[[str], str]
WATERMARK = QT_TRANSLATE_NOOP("Export", "Draft - research and education")
ENCOUNTER = QT_TRANSLATE_NOOP("Export", "Encounter")
QUESTION = QT_TRANSLATE_NOOP("Export", "Question")
ANSWER = QT_TRANSLATE_NOOP("Export", "Answer of a model")
SOURCES = QT_TRANSLATE_NOOP("Export", "Sources")
UNVERIFIED = QT_TRANSLATE_NOOP("Export", "no source bears this out")
WITHHELD = QT_TRANSLATE_NOOP("Export", "A sentence is withheld: it did not depend on the picture that it was said of.")
NOT_INCLUDED = QT_TRANSLATE_NOOP("Export", "not included")
PAGE = QT_TRANSLATE_NOOP("Export", "page {0}")
NOTHING = QT_TRANSLATE_NOOP("Export", "There is nothing of what was chosen in this encounter.")
SIGNED_WATERMARK = QT_TRANSLATE_NOOP("Export", "Signed note - research and education")
CHECK = QT_TRANSLATE_NOOP(
    "Export",
    "Answers are written by a model and not signed. Not a medical device: check every sentence against its sources.",
)
FOOTER = QT_TRANSLATE_NOOP("Export", "Entry {0} of the audit trail, {1}")
MAC_DIGITS = 16


class Role(StrEnum):
    """How a paragraph is shown."""

    WATERMARK = "watermark"
    TITLE = "title"
    HEADING = "heading"
    BODY = "body"
    CAPTION = "caption"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of plain text; `is_ours` where no word of it comes from the encounter."""

    role: Role
    text: str
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """What leaves the record; `footer` stands under each page."""

    paragraphs: tuple[Paragraph, ...]
    footer: str = ""

    @property
    def patient_text(self) -> str:
        """Every word that comes from the encounter, a paragraph a line: what is de-identified."""
        return "\n".join(paragraph.text for paragraph in self.paragraphs if not paragraph.is_ours)

    def changed(self, changes: Iterable[Replacement]) -> Document:
        """Return it with replacements made in its `patient_text`."""
        ordered = sorted(changes, key=lambda change: change.start)
        paragraphs, start = [], 0
        for paragraph in self.paragraphs:
            if paragraph.is_ours:
                paragraphs.append(paragraph)
                continue
            end = start + len(paragraph.text)
            paragraphs.append(replace(paragraph, text=changed_between(paragraph.text, start, end, ordered)))
            start = end + 1
        return replace(self, paragraphs=tuple(paragraphs))

    def anchored(self, entry: Link, translate: Translate = str) -> Document:
        """Return it with the entry of the audit trail that tells of it under each page."""
        anchor = translate(FOOTER).format(entry.seq, entry.mac[:MAC_DIGITS])
        mark = next((part.text for part in self.paragraphs if part.role is Role.WATERMARK), translate(WATERMARK))
        return replace(self, footer=f"{mark} · {anchor}")


def document_of(
    encounter: Encounter, parts: frozenset[Part], translate: Translate = str, *, hashes: bool = True
) -> Document:
    """Return the chosen parts of an encounter, in the order in which they happened.

    Without `hashes` no signed note is told by its hash: that would lead back to the record.
    """
    title = encounter.title if Part.TITLE in parts and encounter.title else ""
    head = (
        Paragraph(Role.WATERMARK, translate(watermark_of(encounter, parts)), is_ours=True),
        Paragraph(Role.TITLE, title, is_ours=False) if title else Paragraph(Role.TITLE, translate(ENCOUNTER), True),
        Paragraph(Role.CAPTION, minute(encounter.created)),
        Paragraph(Role.CAPTION, translate(CHECK), is_ours=True),
    )
    body = tuple(_entries(encounter, parts, translate, hashes=hashes))
    return Document((*head, *(body or (Paragraph(Role.BODY, translate(NOTHING), is_ours=True),))))


def watermark_of(encounter: Encounter, parts: frozenset[Part]) -> str:
    """Return what stands above all of it: a draft, unless what was written in it is signed."""
    notes = [entry for entry in encounter.entries if isinstance(entry, Writing) and entry.sections]
    answers = any(isinstance(entry, Answer) and entry.text for entry in encounter.entries)
    is_signed = bool(notes) and Part.DRAFTS in parts and all(note.is_signed for note in notes)
    return SIGNED_WATERMARK if is_signed and not (answers and Part.ANSWERS in parts) else WATERMARK


def _entries(
    encounter: Encounter, parts: frozenset[Part], translate: Translate, *, hashes: bool
) -> Iterator[Paragraph]:
    for entry in encounter.entries:
        if isinstance(entry, Dictation) and Part.DICTATIONS in parts:
            yield Paragraph(Role.HEADING, entry.label, is_ours=True)
            yield Paragraph(Role.CAPTION, minute(entry.at))
            yield Paragraph(Role.BODY, _flat(" ".join(utterance.text.strip() for utterance in entry.utterances)))
        elif isinstance(entry, Question) and Part.QUESTIONS in parts:
            yield Paragraph(Role.HEADING, translate(QUESTION), is_ours=True)
            yield Paragraph(Role.BODY, _flat(" ".join(filter(None, (entry.text, entry.about)))))
        elif isinstance(entry, Answer) and Part.ANSWERS in parts and entry.text:
            yield from _answer(entry, translate)
        elif isinstance(entry, Writing) and Part.DRAFTS in parts and entry.sections:
            yield from _draft(entry, translate, hashes=hashes)
        elif isinstance(entry, Attachment) and Part.PICTURES in parts:
            yield Paragraph(Role.HEADING, f"{entry.label} ({translate(NOT_INCLUDED)})", is_ours=True)
            if entry.description:
                yield Paragraph(Role.CAPTION, _flat(entry.description))


def _answer(answer: Answer, translate: Translate) -> Iterator[Paragraph]:
    yield Paragraph(Role.HEADING, translate(ANSWER), is_ours=True)
    yield Paragraph(Role.CAPTION, " · ".join(filter(None, (answer.decoder, minute(answer.at)))))
    sources: list[Citation] = []
    sentences = answer.sentences or (Sentence(answer.text, Verdict.UNVERIFIED),)
    yield Paragraph(Role.BODY, _flat(" ".join(_sentence(sentence, sources, translate) for sentence in sentences)))
    yield from _below(sources, answer.notices, translate)


def _draft(draft: Writing, translate: Translate, *, hashes: bool) -> Iterator[Paragraph]:
    """Yield a draft or a signed note, a sentence a paragraph; what is to be checked is no part of it."""
    yield Paragraph(Role.HEADING, _flat(draft.title))
    yield Paragraph(Role.CAPTION, minute(draft.at))
    if draft.is_note:
        yield Paragraph(Role.BODY, state_of(draft, translate, hashes=hashes), is_ours=not draft.is_signed)
    sources: list[Citation] = []
    changes: list[str] = []
    for part in parts_of(draft):
        standing = [line for line in part.lines if not line.struck]
        if standing:
            yield Paragraph(Role.CAPTION, _flat(part.heading))
        for line in standing:
            yield Paragraph(Role.BODY, _flat(_line(line, sources, changes, translate)))
        changes += [line_change(line, translate) for line in part.lines if line.struck and line.drafted]
    yield from _below(sources, draft.notices, translate)
    if changes:
        yield Paragraph(Role.CAPTION, translate(CHANGES), is_ours=True)
        yield from (Paragraph(Role.CAPTION, _flat(change)) for change in changes)
    if draft.check is not None:
        yield Paragraph(Role.CAPTION, check_words(draft.check, translate), is_ours=True)


def _line(line: NoteLine, sources: list[Citation], changes: list[str], translate: Translate) -> str:
    """Return a line with the numbers of its sources, or of the change that made it the doctor's own."""
    if not line.is_own:
        return _sentence(line.sentence, sources, translate)
    number = f"[{translate(OWN).format(1 + sum(change.startswith('[') for change in changes))}]"
    changes.append(f"{number} {line_change(line, translate)}")
    return f"{line.text} {number}"


def _below(sources: Sequence[Citation], notices: Iterable[str], translate: Translate) -> Iterator[Paragraph]:
    if sources:
        yield Paragraph(Role.CAPTION, translate(SOURCES), is_ours=True)
        for number, citation in enumerate(sources, 1):
            yield Paragraph(Role.CAPTION, _flat(f"[{number}] {source_words(citation, translate)}"))
    for notice in notices:
        yield Paragraph(Role.CAPTION, _flat(notice))


def _sentence(sentence: Sentence, sources: list[Citation], translate: Translate) -> str:
    """Return a sentence with the numbers of its sources, which are added to `sources`."""
    if sentence.verdict is Verdict.WITHHELD:
        return f"[{translate(WITHHELD)}]"
    if sentence.verdict is Verdict.OWN:
        return sentence.text.strip()
    numbers = ""
    for citation in sentence.citations:
        if citation not in sources:
            sources.append(citation)
        numbers += f"[{sources.index(citation) + 1}]"
    said = "" if sentence.verdict is Verdict.SUPPORTED else f"[{translate(UNVERIFIED)}]"
    return " ".join(filter(None, (sentence.text.strip(), numbers, said)))


def source_words(citation: Citation, translate: Translate) -> str:
    """Return where a citation points, in a line: the source, the place in it, and what stands there."""
    page = translate(PAGE).format(citation.page) if citation.page is not None else ""
    times = ""
    if citation.start_s is not None:
        times = _clock(citation.start_s) + (f"-{_clock(citation.end_s)}" if citation.end_s is not None else "")
    place = ", ".join(filter(None, (citation.label, citation.heading, page, times)))
    return f'{place}: "{citation.quote}"' if citation.quote else place


def changed_between(text: str, start: int, end: int, changes: list[Replacement]) -> str:
    """Return a paragraph with what lies in it replaced; a change that begins earlier stands there already."""
    pieces, at = [], start
    for change in changes:
        if change.end <= start or change.start >= end:
            continue
        pieces.append(text[at - start : max(change.start, start) - start])
        if change.start >= start:
            pieces.append(change.replacement)
        at = min(change.end, end)
    return "".join([*pieces, text[at - start :]])


def _flat(text: str) -> str:
    """Return a text as one paragraph: lines would look like paragraphs of ours."""
    return " ".join(text.split())


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"
