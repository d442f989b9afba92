"""From a doctor's text to the sentences of a patient card, and from the card to a page of plain text."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from lm.clinical.short_sentences import listed
from lm.grounding.answer import Citation, Sentence, Verdict
from lm.grounding.gate import split_sentences
from lm.sequence import SourceKind
from lm.tasks.patient_card import TEACH_BACK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lm.tasks.patient_card import PatientCard
    from lm.tasks.writing import Section

LINE_WIDTH = 60
"""In characters: a page in large type."""
KEPT_MARK, UNSURE_MARK = " (!)", " (?)"
KEPT_NOTE = "(!) In the doctor's own words. Ask us what this means."
UNSURE_NOTE = "(?) Check with your doctor."
_HEADING = re.compile(r"^(?:[A-Z][A-Z &/,-]{3,60}|[A-Z][A-Za-z &/-]{2,40})\s*:?\s*$")
_FOR_PATIENTS = re.compile(
    r"assessment|plan|impression|diagnos|result|finding|instruct|medicat|medicine|recommend|follow|discharge|advice",
    re.IGNORECASE,
)
_MARKER = re.compile(r"^\s*(?:[•*\u2013-]|\d{1,2}[.)])\s+")
_LABEL = re.compile(
    r"^(?:medical (?:reasoning|treatment)|additional (?:testing|treatments?)|specialist referrals?|patient agreements?|"
    r"patient education(?: and counseling)?|plan|assessment|impression|instructions?): (?=\S)",
    re.IGNORECASE,
)
"""Labels of a form. Any other one belongs to what stands behind it: "Cortisol: Normal"."""
_INTRODUCTION = re.compile(r"\b(?:is|was) an? (?:\w+ )?\d+[- ]years?[- ]old\b", re.IGNORECASE)
"""A card does not tell patients their own name and age."""
_BARE = frozenset({"none", "normal", "negative", "n/a", "unknown", "unremarkable"})
"""Says nothing without its heading."""
_ABBREVIATED = re.compile(r"\b(?:Drs?|Mrs?|Ms|vs|approx|St|e\.g|i\.e)\.$")


def text_sentences(text: str, label: str) -> tuple[Sentence, ...]:
    """Return the sentences of a doctor's text that are for the patient; each cites itself.

    Of a note with headings these are the ones under findings, assessment, plan, medicines and instructions; a text
    without headings is taken whole. Sentences that introduce the patient ("is a 60-year-old") are left out.
    """
    blocks = list(_blocks(text))
    chosen = [block for block in blocks if _FOR_PATIENTS.search(block[0])] or blocks
    texts = [
        sentence
        for heading, lines in chosen
        for line in lines
        for part in _sentences(_cleaned(line))
        if (sentence := _with_heading(part, heading)) and not _INTRODUCTION.search(sentence)
    ]
    return tuple(
        Sentence(said, Verdict.SUPPORTED, (Citation(SourceKind.PASSAGE, label, said),))
        for said in dict.fromkeys(texts)
        if re.search(r"[^\W\d_]{2}", said)
    )


def _with_heading(sentence: str, heading: str) -> str:
    """Return a sentence; one that says nothing alone comes with its heading, or not at all where there is none."""
    if sentence.rstrip(".").lower() not in _BARE:
        return sentence
    return f"{heading.strip().rstrip(':').capitalize()}: {sentence.lower()}" if heading else ""


def _sentences(line: str) -> Iterator[str]:
    """Split a line; the stop of "Dr." ends no sentence, nor does one before a small letter ("t.i.d. for pain")."""
    held = ""
    for part in split_sentences(line):
        goes_on = held and (part[0].islower() or _ABBREVIATED.search(held))
        if held and not goes_on:
            yield held
        held = f"{held} {part}" if goes_on else part
    if held:
        yield held


def _blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the headings with the lines under them; what stands before the first heading has none."""
    heading = ""
    lines: list[str] = []
    for line in text.splitlines():
        if _HEADING.match(line) and not line.rstrip().endswith("."):
            if lines:
                yield heading, lines
            heading, lines = line, []
        elif line.strip():
            lines.append(line)
    if lines:
        yield heading, lines


def _cleaned(line: str) -> str:
    """Return a line without its bullet and without the label of a form ("Medical Treatment: ")."""
    bare = _MARKER.sub("", line).strip()
    return _LABEL.sub("", bare)


def handout(card: PatientCard) -> str:
    """Return the card as a page of plain text, with a line to tick for each question."""
    kept = {line.original.text for line in card.lines if line.kept_because}
    unsure = {said.text for line in card.lines for said in line.sentences if said.verdict is not Verdict.SUPPORTED}
    blocks = [card.writing.title.upper()]
    blocks += [_section_text(section, kept, unsure) for section in card.writing.sections]
    notes = [KEPT_NOTE] if kept else []
    notes += [UNSURE_NOTE] if unsure else []
    return "\n\n".join([*blocks, *notes]) + "\n"


def _section_text(section: Section, kept: set[str], unsure: set[str]) -> str:
    bullet = "[ ] " if section.heading == TEACH_BACK else "  - "
    lines = [section.heading, "-" * len(section.heading)]
    for sentence in section.sentences:
        marks = (KEPT_MARK if sentence.text in kept else "") + (UNSURE_MARK if sentence.text in unsure else "")
        head, *items = listed(sentence.text)
        lines += textwrap.wrap(
            head + ("" if items else marks), LINE_WIDTH, initial_indent=bullet, subsequent_indent="    "
        )
        for item in items:
            text = item + (marks if item is items[-1] else "")
            lines += textwrap.wrap(text, LINE_WIDTH, initial_indent="      * ", subsequent_indent="        ")
    return "\n".join(lines)
