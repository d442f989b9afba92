"""A marked picture as Secondary Capture (PS3.3 A.8.1): what was seen, with its marks drawn in, and no more."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from pydicom.uid import SecondaryCaptureImageStorage

from desktop.record.dicom.objects import MANUFACTURER, NOT_FOR_DIAGNOSIS, begun, date_and_time

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from desktop.record.dicom.marked import MarkedPicture
    from desktop.record.dicom.objects import Origin


def secondary_capture(picture: MarkedPicture, origin: Origin) -> Dataset:
    """Return the object; its pixels are 8-bit RGB."""
    content = hashlib.sha256(picture.pixels).hexdigest()
    place = f"{picture.label} {picture.frame}"
    made = begun(origin, SecondaryCaptureImageStorage, origin.uid("capture", place, content))
    made.Modality, made.SeriesInstanceUID = "OT", origin.uid("captures", place)
    made.SeriesNumber = made.InstanceNumber = 1
    made.Laterality = ""
    made.SeriesDescription = f"Marked picture, {NOT_FOR_DIAGNOSIS}"
    made.ImageType = ["DERIVED", "SECONDARY"]
    made.DerivationDescription = "Windowed to 8 bits, marks drawn into the pixels"
    made.ImageComments = f"{NOT_FOR_DIAGNOSIS}. For research and education."
    made.ConversionType = "WSD"
    made.SecondaryCaptureDeviceManufacturer = MANUFACTURER
    made.SecondaryCaptureDeviceManufacturerModelName = MANUFACTURER
    made.SecondaryCaptureDeviceSoftwareVersions = origin.version
    made.DateOfSecondaryCapture, made.TimeOfSecondaryCapture = date_and_time(origin.now)
    made.PatientOrientation = list(picture.orientation) if all(picture.orientation) else ""
    made.BurnedInAnnotation = "YES" if origin.subject.shows_who else "NO"
    made.RecognizableVisualFeatures = "YES" if origin.subject.shows_who else "NO"
    _set_pixels(made, picture)
    return made


def _set_pixels(made: Dataset, picture: MarkedPicture) -> None:
    made.SamplesPerPixel, made.PhotometricInterpretation, made.PlanarConfiguration = 3, "RGB", 0
    made.Rows, made.Columns = picture.rows, picture.columns
    made.BitsAllocated, made.BitsStored, made.HighBit, made.PixelRepresentation = 8, 8, 7, 0
    if picture.spacing_mm is not None:
        made.PixelSpacing = [round(side, 6) for side in picture.spacing_mm]
    # A value of an odd length is padded with one byte (PS3.5 8.1.1).
    made.add_new("PixelData", "OB", picture.pixels + b"\0" * (len(picture.pixels) % 2))
