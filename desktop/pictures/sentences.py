"""What the window says when a picture cannot be read: what happened, what is safe, what to do next.

The reader names only the kind of failure, so that no text from inside a file ever reaches the screen this way.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from desktop.pictures.messages import FailureKind
from desktop.translatable import QT_TRANSLATE_NOOP

CONTEXT = "Pictures"
_ONE_OF_SEVERAL = QT_TRANSLATE_NOOP("Pictures", "This picture")
SENTENCES = {
    FailureKind.MISSING: QT_TRANSLATE_NOOP("Pictures", "{name} is missing or empty. Copy it again from where it came."),
    FailureKind.TOO_LARGE: QT_TRANSLATE_NOOP(
        "Pictures", "{name} is too large to be opened safely. Nothing was read; save it smaller and try again."
    ),
    FailureKind.NO_PIXELS: QT_TRANSLATE_NOOP(
        "Pictures", "{name} is a DICOM object without a picture. Choose an image of the series."
    ),
    FailureKind.UNREADABLE: QT_TRANSLATE_NOOP(
        "Pictures",
        "{name} is damaged or of a kind that is not known here. Copy it again, or export it uncompressed.",
    ),
    FailureKind.MEMORY: QT_TRANSLATE_NOOP(
        "Pictures", "{name} needs more memory than is allowed. Nothing was kept; save it smaller and try again."
    ),
    FailureKind.NO_SPACE: QT_TRANSLATE_NOOP(
        "Pictures", "The disk has no room to unpack this series. Free some space and try again."
    ),
    FailureKind.NOTHING: QT_TRANSLATE_NOOP(
        "Pictures", "None of these files holds a picture that can be shown. Choose other files."
    ),
    FailureKind.MIXED: QT_TRANSLATE_NOOP(
        "Pictures", "{name} differs in size from the rest of its series. Open it by itself."
    ),
    FailureKind.TIME: QT_TRANSLATE_NOOP(
        "Pictures", "{name} took too long to read and was given up. It may be damaged; copy it again."
    ),
    FailureKind.DIED: QT_TRANSLATE_NOOP(
        "Pictures", "{name} made the picture reader stop. Nothing else was touched; leave this file out."
    ),
}

_ONLY_SOUND = QT_TRANSLATE_NOOP("Pictures", "{name} holds no pictures that can be read. Only its sound was attached.")
_TOO_LARGE_TO_SEE = QT_TRANSLATE_NOOP(
    "Pictures",
    "The pictures of {name} are too large or too long to be opened safely. Only its sound was attached.",
)


def only_sound(problem: FailureKind, name: str) -> str:
    """Return the sentence for a film of which nothing but the sound can be used."""
    text = _TOO_LARGE_TO_SEE if problem is FailureKind.TOO_LARGE else _ONLY_SOUND
    return QCoreApplication.translate(CONTEXT, text).replace("{name}", name)


def sentence(kind: FailureKind, name: str = "") -> str:
    """Return the sentence in the language that is shown; `name` is the file, empty for one picture of several."""
    shown = name or QCoreApplication.translate(CONTEXT, _ONE_OF_SEVERAL)
    return QCoreApplication.translate(CONTEXT, SENTENCES[kind]).replace("{name}", shown)
