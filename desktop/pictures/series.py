"""Which pictures belong together and in which order they are scrolled through. Runs in the reader only.

Slices lie along the normal of their plane (ImageOrientationPatient, PS3.3 C.7.6.2.1.1); without positions
InstanceNumber orders them, and files that are no DICOM keep the order of their names. Only pictures of one series, one
size and one direction are scrolled through together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from desktop.pictures import dicom_header
from desktop.pictures.errors import NothingToShow
from desktop.pictures.planes import MAX_PICTURES, SeriesInfo
from multimodal.dicom import count_frames, is_dicom, quiet, read_dataset
from multimodal.errors import InvalidFile
from multimodal.image import require_ordinary_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from desktop.pictures.planes import PlaneHeader

_DIRECTION_DIGITS = 2
"""Directions that agree to a hundredth are one stack: scanners round them differently from slice to slice."""


@dataclass(frozen=True, slots=True)
class Member:
    """One picture of a series."""

    path: Path
    frame: int | None
    group: tuple[Any, ...] = ()
    """What must be equal for pictures to be scrolled through together."""
    position_mm: float | None = None
    """Along the normal of the plane."""
    instance: int = 0
    file_index: int = 0
    """Which of the files this came from."""


@dataclass(frozen=True, slots=True)
class Arranged:
    """The pictures to show in their order, and how many were put aside."""

    members: tuple[Member, ...]
    is_clip: bool = False
    other_series: int = 0
    other_pictures: int = 0
    left_out: int = 0

    def info(self, first: PlaneHeader, slot_bytes: int) -> SeriesInfo:
        """Describe the series for the window, whose first picture to be read has this header."""
        count = len(self.members)
        return SeriesInfo(
            count,
            first.rows,
            first.columns,
            first.kind,
            slot_bytes,
            start=self.start,
            origins=self._origins,
            is_clip=self.is_clip,
            frames_per_s=first.frames_per_s,
            modality=first.modality,
            body_part=first.body_part,
            slice_distance_mm=_distance_mm(self.members),
            other_series=self.other_series,
            other_pictures=self.other_pictures,
            left_out=self.left_out,
        )

    @property
    def _origins(self) -> tuple[int, ...]:
        one_file = len({member.path for member in self.members}) == 1
        return tuple(member.frame or 0 if one_file else member.file_index for member in self.members)

    @property
    def start(self) -> int:
        """The picture to begin with."""
        return 0 if self.is_clip else len(self.members) // 2


def arrange(files: Sequence[Path], progress: Callable[[int, int], bool]) -> Arranged:
    """Look at the headers of all files; `progress` is given done and total, and stops this by returning False.

    Raises NothingToShow, or what the only file there is has to say about itself.
    """
    paths = list(_ordinary(files))[:MAX_PICTURES]
    members: list[Member] = []
    left_out = 0
    for done, path in enumerate(paths):
        if not progress(done, len(paths)):
            break
        try:
            members += [replace(member, file_index=done) for member in _members_of(path)]
        except InvalidFile:
            if len(paths) == 1:
                raise
            left_out += 1
    if not members:
        raise NothingToShow("no file of the series holds a picture")
    return _largest_group(members, left_out, is_clip=len(paths) == 1 and members[0].position_mm is None)


def sort_into_series(files: Sequence[Path], progress: Callable[[int, int], bool]) -> list[int]:
    """Return for each file the number of its series, counted from 0 as they first appear; see `arrange` for `progress`.

    A file of several frames is a series of its own, and so is one that cannot be read: its fault is then told of it
    alone.
    """
    numbers: dict[tuple[Any, ...], int] = {}
    series = []
    for done, path in enumerate(files):
        if not progress(done, len(files)):
            break
        series.append(numbers.setdefault(_group_of(path), len(numbers)))
    return series


def _group_of(path: Path) -> tuple[Any, ...]:
    try:
        members = _members_of(path)
    except (InvalidFile, OSError):
        return ("alone", path)
    return members[0].group if len(members) == 1 else ("alone", path)


def _ordinary(files: Iterable[Path]) -> Iterable[Path]:
    for path in files:
        if path.is_dir():
            yield from sorted((inner for inner in path.iterdir() if inner.is_file()), key=_natural)
        else:
            yield path


def _natural(path: Path) -> list[Any]:
    """Order `slice 9` before `slice 10`."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", path.name)]


def _members_of(path: Path) -> list[Member]:
    require_ordinary_file(path)
    if not is_dicom(path):
        return _photo_members(path)
    with quiet("pydicom"):
        try:
            return _dicom_members(path)
        except (InvalidFile, MemoryError, OSError):
            raise
        except Exception as error:
            # pydicom reports damage through nearly every kind of exception.
            raise InvalidFile(f"{path.name} is damaged.") from error


def _photo_members(path: Path) -> list[Member]:
    from desktop.pictures.decoding import read_plane

    header = read_plane(path, 0, max_side=64).header
    group = ("photo", header.file_rows, header.file_columns, header.kind)
    return [Member(path, frame, group) for frame in range(header.frames)]


def _dicom_members(path: Path) -> list[Member]:
    dataset = read_dataset(path, header_only=True)
    frames = _frames(path, dataset)
    colour = int(dataset.get("SamplesPerPixel", 1))
    size = (str(dataset.get("SeriesInstanceUID", "")), int(dataset.Rows), int(dataset.Columns), colour)
    return [_dicom_member(path, dataset, frame, frames, size) for frame in range(frames)]


def _frames(path: Path, dataset: Any) -> int:
    """Count the frames by the header alone, which ends before the pixels whose presence is checked."""
    if "Rows" in dataset and "BitsAllocated" in dataset:
        dataset.PixelData = b""
    return min(count_frames(path, dataset), MAX_PICTURES)


def _dicom_member(path: Path, dataset: Any, frame: int, frames: int, size: tuple[Any, ...]) -> Member:
    directions = dicom_header.numbers(dicom_header.frame_value(dataset, frame, "ImageOrientationPatient"), 6)
    position = dicom_header.numbers(dicom_header.frame_value(dataset, frame, "ImagePositionPatient"), 3)
    along = None
    if directions and position:
        along = float(np.dot(np.cross(directions[:3], directions[3:]), position))
    rounded = tuple(round(part, _DIRECTION_DIGITS) + 0.0 for part in directions or ())
    instance = dataset.get("InstanceNumber")
    return Member(path, frame, (*size, rounded), along, frame if frames > 1 or instance is None else int(instance))


def _largest_group(members: Sequence[Member], left_out: int, is_clip: bool) -> Arranged:
    groups: dict[tuple[Any, ...], list[Member]] = {}
    for member in members:
        groups.setdefault(member.group, []).append(member)
    largest = max(groups.values(), key=len)
    ordered = largest
    if all(member.position_mm is not None for member in largest) and len({m.position_mm for m in largest}) > 1:
        ordered = sorted(largest, key=lambda member: (member.position_mm or 0.0, member.instance))
    elif not is_clip:
        ordered = sorted(largest, key=lambda member: member.instance)
    return Arranged(tuple(ordered), is_clip, len(groups) - 1, len(members) - len(largest), left_out)


def _distance_mm(members: Sequence[Member]) -> float:
    places = sorted({member.position_mm for member in members if member.position_mm is not None})
    return float(np.median(np.diff(places))) if len(places) > 1 else 0.0
