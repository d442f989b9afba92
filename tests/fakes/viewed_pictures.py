"""Pictures made of numbers, DICOM files made of them, and a loader that a test drives by hand."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid
from PySide6.QtCore import QObject, Signal

from desktop.pictures.planes import DisplayWindow, LoadedPicture, PlaneHeader, PlaneKind, SeriesInfo

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def grey_picture(samples: np.ndarray, **known: Any) -> LoadedPicture:
    """A grey picture of these uint16 samples; `known` are fields of its header."""
    rows, columns = samples.shape
    fields: dict[str, Any] = {"levels": 1, "description": "CT slice", "file_columns": columns, "file_rows": rows}
    fields |= {"is_dicom": True, "modality": "CT", "intercept": -1024.0, "windows": (DisplayWindow(40, 400),)}
    return LoadedPicture(PlaneHeader(PlaneKind.GREY, rows, columns, **(fields | known)), (samples,))


def ramp_picture(rows: int = 60, columns: int = 80, **known: Any) -> LoadedPicture:
    """A grey picture that rises from left to right, no two columns alike."""
    samples = np.broadcast_to(np.linspace(0, 4000, columns), (rows, columns)).astype(np.uint16)
    return grey_picture(samples, **known)


def series_info(length: int, **known: Any) -> SeriesInfo:
    """A series of ramps."""
    return SeriesInfo(length, 60, 80, PlaneKind.GREY, 100_000, length // 2, tuple(range(length)), **known)


def ct_dataset(samples: np.ndarray, number: int, series: str = "1.2.3", **values: Any) -> Dataset:
    """One CT slice of these int16 values in HU, `number` counted from 1 and 2.5 mm apart."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = CTImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = generate_uid()
    dataset.Modality, dataset.BodyPartExamined, dataset.PatientName = "CT", "CHEST", "Nobody^Secret"
    dataset.SeriesInstanceUID, dataset.InstanceNumber = series, number
    dataset.Rows, dataset.Columns = samples.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 1
    dataset.RescaleSlope, dataset.RescaleIntercept = 1, 0
    dataset.PixelSpacing, dataset.ImageOrientationPatient = [0.5, 0.5], list(AXIAL)
    dataset.ImagePositionPatient = [0.0, 0.0, -2.5 * number]
    dataset.WindowCenter, dataset.WindowWidth = 40, 400
    dataset.PixelData = samples.astype("<i2").tobytes()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def write_dicom(path: Path, dataset: Dataset) -> Path:
    """Write a dataset as a file."""
    dataset.save_as(path, enforce_file_format=True)
    return path


def write_ct_series(folder: Path, length: int, side: int = 16) -> list[Path]:
    """Write slices whose every pixel is the slice's number, under names that say nothing of their order."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers = np.random.default_rng(0).permutation(length) + 1
    return [
        write_dicom(folder / f"{place:04}.dcm", ct_dataset(np.full((side, side), number), int(number)))
        for place, number in enumerate(numbers)
    ]


class FakePictureLoader(QObject):
    """Notes what is asked and answers only when the test says so."""

    loaded = Signal(int, object)
    failed = Signal(int, str)
    series_opened = Signal(int, object)
    series_progressed = Signal(int, int, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tokens = count(1)
        self.requests: dict[int, tuple[Path, int | None, int | None]] = {}
        self.series: dict[int, tuple[Path, ...]] = {}
        self.slices: dict[int, tuple[int, int]] = {}
        self.cancelled: list[int] = []
        self.answers_slices = True
        """Whether a slice is answered as soon as it is asked for."""

    def request(self, file: Path, frame: int | None = None, max_side: int | None = None) -> int:
        token = next(self._tokens)
        self.requests[token] = file, frame, max_side
        return token

    def open_series(self, files: Sequence[Path]) -> int:
        token = next(self._tokens)
        self.series[token] = tuple(files)
        return token

    def request_slice(self, series: int, index: int) -> int:
        token = next(self._tokens)
        self.slices[token] = series, index
        return token

    def is_slice_ready(self, series: int, index: int) -> bool:
        return self.answers_slices

    def cancel(self, token: int) -> None:
        self.cancelled.append(token)

    def stop(self) -> None:
        pass

    @property
    def last_token(self) -> int:
        return max((*self.requests, *self.series, *self.slices))

    def answer(self, picture: LoadedPicture, token: int | None = None) -> None:
        self.loaded.emit(token or self.last_token, picture)
