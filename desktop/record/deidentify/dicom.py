"""De-identifying a DICOM data set: the Basic Application Level Confidentiality Profile of PS3.15 Annex E.

What becomes of which attribute is data: `assets/deidentify/dicom_basic_profile.csv`, Table E.1-1. Where the table
leaves a choice (X/Z/D) the one is taken that keeps the object valid whatever its kind: a value that says nothing, or an
empty one. Private attributes, those that no dictionary knows, overlays and curves are removed.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from pydicom.datadict import dictionary_has_tag
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import PYDICOM_IMPLEMENTATION_UID, UID

from desktop.record.deidentify.dates import DateRule
from desktop.record.deidentify.vocabulary import ASSETS
from desktop.record.deidentify.words_in_pixels import PixelWords

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydicom.dataelem import DataElement

METHOD = "Bedside, DICOM PS3.15 2026c Table E.1-1, Basic Profile"
BASIC_PROFILE = ("113100", "Basic Application Confidentiality Profile")
MODIFIED_DATES = ("113107", "Retain Longitudinal Temporal Information Modified Dates Option")
CLEAN_PIXEL_DATA = ("113101", "Clean Pixel Data Option")
"""Codes of PS3.16 CID 7050, with the scheme DCM."""
DICOM_RISK = (
    "Words can be missed, and a face is never taken out: head scans and photographs can show whose they are. Look at "
    "every picture before it leaves this machine."
)
_DUMMIES = {
    "DA": "19000101",
    "DT": "19000101000000",
    "TM": "000000",
    "PN": "ANONYMOUS",
    "IS": "0",
    "DS": "0",
    "AS": "000Y",
    "UR": "urn:removed",
    "CS": "REMOVED",
}
_NUMBERS = frozenset({"US", "SS", "UL", "SL", "FL", "FD", "UV", "SV"})
_BYTES = frozenset({"OB", "OW", "OD", "OF", "OL", "OV", "UN"})
_PATIENT_ID = 0x00100020
_META_KEPT = frozenset({0x00020000, 0x00020001, 0x00020002, 0x00020003, 0x00020010})


@dataclass(frozen=True, slots=True)
class DicomOptions:
    """How a data set is de-identified."""

    key: bytes
    """New UIDs come from it: the same key gives the same UIDs for all files of one record."""
    dates: DateRule = DateRule.YEAR
    """The profile empties dates; SHIFT moves them instead. A year alone cannot be kept in a DICOM date."""
    shift_days: int = 0
    words: PixelWords = PixelWords.NOT_LOOKED_FOR


@dataclass(frozen=True, slots=True)
class DicomChange:
    """One attribute that was changed: where it stands, by which action, what it said and says now."""

    path: str
    name: str
    action: str
    original: str
    replacement: str


@cache
def profile() -> dict[int, str]:
    """Return the action for each tag of the table."""
    with (ASSETS / "dicom_basic_profile.csv").open(encoding="utf-8", newline="") as file:
        return {int(row["tag"], 16): row["action"] for row in csv.DictReader(file)}


def new_uid(key: bytes, uid: str) -> str:
    """Return the UID that stands for another one: always the same, found only with the key (PS3.5 B.2)."""
    digest = hmac.digest(key, b"uid " + uid.encode(), hashlib.sha256)
    return f"2.25.{int.from_bytes(digest[:16], 'big')}"


def _pseudonym(key: bytes, patient: str) -> str:
    return hmac.digest(key, b"patient " + patient.encode(), hashlib.sha256).hex()[:16]


def deidentify_dataset(dataset: Any, options: DicomOptions) -> tuple[DicomChange, ...]:
    """Take what names a person out of a data set, in place, and return what was changed."""
    changes = tuple(_changed(dataset, options, ""))
    _clean_file_meta(dataset)
    codes = [BASIC_PROFILE]
    if options.dates is DateRule.SHIFT:
        codes.append(MODIFIED_DATES)
    if options.words is PixelWords.BLACKED_OUT:
        codes.append(CLEAN_PIXEL_DATA)
    if options.words is not PixelWords.NOT_LOOKED_FOR:
        dataset.BurnedInAnnotation = "NO" if options.words is PixelWords.BLACKED_OUT else "YES"
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = METHOD
    dataset.DeidentificationMethodCodeSequence = Sequence([_code(*code) for code in codes])
    shifted = options.dates is DateRule.SHIFT
    dataset.LongitudinalTemporalInformationModified = "MODIFIED" if shifted else "REMOVED"
    return changes


def _changed(dataset: Dataset, options: DicomOptions, path: str) -> Iterator[DicomChange]:
    for tag in list(dataset.keys()):
        element = dataset[tag]
        action = _action(element)
        original = _shown(element)
        where = f"{path}{tag}"
        if action == "K":
            for index, item in enumerate(element.value if element.VR == "SQ" else ()):
                yield from _changed(item, options, f"{where}[{index}].")
            continue
        if action == "U" and element.VR == "SQ":
            for index, item in enumerate(element.value):
                yield from _changed(item, options, f"{where}[{index}].")
            continue
        if action == "X":
            del dataset[tag]
            yield DicomChange(where, element.name, action, original, "")
        else:
            _replace(element, action, options)
            yield DicomChange(where, element.name, action, original, _shown(element))


def _action(element: DataElement) -> str:
    """Return X (remove), Z (empty), D (a value that says nothing), U (another UID) or K (keep) for an attribute."""
    tag = element.tag
    if tag.is_private or tag.group & 0xFF00 in {0x5000, 0x6000} or not dictionary_has_tag(tag):
        return "X"
    wish = profile().get(int(tag), "K")
    return "U" if wish.endswith("U*") else wish.rsplit("/", 1)[-1]


def _replace(element: DataElement, action: str, options: DicomOptions) -> None:
    if element.VR in {"DA", "DT"} and options.dates is DateRule.SHIFT:
        element.value = _each(element.value, lambda value: _moved(value, options.shift_days))
    elif element.VR == "TM" and options.dates is DateRule.SHIFT:
        return  # the time of day is no element of a date
    elif action == "U":
        element.value = _each(element.value, lambda value: UID(new_uid(options.key, value)))
    elif element.tag == _PATIENT_ID and element.value:
        element.value = _pseudonym(options.key, str(element.value))  # two patients must never become one
    elif action == "D" and element.VR != "SQ":
        element.value = _dummy(element.VR)
    else:
        element.value = Sequence() if element.VR == "SQ" else None


def _each(value: Any, change: Any) -> Any:
    if value is None or value == "":
        return value
    return [change(str(one)) for one in value] if isinstance(value, list | tuple) else change(str(value))


def _moved(value: str, days: int) -> str:
    """Return a DA or DT value moved by days, its time kept; an empty one where it is no date."""
    try:
        moved = date(int(value[:4]), int(value[4:6]), int(value[6:8])) + timedelta(days)
    except (ValueError, OverflowError):
        return ""
    return f"{moved:%Y%m%d}{value[8:]}"


def _dummy(vr: str) -> Any:
    if vr in _NUMBERS:
        return 0
    if vr in _BYTES:
        return b"\0\0"
    return _DUMMIES.get(vr, "REMOVED")


def _shown(element: DataElement) -> str:
    if element.VR in _BYTES:
        return f"{len(element.value or b'')} bytes"
    if element.VR == "SQ":
        return f"{len(element.value)} items"
    return "" if element.value is None else str(element.value)


def _clean_file_meta(dataset: Any) -> None:
    meta = getattr(dataset, "file_meta", None)
    dataset.preamble = b"\0" * 128
    if meta is None:
        return
    for tag in list(meta.keys()):
        if int(tag) not in _META_KEPT:
            del meta[tag]
    meta.ImplementationClassUID = PYDICOM_IMPLEMENTATION_UID
    if "SOPInstanceUID" in dataset:
        meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID


def _code(value: str, meaning: str) -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, "DCM", meaning
    return code
