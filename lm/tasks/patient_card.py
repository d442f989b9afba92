"""The patient card: what the doctor said, in plain words and short sentences, for the patient to take home.

Nothing is generated. Each sentence of the doctor's text or of an answer is said with plainer words and in shorter
sentences, and is held against what it was: where a number, a drug, a denial or a side would be lost or added, the
original sentence stands and is marked. Sections, teach-back questions (AHRQ Health Literacy Universal Precautions
Toolkit, tool 5) and the list of words follow from the sentences by rules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lm.clinical.plain_words import apply
from lm.clinical.reading_level import ReadingLevel, reading_level
from lm.clinical.second_person import to_you
from lm.clinical.short_sentences import split_long
from lm.grounding.answer import Citation, Sentence, Verdict
from lm.sequence import SourceKind
from lm.tasks.writing import Section, Writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lm.clinical.plain_words import PlainWords, Replacement

FOUND, TO_DO, MEDICINES, COME_BACK = "What we found", "What to do", "Medicines", "When to get help"
WORDS, TEACH_BACK = "Words you may hear", "Tell us in your own words"
TITLE = "For you to take home"
MOST_WORDS = 8
"""Of the list of words, at most: a card is no dictionary."""
_SECTIONS = (FOUND, TO_DO, MEDICINES, COME_BACK)
_QUESTIONS = {
    FOUND: "Can you tell me in your own words what we found?",
    TO_DO: "What will you do when you are home?",
    MEDICINES: "How will you take your medicines?",
    COME_BACK: "When will you call for help or come back at once?",
}
_URGENT = re.compile(
    r"\b911\b|\b(?:come back|return|call|go|seek|get|see|tell|contact)\b.{0,60}"
    r"\b(?:if|when|right away|at once|immediately|emergency)\b|\bseek (?:medical|urgent)",
    re.IGNORECASE,
)
_DOSED = re.compile(
    r"\b(?:\d+(?:[.,]\d+)*\s?(?:mg|mcg|µg|g|ml|mL|units?|IU|puffs?|drops?)\b(?!/)|tablets?|pills?|capsules|"
    r"inhalers?|medicines?|medications?|antibiotics?|dose)",
    re.IGNORECASE,
)
_ADVICE = re.compile(
    r"^(?:please |do not |don['’]t |never |always )?(?:take|drink|rest|avoid|stop|start|keep|use|call|eat|wear|walk|"
    r"try|go|bring|check|continue|follow|ask|make|get|return|limit|quit|wash|apply|increase|decrease|repeat|see|watch)\b"
    r"|\b(?:you|patients?|people) (?:should|must|need to|will|can|may want to)\b"
    r"|^will (?:also )?[a-z]+\b|\bwe (?:will|would like|recommend|advise)\b|\bfollow[- ]?up\b|\bshould be\b",
    re.IGNORECASE,
)
_SPEAKS_OF_PATIENT = re.compile(r"(?:^|\b(?:the|this)\s)patient\b(?!s)|^(?:he|she)\b(?! or)", re.IGNORECASE)


_GOES_ON = re.compile(
    r"^(?:it|this|that|these|those|they) (?:\w+s|gave|did|had|were|are|have|do|made|caused)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class CardLine:
    """One sentence of the original with what the card says for it."""

    original: Sentence
    section: str
    sentences: tuple[Sentence, ...]
    replaced: tuple[Replacement, ...]
    kept_because: tuple[str, ...] = ()
    """What plain words would have lost or added: the original stands. Empty where nothing would."""


@dataclass(frozen=True, slots=True)
class PatientCard:
    """The card, with what a doctor needs to judge it."""

    writing: Writing
    lines: tuple[CardLine, ...]
    before: ReadingLevel
    after: ReadingLevel


@dataclass(frozen=True, slots=True)
class CardMaker:
    """Makes cards with one list of plain words; `changed(original, plain)` names what differs in meaning."""

    words: PlainWords
    changed: Callable[[str, str], tuple[str, ...]]
    is_drug: Callable[[str], bool] = lambda _text: False
    """Whether a sentence names a drug."""

    def make(self, sentences: Sequence[Sentence], title: str = TITLE) -> PatientCard:
        """Return the card of some sentences; what is withheld from the doctor is withheld from the patient."""
        shown = [sentence for sentence in sentences if sentence.verdict is not Verdict.WITHHELD]
        to_patient = any(_SPEAKS_OF_PATIENT.search(sentence.text) for sentence in shown)
        lines = self._lines(shown, to_patient)
        before = reading_level("\n".join(line.original.text for line in lines))
        after = reading_level("\n".join(said.text for line in lines for said in line.sentences))
        sections = [_section(name, lines) for name in _SECTIONS]
        sections = [section for section in sections if section.sentences]
        sections += [*_words_section(lines), *_teach_back(sections)]
        return PatientCard(Writing(title, tuple(sections), _notices(lines, after)), lines, before, after)

    def plain(self, text: str, *, to_patient: bool) -> tuple[tuple[str, ...], tuple[Replacement, ...]]:
        """Return a sentence in plain words and short sentences, not yet checked, and what was replaced."""
        replaced = self.words.replacements(text)
        return self._said(text, replaced, to_patient), replaced

    def checked(
        self, text: str, *, to_patient: bool
    ) -> tuple[tuple[str, ...], tuple[Replacement, ...], tuple[str, ...]]:
        """Return the same where it keeps the meaning; else the text itself, with what would have changed.

        Where one word alone is at fault, the others are still said plainly.
        """
        written = self.words.spelled_out(text)
        parts, replaced = self.plain(text, to_patient=to_patient)
        changed = self.changed(written, " ".join(parts))
        if changed and len(replaced) > 1:
            replaced = tuple(one for one in replaced if self._is_kept(text, one))
            parts = self._said(text, replaced, to_patient)
            changed = self.changed(written, " ".join(parts))
        return ((text,), (), changed) if changed else (parts, replaced, ())

    def _said(self, text: str, replaced: Iterable[Replacement], to_patient: bool) -> tuple[str, ...]:
        said = apply(text, replaced)
        return split_long(to_you(said, text) if to_patient else said)

    def _is_kept(self, text: str, one: Replacement) -> bool:
        if one.word.is_exact:
            return True
        return not self.changed(text, apply(text, [one]))

    def _lines(self, shown: Sequence[Sentence], to_patient: bool) -> tuple[CardLine, ...]:
        """Return the lines; one that begins with "It" stays with the one that says what it is."""
        lines: list[CardLine] = []
        for sentence in shown:
            goes_on = lines and _GOES_ON.match(sentence.text)
            section = lines[-1].section if goes_on else self._section_of(sentence.text)
            lines.append(self._line(sentence, section, to_patient))
        return tuple(lines)

    def _line(self, sentence: Sentence, section: str, to_patient: bool) -> CardLine:
        parts, replaced, changed = self.checked(sentence.text, to_patient=to_patient)
        said = tuple(Sentence(part, sentence.verdict, sentence.citations) for part in parts)
        return CardLine(sentence, section, said, replaced, changed)

    def _section_of(self, text: str) -> str:
        if _URGENT.search(text):
            return COME_BACK
        if _DOSED.search(text) or self.is_drug(text):
            return MEDICINES
        return TO_DO if _ADVICE.search(text) else FOUND


def _section(name: str, lines: Iterable[CardLine]) -> Section:
    return Section(name, tuple(said for line in lines if line.section == name for said in line.sentences))


def _words_section(lines: Sequence[CardLine]) -> tuple[Section, ...]:
    """List the medical words that were replaced, so that the patient knows them when somebody else says them."""
    said: dict[str, Sentence] = {}
    for line in lines:
        for one in line.replaced:
            if one.word.group not in {"everyday", "dosing"} and one.original.lower() not in said:
                source = Citation(SourceKind.PASSAGE, _source_of(one), f"{one.word.term}: {one.word.plain}")
                text = f"{one.original[0].upper()}{one.original[1:]}: {one.word.plain}."
                said[one.original.lower()] = Sentence(text, Verdict.SUPPORTED, (source,))
    return (Section(WORDS, tuple(said.values())[:MOST_WORDS]),) if said else ()


def _source_of(replacement: Replacement) -> str:
    group = replacement.word.group
    return group if group.startswith("Human Phenotype") else "Bedside's list of plain words"


def _teach_back(sections: Iterable[Section]) -> tuple[Section, ...]:
    """Ask for each section in the patient's own words; a question cites what it asks about."""
    asked = [
        Sentence(_QUESTIONS[section.heading], Verdict.SUPPORTED, section.sentences[0].citations)
        for section in sections
        if section.heading in _QUESTIONS
    ]
    return (Section(TEACH_BACK, tuple(asked)),) if asked else ()


def _notices(lines: Sequence[CardLine], after: ReadingLevel) -> tuple[str, ...]:
    """Say what the doctor should know before the card is handed over."""
    aim = "within the aim of grade 6" if after.is_plain else "above the aim of grade 6: explain it aloud"
    told = [f"Reading level: grade {after.grade:.1f} (Flesch-Kincaid), {aim}."]
    kept = sum(bool(line.kept_because) for line in lines)
    if kept:
        told.append(
            f"{kept} of {len(lines)} sentences stand in their original words, because plainer ones would have changed "
            "a number, a medicine, a denial or a side."
        )
    unsure = sum(line.original.verdict is not Verdict.SUPPORTED for line in lines)
    if unsure:
        told.append(
            f"No source bears out {unsure} of {len(lines)} sentences: check them before you hand the card over."
        )
    return tuple(told)
