"""DICOM without what names the patient: every attribute of the table, private ones, references, dates."""

from __future__ import annotations

import io
from pathlib import Path

import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage

from desktop.record.deidentify.dates import DateRule
from desktop.record.deidentify.dicom import DicomOptions, deidentify_dataset, new_uid, profile

KEY = b"k" * 32
CANARY = "ZQXCANARY"


def picture() -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    dataset.file_meta.SourceApplicationEntityTitle = CANARY
    dataset.SOPClassUID = SecondaryCaptureImageStorage
    dataset.SOPInstanceUID = "1.2.3.4"
    dataset.PatientName = f"{CANARY}^Ana"
    dataset.PatientID = "4482913"
    dataset.StudyDate = "20190314"
    dataset.Modality = "OT"
    dataset.Rows = dataset.Columns = 1
    item = Dataset()
    item.ReferencedSOPInstanceUID = "1.2.3.4"
    item.ReferencedSOPClassUID = SecondaryCaptureImageStorage
    dataset.ReferencedImageSequence = Sequence([item])
    dataset.private_block(0x0009, CANARY, create=True).add_new(1, "LO", CANARY)
    dataset.add_new(0x60003000, "OW", CANARY.encode() + b"\0")
    return dataset


def written(dataset: Dataset) -> bytes:
    file = io.BytesIO()
    dataset.save_as(file, enforce_file_format=True)
    return file.getvalue()


def test_nothing_of_the_patient_is_left_and_it_is_said_how() -> None:
    dataset = picture()
    deidentify_dataset(dataset, DicomOptions(KEY))
    data = written(dataset)
    assert CANARY.encode() not in data
    read = pydicom.dcmread(io.BytesIO(data))
    assert read.PatientName == ""
    assert read.StudyDate == ""
    assert read.PatientIdentityRemoved == "YES"
    assert [code.CodeValue for code in read.DeidentificationMethodCodeSequence] == ["113100"]
    assert read.LongitudinalTemporalInformationModified == "REMOVED"
    assert (read.Modality, read.Rows) == ("OT", 1)


def test_uids_are_new_the_same_everywhere_and_hang_on_the_key() -> None:
    dataset = picture()
    deidentify_dataset(dataset, DicomOptions(KEY))
    assert dataset.SOPInstanceUID == new_uid(KEY, "1.2.3.4")
    assert dataset.ReferencedImageSequence[0].ReferencedSOPInstanceUID == dataset.SOPInstanceUID
    assert dataset.ReferencedImageSequence[0].ReferencedSOPClassUID == SecondaryCaptureImageStorage
    assert dataset.file_meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID
    assert new_uid(b"l" * 32, "1.2.3.4") != new_uid(KEY, "1.2.3.4")
    assert dataset.SOPInstanceUID.is_valid


def test_two_patients_stay_two_and_neither_is_known() -> None:
    first, second = picture(), picture()
    second.PatientID = "4482914"
    for dataset in (first, second):
        deidentify_dataset(dataset, DicomOptions(KEY))
    assert first.PatientID != second.PatientID
    assert "448291" not in first.PatientID


def test_dates_can_move_instead() -> None:
    dataset = picture()
    deidentify_dataset(dataset, DicomOptions(KEY, DateRule.SHIFT, -14))
    assert dataset.StudyDate == "20190228"
    assert [code.CodeValue for code in dataset.DeidentificationMethodCodeSequence] == ["113100", "113107"]
    assert dataset.LongitudinalTemporalInformationModified == "MODIFIED"


TEXTS = {"LO", "SH", "ST", "LT", "UT", "UC", "PN", "AE"}


def test_no_attribute_of_the_table_keeps_its_text() -> None:
    known = {tag: dictionary_VR(tag) for tag, action in profile().items() if pydicom.datadict.dictionary_has_tag(tag)}
    texts = [tag for tag, vr in known.items() if vr in TEXTS and tag >> 16 > 2]
    assert len(texts) > 200
    dataset = picture()
    for tag in texts:
        dataset.add_new(tag, known[tag], CANARY)
    deidentify_dataset(dataset, DicomOptions(KEY))
    assert CANARY.encode() not in written(dataset)


def test_a_change_says_what_it_was_and_what_it_is() -> None:
    changes = {change.name: change for change in deidentify_dataset(picture(), DicomOptions(KEY))}
    assert (changes["Patient's Name"].original, changes["Patient's Name"].replacement) == (f"{CANARY}^Ana", "")
    assert changes["Patient's Name"].path == "(0010,0010)"
    assert changes["Referenced SOP Instance UID"].path == "(0008,1140)[0].(0008,1155)"


@pytest.mark.parametrize("name", ["CT_small.dcm", "MR_small.dcm", "examples_overlay.dcm", "reportsi.dcm"])
def test_real_files_keep_their_pixels(name: str) -> None:
    file = Path(str(get_testdata_file(name, download=False)))
    before = pydicom.dcmread(file)
    dataset = pydicom.dcmread(file)
    deidentify_dataset(dataset, DicomOptions(KEY))
    after = pydicom.dcmread(io.BytesIO(written(dataset)))
    assert "PixelData" not in before or after.PixelData == before.PixelData
    assert not [element for element in after.iterall() if element.tag.is_private]
    assert {change for change in deidentify_dataset(dataset, DicomOptions(KEY)) if change.action == "X"} == set()
