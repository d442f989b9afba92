"""What can go wrong with de-identifying a file: what happened, what is safe, what to do."""

from __future__ import annotations

from desktop.record.errors import RecordError


class DeidentifyError(RecordError):
    """Nothing was written."""


class NotDeidentifiable(DeidentifyError):
    """Rules cannot take out what names a person in such a file."""


class TargetRefused(DeidentifyError):
    """The result would take the place of another file."""


NO_TEXT = "{0} is no text and no DICOM file; save it as plain text (UTF-8) first. Nothing was written."
PICTURE_RISK = (
    "Words can be missed, and a face or anything else that is seen can tell who somebody is: none of it is taken out. "
    "Look at the picture before it leaves this machine."
)
VOICE = (
    "{0} holds sound or film. A voice and a face tell who somebody is, so it cannot be de-identified; nothing was "
    "written. De-identify its transcript instead, or one still of a film with --frame."
)
TARGET_NEEDED = (
    "A picture is only ever written to a new file. Nothing was written: name it with --out, and let its "
    "name tell nothing of the patient."
)
TOO_LARGE = "{0} is larger than {1} MB. Nothing was written: cut it into parts."
GIVEN_UP = "{0} took too long to read and was given up. Nothing was written: leave it out, or make it smaller."
READER_STOPPED = "{0} made its reader stop. Nothing was written and nothing else was touched: leave this file out."
SENTENCE_OF_READER = "{0}"
"""The reader of a file of unknown origin says itself what is wrong with it."""
DAMAGED_DICOM = (
    "{0} is damaged or not DICOM as the standard has it, so it cannot be told what it holds. Nothing was written: "
    "export it again."
)
