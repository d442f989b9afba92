"""What can go wrong with the record, as sentences for the doctor: what happened, what is safe, what to do."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING

from desktop.translatable import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    from collections.abc import Iterator


class RecordError(Exception):
    """Every fault of the record; its text is for the reader.

    `template` is a sentence of CONTEXT, translated where it is shown; `values` are put into it.
    """

    def __init__(self, template: str, *values: object) -> None:
        super().__init__(template.format(*values))
        self.template = template
        self.values = values


class EncounterMissing(RecordError):
    """There is no such encounter any more."""


class EncounterDamaged(RecordError):
    """The encounter's file cannot be read; it is left as it is."""


class EncounterNewer(RecordError):
    """A newer version of Bedside wrote the encounter; it is left as it is."""


class DiskFull(RecordError):
    """There is no room to write."""


class DiskRefused(RecordError):
    """The folder cannot be written: read-only, or of somebody else."""


class DiskFailed(RecordError):
    """The disk reported another fault."""


class SourceUnreadable(RecordError):
    """A file that was to be attached cannot be read; nothing was added."""


CONTEXT = "Record"
FULL = QT_TRANSLATE_NOOP(
    "Record",
    "The disk is full, so this could not be saved. Nothing is lost while this window stays open: free some space, "
    "then save again.",
)
REFUSED = QT_TRANSLATE_NOOP(
    "Record",
    "The folder of encounters cannot be written. Nothing is lost while this window stays open: make the folder "
    "writable, then save again.",
)
FAILED = QT_TRANSLATE_NOOP(
    "Record",
    "The disk reports a fault ({0}). Nothing is lost while this window stays open: check the disk, then save again.",
)
MISSING = QT_TRANSLATE_NOOP("Record", "This encounter is not in the record any more. Choose another one from the list.")
NO_SUCH_FILE = QT_TRANSLATE_NOOP("Record", "There is no such file in the record. Nothing was changed.")
DAMAGED = QT_TRANSLATE_NOOP(
    "Record",
    "This encounter's file is damaged ({0}). It is kept as it is; restore it from a backup if you have one.",
)
NEWER = QT_TRANSLATE_NOOP(
    "Record",
    "This encounter was written by a newer version of Bedside. It is kept as it is; update Bedside to open it.",
)
WORDS_MISSING = QT_TRANSLATE_NOOP(
    "Record",
    "This encounter's words are missing from its folder. Its files are kept; restore it from a backup if you have one.",
)
UNREADABLE = QT_TRANSLATE_NOOP("Record", "This encounter cannot be read ({0}). It is kept as it is; check the disk.")
SOURCE_CLOSED = QT_TRANSLATE_NOOP(
    "Record", "{0} cannot be opened ({1}). Nothing was added; check the file and try again."
)
SOURCE_EMPTY = QT_TRANSLATE_NOOP("Record", "{0} is empty. Nothing was added; copy it again from where it came.")
UNKNOWN_KIND = QT_TRANSLATE_NOOP(
    "Record", "{0} is no picture, film or recording that Bedside can read. Nothing was added."
)
EMPTY_FOLDER = QT_TRANSLATE_NOOP("Record", "There is no picture in the folder {0}. Nothing was added.")
TOO_MANY = QT_TRANSLATE_NOOP("Record", "The folder {0} holds more than {1} files. Choose the folder of one series.")
NOT_PASTED = QT_TRANSLATE_NOOP(
    "Record", "The picture from the clipboard could not be saved. Free some space on the disk, then paste again."
)

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {errno.EROFS, errno.EACCES, errno.EPERM}


@contextmanager
def disk_errors() -> Iterator[None]:
    """Turn what the system reports about the encounters' folder into the errors above."""
    try:
        yield
    except OSError as error:
        raise _sentence(error) from error


def _sentence(error: OSError) -> RecordError:
    if error.errno in _FULL:
        return DiskFull(FULL)
    if error.errno in _REFUSED:
        return DiskRefused(REFUSED)
    return DiskFailed(FAILED, error.strerror)
