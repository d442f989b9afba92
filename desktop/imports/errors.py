"""Why a FHIR file cannot be imported: one sentence each, without any text from inside the file."""

from __future__ import annotations

from enum import StrEnum

from desktop.record.errors import RecordError
from desktop.translatable import QT_TRANSLATE_NOOP


class Problem(StrEnum):
    """What is wrong with a file."""

    MISSING = "missing"
    TOO_LARGE = "too large"
    NOT_FHIR = "not FHIR"
    NOTHING = "nothing"
    TIME = "time"


class ImportRefused(RecordError):
    """A FHIR file cannot be imported; nothing of it is in the record."""

    def __init__(self, problem: Problem, name: str) -> None:
        super().__init__(SENTENCES[problem], name)
        self.problem = problem


SENTENCES = {
    Problem.MISSING: QT_TRANSLATE_NOOP(
        "Record", "{0} is missing or empty. Nothing was imported: copy it again from where it came."
    ),
    Problem.TOO_LARGE: QT_TRANSLATE_NOOP(
        "Record",
        "{0} holds more than is read at once. Nothing was imported: ask for a smaller file, such as that of one visit.",
    ),
    Problem.NOT_FHIR: QT_TRANSLATE_NOOP(
        "Record",
        "{0} is no FHIR Patient or bundle in JSON, or it is damaged. Nothing was imported: ask for FHIR R4 or R5 as "
        "JSON.",
    ),
    Problem.NOTHING: QT_TRANSLATE_NOOP(
        "Record", "{0} holds nothing that Bedside can read as text. Nothing was imported."
    ),
    Problem.TIME: QT_TRANSLATE_NOOP("Record", "{0} took too long to read. Nothing was imported: it may be damaged."),
}
