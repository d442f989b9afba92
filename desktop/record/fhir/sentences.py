"""Answers and drafts as sections of a Composition: every sentence with its verdict and its sources, for people in the
narrative and for programs in an extension."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.record.encounter import Sentence, Verdict
from desktop.record.export.document import SOURCES, UNVERIFIED, WITHHELD, source_words
from desktop.record.fhir.tree import Line, Narrative, said

if TYPE_CHECKING:
    from collections.abc import Iterable

    from desktop.record.encounter import Citation
    from desktop.record.export.document import Translate
    from desktop.record.fhir.tree import Json, Said

EXTENSIONS = "urn:x-bedside:fhir:"
"""Before the name of each extension of ours. Nothing can be fetched there: a bundle refers to nothing outside of it."""


def narrated(sentences: Iterable[Sentence], notices: Iterable[str], section: str, translate: Translate) -> Narrative:
    """Return sentences as paragraphs with the numbers of their sources, which are listed below them.

    `section` is the id of the section that they stand in: no id may stand twice in a resource.
    """
    sources: list[Citation] = []
    lines = [
        Line("p", _pieces(sentence, sources, translate), id=element_id(section, place))
        for place, sentence in enumerate(sentences, 1)
    ]
    if sources:
        lines.append(Line("p", (translate(SOURCES),)))
        listed = ((f"[{number}]", said(source_words(each, translate))) for number, each in enumerate(sources, 1))
        lines += [Line("p", pieces) for pieces in listed]
    lines += [Line("p", (said(notice),)) for notice in notices]
    return Narrative(tuple(lines))


def _pieces(sentence: Sentence, sources: list[Citation], translate: Translate) -> tuple[Said | str, ...]:
    if sentence.verdict is Verdict.WITHHELD:
        return (f"[{translate(WITHHELD)}]",)
    sources += [citation for citation in dict.fromkeys(sentence.citations) if citation not in sources]
    numbers = "".join(f"[{sources.index(citation) + 1}]" for citation in sentence.citations)
    doubt = f"[{translate(UNVERIFIED)}]" if sentence.verdict is Verdict.UNVERIFIED else ""
    return said(sentence.text), numbers, doubt


def element_id(section: str, place: int) -> str:
    """Return the id of the paragraph in which the `place`-th sentence of a section stands."""
    return f"{section}-s{place}"


def extensions_of(sentences: Iterable[Sentence], section: str) -> list[Json]:
    """Return what the gate found about each sentence of a section, and its sources, for programs."""
    return [_extension(sentence, element_id(section, place)) for place, sentence in enumerate(sentences, 1)]


def _extension(sentence: Sentence, element: str) -> Json:
    words = {} if sentence.verdict is Verdict.WITHHELD else {"valueString": said(sentence.text)}
    parts = [
        {"url": "element", "valueString": element},
        *([{"url": "text", **words}] if words else []),
        {"url": "verdict", "valueCode": sentence.verdict.value},
        *map(_citation, sentence.citations),
    ]
    return {"url": f"{EXTENSIONS}sentence", "extension": parts}


def _citation(citation: Citation) -> Json:
    values = (
        ("kind", "valueCode", citation.kind.value),
        ("label", "valueString", said(citation.label)),
        ("heading", "valueString", said(citation.heading) if citation.heading else None),
        ("quote", "valueString", said(citation.quote) if citation.quote else None),
        ("page", "valueInteger", citation.page),
        ("start-seconds", "valueDecimal", citation.start_s),
        ("end-seconds", "valueDecimal", citation.end_s),
        ("dependence", "valueCode", citation.dependence.value if citation.dependence else None),
    )
    parts = [{"url": url, kind: value} for url, kind, value in values if value is not None]
    return {"url": "citation", "extension": parts}
