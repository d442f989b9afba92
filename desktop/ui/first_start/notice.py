"""The intended-use notice: INTENDED_USE.md as a table that can be translated; a test holds the two together."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.translatable import QT_TRANSLATE_NOOP

CONTEXT = "Notice"


@dataclass(frozen=True, slots=True)
class Passage:
    """One passage with its heading, which may be empty."""

    heading: str
    text: str


PASSAGES = (
    Passage(
        "",
        QT_TRANSLATE_NOOP(
            "Notice",
            "Bedside is software for research and education. It is not a medical device, it has not been cleared by "
            "any authority, and nothing that it says is a diagnosis.",
        ),
    ),
    Passage(
        QT_TRANSLATE_NOOP("Notice", "Who it is for."),
        QT_TRANSLATE_NOOP(
            "Notice",
            "Doctors and other trained clinicians, and those who teach them. It is not for patients on their own.",
        ),
    ),
    Passage(
        QT_TRANSLATE_NOOP("Notice", "What a clinician must do."),
        QT_TRANSLATE_NOOP(
            "Notice",
            "Read the sources beside every sentence before relying on it. Listen to the recording where a drug, a "
            "dose, a number, a side or a negation matters.",
        ),
    ),
    Passage(
        QT_TRANSLATE_NOOP("Notice", "What it must not be used for."),
        QT_TRANSLATE_NOOP(
            "Notice",
            "Emergencies, triage, screening, monitoring, dosing, or any decision that nobody checks. It signs nothing "
            "by itself and sends nothing.",
        ),
    ),
    Passage(
        QT_TRANSLATE_NOOP("Notice", "Known limits."),
        QT_TRANSLATE_NOOP(
            "Notice",
            "The decoder that comes with Bedside has 135 million parameters. It makes things up, also in fluent "
            "sentences.",
        ),
    ),
    Passage(
        "",
        QT_TRANSLATE_NOOP(
            "Notice",
            "Whisper invents words in about one of a hundred passages, mostly in silence; Bedside drops silence "
            "before Whisper hears it and marks words it is unsure of, but does not catch every invention. Keep the "
            "recording.",
        ),
    ),
)
