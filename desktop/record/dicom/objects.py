"""What a Secondary Capture and a structured report of one picture have in common: patient, study, ids, times.

UIDs are derived: `generate_uid` of pydicom, under its root, hashes an HMAC-SHA-256 by the record's key over what the
UID is of. A study is one encounter, a series one kind of object of one picture, an instance one content. So the same
export gives the same UIDs, pictures of one encounter belong together where they arrive, and nobody without the key can
tell of which encounter they are. What leaves without a name has none of the UIDs of what leaves with one.
"""

from __future__ import annotations

import hashlib
import hmac
import io
from dataclasses import dataclass, field
from typing import Any

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import PYDICOM_IMPLEMENTATION_UID, ExplicitVRLittleEndian, generate_uid

from desktop.record.deidentify.dicom import BASIC_PROFILE
from desktop.record.dicom.marked import Subject
from desktop.record.export.text import printable

NOT_FOR_DIAGNOSIS = "NOT FOR PRIMARY DIAGNOSIS"
MANUFACTURER = "Bedside"
_MOST_CHARACTERS = 64
_METHOD = "Bedside: made without any identifier"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an object comes from. `now` is the time of the export in ISO 8601, no more exact than it may be."""

    encounter_id: str
    key: bytes
    now: str
    version: str
    subject: Subject = field(default_factory=Subject)

    def uid(self, *parts: str) -> str:
        """Return the UID of something of this encounter."""
        named = "named" if self.subject.is_named else "nameless"
        words = "\0".join(("dicom", self.encounter_id, named, *parts)).encode()
        return str(generate_uid(entropy_srcs=[hmac.digest(self.key, words, hashlib.sha256).hex()]))


def code(value: str, scheme: str, meaning: str) -> Dataset:
    """Return an item of a code sequence (PS3.3 8.8)."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def begun(origin: Origin, sop_class: str, instance: str) -> Dataset:
    """Return the Patient, General Study, General Equipment and SOP Common modules of an object."""
    made = Dataset()
    made.SpecificCharacterSet = "ISO_IR 192"
    made.SOPClassUID, made.SOPInstanceUID = sop_class, instance
    _of_patient(made, origin)
    made.StudyInstanceUID = origin.uid("study")
    made.StudyDate = made.StudyTime = made.ReferringPhysicianName = made.StudyID = made.AccessionNumber = ""
    made.Manufacturer = made.ManufacturerModelName = MANUFACTURER
    made.SoftwareVersions = origin.version
    made.TimezoneOffsetFromUTC = "+0000"
    made.InstanceCreationDate, made.InstanceCreationTime = date_and_time(origin.now)
    return made


def _of_patient(made: Dataset, origin: Origin) -> None:
    subject = origin.subject
    made.PatientName = _typed(subject.name)
    made.PatientID = _typed(subject.number) or origin.uid("patient")[-16:]
    made.PatientBirthDate = made.PatientSex = ""
    made.PatientIdentityRemoved = "NO" if subject.is_named else "YES"
    if not subject.is_named:
        made.DeidentificationMethod = _METHOD
        made.DeidentificationMethodCodeSequence = Sequence([code(BASIC_PROFILE[0], "DCM", BASIC_PROFILE[1])])
        made.LongitudinalTemporalInformationModified = "REMOVED"


def _typed(text: str) -> str:
    """Return typed words as one value: a backslash would part it in two, and 64 characters is the most (PS3.5 6.2)."""
    return printable(text.replace("\\", " ")).strip()[:_MOST_CHARACTERS]


def date_and_time(timestamp: str) -> tuple[str, str]:
    """Return a time in ISO 8601 as DA and TM; of a year alone its first moment, since neither may be shorter."""
    if len(timestamp) == len("2026"):
        return f"{timestamp}0101", "000000"
    return timestamp[:10].replace("-", ""), timestamp[11:19].replace(":", "")


def file_of(made: Any) -> bytes:
    """Return a DICOM file (PS3.10) in Explicit VR Little Endian."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = made.SOPClassUID, made.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = PYDICOM_IMPLEMENTATION_UID
    made.file_meta = meta
    whole = io.BytesIO()
    made.save_as(whole, enforce_file_format=True)
    return whole.getvalue()


def lines_of(made: Dataset, indent: str = "") -> list[str]:
    """Return every attribute as a line, for people: its name and value, of pixels only how many bytes they are."""
    lines = []
    for element in made:
        if element.VR == "SQ" and all("CodeMeaning" in item for item in element.value):
            lines.append(f"{indent}{element.name}: {', '.join(item.CodeMeaning for item in element.value)}")
        elif element.VR == "SQ":
            lines.append(f"{indent}{element.name}")
            for item in element.value:
                lines += lines_of(item, f"{indent}    ")
        else:
            value = f"{len(element.value)} bytes" if element.VR in {"OB", "OW"} else element.value
            lines.append(f"{indent}{element.name}: {value}")
    return lines
