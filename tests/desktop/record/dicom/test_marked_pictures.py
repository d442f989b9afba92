"""A marked picture as DICOM, read back by pydicom and by gdcm, which share no code with each other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gdcm
import numpy as np
import pydicom
import pytest

from desktop.record.dicom.capture import secondary_capture
from desktop.record.dicom.marked import MarkedPicture, Subject
from desktop.record.dicom.objects import Origin, file_of, lines_of
from desktop.record.dicom.report import measurement_report
from desktop.record.dicom.required import faults_of

if TYPE_CHECKING:
    from pathlib import Path

    from pydicom.dataset import Dataset

PIXELS = np.random.default_rng(0).integers(0, 256, (31, 45, 3), dtype=np.uint8)
PICTURE = MarkedPicture(
    "Image 1",
    31,
    45,
    PIXELS.tobytes(),
    lengths=(((4.0, 5.0), (7.0, 9.0)),),
    region=((10.0, 10.0), (20.0, 14.0)),
    spacing_mm=(0.5, 0.25),
    orientation=("L", "P"),
)
ORIGIN = Origin("e" * 32, b"k" * 32, "2026-11-28T16:30:05Z", "0.1.0")


def pair(picture: MarkedPicture = PICTURE, origin: Origin = ORIGIN) -> tuple[Dataset, Dataset]:
    capture = secondary_capture(picture, origin)
    return capture, measurement_report(picture, capture, origin)


def written(folder: Path, made: Dataset) -> Path:
    file = folder / f"{made.Modality}.dcm"
    file.write_bytes(file_of(made))
    return file


def items(parent: Any) -> Any:
    for item in parent.get("ContentSequence", ()):
        yield item
        yield from items(item)


def meaning(item: Any) -> str:
    return str(item.ConceptNameCodeSequence[0].CodeMeaning) if "ConceptNameCodeSequence" in item else ""


@pytest.mark.parametrize("spacing", [None, (0.5, 0.25)])
@pytest.mark.parametrize("subject", [Subject(), Subject("Ruiz^Ana", "4711"), Subject(shows_who=True)])
def test_both_objects_have_what_their_modules_ask_for(spacing: Any, subject: Subject) -> None:
    for made in pair(replace(PICTURE, spacing_mm=spacing), replace(ORIGIN, subject=subject)):
        assert faults_of(made) == []


@pytest.mark.parametrize("keyword", ["StudyInstanceUID", "PatientName", "ConversionType", "PixelData", "Rows"])
def test_a_capture_that_lacks_something_is_found(keyword: str) -> None:
    made, _ = pair()
    delattr(made, keyword)
    if keyword == "Rows":
        del made.PixelData
    assert any(keyword in fault for fault in faults_of(made))


def test_a_report_that_lacks_something_is_found() -> None:
    _, made = pair()
    made.ContentDate = ""
    number = next(item for item in items(made) if item.ValueType == "NUM")
    del number.MeasuredValueSequence
    image = next(item for item in items(made) if item.ValueType == "IMAGE")
    image.ReferencedSOPSequence[0].ReferencedSOPInstanceUID = "1.2.3"
    faults = faults_of(made)
    assert "SR Document General (C.17.2): ContentDate is type 1" in faults
    assert "a NUM item lacks MeasuredValueSequence" in faults
    assert "an image is referred to that the evidence does not list" in faults
    made.SOPClassUID = "1.2"
    assert faults_of(made) == ["SOP class 1.2 is none of those that are written"]


def test_pydicom_and_gdcm_read_the_same_pixels(tmp_path: Path) -> None:
    file = written(tmp_path, pair()[0])
    read = pydicom.dcmread(file)
    assert np.array_equal(read.pixel_array, PIXELS)
    reader = gdcm.ImageReader()
    reader.SetFileName(str(file))
    assert reader.Read()
    image = reader.GetImage()
    assert tuple(image.GetDimensions()[:2]) == (45, 31)
    assert str(image.GetPhotometricInterpretation()).strip() == "RGB"
    content = image.GetBuffer().encode("utf-8", errors="surrogateescape")
    assert content[: PIXELS.size] == PIXELS.tobytes()
    assert [float(side) for side in read.PixelSpacing] == [0.5, 0.25]


def test_gdcm_reads_the_report_and_finds_its_measurements(tmp_path: Path) -> None:
    reader = gdcm.Reader()
    reader.SetFileName(str(written(tmp_path, pair()[1])))
    assert reader.Read()
    text = str(reader.GetFile().GetDataSet())
    for words in ("Imaging Measurement Report", "NOT FOR PRIMARY DIAGNOSIS", "millimeter"):
        assert words in text


def test_the_report_says_what_was_measured_and_where(tmp_path: Path) -> None:
    capture, _ = pair()
    read = pydicom.dcmread(written(tmp_path, pair()[1]))
    numbers = [item for item in items(read) if item.ValueType == "NUM"]
    found = {meaning(item): item.MeasuredValueSequence[0] for item in numbers}
    # 3 columns of 0.25 mm and 4 rows of 0.5 mm; 10 columns of 0.25 mm by 4 rows of 0.5 mm
    assert float(found["Length"].NumericValue) == pytest.approx((0.75**2 + 2**2) ** 0.5, abs=0.01)
    assert float(found["Area"].NumericValue) == pytest.approx(5.0)
    assert found["Area"].MeasurementUnitsCodeSequence[0].CodeValue == "mm2"
    line, region = [item for item in items(read) if item.ValueType == "SCOORD"]
    assert list(line.GraphicData) == [4, 5, 7, 9]
    assert list(region.GraphicData) == [10, 10, 20, 10, 20, 14, 10, 14, 10, 10]
    for item in items(read):
        if item.ValueType == "IMAGE":
            assert item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == capture.SOPInstanceUID
    assert read.ContentTemplateSequence[0].TemplateIdentifier == "1500"
    assert (read.CompletionFlag, read.VerificationFlag, read.PreliminaryFlag) == (
        "PARTIAL",
        "UNVERIFIED",
        "PRELIMINARY",
    )
    assert read.StudyInstanceUID == capture.StudyInstanceUID
    assert read.SeriesInstanceUID != capture.SeriesInstanceUID


def test_without_a_scale_pixels_are_counted() -> None:
    _, report = pair(replace(PICTURE, spacing_mm=None))
    for item in items(report):
        if item.ValueType == "NUM":
            assert item.MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0].CodeValue == "{pixels}"
    number = next(item for item in items(report) if item.ValueType == "NUM")
    assert float(number.MeasuredValueSequence[0].NumericValue) == 5.0


def test_it_leaves_without_a_name_unless_one_was_typed() -> None:
    for made in pair():
        assert (made.PatientName, made.PatientIdentityRemoved) == ("", "YES")
        assert made.DeidentificationMethodCodeSequence[0].CodeValue == "113100"
        assert ORIGIN.encounter_id not in str(made)
    for made in pair(origin=replace(ORIGIN, subject=Subject("Ruiz^Ana", "4711"))):
        assert (made.PatientName, made.PatientID, made.PatientIdentityRemoved) == ("Ruiz^Ana", "4711", "NO")
        assert "DeidentificationMethod" not in made
    made, _ = pair(origin=replace(ORIGIN, subject=Subject("A\\B\n" + "x" * 90)))
    assert str(made.PatientName) == "A B" + "x" * 61
    capture, _ = pair(origin=replace(ORIGIN, subject=Subject(shows_who=True)))
    assert (capture.BurnedInAnnotation, capture.PatientIdentityRemoved) == ("YES", "NO")
    assert pair()[0].BurnedInAnnotation == "NO"


def test_it_says_in_words_what_it_is_not_for() -> None:
    capture, report = pair()
    for words in (capture.SeriesDescription, capture.ImageComments, report.SeriesDescription):
        assert "NOT FOR PRIMARY DIAGNOSIS" in words
    comments = [item.TextValue for item in items(report) if meaning(item) == "Comment"]
    assert comments == ["NOT FOR PRIMARY DIAGNOSIS. For research and education."]


def test_the_same_export_is_the_same_bytes_and_another_content_another_instance() -> None:
    assert [file_of(made) for made in pair()] == [file_of(made) for made in pair()]
    other = replace(PICTURE, pixels=PIXELS[::-1].tobytes(), lengths=())
    for first, second in zip(pair(), pair(other), strict=True):
        assert first.SOPInstanceUID != second.SOPInstanceUID
        assert first.SeriesInstanceUID == second.SeriesInstanceUID
        assert first.StudyInstanceUID == second.StudyInstanceUID
    elsewhere = pair(origin=replace(ORIGIN, key=b"x" * 32))
    for first, second in zip(pair(), elsewhere, strict=True):
        assert first.StudyInstanceUID != second.StudyInstanceUID


def test_no_uid_leads_from_what_has_no_name_to_what_has_one() -> None:
    named = pair(origin=replace(ORIGIN, subject=Subject("Ruiz^Ana")))
    uids = [
        {element.value for made in both for element in made.iterall() if element.keyword.endswith("InstanceUID")}
        for both in (pair(), named)
    ]
    assert all(uids)
    assert uids[0].isdisjoint(uids[1])


def test_a_year_alone_becomes_its_first_moment() -> None:
    for made in pair(origin=replace(ORIGIN, now="2026")):
        assert (made.InstanceCreationDate, made.InstanceCreationTime) == ("20260101", "000000")
        assert made.StudyDate == ""
        assert faults_of(made) == []


def test_every_attribute_can_be_read_before_it_leaves() -> None:
    text = "\n".join(lines_of(pair()[0]) + lines_of(pair()[1]))
    for words in ("Patient's Name: ", "Pixel Data: 4186 bytes", "Measurement Group", "Numeric Value: 2.14"):
        assert words in text
