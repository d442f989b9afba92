"""Pictures with a patient's name burned in, drawn with the font that Pillow ships."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont, PngImagePlugin
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

NAME = "OKAFOR Ngozi 4482913"


def named_pixels(width: int = 480, height: int = 360) -> NDArray[np.uint8]:
    """Return grey pixels (rows, columns): a name above, a side marker below it, a soft disc."""
    rows, columns = np.mgrid[:height, :width]
    disc = 90 * np.exp(-(((rows - 260) / 80) ** 2 + ((columns - 240) / 90) ** 2))
    picture = Image.fromarray(disc.astype(np.uint8))
    pen = ImageDraw.Draw(picture)
    pen.text((12, 12), NAME, fill=250, font=ImageFont.load_default(30))
    pen.text((420, 100), "R", fill=250, font=ImageFont.load_default(44))
    return np.asarray(picture)


def write_named_picture(path: Path) -> Path:
    """Write it as PNG, with the name in its comment too."""
    comment = PngImagePlugin.PngInfo()
    comment.add_text("Comment", "Ngozi Okafor")
    Image.fromarray(named_pixels()).convert("RGB").save(path, pnginfo=comment)
    return path


def named_dataset(interpretation: str = "MONOCHROME2", bits: int = 12, frames: int = 1) -> Dataset:
    """Return it as a DICOM object; `bits` are those of a grey value, colour has 8."""
    grey = named_pixels()
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = SecondaryCaptureImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = generate_uid(entropy_srcs=["named"])
    dataset.PatientName, dataset.PatientID, dataset.Modality = "Okafor^Ngozi", "4482913", "US"
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.Rows, dataset.Columns, dataset.NumberOfFrames = *grey.shape, frames
    dataset.PhotometricInterpretation, dataset.PixelRepresentation = interpretation, 0
    is_colour = interpretation in {"RGB", "YBR_FULL"}
    dataset.SamplesPerPixel = 3 if is_colour else 1
    dataset.BitsAllocated, dataset.BitsStored = (8, 8) if is_colour else (16, bits)
    dataset.HighBit = dataset.BitsStored - 1
    if is_colour:
        dataset.PlanarConfiguration = 0
        rest = grey if interpretation == "RGB" else np.full_like(grey, 128)
        pixels = np.stack((grey, rest, rest), axis=-1)
    else:
        values = grey.astype(np.uint16) << (bits - 8)
        pixels = (1 << bits) - 1 - values if interpretation == "MONOCHROME1" else values
    dataset.PixelData = pixels.astype(np.uint8 if is_colour else "<u2").tobytes() * frames
    return dataset
