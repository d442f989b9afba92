"""What the pages of a note say, in the language that is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from desktop.record.signature import Decision, Hearing
from desktop.translatable import QT_TRANSLATE_NOOP
from desktop.ui.encounter.wording import clock, day_and_time
from desktop.ui.translation import translated

if TYPE_CHECKING:
    from desktop.record.encounter import Writing
    from desktop.record.note_editing import NoteLine
    from desktop.record.signature import CheckLine, DoubleCheck, Signature, SoundPlace

CONTEXT = "NoteWords"
_GROUP = 16
_ABOUT = {
    "Drug": QT_TRANSLATE_NOOP("NoteWords", "Drug"),
    "Allergies": QT_TRANSLATE_NOOP("NoteWords", "Allergies"),
    "Sides": QT_TRANSLATE_NOOP("NoteWords", "Sides"),
    "Numbers": QT_TRANSLATE_NOOP("NoteWords", "Numbers"),
    "Denied": QT_TRANSLATE_NOOP("NoteWords", "Denied"),
    "Unverified": QT_TRANSLATE_NOOP("NoteWords", "Unverified"),
    "number": QT_TRANSLATE_NOOP("NoteWords", "a number"),
    "side": QT_TRANSLATE_NOOP("NoteWords", "a side"),
    "negation": QT_TRANSLATE_NOOP("NoteWords", "a negation"),
    "drug": QT_TRANSLATE_NOOP("NoteWords", "a drug"),
}


def about_words(about: str) -> str:
    """Return what a line or a difference is about; what no table knows is shown as it is."""
    return translated(CONTEXT, _ABOUT[about]) if about in _ABOUT else about


def hearing_words(line: CheckLine) -> str:
    """Return what the second reading came to."""
    if line.hearing is Hearing.AGREES:
        return QCoreApplication.translate("NoteWords", "Heard a second time: both readings agree.")
    if line.hearing is Hearing.UNSURE:
        told = QCoreApplication.translate("NoteWords", "Both readings agree, but this was hard to hear: {0}. Listen.")
        return told.format(", ".join(f"“{word}”" for word in line.hard_to_hear))
    if line.hearing is Hearing.DIFFERS:
        return QCoreApplication.translate("NoteWords", "Heard a second time: the readings differ. Listen.")
    if line.places:
        return QCoreApplication.translate("NoteWords", "The sound could not be heard a second time.")
    return QCoreApplication.translate("NoteWords", "Typed, not said: there is no sound to hear again.")


def decision_words(line: CheckLine) -> str:
    """Return what the doctor decided, empty while that is open."""
    if line.decision is Decision.CONFIRMED:
        return QCoreApplication.translate("NoteWords", "You ticked this.")
    if line.decision is Decision.CHANGED:
        return QCoreApplication.translate("NoteWords", "You changed this.")
    return ""


def check_summary(check: DoubleCheck) -> str:
    """Return how many lines are open, and how much was heard again."""
    still = sum(line.decision is Decision.OPEN for line in check.lines)
    if not check.lines:
        said = QCoreApplication.translate("NoteWords", "No drug, dose, side, negation or number stands in this note.")
    elif still:
        said = QCoreApplication.translate("NoteWords", "Open lines: {0} of {1}.").format(still, len(check.lines))
    else:
        said = QCoreApplication.translate("NoteWords", "All {0} lines are decided.").format(len(check.lines))
    parts = [said]
    if check.heard_again_s:
        again = QCoreApplication.translate("NoteWords", "{0} s of sound were heard a second time.")
        parts.append(again.format(round(check.heard_again_s)))
    if check.missing:
        gone = QCoreApplication.translate("NoteWords", "The sound of these could not be read: {0}.")
        parts.append(gone.format(", ".join(check.missing)))
    return " ".join(parts)


def listen_words(place: SoundPlace) -> str:
    """Return what a button says that plays a place."""
    return QCoreApplication.translate("NoteWords", "Listen at {0}").format(clock(place.start_s))


def provenance_words(line: NoteLine) -> str:
    """Return who wrote a line, and what stood there; empty for one that stands as it was drafted."""
    if not line.history:
        return ""
    last = line.history[-1]
    when = day_and_time(last.at)
    if line.struck:
        return QCoreApplication.translate("NoteWords", "You struck this, {0}.").format(when)
    if line.drafted is None:
        return QCoreApplication.translate("NoteWords", "You added this, {0}.").format(when)
    if not line.is_own:
        return QCoreApplication.translate("NoteWords", "As it was drafted again, {0}.").format(when)
    return QCoreApplication.translate("NoteWords", "You changed this, {0}. Drafted as: “{1}”").format(
        when, line.drafted.text
    )


def hash_words(signature: Signature) -> str:
    """Return a hash in groups, so that its line can be broken and compared by eye."""
    digits = signature.sha256
    return f"SHA-256 {' '.join(digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP))}"


def signature_words(note: Writing) -> str:
    """Return who signed a note and when, or that nobody did."""
    if note.signature is None:
        return QCoreApplication.translate("NoteWords", "Draft, not signed")
    return QCoreApplication.translate("NoteWords", "Signed by {0}, {1}").format(
        note.signature.by, day_and_time(note.signature.at)
    )
