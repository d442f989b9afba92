"""Times, titles and verdicts in words, in the language that is shown."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, Qt

from desktop.record.encounter import (
    Answer,
    AnswerStatus,
    Citation,
    CitedKind,
    Dependence,
    Speaker,
    Used,
    UsedKind,
    Verdict,
    WritingForm,
)
from desktop.record.errors import CONTEXT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.record.encounter import Encounter, EncounterSummary, Sentence
    from desktop.record.errors import RecordError
    from desktop.ui.encounter.explaining import WhyState


def printable(text: str) -> str:
    """Return `text` without control and direction characters, which could show other words than there are."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cs"})


def sentence_of(error: RecordError) -> str:
    """Return what an error of the record says, in the language that is shown."""
    return QCoreApplication.translate(CONTEXT, error.template).format(*error.values)


def clock(seconds: float) -> str:
    """Return a place in a recording as minutes and seconds: 75.2 becomes "1:15"."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"


def local(timestamp: str) -> QDateTime:
    """Return a time of the record in the time of this place; invalid where it is none."""
    return QDateTime.fromString(timestamp, Qt.DateFormat.ISODateWithMs).toLocalTime()


def time_of_day(timestamp: str) -> str:
    """Return the hour and minute."""
    return QLocale().toString(local(timestamp).time(), "HH:mm")


def day_and_time(timestamp: str) -> str:
    """Return today's times as "14:05", earlier ones with their day."""
    moment = local(timestamp)
    if moment.date() == QDateTime.currentDateTime().date():
        return time_of_day(timestamp)
    return QLocale().toString(moment, QCoreApplication.translate("EncounterWords", "d MMM HH:mm"))


def title_of(encounter: Encounter | EncounterSummary) -> str:
    """Return the typed title, else one from the time at which the encounter began."""
    if encounter.title:
        return encounter.title
    if encounter.sample:
        return QCoreApplication.translate("EncounterWords", "Sample encounter")
    return default_title(encounter.created)


def default_title(created: str) -> str:
    """Return the title of an encounter that was given none."""
    moment = QLocale().toString(local(created), QCoreApplication.translate("EncounterWords", "d MMM HH:mm"))
    return QCoreApplication.translate("EncounterWords", "Encounter, {0}").format(moment)


def speaker_word(speaker: Speaker) -> str:
    """Return who speaks."""
    if speaker is Speaker.DOCTOR:
        return QCoreApplication.translate("EncounterWords", "Doctor")
    if speaker is Speaker.PATIENT:
        return QCoreApplication.translate("EncounterWords", "Patient")
    return QCoreApplication.translate("EncounterWords", "Unclear")


def verdict_word(verdict: Verdict | None) -> str:
    """Return what stands beside a sentence; None is one that was never checked."""
    if verdict is None:
        return QCoreApplication.translate("EncounterWords", "Unchecked")
    if verdict is Verdict.WITHHELD:
        return QCoreApplication.translate("EncounterWords", "Withheld")
    if verdict is Verdict.OWN:
        return QCoreApplication.translate("EncounterWords", "Your words")
    if verdict is Verdict.SUPPORTED:
        return QCoreApplication.translate("EncounterWords", "Supported")
    return QCoreApplication.translate("EncounterWords", "Unverified")


def sentence_words(sentence: Sentence) -> str:
    """Return what is shown of a sentence: its own words, or that they are withheld."""
    if sentence.verdict is not Verdict.WITHHELD:
        return printable(sentence.text)
    return QCoreApplication.translate(
        "EncounterWords",
        "Withheld: this would have been said of any other picture too, so the picture does not bear it out.",
    )


def answer_words(answer: Answer) -> str:
    """Return what is shown of a whole answer."""
    if any(sentence.verdict is Verdict.WITHHELD for sentence in answer.sentences):
        return " ".join(map(sentence_words, answer.sentences))
    return printable(answer.text)


def dependence_words(dependence: Dependence) -> str:
    """Return how much a sentence depends on the picture that it cites."""
    if dependence is Dependence.STRONG:
        return QCoreApplication.translate("EncounterWords", "Depends strongly on this picture")
    if dependence is Dependence.WEAK:
        return QCoreApplication.translate("EncounterWords", "Depends weakly on this picture")
    return QCoreApplication.translate("EncounterWords", "Does not depend on this picture")


def verdict_sentence(sentence: Sentence) -> str:
    """Return what a verdict means for the reader."""
    if sentence.verdict is Verdict.SUPPORTED:
        return QCoreApplication.translate("EncounterWords", "The words of this sentence stand in the source below.")
    if sentence.verdict is Verdict.OWN:
        return _own_words(sentence)
    if sentence.verdict is Verdict.WITHHELD:
        return QCoreApplication.translate(
            "EncounterWords", "The answer was as probable with other pictures as with this one. Look for yourself."
        )
    if any(citation.kind is CitedKind.PASSAGE for citation in sentence.citations):
        return QCoreApplication.translate(
            "EncounterWords", "It is not written like this anywhere. The closest words are below: compare them."
        )
    if any(citation.quote for citation in sentence.citations):
        return QCoreApplication.translate(
            "EncounterWords", "Nobody said it like this. The closest words are below: compare them."
        )
    if sentence.citations:
        return QCoreApplication.translate(
            "EncounterWords", "No words bear this out. It may come from the picture: look for yourself."
        )
    return QCoreApplication.translate(
        "EncounterWords", "Nothing in this encounter bears this out. Do not rely on it without checking."
    )


def _own_words(sentence: Sentence) -> str:
    if sentence.citations:
        return QCoreApplication.translate(
            "EncounterWords", "You wrote this. What stood here before came from the source below."
        )
    return QCoreApplication.translate("EncounterWords", "You wrote this yourself.")


def said_instead(answer: Answer) -> str:
    """Return the closest words that were said, where sentences of an answer are not borne out; each place once."""
    cited = [c for s in answer.sentences if s.verdict is Verdict.UNVERIFIED for c in s.citations if c.quote]
    said = dict.fromkeys(_quotation(c) for c in cited if c.kind is not CitedKind.PASSAGE)
    written = dict.fromkeys(_quotation(c) for c in cited if c.kind is CitedKind.PASSAGE)
    lines = [QCoreApplication.translate("EncounterWords", "What was said:"), *said] if said else []
    lines += [QCoreApplication.translate("EncounterWords", "What is written:"), *written] if written else []
    return "\n".join(lines)


def why_words(state: WhyState) -> str:
    """Return how far explaining an answer is, what it hangs on, or why that cannot be said."""
    if state.running:
        words = QCoreApplication.translate("EncounterWords", "Looking for what this answer hangs on ({0} %)…")
        return words.format(round(100 * state.share))
    if state.found is None:
        return state.failure
    found = state.found
    parts = (
        (QCoreApplication.translate("EncounterWords", "pictures"), found.image),
        (QCoreApplication.translate("EncounterWords", "sound"), found.audio),
        (QCoreApplication.translate("EncounterWords", "words that were said"), found.said),
        (QCoreApplication.translate("EncounterWords", "the question and the rest"), found.rest),
    )
    shares = ", ".join(f"{name} {round(100 * share)} %" for name, share in parts if round(100 * share))
    return QCoreApplication.translate(
        "EncounterWords", "This answer hangs on: {0}. It shows what the model used, not whether it is right."
    ).format(shares)


def source_name(citation: Citation) -> str:
    """Return what a citation points at: "Recording 1, 0:13"."""
    if citation.kind is CitedKind.QUESTION:
        return QCoreApplication.translate("EncounterWords", "Your question")
    if citation.start_s is not None:
        return f"{citation.label}, {clock(citation.start_s)}"
    if citation.kind is CitedKind.PASSAGE:
        return _place_in_library(citation)
    return citation.label


def _place_in_library(citation: Citation) -> str:
    """Return where a passage stands: "Dengue guideline, page 12, Warning signs"."""
    page = QCoreApplication.translate("EncounterWords", "page {0}").format(citation.page) if citation.page else ""
    parts = filter(None, (citation.label, page, citation.heading))
    return printable(QCoreApplication.translate("EncounterWords", ", ").join(parts))


def used_words(given: tuple[Used, ...]) -> str:
    """Return what a decoder was given as one list: "Recording 1 (16 words), Image 1, your question"."""
    return QCoreApplication.translate("EncounterWords", ", ").join(map(_used_words, given))


def _used_words(used: Used) -> str:
    match used.kind:
        case UsedKind.WORDS if used.words == 1:
            return QCoreApplication.translate("EncounterWords", "{0} (1 word)").format(used.label)
        case UsedKind.WORDS:
            return QCoreApplication.translate("EncounterWords", "{0} ({1} words)").format(used.label, used.words)
        case UsedKind.SOUND:
            return QCoreApplication.translate("EncounterWords", "{0} (its sound)").format(used.label)
        case UsedKind.PICTURE:
            return _used_picture(used)
        case UsedKind.HEADER:
            only = QCoreApplication.translate("EncounterWords", "{0} (only what its file header says)")
            return only.format(used.label)
        case UsedKind.PASSAGE:
            return QCoreApplication.translate("EncounterWords", "{0} (library)").format(used.label)
        case UsedKind.QUESTION:
            return QCoreApplication.translate("EncounterWords", "your question")


def _used_picture(used: Used) -> str:
    if used.frames == 1:
        return used.label
    if used.time_s is None:
        frame = QCoreApplication.translate("EncounterWords", "{0}, frame {1} of {2}")
        return frame.format(used.label, used.frame, used.frames)
    timed = QCoreApplication.translate("EncounterWords", "{0}, frame {1} of {2} ({3})")
    return timed.format(used.label, used.frame, used.frames, clock(used.time_s))


def status_sentence(answer: Answer) -> str:
    """Return what became of an answer that is not whole; empty for one that is."""
    if answer.status is AnswerStatus.CUT_SHORT:
        return QCoreApplication.translate(
            "EncounterWords", "The answer reached its longest length and stops here. Ask for the rest if you need it."
        )
    if answer.status is AnswerStatus.CANCELLED:
        if answer.sentences:
            return QCoreApplication.translate("EncounterWords", "You stopped this answer.")
        return QCoreApplication.translate("EncounterWords", "You stopped this answer before it could be checked.")
    return answer.reason if answer.status is AnswerStatus.FAILED else ""


def plain_answer(answer: Answer, *, sources: bool) -> str:
    """Return an answer as plain text for other programs; with `sources` each sentence names its own."""
    if not sources or not answer.sentences:
        return answer_words(answer)
    model = QCoreApplication.translate("EncounterWords", "Answered by {0}. Check every sentence against its source.")
    return "\n".join([*plain_sentences(answer.sentences), "", model.format(answer.decoder)])


def plain_sentences(sentences: Sequence[Sentence]) -> list[str]:
    """Return sentences as lines of plain text, each with its verdict and followed by its sources."""
    lines = []
    for sentence in sentences:
        lines.append(f"{sentence_words(sentence)} [{verdict_word(sentence.verdict)}]")
        lines += [f"    {_source_line(citation, sentence.verdict)}" for citation in sentence.citations]
    return lines


def writing_name(form: WritingForm) -> str:
    """Return what a kind of draft is called."""
    match form:
        case WritingForm.NOTE:
            return QCoreApplication.translate("EncounterWords", "Note")
        case WritingForm.FINDINGS:
            return QCoreApplication.translate("EncounterWords", "Findings")
        case WritingForm.DIFFERENTIAL:
            return QCoreApplication.translate("EncounterWords", "Differential")
        case WritingForm.CARD:
            return QCoreApplication.translate("EncounterWords", "Card for the patient")
        case WritingForm.ADDENDUM:
            return QCoreApplication.translate("EncounterWords", "Addendum")


def _source_line(citation: Citation, verdict: Verdict) -> str:
    name = source_name(citation)
    if citation.dependence is not None:
        return f"{name}: {dependence_words(citation.dependence)}"
    if not citation.quote:
        return name
    quoted = _quotation(citation)
    if verdict is Verdict.UNVERIFIED:
        return QCoreApplication.translate("EncounterWords", "Closest words: {0}").format(quoted)
    if verdict is Verdict.OWN:
        return QCoreApplication.translate("EncounterWords", "Drafted from: {0}").format(quoted)
    return quoted


def _quotation(citation: Citation) -> str:
    return f"{source_name(citation)}: “{printable(citation.quote)}”"
