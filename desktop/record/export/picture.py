"""A marked picture leaves the record: its Secondary Capture, and its measurements beside it where there are marks."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.record.errors import DICOM_NOT_VALID, TARGET_EXISTS, DicomNotValid, TargetExists
from desktop.record.new_file import write_new, write_over

if TYPE_CHECKING:
    from pathlib import Path

    from pydicom.dataset import Dataset

    from desktop.record.dicom.marked import MarkedPicture, Subject
    from desktop.record.vault.store import VaultStore

REPORT = "-measurements"
"""What is added to the name of the picture's file for that of its measurements."""


@dataclass(frozen=True, slots=True)
class PictureFiles:
    """What is written of one picture; see `desktop.record.dicom.objects.Origin`."""

    picture: MarkedPicture
    encounter_id: str
    key: bytes
    now: str
    version: str
    subject: Subject

    def objects(self) -> tuple[Dataset, ...]:
        """Return the Secondary Capture, and the report where anything is marked."""
        # Imported here: the window starts without pydicom.
        from desktop.record.dicom.capture import secondary_capture
        from desktop.record.dicom.objects import Origin
        from desktop.record.dicom.report import measurement_report

        origin = Origin(self.encounter_id, self.key, self.now, self.version, self.subject)
        capture = secondary_capture(self.picture, origin)
        if not self.picture.has_marks:
            return (capture,)
        return capture, measurement_report(self.picture, capture, origin)

    def preview(self) -> str:
        """Return every attribute of every file as a line."""
        from desktop.record.dicom.objects import lines_of

        return "\n\n".join("\n".join(lines_of(made)) for made in self.objects()) + "\n"


def save_picture(files: PictureFiles, how: str, encounter_id: str, store: VaultStore, file: Path) -> tuple[str, ...]:
    """Write the files, each told in the audit trail with its SHA-256 before; returns their names.

    Whoever chose the picture's file was asked whether it may be written over; of the one beside it nobody was asked.
    Raises DicomNotValid, TargetExists, RecordReadOnly or what the disk refuses: then neither file is written.
    """
    from desktop.record.dicom.objects import file_of
    from desktop.record.dicom.required import faults_of

    made = files.objects()
    for faults in map(faults_of, made):
        if faults:
            raise DicomNotValid(DICOM_NOT_VALID, faults[0])
    contents = [file_of(each) for each in made]
    places = (file, file.with_name(f"{file.stem}{REPORT}{file.suffix}"))[: len(contents)]
    for place in places[1:]:
        if place.exists():
            raise TargetExists(TARGET_EXISTS, place.name)
    for content in contents:
        store.note_export(encounter_id, f"{how}/sha256:{hashlib.sha256(content).hexdigest()}", content)
    _write_together(places, contents)
    return tuple(place.name for place in places)


def _write_together(places: tuple[Path, ...], contents: list[bytes]) -> None:
    """Write new files first, then the one that may be there: what fails leaves what was there, and nothing new."""
    with contextlib.ExitStack() as undo:
        for place, content in zip(places[1:], contents[1:], strict=True):
            write_new(place, content)
            undo.callback(place.unlink, missing_ok=True)
        write_over(places[0], contents[0])
        undo.pop_all()
