"""What a document tells of a note besides its words: signed or not, what the doctor changed, and the double check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from desktop.record.signature import Decision, EditAct, Hearing
from desktop.translatable import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    from desktop.record.encounter import Writing
    from desktop.record.note_editing import NoteLine
    from desktop.record.signature import DoubleCheck

Translate = Callable[[str], str]
NOT_SIGNED = QT_TRANSLATE_NOOP("Export", "DRAFT — not signed")
SIGNED = QT_TRANSLATE_NOOP("Export", "Signed by {0} at {1} UTC, SHA-256 {2}")
SIGNED_WITHOUT_HASH = QT_TRANSLATE_NOOP("Export", "Signed by {0} at {1} UTC")
CHANGES = QT_TRANSLATE_NOOP("Export", "What the doctor changed in the draft")
OWN = QT_TRANSLATE_NOOP("Export", "doctor {0}")
DOCTOR = QT_TRANSLATE_NOOP("Export", "the doctor")
CHANGED = QT_TRANSLATE_NOOP("Export", "Changed by {0}, {1}. Drafted as: “{2}”")
ADDED = QT_TRANSLATE_NOOP("Export", "Added by {0}, {1}.")
STRUCK = QT_TRANSLATE_NOOP("Export", "Struck by {0}, {1}: “{2}”")
CHECKED = QT_TRANSLATE_NOOP(
    "Export",
    "Double check before signing: {0} lines, {1} confirmed, {2} changed; {3} with two differing readings of the sound.",
)


def state_of(note: Writing, translate: Translate = str, *, hashes: bool = True) -> str:
    """Return whether a note is a draft, or who signed it when, with its hash."""
    if note.signature is None:
        return translate(NOT_SIGNED)
    at = minute(note.signature.at)
    if not hashes:
        return translate(SIGNED_WITHOUT_HASH).format(note.signature.by, at)
    return translate(SIGNED).format(note.signature.by, at, note.signature.sha256)


def line_change(line: NoteLine, translate: Translate = str) -> str:
    """Return who changed, added or struck a line, when, and what stood there in the draft."""
    last = line.history[-1]
    by, at = last.by or translate(DOCTOR), minute(last.at)
    drafted = line.drafted.text if line.drafted else ""
    if last.act is EditAct.STRIKE:
        return translate(STRUCK).format(by, at, drafted or line.text)
    return translate(CHANGED if drafted else ADDED).format(by, at, drafted)


def check_words(check: DoubleCheck, translate: Translate = str) -> str:
    """Return what the double check came to, in one sentence."""
    decided = Counter(line.decision for line in check.lines)
    differing = sum(line.hearing is Hearing.DIFFERS for line in check.lines)
    counts = (len(check.lines), decided[Decision.CONFIRMED], decided[Decision.CHANGED], differing)
    return translate(CHECKED).format(*counts)


def minute(timestamp: str) -> str:
    """Return a time of the record without its seconds."""
    return timestamp[:16].replace("T", " ")
