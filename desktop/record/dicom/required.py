"""Which attributes an object must have: the mandatory modules of PS3.3, as a table, and what is wrong with an object.

Type 1 must be there with a value, type 2 must be there and may be empty (PS3.5 7.4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydicom.uid import ComprehensiveSRStorage, SecondaryCaptureImageStorage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydicom.dataset import Dataset

_PATIENT = {2: "PatientName PatientID PatientBirthDate PatientSex"}
_STUDY = {1: "StudyInstanceUID", 2: "StudyDate StudyTime ReferringPhysicianName StudyID AccessionNumber"}
_SOP = {1: "SOPClassUID SOPInstanceUID SpecificCharacterSet"}
_SERIES = {1: "Modality SeriesInstanceUID", 2: "SeriesNumber"}
_PIXELS = {
    1: "SamplesPerPixel PhotometricInterpretation Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation "
    "PlanarConfiguration PixelData"
}
_MODULES: dict[str, dict[str, dict[int, str]]] = {
    SecondaryCaptureImageStorage: {
        "Patient (C.7.1.1)": _PATIENT,
        "General Study (C.7.2.1)": _STUDY,
        "General Series (C.7.3.1)": _SERIES,
        "SC Equipment (C.8.6.1)": {1: "ConversionType"},
        "General Image (C.7.6.1)": {2: "InstanceNumber PatientOrientation"},
        "Image Pixel (C.7.6.3)": _PIXELS,
        "SOP Common (C.12.1)": _SOP,
    },
    ComprehensiveSRStorage: {
        "Patient (C.7.1.1)": _PATIENT,
        "General Study (C.7.2.1)": _STUDY,
        "SR Document Series (C.17.1)": {
            1: "Modality SeriesInstanceUID SeriesNumber",
            2: "ReferencedPerformedProcedureStepSequence",
        },
        "General Equipment (C.7.5.1)": {2: "Manufacturer"},
        "SR Document General (C.17.2)": {
            1: "InstanceNumber CompletionFlag VerificationFlag ContentDate ContentTime "
            "CurrentRequestedProcedureEvidenceSequence",
            2: "PerformedProcedureCodeSequence",
        },
        "SR Document Content (C.17.3)": {1: "ValueType ConceptNameCodeSequence ContinuityOfContent ContentSequence"},
        "SOP Common (C.12.1)": _SOP,
    },
}
_OF_ITEMS = {
    "CODE": "ConceptNameCodeSequence ConceptCodeSequence",
    "CONTAINER": "ConceptNameCodeSequence ContinuityOfContent ContentSequence",
    "IMAGE": "ReferencedSOPSequence",
    "NUM": "ConceptNameCodeSequence MeasuredValueSequence",
    "SCOORD": "GraphicType GraphicData ContentSequence",
    "TEXT": "ConceptNameCodeSequence TextValue",
    "UIDREF": "ConceptNameCodeSequence UID",
}
"""What each value type of a content item needs (C.17.3.2 and C.18)."""


def faults_of(made: Dataset) -> list[str]:
    """Return what an object lacks, a line each; empty for one that may leave."""
    modules = _MODULES.get(made.SOPClassUID)
    if modules is None:
        return [f"SOP class {made.SOPClassUID} is none of those that are written"]
    return [*_missing(made, modules), *_wrong_pixels(made), *_wrong_items(made)]


def _missing(made: Dataset, modules: dict[str, dict[int, str]]) -> Iterator[str]:
    for module, types in modules.items():
        for kind, keywords in types.items():
            for keyword in keywords.split():
                if keyword not in made or (kind == 1 and _is_empty(made, keyword)):
                    yield f"{module}: {keyword} is type {kind}"


def _is_empty(made: Dataset, keyword: str) -> bool:
    value = made.get(keyword)
    return value is None or (hasattr(value, "__len__") and len(value) == 0)


def _wrong_pixels(made: Dataset) -> Iterator[str]:
    if "PixelData" in made:
        wanted = made.Rows * made.Columns * made.SamplesPerPixel * made.BitsAllocated // 8
        if len(made.PixelData) != wanted + wanted % 2:
            yield "PixelData has another length than its rows and columns"


def _wrong_items(made: Dataset) -> Iterator[str]:
    """Look at every item of a content tree, and that it refers to what the evidence lists (C.17.2.3)."""
    if "ContentSequence" not in made:
        return
    listed = {
        reference.ReferencedSOPInstanceUID
        for study in made.CurrentRequestedProcedureEvidenceSequence
        for series in study.ReferencedSeriesSequence
        for reference in series.ReferencedSOPSequence
    }
    for item in _items(made):
        needed = ("RelationshipType", *_OF_ITEMS.get(item.get("ValueType", ""), "ValueType").split())
        yield from (f"a {item.get('ValueType')} item lacks {keyword}" for keyword in needed if keyword not in item)
        for reference in item.get("ReferencedSOPSequence", ()):
            if reference.ReferencedSOPInstanceUID not in listed:
                yield "an image is referred to that the evidence does not list"


def _items(parent: Dataset) -> Iterator[Dataset]:
    for item in parent.get("ContentSequence", ()):
        yield item
        yield from _items(item)
