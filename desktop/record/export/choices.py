"""What is asked before an encounter leaves the record: what, for whom, why, and how much of a person may be in it.

All of it is enumerated, since the audit trail tells it and must hold no word of a patient.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from desktop.translatable import QT_TRANSLATE_NOOP

CONTEXT = "Export"


class Part(StrEnum):
    """What of an encounter is in a document."""

    TITLE = "title"
    DICTATIONS = "dictations"
    QUESTIONS = "questions"
    ANSWERS = "answers"
    DRAFTS = "drafts"
    PICTURES = "pictures"
    """That there are pictures, and what was opened; never the pictures themselves."""
    FILES = "files"
    """The pictures themselves, as they are: only in FHIR, and only where names may stay."""


class Format(StrEnum):
    """How a document is written; its value is the ending of the file."""

    TEXT = "txt"
    PDF = "pdf"
    DOCX = "docx"
    FHIR_R4 = "r4.json"
    FHIR_R5 = "r5.json"
    DICOM = "dcm"
    """A marked picture with its measurements, or a copy of a DICOM object."""
    PNG = "png"
    """A copy of any other picture."""

    @property
    def is_fhir(self) -> bool:
        """Whether it is a FHIR document bundle."""
        return self in (Format.FHIR_R4, Format.FHIR_R5)


class Recipient(StrEnum):
    """To whom it goes."""

    MYSELF = "myself"
    COLLEAGUE = "colleague"
    PATIENT = "patient"
    RESEARCHER = "researcher"
    STUDENTS = "students"


class Purpose(StrEnum):
    """Why it goes there."""

    TREATMENT = "treatment"
    REQUEST = "request"
    """The patient asked for it."""
    RESEARCH = "research"
    TEACHING = "teaching"
    QUALITY = "quality"


class Level(StrEnum):
    """How much of a person may be in it."""

    YEARS = "years"
    """The identifiers of Safe Harbor are replaced; of dates the year stays."""
    SHIFTED = "shifted"
    """The same, but dates are moved."""
    NAMED = "named"
    """Everything stays as it is."""


WORDS: dict[StrEnum, str] = {
    Part.TITLE: QT_TRANSLATE_NOOP("Export", "Title"),
    Part.DICTATIONS: QT_TRANSLATE_NOOP("Export", "What was said"),
    Part.QUESTIONS: QT_TRANSLATE_NOOP("Export", "Questions"),
    Part.ANSWERS: QT_TRANSLATE_NOOP("Export", "Answers with their sources"),
    Part.DRAFTS: QT_TRANSLATE_NOOP("Export", "Notes and other drafts, with their sources and changes"),
    Part.PICTURES: QT_TRANSLATE_NOOP("Export", "A list of the pictures, without them"),
    Part.FILES: QT_TRANSLATE_NOOP("Export", "The pictures themselves (FHIR with names only)"),
    Format.TEXT: QT_TRANSLATE_NOOP("Export", "Plain text"),
    Format.PDF: "PDF",
    Format.DOCX: "Word (DOCX)",
    Format.FHIR_R4: "FHIR R4 (JSON)",
    Format.FHIR_R5: "FHIR R5 (JSON)",
    Format.DICOM: "DICOM",
    Format.PNG: "PNG",
    Recipient.MYSELF: QT_TRANSLATE_NOOP("Export", "Myself"),
    Recipient.COLLEAGUE: QT_TRANSLATE_NOOP("Export", "A colleague who treats the patient"),
    Recipient.PATIENT: QT_TRANSLATE_NOOP("Export", "The patient"),
    Recipient.RESEARCHER: QT_TRANSLATE_NOOP("Export", "A researcher"),
    Recipient.STUDENTS: QT_TRANSLATE_NOOP("Export", "Students"),
    Purpose.TREATMENT: QT_TRANSLATE_NOOP("Export", "Treatment"),
    Purpose.REQUEST: QT_TRANSLATE_NOOP("Export", "The patient asked for it"),
    Purpose.RESEARCH: QT_TRANSLATE_NOOP("Export", "Research"),
    Purpose.TEACHING: QT_TRANSLATE_NOOP("Export", "Teaching"),
    Purpose.QUALITY: QT_TRANSLATE_NOOP("Export", "Quality of care"),
    Level.YEARS: QT_TRANSLATE_NOOP("Export", "Identifiers replaced, of dates only the year"),
    Level.SHIFTED: QT_TRANSLATE_NOOP("Export", "Identifiers replaced, dates moved"),
    Level.NAMED: QT_TRANSLATE_NOOP("Export", "Everything as it is, with names"),
}
DOCUMENTS = tuple(form for form in Format if form not in (Format.DICOM, Format.PNG))
"""How a whole encounter can be written."""


@dataclass(frozen=True, slots=True)
class Choices:
    """One answer to each question; the careful one where nobody chose."""

    parts: frozenset[Part] = frozenset(Part) - {Part.TITLE, Part.FILES}
    format: Format = Format.PDF
    recipient: Recipient = Recipient.MYSELF
    purpose: Purpose = Purpose.TREATMENT
    level: Level = Level.YEARS

    @property
    def takes_files(self) -> bool:
        """Whether pictures themselves can be in it: they may show a name or a face, and no rule takes these out."""
        return self.format.is_fhir and self.level is Level.NAMED

    @property
    def how(self) -> str:
        """How the audit trail tells it."""
        return self._how(self.format)

    @property
    def how_printed(self) -> str:
        """The same for a document that goes to a printer."""
        return self._how("print")

    def _how(self, form: str) -> str:
        return f"export/{form}/{self.recipient}/{self.purpose}/{self.level}"
