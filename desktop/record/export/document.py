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
from desktop.translatable import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from desktop.record.deidentify.replacing import Replacement
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
        return replace(self, footer=f"{translate(WATERMARK)} · {anchor}")


def document_of(encounter: Encounter, parts: frozenset[Part], translate: Translate = str) -> Document:
    """Return the chosen parts of an encounter, in the order in which they happened."""
    title = encounter.title if Part.TITLE in parts and encounter.title else ""
    head = (
        Paragraph(Role.WATERMARK, translate(WATERMARK), is_ours=True),
        Paragraph(Role.TITLE, title, is_ours=False) if title else Paragraph(Role.TITLE, translate(ENCOUNTER), True),
        Paragraph(Role.CAPTION, _minute(encounter.created)),
        Paragraph(Role.CAPTION, translate(CHECK), is_ours=True),
    )
    body = tuple(_entries(encounter, parts, translate))
    return Document((*head, *(body or (Paragraph(Role.BODY, translate(NOTHING), is_ours=True),))))


def _entries(encounter: Encounter, parts: frozenset[Part], translate: Translate) -> Iterator[Paragraph]:
    for entry in encounter.entries:
        if isinstance(entry, Dictation) and Part.DICTATIONS in parts:
            yield Paragraph(Role.HEADING, entry.label, is_ours=True)
            yield Paragraph(Role.CAPTION, _minute(entry.at))
            yield Paragraph(Role.BODY, _flat(" ".join(utterance.text.strip() for utterance in entry.utterances)))
        elif isinstance(entry, Question) and Part.QUESTIONS in parts:
            yield Paragraph(Role.HEADING, translate(QUESTION), is_ours=True)
            yield Paragraph(Role.BODY, _flat(" ".join(filter(None, (entry.text, entry.about)))))
        elif isinstance(entry, Answer) and Part.ANSWERS in parts and entry.text:
            yield from _answer(entry, translate)
        elif isinstance(entry, Writing) and Part.DRAFTS in parts and entry.sections:
            yield from _draft(entry, translate)
        elif isinstance(entry, Attachment) and Part.PICTURES in parts:
            yield Paragraph(Role.HEADING, f"{entry.label} ({translate(NOT_INCLUDED)})", is_ours=True)
            if entry.description:
                yield Paragraph(Role.CAPTION, _flat(entry.description))


def _answer(answer: Answer, translate: Translate) -> Iterator[Paragraph]:
    yield Paragraph(Role.HEADING, translate(ANSWER), is_ours=True)
    yield Paragraph(Role.CAPTION, " · ".join(filter(None, (answer.decoder, _minute(answer.at)))))
    sources: list[Citation] = []
    sentences = answer.sentences or (Sentence(answer.text, Verdict.UNVERIFIED),)
    yield Paragraph(Role.BODY, _flat(" ".join(_sentence(sentence, sources, translate) for sentence in sentences)))
    yield from _below(sources, answer.notices, translate)


def _draft(draft: Writing, translate: Translate) -> Iterator[Paragraph]:
    """Yield a draft, a sentence a paragraph; what is to be checked before it is used is no part of it."""
    yield Paragraph(Role.HEADING, _flat(draft.title))
    yield Paragraph(Role.CAPTION, _minute(draft.at))
    sources: list[Citation] = []
    for section in draft.sections:
        if section.sentences and not section.is_check:
            yield Paragraph(Role.CAPTION, _flat(section.heading))
            for sentence in section.sentences:
                yield Paragraph(Role.BODY, _flat(_sentence(sentence, sources, translate)))
    yield from _below(sources, draft.notices, translate)


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


def _minute(timestamp: str) -> str:
    return timestamp[:16].replace("T", " ")


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"
