"""What a DICOM header says about one frame, wherever it says it: by frame, for all frames, or at the top.

Enhanced objects keep position, spacing, rescale and window in functional groups (PS3.3 C.7.6.16); older ones at the
top level. Runs in the reader only.
"""

from __future__ import annotations

import math
import re
from typing import Any

from desktop.pictures.planes import MAX_WINDOWS, DisplayWindow, WindowFunction, WindowSource
from multimodal.dicom import BODY_PARTS, MODALITIES

WINDOW_NAMES = frozenset(
    "ABDOMEN ANGIO BONE BRAIN CHEST HARDER HEAD LIVER LUNG MEDIASTINUM NORMAL PELVIS SOFT SOFTER SOFT_TISSUE SPINE"
    " STROKE SUBDURAL WIDE NARROW".split()
)
"""Explanations of a window that are shown; any other text in that field could be somebody's name."""
_FUNCTIONS = {"SIGMOID": WindowFunction.SIGMOID, "LINEAR_EXACT": WindowFunction.LINEAR_EXACT}


def frame_value(dataset: Any, frame: int, keyword: str) -> Any:
    """Return the value of `keyword` for this frame, None where there is none."""
    groups = []
    if (by_frame := dataset.get("PerFrameFunctionalGroupsSequence")) and frame < len(by_frame):
        groups.append(by_frame[frame])
    if shared := dataset.get("SharedFunctionalGroupsSequence"):
        groups.append(shared[0])
    for group in groups:
        for element in group:
            if element.VR == "SQ" and element.value and keyword in element.value[0]:
                return element.value[0][keyword].value
    return dataset.get(keyword)


def numbers(value: Any, count: int) -> tuple[float, ...] | None:
    """Return `count` finite numbers, None where the value is anything else."""
    try:
        parts = tuple(float(part) for part in value)
    except (TypeError, ValueError):
        return None
    return parts if len(parts) == count and all(math.isfinite(part) for part in parts) else None


def spacing_mm(dataset: Any, frame: int) -> tuple[float, float] | None:
    """Return the distances between rows and between columns, None where unknown.

    ImagerPixelSpacing is measured at the detector (PS3.3 C.8.11.3): lengths are then those of the film.
    """
    for keyword in ("PixelSpacing", "ImagerPixelSpacing"):
        found = numbers(frame_value(dataset, frame, keyword), 2)
        if found and all(spacing > 0 for spacing in found):
            return found[0], found[1]
    return None


def rescale(dataset: Any, frame: int) -> tuple[float, float]:
    """Return slope and intercept of the modality transform (PS3.3 C.11.1)."""
    slope, intercept = (frame_value(dataset, frame, keyword) for keyword in ("RescaleSlope", "RescaleIntercept"))
    pair = numbers((slope, intercept), 2)
    return (pair[0], pair[1]) if pair and pair[0] else (1.0, 0.0)


def windows(dataset: Any, frame: int) -> tuple[DisplayWindow, ...]:
    """Return the windows that the header has for this frame."""
    centers, widths = (_several(frame_value(dataset, frame, word)) for word in ("WindowCenter", "WindowWidth"))
    function = _FUNCTIONS.get(str(frame_value(dataset, frame, "VOILUTFunction")).upper(), WindowFunction.LINEAR)
    words = _several(frame_value(dataset, frame, "WindowCenterWidthExplanation"))
    found = []
    for place, pair in enumerate(zip(centers, widths, strict=False)):
        numeric = numbers(pair, 2)
        if numeric and numeric[1] >= (1 if function is WindowFunction.LINEAR else 1e-9):
            name = _window_name(words[place] if place < len(words) else "")
            found.append(DisplayWindow(numeric[0], numeric[1], WindowSource.FILE, function, name))
    return tuple(found[: MAX_WINDOWS - 3])


def _several(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return [value] if isinstance(value, str | int | float) else list(value)


def _window_name(text: Any) -> str:
    word = re.sub(r"[\s-]+", "_", str(text).strip().upper())
    return word.replace("_", " ").lower() if word in WINDOW_NAMES else ""


def frames_per_s(dataset: Any) -> float:
    """Return the speed at which a clip is meant to be shown, 0 where the header says none."""
    for keyword in ("RecommendedDisplayFrameRate", "CineRate"):
        rate = numbers((dataset.get(keyword),), 1)
        if rate and 0 < rate[0] <= 1000:
            return rate[0]
    duration_ms = numbers((dataset.get("FrameTime"),), 1)
    return min(1000 / duration_ms[0], 1000.0) if duration_ms and duration_ms[0] > 0 else 0.0


def coded_words(dataset: Any) -> tuple[str, str]:
    """Return modality and body part where they are coded terms, otherwise empty."""
    modality, body_part = str(dataset.get("Modality", "")), str(dataset.get("BodyPartExamined", "")).upper()
    return modality if modality in MODALITIES else "", body_part if body_part in BODY_PARTS else ""
