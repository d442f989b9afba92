"""Why a document cannot be read: one sentence each, without any text from inside the file."""

from __future__ import annotations

from enum import StrEnum


class Problem(StrEnum):
    """What is wrong with a document."""

    MISSING = "missing"
    KIND = "kind"
    TOO_LARGE = "too large"
    LOCKED = "locked"
    NO_TEXT = "no text"
    UNREADABLE = "unreadable"
    TIME = "time"
    MEMORY = "memory"


SENTENCES = {
    Problem.MISSING: "{name} is missing or empty, so it was not added. Copy it again from where it came.",
    Problem.KIND: "{name} is of a kind that the library does not read, so it was not added. Save it as PDF, DOCX, "
    "Markdown, plain text or HTML.",
    Problem.TOO_LARGE: "{name} is too large to be read safely, so it was not added. Split it and add the parts.",
    Problem.LOCKED: "{name} asks for a password, so it was not added. Save it without one.",
    Problem.NO_TEXT: "{name} holds no text, so it was not added. A scan needs text recognition first.",
    Problem.UNREADABLE: "{name} is damaged or not what its name says, so it was not added. Copy it again.",
    Problem.TIME: "{name} took too long to read, so it was not added. It may be damaged; copy it again.",
    Problem.MEMORY: "{name} needs more memory than is allowed, so it was not added. Split it and add the parts.",
}


class LibraryError(Exception):
    """Anything that goes wrong with the library's documents."""


class DocumentRefused(LibraryError):
    """A document cannot be read; nothing of it is in the library."""

    def __init__(self, problem: Problem, name: str) -> None:
        super().__init__(SENTENCES[problem].format(name=name))
        self.problem = problem


class UnknownDocument(LibraryError):
    """No document of that number or name is in the library."""
