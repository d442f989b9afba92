"""Words in a picture by rapidocr (PP-OCR), from the models in its package. Runs in the reader only.

Detection decides, for a missed name costs more than a black box: what looks like words is marked also where it was read
badly, unless it is a letter or two. Large pictures are also looked at in parts: the detector makes them smaller.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import rapidocr

from desktop.burned_in.marks import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_MODELS = Path(rapidocr.__file__).parent / "models"
_PARAMETERS: dict[str, Any] = {
    "Global.log_level": "critical",
    "Global.text_score": 0.0,
    "Global.use_cls": False,
    "EngineConfig.onnxruntime.intra_op_num_threads": 2,
    # Named, so that nothing is looked for elsewhere; without a network nothing could be fetched anyway.
    "Det.model_path": str(_MODELS / "PP-OCRv6_det_small.onnx"),
    "Rec.model_path": str(_MODELS / "PP-OCRv6_rec_small.onnx"),
    "Cls.model_path": str(_MODELS / "ch_ppocr_mobile_v2.0_cls_mobile.onnx"),
}
_PART_SIDE_PX, _OVERLAP_PX = 1600, 160
_WHOLE_SIDE_PX = 2000
"""The detector makes larger pictures smaller than this."""
_MARGIN_SHARE, _LEAST_MARGIN_PX = 0.15, 2
"""Around what was found: the rim of a letter can be read too."""
_CERTAIN, _LONG_ENOUGH, _LARGEST_DOUBTFUL = 0.5, 4, 0.05
"""What fills more than a twentieth of the picture and is short or read badly is a rib, a cell or its rim."""
_MOST_CHARACTERS = 200


class WordFinder:
    """Finds words in pictures; making one loads its models, which takes about a second."""

    def __init__(self) -> None:
        self._engine: Any = rapidocr.RapidOCR(params=_PARAMETERS)

    def find(self, pixels: NDArray[np.uint8]) -> tuple[Mark, ...]:
        """Return where words stand in RGB `pixels` of shape (rows, columns, 3)."""
        height, width = pixels.shape[:2]
        found: list[Mark] = []
        for left, top, right, bottom in _parts(width, height):
            for corners, words, certainty in self._read(pixels[top:bottom, left:right]):
                share = float(np.ptp(corners[:, 0]) * np.ptp(corners[:, 1])) / ((right - left) * (bottom - top))
                if not _are_words(words, certainty, share):
                    continue
                mark = _around(corners + np.array((left, top)), words, width, height)
                if mark is not None:
                    found.append(mark)
        return without_repeats(found)

    def _read(self, pixels: NDArray[np.uint8]) -> Iterator[tuple[NDArray[Any], str, float]]:
        # rapidocr takes arrays as OpenCV has them: blue first.
        result = self._engine(np.ascontiguousarray(pixels[..., ::-1]))
        if result.boxes is not None:
            yield from zip(np.asarray(result.boxes), result.txts, map(float, result.scores), strict=True)


def _are_words(words: str, certainty: float, share: float) -> bool:
    """Tell words from an edge or a bone that was taken for a letter or two; `share` is that of the picture."""
    is_long, is_certain = len(words.strip()) >= _LONG_ENOUGH, certainty >= _CERTAIN
    return (is_long and is_certain) if share > _LARGEST_DOUBTFUL else (is_long or is_certain)


def without_repeats(marks: list[Mark]) -> tuple[Mark, ...]:
    """Return the marks without those that lie inside of another one, the largest first kept."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda one: (one.left - one.right) * (one.bottom - one.top)):
        if not any(_is_inside(mark, other) for other in kept):
            kept.append(mark)
    return tuple(sorted(kept, key=lambda one: (one.top, one.left)))


def _is_inside(mark: Mark, other: Mark) -> bool:
    return (
        other.left <= mark.left and other.top <= mark.top and mark.right <= other.right and mark.bottom <= other.bottom
    )


def _parts(width: int, height: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield the whole picture, and overlapping parts of one that the detector would make smaller."""
    yield 0, 0, width, height
    if max(width, height) > _WHOLE_SIDE_PX:
        step = _PART_SIDE_PX - _OVERLAP_PX
        for top in range(0, max(height - _OVERLAP_PX, 1), step):
            for left in range(0, max(width - _OVERLAP_PX, 1), step):
                yield left, top, min(left + _PART_SIDE_PX, width), min(top + _PART_SIDE_PX, height)


def _around(corners: NDArray[Any], words: str, width: int, height: int) -> Mark | None:
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    margin = max(_LEAST_MARGIN_PX, _MARGIN_SHARE * min(bottom - top, right - left))
    readable = "".join(sign for sign in words if sign.isprintable())[:_MOST_CHARACTERS]
    sides = (max(0, int(left - margin)), max(0, int(top - margin)), int(right + margin) + 1, int(bottom + margin) + 1)
    mark = Mark(sides[0], sides[1], min(sides[2], width), min(sides[3], height), readable)
    return mark if mark.left < mark.right and mark.top < mark.bottom else None
