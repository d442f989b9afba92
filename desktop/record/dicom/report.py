"""The marks of a picture as a Comprehensive SR (PS3.3 A.35.3) after TID 1500, Imaging Measurement Report (PS3.16).

A length is a measurement that is inferred from a line (TID 1501, TID 300); a region is a planar region of interest with
its area (TID 1410). Both are drawn on the Secondary Capture that leaves with the report. Nobody verified it: it says
what was marked, and means nothing by it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ComprehensiveSRStorage

from desktop.record.dicom.objects import MANUFACTURER, NOT_FOR_DIAGNOSIS, begun, code, date_and_time

if TYPE_CHECKING:
    from collections.abc import Sequence as Many

    from desktop.record.dicom.marked import MarkedPicture, Point
    from desktop.record.dicom.objects import Origin

_MM = ("mm", "UCUM", "millimeter")
_MM2 = ("mm2", "UCUM", "square millimeter")
_PIXELS = ("{pixels}", "UCUM", "pixels")
_LENGTH = ("410668003", "SCT", "Length")
_AREA = ("42798000", "SCT", "Area")
_GROUP = ("125007", "DCM", "Measurement Group")


def measurement_report(picture: MarkedPicture, capture: Dataset, origin: Origin) -> Dataset:
    """Return the report of a picture's marks, which lie on its Secondary Capture."""
    place = f"{picture.label} {picture.frame}"
    marks = repr((picture.lengths, picture.region, picture.spacing_mm))
    made = begun(origin, ComprehensiveSRStorage, origin.uid("report", place, capture.SOPInstanceUID, marks))
    made.Modality, made.SeriesInstanceUID = "SR", origin.uid("reports", place)
    made.SeriesNumber, made.InstanceNumber = 2, 1
    made.SeriesDescription = f"Measurements, {NOT_FOR_DIAGNOSIS}"
    made.ReferencedPerformedProcedureStepSequence = Sequence()
    made.PerformedProcedureCodeSequence = Sequence()
    made.ContentDate, made.ContentTime = date_and_time(origin.now)
    made.CompletionFlag, made.VerificationFlag, made.PreliminaryFlag = "PARTIAL", "UNVERIFIED", "PRELIMINARY"
    made.CurrentRequestedProcedureEvidenceSequence = Sequence([_evidence(capture)])
    _set_content(made, picture, capture, origin)
    return made


def _set_content(made: Dataset, picture: MarkedPicture, capture: Dataset, origin: Origin) -> None:
    template = Dataset()
    template.MappingResource, template.TemplateIdentifier = "DCMR", "1500"
    made.ValueType, made.ContinuityOfContent = "CONTAINER", "SEPARATE"
    made.ConceptNameCodeSequence = Sequence([code("126000", "DCM", "Imaging Measurement Report")])
    made.ContentTemplateSequence = Sequence([template])
    groups = [_length(line, number, picture, capture, origin) for number, line in enumerate(picture.lengths, 1)]
    if picture.region is not None:
        groups.append(_region(picture.region, picture, capture, origin))
    language = ("121049", "DCM", "Language of Content Item and Descendants")
    made.ContentSequence = Sequence(
        [
            _coded("HAS CONCEPT MOD", language, ("en", "RFC5646", "English")),
            _coded("HAS OBS CONTEXT", ("121005", "DCM", "Observer Type"), ("121007", "DCM", "Device")),
            _uid(("121012", "DCM", "Device Observer UID"), origin.uid("device")),
            _text("HAS OBS CONTEXT", ("121013", "DCM", "Device Observer Name"), MANUFACTURER),
            _coded(
                "HAS CONCEPT MOD",
                ("121058", "DCM", "Procedure reported"),
                ("363679005", "SCT", "Imaging procedure"),
            ),
            _container(("126010", "DCM", "Imaging Measurements"), groups),
            _text("CONTAINS", ("121106", "DCM", "Comment"), f"{NOT_FOR_DIAGNOSIS}. For research and education."),
        ]
    )


def _length(
    line: tuple[Point, Point], number: int, picture: MarkedPicture, capture: Dataset, origin: Origin
) -> Dataset:
    high, wide = picture.spacing_mm or picture.file_pixels
    (left, top), (right, bottom) = line
    length = math.hypot((right - left) * wide, (bottom - top) * high)
    measured = _number(_LENGTH, length, _MM if picture.spacing_mm else _PIXELS)
    measured.ContentSequence = Sequence([_drawn("INFERRED FROM", None, line, capture)])
    return _container(_GROUP, [*_tracking(f"Length {number}", picture, origin), measured], "1501")


def _region(corners: tuple[Point, Point], picture: MarkedPicture, capture: Dataset, origin: Origin) -> Dataset:
    high, wide = picture.spacing_mm or picture.file_pixels
    (left, top), (right, bottom) = corners
    closed = ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))
    area = abs(right - left) * wide * abs(bottom - top) * high
    items = [
        *_tracking("Region 1", picture, origin),
        _drawn("CONTAINS", ("111030", "DCM", "Image Region"), closed, capture),
        _number(_AREA, area, _MM2 if picture.spacing_mm else _PIXELS),
    ]
    return _container(_GROUP, items, "1410")


def _tracking(name: str, picture: MarkedPicture, origin: Origin) -> tuple[Dataset, Dataset]:
    """Return how a mark is called, and its UID: the same in every export of it."""
    unique = origin.uid("mark", f"{picture.label} {picture.frame}", name, repr((picture.lengths, picture.region)))
    return (
        _text("HAS OBS CONTEXT", ("112039", "DCM", "Tracking Identifier"), f"{picture.label}, {name}"),
        _uid(("112040", "DCM", "Tracking Unique Identifier"), unique),
    )


def _drawn(relation: str, name: tuple[str, str, str] | None, points: Many[Point], capture: Dataset) -> Dataset:
    item = _item(relation, "SCOORD", name)
    item.GraphicType = "POLYLINE"
    item.GraphicData = [round(value, 3) for point in points for value in point]
    image = _item("SELECTED FROM", "IMAGE")
    image.ReferencedSOPSequence = Sequence([_reference(capture)])
    item.ContentSequence = Sequence([image])
    return item


def _number(name: tuple[str, str, str], value: float, unit: tuple[str, str, str]) -> Dataset:
    item = _item("CONTAINS", "NUM", name)
    measured = Dataset()
    measured.NumericValue = f"{value:.2f}"
    measured.MeasurementUnitsCodeSequence = Sequence([code(*unit)])
    item.MeasuredValueSequence = Sequence([measured])
    return item


def _container(name: tuple[str, str, str], items: list[Dataset], template: str = "") -> Dataset:
    item = _item("CONTAINS", "CONTAINER", name)
    item.ContinuityOfContent = "SEPARATE"
    if template:
        of = Dataset()
        of.MappingResource, of.TemplateIdentifier = "DCMR", template
        item.ContentTemplateSequence = Sequence([of])
    item.ContentSequence = Sequence(items)
    return item


def _coded(relation: str, name: tuple[str, str, str], value: tuple[str, str, str]) -> Dataset:
    item = _item(relation, "CODE", name)
    item.ConceptCodeSequence = Sequence([code(*value)])
    return item


def _text(relation: str, name: tuple[str, str, str], value: str) -> Dataset:
    item = _item(relation, "TEXT", name)
    item.TextValue = value
    return item


def _uid(name: tuple[str, str, str], value: str) -> Dataset:
    item = _item("HAS OBS CONTEXT", "UIDREF", name)
    item.UID = value
    return item


def _item(relation: str, kind: str, name: tuple[str, str, str] | None = None) -> Dataset:
    item = Dataset()
    item.RelationshipType, item.ValueType = relation, kind
    if name:
        item.ConceptNameCodeSequence = Sequence([code(*name)])
    return item


def _reference(capture: Dataset) -> Dataset:
    reference = Dataset()
    reference.ReferencedSOPClassUID = capture.SOPClassUID
    reference.ReferencedSOPInstanceUID = capture.SOPInstanceUID
    return reference


def _evidence(capture: Dataset) -> Dataset:
    series = Dataset()
    series.SeriesInstanceUID = capture.SeriesInstanceUID
    series.ReferencedSOPSequence = Sequence([_reference(capture)])
    study = Dataset()
    study.StudyInstanceUID = capture.StudyInstanceUID
    study.ReferencedSeriesSequence = Sequence([series])
    return study
