"""The sample encounter: the synthetic consultation and the CT slice that pydicom ships, ready to be asked about."""

from __future__ import annotations

import dataclasses
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.record.encounter import Attachment, Consent, ConsentState, Dictation, RecordingSource
from desktop.translatable import QT_TRANSLATE_NOOP
from desktop.ui.theme import ASSETS
from desktop.ui.translation import translated

if TYPE_CHECKING:
    from desktop.record.store import EncounterStore

RECORDING = ASSETS / "sample" / "consultation.flac"
TITLE = QT_TRANSLATE_NOOP("Sample", "Sample: a cough for three days")
RECORDING_LABEL, PICTURE_LABEL = "Recording 1", "Image 1"


def add_sample(store: EncounterStore, title: str) -> str:
    """Make the sample encounter and return its id; raises RecordError with nothing half-made left in the list."""
    encounter = store.create(title, sample=True)
    try:
        recording = store.add_file(encounter.id, RECORDING)
        picture = store.add_file(encounter.id, sample_picture())
        now = datetime.now(UTC).isoformat(timespec="seconds")
        entries = (
            Consent(uuid.uuid4().hex, now, ConsentState.IMPORTED),
            Dictation(uuid.uuid4().hex, now, RECORDING_LABEL, recording, RecordingSource.FILE),
            Attachment(uuid.uuid4().hex, now, PICTURE_LABEL, (picture,)),
        )
        store.save(dataclasses.replace(encounter, entries=entries, changed=now))
    except BaseException:
        store.delete(encounter.id)
        raise
    return encounter.id


def sample_title() -> str:
    """Return the title of the sample in the language that is shown."""
    return translated("Sample", TITLE)


def sample_picture() -> Path:
    """Return the CT slice of pydicom's own tests; it comes with pydicom, nothing is downloaded."""
    from pydicom.data import get_testdata_file

    return Path(str(get_testdata_file("CT_small.dcm", download=False)))
