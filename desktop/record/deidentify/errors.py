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
PICTURE = (
    "{0} is a picture. A face and what is written in it can tell who somebody is, and neither is looked for yet, so it "
    "cannot be de-identified; nothing was written. Black it out with another program, and look at it."
)
VOICE = (
    "{0} holds sound or film. A voice and a face tell who somebody is, so it cannot be de-identified; nothing was "
    "written. De-identify its transcript instead."
)
TARGET_NEEDED = (
    "A DICOM file is only ever written to a new file. Nothing was written: name it with --out, and let its "
    "name tell nothing of the patient."
)
TOO_LARGE = "{0} is larger than {1} MB. Nothing was written: cut it into parts."
DAMAGED_DICOM = (
    "{0} is damaged or not DICOM as the standard has it, so it cannot be told what it holds. Nothing was written: "
    "export it again."
)
