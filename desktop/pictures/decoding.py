"""One frame of a file as raw planes with what is known about it. Runs in the reader only.

Limits, kinds of files and damage are the business of `multimodal.image` and `multimodal.dicom`; here their pixels are
kept as deep as they came, so that window and level can be chosen by eye.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image
from pydicom.pixels import apply_modality_lut, apply_voi, pixel_array

from desktop.pictures import dicom_header
from desktop.pictures.planes import TABLE_ENTRIES, DisplayWindow, LoadedPicture, PlaneHeader, PlaneKind, WindowSource
from desktop.pictures.samples import Samples, as_samples, levels_of, reduced
from multimodal.dicom import MODALITIES, colour_pixels, count_frames, is_dicom, quiet, read_dataset
from multimodal.errors import InvalidFile, UnreadableFile
from multimodal.image import FORMATS, load_image, require_ordinary_file

if TYPE_CHECKING:
    from pathlib import Path

    from multimodal.picture import Picture

_SLOWEST_STILLS_PER_S = 2.0
_WHOLE_RANGE = (DisplayWindow(128.0, 256.0, WindowSource.FULL),)
"""Shows 8-bit values as they are."""


def read_plane(path: Path, frame: int | None = None, max_side: int | None = None) -> LoadedPicture:
    """Read one frame; `frame` counts from 0 and is brought into range, None takes the middle one.

    Raises InvalidFile (of `multimodal.errors`), MemoryError or OSError.
    """
    require_ordinary_file(path)
    if not is_dicom(path):
        return _photo(path, frame, max_side)
    with quiet("pydicom"):
        try:
            return _dicom(path, frame, max_side)
        except (InvalidFile, MemoryError, OSError):
            raise
        except Exception as error:
            # pydicom and its decoders report damage through nearly every kind of exception.
            raise UnreadableFile(f"{path.name} is damaged or compressed in a way that is not supported.") from error


def _photo(path: Path, frame: int | None, max_side: int | None) -> LoadedPicture:
    picture = load_image(path, frame)
    pixels: Samples = np.asarray(picture.pixels)
    is_film = picture.time_s is not None
    # A film may begin with a black picture and is in colour all the same.
    if not is_film and all(np.array_equal(pixels[..., 0], pixels[..., channel]) for channel in (1, 2)):
        pixels = pixels[..., 0].astype(np.uint16)
    header = PlaneHeader(
        PlaneKind.COLOUR if pixels.ndim == 3 else PlaneKind.GREY,
        rows=pixels.shape[0],
        columns=pixels.shape[1],
        levels=1,
        description=picture.description,
        file_columns=picture.width_px,
        file_rows=picture.height_px,
        frame=picture.frame,
        frames=picture.frames,
        windows=_WHOLE_RANGE,
        frames_per_s=_animation_speed(path, picture) if picture.frames > 1 else 0.0,
        time_s=picture.time_s,
    )
    return _finished(header, pixels, max_side)


def _animation_speed(path: Path, picture: Picture) -> float:
    if picture.time_s is not None:
        # As fast as it happened, but not so slow that nothing seems to move.
        return max(picture.frames / max(picture.film_s, 1.0), _SLOWEST_STILLS_PER_S)
    with Image.open(path, formats=FORMATS) as image:
        duration_ms = image.info.get("duration", 0)
    return min(1000 / duration_ms, 1000.0) if isinstance(duration_ms, int | float) and duration_ms > 0 else 0.0


def _dicom(path: Path, wish: int | None, max_side: int | None) -> LoadedPicture:
    dataset = cached_dataset(path)
    frames = count_frames(path, dataset)
    frame = frames // 2 if wish is None else min(max(wish, 0), frames - 1)
    stored = np.asarray(pixel_array(dataset, index=frame))
    header = _dicom_header(dataset, stored, frame, frames)
    if (coloured := colour_pixels(dataset, stored)) is not None:
        header = replace(header, kind=PlaneKind.COLOUR, windows=_WHOLE_RANGE)
        return _finished(header, np.asarray(coloured), max_side)
    return _grey(dataset, header, stored, max_side)


def cached_dataset(path: Path) -> Any:
    """Return the file as a Dataset; the last one is kept, because the frames of one file are asked for in turn."""
    found = path.stat()
    return _dataset(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=1)
def _dataset(path: Path, _changed: int, _size: int) -> Any:
    return read_dataset(path)


def _dicom_header(dataset: Any, stored: Samples, frame: int, frames: int) -> PlaneHeader:
    rows, columns = stored.shape[:2]
    modality, body_part = dicom_header.coded_words(dataset)
    spacing = dicom_header.spacing_mm(dataset, frame)
    parts = [MODALITIES.get(modality, "DICOM picture"), body_part.lower(), f"{columns} x {rows} pixels"]
    parts += [f"frame {frame + 1} of {frames}" if frames > 1 else ""]
    parts += [f"{spacing[0]:.3g} x {spacing[1]:.3g} mm a pixel" if spacing else ""]
    return PlaneHeader(
        PlaneKind.GREY,
        rows,
        columns,
        levels=1,
        description=", ".join(filter(None, parts)),
        file_columns=columns,
        file_rows=rows,
        frame=frame,
        frames=frames,
        is_dicom=True,
        modality=modality,
        body_part=body_part,
        spacing_mm=spacing,
        directions=dicom_header.numbers(dicom_header.frame_value(dataset, frame, "ImageOrientationPatient"), 6),  # type: ignore[arg-type]  # six by its second argument
        position_mm=dicom_header.numbers(dicom_header.frame_value(dataset, frame, "ImagePositionPatient"), 3),  # type: ignore[arg-type]  # three by its second argument
        frames_per_s=dicom_header.frames_per_s(dataset) if frames > 1 else 0.0,
    )


def _grey(dataset: Any, header: PlaneHeader, stored: Samples, max_side: int | None) -> LoadedPicture:
    slope, intercept = dicom_header.rescale(dataset, header.frame)
    if dataset.get("ModalityLUTSequence"):
        stored, slope, intercept = np.asarray(apply_modality_lut(stored, dataset)), 1.0, 0.0
    samples, step, offset = as_samples(stored)
    slope, intercept = slope * step, slope * offset + intercept
    padding = dataset.get("PixelPaddingValue")
    content = samples if padding is None else samples[stored != padding]
    windows = dicom_header.windows(dataset, header.frame)
    table = None if windows else _lookup_table(dataset, slope, intercept)
    if table is not None:
        windows = (_table_window(table, slope, intercept),)
    header = replace(
        header,
        slope=slope,
        intercept=intercept,
        bright_is_low=dataset.get("PhotometricInterpretation") == "MONOCHROME1",
        windows=(*windows, *_content_windows(content if content.size else samples, slope, intercept)),
        has_table=table is not None,
    )
    return _finished(header, samples, max_side, table)


def _lookup_table(dataset: Any, slope: float, intercept: float) -> Samples | None:
    """Return the brightness 0..255 of every sample by the file's VOI table (PS3.3 C.11.2.1.1)."""
    if not dataset.get("VOILUTSequence"):
        return None
    values = (np.arange(TABLE_ENTRIES) * slope + intercept).round().astype(np.int64)
    brightness = np.asarray(apply_voi(values, dataset), np.float64)
    return (brightness * (255 / max(float(brightness.max()), 1.0))).round().astype(np.uint8)


def _table_window(table: Samples, slope: float, intercept: float) -> DisplayWindow:
    """Return the span over which the table rises: where dragging starts from."""
    rising = np.flatnonzero((table > table.min()) & (table < table.max()))
    first, last = (int(rising[0]), int(rising[-1])) if rising.size else (0, TABLE_ENTRIES - 1)
    center, width = (first + last) / 2 * slope + intercept, max(abs((last - first) * slope), 1.0)
    return DisplayWindow(center, width, WindowSource.TABLE)


def _content_windows(samples: Samples, slope: float, intercept: float) -> tuple[DisplayWindow, DisplayWindow]:
    spans = (
        (WindowSource.CONTENT, *np.percentile(samples, (0.5, 99.5))),
        (WindowSource.FULL, samples.min(), samples.max()),
    )
    first, second = (_span_window(source, float(low), float(high), slope, intercept) for source, low, high in spans)
    return first, second


def _span_window(source: WindowSource, low: float, high: float, slope: float, intercept: float) -> DisplayWindow:
    # The linear function is shifted by half a value and narrower by one (PS3.3 C.11.2.1.2.1): this undoes both.
    center, width = (low + high) / 2 * slope + intercept, abs((high - low) * slope)
    return DisplayWindow(center + 0.5, width + 1, source)


def _finished(
    header: PlaneHeader, samples: Samples, max_side: int | None, table: Samples | None = None
) -> LoadedPicture:
    smaller = reduced(samples, max_side)
    levels = levels_of(smaller)
    rows, columns = smaller.shape[:2]
    spacing = header.spacing_mm
    if spacing:
        spacing = spacing[0] * header.file_rows / rows, spacing[1] * header.file_columns / columns
    header = replace(header, rows=rows, columns=columns, levels=len(levels), spacing_mm=spacing)
    return LoadedPicture(header.check(), levels, table)
