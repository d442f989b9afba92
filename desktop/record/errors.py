"""What can go wrong with the record, as sentences for the doctor: what happened, what is safe, what to do."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class RecordError(Exception):
    """Every fault of the record; its text is for the reader."""


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
    kept = "Nothing is lost while this window stays open"
    if error.errno in _FULL:
        return DiskFull(f"The disk is full, so this could not be saved. {kept}: free some space, then save again.")
    if error.errno in _REFUSED:
        return DiskRefused(
            f"The folder of encounters cannot be written. {kept}: make the folder writable, then save again."
        )
    return DiskFailed(f"The disk reports a fault ({error.strerror}). {kept}: check the disk, then save again.")
