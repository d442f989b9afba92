"""The open pictures with their labels, and which of them are held back from every training.

Every split is by picture, and by patient where the file names tell one, so that no picture of a held-back part
is ever trained on. The manifest's `split` wins; sets that have only a `train` split get a held-back part here.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Split(StrEnum):
    """Which part of the data a picture belongs to."""

    TRAIN = "train"
    DEV = "dev"
    """Held back: never trained on."""


KIND_ANSWERS = {
    "kermany-cxr": "A chest X-ray.",
    "busi": "An ultrasound of the breast.",
    "bccd": "A blood smear under the microscope.",
    "vqa-rad/HEAD": "A CT or MRI scan of the head.",
    "vqa-rad/CHEST": "A chest X-ray.",
    "vqa-rad/ABD": "A CT scan of the abdomen.",
}
"""VQA-RAD's manifest names only the region; Lau et al. 2018 (Scientific Data 5:180251) say how each was made."""

_LABEL_WORDS = {
    ("kermany-cxr", "normal"): "chest X-ray normal clear lungs",
    ("kermany-cxr", "pneumonia"): "chest X-ray pneumonia",
    ("busi", "normal"): "breast ultrasound normal",
    ("busi", "benign"): "breast ultrasound lesion benign",
    ("busi", "malignant"): "breast ultrasound lesion malignant",
    ("bccd", ""): "blood smear microscope cells",
    ("vqa-rad", "HEAD"): "head CT MRI scan",
    ("vqa-rad", "CHEST"): "chest X-ray",
    ("vqa-rad", "ABD"): "abdomen CT scan",
}
_CAUSE_WORDS = {"bacteria": " bacterial", "virus": " viral"}
_HELD_BACK_SHARE = {"kermany-cxr": 0.10, "busi": 0.20}


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """A picture of the open sets with its labels; `path` is relative to the data folder."""

    path: str
    source: str
    split: Split
    label: str
    sublabel: str
    counts: tuple[tuple[str, int], ...] = ()

    def kind(self) -> str:
        """Return what kind of picture it is, one of KIND_ANSWERS."""
        return KIND_ANSWERS[f"vqa-rad/{self.label}" if self.source == "vqa-rad" else self.source]

    def words(self) -> str:
        """Return its labels as a few words."""
        return _LABEL_WORDS[self.source, self.label] + _CAUSE_WORDS.get(self.sublabel, "")


def read_pictures(data: Path) -> list[LabelledPicture]:
    """Read the labelled pictures of `images.jsonl`, VQA-RAD's once each with its region as label."""
    pictures = {}
    for row in read_rows(data):
        label = row["organ"] if row["source"] == "vqa-rad" else row.get("label", "")
        pictures[row["path"]] = LabelledPicture(
            path=row["path"],
            source=row["source"],
            split=split_of(row),
            label=label,
            sublabel=row.get("sublabel", ""),
            counts=tuple(sorted(row.get("counts", {}).items())),
        )
    return list(pictures.values())


def read_rows(data: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of the manifest of pictures."""
    with (data / "images.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def split_of(row: dict[str, Any]) -> Split:
    """Return the side of a manifest row: its own where it is held back already, else by patient."""
    if row["split"] != Split.TRAIN:
        return Split.DEV
    share = _HELD_BACK_SHARE.get(row["source"], 0.0)
    digest = hashlib.sha256(_patient(row["path"]).encode()).digest()
    return Split.DEV if int.from_bytes(digest[:4]) / 2**32 < share else Split.TRAIN


def _patient(path: str) -> str:
    """Return the patient part of a Kermany file name (`person12`, `IM-0115`), else the whole path."""
    match = re.match(r"(person\d+|(?:NORMAL2-)?IM-\d+)", PurePosixPath(path).name)
    return match.group(1) if match else path
